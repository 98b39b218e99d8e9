import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SEGMENTATIONS } from '@tessera/core/models.js';
import type { Sql } from '@tessera/server/db/database.js';
import { dropOldRuns, failInterruptedRuns } from '@tessera/server/db/queries/runs/runs.js';
import { readSegmentStats } from '@tessera/server/db/queries/segments/segment-stats.js';
import { UserError } from '@tessera/server/errors.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { type RunReport, runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { describe, expect, it } from 'vitest';
import { testDatabase, testFolder } from '../../support/database.js';
import { sharedPath } from '../../support/shared.js';
import { anotherConnection, emptyShop, READING, readFeatures } from '../../support/shop-data.js';
import { addOrders } from '../../support/shop-data-orders.js';
import { serverScript } from '../../support/shop-data-script.js';

const score = (sql: Sql, asOf?: string): Promise<RunReport> =>
  runScoring(sql, { timeZone: 'UTC', ...(asOf === undefined ? {} : { asOf: new Date(asOf) }) });

const customerIds = Array.from({ length: 20 }, (_, i) => `c${String(i).padStart(2, '0')}`);

/** Twenty customers with one delivered order each: the later, the dearer. */
async function addTwenty(sql: Sql): Promise<void> {
  await addOrders(
    sql,
    ...customerIds.map((customer, i) => ({
      customer,
      id: `first-${customer}`,
      placedAt: `2026-01-${String(i + 1).padStart(2, '0')} 12:00`,
      lines: [{ amount: String(10 * (i + 1)) }],
    })),
  );
}

interface Change {
  customer: string;
  segmentation: string;
  from: string | null;
  to: string;
  cause: string;
}

const changesOf = async (sql: Sql, runId: number): Promise<Change[]> =>
  (
    await sql<Change[]>`
      select customer_id as customer, segmentation, from_segment as from, to_segment as to, cause
      from segment_changes where run_id = ${runId} order by 1, 2`
  ).map((row) => ({ ...row }));

const currentRun = async (sql: Sql) => (await sql`select current_run_id::int as id from shop`)[0]!.id as number | null;
const runRow = async (sql: Sql, id: number) =>
  (
    await sql`
    select state, error, progress, step, data_fingerprint as fingerprint, customer_count::int as customers,
           finished_at is not null as finished from runs where id = ${id}`
  )[0]!;

/** The segment of each customer in one segmentation of the run that readers see. */
async function segmentsOf(sql: Sql, segmentation: string): Promise<Record<string, string>> {
  const rows = await sql<{ id: string; segment: string }[]>`
    select customer_id as id, split_part(entry, ':', 2) as segment
    from customer_profiles p join shop s on s.current_run_id = p.run_id, unnest(segments) as entry
    where split_part(entry, ':', 1) = ${segmentation} order by 1`;
  return Object.fromEntries(rows.map(({ id, segment }) => [id, segment]));
}

/** What must hold of every published run. */
async function expectWhole(sql: Sql, runId: number): Promise<void> {
  const [size] = await sql`
    select (select count(*)::int from customers) as customers,
           (select count(*)::int from customer_profiles where run_id = ${runId}) as profiles,
           (select count(distinct customer_id)::int from customer_profiles where run_id = ${runId}) as ids`;
  expect([size!.profiles, size!.ids]).toEqual([size!.customers, size!.customers]);
  expect(await runRow(sql, runId)).toMatchObject({
    state: 'published',
    error: null,
    progress: 1,
    step: 'published',
    customers: size!.customers,
    finished: true,
  });
  const keys = SEGMENTATIONS.map(({ key }) => key);
  const wrong = await sql`
    select customer_id from customer_profiles
    where run_id = ${runId}
      and (select array_agg(split_part(entry, ':', 1) order by at) from unnest(segments) with ordinality as u(entry, at)) <> ${keys}`;
  expect(wrong).toHaveLength(0);
  const sums = await sql`
    select segmentation, sum(size)::int as size, sum(net_revenue)::text as revenue, sum(clv_90d)::text as clv
    from segment_stats where run_id = ${runId} group by 1 order by 1`;
  const [whole] = await sql`
    select sum(net_revenue)::text as revenue, coalesce(sum(clv_90d), 0)::text as clv from customer_profiles where run_id = ${runId}`;
  expect(sums.map((row) => ({ ...row }))).toEqual(
    [...keys].sort().map((segmentation) => ({ segmentation, size: size!.customers, ...whole })),
  );
  for (const key of keys) {
    const own = (await readSegmentStats(sql, runId)).filter(({ segmentation }) => segmentation === key);
    const total = (of: (row: (typeof own)[number]) => number | null) =>
      own.reduce((sum, row) => sum + (of(row) ?? 0), 0);
    // A few dozen additions of shares below 1.
    expect(Math.abs(total(({ share }) => share) - 1)).toBeLessThanOrEqual(1e-12);
    expect(Math.abs(total(({ revenueShare }) => revenueShare) - 1)).toBeLessThanOrEqual(1e-12);
  }
}

