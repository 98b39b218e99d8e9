import { planBins, type SampleShape } from '@tessera/server/db/queries/exploration/bins.js';
import { pearsonCorrelation, spearmanCorrelation } from '@tessera/server/db/queries/exploration/correlations.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectRelative, momentOf, rfmReference } from '../../../support/reference.js';
import { startTestServer, type TestServer } from '../../../support/server.js';
import { sharedJson, sharedPath } from '../../../support/shared.js';

// biome-ignore lint/suspicious/noExplicitAny: answers of the API, whose shape the query says
type Row = Record<string, any>;

/** One report's parts; an error of the API fails the test. */
async function explore(server: TestServer, parts: string, where?: Row): Promise<Row> {
  const { data, errors } = await server.query<{ exploration: Row }>(
    `query ($where: CustomerFilter) { exploration(where: $where) { ${parts} } }`,
    { where },
  );
  expect(errors).toBeUndefined();
  return data.exploration;
}

async function refusal(server: TestServer, parts: string) {
  const { errors } = await server.query(`{ exploration { ${parts} } }`);
  return errors?.map(({ extensions }) => extensions.code);
}

/** A server over these files, scored by a rule. */
async function scoredShop(paths: string[], options: Omit<Parameters<typeof runScoring>[1], 'timeZone'> = {}) {
  const server = await startTestServer({ demoCustomers: 0 });
  const { timeZone, currency } = await ensureShop(server.database.sql, { timeZone: 'UTC' });
  await importPaths(server.database.sql, paths, { timeZone, currency });
  await runScoring(server.database.sql, { timeZone: 'UTC', ...options });
  return server;
}

interface SmallOrder {
  readonly customer: string;
  readonly placedAt: string;
  readonly amount: number;
  readonly quantity?: number;
  readonly product?: string;
  readonly status?: string;
  readonly shippedAt?: string;
  readonly deliveredAt?: string;
  readonly returnedAt?: string;
}

/** A server of the test's own over a few orders of one line each, as of 1 July 2025. */
async function smallShop(rows: readonly SmallOrder[], prospects: readonly string[] = []): Promise<TestServer> {
  const server = await startTestServer({ demoCustomers: 0 });
  onTestFinished(() => server.close());
  const { sql } = server.database;
  await ensureShop(sql, { timeZone: 'UTC' });
  for (const customer of new Set([...prospects, ...rows.map((row) => row.customer)])) {
    await sql`insert into customers (customer_id, country) values (${customer}, ${customer === 'a' ? 'France' : null})`;
  }
  for (const [i, row] of rows.entries()) {
    const { customer, product = 'p', quantity = 1, status = 'delivered' } = row;
    const time = (text: string | undefined) => sql`${text ?? null}::text::timestamptz`;
    await sql`
      insert into products (product_id, category) values (${product}, ${`category of ${product}`}) on conflict do nothing`;
    await sql`
      insert into orders (customer_id, order_id, status, placed_at, shipped_at, delivered_at, returned_at)
      values (${customer}, ${`o${i}`}, ${status}, ${time(row.placedAt)}, ${time(row.shippedAt)}, ${time(row.deliveredAt)}, ${time(row.returnedAt)})`;
    await sql`
      insert into order_items (customer_id, order_id, item_id, product_id, quantity, amount)
      values (${customer}, ${`o${i}`}, '1', ${product}, ${quantity}, ${row.amount})`;
  }
  await runScoring(sql, { timeZone: 'UTC', asOf: new Date('2025-07-01T00:00:00Z') });
  return server;
}

const amounts = (rows: Row[], field = 'netRevenue') => rows.map((row) => Number(row[field].amount));

