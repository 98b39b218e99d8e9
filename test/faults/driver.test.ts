import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';

/**
 * What our patch of the driver mends (patches/postgres@3.4.9.patch). Upstream: porsager/postgres issues 1208, 1154 and 1066 (a
 * write to a socket that is gone ends the process), 896 (a connection that is never established). Anything that nobody catches
 * fails these tests by itself.
 */
const require = createRequire(path.resolve(fileURLToPath(import.meta.url), '../../../packages/server/package.json'));

type Driver = typeof postgres;
interface Silence {
  pid: number | null;
  destroy(error: Error): void;
}
type Options = postgres.Options<Record<string, never>> & {
  onsilence?: (silence: Silence) => void;
  silence_timeout?: number;
};

let proxy: FaultProxy;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await FaultProxy.start(inject('serverUrl'));
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

const codeOf = (error: unknown) => (error as { code?: string } | null)?.code;
/** The code that a promise fails with; fails itself when that takes longer than two seconds. */
async function failure(promise: PromiseLike<unknown>): Promise<string | undefined> {
  const settled = Promise.resolve(promise).then(
    () => 'succeeded',
    (error) => codeOf(error) ?? String(error),
  );
  return Promise.race([settled, sleep(2000).then(() => 'still waits')]);
}

describe.each([
  ['the ES module', () => postgres],
  ['the CommonJS module', () => require('postgres') as Driver],
] as const)('%s of the driver', (_name, driver) => {
  function connect(options: Options = {}): postgres.Sql {
    const sql = driver()(proxy.url(database.name), {
      max: 1,
      onnotice: () => {},
      backoff: () => 0.01,
      connect_timeout: 2,
      ...options,
    });
    onTestFinished(async () => {
      proxy.watch = null;
      proxy.newConnections = 'pass';
      await sql.end({ timeout: 0 });
    });
    return sql;
  }

  it('refuses a statement of a transaction whose connection is gone, and goes on with a new one', async () => {
    const sql = connect();
    const lost = sql.begin(async (transaction) => {
      await transaction`select 1`;
      proxy.cutAll();
      await sleep(50);
      await transaction`select 2`;
    });
    expect(await failure(lost)).toBe('CONNECTION_CLOSED');
    await sleep(50);
    expect(await sql`select 3 as n`).toEqual([{ n: 3 }]);
  });

  it('never runs what is left of a lost transaction on the connection that came after it', async () => {
    const sql = connect();
    await sql`create table if not exists written (n int)`;
    await sql`delete from written`;
    let rest: Promise<string | undefined> | undefined;
    const lost = sql.begin(async (transaction) => {
      await transaction`insert into written values (1)`;
      proxy.cutAll();
      await sleep(50);
      // Somebody else has the connection now.
      await sql`select 1`;
      rest = failure(transaction`insert into written values (2)`);
      await rest;
    });
    expect(await failure(lost)).toBe('CONNECTION_CLOSED');
    await expect.poll(() => rest).toBeDefined();
    expect(await rest).toBe('CONNECTION_CLOSED');
    expect(await sql`select n from written`).toEqual([]);
  });

  it('fails every statement that waited on a connection when it was cut', async () => {
    const sql = connect();
    await sql`select 1`;
    const waiting = [sql`select pg_sleep(5)`, sql`select 2`, sql`select 3`].map(failure);
    await sleep(100);
    proxy.cutAll();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ECONNRESET']));
    expect(await sql`select 4 as n`).toEqual([{ n: 4 }]);
  });

  it('fails a first statement whose connection is cut while the types are read', async () => {
    const sql = connect();
    proxy.watch = (passage) => {
      if (!passage.said('pg_catalog.pg_type')) return false;
      passage.cut();
      return true;
    };
    expect(await failure(sql`select 1`)).toBe('ECONNRESET');
    proxy.watch = null;
    expect(await sql`select 2 as n`).toEqual([{ n: 2 }]);
  });

  it('fails at once, and all that waits, when connections are closed before they are ready', async () => {
    const sql = connect({ max: 2 });
    proxy.newConnections = 'refuse';
    const waiting = Array.from({ length: 50 }, () => failure(sql`select 1`));
    for (const code of await Promise.all(waiting)) expect(code).toMatch(/^(ECONNRESET|CONNECTION_CLOSED)$/);
    proxy.newConnections = 'pass';
    expect(await sql`select 2 as n`).toEqual([{ n: 2 }]);
  });

  it('fails a cursor that was cut between two pieces instead of ending it', async () => {
    const sql = connect();
    const read = async () => {
      let rows = 0;
      for await (const piece of sql`select generate_series(1, 1000)`.cursor(10)) {
        rows += piece.length;
        if (rows === 20) {
          proxy.cutAll();
          await sleep(50);
        }
      }
      return rows;
    };
    expect(await failure(read())).toMatch(/^(ECONNRESET|CONNECTION_CLOSED)$/);
  });

  it('fails the rows and the end of a COPY that was cut', async () => {
    const sql = connect();
    await sql`create table if not exists copied (n int)`;
    await sql`delete from copied`;
    const copy = async () =>
      sql.begin(async (transaction) => {
        const stream = await transaction.unsafe('copy copied from stdin').writable();
        stream.write('1\n');
        proxy.cutAll();
        await sleep(50);
        await new Promise<void>((resolve, reject) => {
          stream.write('2\n', () => {});
          stream.end(() => (stream.errored === null ? resolve() : reject(stream.errored)));
        });
      });
    expect(await failure(copy())).toMatch(/^(ECONNRESET|CONNECTION_CLOSED)$/);
    expect(await sql`select n from copied`).toEqual([]);
  });

  it('ends when it is told to although the server was lost or is silent', async () => {
    const sql = connect();
    const waiting = failure(sql`select pg_sleep(5)`);
    await sleep(100);
    const ended = sql.end();
    proxy.cutAll();
    expect(await failure(ended)).toBe('succeeded');
    // By then it may not have been open yet.
    expect(await waiting).toMatch(/^(ECONNRESET|CONNECTION_CLOSED)$/);
  });

  it('tells of silence while an answer is waited for, with its server process, and ends it on demand', async () => {
    const seen: Silence[] = [];
    const sql = connect({ silence_timeout: 0.1, onsilence: (silence) => seen.push(silence) });
    const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const waiting = failure(sql`select pg_sleep(5)`);
    await expect.poll(() => seen.length).toBeGreaterThan(1);
    expect(seen.every(({ pid }) => pid === own?.pid)).toBe(true);
    seen.at(-1)!.destroy(Object.assign(new Error('silent'), { code: 'SILENT' }));
    expect(await waiting).toBe('SILENT');
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  });

  it('ends nothing by a silence that is over, and tells of none while it is we who are slow', async () => {
    const seen: Silence[] = [];
    const sql = connect({ silence_timeout: 0.1, onsilence: (silence) => seen.push(silence) });
    await sql`create table if not exists copied (n int)`;
    expect(await failure(sql`select pg_sleep(0.3)`)).toBe('succeeded');
    expect(seen.length).toBeGreaterThan(0);
    seen[0]!.destroy(new Error('too late'));
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
    seen.length = 0;
    for await (const _piece of sql`select generate_series(1, 30)`.cursor(10)) await sleep(300);
    await sql.begin(async (transaction) => {
      const stream = await transaction.unsafe('copy copied from stdin').writable();
      await sleep(300);
      stream.write('1\n');
      await sleep(300);
      await new Promise<void>((resolve, reject) => {
        stream.once('error', reject);
        stream.end(() => resolve());
      });
      await sleep(300);
    });
    await sleep(300);
    expect(seen).toEqual([]);
  });
});

it('has the same lines changed in each of its three builds', () => {
  const patch = readFileSync(
    path.resolve(fileURLToPath(import.meta.url), '../../../patches/postgres@3.4.9.patch'),
    'utf8',
  );
  const changes = new Map<string, string>();
  for (const part of patch.split(/^diff --git /m).slice(1)) {
    const file = /^a\/(\S+)/.exec(part)![1]!;
    changes.set(
      file,
      part
        .split('\n')
        .filter((line) => /^[+-](?![+-]{2} )/.test(line))
        .join('\n'),
    );
  }
  for (const file of ['connection.js', 'index.js', 'query.js']) {
    const own = changes.get(`src/${file}`);
    expect(own, file).toBeDefined();
    expect(changes.get(`cjs/src/${file}`)).toBe(own);
    expect(changes.get(`cf/src/${file}`)).toBe(own);
  }
});
