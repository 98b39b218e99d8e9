import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// Our own packages are part of the bundle; everything from npm stays where it was installed.
const { dependencies, optionalDependencies } = JSON.parse(
  await readFile(new URL('package.json', import.meta.url), 'utf8'),
);
const external = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
  (name) => !name.startsWith('@tessera/'),
);
const outdir = fileURLToPath(new URL('dist', import.meta.url));

const { metafile } = await build({
  entryPoints: [fileURLToPath(new URL('src/main.ts', import.meta.url))],
  outdir,
  // A command that is not called is not read.
  splitting: true,
  chunkNames: 'part-[hash]',
  metafile: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  external: external.flatMap((name) => [name, `${name}/*`]),
  // Core's numeric libraries are CommonJS in part and have no place in the server's own dependencies.
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// Parts of an earlier build; those of this one may be in use by another process that built the same.
const built = new Set(Object.keys(metafile.outputs).map((file) => path.basename(file)));
const old = (await readdir(outdir)).filter((name) => name.startsWith('part-') && !built.has(name));
await Promise.all(old.map((name) => rm(path.join(outdir, name), { force: true })));
