import { openDatabase, type Sql } from '@tessera/server/db/database.js';
import { STORED_FEATURE_NAMES } from '@tessera/server/db/queries/features/features.js';
import { lockMerges } from '@tessera/server/db/queries/imports/imports.js';
import { latestChanges } from '@tessera/server/db/queries/segments/segment-history.js';
import { readSegmentStats } from '@tessera/server/db/queries/segments/segment-stats.js';
import { customerProfiles } from '@tessera/server/db/tables.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { importMessage, type Rescore } from '@tessera/server/ingest/webhooks/messages.js';
import { ModelStore } from '@tessera/server/runs/model-store.js';
import { rescoreCustomers } from '@tessera/server/scoring/online.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, testDatabase } from '../../support/database.js';
import { sharedPath } from '../../support/shared.js';
import { emptyShop, READING } from '../../support/shop-data.js';

const SHOP = { timeZone: 'UTC', currency: 'USD' };

/** A real shop of 995 customers with a published run as of 2006-12-31, which each test gets a copy of. */
let template: Awaited<ReturnType<typeof createTestDatabase>>;

beforeAll(async () => {
  template = await createTestDatabase();
  const database = await openDatabase({ databaseUrl: template.url, dataFolder: '' });
  await ensureShop(database.sql, READING);
  await importPaths(database.sql, [sharedPath('data', 'rfm-orders')], READING);
  await runScoring(database.sql, { timeZone: 'UTC' });
  await database.close();
});
afterAll(() => template.drop());

async function scoredShop(): Promise<{ sql: Sql; runId: number; rescore: Rescore }> {
  const { sql } = await testDatabase(template.name);
  const [shop] = await sql<{ runId: number }[]>`select current_run_id::int as "runId" from shop`;
  const models = new ModelStore(sql);
  return { sql, runId: shop!.runId, rescore: (transaction, ids) => rescoreCustomers(transaction, models, ids) };
}

interface Line {
  readonly order: string;
  readonly customer: string;
  readonly at: string;
  readonly amount: number;
  readonly version?: string;
}

const sale = ({ order, customer, at, amount, version }: Line) => ({
  order_id: order,
  item_id: '1',
  customer_id: customer,
  placed_at: at,
  status: 'delivered',
  amount: String(amount),
  quantity: '1',
  version: version ?? at,
});

const order = (sql: Sql, rescore: Rescore, ...lines: Line[]) =>
  importMessage(
    sql,
    { source: 'test', format: 'test', groups: [{ entity: 'sales', rows: lines.map(sale) }] },
    SHOP,
    rescore,
  );

/** Every feature, whichever there are. */
const FEATURE_COLUMN_NAMES = STORED_FEATURE_NAMES.map((name) => customerProfiles[name].name);
const COLUMNS = `customer_id, as_of, segments, rfm_recency, rfm_frequency, rfm_monetary,
  value_score, value_percentile, clv_status, clv_90d, clv_90d_low, clv_90d_high, clv_90d_net, clv_percentile, clv_decile,
  expected_orders_90d, probability_alive, expected_order_value, lifetime_value, ${FEATURE_COLUMN_NAMES.join(', ')}`;
const profiles = async (sql: Sql, runId: number, ...ids: string[]) =>
  (
    await sql.unsafe(
      `select ${COLUMNS} from customer_profiles
       where run_id = ${runId} and ($1::text[] = '{}' or customer_id = any($1::text[])) order by customer_id`,
      [ids],
    )
  ).map((row) => ({ ...row }));
const profile = async (sql: Sql, runId: number, id: string) => (await profiles(sql, runId, id))[0];
const changes = async (sql: Sql, id: string) =>
  (
    await sql`
      select segmentation, from_segment as from, to_segment as to, cause, changed_at as at from segment_changes
      where customer_id = ${id} order by changed_at, segmentation`
  ).map((row) => ({ ...row }));
const segmentIn = (row: Record<string, unknown>, segmentation: string) =>
  (row.segments as string[]).find((entry) => entry.startsWith(`${segmentation}:`))?.split(':')[1];

