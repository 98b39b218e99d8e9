import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codesOf, demoToken, post } from '../../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../../support/server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 0 });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.database
    .sql`truncate customers, orders, order_items, returns, products, events, imports, quarantined_rows`;
});

const RESULT = `{
  __typename
  ... on ImportSucceeded {
    rowsRead rowsKept rowsRepaired rowsQuarantined rowsDuplicate inserted updated unchanged
    problems { row field value reason }
    import { id source format state rowsRead quarantineUrl }
  }
  ... on UserError { code message }
}`;
const MUTATIONS = {
  importCustomers: `mutation ($input: [CustomerInput!]!) { result: importCustomers(input: $input) ${RESULT} }`,
  importProducts: `mutation ($input: [ProductInput!]!) { result: importProducts(input: $input) ${RESULT} }`,
  importOrders: `mutation ($input: [OrderInput!]!) { result: importOrders(input: $input) ${RESULT} }`,
  recordEvents: `mutation ($input: [EventInput!]!) { result: recordEvents(input: $input) ${RESULT} }`,
};
type Mutation = keyof typeof MUTATIONS;

interface Result {
  __typename: string;
  problems: { row: number; field: string; value: string | null; reason: string }[];
  [name: string]: unknown;
}

async function run(mutation: Mutation, input: readonly unknown[]): Promise<Result> {
  const { data, errors } = await server.query<{ result: Result }>(MUTATIONS[mutation], { input });
  expect(errors).toBeUndefined();
  return data.result;
}

const order = (over: Record<string, unknown> = {}) => ({
  externalId: 'o-1',
  customerId: 'c-1',
  placedAt: '2026-02-01T10:00:00Z',
  version: '2026-02-01T10:00:00Z',
  lines: [
    { externalId: 'l-1', productId: 'mug', quantity: 2, unitPrice: '12.50' },
    { externalId: 'l-2', productId: 'tea', quantity: 1, amount: '7.90' },
  ],
  ...over,
});

async function tables() {
  const { sql } = server.database;
  return {
    customers: await sql`select customer_id, email, first_name, version from customers order by 1`,
    orders: await sql`select customer_id, order_id, status, placed_at, shipped_at, version from orders order by 1, 2`,
    items:
      await sql`select customer_id, order_id, item_id, product_id, quantity::float8, amount from order_items order by 1, 2, 3`,
  };
}

describe('importCustomers', () => {
  it('stores people once, and leaves what is not said as it was', async () => {
    const ann = { externalId: 'c-1', email: 'ann@shop.example', firstName: 'Ann', version: '2026-01-01T00:00:00Z' };
    expect(await run('importCustomers', [ann])).toMatchObject({
      __typename: 'ImportSucceeded',
      rowsRead: 1,
      inserted: 1,
      problems: [],
      import: { source: 'API customers', format: 'api-customers', state: 'DONE', quarantineUrl: null },
    });
    expect(await run('importCustomers', [ann])).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 });
    const later = { externalId: 'c-1', firstName: 'Anna', version: '2026-01-02T00:00:00Z' };
    expect(await run('importCustomers', [later])).toMatchObject({ updated: 1 });
    expect((await tables()).customers).toMatchObject([{ email: 'ann@shop.example', first_name: 'Anna' }]);
  });

  it('keeps the newer of two versions, whichever comes first', async () => {
    const versions = [
      { externalId: 'c-1', firstName: 'Old', version: '2026-01-01T00:00:00Z' },
      { externalId: 'c-1', firstName: 'New', version: '2026-01-02T00:00:00Z' },
    ];
    for (const given of [...versions].reverse()) await run('importCustomers', [given]);
    expect((await tables()).customers).toMatchObject([{ first_name: 'New' }]);
  });
});

describe('importProducts', () => {
  it('stores exact prices, and the same call again changes nothing', async () => {
    const mug = { externalId: 'mug', name: 'Mug', category: 'Kitchen', cost: '3.10', listPrice: '12.50' };
    expect(await run('importProducts', [mug])).toMatchObject({ inserted: 1 });
    expect(await run('importProducts', [mug])).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 });
    expect(await server.database.sql`select product_id, name, cost, list_price from products`).toEqual([
      { product_id: 'mug', name: 'Mug', cost: '3.10', list_price: '12.50' },
    ]);
  });
});

