import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { acquireBundledPostgres, type BundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { UserError } from '@tessera/server/errors.js';
import postgres from 'postgres';
import { describe, expect, it, onTestFinished } from 'vitest';
import { removeDataFolder } from '../../../support/data-folder.js';
import { serverScript } from '../../../support/shop-data-script.js';

const isRoot = process.getuid?.() === 0;

/** A data folder of the test's own that others may enter; its server is stopped and the folder gone when the test ends. */
async function dataFolder(mode = 0o755, name = 'shop'): Promise<string> {
  const parent = await mkdtemp(path.join(os.tmpdir(), 'tessera-bundled-'));
  await chmod(parent, mode);
  const folder = path.join(parent, name);
  onTestFinished(async () => {
    const pid = postmasterPid(path.join(folder, 'postgres'));
    if (pid !== null) process.kill(pid, 'SIGQUIT');
    while (postmasterPid(path.join(folder, 'postgres')) !== null) await sleep(20);
    await removeDataFolder(folder);
    await rm(parent, { recursive: true, force: true });
  });
  return folder;
}

/** Acquired, and given back at the latest when the test ends. */
async function acquire(folder: string): Promise<BundledPostgres> {
  const bundled = await acquireBundledPostgres(folder);
  onTestFinished(() => bundled.release());
  return bundled;
}

async function query<Row extends object>({ connection }: BundledPostgres, text: string): Promise<Row[]> {
  const sql = postgres({ ...connection, max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    return [...(await sql.unsafe<Row[]>(text))];
  } finally {
    await sql.end();
  }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The server's process, null when none runs. */
function postmasterPid(home: string): number | null {
  const file = path.join(home, 'data', 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  return isAlive(pid) ? pid : null;
}

/** A server that stops takes this file away as its last act. */
const hasStopped = (home: string) => !existsSync(path.join(home, 'data', 'postmaster.pid'));

const userOf = (pid: number) => Number(execFileSync('ps', ['-o', 'uid=', '-p', String(pid)], { encoding: 'utf8' }));

/** Every file and folder with its mode, owner and content. */
async function snapshot(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const found = await stat(path.join(folder, name));
      const content = found.isFile() ? await readFile(path.join(folder, name), 'base64') : '';
      return `${name} ${found.mode.toString(8)} ${found.uid} ${content}`;
    }),
  );
}

async function refusal(folder: string): Promise<string> {
  const error = await acquireBundledPostgres(folder).then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

/** A process that acquires the folder's server, says whether it started it, and holds it until it is told to end. */
async function holderProcess(folder: string): Promise<{ child: ChildProcess; started: Promise<boolean> }> {
  const script = await serverScript(`
    import { acquireBundledPostgres } from './src/db/bundled-postgres/bundled-postgres.js';
    const bundled = await acquireBundledPostgres(process.argv[2]);
    console.log('started ' + bundled.started);
    process.stdin.once('data', async () => {
      await bundled.release();
      process.exit(0);
    });`);
  const child = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const started = new Promise<boolean>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
      const said = /started (true|false)\n/.exec(text);
      if (said) resolve(said[1] === 'true');
    });
    child.once('exit', () => reject(new Error(`the holder ended: ${text}`)));
  });
  return { child, started };
}

/** Inodes of the sockets that listen on TCP ports, of every process. */
function listeningInodes(): string[] {
  return ['tcp', 'tcp6'].flatMap((protocol) => {
    const file = `/proc/net/${protocol}`;
    if (!existsSync(file)) return [];
    const rows = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.trim().split(/\s+/));
    return rows.filter((cells) => cells[3] === '0A').map((cells) => cells[9]!);
  });
}

