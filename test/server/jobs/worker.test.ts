import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type Database, openDatabase, type Sql } from '@tessera/server/db/database.js';
import {
  addJob,
  completeJob,
  expireLease,
  type Job,
  readLease,
  retryJob,
  takeJob,
} from '@tessera/server/db/queries/jobs/queue.js';
import { requestCancel } from '@tessera/server/db/queries/runs/run-requests.js';
import { type Attempt, type Launch, perform } from '@tessera/server/jobs/attempt.js';
import { requestRun } from '@tessera/server/jobs/requests.js';
import { Worker, type WorkerTimes } from '@tessera/server/jobs/worker.js';
import { LeaseLost, RunCancelled } from '@tessera/server/runs/failures.js';
import { RUN_STEPS } from '@tessera/server/runs/run-story.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase, testFolder } from '../../support/database.js';
import { addOrders } from '../../support/shop-data-orders.js';
import { serverScript } from '../../support/shop-data-script.js';

const CONFIG = { port: 0, host: '127.0.0.1', dataDir: '', production: false };
/** A person would wait for minutes. */
const QUICK: WorkerTimes = { pollMs: 50, beatMs: 50, leaseMs: 600, graceMs: 1000, importsMs: 0 };

/** A shop with a few orders. */
async function smallShop(): Promise<Database & { url: string }> {
  const database = await testDatabase();
  await ensureShop(database.sql, {});
  await addOrders(
    database.sql,
    ...Array.from({ length: 12 }, (_, i) => ({
      customer: `c${i % 6}`,
      placedAt: `2026-0${1 + (i % 5)}-1${i % 10} 12:00`,
      lines: [{ amount: String(10 + i) }],
    })),
  );
  return database;
}

const here =
  (database: Database, config = CONFIG): Launch =>
  (job: Job): Attempt => ({
    outcome: perform(database, config, job),
    kill: () => {},
  });

const at = (moment: string) => new Date(moment);
const ask = (sql: Sql, now = new Date()) => sql.begin((transaction) => requestRun(transaction, {}, 'asked', now));
const currentRun = async (sql: Sql) => (await sql`select current_run_id::int as id from shop`)[0]!.id as number | null;
const runsOf = async (sql: Sql) =>
  (
    await sql<{ id: number; state: string; failure: string | null }[]>`
      select id::int as id, state, failure from runs order by id`
  ).map((row) => ({ ...row }));
const jobsOf = async (sql: Sql) =>
  (
    await sql<
      { state: string; attempts: number; reason: string }[]
    >`select state, attempts, reason from jobs order by id`
  ).map((row) => ({ ...row }));
/** Tables of profiles that no run holds. */
const orphans = async (sql: Sql) =>
  (
    await sql`
      select from pg_class c where relname ~ '^customer_profiles_[0-9]+$'
        and not exists (select from pg_inherits where inhrelid = c.oid)`
  ).count;

/** Turns of a worker until the list is empty. */
async function workOff(worker: Worker, sql: Sql): Promise<void> {
  for (;;) {
    await worker.turn();
    const open = await sql`select from jobs where state in ('waiting', 'running')`;
    if (open.count === 0) return;
    await new Promise((resolve) => setTimeout(resolve, QUICK.pollMs));
  }
}