describe('a run', () => {
  it('is published whole, and a second one of the same data is the same', async () => {
    const sql = await emptyShop();
    await importPaths(sql, [sharedPath('data', 'rfm-orders')], READING);
    await sql`insert into customers (customer_id) values ('prospect 1'), ('prospect 2')`;
    const steps: [number, string][] = [];
    const first = await runScoring(sql, { timeZone: 'UTC', onProgress: (share, step) => steps.push([share, step]) });
    expect(first).toMatchObject({ asOf: '2006-12-31T00:00:00.000Z', customers: 997, changes: 0, late: 0 });
    expect(await currentRun(sql)).toBe(first.runId);
    await expectWhole(sql, first.runId);
    for (let i = 1; i < steps.length; i++) expect(steps[i]![0]).toBeGreaterThanOrEqual(steps[i - 1]![0]);
    expect(steps.at(-1)).toEqual([1, 'published']);

    const second = await score(sql);
    await expectWhole(sql, second.runId);
    expect(second).toMatchObject({ asOf: first.asOf, changes: 0, late: 0 });
    expect(await changesOf(sql, second.runId)).toEqual([]);
    const [one, other] = [await runRow(sql, first.runId), await runRow(sql, second.runId)];
    expect(one.fingerprint).toMatch(/^[0-9a-f]{32}$/);
    expect(other.fingerprint).toBe(one.fingerprint);
    const differing = await sql`
      select a.customer_id from customer_profiles a join customer_profiles b on b.customer_id = a.customer_id
      where a.run_id = ${first.runId} and b.run_id = ${second.runId}
        and (a.segments, a.value_score, a.value_percentile, a.rfm_recency, a.rfm_frequency, a.rfm_monetary, a.net_revenue)
            is distinct from
            (b.segments, b.value_score, b.value_percentile, b.rfm_recency, b.rfm_frequency, b.rfm_monetary, b.net_revenue)`;
    expect(differing).toHaveLength(0);
    // The first run stays readable beside the second.
    const [kept] = await sql`select count(*)::int as count from customer_profiles where run_id = ${first.runId}`;
    expect(kept!.count).toBe(997);
  });

  it('stores models that score its customers one by one exactly as it did', async () => {
    const sql = await emptyShop();
    await importPaths(sql, [sharedPath('data', 'rfm-orders')], READING);
    await sql`insert into customers (customer_id) values ('prospect')`;
    const { runId, asOf } = await score(sql);
    const stored = await sql<{ key: string; fitted: unknown }[]>`
      select key, fitted from fitted_models where run_id = ${runId}`;
    const profiles = await sql<{ id: string; segments: string[]; score: number | null; percentile: number | null }[]>`
      select customer_id as id, segments, value_score as score, value_percentile as percentile
      from customer_profiles where run_id = ${runId} order by customer_id`;
    const options = { asOf: new Date(asOf), timeZone: 'UTC', orders: 'placed', status: 'asOf' } as const;
    for (const at of [0, 1, 250, 500, profiles.length - 1]) {
      const { id, segments, score: value, percentile } = profiles[at]!;
      const { features } = await readFeatures(sql, { ...options, customers: new Map([[id, options.asOf]]) });
      const outputs = SEGMENTATIONS.map((model) => {
        const { fitted } = stored.find(({ key }) => key === model.key)!;
        const { segment, columns } = model.score(fitted, features);
        return { entry: `${model.key}:${model.segments(fitted)[segment[0]!]!.key}`, columns };
      });
      expect(
        outputs.map(({ entry }) => entry),
        id,
      ).toEqual(segments);
      const { score: again, percentile: percentileAgain } = outputs[1]!.columns;
      expect([again![0], percentileAgain![0]]).toEqual([value ?? Number.NaN, percentile ?? Number.NaN]);
    }
  });

  it('of customers without any order makes them all Prospects', async () => {
    const sql = await emptyShop();
    await sql`insert into customers (customer_id) values ('a'), ('b')`;
    const { runId } = await score(sql);
    const stats = await readSegmentStats(sql, runId);
    const seen = stats.map(({ segmentation, segment, size, share, revenueShare }) => ({
      segmentation,
      segment,
      size,
      share,
      revenueShare,
    }));
    expect(seen.sort((a, b) => (a.segmentation < b.segmentation ? -1 : 1))).toEqual(
      [...SEGMENTATIONS.map(({ key }) => key)]
        .sort()
        .map((segmentation) => ({ segmentation, segment: 'prospect', size: 2, share: 1, revenueShare: 0 })),
    );
  });

  it('of an empty shop is refused with what to do, and not on record', async () => {
    const sql = await emptyShop();
    await expect(score(sql)).rejects.toThrow(UserError);
    await expect(score(sql)).rejects.toThrow(/^there is nothing to score yet: import customers or orders first/);
    expect((await sql`select count(*)::int as count from runs`)[0]!.count).toBe(0);
  });

  it("takes the day after the newest order in the shop's zone for its moment", async () => {
    const sql = await emptyShop('Europe/Berlin');
    // 23:30 UTC is the next day in Berlin, where summer time has begun.
    await addOrders(sql, { placedAt: '2026-03-28 23:30Z' });
    const { asOf } = await runScoring(sql, { timeZone: 'Europe/Berlin' });
    expect(asOf).toBe('2026-03-29T22:00:00.000Z');
    const [profile] = await sql`select recency_days as days, cohort::text as cohort from customer_profiles`;
    expect({ ...profile }).toEqual({ days: 1, cohort: '2026-03-01' });
  });
});