describe('the exploration of thelook', () => {
  const reference = sharedJson<{ generated: Row }>('reference', 'thelook.json').generated;
  let server: TestServer;
  beforeAll(async () => {
    server = await scoredShop([sharedPath('data', 'thelook-gen')], {
      asOf: momentOf(reference.rfm_all_orders.snapshot),
      rule: { orders: 'all', status: 'atExtraction' },
    });
  });
  afterAll(() => server.close());

  it('counts the users, orders, items and products of the reference', async () => {
    const { sizes } = await explore(
      server,
      'sizes { customers buyers prospects orders ordersPlaced ordersWithLines lines productsKnown firstOrderAt lastOrderAt }',
    );
    expect(sizes).toMatchObject({
      customers: reference.users,
      buyers: reference.users_with_orders,
      prospects: reference.users - reference.users_with_orders,
      orders: reference.orders,
      ordersPlaced: reference.orders,
      ordersWithLines: reference.orders,
      lines: reference.items,
      productsKnown: reference.products,
      firstOrderAt: '2019-02-20T08:18:58.000Z',
    });
    // The API prints milliseconds.
    expect(Math.abs(Date.parse(sizes.lastOrderAt) - momentOf(reference.last_order).getTime())).toBeLessThanOrEqual(1);
  });

  it('adds up the revenue of the reference, placed, cancelled, returned and net', async () => {
    const { sizes } = await explore(
      server,
      'sizes { placedRevenue { amount } cancelledRevenue { amount } grossRevenue { amount } returnedRevenue { amount } netRevenue { amount } netRevenuePerOrder { amount } }',
    );
    const amount = (name: string) => Number(sizes[name].amount);
    expectRelative(amount('placedRevenue'), reference.gross_item_revenue, 'placed revenue');
    expectRelative(amount('cancelledRevenue'), reference.cancelled_item_revenue, 'cancelled revenue');
    expectRelative(amount('returnedRevenue'), reference.returned_item_revenue, 'returned revenue');
    expectRelative(amount('netRevenue'), reference.net_item_revenue, 'net revenue');
    expectRelative(amount('netRevenuePerOrder'), reference.net_revenue_per_order, 'net revenue per order');
    expectRelative(amount('grossRevenue'), amount('netRevenue') + amount('returnedRevenue'), 'gross revenue');
  });

  it('counts buyers by their number of orders as the reference does', async () => {
    const { orderCounts, repeatSplit } = await explore(
      server,
      'orderCounts { orders orMore customers share } repeatSplit { oneTimeCustomers oneTimeShare repeatCustomers repeatShare }',
    );
    const counts = Object.fromEntries(orderCounts.map((row: Row) => [row.orders, row.customers]));
    expect(counts).toEqual(reference.orders_per_ordering_user);
    expect(repeatSplit).toMatchObject({ oneTimeCustomers: 9993, repeatCustomers: 15969 - 9993 });
    expectRelative(repeatSplit.oneTimeShare, reference.rfm_all_orders.one_order_share, 'share of one-time buyers');
  });

  it('has the categories and countries of the reference by net revenue, and their return rates', async () => {
    const { categories, countries } = await explore(
      server,
      'categories(first: 100) { category unitsDelivered unitsReturned returnRate netRevenue { amount } } countries(by: NET_REVENUE, first: 5) { country netRevenue { amount } }',
    );
    const top = Object.entries<number>(reference.net_revenue_by_category_top10);
    expect(categories.slice(0, 10).map((row: Row) => row.category)).toEqual(top.map(([name]) => name));
    amounts(categories.slice(0, 10)).forEach((amount, i) => {
      expectRelative(amount, top[i]![1], `net revenue of ${top[i]![0]}`);
    });
    const rates = reference.return_rate_by_category_of_delivered as Record<string, Row>;
    for (const [name, { delivered, returned }] of Object.entries(rates)) {
      const found = categories.find((row: Row) => row.category === name);
      expect([found.unitsDelivered, found.unitsReturned]).toEqual([delivered, returned]);
      expectRelative(found.returnRate, returned / delivered, `return rate of ${name}`);
    }
    const byCountry = Object.entries<number>(reference.net_revenue_by_country_top5);
    expect(countries.map((row: Row) => row.country)).toEqual(byCountry.map(([name]) => name));
    amounts(countries).forEach((amount, i) => {
      expectRelative(amount, byCountry[i]![1], `net revenue of ${byCountry[i]![0]}`);
    });
  });

  it('has the stations of the order statuses and the days of the reference', async () => {
    const { lifecycle } = await explore(
      server,
      `lifecycle {
        stations { placed cancelledBeforeShipment waiting shipped underWay delivered partlyReturned fullyReturned kept returnedOfDelivered }
        durations { doorToDoor { orders outOfOrder meanDays medianDays } deliveredToReturned { orders meanDays } }
        returnDays { orders cumulativeShare }
      }`,
    );
    const { Cancelled, Complete, Processing, Returned, Shipped } = reference.order_status;
    expect(lifecycle.stations).toMatchObject({
      placed: reference.orders,
      cancelledBeforeShipment: Cancelled,
      waiting: Processing,
      shipped: reference.orders_with_any_shipment,
      underWay: Shipped,
      delivered: Complete + Returned,
      partlyReturned: 0,
      fullyReturned: Returned,
      kept: Complete,
    });
    expectRelative(lifecycle.stations.returnedOfDelivered, reference.return_rate_of_delivered_orders, 'return rate');
    const { doorToDoor, deliveredToReturned } = lifecycle.durations;
    expect([doorToDoor.orders, doorToDoor.outOfOrder]).toEqual([Complete + Returned, 0]);
    expectRelative(doorToDoor.meanDays, reference.door_to_door_days.mean, 'mean door-to-door days');
    expectRelative(doorToDoor.medianDays, reference.door_to_door_days.median, 'median door-to-door days');
    expectRelative(deliveredToReturned.meanDays, reference.delivery_to_return_days_mean, 'mean days to return');
    expect(lifecycle.returnDays.reduce((sum: number, row: Row) => sum + row.orders, 0)).toBe(Returned);
    expect(lifecycle.returnDays.at(-1).cumulativeShare).toBe(1);
  });

  it('has the mean, deviation and quantiles of the reference for recency, orders, spend, order value and tenure', async () => {
    const { quantile_levels: levels, ...rfm } = reference.rfm_all_orders;
    const { distributions } = await explore(
      server,
      `distributions(levels: [${levels}]) { feature count mean standardDeviation quantiles { value } }`,
    );
    const names = {
      RECENCY_DAYS: rfm.recency_days,
      ORDERS_PER_CUSTOMER: rfm.frequency,
      NET_REVENUE: rfm.monetary,
      AVERAGE_ORDER_VALUE: rfm.aov,
      TENURE_DAYS: rfm.tenure_days,
    };
    for (const [name, expected] of Object.entries<Row>(names)) {
      const found = distributions.find((each: Row) => each.feature === name);
      expect(found.count).toBe(reference.users_with_orders);
      expectRelative(found.mean, expected.mean, `mean of ${name}`);
      expectRelative(found.standardDeviation, expected.sd_sample, `deviation of ${name}`);
      found.quantiles.forEach(({ value }: Row, i: number) => {
        expectRelative(value, expected.quantiles[i], `quantile ${levels[i]} of ${name}`);
      });
    }
  });

  it('puts every value into exactly one bin, and bins join without a gap', async () => {
    const { distributions } = await explore(server, 'distributions { feature count binRule bins { from to count } }');
    expect(distributions).toHaveLength(11);
    for (const { feature, count, bins, binRule } of distributions) {
      expect([feature, bins.reduce((sum: number, bin: Row) => sum + bin.count, 0)]).toEqual([feature, count]);
      expect(bins.length).toBeLessThanOrEqual(60);
      if (binRule === 'ONE_PER_VALUE') continue;
      bins.slice(1).forEach((bin: Row, i: number) => {
        if (bins[i].to !== 0) expect(bin.from).toBe(bins[i].to);
      });
    }
  });

  it('misses only what a row is expected to have', async () => {
    const { dataQuality } = await explore(
      server,
      'dataQuality { missingValues { table column rows missing share } inconsistencies { ordersWithoutLines linesWithoutOrder customersWithoutOrders } imports { imports rowsRead rowsKept rowsRepaired rowsQuarantined rowsDuplicate } quarantine { rows } }',
    );
    const column = (table: string, name: string) =>
      dataQuality.missingValues.find((row: Row) => row.table === table && row.column === name);
    expect(column('customers', 'city')).toMatchObject({ rows: 20000, missing: 209, share: 209 / 20000 });
    expect(column('orders', 'delivered_at')).toMatchObject({ rows: 6179 + 2478, missing: 0 });
    expect(column('orders', 'cancelled_at')).toMatchObject({ rows: 3718, missing: 3718, share: 1 });
    expect(dataQuality.inconsistencies).toEqual({
      ordersWithoutLines: 0,
      linesWithoutOrder: 0,
      customersWithoutOrders: reference.users - reference.users_with_orders,
    });
    const { imports, rowsRead, rowsKept, rowsRepaired, rowsQuarantined, rowsDuplicate } = dataQuality.imports;
    expect([imports, rowsRead]).toEqual([4, 20000 + 24878 + 36075 + 527]);
    expect(rowsKept + rowsRepaired + rowsQuarantined + rowsDuplicate).toBe(rowsRead);
    expect(dataQuality.quarantine).toEqual([]);
  });

  it('restricts every part to the customers of a filter', async () => {
    const parts =
      'sizes { customers buyers prospects orders netRevenue { amount } } orderCounts { orders customers } countries { country customers } distributions(features: [ORDERS_PER_CUSTOMER, ORDER_VALUE]) { count } lifecycle { stations { placed } } categories(first: 100) { netRevenue { amount } }';
    const chinese = await explore(server, parts, { country: { eq: 'China' } });
    const others = await explore(server, parts, { not: { country: { eq: 'China' } } });
    expectRelative(Number(chinese.sizes.netRevenue.amount), reference.net_revenue_by_country_top5.China, 'of China');
    expect(chinese.countries).toEqual([{ country: 'China', customers: chinese.sizes.customers }]);
    expect(chinese.distributions[1].count).toBe(chinese.sizes.buyers);
    expect(chinese.lifecycle.stations.placed).toBe(chinese.sizes.orders);
    expect(chinese.sizes.customers + others.sizes.customers).toBe(reference.users);
    expect(chinese.sizes.orders + others.sizes.orders).toBe(reference.orders);
    const total = (rows: Row[]) => amounts(rows).reduce((sum, amount) => sum + amount, 0);
    expectRelative(
      total(chinese.categories) + total(others.categories),
      reference.net_item_revenue,
      'net revenue of both halves',
    );
    const repeat = await explore(server, 'orderCounts { orders customers }', { orders: { gte: 2 } });
    expect(repeat.orderCounts.map((row: Row) => [row.orders, row.customers])).toEqual([
      [2, 4000],
      [3, 1019],
      [4, 957],
    ]);
  });

  it('needs fewer products for a smaller share of the revenue', async () => {
    const { longTail, half } = await explore(
      server,
      'longTail { products productsForShare productShare topProductShare curve { products revenueShare } } half: longTail(share: 0.5) { productsForShare }',
    );
    expect(half.productsForShare).toBeLessThan(longTail.productsForShare);
    expect(longTail.productShare).toBe(longTail.productsForShare / longTail.products);
    const shares = longTail.curve.map((point: Row) => point.revenueShare);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(longTail.topProductShare).toBeLessThanOrEqual(shares[0]);
  });
});

