import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, root, run, tool } from './workspace.mjs';

// Writes packages/server/schema.graphql from the builder. A test compares the two.
install();
const { build } = await import('esbuild');
const { dependencies } = JSON.parse(readFileSync(path.join(root, 'packages/server/package.json'), 'utf8'));
const bundle = path.join(root, 'packages/server/dist/schema.mjs');
await build({
  entryPoints: [path.join(root, 'packages/server/src/graphql/schema.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  // As in the server's own build: what it depends on stays outside, our own packages come along.
  external: Object.keys(dependencies).filter((name) => !name.startsWith('@tessera/')),
  mainFields: ['module', 'main'],
  logLevel: 'warning',
});
const { schemaText } = await import(pathToFileURL(bundle).href);
writeFileSync(path.join(root, 'packages/server/schema.graphql'), schemaText());
rmSync(bundle);
run(tool('biome'), ['format', '--write', 'packages/server/schema.graphql']);
