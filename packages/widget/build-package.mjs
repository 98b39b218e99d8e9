// Builds the package that an app installs, into dist/package or into the folder given as argument: ES modules that a bundler
// can shake, types, custom-elements.json, and the types of the frameworks. Lit is its one dependency.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeOperations } from './build-operations.mjs';

const packageFolder = path.dirname(fileURLToPath(import.meta.url));
const outputFolder = path.resolve(process.argv[2] ?? path.join(packageFolder, 'dist/package'));
const from = (...parts) => path.join(packageFolder, ...parts);
const to = (...parts) => path.join(outputFolder, ...parts);
const source = JSON.parse(readFileSync(from('package.json'), 'utf8'));
const modules = from('node_modules');

/** Classes without side effects, and the files that register tags. */
const ENTRIES = ['index', 'define', 'define-storefront', 'define-badge'];

/** A file for each element, and one for their list: a bundler leaves out those that an app does not name. */
const ELEMENTS = ['elements', ...readdirSync(from('src/elements')).map((name) => `elements/${name}/${name}`)];

rmSync(to(), { recursive: true, force: true });
mkdirSync(to(), { recursive: true });
writeOperations(packageFolder);

await build({
  absWorkingDir: packageFolder,
  entryPoints: [...ENTRIES, ...ELEMENTS].map((name) => `src/${name}.ts`),
  outdir: outputFolder,
  // Shared code is a chunk of its own: two entries on one page are one registry of elements.
  splitting: true,
  bundle: true,
  external: ['lit', 'lit/*'],
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});

execFileSync(process.execPath, [
  path.join(modules, 'typescript/bin/tsc'),
  ...['-p', from('tsconfig.package.json'), '--outDir', to('types')],
]);
// The types of what is shared go along as a folder: its name leads nowhere outside of the workspace.
cpSync(to('types/widget/src'), to(), { recursive: true });
cpSync(to('types/ui/src'), to('ui'), { recursive: true });
rmSync(to('types'), { recursive: true });
for (const file of readdirSync(to(), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))) {
  const shared = path.posix.relative(path.posix.dirname(file.split(path.sep).join('/')), 'ui');
  const place = shared.startsWith('.') ? shared : `./${shared}`;
  writeFileSync(to(file), readFileSync(to(file), 'utf8').replaceAll("'@tessera/ui/", `'${place}/`));
}
execFileSync(
  process.execPath,
  [
    path.join(modules, '@custom-elements-manifest/analyzer/cem.js'),
    ...['analyze', '--config', 'elements-manifest.config.mjs', '--outdir', path.relative(packageFolder, to())],
  ],
  { cwd: packageFolder, stdio: ['ignore', 'ignore', 'inherit'] },
);

const frameworks = readdirSync(from('frameworks')).map((file) => file.replace('.d.ts', ''));
for (const name of frameworks) cpSync(from('frameworks', `${name}.d.ts`), to(`${name}.d.ts`));

writeFileSync(
  to('package.json'),
  `${JSON.stringify(
    {
      name: source.name,
      version: source.version,
      description: "Tessera's segment badge, recommendations, next actions and customer card as custom elements",
      license: 'MIT',
      type: 'module',
      sideEffects: ENTRIES.filter((name) => name !== 'index').map((name) => `./${name}.js`),
      exports: {
        ...Object.fromEntries(
          ENTRIES.map((name) => [
            name === 'index' ? '.' : `./${name}`,
            { types: `./${name}.d.ts`, default: `./${name}.js` },
          ]),
        ),
        ...Object.fromEntries(frameworks.map((name) => [`./${name}`, { types: `./${name}.d.ts` }])),
        './custom-elements.json': './custom-elements.json',
      },
      customElements: 'custom-elements.json',
      dependencies: { lit: source.dependencies.lit },
    },
    null,
    2,
  )}\n`,
);
