import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession, type Sql } from '@tessera/server/db/database.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase } from '../support/database.js';
import { serverScript } from '../support/shop-data-script.js';

/** The lock of a run: see lockRun. */
const RUN_LOCK = 7305004;
const LETS_GO_WITHIN_MS = 2000;

/**
 * A process that holds the lock of a run, in a statement that computes for minutes.
 * @param interval how often its session looks for its client; 0 never
 */
async function runAtWork(url: string, sql: Sql, interval: string | null): Promise<ChildProcess> {
  const script = await serverScript(`
    import { openDatabase, openSession } from './src/db/database.js';
    import { lockRun } from './src/db/queries/runs/runs.js';
    const { sql } = await openDatabase({ databaseUrl: process.argv[2], dataFolder: '' });
    const session = openSession(sql);
    await lockRun(session);
    if (process.argv[3] !== '') await session\`select set_config('client_connection_check_interval', \${process.argv[3]}, false)\`;
    await session\`select count(*) from generate_series(1, 100000000000) as working\`;`);
  const child = spawn(process.execPath, [script, url, interval ?? ''], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const atWork = () =>
    sql`select from pg_stat_activity where query like '%as working' and pid <> pg_backend_pid() and state = 'active'`;
  while ((await atWork()).count === 0) await sleep(20);
  return child;
}

const isLocked = async (sql: Sql) =>
  (
    await sql`select from pg_locks where locktype = 'advisory' and objid = ${RUN_LOCK} and granted
             and database = (select oid from pg_database where datname = current_database())`
  ).count > 0;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

describe('a run that is stopped in the middle of a statement', () => {
  it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])('by %s lets go of its lock within two seconds', async (signal) => {
    const { sql, url } = await testDatabase();
    const child = await runAtWork(url, sql, null);
    expect(await isLocked(sql)).toBe(true);
    await end(child, signal);
    const since = performance.now();
    while (await isLocked(sql)) {
      expect(performance.now() - since).toBeLessThan(LETS_GO_WITHIN_MS);
      await sleep(20);
    }
  });

  it('and whose session notices nothing is ended by the next run, which goes on', async () => {
    const { sql, url } = await testDatabase();
    const child = await runAtWork(url, sql, '0');
    await end(child, 'SIGKILL');
    await sleep(1500);
    expect(await isLocked(sql)).toBe(true);
    const next = await runAtWork(url, sql, null);
    const [orphans] = await sql<{ count: number }[]>`
      select count(*)::int as count from pg_stat_activity where query like '%as working' and pid <> pg_backend_pid()`;
    expect(orphans!.count).toBe(1);
    await end(next, 'SIGKILL');
  });

  it('and lives is not ended by the next, which is refused', async () => {
    const { sql, url } = await testDatabase();
    const child = await runAtWork(url, sql, null);
    const { lockRun } = await import('@tessera/server/db/queries/runs/runs.js');
    const session = openSession(sql);
    onTestFinished(() => session.end());
    await expect(lockRun(session)).rejects.toThrow(/another run is in progress/);
    expect(await isLocked(sql)).toBe(true);
    await end(child, 'SIGKILL');
  });
});
