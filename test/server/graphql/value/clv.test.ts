import { CLV_INPUTS, SCORE_WINDOW, TEST_WINDOW, TRAIN_WINDOW } from '@tessera/core/lifetime-value/labelled-rows.js';
import { createFeatures } from '@tessera/server/db/queries/runs/run-features.js';
import { Workspace } from '@tessera/server/db/queries/runs/workspace.js';
import { readTrainingFeatures } from '@tessera/server/scoring/features/training-features.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ScoredTwice, startShopScoredTwice } from '../../../support/graphql-shop.js';
import { startTestServer } from '../../../support/server.js';
import { emptyShop, importTexts } from '../../../support/shop-data.js';
import { addOrders } from '../../../support/shop-data-orders.js';

describe('training rows', () => {
  it('are customers as of two past moments with what they spent in the 90 days from each, and as of the run', async () => {
    const sql = await emptyShop();
    const line = (amount: string, more = {}) => ({ lines: [{ amount, ...more }] });
    // Data from 2026-01-01 to 2026-09-30: scored as of October 1st, tested from July 3rd, trained from April 4th.
    await addOrders(
      sql,
      { customer: 'a', placedAt: '2026-01-01 10:00', ...line('10') },
      { customer: 'a', placedAt: '2026-04-04 00:00', ...line('7') },
      { customer: 'a', placedAt: '2026-07-02 23:59', ...line('20', { status: 'returned', returnedAt: '2026-07-20' }) },
      { customer: 'b', placedAt: '2026-03-01 10:00', ...line('30') },
      { customer: 'b', placedAt: '2026-05-01 10:00', ...line('400'), status: 'cancelled', cancelledAt: '2026-05-02' },
      { customer: 'b', placedAt: '2026-08-01 10:00', ...line('5') },
      { customer: 'late', placedAt: '2026-09-30 10:00', ...line('1') },
    );
    const options = {
      asOf: new Date('2026-10-01T00:00:00Z'),
      timeZone: 'UTC',
      orders: 'placed',
      status: 'asOf',
    } as const;
    const features = await sql.begin(async (transaction) => {
      await createFeatures(new Workspace(transaction), options);
      return readTrainingFeatures(new Workspace(transaction), options, 3);
    });
    const rows = Array.from({ length: features.count }, (_, row) => ({
      window: features.outputs[CLV_INPUTS.window]![row],
      orders: features.columns.orders[row],
      recencyDays: features.columns.recencyDays[row],
      next: features.outputs[CLV_INPUTS.revenueNext90Days]![row],
      last: features.outputs[CLV_INPUTS.revenueLast90Days]![row],
    }));
    const spentAndReturned = (window: number) =>
      rows.flatMap((row, i) =>
        row.window === window && row.orders! > 0
          ? [[features.columns.grossRevenue[i], features.columns.netRevenue[i], features.columns.itemsReturned[i]]]
          : [],
      );
    const inWindow = (window: number) => rows.filter((row) => row.window === window && row.orders! > 0);
    // The order of 2026-04-04 00:00 belongs to the label, not to the features; a returned one was still spent, a cancelled one not.
    expect(inWindow(TRAIN_WINDOW)).toEqual([
      { window: TRAIN_WINDOW, orders: 1, recencyDays: 93, next: 27, last: 0 },
      { window: TRAIN_WINDOW, orders: 1, recencyDays: 34, next: 0, last: 30 },
    ]);
    expect(inWindow(TEST_WINDOW)).toEqual([
      { window: TEST_WINDOW, orders: 3, recencyDays: 1, next: 0, last: 27 },
      { window: TEST_WINDOW, orders: 1, recencyDays: 124, next: 5, last: 0 },
    ]);
    // What came back on July 20th was not back on July 3rd; as of the run it is.
    expect(spentAndReturned(TEST_WINDOW)).toEqual([
      [37, 37, 0],
      [30, 30, 0],
    ]);
    expect(spentAndReturned(SCORE_WINDOW)[0]).toEqual([37, 17, 1]);
    expect(inWindow(SCORE_WINDOW).map(({ next, last }) => [next, last])).toEqual([
      [Number.NaN, 0],
      [Number.NaN, 5],
      [Number.NaN, 1],
    ]);
  });

  it('of a moment within a day know nothing of the rest of that day, not even as what was spent', async () => {
    const sql = await emptyShop();
    const buy = (customer: string, placedAt: string, amount: string) => ({ customer, placedAt, lines: [{ amount }] });
    await addOrders(
      sql,
      buy('a', '2026-01-01 10:00', '10'),
      buy('a', '2026-09-29 09:00', '3'),
      buy('a', '2026-09-30 10:00', '20'),
      buy('a', '2026-09-30 15:00', '4000'),
    );
    const options = {
      timeZone: 'UTC',
      orders: 'placed',
      status: 'asOf',
      asOf: new Date('2026-09-30T12:00:00Z'),
    } as const;
    const features = await sql.begin(async (transaction) => {
      await createFeatures(new Workspace(transaction), options);
      return readTrainingFeatures(new Workspace(transaction), options, 1);
    });
    const window = features.outputs[CLV_INPUTS.window]!;
    const next = features.outputs[CLV_INPUTS.revenueNext90Days]!;
    const last = features.outputs[CLV_INPUTS.revenueLast90Days]!;
    const row = (index: number) => Array.from(window).indexOf(index);
    // The test window ends with September 29th, the last whole day.
    expect(next[row(TEST_WINDOW)]).toBe(3);
    expect(last[row(SCORE_WINDOW)]).toBe(23);
  });
});

