// Builds the one-file bundles, their integrity hashes and the demo pages into dist/, or into the folder given as argument,
// and keeps the list of persisted operations. The same sources give the same bytes.
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { HOSTS } from '../hosts/hosts.mjs';
import { writeOperations } from './build-operations.mjs';
import { writeSamples } from './build-samples.mjs';

const packageFolder = path.dirname(fileURLToPath(import.meta.url));
const outputFolder = path.resolve(process.argv[2] ?? path.join(packageFolder, 'dist'));
const from = (...parts) => path.join(packageFolder, ...parts);
const to = (...parts) => path.join(outputFolder, ...parts);

/** Each bundle with what registers its elements. */
const BUNDLES = {
  'tessera.js': 'src/define.ts',
  'tessera-storefront.js': 'src/define-storefront.ts',
  'tessera-badge.js': 'src/define-badge.ts',
};

const shared = {
  absWorkingDir: packageFolder,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
};

rmSync(to(), { recursive: true, force: true });
mkdirSync(to('demo'), { recursive: true });
writeSamples(packageFolder, writeOperations(packageFolder));

const integrity = {};
for (const [file, entry] of Object.entries(BUNDLES)) publish(file, await buildBundle(entry));
for (const file of readdirSync(from('src/texts')).sort()) {
  if (/^[a-z]{2}\.ts$/.test(file)) publish(languageFile(file), await buildLanguage(`src/texts/${file}`));
}
writeFileSync(to('integrity.json'), `${JSON.stringify(integrity, null, 2)}\n`);
publishRelease();

for (const [host, { scripts = {}, files, widget, bundles = ['tessera.js'], hashes }] of Object.entries(HOSTS)) {
  for (const [source, target] of Object.entries(scripts)) {
    await build({ ...shared, entryPoints: [`../hosts/${host}/${source}`], outfile: to('crm', host, target) });
  }
  for (const [source, target] of Object.entries(files)) copy(from('../hosts', host, source), to('crm', host, target));
  if (widget === undefined) continue;
  const parts = [...bundles, ...Object.keys(integrity).filter((file) => /\.[a-z]{2}\.js$/.test(file))];
  for (const file of parts) copy(to(file), to('crm', host, widget, file));
  if (hashes) {
    const folder = to('crm', host, path.dirname(hashes));
    const entries = [...Object.values(scripts).map((file) => path.basename(file)), ...parts].map((file) => [
      file,
      hashOf(readFileSync(path.join(folder, file))),
    ]);
    writeFileSync(to('crm', host, hashes), `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  }
}

const demoFiles = readdirSync(from('demo')).sort();
const pageScripts = demoFiles
  .filter((file) => file.endsWith('.html'))
  .map((file) => file.replace('.html', '.ts'))
  .filter((file) => demoFiles.includes(file));
await build({ ...shared, entryPoints: pageScripts.map((file) => `demo/${file}`), outdir: to('demo') });
for (const file of demoFiles.filter((file) => /\.(html|css|svg)$/.test(file))) {
  copyFileSync(from('demo', file), to('demo', file));
}

for (const file of Object.keys(integrity)) report(file);
for (const file of readdirSync(to('demo')).sort()) report(`demo/${file}`);

function copy(source, target) {
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(source, target, { recursive: true });
}

function publish(file, content) {
  writeFileSync(to(file), content);
  integrity[file] = hashOf(content);
}

/** The scripts once more, under an address that never has others: what it is called follows from what is in them. */
function publishRelease() {
  const release = createHash('sha256').update(JSON.stringify(integrity)).digest('hex').slice(0, 12);
  for (const file of Object.keys(integrity)) copy(to(file), to('releases', release, file));
  writeFileSync(to('release.json'), `${JSON.stringify({ path: `/widget/${release}/`, integrity }, null, 2)}\n`);
}

function hashOf(content) {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}

/** `de.ts` and `./de.js` are `tessera.de.js` beside the bundles. */
function languageFile(file) {
  return `tessera.${path.basename(file).replace(/\.[jt]s$/, '')}.js`;
}

/**
 * The first script on a page wins. A second one must leave before it reaches Lit, whose Trusted Types policy can be
 * made only once under a strict policy; what a page forbids ends in the console, never as an error of the page.
 */
async function buildBundle(entry) {
  const { outputFiles, metafile } = await build({
    ...shared,
    entryPoints: [entry],
    plugins: [compactTemplates(), separateLanguages()],
    // Names that Lit keeps long for other copies of itself: one file has them all.
    mangleProps: /^_\$/,
    metafile: true,
    write: false,
  });
  if (process.argv.includes('--analyse')) {
    for (const { inputs } of Object.values(metafile.outputs))
      console.table(
        Object.entries(inputs)
          .map(([file, { bytesInOutput }]) => [file.replace(/.*node_modules\//, ''), bytesInOutput])
          .sort((a, b) => b[1] - a[1]),
      );
  }
  const tags = tagsIn(metafile);
  // A function of our own around it: with esbuild's, a dynamic import brings helpers that nothing calls.
  const program = `(()=>{"use strict";${outputFiles[0].text.trim()}})()`;
  const list = JSON.stringify(tags);
  // Half of two copies would not find each other: what the first has not got, the second does not add.
  const told =
    tags.length > 1
      ? `${list}.every(t=>customElements.get(t))||console.warn("tessera: a smaller bundle came first")`
      : '0';
  return `if(${list}.some(t=>customElements.get(t)))${told};else try{${program}}catch(e){console.warn("tessera could not start:",e)}\n`;
}

/** Tags of the elements whose classes are in a bundle: `elements/perks/perks.ts` is `tessera-perks`. */
function tagsIn({ outputs }) {
  return Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([file]) => /elements\/([a-z-]+)\/\1\.ts$/.exec(file)?.[1] ?? [])
    .sort()
    .map((name) => `tessera-${name}`);
}

async function buildLanguage(entry) {
  const { outputFiles } = await build({ ...shared, charset: 'utf8', entryPoints: [entry], write: false });
  return outputFiles[0].text;
}

/** Languages stay files of their own, found beside the bundle. */
function separateLanguages() {
  return {
    name: 'separate-languages',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\/[a-z]{2}\.js$/ }, ({ path: file }) => ({
        path: `./${languageFile(file)}`,
        external: true,
      }));
    },
  };
}

/** Takes line breaks and indentation out of our own templates and styles: the only ones a minified file still has. */
function compactTemplates() {
  return {
    name: 'compact-templates',
    setup({ onLoad, initialOptions }) {
      onLoad({ filter: /[\\/](widget|ui)[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
        const source = readFileSync(file, 'utf8').replace(/css`([^`]*)`/g, (_, css) => `css\`${compactCss(css)}\``);
        const { code } = await transform(source, {
          loader: 'ts',
          minify: true,
          target: initialOptions.target,
          tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, verbatimModuleSyntax: true } },
        });
        return { loader: 'js', contents: code.trim().replace(/\n\s*/g, ' ').replaceAll('> <', '><') };
      });
    },
  };
}

function compactCss(css) {
  return css
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .replaceAll(';}', '}')
    .trim();
}

function report(file) {
  const content = readFileSync(to(file));
  const gzipped = gzipSync(content, { level: 9 }).length;
  console.log(`${file.padEnd(24)} ${kibibytes(content.length)}  ${kibibytes(gzipped)} gzipped`);
}

function kibibytes(byteCount) {
  return `${(byteCount / 1024).toFixed(2).padStart(8)} KiB`;
}
