import type { Job } from '@tessera/server/db/queries/jobs/queue.js';
import { perform } from '@tessera/server/jobs/attempt.js';
import { Worker } from '@tessera/server/jobs/worker.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../support/server.js';

const CONFIG = { port: 0, host: '127.0.0.1', dataDir: '', production: false };

let server: TestServer;
let worker: Worker;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 100 });
  const { database } = server;
  const launch = (job: Job) => ({ outcome: perform(database, CONFIG, job), kill: () => {} });
  worker = new Worker({ database, config: CONFIG, launch, times: { beatMs: 100 } });
});
afterAll(() => server.close());

interface Run {
  readonly id: string;
  readonly state: string;
  readonly [field: string]: unknown;
}
type Answer = Readonly<Record<string, { __typename: string; code?: string; message?: string; run: Run | null }>>;

const RUN = 'run { id state look name asOf progress step customerCount }';
const start = async (options = '') => {
  const { data } = await server.query<Answer>(
    `mutation { startRun${options} { __typename ... on RunStarted { ${RUN} } ... on RunRefused { code message existingRun { id state } } } }`,
  );
  return data.startRun!;
};
const cancel = async (id: string) => {
  const { data } = await server.query<Answer>(
    `mutation { cancelRun(id: "${id}") { __typename ... on RunCancelled { ${RUN} } ... on RunRefused { code message existingRun { id state } } } }`,
  );
  return data.cancelRun!;
};
const runOf = async (id: string, fields: string) =>
  (await server.query<{ run: Run | null }>(`{ run(id: "${id}") { id state ${fields} } }`)).data.run;

