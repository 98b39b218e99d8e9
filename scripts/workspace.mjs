import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. Nothing here needs an installed package: it runs on a fresh clone. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const OLDEST_NODE = [20, 19];
const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

const note = (text) => process.stderr.write(`${text}\n`);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  note(`Tessera needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Runs a program in the project's folder and ends with its status when it fails. Its output goes to standard error. */
export function run(program, args, options = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.error !== undefined) {
    note(`cannot run ${program}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** The path of a program that a package brought. */
export const tool = (name) => path.join(root, 'node_modules', '.bin', name);

/** A digest of files and folders, by name and content. */
function digest(...targets) {
  const hash = createHash('sha256');
  const add = (file) => {
    if (!existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const name of readdirSync(file).sort())
        if (name !== 'node_modules' && name !== 'dist') add(path.join(file, name));
    } else hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  };
  for (const target of targets) add(path.join(root, target));
  return hash.digest('hex');
}

/** Does some work unless the same input was worked on before. */
function once(markFile, input, work) {
  const mark = path.join(root, markFile);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === input) return;
  work();
  writeFileSync(mark, input);
}

/** Installs what the lock file names, unless that is there already. */
export function install() {
  checkNode();
  const input = digest('pnpm-lock.yaml', 'package.json', 'pnpm-workspace.yaml', 'patches', ...packageFiles());
  once('node_modules/.tessera-installed', `${input} ${process.version}`, () => {
    note('installing packages ...');
    run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only', '--loglevel=warn']);
  });
}

const packageFiles = () => readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/package.json`);

/** Bundles the server and the widget, unless their sources are as they were. */
export function build() {
  for (const [name, ...sources] of [
    ['server', 'packages/server', 'packages/core', 'packages/demo-shop'],
    ['widget', 'packages/widget', 'packages/ui', 'packages/hosts'],
  ]) {
    // The mark lies in what was built, so it goes when that goes.
    once(`packages/${name}/dist/.built-from`, digest(...sources, 'pnpm-lock.yaml'), () => {
      note(`building the ${name} ...`);
      run(process.execPath, [`packages/${name}/build.mjs`]);
    });
  }
}