it('the quantiles of the CDNOW sample are those of the reference', async () => {
  const server = await scoredShop([sharedPath('data', 'cdnow', 'cdnow_sample.csv.gz')]);
  onTestFinished(() => server.close());
  const { rfm } = rfmReference('cdnow-sample');
  const { distributions, basis } = await explore(
    server,
    `basis { asOf } distributions(levels: [${rfm.quantile_levels}], features: [RECENCY_DAYS, ORDERS_PER_CUSTOMER, NET_REVENUE, AVERAGE_ORDER_VALUE, TENURE_DAYS]) { feature mean standardDeviation quantiles { value } }`,
  );
  expect(basis.asOf).toBe(momentOf(rfm.snapshot).toISOString());
  expect(distributions.map((each: Row) => each.feature)).toEqual([
    'ORDERS_PER_CUSTOMER',
    'NET_REVENUE',
    'AVERAGE_ORDER_VALUE',
    'RECENCY_DAYS',
    'TENURE_DAYS',
  ]);
  const expected = [rfm.frequency, rfm.monetary, rfm.aov, rfm.recency_days, rfm.tenure_days];
  distributions.forEach((found: Row, i: number) => {
    expectRelative(found.mean, expected[i]!.mean, `mean of ${found.feature}`);
    expectRelative(found.standardDeviation, expected[i]!.sd_sample, `deviation of ${found.feature}`);
    found.quantiles.forEach(({ value }: Row, level: number) => {
      expectRelative(value, expected[i]!.quantiles[level]!, `quantile ${level} of ${found.feature}`);
    });
  });
});

