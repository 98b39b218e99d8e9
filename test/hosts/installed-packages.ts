import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cacheFolder = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url));

/**
 * The packages of the lock file in a folder beside this file, installed once into a folder of their own: what only a test of
 * a host needs is no part of the workspace.
 * @param source its name; each folder is for one test file alone
 * @param parameters of `npm ci`, beside the usual ones
 * @returns that folder
 * @throws Error when npm cannot install them
 */
export function installPackages(source: string, ...parameters: string[]): string {
  const sourceFolder = fileURLToPath(new URL(`./${source}/`, import.meta.url));
  const folder = path.join(cacheFolder, `tessera-${source}`);
  const lock = readFileSync(path.join(sourceFolder, 'package-lock.json'), 'utf8');
  const installedLock = path.join(folder, 'installed.json');
  if (!existsSync(installedLock) || readFileSync(installedLock, 'utf8') !== lock) {
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(path.join(sourceFolder, file), path.join(folder, file));
    npm(folder, 'ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...parameters);
    copyFileSync(path.join(sourceFolder, 'package-lock.json'), installedLock);
  }
  return folder;
}

/**
 * Files of one large package, unpacked once. npm would unpack all of it.
 * @param integrity as a lock file has it
 * @param files files and folders in the package
 * @returns the folder they are in
 */
export function unpackPackage(name: string, version: string, integrity: string, files: readonly string[]): string {
  const folder = path.join(cacheFolder, `tessera-${name.replace(/\W+/g, '-')}-${version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    npm(unfinished, 'pack', '--silent', `${name}@${version}`);
    const [archive] = readdirSync(unfinished);
    const hash = createHash('sha512')
      .update(readFileSync(path.join(unfinished, archive!)))
      .digest('base64');
    if (`sha512-${hash}` !== integrity) throw new Error(`${name} ${version} has the hash ${hash}, wanted ${integrity}`);
    execFileSync('tar', ['-xzf', archive!, '--strip-components=1', ...files.map((file) => `package/${file}`)], {
      cwd: unfinished,
    });
    rmSync(path.join(unfinished, archive!));
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

function npm(folder: string, ...parameters: string[]): void {
  try {
    execFileSync('npm', parameters, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`npm ${parameters.join(' ')} failed in ${folder}: ${stderr ?? error}`);
  }
}