/** The kept sums are what counting the profiles gives. */
async function expectSumsHold(sql: Sql, runId: number): Promise<void> {
  const counted = await sql`
    select split_part(entry, ':', 1) as segmentation, split_part(entry, ':', 2) as segment, count(*)::text as size,
           sum(orders)::text as orders, sum(net_revenue)::numeric as revenue, sum(clv_90d)::numeric as clv,
           sum(recency_days)::text as recency
    from customer_profiles, unnest(segments) as entry where run_id = ${runId} group by entry order by 1, 2`;
  const kept = await sql`
    select segmentation, segment, size::text, orders::text, net_revenue::numeric as revenue, clv_90d::numeric as clv,
           recency_days::text as recency
    from segment_stats where run_id = ${runId} and size > 0 order by 1, 2`;
  const plain = (rows: readonly Record<string, unknown>[]) =>
    rows.map((row) => ({
      ...row,
      revenue: Number(row.revenue),
      clv: Number(row.clv ?? 0),
      recency: row.recency ?? '0',
    }));
  expect(plain(kept)).toEqual(plain(counted));
}

const someCustomer = async (sql: Sql, runId: number, condition: string) =>
  (
    await sql.unsafe<{ id: string }[]>(
      `select customer_id as id from customer_profiles where run_id = ${runId} and ${condition} order by net_revenue desc, 1 limit 1`,
    )
  )[0]!.id;

describe('scoring customers again', () => {
  it('without new rows changes nothing: online is batch, for every customer and every column', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const before = await profiles(sql, runId);
    await sql.begin(async (transaction) => {
      await lockMerges(transaction);
      await rescore(transaction, new Set(before.map((row) => row.customer_id as string)));
    });
    expect(await profiles(sql, runId)).toEqual(before);
    expect((await sql`select count(*)::int as count from segment_changes`)[0]!.count).toBe(0);
    await expectSumsHold(sql, runId);
  });

  it('does nothing before the first run', async () => {
    const sql = await emptyShop();
    const rescore: Rescore = (transaction, ids) => rescoreCustomers(transaction, new ModelStore(sql), ids);
    const report = await order(sql, rescore, { order: 'o', customer: 'c', at: '2026-01-01T10:00:00Z', amount: 5 });
    expect(report).toMatchObject({ inserted: 1 });
    expect((await sql`select count(*)::int as count from customer_profiles`)[0]!.count).toBe(0);
  });
});