interface Clv {
  predicted90d: { amount: string } | null;
  interval: { low: number; high: number; level: number } | null;
  percentile: number | null;
  decile: number | null;
  method: string;
  basis: { status: string; note: string | null };
  netOfReturns90d: { amount: string } | null;
  expectedOrders90d: number | null;
  probabilityAlive: number | null;
  expectedOrderValue: { amount: string } | null;
  expectedOrderValueStatus: string;
  lifetime: { amount: string } | null;
  historic: { amount: string };
  why: { text: string; feature: string; value: number | null; effect: number | null }[];
}
const CLV = `clv { predicted90d { amount } interval { low high level } percentile decile method basis { status note }
  netOfReturns90d { amount } expectedOrders90d probabilityAlive expectedOrderValue { amount } expectedOrderValueStatus lifetime { amount }
  historic { amount } why { text feature value effect } }`;

describe('the value of customers', () => {
  let shop: ScoredTwice;
  beforeAll(async () => {
    shop = await startShopScoredTwice(1500);
  });
  afterAll(() => shop.close());

  const listed = async (arguments_: string) => {
    const { data, errors } = await shop.query<{
      customers: { totalCount: number; nodes: { externalId: string; metrics: { orders: number }; clv: Clv }[] };
    }>(`{ customers(${arguments_}) { totalCount nodes { externalId metrics { orders } ${CLV} } } }`);
    expect(errors).toBeUndefined();
    return data.customers;
  };

  it('is ordered and filtered by what it shows', async () => {
    const { nodes } = await listed('first: 100, orderBy: { field: CLV_90D }');
    const values = nodes.map(({ clv }) => Number(clv.predicted90d!.amount));
    expect(values).toEqual([...values].sort((a, b) => b - a));
    for (let i = 1; i < nodes.length; i++) {
      expect(nodes[i]!.clv.percentile!).toBeLessThanOrEqual(nodes[i - 1]!.clv.percentile!);
    }
    expect(nodes[0]!.clv.decile).toBe(1);
    const dear = await listed(`first: 100, where: { clv90d: { gte: "${nodes[9]!.clv.predicted90d!.amount}" } }`);
    expect(dear.totalCount).toBe(values.filter((value) => value >= values[9]!).length);
    const best = await listed('first: 100, where: { clvDecile: { eq: 1 } }');
    for (const { clv } of best.nodes) expect(clv.decile).toBe(1);
    const gone = await listed('first: 100, where: { probabilityAlive: { lt: 0.2 }, orders: { gte: 2 } }');
    for (const { clv } of gone.nodes) expect(clv.probabilityAlive!).toBeLessThan(0.2);
  });

  it('holds its interval, is explained by factors that multiply to it, and net of returns is no more', async () => {
    const { nodes } = await listed('first: 60, where: { orders: { gte: 1 } }');
    for (const { clv } of nodes) {
      const predicted = Number(clv.predicted90d!.amount);
      expect(clv.interval!.level).toBe(0.9);
      expect(clv.interval!.low).toBeLessThanOrEqual(predicted);
      expect(clv.interval!.high).toBeGreaterThanOrEqual(predicted);
      const product = clv.why.reduce((total, { effect }) => total * (effect ?? 1), 1);
      // Amounts are stored with 4 decimals.
      expect(Math.abs(product - predicted)).toBeLessThanOrEqual(6e-5 + 1e-9 * predicted);
      expect(Number(clv.netOfReturns90d!.amount)).toBeLessThanOrEqual(predicted + 1e-4);
      expect(clv.probabilityAlive!).toBeGreaterThanOrEqual(0);
      expect(clv.probabilityAlive!).toBeLessThanOrEqual(1);
      expect(Number(clv.lifetime!.amount)).toBeGreaterThanOrEqual(0);
      expect(['MODELLED', 'GROUP_AVERAGE']).toContain(clv.basis.status);
    }
  });

  it('says whose order value it shows, and every amount with its currency', async () => {
    const once = await listed('first: 20, where: { orders: { eq: 1 } }');
    const again = await listed('first: 20, where: { orders: { gte: 4 } }');
    expect(new Set(once.nodes.map(({ clv }) => clv.expectedOrderValue!.amount)).size).toBe(1);
    expect(new Set(once.nodes.map(({ clv }) => clv.expectedOrderValueStatus))).toEqual(new Set(['GROUP_AVERAGE']));
    expect(new Set(again.nodes.map(({ clv }) => clv.expectedOrderValueStatus))).toEqual(new Set(['MODELLED']));
    const texts = [...once.nodes, ...again.nodes].flatMap(({ clv }) => clv.why.map(({ text }) => text));
    const amounts = texts.filter((text) => /^spen(t|ds) |an order|average behaviour/.test(text));
    expect(amounts.length).toBeGreaterThan(40);
    for (const text of amounts) expect(text).toMatch(/\d\.\d\d USD /);
  });

  it('of a Prospect is nothing, and says so', async () => {
    const { nodes } = await listed('first: 1, where: { orders: { eq: 0 } }');
    expect(nodes[0]!.clv).toMatchObject({
      predicted90d: null,
      interval: null,
      percentile: null,
      expectedOrderValueStatus: 'NOT_APPLICABLE',
      basis: { status: 'NOT_APPLICABLE', note: 'has no order yet' },
      historic: { amount: '0' },
    });
    expect(nodes[0]!.clv.why[0]!.text).toContain('has not ordered yet');
  });

  it('is summed over any filter, by segment, and the parts make the whole', async () => {
    const report = async (where: string) => {
      const { data, errors } = await shop.query<{
        clv: {
          total: { amount: string };
          averagePerCustomer: { amount: string };
          valueAtRisk: { amount: string };
          bySegment: {
            segment: { key: string };
            customers: number;
            share: number;
            total: { amount: string };
            valueAtRisk: { amount: string };
          }[];
        };
      }>(
        `{ clv${where} { total { amount } averagePerCustomer { amount } valueAtRisk { amount }
           bySegment { segment { key } customers share total { amount } valueAtRisk { amount } } } }`,
      );
      expect(errors).toBeUndefined();
      return data.clv;
    };
    const all = await report('');
    const [sums] = await shop.database.sql`
      select sum(clv_90d)::float8 as total, count(clv_90d)::int as customers from customer_profiles p join shop s on s.current_run_id = p.run_id`;
    // Each of the parts is rounded to cents.
    expect(Math.abs(Number(all.total.amount) - sums!.total)).toBeLessThanOrEqual(0.005);
    const parts = all.bySegment.reduce((sum, row) => sum + Number(row.total.amount), 0);
    expect(Math.abs(parts - sums!.total)).toBeLessThanOrEqual(0.005 * (all.bySegment.length + 1));
    expect(all.bySegment.reduce((sum, { customers }) => sum + customers, 0)).toBe(sums!.customers);
    expect(all.bySegment.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    const vip = await report('(where: { segment: { in: ["vip"] } })');
    expect(vip.bySegment).toHaveLength(1);
    expect(vip.total).toEqual(all.bySegment.find(({ segment }) => segment.key === 'vip')!.total);
    const nobody = await report('(where: { orders: { gt: 1000 } })');
    expect(nobody).toMatchObject({ total: { amount: '0' }, bySegment: [] });
  });

  it('comes with a verdict, and every contestant with its curve', async () => {
    const { data, errors } = await shop.query<{
      clv: {
        chosen: string;
        verdict: string;
        models: {
          method: string;
          gains: { share: number; captured: number; interval: { low: number; high: number } }[];
          deciles: unknown[];
          captureTop20: number;
          beatsBaseline: { low: number; high: number } | null;
        }[];
      };
    }>(`{ clv { chosen verdict models { method gains { share captured interval { low high } } captureTop10 captureTop20 bias
           deciles { decile customers predicted { amount } actual { amount } } beatsBaseline { low high level } metrics } } }`);
    expect(errors).toBeUndefined();
    const { chosen, verdict, models } = data.clv;
    expect(['tweedie', 'bg-nbd']).toContain(chosen);
    expect(verdict).toMatch(/^(use |no better than |nothing ranks |not tested yet)/);
    expect(models.map(({ method }) => method)).toEqual([
      'tweedie',
      'bg-nbd',
      'pareto-nbd',
      'spend',
      'recency',
      'spend-90d',
    ]);
    for (const { gains, captureTop20 } of models) {
      for (let i = 1; i < gains.length; i++) expect(gains[i]!.captured).toBeGreaterThanOrEqual(gains[i - 1]!.captured);
      expect(gains.at(-1)).toEqual({ share: 1, captured: 1, interval: { low: 1, high: 1 } });
      for (const { captured, interval } of gains) {
        expect(interval.low).toBeLessThanOrEqual(captured);
        expect(interval.high).toBeGreaterThanOrEqual(captured);
      }
      expect(gains.find(({ share }) => share === 0.2)!.captured).toBe(captureTop20);
    }
    expect(models[0]!.deciles).toHaveLength(10);
  });

  it('is kept in check: drift against the run before, and what the older predictions came to', async () => {
    const { data, errors } = await shop.query<{ models: { key: string; drift: Record<string, unknown> | null }[] }>(
      '{ models { key title converged parameters metrics drift note } }',
    );
    expect(errors).toBeUndefined();
    const clv = data.models.find(({ key }) => key === 'clv')!;
    expect(clv.drift).toMatchObject({
      level: expect.stringMatching(/^(STABLE|SHIFTED|STALE)$/),
      sentence: expect.any(String),
    });
    // Recommendations rank products: no column of theirs can drift.
    for (const { drift } of data.models.filter(({ key }) => key !== 'recommendations'))
      expect((drift!.columns as { index: number }[]).every(({ index }) => index >= 0)).toBe(true);
    const { sql } = shop.database;
    const [actual] = await sql`
      select (select sum(clv_90d)::float8 from customer_profiles where run_id = ${shop.older.runId}) as predicted,
             coalesce(sum(i.amount) filter (where o.status <> 'cancelled' and i.status is distinct from 'cancelled'), 0)::float8 as spent
      from orders o join order_items i using (customer_id, order_id)
      join customer_profiles p on p.customer_id = o.customer_id and p.run_id = ${shop.older.runId} and p.clv_90d is not null
      where o.placed_at >= ${shop.older.asOf} and o.placed_at < ${shop.older.asOf}::timestamptz + interval '90 days'`;
    const realised = clv.drift!.realised as {
      runId: number;
      predictedTotal: number;
      actualTotal: number;
      ratio: number;
    };
    expect(realised.runId).toBe(shop.older.runId);
    expect(Math.abs(realised.predictedTotal - actual!.predicted)).toBeLessThanOrEqual(0.005);
    // What was cancelled later than the 90 days is still spent in them; the demo shop has a few such orders.
    expect(Math.abs(realised.actualTotal / actual!.spent - 1)).toBeLessThanOrEqual(0.02);
    expect(realised.ratio).toBeCloseTo(realised.actualTotal / realised.predictedTotal, 3);
  });

  it('that an older run predicted can still be asked for', async () => {
    const { nodes } = await listed(`first: 5, asOfRun: "${shop.older.runId}", orderBy: { field: CLV_90D }`);
    expect(Number(nodes[0]!.clv.predicted90d!.amount)).toBeGreaterThan(0);
  });
});

describe('a shop of any size', () => {
  const day = (number: number) => new Date(Date.UTC(2025, 0, 1 + number)).toISOString().slice(0, 10);
  /** One line an order, over 400 days: long enough for both windows. */
  const log = (orders: readonly (readonly [customer: number, day: number, amount: number])[]) =>
    `customer_id,order_id,date,quantity,amount\n${orders
      .map(([customer, on, amount], i) => `c${customer},o${i},${day(on)},1,${amount}\n`)
      .join('')}`;
  const firstOrders = Array.from({ length: 300 }, (_, i) => [i, (i * 97) % 400, 10 + (i % 17)] as const);
  const repeats = (everyth: number) =>
    firstOrders.flatMap(([customer, on, amount]) =>
      customer % everyth === 0
        ? [1, 2, 3].map((k) => [customer, Math.min(399, on + 25 * k + (customer % 11)), amount + k] as const)
        : [],
    );

  it('tells who its customers are to no model unless it wants to, and is then shown what that brings', async () => {
    const server = await startTestServer({ demoCustomers: 0 });
    onTestFinished(() => server.close());
    const { sql } = server.database;
    await ensureShop(sql, {});
    const people = Array.from(
      { length: 300 },
      (_, i) => `c${i},${i % 2 ? 'f' : 'm'},${20 + (i % 50)},Bavaria,Munich\n`,
    );
    await importTexts(sql, {
      'customers.csv': `customer_id,gender,age,state,city\n${people.join('')}`,
      'log.csv': log([...firstOrders, ...repeats(2)]),
    });
    const learned = async (demographics: boolean) => {
      await runScoring(sql, { timeZone: 'UTC', demographics });
      const { data, errors } = await server.query<{
        clv: { models: { method: string }[] };
        models: { key: string; parameters: { tweedie: { encoding: unknown } } }[];
      }>('{ clv { models { method } } models { key parameters } }');
      expect(errors).toBeUndefined();
      const names = JSON.stringify(data.models.find(({ key }) => key === 'clv')!.parameters.tweedie.encoding);
      return { names, methods: data.clv.models.map(({ method }) => method) };
    };
    const without = await learned(false);
    expect(without.names).not.toMatch(/gender|customer\.age|"city"|"state"/);
    expect(without.methods).not.toContain('tweedie-without-demographics');
    expect((await learned(true)).methods).toContain('tweedie-without-demographics');
  });

  it('that is a week old gets the average of the group, and is told that nothing is tested', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      ...Array.from({ length: 60 }, (_, i) => ({ customer: `c${i % 50}`, placedAt: `2026-03-0${1 + (i % 7)} 10:00` })),
    );
    const { runId } = await runScoring(sql, { timeZone: 'UTC' });
    const rows = await sql`
      select clv_status as status, clv_90d as value, clv_90d_low as low, clv_90d_high as high from customer_profiles where run_id = ${runId}`;
    for (const row of rows) {
      expect(row).toMatchObject({ status: 'GROUP_AVERAGE', low: '0.0000' });
      expect(Number(row.value)).toBeGreaterThan(0);
      expect(Number(row.high)).toBeGreaterThanOrEqual(Number(row.value));
    }
    const [model] =
      await sql`select fitted -> 'verdict' ->> 'kind' as kind from fitted_models where run_id = ${runId} and key = 'clv'`;
    expect(model!.kind).toBe('NOT_TESTED');
  });

  it('with one order has an answer', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { customer: 'only', placedAt: '2026-03-01 10:00' });
    const { runId } = await runScoring(sql, { timeZone: 'UTC' });
    const [row] =
      await sql`select clv_status as status, clv_90d as value from customer_profiles where run_id = ${runId}`;
    expect(row!.status).toBe('GROUP_AVERAGE');
    expect(Number(row!.value)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ['where all bought once', log(firstOrders), ['group-average']],
    ['where 80 % bought once', log([...firstOrders, ...repeats(5)]), ['tweedie', 'bg-nbd']],
    [
      'with one giant customer',
      log([...firstOrders, ...repeats(3), ...Array.from({ length: 400 }, (_, i) => [999, i, 1_000_000] as const)]),
      ['tweedie', 'bg-nbd'],
    ],
    [
      'whose orders were free or paid back',
      log([...firstOrders, ...repeats(3)].map(([customer, on, amount]) => [customer, on, (amount % 3) * -5])),
      ['tweedie', 'bg-nbd', 'group-average'],
    ],
  ])('%s has an answer for every customer', async (_title, text, methods) => {
    const server = await startTestServer({ demoCustomers: 0 });
    onTestFinished(() => server.close());
    const { sql } = server.database;
    await ensureShop(sql, {});
    await importTexts(sql, { 'log.csv': text });
    await runScoring(sql, { timeZone: 'UTC' });
    const { data, errors } = await server.query<{
      clv: { chosen: string; verdict: string };
      models: { key: string; note: string | null }[];
      customers: { nodes: { metrics: { orders: number }; clv: Clv }[] };
    }>(
      `{ clv { chosen verdict total { amount } valueAtRisk { amount } bySegment { customers share total { amount } }
           models { method captureTop10 captureTop20 bias metrics deciles { predicted { amount } } } }
         models { key parameters metrics converged drift note }
         customers(first: 100, where: { orders: { gte: 1 } }) { nodes { metrics { orders } ${CLV} } } }`,
    );
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toMatch(/NaN|Infinity/);
    expect(methods).toContain(data.clv.chosen);
    expect(data.clv.verdict.length).toBeGreaterThan(10);
    for (const { clv } of data.customers.nodes) {
      expect(['MODELLED', 'GROUP_AVERAGE']).toContain(clv.basis.status);
      expect(clv.interval!.high).toBeGreaterThanOrEqual(Number(clv.predicted90d!.amount));
      const amounts = [clv.predicted90d, clv.netOfReturns90d, clv.expectedOrderValue, clv.lifetime];
      for (const amount of amounts) expect(Number(amount!.amount)).toBeGreaterThanOrEqual(0);
      expect(clv.why.length).toBeGreaterThan(0);
    }
  });

  it('without an order answers every report, and the first buyer too', async () => {
    const server = await startTestServer({ demoCustomers: 0 });
    onTestFinished(() => server.close());
    const { sql } = server.database;
    await ensureShop(sql, {});
    await importTexts(sql, {
      'customers.csv': 'customer_id,email,country\np1,a@example.com,DE\np2,b@example.com,FR\n',
    });
    await runScoring(sql, { timeZone: 'UTC' });
    const reports = await server.query<{ clv: { chosen: string; total: { amount: string } } }>(
      `{ clv { chosen verdict total { amount } bySegment { customers } models { method } }
         models { key parameters metrics drift note } segmentFlows { customers }
         segmentations { key crossTable { customers } quality { warnings reason } } }`,
    );
    expect(reports.errors).toBeUndefined();
    expect(reports.data.clv).toMatchObject({ chosen: 'none', total: { amount: '0' } });
    const order = `{ externalId: "o", customerId: "p1", placedAt: "2026-01-05T10:00:00Z", status: "delivered", lines: [{ amount: "20" }] }`;
    await server.query(`mutation { importOrders(input: [${order}]) { __typename } }`);
    const { data, errors } = await server.query<{ customer: { clv: Record<string, unknown> } }>(
      '{ customer(externalId: "p1") { clv { predicted90d { amount } basis { status } why { text value effect } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.customer.clv).toMatchObject({ predicted90d: null, basis: { status: 'NOT_ENOUGH_DATA' } });
  });
});
