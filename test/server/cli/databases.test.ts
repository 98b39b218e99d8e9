import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { acquireBundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { liveProcess } from '@tessera/server/db/processes.js';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildServer, tessera } from '../../support/cli.js';

const isRoot = process.getuid?.() === 0;

beforeAll(buildServer);

/** A data folder that only root may enter, with its database; both are gone when the test ends. */
async function closedFolder(): Promise<{ folder: string; home: string; pid(): number }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-closed-'));
  const bundled = await acquireBundledPostgres(folder);
  const home = await readFile(path.join(folder, 'postgres.home'), 'utf8');
  onTestFinished(async () => {
    await bundled.release().catch(() => {});
    await rm(folder, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true });
  });
  return { folder, home, pid: () => Number(readFileSync(`${home}/data/postmaster.pid`, 'utf8').split('\n')[0]) };
}

const list = async () => {
  const { status, stdout } = await tessera(['databases', '--json']);
  expect(status).toBe(0);
  return JSON.parse(stdout) as {
    id: string;
    state: string;
    dataFolder: string;
    process: number | null;
    bytes: number;
  }[];
};

describe.runIf(isRoot)("root's databases", () => {
  it('are listed with the data folder that they belong to, and one in use is not removed', async () => {
    const { folder, home, pid } = await closedFolder();
    const id = path.basename(home);
    const found = (await list()).find((each) => each.id === id)!;
    expect(found).toMatchObject({ state: 'used', dataFolder: folder, process: pid() });
    expect(found.bytes).toBeGreaterThan(10_000_000);
    const refused = await tessera(['databases', 'remove', id]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toBe(`tessera: ${id} is used by the data folder ${folder}: it stays\n`);
    expect(existsSync(path.join(home, 'data/PG_VERSION'))).toBe(true);
  });

  it('of deleted data folders are removed with the server that still runs, and a new folder of that name starts empty', async () => {
    const { folder, home, pid } = await closedFolder();
    const server = pid();
    await rm(folder, { recursive: true });
    const orphan = (await list()).find((each) => each.id === path.basename(home))!;
    expect(orphan.state).toBe('orphan');

    await mkdir(folder, { mode: 0o700 });
    const again = await acquireBundledPostgres(folder);
    const newHome = await readFile(path.join(folder, 'postgres.home'), 'utf8');
    onTestFinished(() => rm(newHome, { recursive: true, force: true }));
    expect(newHome).not.toBe(home);
    await again.release();

    // Named, as other data folders of this machine are none of this test's.
    const removed = await tessera(['databases', 'remove', path.basename(home)]);
    expect(removed.status).toBe(0);
    expect(removed.stdout).toMatch(new RegExp(`^removed ${path.basename(home)}\n1 removed, \\d+ MB freed\n$`));
    expect(existsSync(home)).toBe(false);
    // Ended; the system's first process may not have collected it yet.
    expect(liveProcess(server)).toBeNull();
    expect((await list()).find((each) => each.id === path.basename(newHome))!.state).toBe('used');
  });
});

describe.concurrent('the databases command', () => {
  it.each<[string, string[], RegExp]>([
    ['nothing to remove', ['remove'], /^tessera: remove needs --orphans or ids/],
    ['an id that is not there', ['remove', 'nowhere'], /^tessera: there is no nowhere in \/var\/lib\/tessera$/],
    ['an id to list', ['list', 'one'], /^tessera: --orphans and ids are for remove$/],
  ])('refuses %s', async (_what, args, message) => {
    const { status, stdout, stderr } = await tessera(['databases', ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trim()).toMatch(message);
  });
});