describe('the ledger', () => {
  it('says PURCHASE of who moved by an order and REFIT of whom the new cut-offs moved', async () => {
    const sql = await emptyShop();
    await addTwenty(sql);
    await sql`insert into customers (customer_id) values ('d')`;
    const asOf = '2026-01-22T00:00:00Z';
    await score(sql, asOf);
    expect((await segmentsOf(sql, 'rfm')).c00).toBe('at-risk');
    await addOrders(
      sql,
      { customer: 'c00', placedAt: '2026-01-21', lines: [{ amount: '500' }] },
      { customer: 'd', placedAt: '2026-01-21', lines: [{ amount: '15' }] },
      { customer: 'new', placedAt: '2026-01-21', lines: [{ amount: '15' }] },
    );
    const { runId, changes: count } = await score(sql, asOf);
    const changes = await changesOf(sql, runId);
    expect(count).toBe(changes.length);
    const of = (customer: string) => changes.filter((change) => change.customer === customer);
    expect(of('c00').find(({ segmentation }) => segmentation === 'rfm')).toEqual({
      customer: 'c00',
      segmentation: 'rfm',
      from: 'at-risk',
      to: 'vip',
      cause: 'PURCHASE',
    });
    // Whoever had no order, or was not known, moves in every segmentation.
    expect(of('d').map(({ from, cause }) => [from, cause])).toEqual(SEGMENTATIONS.map(() => ['prospect', 'PURCHASE']));
    expect(of('new').map(({ from, cause }) => [from, cause])).toEqual(SEGMENTATIONS.map(() => [null, 'PURCHASE']));
    const others = changes.filter(({ customer }) => !['c00', 'd', 'new'].includes(customer));
    expect(others.length).toBeGreaterThan(0);
    for (const { cause } of others) expect(cause).toBe('REFIT');
    // The ledger and the profiles tell the same story.
    const segments = await segmentsOf(sql, 'rfm');
    for (const { customer, segmentation, to } of changes)
      if (segmentation === 'rfm') expect(segments[customer]).toBe(to);
  });

  it('says RETURN of who moved because an order came back', async () => {
    const sql = await emptyShop();
    await addTwenty(sql);
    const asOf = '2026-01-22T00:00:00Z';
    await score(sql, asOf);
    expect((await segmentsOf(sql, 'rfm')).c19).toBe('loyal');
    await sql`
      update order_items set status = 'returned', returned_at = '2026-01-21T12:00:00Z' where customer_id = 'c19'`;
    const { runId } = await score(sql, asOf);
    const byRule = ['rfm', 'value'];
    const changes = (await changesOf(sql, runId)).filter(
      ({ customer, segmentation }) => customer === 'c19' && byRule.includes(segmentation),
    );
    expect(changes.map(({ segmentation, cause }) => [segmentation, cause])).toEqual([
      ['rfm', 'RETURN'],
      ['value', 'RETURN'],
    ]);
    expect((await segmentsOf(sql, 'rfm')).c19).toBe('potential-loyalist');
  });

  it('says TIME of who moved although nothing of his own happened', async () => {
    const sql = await emptyShop();
    await addTwenty(sql);
    await score(sql, '2026-01-22T00:00:00Z');
    // Three months later all but the best have ordered again.
    await addOrders(
      sql,
      ...customerIds.slice(0, 19).map((customer) => ({ customer, placedAt: '2026-04-20', lines: [{ amount: '10' }] })),
    );
    const { runId } = await score(sql, '2026-04-22T00:00:00Z');
    expect(
      (await changesOf(sql, runId)).filter(
        ({ customer, segmentation }) => customer === 'c19' && segmentation === 'rfm',
      ),
    ).toEqual([{ customer: 'c19', segmentation: 'rfm', from: 'loyal', to: 'at-risk', cause: 'TIME' }]);
  });

  it('says REFIT of whom a new version of a model moved, whose old cut-offs nobody can read', async () => {
    const { sql } = await testDatabase();
    await ensureShop(sql, {});
    await addTwenty(sql);
    await score(sql, '2026-02-01T00:00:00Z');
    await sql`update fitted_models set version = 'older' where key = 'rfm'`;
    const thresholds = {
      recency: { method: 'fixed', atMost: [1, 2, 3, 4] },
      frequency: { method: 'fixed', atMost: [1, 2, 3, 4] },
      monetary: { method: 'fixed', atMost: [1, 2, 3, 4] },
    };
    const asOf = new Date('2026-02-01T00:00:00Z');
    const report = await runScoring(sql, { timeZone: 'UTC', asOf, modelOptions: { rfm: { thresholds } } });
    const causes = (await changesOf(sql, report.runId)).map(({ segmentation, cause }) => `${segmentation} ${cause}`);
    expect([...new Set(causes)]).toEqual(['rfm REFIT']);
  });

  it('says DATA of who moved because his past changed', async () => {
    const sql = await emptyShop();
    await addTwenty(sql);
    const asOf = '2026-01-22T00:00:00Z';
    await score(sql, asOf);
    await addOrders(sql, { customer: 'c19', placedAt: '2025-06-01', lines: [{ amount: '900' }] });
    const { runId } = await score(sql, asOf);
    expect(
      (await changesOf(sql, runId)).filter(
        ({ customer, segmentation }) => customer === 'c19' && segmentation === 'rfm',
      ),
    ).toEqual([{ customer: 'c19', segmentation: 'rfm', from: 'loyal', to: 'vip', cause: 'DATA' }]);
  });

  it('is empty after the first run, and changes the fingerprint with the data', async () => {
    const sql = await emptyShop();
    await addTwenty(sql);
    const first = await score(sql, '2026-01-22T00:00:00Z');
    expect(await changesOf(sql, first.runId)).toEqual([]);
    await sql`update order_items set amount = amount + 0.01 where customer_id = 'c05'`;
    const second = await score(sql, '2026-01-22T00:00:00Z');
    expect((await runRow(sql, second.runId)).fingerprint).not.toBe((await runRow(sql, first.runId)).fingerprint);
  });
});