describe('planBins', () => {
  const shape = (values: readonly number[], skewness: number | null): SampleShape => {
    const quantile = (of: readonly number[], level: number) => {
      const sorted = [...of].sort((a, b) => a - b);
      const position = level * (sorted.length - 1);
      const low = sorted[Math.floor(position)]!;
      return low + (position % 1) * ((sorted[Math.floor(position) + 1] ?? low) - low);
    };
    const above = values.filter((value) => value > 0);
    return {
      count: values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      lowerQuartile: quantile(values, 0.25),
      upperQuartile: quantile(values, 0.75),
      skewness,
      whole: values.every(Number.isInteger),
      positive:
        above.length === 0
          ? null
          : {
              count: above.length,
              min: Math.min(...above),
              lowerQuartileLog: Math.log(quantile(above, 0.25)),
              upperQuartileLog: Math.log(quantile(above, 0.75)),
            },
    };
  };

  it('gives each of a few whole numbers its own bin, the ones nobody has too', () => {
    expect(planBins(shape([1, 1, 2, 4], 1))).toEqual({
      rule: 'ONE_PER_VALUE',
      bins: [1, 2, 3, 4].map((value) => ({ from: value, to: value })),
      cuts: [2, 3, 4],
    });
  });

  it('takes the width of Freedman and Diaconis, rounded down to 1, 2 or 5', () => {
    // 0.5, 1.5 ... 63.5: quartiles 16.25 and 47.75, 2 x 31.5 / 4 = 15.75, at most a fifth of the range of 63, so 10.
    const values = Array.from({ length: 64 }, (_, i) => i + 0.5);
    const { rule, bins } = planBins(shape(values, 0));
    expect(rule).toBe('LINEAR');
    expect(bins.map(({ from }) => from)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(bins.at(-1)).toEqual({ from: 60, to: 70 });
  });

  it('divides decades where the values are skewed, and keeps zeros apart', () => {
    const values = [0, ...Array.from({ length: 27 }, (_, i) => 10 ** (i / 9) + 0.001)];
    const { rule, bins, cuts } = planBins(shape(values, 3));
    expect(rule).toBe('LOG');
    expect(bins[0]).toEqual({ from: 0, to: 0 });
    expect(cuts[0]).toBe(bins[1]!.from);
    // Of the logarithm: quartiles 0.722 and 2.167, 2 x 1.444 / 3 = 0.963, at most a fifth of 2.889: 0.578, so 2 a decade.
    expect(bins.slice(1).map(({ from }) => from)).toEqual([1, 3.2, 10, 32, 100, 320]);
  });

  it('makes one bin of equal values and none of no values', () => {
    expect(planBins(shape([7.5, 7.5], null))).toEqual({
      rule: 'ONE_PER_VALUE',
      bins: [{ from: 7.5, to: 7.5 }],
      cuts: [],
    });
    expect(planBins({ ...shape([1], null), count: 0 }).bins).toEqual([]);
  });
});

describe('correlations', () => {
  it('are those worked by hand, with average ranks for ties', () => {
    const [a, b] = [Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 3, 2, 4)];
    // Products of the distances from 2.5 add up to 4, squares to 5 each.
    expect(pearsonCorrelation(a, b)).toBeCloseTo(0.8, 15);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 x 5).
    expect(spearmanCorrelation(Float64Array.of(1, 5, 5, 9), Float64Array.of(1, 2, 30, 400))).toBeCloseTo(
      Math.sqrt(0.9),
      15,
    );
    expect(spearmanCorrelation(a, Float64Array.of(-1, -10, -100, -1000))).toBeCloseTo(-1, 15);
  });

  it('are not known for a value that everybody has, and for nobody', () => {
    expect(pearsonCorrelation(Float64Array.of(0.1, 0.1, 0.1), Float64Array.of(1, 2, 3))).toBeNull();
    expect(spearmanCorrelation(new Float64Array(), new Float64Array())).toBeNull();
  });
});

