import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startServer } from '@tessera/server/app.js';
import { migrateDatabase, openDatabase, type Sql } from '@tessera/server/db/database.js';
import { lockMerges } from '@tessera/server/db/queries/imports/imports.js';
import { readPersistedOperations } from '@tessera/server/graphql/plugins/persisted-operations.js';
import { PERSISTED_OPERATIONS_FILE } from '@tessera/server/http/routes/static-files.js';
import { ModelStore } from '@tessera/server/runs/model-store.js';
import { rescoreCustomers } from '@tessera/server/scoring/online.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { expect, it, onTestFinished } from 'vitest';
import { connectAdmin } from '../../support/connect-admin.js';
import { createTestDatabase, databaseUrl, testFolder } from '../../support/database.js';
import { ADMIN_KEY, SECRETS_KEY } from '../../support/server.js';

const MIGRATIONS = path.resolve('packages/server/src/db/migrations');
/** The last migration of the version that made the database. */
const LAST = 4;

/**
 * The tables of a shop of 260 customers, which the version with five migrations imported and scored, one JSON array a table,
 * and what it answered to a query. Its settings: a rule that asks for `spanDays`, `value.frequency` "seed000", demographics.
 */
interface OldShop {
  readonly query: string;
  readonly answer: { customers: { totalCount: number; nodes: { externalId: string }[] } };
  readonly tables: Readonly<Record<string, string>>;
}

async function oldShop(): Promise<OldShop> {
  const packed = await readFile(path.resolve('test/fixtures/shop-of-0004.json.gz'));
  return JSON.parse(gunzipSync(packed).toString('utf8'));
}

/** A database as the version of then left it. @returns its address */
async function oldDatabase({ tables }: OldShop): Promise<string> {
  const created = await createTestDatabase('template0');
  onTestFinished(() => created.drop());
  const folder = await testFolder();
  await cp(MIGRATIONS, folder, { recursive: true });
  await mkdir(path.join(folder, 'meta'), { recursive: true });
  const journal = JSON.parse(await readFile(path.join(MIGRATIONS, 'meta/_journal.json'), 'utf8'));
  journal.entries = journal.entries.slice(0, LAST + 1);
  await writeFile(path.join(folder, 'meta/_journal.json'), JSON.stringify(journal));
  await migrateDatabase(connectAdmin(databaseUrl(created.name)), folder);
  const admin = connectAdmin(databaseUrl(created.name));
  // As a run makes its partition.
  await admin.unsafe('create table customer_profiles_1 partition of customer_profiles for values in (1)');
  for (const [table, rows] of Object.entries(tables)) {
    await admin.unsafe(
      `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1::text::json)`,
      [rows],
    );
  }
  await admin.unsafe(
    `select setval(pg_get_serial_sequence('runs', 'id'), 1), setval(pg_get_serial_sequence('imports', 'id'), 1000)`,
  );
  // A model that read what is called otherwise now, beside those that the shop was large enough for.
  await admin.unsafe(
    `insert into fitted_models (run_id, key, version, fitted) values (1, 'planted', '1', $1::text::jsonb)`,
    [
      JSON.stringify({
        encoding: {
          numeric: [{ name: 'spanDays' }, { name: 'purchases.favouriteCategoryShare' }, { name: 'orders' }],
          categories: [{ name: 'favouriteCategory', labels: ['spanDays', 'favouriteCategory'] }],
        },
      }),
    ],
  );
  await admin.end();
  return created.url;
}

const NEW_METRICS =
  '{ customers(first: 40) { nodes { metrics { spanDays favouriteCategory favouriteBrand promotionShare } } } }';

const currentProfiles = (sql: Sql) => sql`
  select p.customer_id, p.segments, p.span_days, p.elapsed_span_days, p.tenure_days - p.recency_days as calendar_days,
         p.favourite_category, p.favourite_brand, p.promotion_share, p.top_spend_category
  from customer_profiles p join shop s on s.current_run_id = p.run_id order by p.customer_id`;

it('a database of before is migrated, serves its published run as it was, and is scored again', async () => {
  const old = await oldShop();
  const database = await openDatabase({ databaseUrl: await oldDatabase(old), dataFolder: '' });
  const { sql } = database;
  const config = { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, secretsKey: SECRETS_KEY };
  const operations = readPersistedOperations(PERSISTED_OPERATIONS_FILE);
  const server = await startServer({ ...config, production: false, rateLimit: 0 }, database, operations);
  onTestFinished(async () => {
    await server.close();
    await database.close();
  });
  const ask = async (query: string) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` };
    const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return (await answer.json()) as { data: never; errors?: unknown };
  };

  // Every number and segment is that of then, the reasons with it; what was not computed then is null.
  expect(await ask(old.query)).toEqual({ data: old.answer });
  const { data } = await ask(NEW_METRICS);
  const { nodes } = (data as { customers: { nodes: { metrics: object }[] } }).customers;
  const none = { spanDays: null, favouriteCategory: null, favouriteBrand: null, promotionShare: null };
  expect(nodes.map(({ metrics }) => metrics)).toEqual(nodes.map(() => none));
  const [planted] = await sql`select fitted from fitted_models where key = 'planted'`;
  expect(planted!.fitted.encoding).toEqual({
    numeric: [{ name: 'elapsedSpanDays' }, { name: 'purchases.topSpendCategoryShare' }, { name: 'orders' }],
    categories: [{ name: 'topSpendCategory', labels: ['spanDays', 'favouriteCategory'] }],
  });

  // The models of then score a customer again as they did, and the new features are there.
  const before = await currentProfiles(sql);
  const ids = new Set(before.map((row) => row.customer_id as string));
  await sql.begin(async (transaction) => {
    await lockMerges(transaction);
    await rescoreCustomers(transaction, new ModelStore(sql), ids);
  });
  const again = await currentProfiles(sql);
  const kept = (rows: typeof before) =>
    rows.map((row) => [row.customer_id, row.segments, row.elapsed_span_days, row.top_spend_category]);
  expect(kept(again)).toEqual(kept(before));
  expect(again.map((row) => row.span_days)).toEqual(again.map((row) => row.calendar_days));
  for (const name of ['favourite_category', 'favourite_brand', 'promotion_share']) {
    expect(again.filter((row) => row[name] !== null).length, name).toBeGreaterThan(20);
  }

  const report = await runScoring(sql, { timeZone: 'Europe/Berlin' });
  expect([report.customers, report.warnings]).toEqual([old.answer.customers.totalCount, []]);
  // Online is batch: the run finds what scoring one by one found.
  const features = (rows: typeof before) => rows.map(({ segments: _, ...row }) => row);
  expect(features(await currentProfiles(sql))).toEqual(features(again));
});