describe('importOrders', () => {
  it('stores orders with their lines, and the same call again changes nothing', async () => {
    expect(await run('importOrders', [order()])).toMatchObject({ rowsRead: 2, rowsKept: 2, inserted: 2, problems: [] });
    const before = await tables();
    expect(before.orders).toMatchObject([{ customer_id: 'c-1', order_id: 'o-1', status: 'placed' }]);
    expect(before.items).toMatchObject([
      { item_id: 'l-1', quantity: 2, amount: '25.00' },
      { item_id: 'l-2', quantity: 1, amount: '7.90' },
    ]);
    expect(await run('importOrders', [order()])).toMatchObject({ inserted: 0, updated: 0, unchanged: 2 });
    expect(await tables()).toEqual(before);
  });

  it('keeps the newer version whole, whichever comes first', async () => {
    const newer = order({
      version: '2026-02-03T00:00:00Z',
      customerId: 'c-2',
      shippedAt: '2026-02-02T08:00:00Z',
      lines: [{ externalId: 'l-1', productId: 'mug', quantity: 3, unitPrice: '12.50' }],
    });
    await run('importOrders', [order()]);
    await run('importOrders', [newer]);
    const inOrder = await tables();
    expect(inOrder.orders).toMatchObject([{ customer_id: 'c-2', status: 'shipped' }]);
    expect(inOrder.items).toMatchObject([{ customer_id: 'c-2', item_id: 'l-1', quantity: 3, amount: '37.50' }]);
    expect(await run('importOrders', [order()])).toMatchObject({ rowsRead: 2, inserted: 0, updated: 0 });
    expect(await tables()).toEqual(inOrder);
    await server.database.sql`truncate orders, order_items, customers`;
    await run('importOrders', [newer]);
    await run('importOrders', [order()]);
    const { orders, items } = await tables();
    expect({ orders, items }).toEqual({ orders: inOrder.orders, items: inOrder.items });
  });

  it('keeps the newest of the versions that one call brings, wherever it stands', async () => {
    const newer = order({
      version: '2026-02-03T00:00:00Z',
      lines: [{ externalId: 'l-1', quantity: 9, unitPrice: '1.00' }],
    });
    expect(await run('importOrders', [newer, order()])).toMatchObject({ rowsRead: 3, rowsKept: 1, rowsDuplicate: 2 });
    expect((await tables()).items).toMatchObject([{ item_id: 'l-1', quantity: 9, amount: '9.00' }]);
    const ann = { externalId: 'c-9', firstName: 'New', version: '2026-01-02T00:00:00Z' };
    const old = { externalId: 'c-9', firstName: 'Old', version: '2026-01-01T00:00:00Z' };
    expect(await run('importCustomers', [ann, old])).toMatchObject({ rowsRead: 2, rowsDuplicate: 1, inserted: 1 });
    expect((await tables()).customers).toContainEqual(
      expect.objectContaining({ customer_id: 'c-9', first_name: 'New' }),
    );
  });

  it('answers bad rows with their place and keeps the good orders', async () => {
    const result = await run('importOrders', [
      order({ externalId: 'a' }),
      order({ externalId: 'b', status: 'lost in space', lines: [{ productId: 'mug', unitPrice: '1' }] }),
      order({
        externalId: 'c',
        lines: [
          { productId: 'mug', quantity: 1 },
          { productId: 'tea', unitPrice: '2' },
        ],
      }),
      order({ externalId: 'd', currency: 'EUR', lines: [] }),
      order({ externalId: '', lines: [] }),
    ]);
    expect(result).toMatchObject({ rowsRead: 7, rowsKept: 2, rowsQuarantined: 5, inserted: 2 });
    expect(result.problems.map(({ row, field }) => [row, field])).toEqual([
      [2, 'status'],
      [3, 'amount'],
      [3, 'amount'],
      [4, 'currency'],
      [5, 'externalId'],
    ]);
    expect(result.import).toMatchObject({ quarantineUrl: expect.stringMatching(/^\/imports\/\d+\/quarantine\.csv$/) });
    expect((await tables()).orders.map(({ order_id }) => order_id)).toEqual(['a']);
  });

  it('leaves an order alone when one of the lines given is bad, and its lines when none is given', async () => {
    await run('importOrders', [order()]);
    const bad = order({
      version: '2026-02-02T00:00:00Z',
      lines: [
        { externalId: 'l-1', productId: 'mug' },
        { externalId: 'l-9', amount: '1.00' },
      ],
    });
    await run('importOrders', [bad]);
    await run('importOrders', [order({ version: '2026-02-03T00:00:00Z', lines: undefined })]);
    expect((await tables()).items.map(({ item_id }) => item_id)).toEqual(['l-1', 'l-2']);
  });
});