it('counts, averages and losses of a few orders are those worked by hand', async () => {
  const server = await smallShop(
    [
      {
        customer: 'a',
        placedAt: '2025-06-01',
        amount: 100,
        product: 'p',
        shippedAt: '2025-06-02',
        deliveredAt: '2025-06-04',
      },
      {
        customer: 'a',
        placedAt: '2025-06-11',
        amount: 20,
        product: 'q',
        quantity: 3,
        status: 'returned',
        shippedAt: '2025-06-12',
        deliveredAt: '2025-06-16',
        returnedAt: '2025-06-18T12:00Z',
      },
      { customer: 'b', placedAt: '2025-06-21', amount: 40, product: 'q', status: 'cancelled' },
      { customer: 'c', placedAt: '2025-06-25', amount: 60, product: 'q', status: 'placed' },
    ],
    ['d'],
  );
  const report = await explore(
    server,
    `sizes { customers buyers prospects orders ordersPlaced ordersCancelled ordersKept pieces placedRevenue { amount } grossRevenue { amount } netRevenue { amount }
       netRevenuePerOrder { amount } netRevenuePerKeptOrder { amount } netRevenuePerBuyer { amount } netRevenuePerCustomer { amount } }
     lifecycle { stations { placed cancelledBeforeShipment waiting shipped delivered fullyReturned kept } durations { placedToShipped { orders medianDays } doorToDoor { meanDays } } returnDays { day orders } }
     products { externalId category unitsSold unitsReturned returnRate netRevenue { amount } revenueShare }
     longTail { products productsForShare topProductShare }
     distributions(features: [DAYS_BETWEEN_ORDERS, RETURN_RATE]) { feature count missing mean }`,
  );
  expect(report.sizes).toEqual({
    customers: 4,
    buyers: 2,
    prospects: 2,
    orders: 3,
    ordersPlaced: 4,
    ordersCancelled: 1,
    ordersKept: 2,
    pieces: 5,
    placedRevenue: { amount: '220' },
    grossRevenue: { amount: '180' },
    netRevenue: { amount: '160' },
    netRevenuePerOrder: { amount: '53.3333333333' },
    netRevenuePerKeptOrder: { amount: '80.0000000000' },
    netRevenuePerBuyer: { amount: '80.0000000000' },
    netRevenuePerCustomer: { amount: '40.0000000000' },
  });
  expect(report.lifecycle).toEqual({
    stations: {
      placed: 4,
      cancelledBeforeShipment: 1,
      waiting: 1,
      shipped: 2,
      delivered: 2,
      fullyReturned: 1,
      kept: 1,
    },
    durations: { placedToShipped: { orders: 2, medianDays: 1 }, doorToDoor: { meanDays: 4 } },
    returnDays: [
      { day: 0, orders: 0 },
      { day: 1, orders: 0 },
      { day: 2, orders: 1 },
    ],
  });
  expect(report.products).toMatchObject([
    { externalId: 'q', category: 'category of q', unitsSold: 4, unitsReturned: 3, returnRate: 1, revenueShare: 0.375 },
    { externalId: 'p', category: 'category of p', unitsSold: 1, unitsReturned: 0, returnRate: 0, revenueShare: 0.625 },
  ]);
  expect(report.longTail).toEqual({ products: 2, productsForShare: 2, topProductShare: 0.625 });
  // Nothing was delivered to c, so his return rate is not known.
  expect(report.distributions).toEqual([
    { feature: 'DAYS_BETWEEN_ORDERS', count: 1, missing: 0, mean: 10 },
    { feature: 'RETURN_RATE', count: 1, missing: 1, mean: 0.75 },
  ]);
});

