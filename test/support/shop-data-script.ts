import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

const serverPackage = path.resolve(fileURLToPath(import.meta.url), '../../../packages/server');

/**
 * Bundles a program so that plain node can run it as a process of its own; gone when the test ends.
 * @param source TypeScript that imports from `./src/...` of the server's package
 * @returns the file to run
 */
export async function serverScript(source: string): Promise<string> {
  // Beside the server's own packages, so that it finds the same ones.
  const cache = path.join(serverPackage, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(path.join(cache, 'tessera-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // As the server's own build does: our own packages go in, what comes from npm stays outside.
  const { dependencies } = JSON.parse(readFileSync(path.join(serverPackage, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const external = Object.keys(dependencies).filter((name) => !name.startsWith('@tessera/'));
  const outfile = path.join(folder, 'script.mjs');
  await build({
    stdin: { contents: source, resolveDir: serverPackage, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: external.flatMap((name) => [name, `${name}/*`]),
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
  return outfile;
}
