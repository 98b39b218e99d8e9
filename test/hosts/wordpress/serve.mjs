// Serves a WordPress from a process of its own, since PHP as WebAssembly lets nothing else run meanwhile. Started by site.ts,
// which asks by messages `{ id, ask, values }` and is answered by `{ id, result }` or `{ id, error }`.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [packageFolder, wordpressArchive, sqliteArchive, assetFolder] = process.argv.slice(2);
const require = createRequire(path.join(packageFolder, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { PHP, PHPRequestHandler, loadPHPRuntime } = await load('@php-wasm/universal');
const { getPHPLoaderModule } = await load('@php-wasm/node-8-3');

const ROOT = '/wordpress';
const LOG = '/tmp/debug.log';
const TYPES = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.woff2': 'font/woff2',
};

const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule()));
const complaints = [];

let busy = Promise.resolve();
/** One PHP does one thing at a time. */
function inTurn(work) {
  const result = busy.then(work);
  busy = result.catch(() => undefined);
  return result;
}

async function run(code) {
  const { text, errors, exitCode } = await inTurn(() => php.run({ code }));
  if (exitCode !== 0 || errors) throw new Error(`PHP ended with ${exitCode}: ${errors} ${text}`);
  return text;
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    complaints.push(`${request.url}: ${error}`);
    response.writeHead(500).end();
  });
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${server.address().port}`;

php.writeFile('/tmp/wordpress.zip', readFileSync(wordpressArchive));
php.writeFile('/tmp/sqlite.zip', readFileSync(sqliteArchive));
php.mkdirTree(ROOT);
await run(`<?php
  foreach (['/tmp/wordpress.zip' => '${ROOT}', '/tmp/sqlite.zip' => '${ROOT}/wp-content/plugins'] as $archive => $folder) {
    $zip = new ZipArchive();
    $zip->open($archive) === true && $zip->extractTo($folder) or exit(1);
    unlink($archive);
  }
  $plugins = '${ROOT}/wp-content/plugins';
  rename("$plugins/sqlite-database-integration-main", "$plugins/sqlite-database-integration");
  copy("$plugins/sqlite-database-integration/db.copy", '${ROOT}/wp-content/db.php');`);
const config = php
  .readFileAsText(`${ROOT}/wp-config.php`)
  .replace("define( 'WP_DEBUG', false );", '')
  .replace('<?php', settings());
php.writeFile(`${ROOT}/wp-config.php`, config);

// Nobody is asked for updates and languages: there are none.
php.mkdirTree(`${ROOT}/wp-content/mu-plugins`);
php.writeFile(
  `${ROOT}/wp-content/mu-plugins/no-network.php`,
  `<?php add_filter('pre_http_request', fn () => ['headers' => [], 'cookies' => [], 'response' => ['code' => 200, 'message' => 'OK'],
    'body' => '{"offers":[],"translations":[],"plugins":[],"themes":[],"no_update":[]}']);`,
);

const handler = new PHPRequestHandler({
  php,
  documentRoot: ROOT,
  absoluteUrl: url,
  cookieStore: false,
  getFileNotFoundAction: () => ({ type: 'internal-redirect', uri: '/index.php' }),
});

/** The strictest debugging, no network but the browser's, no work behind the back of a request. */
function settings() {
  const constants = {
    WP_HOME: url,
    WP_SITEURL: url,
    WP_DEBUG: true,
    WP_DEBUG_LOG: LOG,
    WP_DEBUG_DISPLAY: false,
    DISABLE_WP_CRON: true,
    AUTOMATIC_UPDATER_DISABLED: true,
    FS_METHOD: 'direct',
  };
  // A text in JSON of these is one in PHP too.
  const lines = Object.entries(constants).map(([name, value]) => `define('${name}', ${JSON.stringify(value)});`);
  return `<?php ${lines.join(' ')}`;
}

async function answer(request, response) {
  const asset = path.join(assetFolder, decodeURI(new URL(request.url, url).pathname));
  const type = TYPES[path.extname(asset)];
  // WordPress's archive has no scripts, styles and pictures; they are beside it.
  if (type && asset.startsWith(assetFolder) && existsSync(asset)) {
    response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=600' }).end(readFileSync(asset));
    return;
  }
  const parts = [];
  for await (const part of request) parts.push(part);
  const { httpStatusCode, headers, bytes, errors } = await inTurn(() =>
    handler.request({
      url: request.url,
      method: request.method,
      headers: request.headers,
      body: parts.length ? new Uint8Array(Buffer.concat(parts)) : undefined,
    }),
  );
  if (errors) complaints.push(`${request.url}: ${errors}`);
  response.writeHead(httpStatusCode, headers).end(bytes);
}

const asks = {
  run: (code) => run(`<?php require '${ROOT}/wp-load.php'; ${code}`),
  writeFile: (file, content) => {
    php.mkdirTree(path.posix.dirname(file));
    php.writeFile(file, Buffer.from(content, 'base64'));
  },
  /** What PHP and WordPress complained of so far. */
  complaints: () => [
    ...complaints,
    ...(php.fileExists(LOG) ? php.readFileAsText(LOG).split('\n').filter(Boolean) : []),
  ],
};

process.on('message', async ({ id, ask, values }) => {
  try {
    process.send({ id, result: await asks[ask](...values) });
  } catch (error) {
    process.send({ id, error: `${error}` });
  }
});
process.on('disconnect', () => process.exit());
process.send({ id: 0, result: url });