/** What the stream of a run says until it ends by itself. */
async function progressOf(id: string): Promise<Run[]> {
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${server.adminKey}`,
    },
    body: JSON.stringify({
      query: `subscription { runProgress(id: "${id}") { progress step run { id state progress step } } }`,
    }),
  });
  return [...(await answer.text()).matchAll(/^data: (\{.*\})$/gm)].map(
    ([, json]) => (JSON.parse(json!) as { data: { runProgress: { run: Run } } }).data.runProgress.run,
  );
}

describe('startRun', () => {
  it('puts a run on record that a worker makes, and its stream tells how far it is to the end', async () => {
    const started = await start('(options: {name: "by hand"})');
    expect(started).toMatchObject({
      __typename: 'RunStarted',
      run: { state: 'WAITING', look: false, name: 'by hand', progress: 0, step: 'waiting' },
    });
    const id = started.run!.id;
    expect(await start()).toMatchObject({
      __typename: 'RunRefused',
      code: 'IN_PROGRESS',
      existingRun: { id, state: 'WAITING' },
    });
    const stream = progressOf(id);
    expect(await worker.turn()).toBe(true);
    const events = await stream;
    expect(events[0]).toMatchObject({ id, state: 'WAITING' });
    expect(events.at(-1)).toEqual({ id, state: 'PUBLISHED', progress: 1, step: 'published' });
    for (let i = 1; i < events.length; i++) {
      expect(events[i]!.progress as number).toBeGreaterThanOrEqual(events[i - 1]!.progress as number);
    }
    const run = await runOf(
      id,
      'customerCount kind steps { step startedAt seconds rows } modelsRefitted modelsKept estimatedEnd error advice',
    );
    expect(run).toMatchObject({
      state: 'PUBLISHED',
      kind: 'CURRENT',
      customerCount: 100,
      estimatedEnd: null,
      error: null,
    });
    const steps = run!.steps as { step: string; seconds: number; rows: number | null }[];
    expect(steps.map(({ step }) => step)).toEqual([
      'features',
      'fit',
      'score',
      'profiles',
      'indexes',
      'recommendations',
      'publish',
    ]);
    for (const { seconds } of steps) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(steps[0]!.rows).toBe(100);
    expect(run!.modelsRefitted).toEqual(expect.arrayContaining(['rfm', 'value', 'behaviour', 'outliers', 'clv']));
    expect(run!.modelsKept).toEqual([]);
  });

  it('for an earlier moment makes a look, which asOfRun reads', async () => {
    const { run } = await start('(options: {asOf: "2025-06-01T00:00:00Z", name: "last summer"})');
    expect(run).toMatchObject({ look: true, asOf: '2025-06-01T00:00:00.000Z' });
    await worker.turn();
    expect(await runOf(run!.id, 'look name kind')).toEqual({
      id: run!.id,
      state: 'PUBLISHED',
      look: true,
      name: 'last summer',
      kind: 'LOOK',
    });
    const { data } = await server.query<{ now: { totalCount: number }; then: { totalCount: number } }>(
      `{ now: customers { totalCount } then: customers(asOfRun: "${run!.id}") { totalCount } }`,
    );
    expect(data.now.totalCount).toBe(100);
    expect(data.then.totalCount).toBeLessThan(100);
  });

  it('is refused where there is nothing to score', async () => {
    const empty = await startTestServer({ demoCustomers: 0 });
    const { data } = await empty.query<Answer>('mutation { startRun { __typename ... on RunRefused { code } } }');
    expect(data.startRun).toEqual({ __typename: 'RunRefused', code: 'NOTHING_TO_SCORE' });
    await empty.close();
  });
});

describe('cancelRun', () => {
  it('ends a run that waits, and says of another that it is over or unknown', async () => {
    const { run } = await start();
    expect(await cancel(run!.id)).toMatchObject({
      __typename: 'RunCancelled',
      run: { id: run!.id, state: 'CANCELLED' },
    });
    expect(await worker.turn()).toBe(false);
    expect(await cancel(run!.id)).toMatchObject({ __typename: 'RunRefused', code: 'ALREADY_OVER' });
    expect(await cancel('99999')).toMatchObject({ __typename: 'RunRefused', code: 'UNKNOWN_RUN', existingRun: null });
    const { errors } = await server.query('mutation { cancelRun(id: "x") { __typename } }');
    expect(errors?.[0]).toMatchObject({
      message: '"x" is not the id of a run',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

describe('a run that failed', () => {
  it('says in words what to do', async () => {
    const { sql } = server.database;
    const [row] = await sql<{ id: string }[]>`
      insert into runs (state, as_of, finished_at, error, failure)
      values ('failed', now(), now(), 'no space left on device', 'disk-full') returning id::text as id`;
    expect(await runOf(row!.id, 'error advice de: advice(language: "de")')).toEqual({
      id: row!.id,
      state: 'FAILED',
      error: 'no space left on device',
      advice: 'the disk of the database is full: make room, then it is tried again by itself',
      de: 'die Platte der Datenbank ist voll: Platz schaffen, dann wird der Lauf von selbst wiederholt',
    });
  });
});

describe('the schedule', () => {
  it('is off in a demo until it is set, is set in three forms, and refuses others with those', async () => {
    const read = 'on pattern timeZone next';
    const first = await server.query<Record<string, unknown>>(`{ runSchedule { ${read} } }`);
    expect(first.data.runSchedule).toEqual({ on: false, pattern: '0 3 * * *', timeZone: 'UTC', next: null });
    const set = async (when: string) =>
      (await server.query<Record<string, Run>>(`mutation { setRunSchedule(when: "${when}") { ${read} } }`)).data
        .setRunSchedule;
    const hour = async (when: string) => new Date((await set(when))!.next as string).toISOString().slice(11, 16);
    expect(await hour('04:30')).toBe('04:30');
    expect(await hour('15 2 * * 1-5')).toBe('02:15');
    expect(await set('off')).toMatchObject({ on: false, next: null });
    const { errors } = await server.query('mutation { setRunSchedule(when: "25:00") { on } }');
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors?.[0]?.message).toMatch(/^"25:00" is not a schedule: it reads 03:00, off, or five fields/);
  });
});