describe('a run that is killed', () => {
  it('at any step leaves the last good one, and the next worker makes it', async () => {
    const database = await smallShop();
    const { sql, url } = database;
    const script = await serverScript(`
      import { openDatabase } from './src/db/database.js';
      import { takeJob } from './src/db/queries/jobs/queue.js';
      import { runScoring } from './src/scoring/run.js';
      const { sql } = await openDatabase({ databaseUrl: process.argv[2], dataFolder: '' });
      const job = await takeJob(sql, new Date());
      await runScoring(sql, { timeZone: 'UTC', job, onProgress: (_share, step) => {
        if (step === process.argv[3]) process.kill(process.pid, 'SIGKILL');
      } });`);
    let { runId: good } = await runScoring(sql, { timeZone: 'UTC' });
    for (const step of RUN_STEPS) {
      await ask(sql);
      const child: ChildProcess = spawn(process.execPath, [script, url, step], { stdio: 'ignore' });
      const [, signal] = await once(child, 'exit');
      expect(signal, step).toBe('SIGKILL');
      expect(await currentRun(sql), step).toBe(good);

      const worker = new Worker({ database, config: CONFIG, launch: here(database), times: QUICK });
      await workOff(worker, sql);
      const [killed, next] = (await runsOf(sql)).slice(-2);
      expect(killed, step).toMatchObject({ state: 'failed', failure: 'interrupted' });
      expect(next, step).toMatchObject({ state: 'published' });
      expect(await currentRun(sql), step).toBe(next!.id);
      expect(await orphans(sql), step).toBe(0);
      expect((await jobsOf(sql)).at(-1), step).toEqual({ state: 'done', attempts: 0, reason: 'asked' });
      good = next!.id;
    }
  });

  it('with its server is told by the lease alone, whatever the clocks show', async () => {
    const database = await smallShop();
    const { sql } = database;
    await ask(sql);
    // The holder is gone, and its clock was a year ahead.
    await takeJob(sql, at('2031-01-01T00:00:00Z'));
    const clock = async () => at('2026-06-01T00:00:00Z');
    const worker = new Worker({ database, config: CONFIG, launch: here(database), times: QUICK, clock });
    const since = performance.now();
    await workOff(worker, sql);
    expect(performance.now() - since).toBeGreaterThanOrEqual(QUICK.leaseMs);
    expect((await runsOf(sql)).at(-1)).toMatchObject({ state: 'published' });
  });

  it('is not taken from a holder who gives signs of life', async () => {
    const database = await smallShop();
    const { sql } = database;
    await ask(sql);
    const slow: Launch = (job) => ({
      outcome: new Promise<void>((resolve) => setTimeout(resolve, 3 * QUICK.leaseMs)).then(() =>
        perform(database, CONFIG, job),
      ),
      kill: () => {},
    });
    const holder = new Worker({ database, config: CONFIG, launch: slow, times: QUICK });
    const other = new Worker({ database, config: CONFIG, launch: here(database), times: QUICK });
    await Promise.all([holder.turn(), workOff(other, sql)]);
    expect(await runsOf(sql)).toEqual([{ id: expect.any(Number), state: 'published', failure: null }]);
  });
});

describe('a run that lost its lease', () => {
  it('publishes nothing, however late it notices', async () => {
    const { sql } = await smallShop();
    await ask(sql);
    const job = (await takeJob(sql, new Date()))!;
    const run = runScoring(sql, {
      timeZone: 'UTC',
      job,
      // The last moment before it would have been published.
      onPublish: async () => {
        expect(await expireLease(sql, (await readLease(sql))!, new Date())).toBe(true);
      },
    });
    await expect(run).rejects.toThrow(LeaseLost);
    expect(await currentRun(sql)).toBeNull();
    expect(await orphans(sql)).toBe(0);
    expect(await runsOf(sql)).toEqual([{ id: job.runId, state: 'failed', failure: 'interrupted' }]);
    const again = (await takeJob(sql, new Date()))!;
    expect(again.fence).toBeGreaterThan(job.fence);
  });
});

