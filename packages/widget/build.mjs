// Builds the one-file bundle, its integrity hash and the demo pages into dist/, or into the folder given as argument.
// The same sources give the same bytes.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

const packageFolder = path.dirname(fileURLToPath(import.meta.url));
const outputFolder = path.resolve(process.argv[2] ?? path.join(packageFolder, 'dist'));
const from = (...parts) => path.join(packageFolder, ...parts);
const to = (...parts) => path.join(outputFolder, ...parts);

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

const bundle = await buildBundle();
writeFileSync(to('tessera.js'), bundle);
writeFileSync(to('tessera.js.sri'), `sha384-${createHash('sha384').update(bundle).digest('base64')}\n`);

const demoFiles = readdirSync(from('demo')).sort();
const pageScripts = demoFiles
  .filter((file) => file.endsWith('.html'))
  .map((file) => file.replace('.html', '.ts'))
  .filter((file) => demoFiles.includes(file));
await build({ ...shared, entryPoints: pageScripts.map((file) => `demo/${file}`), outdir: to('demo') });
for (const file of demoFiles.filter((file) => /\.(html|css|svg)$/.test(file))) {
  copyFileSync(from('demo', file), to('demo', file));
}

report('tessera.js');
for (const file of readdirSync(to('demo')).sort()) report(`demo/${file}`);

/**
 * The first script on a page wins. A second one must leave before it reaches Lit, whose Trusted Types policy can be
 * made only once under a strict policy; what a page forbids ends in the console, never as an error of the page.
 */
async function buildBundle() {
  const { outputFiles } = await build({
    ...shared,
    format: 'iife',
    entryPoints: ['src/define.ts'],
    plugins: [compactTemplates()],
    // Names that Lit keeps long for other copies of itself; this one talks to none.
    mangleProps: /^_\$/,
    write: false,
  });
  const program = outputFiles[0].text.trim();
  return `if(!customElements.get("tessera-segment-badge"))try{${program}}catch(e){console.warn("tessera could not start:",e)}\n`;
}

/** Takes line breaks and indentation out of our own templates and styles: the only ones a minified file still has. */
function compactTemplates() {
  return {
    name: 'compact-templates',
    setup({ onLoad, initialOptions }) {
      onLoad({ filter: /[\\/]widget[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
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
