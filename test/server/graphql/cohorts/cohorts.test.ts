import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Sql } from '@tessera/server/db/database.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf } from '../../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../../support/server.js';
import { sharedJson, sharedPath } from '../../../support/shared.js';

interface Cell {
  period: number;
  customers: number;
  retention: number;
  orders: number;
  netRevenue: { amount: string };
  cumulativeRevenuePerCustomer: { amount: string };
  complete: boolean;
}
interface Row {
  cohort: string;
  dimension: string | null;
  size: number;
  cells: Cell[];
}

async function cohorts(server: TestServer, variables: Record<string, unknown> = {}): Promise<Row[]> {
  const { data, errors } = await server.query<{ cohorts: { rows: Row[] } }>(
    `query ($grain: CohortGrain! = MONTH, $by: CohortKey! = FIRST_ORDER, $segmentBy: CohortDimension, $where: CustomerFilter) {
      cohorts(grain: $grain, by: $by, segmentBy: $segmentBy, where: $where) {
        rows { cohort dimension size cells {
          period customers retention orders netRevenue { amount } cumulativeRevenuePerCustomer { amount } complete } }
      }
    }`,
    variables,
  );
  expect(errors).toBeUndefined();
  return data.cohorts.rows;
}

/** A server over a shop of these files, scored. */
async function serve(
  load: (sql: Sql) => Promise<unknown>,
  timeZone: string,
  scoring: Partial<Parameters<typeof runScoring>[1]> = {},
): Promise<TestServer> {
  const server = await startTestServer({ demoCustomers: 0 });
  const { sql } = server.database;
  await ensureShop(sql, { timeZone });
  await load(sql);
  await runScoring(sql, { timeZone, ...scoring });
  return server;
}

