// Prints which of the files PHP 7.4 cannot read. Started by site.ts with the folder of the packages and the files.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [packageFolder, ...files] = process.argv.slice(2);
const require = createRequire(path.join(packageFolder, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { PHP, loadPHPRuntime } = await load('@php-wasm/universal');
const { getPHPLoaderModule } = await load('@php-wasm/node-7-4');

const php = new PHP(await loadPHPRuntime(await getPHPLoaderModule()));
const errors = [];
for (const file of files) {
  php.writeFile('/tmp/file.php', readFileSync(file));
  const { text } = await php.run({
    code: `<?php try { token_get_all(file_get_contents('/tmp/file.php'), TOKEN_PARSE); } catch (ParseError $error) {
      echo $error->getLine(), ': ', $error->getMessage(); }`,
  });
  if (text) errors.push(`${path.basename(file)}:${text}`);
}
const { text: version } = await php.run({ code: "<?php echo PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;" });
console.log(JSON.stringify({ version, errors }));
process.exit();
