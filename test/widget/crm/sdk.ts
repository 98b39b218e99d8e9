import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cacheFolder = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

/**
 * Installs the packages of a lock file beside these tests, once, outside of the workspace.
 * @param name a folder here with `package.json` and `package-lock.json`; each is for one test file alone
 * @returns the folder that they are in
 */
export function installSdk(name: 'sdks' | 'hubspot' | 'salesforce'): string {
  const source = fileURLToPath(new URL(`./${name}/`, import.meta.url));
  const hash = createHash('sha256')
    .update(readFileSync(path.join(source, 'package-lock.json')))
    .digest('hex');
  const folder = path.join(cacheFolder, `tessera-crm-${name}-${hash.slice(0, 12)}`);
  // npm writes this file last.
  if (existsSync(path.join(folder, 'node_modules/.package-lock.json'))) return folder;
  mkdirSync(folder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(path.join(source, file), path.join(folder, file));
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the host's SDK in ${name} cannot be installed from npm: ${stderr}`);
  return folder;
}