it('a wholesaler among small buyers is an outlier far out', async () => {
  const buyers = Array.from({ length: 20 }, (_, i) => ({
    customer: `c${i}`,
    placedAt: '2025-06-01',
    amount: 10 + i,
  }));
  const server = await smallShop([...buyers, { customer: 'wholesaler', placedAt: '2025-06-01', amount: 9000 }]);
  const { outliers } = await explore(
    server,
    'outliers(features: [NET_REVENUE, RECENCY_DAYS]) { feature scale customers outside { low high } belowCount aboveCount farOutCount extremes { externalId value customer { externalId } } }',
  );
  const [spend, recency] = outliers;
  // Quartiles 15 and 25: ln 16 and ln 26, so the fence is 26 x (26 / 16) ^ 1.5 - 1.
  expectRelative(spend.outside.high, 26 * (26 / 16) ** 1.5 - 1, 'upper fence');
  expectRelative(spend.outside.low, 16 / (26 / 16) ** 1.5 - 1, 'lower fence');
  expect(spend).toMatchObject({
    scale: 'LOG1P',
    customers: 21,
    belowCount: 0,
    aboveCount: 1,
    farOutCount: 1,
    extremes: [{ externalId: 'wholesaler', value: 9000, customer: { externalId: 'wholesaler' } }],
  });
  expect(recency).toMatchObject({ outside: null, belowCount: 0, aboveCount: 0, extremes: [] });
});