describe('an order that comes in', () => {
  it('moves its customer at the order’s own time, and nobody else', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const id = await someCustomer(sql, runId, "'rfm:dormant' = any(segments) and orders > 1");
    const before = await profiles(sql, runId);
    const at = '2007-01-05T10:00:00Z';
    await order(sql, rescore, { order: 'new', customer: id, at, amount: 50 });

    const after = (await profile(sql, runId, id))!;
    const old = before.find((row) => row.customer_id === id)!;
    expect(after).toMatchObject({
      as_of: new Date(Date.parse(at) + 1),
      orders: (old.orders as number) + 1,
      recency_days: 0,
      rfm_recency: 5,
      net_revenue: String(Number(old.net_revenue) + 50),
    });
    expect(Number(after.probability_alive)).toBeGreaterThan(Number(old.probability_alive));
    expect(segmentIn(after, 'rfm')).not.toBe('dormant');
    const ledger = await changes(sql, id);
    expect(ledger.find(({ segmentation }) => segmentation === 'rfm')).toEqual({
      segmentation: 'rfm',
      from: 'dormant',
      to: segmentIn(after, 'rfm'),
      cause: 'PURCHASE',
      at: new Date(Date.parse(at) + 1),
    });
    const others = (rows: Record<string, unknown>[]) => rows.filter((row) => row.customer_id !== id);
    expect(others(await profiles(sql, runId))).toEqual(others(before));
    await expectSumsHold(sql, runId);

    // The run after compares with what is known now, so the same move is not told twice.
    const next = await runScoring(sql, { timeZone: 'UTC' });
    const retold = await sql`
      select from segment_changes where run_id = ${next.runId} and customer_id = ${id} and cause = 'PURCHASE'`;
    expect(retold).toHaveLength(0);
  });

  it('scores the same as a run over the same rows with the same models at the same moment', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const ids = (await profiles(sql, runId)).slice(0, 40).map((row) => row.customer_id as string);
    const at = '2007-01-02T00:00:00Z';
    const lines = ids.map((customer, i) => ({ order: `n${i}`, customer, at, amount: 10 + 7 * i }));
    await order(sql, rescore, ...lines);
    const online = await profiles(sql, runId, ...ids);
    // All of them once more, in one batch with everybody else.
    await sql.begin(async (transaction) => {
      await lockMerges(transaction);
      const everybody = await transaction<
        { id: string }[]
      >`select customer_id as id from customers where customer_id <> ''`;
      await rescore(transaction, new Set(everybody.map(({ id }) => id)));
    });
    expect(await profiles(sql, runId, ...ids)).toEqual(online);
    await expectSumsHold(sql, runId);
  });

  it('from a customer whom nobody knows makes him one, who enters from nowhere', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const customers = (await profiles(sql, runId)).length;
    await order(sql, rescore, { order: 'first', customer: 'newcomer', at: '2007-01-01T09:00:00Z', amount: 30 });
    expect(await profile(sql, runId, 'newcomer')).toMatchObject({
      orders: 1,
      recency_days: 0,
      clv_status: expect.any(String),
    });
    expect(await changes(sql, 'newcomer')).toContainEqual(
      expect.objectContaining({ segmentation: 'rfm', from: null, cause: 'PURCHASE' }),
    );
    const [run] = await sql`select customer_count::int as count from runs where id = ${runId}`;
    expect(run!.count).toBe(customers + 1);
    const stats = await readSegmentStats(sql, runId);
    const shares = stats
      .filter(({ segmentation }) => segmentation === 'rfm')
      .reduce((sum, { share }) => sum + share, 0);
    expect(shares).toBeCloseTo(1, 12);
    await expectSumsHold(sql, runId);
  });

  it('of the past is scored as of the run, and changes the past: DATA', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const id = await someCustomer(sql, runId, "orders = 1 and first_order_at > '2006-02-01'");
    const { as_of: asOf, orders } = (await profile(sql, runId, id))!;
    for (const [i, day] of ['01', '02', '03', '04', '05'].entries()) {
      await order(sql, rescore, { order: `past${i}`, customer: id, at: `2006-01-${day}T09:00:00Z`, amount: 4000 });
    }
    expect(await profile(sql, runId, id)).toMatchObject({ as_of: asOf, orders: (orders as number) + 5 });
    const ledger = await changes(sql, id);
    expect(ledger.length).toBeGreaterThan(0);
    for (const { cause, at, from, to } of ledger) {
      expect([cause, at]).toEqual(['DATA', asOf]);
      expect(from).not.toBe(to);
    }
    // Several moves at one moment are one in the ledger, from where he was to where he is.
    expect(new Set(ledger.map(({ segmentation }) => segmentation)).size).toBe(ledger.length);
    await expectSumsHold(sql, runId);
  });

  it('from the future does not exist yet', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const id = await someCustomer(sql, runId, 'orders = 2');
    const before = await profile(sql, runId, id);
    await order(sql, rescore, { order: 'far', customer: id, at: '2999-01-01T00:00:00Z', amount: 1 });
    expect(await profile(sql, runId, id)).toEqual(before);
  });

  it('by a clock that is a minute ahead counts all the same', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const id = await someCustomer(sql, runId, 'orders = 2');
    const at = new Date(Date.now() + 60_000);
    await order(sql, rescore, { order: 'ahead', customer: id, at: at.toISOString(), amount: 1 });
    expect(await profile(sql, runId, id)).toMatchObject({ orders: 3, as_of: new Date(at.getTime() + 1) });
  });

  it('is no longer the last word once a later run speaks of an earlier moment', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const id = await someCustomer(sql, runId, "'rfm:dormant' = any(segments) and orders > 1");
    const asOf = (await profile(sql, runId, id))!.as_of as Date;
    await order(sql, rescore, { order: 'new', customer: id, at: '2007-01-05T10:00:00Z', amount: 50 });
    const moved = segmentIn((await profile(sql, runId, id))!, 'rfm');
    const back = await runScoring(sql, { timeZone: 'UTC', asOf });
    expect(segmentIn((await profile(sql, back.runId, id))!, 'rfm')).toBe('dormant');
    const key = { customerId: id, segmentation: 'rfm', runId: back.runId };
    expect((await latestChanges(sql, [key]))[0]).toMatchObject({ since: asOf, previous: moved });
  });

  it('that goes over to another customer scores both', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const at = '2007-01-03T08:00:00Z';
    const line = { order: 'shared', customer: 'first owner', at, amount: 80 };
    await order(sql, rescore, line);
    await order(sql, rescore, { ...line, customer: 'second owner', version: '2007-01-03T09:00:00Z' });
    expect(await profile(sql, runId, 'first owner')).toMatchObject({ orders: 0, net_revenue: '0', clv_90d: null });
    expect(await profile(sql, runId, 'second owner')).toMatchObject({ orders: 1, net_revenue: '80' });
    await expectSumsHold(sql, runId);
  });

  it('is stored with its scores or not at all', async () => {
    const { sql, runId } = await scoredShop();
    const before = await profiles(sql, runId);
    const failing: Rescore = async (transaction, ids) => {
      await rescoreCustomers(transaction, new ModelStore(sql), ids);
      throw new Error('the process ends here');
    };
    const line = { order: 'lost', customer: before[0]!.customer_id as string, at: '2007-01-03T08:00:00Z', amount: 80 };
    await expect(order(sql, failing, line)).rejects.toThrow('the process ends here');
    expect(await profiles(sql, runId)).toEqual(before);
    expect(await sql`select from orders where order_id = 'lost'`).toHaveLength(0);
    await expectSumsHold(sql, runId);
  });
});

