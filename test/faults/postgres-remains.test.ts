import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireBundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { liveProcesses } from '@tessera/server/db/processes.js';
import { expect, it, onTestFinished } from 'vitest';
import { homeOfData, removeDataFolder } from '../support/data-folder.js';
import { serverScript } from '../support/shop-data-script.js';

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-remains-'));
  await chmod(folder, 0o755);
  onTestFinished(() => removeDataFolder(folder));
  return folder;
}

/** Processes whose command names something in a folder. */
const workingIn = (folder: string) => liveProcesses().filter(({ args }) => args.join(' ').includes(folder));

function started(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

it('a first start that is killed leaves an initdb at work, which the next start ends and clears up after', async () => {
  const folder = await dataFolder();
  const script = await serverScript(`
    import { acquireBundledPostgres } from './src/db/bundled-postgres/bundled-postgres.js';
    await acquireBundledPostgres(process.argv[2]);`);
  const child = started(process.execPath, [script, folder]);
  const halves = async () =>
    (await readdir(await homeOfData(folder)).catch(() => [])).filter((name) => name.startsWith('data.new'));
  while ((await halves()).length === 0) await sleep(5);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  const home = await homeOfData(folder);
  const initdb = workingIn(home).map(({ pid }) => pid);
  expect(initdb).not.toEqual([]);

  const bundled = await acquireBundledPostgres(folder);
  onTestFinished(() => bundled.release());
  expect(bundled.started).toBe(true);
  expect(await halves()).toEqual([]);
  expect(existsSync(path.join(home, 'initial-password'))).toBe(false);
  for (const pid of initdb) expect(workingIn(home).map((each) => each.pid)).not.toContain(pid);
  await bundled.release();
  expect(workingIn(home)).toEqual([]);
});

it('a server whose number belongs to another program now, or to nobody any more, is started again', async () => {
  const folder = await dataFolder();
  await (await acquireBundledPostgres(folder)).release();
  const pidFile = path.join(await homeOfData(folder), 'data/postmaster.pid');
  const other = started('sleep', ['60']);
  // Its child ends after the shell has become a program that collects nobody, as under a container's first process.
  const shell = started('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60']);
  const ended = Number(String((await once(shell.stdout!, 'data'))[0]));
  while (liveProcesses().some(({ pid }) => pid === ended)) await sleep(10);
  for (const pid of [other.pid, ended]) {
    expect(() => process.kill(pid!, 0)).not.toThrow();
    await writeFile(pidFile, `${pid}\n${path.dirname(pidFile)}\n1\n5432\n\n\n`);
    const bundled = await acquireBundledPostgres(folder);
    expect(bundled.started).toBe(true);
    await bundled.release();
  }
  expect(other.exitCode).toBeNull();
});
