import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { expect } from 'vitest';
import { buildServer, type DataFolder, dataFolder, type RunningTessera, startTessera } from '../support/cli.js';

/** A PostgreSQL that has died or jammed is back by itself within this. */
export const BACK_WITHIN_SECONDS = 10;

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');

/** A served shop on a bundled PostgreSQL of its own, with a little load, and what its tests do to it. */
export interface BundledShop {
  readonly folder: DataFolder;
  /** The server as it runs now. */
  tessera(): RunningTessera;
  /** Ends the server by SIGTERM, which must succeed, and starts it again. @returns seconds to its end, and from its start to ready */
  restart(): Promise<{ stop: number; start: number }>;
  /** Writes a row and waits for the acknowledgement; throws where there is none. */
  write(): Promise<void>;
  /** How many rows were acknowledged, and how many are there. */
  rows(): Promise<{ acknowledged: number; stored: number }>;
  /** Processes of sessions: busy ones, idle ones, the server's own. */
  sessions(): Promise<number[]>;
  /** The server's answer at an address; 0 where it gives none. */
  status(address: string): Promise<number>;
  /** Seconds until `/ready` answers 200 again; fails when that takes longer than promised. */
  secondsToReady(): Promise<number>;
  /** What PostgreSQL wrote down. */
  log(): string;
  close(): Promise<void>;
}

/** Sessions that compute, sort and write all the time, in a process of their own, whatever happens to the server. */
const LOAD = `
  import { readFileSync } from 'node:fs';
  import path from 'node:path';
  import { setTimeout as sleep } from 'node:timers/promises';
  import postgres from 'postgres';
  const folder = process.argv[1];
  process.on('uncaughtException', () => {});
  process.on('unhandledRejection', () => {});
  const statements = [
    'select count(*) from generate_series(1, 20000000)',
    'select pg_sleep(1)',
    'create table if not exists load as select 1 as a; insert into load select generate_series(1, 20000); delete from load',
  ];
  for (const statement of statements) {
    void (async () => {
      for (;;) {
        const password = readFileSync(path.join(folder, 'postgres.password'), 'utf8');
        const sql = postgres({ host: path.join(folder, 'postgres/run'), username: 'tessera', database: 'postgres', password,
          max: 1, onnotice: () => {}, connect_timeout: 2 });
        await Promise.race([sql.unsafe(statement).simple(), sleep(5000)]).catch(() => {});
        await sql.end({ timeout: 0 }).catch(() => {});
        await sleep(100);
      }
    })();
  }`;

export async function bundledShop(): Promise<BundledShop> {
  buildServer();
  const folder = await dataFolder();
  const home = path.join(folder.path, 'postgres');
  const start = () => startTessera(['serve'], { TESSERA_DATA_DIR: folder.path, PORT: '0', LOG_LEVEL: 'warn' });
  let running = await start();
  const load: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', LOAD, folder.path], {
    cwd: root,
    stdio: 'ignore',
  });

  async function ask<Row extends object>(statement: string): Promise<Row[]> {
    const password = await readFile(path.join(folder.path, 'postgres.password'), 'utf8');
    const sql = postgres({
      host: path.join(home, 'run'),
      username: 'tessera',
      database: 'postgres',
      password,
      max: 1,
      onnotice: () => {},
      connect_timeout: 5,
      connection: { application_name: 'test' },
    });
    try {
      return [...(await sql.unsafe<Row[]>(statement))];
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
  await ask('create table written (number int primary key)');
  let acknowledged = 0;

  const status = (address: string) =>
    fetch(`${running.url}${address}`, { signal: AbortSignal.timeout(5000) }).then(
      (answer) => answer.status,
      () => 0,
    );

  return {
    folder,
    tessera: () => running,
    async restart() {
      const since = performance.now();
      expect(await running.end('SIGTERM')).toBe(0);
      const stop = (performance.now() - since) / 1000;
      running = await start();
      return { stop, start: running.secondsToReady };
    },
    async write() {
      await ask(`insert into written values (${acknowledged + 1})`);
      acknowledged++;
    },
    async rows() {
      const [row] = await ask<{ stored: number }>('select count(*)::int as stored from written');
      return { acknowledged, stored: row!.stored };
    },
    async sessions() {
      const rows = await ask<{ pid: number }>(
        `select pid from pg_stat_activity where backend_type = 'client backend' and application_name <> 'test' order by pid`,
      );
      return rows.map(({ pid }) => pid);
    },
    status,
    async secondsToReady() {
      const since = performance.now();
      for (;;) {
        const seconds = (performance.now() - since) / 1000;
        if ((await status('/ready')) === 200) return seconds;
        if (seconds > BACK_WITHIN_SECONDS) {
          throw new Error(
            `not ready after ${seconds} s: ${running.output().stderr}\n${readFileSync(`${home}/server.log`, 'utf8').slice(-3000)}`,
          );
        }
        await sleep(50);
      }
    },
    log: () => readFileSync(path.join(home, 'server.log'), 'utf8'),
    async close() {
      load.kill('SIGKILL');
      await running.end('SIGTERM');
      await folder.remove();
    },
  };
}