/** A process of its own that imports a file: who waits for it holds a run exactly at its step. */
const importerScript = () =>
  serverScript(`
      import { openDatabase } from './src/db/database.js';
      import { importPaths } from './src/ingest/files/import-paths.js';
      const database = await openDatabase({ databaseUrl: process.argv[2], dataFolder: '' });
      await importPaths(database.sql, [process.argv[3]], { timeZone: 'UTC', currency: 'USD' });
      await database.close();`);

describe('rows that arrive while a run works', () => {
  it('are in the run that is published', async () => {
    const { sql, url } = await testDatabase();
    await ensureShop(sql, {});
    await addTwenty(sql);
    const before = await score(sql, '2026-02-01T00:00:00Z');
    const file = path.join(await testFolder(), 'orders.csv');
    // c00 buys again, c01's order turns out to be c02's, and a customer comes whom nobody knew.
    await writeFile(
      file,
      'order_id,user_id,status,created_at\nlate-1,c00,Complete,2026-01-25\nfirst-c01,c02,Complete,2026-01-02 12:00\nlate-2,zoe,Complete,2026-01-26\n',
    );
    const importer = await importerScript();
    let imported = 0;
    const report = await runScoring(sql, {
      timeZone: 'UTC',
      asOf: new Date('2026-02-01T00:00:00Z'),
      onProgress: (_, step) => {
        if (step !== 'indexes' || imported++ > 0) return;
        execFileSync(process.execPath, [importer, url, file], { stdio: 'pipe' });
      },
    });
    expect(imported).toBe(1);
    expect(report.late).toBe(4);
    await expectWhole(sql, report.runId);
    const rows = await sql<{ id: string; orders: number; last: string | null }[]>`
      select customer_id as id, orders, last_order_at::date::text as last from customer_profiles
      where run_id = ${report.runId} and customer_id in ('c00', 'c01', 'c02', 'c03', 'zoe') order by 1`;
    expect(rows.map(({ id, orders, last }) => [id, orders, last])).toEqual([
      ['c00', 2, '2026-01-25'],
      ['c01', 0, null],
      ['c02', 2, '2026-01-03'],
      ['c03', 1, '2026-01-04'],
      ['zoe', 1, '2026-01-26'],
    ]);
    const changes = await changesOf(sql, report.runId);
    const told = changes
      .filter(({ segmentation }) => segmentation === 'rfm')
      .map(({ customer, to, cause }) => [customer, to, cause]);
    expect(told).toContainEqual(['c01', 'prospect', 'DATA']);
    expect(told).toContainEqual(['zoe', expect.any(String), 'PURCHASE']);
    expect(before.runId).toBeLessThan(report.runId);
  });

  it('later than its moment are scored as they would be after it, and who was merged away is gone', async () => {
    const { sql, url } = await testDatabase();
    await ensureShop(sql, {});
    await addTwenty(sql);
    await score(sql, '2026-02-01T00:00:00Z');
    const folder = await testFolder();
    await writeFile(
      path.join(folder, 'orders.csv'),
      'order_id,user_id,status,created_at\nlater,c00,Complete,2026-02-03 08:00\n',
    );
    await writeFile(path.join(folder, 'merges.csv'), 'from_customer_id,customer_id\nc01,c02\n');
    const importer = await importerScript();
    let imported = 0;
    const report = await runScoring(sql, {
      timeZone: 'UTC',
      asOf: new Date('2026-02-01T00:00:00Z'),
      onProgress: (_, step) => {
        if (step !== 'indexes' || imported++ > 0) return;
        execFileSync(process.execPath, [importer, url, folder], { stdio: 'pipe' });
      },
    });
    await expectWhole(sql, report.runId);
    const rows = await sql`
      select customer_id as id, orders, recency_days as recency, as_of as "asOf" from customer_profiles
      where run_id = ${report.runId} and customer_id in ('c00', 'c01', 'c02') order by 1`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { id: 'c00', orders: 2, recency: 0, asOf: new Date('2026-02-03T08:00:00.001Z') },
      { id: 'c02', orders: 2, recency: 29, asOf: new Date('2026-02-01T00:00:00Z') },
    ]);
    const moments = await sql`
      select distinct changed_at as at from segment_changes where run_id = ${report.runId} and customer_id = 'c00'`;
    expect(moments.map(({ at }) => at)).toEqual([new Date('2026-02-03T08:00:00.001Z')]);
  });
});