const EVERYTHING = `
  sizes { customers orders netRevenue { amount } netRevenuePerOrder { amount } firstOrderAt }
  dataQuality { missingValues { share } inconsistencies { ordersWithoutLines customersSharingEmail } imports { imports unknownStatuses { name } } quarantine { rows } }
  distributions { feature count mean standardDeviation skewness quantiles { value } binRule bins { from to count share } }
  correlations { customers pearson spearman }
  outliers { customers outside { low high } aboveCount extremes { value } }
  outlierTreatments { model low high customers }
  orderCounts { orders customers share revenueShare }
  repeatSplit { oneTimeShare repeatShare repeatRevenueShare }
  categories { category revenueShare } products { externalId revenueShare } countries { country customerShare revenueShare }
  longTail { products productsForShare productShare topProductShare curve { products } }
  lifecycle { stations { placed shippedShare keptOfDelivered } durations { doorToDoor { orders medianDays } } returnDays { day } }`;

it('a shop with Prospects only has counts of zero and no averages', async () => {
  const server = await smallShop([], ['a', 'b']);
  const report = await explore(server, EVERYTHING);
  expect(report.sizes).toEqual({
    customers: 2,
    orders: 0,
    netRevenue: { amount: '0' },
    netRevenuePerOrder: null,
    firstOrderAt: null,
  });
  for (const distribution of report.distributions) {
    expect(distribution).toMatchObject({
      count: 0,
      mean: null,
      skewness: null,
      quantiles: [],
      binRule: 'NONE',
      bins: [],
    });
  }
  expect(report.correlations.every((pair: Row) => pair.customers === 0 && pair.pearson === null)).toBe(true);
  expect(report.outliers.every((each: Row) => each.outside === null && each.aboveCount === 0)).toBe(true);
  expect(report).toMatchObject({
    orderCounts: [],
    repeatSplit: { oneTimeShare: null, repeatShare: null, repeatRevenueShare: null },
    categories: [],
    products: [],
    longTail: { products: 0, productsForShare: 0, productShare: null, topProductShare: null, curve: [] },
    lifecycle: {
      stations: { placed: 0, shippedShare: null, keptOfDelivered: null },
      durations: { doorToDoor: { orders: 0, medianDays: null } },
      returnDays: [],
    },
  });
  expect(report.countries.map((row: Row) => [row.customerShare, row.revenueShare])).toEqual([
    [0.5, null],
    [0.5, null],
  ]);
});