describe('a run that is cancelled', () => {
  it('at any step publishes nothing, or was over before', async () => {
    const { sql } = await smallShop();
    let { runId: good } = await runScoring(sql, { timeZone: 'UTC' });
    for (const step of RUN_STEPS) {
      await ask(sql);
      const job = (await takeJob(sql, new Date()))!;
      let cancelled: Promise<boolean | null> | undefined;
      const run = runScoring(sql, {
        timeZone: 'UTC',
        job,
        onProgress: (_share, name) => {
          if (name === step) cancelled ??= requestCancel(sql, job.runId!);
        },
      });
      const ended = await run.then(
        () => null,
        (error: unknown) => error,
      );
      if ((await cancelled) === true) {
        expect(ended, step).toBeInstanceOf(RunCancelled);
        expect((await runsOf(sql)).at(-1), step).toEqual({ id: job.runId, state: 'cancelled', failure: null });
        expect(await currentRun(sql), step).toBe(good);
        expect(await orphans(sql), step).toBe(0);
      } else {
        // Only who publishes already is too far.
        expect([step, ended]).toEqual(['publish', null]);
        expect(await currentRun(sql)).toBe(job.runId);
        good = job.runId!;
      }
      if (ended === null) await completeJob(sql, job, new Date());
      else await retryJob(sql, job, { error: 'cancelled', pauseSeconds: 0, now: new Date() });
      expect((await jobsOf(sql)).at(-1)!.state, step).toBe(ended === null ? 'done' : 'cancelled');
    }
  });

  it('while it waits is never begun, and while it is tried again is not tried any more', async () => {
    const database = await smallShop();
    const { sql } = database;
    const { runId } = await ask(sql);
    expect(await requestCancel(sql, runId!)).toBe(true);
    expect(await takeJob(sql, new Date())).toBeNull();
    expect((await runsOf(sql)).at(-1)).toMatchObject({ state: 'cancelled' });
    expect(await requestCancel(sql, runId!)).toBe(false);
    expect(await requestCancel(sql, 12_345)).toBeNull();

    const { runId: second } = await ask(sql);
    const failing: Launch = () => ({
      outcome: Promise.resolve({ state: 'failed', error: 'no', failure: 'unexpected' }),
      kill: () => {},
    });
    await new Worker({ database, config: CONFIG, launch: failing, times: QUICK }).turn();
    expect(await requestCancel(sql, second!)).toBe(true);
    expect(await takeJob(sql, at('2040-01-01'))).toBeNull();
  });

  it('and does not end by itself is killed', async () => {
    const database = await smallShop();
    const { sql } = database;
    const { runId } = await ask(sql);
    let kill = () => {};
    const stubborn: Launch = () => {
      const outcome = new Promise<Awaited<Attempt['outcome']>>((resolve) => {
        kill = () => resolve({ state: 'failed', error: 'its process ended', failure: 'interrupted' });
      });
      return { outcome, kill: () => kill() };
    };
    const turn = new Worker({ database, config: CONFIG, launch: stubborn, times: QUICK }).turn();
    while ((await readLease(sql)) === null) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await requestCancel(sql, runId!)).toBe(true);
    await turn;
    expect((await jobsOf(sql)).map(({ state }) => state)).toEqual(['cancelled']);
  });
});