describe('a run that fails', () => {
  it('leaves the last one readable and is on record with its reason', async () => {
    const sql = await emptyShop();
    await addTwenty(sql);
    const good = await score(sql, '2026-01-22T00:00:00Z');
    const before = await segmentsOf(sql, 'rfm');
    // The table that the next run wants to make is there already.
    await sql.unsafe(`create table customer_profiles_${good.runId + 1} ()`);
    await addOrders(sql, { customer: 'c00', placedAt: '2026-01-21', lines: [{ amount: '500' }] });
    await expect(score(sql, '2026-01-22T00:00:00Z')).rejects.toThrow(/already exists/);
    expect(await currentRun(sql)).toBe(good.runId);
    expect(await segmentsOf(sql, 'rfm')).toEqual(before);
    await expectWhole(sql, good.runId);
    expect(await runRow(sql, good.runId + 1)).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/already exists/),
      finished: true,
    });
    const [left] = await sql`
      select (select count(*)::int from segment_stats where run_id = ${good.runId + 1}) as stats,
             (select count(*)::int from segment_changes where run_id = ${good.runId + 1}) as changes,
             (select count(*)::int from fitted_models where run_id = ${good.runId + 1}) as models`;
    expect({ ...left }).toEqual({ stats: 0, changes: 0, models: 0 });
    const next = await score(sql, '2026-01-22T00:00:00Z');
    expect(await currentRun(sql)).toBe(next.runId);
    expect(next.changes).toBeGreaterThan(0);
  });

  it('with its process is found by the next start, and one at work is left alone', async () => {
    const { sql, url } = await testDatabase();
    await sql`insert into runs (state, as_of) values ('running', now())`;
    const other = await anotherConnection(url);
    await other.begin(async (transaction) => {
      // What a run at work holds: see lockRun.
      await transaction`select pg_advisory_xact_lock(7305004)`;
      await failInterruptedRuns(sql);
      expect((await sql`select state from runs`)[0]!.state).toBe('running');
    });
    await failInterruptedRuns(sql);
    const [row] = await sql`select state, error from runs`;
    expect(row!.state).toBe('failed');
    expect(row!.error).toMatch(/^interrupted: /);
  });
});