describe('the bundled PostgreSQL', () => {
  it('is made by the first start, found by the second, and stopped by the last who gives it back', async () => {
    const folder = await dataFolder();
    const home = path.join(folder, 'postgres');
    expect(existsSync(path.join(folder, 'postgres.password'))).toBe(false);
    const first = await acquire(folder);
    expect(first.started).toBe(true);
    expect(existsSync(path.join(folder, 'postgres.password'))).toBe(true);
    expect(existsSync(path.join(home, 'data', 'PG_VERSION'))).toBe(true);
    const [version] = await query<{ number: number }>(
      first,
      `select current_setting('server_version_num')::int as number`,
    );
    expect(version!.number).toBeGreaterThanOrEqual(150_000);
    await query(first, 'create table kept as select 42 as number');

    const second = await acquire(folder);
    expect(second.started).toBe(false);
    const pid = postmasterPid(home)!;
    await first.release();
    await first.release();
    expect(await query(second, 'select number from kept')).toEqual([{ number: 42 }]);
    expect(postmasterPid(home)).toBe(pid);
    await second.release();
    expect(hasStopped(home)).toBe(true);
    expect(await readdir(path.join(folder, 'holders'))).toEqual([]);
    expect(existsSync(path.join(folder, 'lock'))).toBe(false);

    const third = await acquire(folder);
    expect(third.started).toBe(true);
    expect(await query(third, 'select number from kept')).toEqual([{ number: 42 }]);
  });

  it('listens on no TCP port, runs as an unprivileged user and lets in only who has the password', async () => {
    const folder = await dataFolder();
    const home = path.join(folder, 'postgres');
    const bundled = await acquire(folder);
    const pid = postmasterPid(home)!;
    expect(await query(bundled, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    if (isRoot && existsSync(`/proc/${pid}/fd`)) {
      const sockets = readdirSync(`/proc/${pid}/fd`).map((fd) => {
        // A descriptor may be closed between the listing and the look.
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          return '';
        }
      });
      expect(sockets.some((name) => name.startsWith('socket:'))).toBe(true);
      for (const inode of listeningInodes()) expect(sockets).not.toContain(`socket:[${inode}]`);
    }
    if (isRoot) expect(userOf(pid)).not.toBe(0);
    else expect(userOf(pid)).toBe(process.getuid?.());
    expect(statSync(path.join(folder, 'postgres.password')).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(home, 'run')).mode & 0o777).toBe(0o700);
    expect(existsSync(path.join(home, 'initial-password'))).toBe(false);
    const wrong = { ...bundled, connection: { ...bundled.connection, password: 'wrong' } };
    await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(await query(bundled, 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('is started once by processes that start at once', async () => {
    const folder = await dataFolder();
    const { child, started } = await holderProcess(folder);
    const [mine, again, other] = await Promise.all([acquire(folder), acquire(folder), started]);
    expect([mine.started, again.started, other].filter((each) => each)).toHaveLength(1);
    await mine.release();
    await again.release();
    expect(hasStopped(path.join(folder, 'postgres'))).toBe(false);
    const ended = once(child, 'exit');
    child.stdin!.write('end\n');
    expect((await ended)[0]).toBe(0);
    expect(hasStopped(path.join(folder, 'postgres'))).toBe(true);
  });

  it('outlives the SIGKILL of its holder and is found by the next start, and so is one that was killed itself', async () => {
    const folder = await dataFolder();
    const home = path.join(folder, 'postgres');
    const { child, started } = await holderProcess(folder);
    expect(await started).toBe(true);
    const pid = postmasterPid(home)!;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    expect(isAlive(pid)).toBe(true);

    const next = await acquire(folder);
    expect(next.started).toBe(false);
    await query(next, 'create table kept as select 42 as number');
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(20);

    // Started again by whoever sees it first: this start, or the watch of the one before.
    const after = await acquire(folder);
    expect(postmasterPid(home)).not.toBe(pid);
    expect(await query(after, 'select number from kept')).toEqual([{ number: 42 }]);
    // The holder that was killed does not count: these two are the last.
    await next.release();
    expect(hasStopped(home)).toBe(false);
    await after.release();
    expect(hasStopped(home)).toBe(true);
  });

  it('takes over the lock of a process that is gone, also one with its own number, and waits for a live one', async () => {
    const folder = await dataFolder();
    const lock = path.join(folder, 'lock');
    const child = spawn(process.execPath, ['--eval', '0']);
    await once(child, 'exit');
    await mkdir(folder);
    await writeFile(lock, String(child.pid));
    const first = await acquire(folder);
    await writeFile(lock, String(process.pid));
    const second = await acquire(folder);
    await writeFile(lock, String(process.ppid));
    let isThere = false;
    const third = acquire(folder).then((bundled) => {
      isThere = true;
      return bundled;
    });
    await sleep(300);
    expect(isThere).toBe(false);
    await rm(lock);
    expect((await third).started).toBe(false);
    expect((await readdir(folder)).sort()).toEqual(['holders', 'postgres', 'postgres.password']);
    for (const bundled of [first, second, await third]) await bundled.release();
  });

  it('runs in a folder whose path is long and odd', async () => {
    const folder = await dataFolder(0o755, `it's, a #${'long '.repeat(20)}shop`);
    const bundled = await acquire(folder);
    expect(bundled.connection.host.startsWith(os.tmpdir())).toBe(true);
    expect(await query(bundled, 'select 1 as one')).toEqual([{ one: 1 }]);
    await bundled.release();
    await rm(bundled.connection.host, { recursive: true });
  });
});

describe('a data folder', () => {
  const cluster = async (files: Readonly<Record<string, string>>) => {
    const folder = await dataFolder();
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(folder, 'postgres/data', name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    return folder;
  };

  it.each([
    [
      'of another major version',
      { PG_VERSION: '16\n', 'global/pg_control': 'x' },
      /was made by PostgreSQL 16, this Tessera bundles \d+: dump it/,
    ],
    [
      'without its control file',
      { PG_VERSION: '18\n', base: 'x' },
      /is damaged \(global\/pg_control is missing\): restore it from a backup/,
    ],
    [
      'without its version',
      { 'global/pg_control': 'x' },
      /is damaged \(PG_VERSION is missing\): restore it from a backup/,
    ],
  ])('%s is refused and left untouched', async (_, files, message) => {
    const folder = await cluster(files);
    const before = await snapshot(folder);
    expect(await refusal(folder)).toMatch(message);
    expect(await snapshot(folder)).toEqual(before);
  });

  it('without the password of its database is refused', async () => {
    const folder = await dataFolder();
    const bundled = await acquire(folder);
    await bundled.release();
    await rm(path.join(folder, 'postgres.password'));
    expect(await refusal(folder)).toMatch(/postgres\.password cannot be read \(ENOENT\): restore it from a backup/);
    expect(hasStopped(path.join(folder, 'postgres'))).toBe(true);
    expect(await readdir(path.join(folder, 'holders'))).toEqual([]);
  });

  it('that cannot be made is refused with what to do', async () => {
    const folder = await dataFolder();
    await mkdir(folder);
    await writeFile(path.join(folder, 'file'), '');
    expect(await refusal(path.join(folder, 'file', 'data'))).toMatch(
      /cannot be written \(ENOTDIR\): choose another with TESSERA_DATA_DIR or --data-dir$/,
    );
    expect(await refusal(`${folder}/a"b`)).toMatch(/has a quotation mark, .* choose another with/);
  });

  it.runIf(!isRoot)('that may not be written is refused with what to do', async () => {
    const folder = await dataFolder();
    await mkdir(folder);
    await chmod(folder, 0o555);
    expect(await refusal(folder)).toMatch(/cannot be written \(EACCES\): choose another/);
  });

  it.runIf(isRoot)('of another user is served as that user, so that he can go on using it', async () => {
    const folder = await dataFolder();
    const home = path.join(folder, 'postgres');
    await (await acquire(folder)).release();
    const user = 12_345;
    for (const name of ['.', ...(await readdir(home, { recursive: true }))]) {
      await chown(path.join(home, name), user, user);
    }
    const bundled = await acquire(folder);
    expect(userOf(postmasterPid(home)!)).toBe(user);
    await bundled.release();
    for (const name of ['.', 'data', 'run', 'server.log']) expect(statSync(path.join(home, name)).uid).toBe(user);
  });

  it.runIf(isRoot)('that only root may enter has its database where an unprivileged server can reach it', async () => {
    const folder = await dataFolder(0o700);
    const bundled = await acquire(folder);
    const [row] = await query<{ place: string }>(bundled, `select current_setting('data_directory') as place`);
    onTestFinished(() => rm(path.dirname(row!.place), { recursive: true, force: true }));
    expect(row!.place.startsWith(folder)).toBe(false);
    await bundled.release();
    const again = await acquire(folder);
    expect(again.started).toBe(true);
    await again.release();
  });
});