describe('a run that fails', () => {
  it('is tried again after a pause that doubles up to an hour, and is never given up', async () => {
    const database = await smallShop();
    const { sql } = database;
    const folder = await testFolder();
    const config = { ...CONFIG, segmentation: path.join(folder, 'nowhere.json') };
    let now = at('2026-06-01T12:00:00Z');
    const worker = new Worker({
      database,
      config,
      launch: here(database, config),
      times: QUICK,
      clock: async () => now,
    });
    await ask(sql, now);
    const pauses: number[] = [];
    for (let i = 0; i < 9; i++) {
      expect(await worker.turn()).toBe(true);
      const [job] = await sql<{ state: string; due: Date; error: string }[]>`
        select state, due_at as due, error from jobs`;
      expect(job).toMatchObject({ state: 'waiting', error: expect.stringContaining('nowhere.json') });
      pauses.push((job!.due.getTime() - now.getTime()) / 60_000);
      now = new Date(job!.due.getTime() - 1000);
      expect(await worker.turn()).toBe(false);
      now = job!.due;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    // What was wrong is put right.
    const mended = new Worker({
      database,
      config: CONFIG,
      launch: here(database),
      times: QUICK,
      clock: async () => now,
    });
    expect(await mended.turn()).toBe(true);
    expect(await currentRun(sql)).not.toBeNull();
    expect(await jobsOf(sql)).toEqual([{ state: 'done', attempts: 0, reason: 'asked' }]);
  });

  it('waits no longer because the clock was set back', async () => {
    const { sql } = await smallShop();
    await addJob(
      sql,
      { task: 'score', key: 'score', options: {}, reason: 'asked', priority: 0 },
      at('2026-06-01T12:00:00Z'),
    );
    expect(await takeJob(sql, at('2026-06-01T11:00:00Z'))).not.toBeNull();
  });
});

describe('the schedule', () => {
  const times = async (sql: Sql) => (await sql`select from jobs where reason = 'schedule'`).count;

  it('begins one run a night, however many servers look', async () => {
    const first = await smallShop();
    const second = await openDatabase({ databaseUrl: first.url, dataFolder: '' });
    onTestFinished(() => second.close());
    let now = at('2026-06-01T12:00:00Z');
    const clock = async () => now;
    const workers = [first, second].map(
      (database) => new Worker({ database, config: CONFIG, launch: here(database), times: QUICK, clock }),
    );
    await runScoring(first.sql, { timeZone: 'UTC' });
    await first.sql`insert into schedules (task, pattern) values ('score', '0 3 * * *')`;
    await Promise.all(workers.map((worker) => worker.turn()));
    expect(await times(first.sql)).toBe(0);
    now = at('2026-06-02T03:00:00Z');
    for (let i = 0; i < 5; i++) await Promise.all(workers.map((worker) => worker.turn()));
    expect(await times(first.sql)).toBe(1);
    expect((await runsOf(first.sql)).map(({ state }) => state)).toEqual(['published', 'published']);
  });

  it('does not bring a night again when the clock is set back an hour, and goes on the next night', async () => {
    const database = await smallShop();
    const { sql } = database;
    let now = at('2026-06-02T02:59:00Z');
    const worker = new Worker({
      database,
      config: CONFIG,
      launch: here(database),
      times: QUICK,
      clock: async () => now,
    });
    await runScoring(sql, { timeZone: 'UTC' });
    await sql`insert into schedules (task, pattern) values ('score', '0 3 * * *')`;
    const seen: [string, number][] = [];
    for (const moment of [
      '02T02:59',
      '02T03:00',
      '02T02:00',
      '02T03:00',
      '02T03:30',
      '03T02:59',
      '03T03:01',
      '04T12:00',
    ]) {
      now = at(`2026-06-${moment}:00Z`);
      await worker.turn();
      seen.push([moment, await times(sql)]);
    }
    expect(seen.map(([, count]) => count)).toEqual([0, 1, 1, 1, 1, 1, 2, 3]);
  });

  it('that a clock far ahead had put off for years is found anew', async () => {
    const database = await smallShop();
    const { sql } = database;
    await runScoring(sql, { timeZone: 'UTC' });
    await sql`insert into schedules (task, pattern, next_at) values ('score', '0 3 * * *', '2031-01-01T03:00:00Z')`;
    let now = at('2026-06-01T12:00:00Z');
    const worker = new Worker({
      database,
      config: CONFIG,
      launch: here(database),
      times: QUICK,
      clock: async () => now,
    });
    await worker.turn();
    now = at('2026-06-02T03:00:00Z');
    await worker.turn();
    expect(await times(sql)).toBe(1);
  });

  it('leaves a demo shop alone until somebody sets it', async () => {
    const database = await smallShop();
    const { sql } = database;
    await sql`update shop set kind = 'demo'`;
    await runScoring(sql, { timeZone: 'UTC' });
    await sql`insert into schedules (task, pattern, next_at) values ('score', '0 3 * * *', '2026-06-02T03:00:00Z')`;
    const now = at('2026-06-02T04:00:00Z');
    const worker = new Worker({
      database,
      config: CONFIG,
      launch: here(database),
      times: QUICK,
      clock: async () => now,
    });
    await worker.turn();
    expect(await times(sql)).toBe(0);
    await sql`update schedules set chosen = true`;
    await worker.turn();
    expect(await times(sql)).toBe(1);
  });
});

describe('a large import', () => {
  it('is followed by a run, a small one and one that a run has read are not', async () => {
    const database = await smallShop();
    const { sql } = database;
    const worker = new Worker({ database, config: CONFIG, launch: here(database), times: QUICK });
    const imported = (rows: number, format = 'orders') =>
      sql`insert into imports (source, format, state, finished_at, inserted) values ('f', ${format}, 'done', clock_timestamp(), ${rows})`;
    await sql`insert into schedules (task, pattern) values ('score', '0 3 1 1 *')`;
    expect(await worker.turn()).toBe(false);
    await imported(5);
    // Before the first run every import is one to be scored.
    expect(await worker.turn()).toBe(true);
    expect(await worker.turn()).toBe(false);
    await imported(5);
    await imported(5000, 'api-orders');
    await imported(5000, 'shopify-webhook');
    expect(await worker.turn()).toBe(false);
    await imported(1000);
    expect(await worker.turn()).toBe(true);
    expect(await worker.turn()).toBe(false);
    expect((await jobsOf(sql)).map(({ reason }) => reason)).toEqual(['import', 'import']);
  });
});