describe('two runs at once', () => {
  it('are one run and one refusal that names the other', async () => {
    const { sql, url } = await testDatabase();
    await ensureShop(sql, {});
    await addTwenty(sql);
    const other = await anotherConnection(url);
    let second: Promise<unknown> | undefined;
    const first = await runScoring(sql, {
      timeZone: 'UTC',
      onProgress: (_, step) => {
        if (step !== 'features') return;
        second = runScoring(other, { timeZone: 'UTC' }).then(
          () => 'it was not refused',
          (error: unknown) => error,
        );
      },
    });
    const refusal = await second;
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as Error).message).toMatch(
      new RegExp(`^another run is in progress \\(run ${first.runId}, .+\\): wait for it$`),
    );
    await expectWhole(sql, first.runId);
    const states = await sql`select state from runs order by id`;
    expect(states.map(({ state }) => state)).toEqual(['published', 'failed']);
    expect((await score(sql)).runId).toBeGreaterThan(first.runId);
  });
});

describe('old runs', () => {
  it('beyond the newest 14 are dropped with all they hold, but the first of each month stays', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { placedAt: '2026-01-01' });
    const moments = [
      '2026-02-10',
      '2026-02-11',
      '2026-02-12',
      '2026-03-10',
      '2026-03-11',
      ...new Array(14).fill('2026-04-10'),
    ];
    const ids: number[] = [];
    for (const moment of moments) ids.push((await score(sql, `${moment}T00:00:00Z`)).runId);
    const runs = await sql<{ id: number; state: string }[]>`select id::int, state from runs order by id`;
    expect(runs.filter(({ state }) => state === 'dropped').map(({ id }) => id)).toEqual([ids[1], ids[2], ids[4]]);
    const held = async (table: string) =>
      (await sql<{ id: number }[]>`select distinct run_id::int as id from ${sql(table)} order by 1`).map(
        ({ id }) => id,
      );
    const kept = ids.filter((_, i) => ![1, 2, 4].includes(i));
    expect(await held('customer_profiles')).toEqual(kept);
    expect(await held('segment_stats')).toEqual(kept);
    expect(await held('fitted_models')).toEqual(kept);
    const tables = await sql`select 1 from pg_class where relname ~ '^customer_profiles_[0-9]+$'`;
    expect(tables).toHaveLength(kept.length);
  });

  it('that are being read are left for the next time', async () => {
    const { sql, url } = await testDatabase();
    await ensureShop(sql, {});
    await addOrders(sql, { placedAt: '2026-01-01' });
    for (let i = 0; i < 14; i++) await score(sql, '2026-02-10T00:00:00Z');
    const reader = await anotherConnection(url);
    const [oldest, second] = await sql<{ id: number }[]>`select id::int from runs order by id`;
    await reader.begin(async (transaction) => {
      await transaction`select count(*) from customer_profiles where run_id = ${second!.id}`;
      await score(sql, '2026-02-10T00:00:00Z');
      await score(sql, '2026-02-10T00:00:00Z');
      expect((await runRow(sql, second!.id)).state).toBe('published');
    });
    await dropOldRuns(sql, 'UTC');
    expect((await runRow(sql, second!.id)).state).toBe('dropped');
    expect((await runRow(sql, oldest!.id)).state).toBe('published');
  });
});