it('one customer has one bin a feature and no deviation', async () => {
  const server = await smallShop([{ customer: 'a', placedAt: '2025-06-01', amount: 12.5 }]);
  const report = await explore(server, EVERYTHING);
  const spend = report.distributions.find((each: Row) => each.feature === 'NET_REVENUE');
  expect(spend).toMatchObject({
    count: 1,
    mean: 12.5,
    standardDeviation: null,
    skewness: null,
    binRule: 'ONE_PER_VALUE',
    bins: [{ from: 12.5, to: 12.5, count: 1, share: 1 }],
  });
  expect(new Set(spend.quantiles.map((quantile: Row) => quantile.value))).toEqual(new Set([12.5]));
  expect(report.orderCounts).toEqual([{ orders: 1, customers: 1, share: 1, revenueShare: 1 }]);
  expect(report.repeatSplit).toEqual({ oneTimeShare: 1, repeatShare: 0, repeatRevenueShare: null });
});

it('customers who are all equal have no skewness, no correlation and no outlier', async () => {
  const server = await smallShop(
    ['a', 'b', 'c', 'd'].map((customer) => ({ customer, placedAt: '2025-06-01', amount: 0.1 })),
  );
  const report = await explore(server, EVERYTHING);
  const spend = report.distributions.find((each: Row) => each.feature === 'NET_REVENUE');
  expect(spend).toMatchObject({ count: 4, standardDeviation: 0, skewness: null });
  expect(spend.bins).toEqual([{ from: 0.1, to: 0.1, count: 4, share: 1 }]);
  expect(report.correlations.every((pair: Row) => pair.pearson === null && pair.spearman === null)).toBe(true);
  expect(report.outliers.every((each: Row) => each.outside === null && each.extremes.length === 0)).toBe(true);
});

it('a shop without a run, a wrong argument and a credential of less than everything are refused', async () => {
  const server = await startTestServer({ demoCustomers: 0 });
  onTestFinished(() => server.close());
  expect(await refusal(server, 'sizes { customers }')).toEqual(['NOT_SCORED_YET']);
  const scored = await smallShop([{ customer: 'a', placedAt: '2025-06-01', amount: 1 }]);
  expect(await refusal(scored, 'distributions(levels: [1.5]) { count }')).toEqual(['BAD_USER_INPUT']);
  expect(await refusal(scored, 'categories(first: 0) { category }')).toEqual(['BAD_USER_INPUT']);
  expect(await refusal(scored, 'longTail(share: 0) { products }')).toEqual(['BAD_USER_INPUT']);
  expect(await refusal(scored, 'outliers(features: [ORDER_VALUE]) { customers }')).toEqual(['BAD_USER_INPUT']);
  const { errors } = await scored.query('{ exploration { sizes { customers } } }', {}, 'nobody');
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});
