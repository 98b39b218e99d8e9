import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, root } from './workspace.mjs';

// npm run bench -- NAME [ARGUMENTS]: bundles test/bench/NAME.ts and runs it in this process, as a benchmark is run: alone.
install();
const folder = path.join(root, 'test/bench');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -3)] : []));
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME [ARGUMENTS]; NAME is one of ${names.join(', ')}\n`);
  process.exit(2);
}
const { build } = await import('esbuild');
const { dependencies } = JSON.parse(readFileSync(path.join(root, 'packages/server/package.json'), 'utf8'));
const bundle = path.join(root, `packages/server/dist/bench-${name}.mjs`);
await build({
  entryPoints: [path.join(folder, `${name}.ts`)],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: Object.keys(dependencies).filter((dependency) => !dependency.startsWith('@tessera/')),
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
process.argv = [process.argv[0], name, ...rest];
try {
  await import(pathToFileURL(bundle).href);
} finally {
  rmSync(bundle, { force: true });
}