/** Imports files of these texts; for the shops of a whole block as well as of one test. */
async function importTexts(sql: Sql, texts: Readonly<Record<string, string>>, timeZone = 'UTC'): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-cohorts-'));
  try {
    for (const [name, text] of Object.entries(texts)) await writeFile(path.join(folder, name), text);
    await importPaths(sql, [folder], { currency: 'USD', timeZone });
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Reference = Record<string, { size: number; active: number[]; rate_pct: number[] }>;

describe('the reference', () => {
  it.each<[string, string[], () => Reference]>([
    [
      'the CDNOW sample',
      ['data', 'cdnow', 'cdnow_sample.csv.gz'],
      () => sharedJson<{ cohorts: Reference }>('reference', 'rfm-cdnow-sample.json').cohorts,
    ],
    [
      'the CDNOW master',
      ['data', 'cdnow', 'cdnow_master.csv.gz'],
      () => sharedJson<{ cohorts: Reference }>('reference', 'rfm-cdnow-master.json').cohorts,
    ],
    [
      'the orders of the R package rfm',
      ['data', 'rfm-orders', 'rfm_data_orders.csv.gz'],
      () => sharedJson<{ cohorts: Reference }>('reference', 'rfm-rfm-orders.json').cohorts,
    ],
    [
      'thelook',
      ['data', 'thelook-gen'],
      () =>
        sharedJson<{ generated: { cohorts_all_orders: Reference } }>('reference', 'thelook.json').generated
          .cohorts_all_orders,
    ],
  ])('of %s is met: sizes, active customers and rates of every month', async (_title, file, reference) => {
    const server = await serve(
      (sql) => importPaths(sql, [sharedPath(...file)], { currency: 'USD', timeZone: 'UTC' }),
      'UTC',
      {
        rule: { orders: 'all', status: 'atExtraction' },
      },
    );
    try {
      const rows = await cohorts(server);
      const found = Object.fromEntries(
        rows.map(({ cohort, size, cells }) => [
          cohort.slice(0, 7),
          { size, active: cells.map(({ customers }) => customers) },
        ]),
      );
      const wanted = Object.entries(reference());
      expect(found).toEqual(Object.fromEntries(wanted.map(([month, { size, active }]) => [month, { size, active }])));
      for (const [i, [month, { rate_pct: rates }]] of wanted.entries()) {
        const cells = rows[i]!.cells;
        for (const [period, rate] of rates.entries()) {
          // The reference prints two decimals.
          expect(Math.abs(cells[period]!.retention * 100 - rate), `${month} + ${period}`).toBeLessThanOrEqual(
            0.005 + 1e-9,
          );
        }
        expect(cells.map(({ period }) => period)).toEqual(cells.map((_, k) => k));
      }
    } finally {
      await server.close();
    }
  });
});

const LOG = 'customer_id,order_id,date,quantity,amount\n';

/** Sizes and active customers by cohort, and whether the last period is complete. */
const active = (rows: readonly Row[]) =>
  Object.fromEntries(rows.map(({ cohort, cells }) => [cohort, cells.map(({ customers }) => customers)]));

describe('a month', () => {
  let server: TestServer;
  beforeAll(async () => {
    // Three who came in November: one returns in January, one in January of the year after, one never.
    const log = `${LOG}a,1,2024-11-15,1,10.00\na,2,2025-01-20,1,5.50\nb,3,2024-11-30,1,20\nb,4,2026-01-02,1,2.25\nc,5,2024-11-01,1,1\nd,6,2024-12-31,1,7\nd,7,2025-01-01,1,8\nd,8,2025-01-02,1,9\n`;
    server = await serve((sql) => importTexts(sql, { 'log.csv': log }), 'UTC');
  });
  afterAll(() => server.close());

  it('is counted across the year: November to January is 2, to the next January 14 (trap 7)', async () => {
    const [november] = await cohorts(server);
    expect(november).toMatchObject({ cohort: '2024-11-01', dimension: null, size: 3 });
    const came = november!.cells
      .filter(({ customers }) => customers > 0)
      .map(({ period, customers }) => [period, customers]);
    expect(came).toEqual([
      [0, 3],
      [2, 1],
      [14, 1],
    ]);
  });

  it('without orders has zeros, and the rate is of the whole cohort', async () => {
    const [november] = await cohorts(server);
    expect(november!.cells).toHaveLength(15);
    expect(november!.cells[1]).toMatchObject({ customers: 0, retention: 0, orders: 0, netRevenue: { amount: '0' } });
    expect(november!.cells[2]!.retention).toBeCloseTo(1 / 3, 15);
  });

  it('sums orders and money, exactly and cumulated over the whole cohort', async () => {
    const [november, december] = await cohorts(server);
    const money = ({ netRevenue, cumulativeRevenuePerCustomer: sum }: Cell) => [
      Number(netRevenue.amount),
      Number(sum.amount),
    ];
    expect(november!.cells.map(money).filter(([net]) => net !== 0)).toEqual([
      [31, 10.333333],
      [5.5, 12.166667],
      [2.25, 12.916667],
    ]);
    expect(december!.cells.slice(0, 2)).toMatchObject([
      { customers: 1, orders: 1 },
      { customers: 1, orders: 2 },
    ]);
    expect(december!.cells.map(money).slice(0, 2)).toEqual([
      [7, 7],
      [17, 24],
    ]);
  });

  it('that still runs is not complete; those before it are', async () => {
    for (const { cells } of await cohorts(server)) {
      expect(cells.map(({ complete }) => complete)).toEqual(cells.map((_, i) => i < cells.length - 1));
    }
  });
});

describe('the moment of the table', () => {
  const log = `${LOG}a,1,2026-01-10,1,1\na,2,2026-02-28,1,1\n`;

  it('on the first of a month makes the month before complete and opens no new one', async () => {
    const server = await serve((sql) => importTexts(sql, { 'log.csv': log }), 'UTC');
    const [january] = await cohorts(server);
    expect(january!.cells.map(({ period, complete }) => [period, complete])).toEqual([
      [0, true],
      [1, true],
    ]);
    await server.close();
  });

  it('leaves out what was ordered at it or later', async () => {
    const server = await serve((sql) => importTexts(sql, { 'log.csv': log }), 'UTC', {
      asOf: new Date('2026-02-28T00:00:00Z'),
    });
    const [january] = await cohorts(server);
    expect(january!.cells.map(({ customers, complete }) => [customers, complete])).toEqual([
      [1, true],
      [0, false],
    ]);
    await server.close();
  });
});

describe("the shop's zone", () => {
  // One second before and at midnight of the first of February in each zone.
  it.each([
    ['Pacific/Kiritimati', '2026-01-31T09:59:59Z', '2026-01-31T10:00:00Z'],
    ['Etc/GMT+12', '2026-02-01T11:59:59Z', '2026-02-01T12:00:00Z'],
    ['Pacific/Pago_Pago', '2026-02-01T10:59:59Z', '2026-02-01T11:00:00Z'],
    ['Asia/Kathmandu', '2026-01-31T18:14:59Z', '2026-01-31T18:15:00Z'],
    ['UTC', '2026-01-31T23:59:59Z', '2026-02-01T00:00:00Z'],
  ])('%s decides to which month an order belongs', async (timeZone, before, at) => {
    const log = `${LOG}a,1,${before},1,1\na,2,${at},1,1\nb,3,${at},1,1\n`;
    const server = await serve((sql) => importTexts(sql, { 'log.csv': log }, timeZone), timeZone);
    expect(active(await cohorts(server))).toEqual({ '2026-01-01': [1, 1], '2026-02-01': [1] });
    expect(active(await cohorts(server, { grain: 'WEEK' }))).toEqual({ '2026-01-26': [2] });
    await server.close();
  });

  it('keeps a year end and a change of the clocks where they are', async () => {
    const zone = 'Europe/Berlin';
    // 23:30 of 31 December and of the last day of March, an hour after the clocks went forward.
    const log = `${LOG}a,1,2025-12-31T22:30:00Z,1,1\na,2,2026-03-31T21:30:00Z,1,1\nb,3,2025-12-31T23:30:00Z,1,1\nb,4,2026-03-31T22:30:00Z,1,1\n`;
    const server = await serve((sql) => importTexts(sql, { 'log.csv': log }, zone), zone);
    expect(active(await cohorts(server))).toEqual({ '2025-12-01': [1, 0, 0, 1, 0], '2026-01-01': [1, 0, 0, 1] });
    await server.close();
  });
});

describe('the zone of the machine', () => {
  it.each(['Pacific/Kiritimati', 'America/St_Johns', 'Europe/Berlin'])(
    '%s moves no order to another month',
    async (machine) => {
      const before = process.env.TZ;
      process.env.TZ = machine;
      try {
        const log = `${LOG}a,1,2026-01-31T23:59:59,1,1\na,2,2026-03-29 02:30:00,1,1\nb,3,2026-02-01,1,1\n`;
        const server = await serve((sql) => importTexts(sql, { 'log.csv': log }), 'UTC');
        expect(active(await cohorts(server))).toEqual({ '2026-01-01': [1, 0, 1], '2026-02-01': [1, 0] });
        const { data } = await server.query('{ shop { dataFrom dataTo currentRun { asOf } } }');
        expect(data).toEqual({
          shop: {
            dataFrom: '2026-01-31T23:59:59.000Z',
            dataTo: '2026-03-29T02:30:00.000Z',
            currentRun: { asOf: '2026-03-30T00:00:00.000Z' },
          },
        });
        await server.close();
      } finally {
        if (before === undefined) delete process.env.TZ;
        else process.env.TZ = before;
      }
    },
  );
});

describe('other cohorts', () => {
  let server: TestServer;
  beforeAll(async () => {
    // Registered and ordering apart: ann waits two months, bob orders at once and again, cid never, dan orders before he registers.
    const customers = `customer_id,email,created_at,country,gender,traffic_source
ann,ann@example.com,2025-10-05,DE,F,Search
bob,bob@example.com,2025-10-20,FR,M,Email
cid,cid@example.com,2025-11-02,DE,M,Search
dan,dan@example.com,2025-12-01,,F,Email
`;
    const orders = `order_id,user_id,status,created_at
1,ann,Complete,2025-12-30
2,bob,Complete,2025-10-20
3,bob,Complete,2026-01-05
4,dan,Complete,2025-11-30
5,dan,Complete,2026-01-04
6,ann,Cancelled,2026-01-03
`;
    const items = `id,order_id,product_id,sale_price
1,1,p,30
2,2,p,5
3,3,p,6
4,4,p,7
5,5,p,8
6,6,p,100
`;
    server = await serve(
      (sql) => importTexts(sql, { 'users.csv': customers, 'orders.csv': orders, 'items.csv': items }),
      'UTC',
    );
  });
  afterAll(() => server.close());

  it('by registration count everybody who registered, and orders from then on', async () => {
    const rows = await cohorts(server, { by: 'REGISTRATION' });
    expect(rows.map(({ cohort, size }) => [cohort, size])).toEqual([
      ['2025-10-01', 2],
      ['2025-11-01', 1],
      ['2025-12-01', 1],
    ]);
    expect(active(rows)).toEqual({ '2025-10-01': [1, 0, 1, 1], '2025-11-01': [0, 0, 0], '2025-12-01': [0, 1] });
  });

  it('by first order leave out who never ordered, and orders that were cancelled', async () => {
    const rows = await cohorts(server);
    expect(active(rows)).toEqual({ '2025-10-01': [1, 0, 0, 1], '2025-11-01': [1, 0, 1], '2025-12-01': [1, 0] });
    expect(rows[2]!.cells.map(({ orders, netRevenue }) => [orders, Number(netRevenue.amount)])).toEqual([
      [1, 30],
      [0, 0],
    ]);
  });

  it('by quarter count quarters across the year', async () => {
    expect(active(await cohorts(server, { grain: 'QUARTER' }))).toEqual({ '2025-10-01': [3, 2] });
  });

  it('by week begin on Mondays and count weeks across the year', async () => {
    expect(active(await cohorts(server, { grain: 'WEEK' }))).toEqual({
      // Monday 20 October to Monday 5 January are 11 weeks; Sunday 4 January lies in the week before.
      '2025-10-20': [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      '2025-11-24': [1, 0, 0, 0, 0, 1, 0],
      '2025-12-29': [1, 0],
    });
  });

  it.each(['COUNTRY', 'CHANNEL', 'GENDER'])('by %s sum to the whole, those without one apart', async (segmentBy) => {
    const whole = await cohorts(server);
    const parts = await cohorts(server, { segmentBy });
    expect(new Set(parts.map(({ dimension }) => dimension)).size).toBeGreaterThan(1);
    for (const { cohort, size, cells } of whole) {
      const own = parts.filter((part) => part.cohort === cohort);
      const total = (pick: (cell: Cell) => number, period: number) =>
        own.reduce((sum, part) => sum + pick(part.cells[period]!), 0);
      expect(own.reduce((sum, part) => sum + part.size, 0)).toBe(size);
      for (const { period, customers, orders, netRevenue } of cells) {
        expect(total((cell) => cell.customers, period)).toBe(customers);
        expect(total((cell) => cell.orders, period)).toBe(orders);
        expect(total((cell) => Number(cell.netRevenue.amount), period)).toBe(Number(netRevenue.amount));
      }
    }
  });

  it('of a filter hold those whom the same filter lists', async () => {
    expect(active(await cohorts(server, { where: { country: { eq: 'DE' } } }))).toEqual({ '2025-12-01': [1, 0] });
    expect(active(await cohorts(server, { where: { country: { isNull: true } } }))).toEqual({
      '2025-11-01': [1, 0, 1],
    });
    expect(await cohorts(server, { where: { country: { eq: 'XX' } } })).toEqual([]);
    const refused = await server.query('{ cohorts(where: { segment: { in: ["x"] } }) { rows { size } } }');
    expect(codesOf(refused)).toEqual(['BAD_USER_INPUT']);
  });

  it('are of the current run, and say so', async () => {
    const { data } = await server.query<{ cohorts: { grain: string; basis: { runId: string; asOf: string } } }>(
      '{ cohorts { grain basis { runId asOf status } } shop { currentRun { id asOf } } }',
    );
    expect(data).toMatchObject({
      cohorts: { grain: 'MONTH', basis: { runId: '1', asOf: '2026-01-06T00:00:00.000Z', status: 'MODELLED' } },
      shop: { currentRun: { id: '1', asOf: '2026-01-06T00:00:00.000Z' } },
    });
  });
});

describe('a shop of one customer', () => {
  it('has one cohort of one', async () => {
    const server = await serve((sql) => importTexts(sql, { 'log.csv': `${LOG}a,1,2024-02-29,1,1\n` }), 'UTC');
    const rows = await cohorts(server);
    expect(active(rows)).toEqual({ '2024-02-01': [1] });
    expect(rows[0]!.cells[0]).toMatchObject({ complete: true, retention: 1 });
    await server.close();
  });
});