describe('recordEvents', () => {
  it('stores an event once', async () => {
    const visit = {
      externalId: 'e-1',
      customerId: 'c-1',
      kind: 'visit',
      occurredAt: '2026-02-01T10:00:00Z',
      value: '4',
    };
    expect(await run('recordEvents', [visit, { ...visit, externalId: 'e-2' }])).toMatchObject({ inserted: 2 });
    expect(await run('recordEvents', [visit])).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 });
    expect(await server.database.sql`select from events`).toHaveLength(2);
  });
});

describe('a call', () => {
  it('takes a thousand rows', async () => {
    const lines = Array.from({ length: 3 }, (_, i) => ({
      externalId: `${i}`,
      productId: `p-${i}`,
      quantity: 1,
      unitPrice: '9.99',
    }));
    const input = Array.from({ length: 1000 }, (_, i) =>
      order({ externalId: `o-${i}`, customerId: `c-${i % 50}`, lines }),
    );
    expect(await run('importOrders', input)).toMatchObject({ rowsRead: 3000, inserted: 3000 });
  });

  it('of 1,001 rows is refused and stores nothing', async () => {
    const rows: Record<Mutation, unknown> = {
      importCustomers: { externalId: 'c' },
      importProducts: { externalId: 'p' },
      importOrders: order({ lines: [] }),
      recordEvents: { externalId: 'e', customerId: 'c', kind: 'visit', occurredAt: '2026-02-01T10:00:00Z' },
    };
    for (const [mutation, text] of Object.entries(MUTATIONS)) {
      const input = Array.from({ length: 1001 }, () => rows[mutation as Mutation]);
      const answer = await server.query(text, { input });
      expect(codesOf(answer), mutation).toEqual(['BAD_USER_INPUT']);
    }
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });

  it('without rows is a success of nothing', async () => {
    expect(await run('importOrders', [])).toMatchObject({ __typename: 'ImportSucceeded', rowsRead: 0, problems: [] });
  });

  it('with fields of its own making is refused and stores nothing', async () => {
    const input = JSON.stringify([{ externalId: 'c' }]).replace('{', '{"__proto__":{"clv":"1e9"},"clv":"1e9",');
    const body = `{"query":${JSON.stringify(MUTATIONS.importCustomers)},"variables":{"input":${input}}}`;
    const answer = await post(`${server.url}/graphql`, body, { authorization: `Bearer ${server.adminKey}` });
    expect([answer.status, new Set(codesOf(answer))]).toEqual([400, new Set(['BAD_USER_INPUT'])]);
    expect((await tables()).customers).toEqual([]);
  });

  it('waits no longer than seconds for a large import, and says so as data', async () => {
    let release = () => {};
    let holding = Promise.resolve();
    await new Promise<void>((held) => {
      holding = server.database.sql.begin(async (transaction) => {
        await transaction`select pg_advisory_xact_lock(7305003)`;
        await new Promise<void>((resolve) => {
          release = resolve;
          held();
        });
      });
    });
    expect(await run('importOrders', [order()])).toMatchObject({ __typename: 'ImportRefused', code: 'IMPORT_BUSY' });
    release();
    await holding;
    expect((await tables()).orders).toEqual([]);
  });
});

describe('tokens of pages', () => {
  it('may call no mutation, and no import or quarantine address', async () => {
    const demo = await startTestServer({ demoCustomers: 60 });
    try {
      const count = () => demo.database.sql`select count(*) from imports`;
      const before = await count();
      for (const page of ['crm', 'storefront'] as const) {
        const authorization = `Bearer ${await demoToken(demo.url, page)}`;
        for (const [mutation, query] of Object.entries(MUTATIONS)) {
          const body = JSON.stringify({ query, variables: { input: [] } });
          const answer = await post(`${demo.url}/graphql`, body, { authorization });
          expect([answer.status, codesOf(answer)], `${page} ${mutation}`).toEqual([403, ['PERSISTED_ONLY']]);
        }
        for (const [method, path] of [
          ['POST', '/import/orders.csv'],
          ['GET', '/imports/1/quarantine.csv'],
        ] as const) {
          const answer = await fetch(`${demo.url}${path}`, { method, headers: { authorization } });
          expect(answer.status, `${page} ${path}`).toBe(403);
        }
        const webhook = await fetch(`${demo.url}/webhooks/shopify`, {
          method: 'POST',
          headers: { authorization },
          body: '{}',
        });
        expect(webhook.status).toBe(404);
      }
      expect(await count()).toEqual(before);
    } finally {
      await demo.close();
    }
  });
});
