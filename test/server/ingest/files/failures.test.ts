import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Sql } from '@tessera/server/db/database.js';
import { failInterruptedImports } from '@tessera/server/db/queries/imports/imports.js';
import { UserError } from '@tessera/server/errors.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { describe, expect, it } from 'vitest';
import { testDatabase, testFolder } from '../../../support/database.js';
import { anotherConnection, emptyShop, importTexts, READING } from '../../../support/shop-data.js';

const HEADER = 'order_id,user_id,status,created_at\n';
const rows = (from: number, to: number, status = 'Complete') =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i},c${(from + i) % 7},${status},2026-01-01\n`).join('');

/** Everything in the shop's tables, to compare before and after. */
async function contents(sql: Sql): Promise<unknown> {
  const [row] = await sql`
    select (select json_agg(o order by order_id) from orders o) as orders,
           (select json_agg(c order by customer_id) from customers c) as customers,
           (select count(*)::int from order_items) as items, (select count(*)::int from quarantined_rows) as quarantined`;
  return row;
}

const lastImport = async (sql: Sql) => ({
  ...(
    await sql`select state, error, rows_read::int as read, finished_at is not null as finished from imports order by id desc limit 1`
  )[0],
});

/** What an import is refused with: one line for a person. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

/** A gzip whose second half is not what was packed. */
function damagedGzip(text: string): Buffer {
  const packed = gzipSync(text);
  return Buffer.concat([packed.subarray(0, packed.length / 2), randomBytes(packed.length / 2)]);
}

describe('an import that fails', () => {
  it('leaves the tables as they were, is on record with its reason, and holds up no later one', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'orders.csv': HEADER + rows(1, 50, 'Processing') });
    const before = await contents(sql);
    // Random ids do not pack, so that many chunks have gone to the database before the damage is met.
    const many = Array.from(
      { length: 60_000 },
      () => `${randomBytes(12).toString('hex')},a,Complete,2026-01-01\n`,
    ).join('');
    const message = await refusal(importTexts(sql, { 'orders.csv.gz': damagedGzip(HEADER + rows(1, 80) + many) }));
    expect(message).toMatch(/orders\.csv\.gz is a damaged gzip file \(Z_\w+\): copy it again from its source$/);
    expect(await contents(sql)).toEqual(before);
    expect(await lastImport(sql)).toEqual({
      state: 'failed',
      error: expect.stringMatching(/is a damaged gzip file/),
      read: 0,
      finished: true,
    });
    const { files } = await importTexts(sql, { 'orders.csv': HEADER + rows(1, 50, 'Complete') });
    expect(files[0]).toMatchObject({ updated: 50 });
  });

  it('by the loss of its connection leaves the tables as they were', async () => {
    const { sql, url } = await testDatabase();
    await importTexts(sql, { 'orders.csv': HEADER + rows(1, 5) });
    const before = await contents(sql);
    const other = await anotherConnection(url);
    const folder = await testFolder();
    const file = path.join(folder, 'orders.csv');
    await writeFile(file, HEADER + rows(1, 200_000));
    let cut: Promise<unknown> | undefined;
    const work = importPaths(sql, [file], {
      ...READING,
      onFileProgress: () => {
        cut ??= other`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and query like 'copy staging%'`.execute();
      },
    });
    await expect(work).rejects.toThrow();
    await cut;
    expect(await contents(other)).toEqual(before);
    expect((await lastImport(other)).state).toBe('failed');
  });

  it('with its process is found by the next start', async () => {
    const { sql, url } = await testDatabase();
    const other = await anotherConnection(url);
    const [dead] = await sql`insert into imports (source, format, state) values ('a.csv', 'x', 'running') returning id`;
    const [live] = await sql`insert into imports (source, format, state) values ('b.csv', 'x', 'running') returning id`;
    await other.begin(async (transaction) => {
      // What an import at work holds: see lockImport.
      await transaction`select pg_advisory_xact_lock(7305002, ${live!.id}::int)`;
      await failInterruptedImports(sql);
    });
    const states = await sql`select id, state, error from imports order by id`;
    expect(states.map(({ id, state }) => [id, state])).toEqual([
      [dead!.id, 'failed'],
      [live!.id, 'running'],
    ]);
    expect(states[0]!.error).toMatch(/^interrupted: /);
  });
});

describe('what cannot be imported', () => {
  it('is refused with what to do, and nothing of the same call is read', async () => {
    const sql = await emptyShop();
    const folder = await testFolder();
    const write = async (name: string, content: string | Buffer) => {
      await writeFile(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const good = await write('orders.csv', HEADER + rows(1, 3));
    await mkdir(path.join(folder, 'empty'));
    const refused = (target: string) => refusal(importPaths(sql, [good, target], READING));
    expect(await refused(path.join(folder, 'none.csv'))).toBe(`${folder}/none.csv does not exist`);
    expect(await refused(await write('empty.csv', ''))).toBe(
      `${folder}/empty.csv is empty: there is nothing to import`,
    );
    expect(await refused(await write('empty.csv.gz', gzipSync('')))).toBe(
      `${folder}/empty.csv.gz is empty: there is nothing to import`,
    );
    expect(await refused(await write('picture.csv', randomBytes(5000)))).toBe(
      `${folder}/picture.csv is not a text file: Tessera reads CSV and JSON, plain or gzipped`,
    );
    expect(await refused(await write('letter.csv', 'Dear Sir,\nno\n'))).toMatch(
      /letter\.csv is not recognised: its header is none that/,
    );
    expect(await refused(path.join(folder, 'empty'))).toMatch(/empty holds no file that Tessera knows/);
    expect(await refused(await write('cut.csv.gz', gzipSync(HEADER + rows(1, 500)).subarray(0, 60)))).toMatch(
      /cut\.csv\.gz is a damaged gzip file/,
    );
    expect((await sql`select count(*)::int as count from imports`)[0]!.count).toBe(0);
    expect((await sql`select count(*)::int as count from orders`)[0]!.count).toBe(0);
  });

  it('in a folder is named beside what was imported', async () => {
    const sql = await emptyShop();
    const folder = await testFolder();
    await writeFile(path.join(folder, 'orders.csv'), HEADER + rows(1, 3));
    await writeFile(path.join(folder, 'notes.txt'), 'remember the milk\n');
    await writeFile(path.join(folder, 'logo.png'), randomBytes(100));
    const { files, skipped } = await importPaths(sql, [folder], READING);
    expect(files.map(({ source }) => source)).toEqual(['orders.csv']);
    expect(skipped).toEqual([path.join(folder, 'notes.txt')]);
  });

  it('by the format that was named is refused with the list of formats', async () => {
    const sql = await emptyShop();
    const folder = await testFolder();
    await writeFile(path.join(folder, 'orders.csv'), HEADER);
    const work = importPaths(sql, [folder], { ...READING, format: 'xlsx' });
    await expect(work).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^there is no format "xlsx": choose one of users-key-value, /),
    });
  });

  it('is not a file with a header and no rows: that imports as nothing', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, { 'orders.csv': HEADER });
    expect(files[0]).toMatchObject({ read: 0, kept: 0, inserted: 0 });
  });
});