describe('what else comes in', () => {
  it('a refund moves its customer: RETURN', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const id = await someCustomer(sql, runId, "'value:premium' = any(segments) and orders > 2");
    const { net_revenue: spent } = (await profile(sql, runId, id))!;
    const orders = await sql<{ id: string }[]>`select order_id as id from orders where customer_id = ${id}`;
    const rows = orders.map((own, i) => ({
      return_id: `r${i}`,
      order_id: own.id,
      returned_at: '2007-01-04T12:00:00Z',
      amount: '1000000',
      quantity: '1',
    }));
    await importMessage(sql, { source: 'test', format: 'test', groups: [{ entity: 'returns', rows }] }, SHOP, rescore);
    expect(Number(spent)).toBeGreaterThan(0);
    expect(await profile(sql, runId, id)).toMatchObject({
      net_revenue: '0',
      as_of: new Date('2007-01-04T12:00:00.001Z'),
    });
    expect((await changes(sql, id)).map(({ cause }) => cause)).toContain('RETURN');
    await expectSumsHold(sql, runId);
  });

  it('a customer without an order is a Prospect at once', async () => {
    const { sql, runId, rescore } = await scoredShop();
    const group = { entity: 'customers' as const, rows: [{ customer_id: 'prospect', country: 'FR' }] };
    await importMessage(sql, { source: 'test', format: 'test', groups: [group] }, SHOP, rescore);
    const row = await profile(sql, runId, 'prospect');
    // Nothing has happened that would move him beyond the moment of the run.
    const [run] = await sql`select as_of from runs where id = ${runId}`;
    expect(row!.as_of).toEqual(run!.as_of);
    expect((row!.segments as string[]).every((entry) => entry.endsWith(':prospect'))).toBe(true);
    expect(row).toMatchObject({ clv_status: 'NOT_APPLICABLE', clv_90d: null });
    await expectSumsHold(sql, runId);
  });
});
