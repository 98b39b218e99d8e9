import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, type ScoredTwice, startShopScoredTwice } from '../../../support/graphql-shop.js';

let shop: ScoredTwice;
beforeAll(async () => {
  shop = await startShopScoredTwice(100);
  // Ties, gaps and microseconds in what lists are ordered by.
  await shop.database.sql`
    update customer_profiles set
      registered_at = case when customer_id like '%3' then null
        else date_trunc('month', registered_at) + interval '1 microsecond' * (length(customer_id) % 3) end,
      net_revenue = round(net_revenue, -1), value_score = round(value_score::numeric, 1)::float8`;
});
afterAll(() => shop.close());

const PAGE = 7;

interface Page {
  totalCount: number;
  edges: { cursor: string; node: { externalId: string } }[];
  nodes: { externalId: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const QUERY = `query ($field: CustomerOrderField!, $direction: OrderDirection!, $first: Int, $after: String, $last: Int, $before: String) {
  customers(orderBy: { field: $field, direction: $direction }, first: $first, after: $after, last: $last, before: $before) {
    totalCount
    edges { cursor node { externalId } }
    nodes { externalId }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function page(variables: Record<string, unknown>): Promise<Page> {
  const { data, errors } = await shop.query<{ customers: Page }>(QUERY, variables);
  expect(errors).toBeUndefined();
  return data.customers;
}

/** THE LIST of orders, each by the column that it sorts and what a customer without a value counts as. */
const ORDERS: Readonly<Record<string, string>> = {
  EXTERNAL_ID: 'customer_id collate "C"',
  NET_REVENUE: 'net_revenue',
  ORDERS: 'orders',
  AVERAGE_ORDER_VALUE: `coalesce(average_order_value, '-Infinity')`,
  RECENCY_DAYS: 'coalesce(recency_days, -1)',
  TENURE_DAYS: 'coalesce(tenure_days, -1)',
  SPAN_DAYS: 'coalesce(span_days, -1)',
  RETURN_RATE: 'coalesce(return_rate, -1)',
  VALUE_SCORE: 'coalesce(value_score, -1)',
  CLV_90D: 'coalesce(clv_90d, -1)',
  FIRST_ORDER_AT: `coalesce(first_order_at, '-infinity')`,
  LAST_ORDER_AT: `coalesce(last_order_at, '-infinity')`,
  REGISTERED_AT: `coalesce(registered_at, '-infinity')`,
};
const DIRECTIONS = ['ASC', 'DESC'] as const;

async function inOrder(field: string, direction: string): Promise<string[]> {
  const rows = await shop.database.sql.unsafe<{ id: string }[]>(
    `select customer_id as id from customer_profiles where run_id = ${shop.newer.runId}
     order by ${ORDERS[field]} ${direction}, customer_id collate "C" ${direction}`,
  );
  return rows.map(({ id }) => id);
}

const ids = ({ edges }: Page) => edges.map(({ node }) => node.externalId);

describe('a list of customers', () => {
  it.each(Object.keys(ORDERS).flatMap((field) => DIRECTIONS.map((direction) => [field, direction] as const)))(
    'by %s %s is the same from page to page, forwards and backwards',
    async (field, direction) => {
      const wanted = await inOrder(field, direction);
      const forwards: string[] = [];
      let after: string | null = null;
      for (let hasNext = true; hasNext; ) {
        const found: Page = await page({ field, direction, first: PAGE, after });
        const { pageInfo } = found;
        expect(found.totalCount).toBe(wanted.length);
        expect(found.nodes).toEqual(found.edges.map(({ node }) => node));
        expect(pageInfo.startCursor).toBe(found.edges[0]?.cursor);
        expect(pageInfo.endCursor).toBe(found.edges.at(-1)?.cursor);
        expect(pageInfo.hasPreviousPage).toBe(forwards.length > 0);
        forwards.push(...ids(found));
        expect(pageInfo.hasNextPage).toBe(forwards.length < wanted.length);
        hasNext = pageInfo.hasNextPage;
        after = pageInfo.endCursor;
      }
      expect(forwards).toEqual(wanted);

      const backwards: string[] = [];
      let before: string | null = null;
      for (let hasPrevious = true; hasPrevious; ) {
        const found: Page = await page({ field, direction, last: PAGE, before });
        expect(found.pageInfo.hasNextPage).toBe(backwards.length > 0);
        backwards.unshift(...ids(found));
        expect(found.pageInfo.hasPreviousPage).toBe(backwards.length < wanted.length);
        hasPrevious = found.pageInfo.hasPreviousPage;
        before = found.pageInfo.startCursor;
      }
      expect(backwards).toEqual(wanted);
    },
  );

  it('has a test of every order', async () => {
    const { data } = await shop.query<{ __type: { enumValues: { name: string }[] } }>(
      '{ __type(name: "CustomerOrderField") { enumValues { name } } }',
    );
    expect(data.__type.enumValues.map(({ name }) => name).sort()).toEqual(Object.keys(ORDERS).sort());
  });

  it('is by net revenue, highest first, 20 of them, when nothing is said', async () => {
    const { data } = await shop.query<{ customers: Page }>('{ customers { nodes { externalId } } }');
    const wanted = await inOrder('NET_REVENUE', 'DESC');
    expect(data.customers.nodes.map(({ externalId }) => externalId)).toEqual(wanted.slice(0, 20));
  });

  it('lies between two cursors', async () => {
    const wanted = await inOrder('ORDERS', 'DESC');
    const { edges } = await page({ field: 'ORDERS', direction: 'DESC', first: 30 });
    const bounds = { field: 'ORDERS', direction: 'DESC', after: edges[4]!.cursor, before: edges[20]!.cursor };
    expect(ids(await page({ ...bounds, first: 100 }))).toEqual(wanted.slice(5, 20));
    expect(ids(await page({ ...bounds, last: 3 }))).toEqual(wanted.slice(17, 20));
  });

  it('loses and repeats nobody when others come and go between two pages', async () => {
    const first = await page({ field: 'EXTERNAL_ID', direction: 'ASC', first: PAGE });
    const { sql } = shop.database;
    const gone = first.edges[2]!.node.externalId;
    const [kept] = await sql`
      delete from customer_profiles where run_id = ${shop.newer.runId} and customer_id = ${gone} returning *`;
    const second = await page({ field: 'EXTERNAL_ID', direction: 'ASC', first: PAGE, after: first.pageInfo.endCursor });
    await sql`insert into customer_profiles ${sql(kept!)}`;
    const wanted = await inOrder('EXTERNAL_ID', 'ASC');
    expect(ids(second)).toEqual(wanted.slice(PAGE, 2 * PAGE));
  });
});

describe('other lists', () => {
  it.each([
    ['runs', '{ id }', 'select id::text from runs order by id desc'],
    ['imports', '{ id }', 'select id::text from imports order by id desc'],
  ])('%s are newest first and page one by one', async (list, fields, sql) => {
    const wanted = (await shop.database.sql.unsafe<{ id: string }[]>(sql)).map(({ id }) => id);
    const found: string[] = [];
    let after: string | null = null;
    for (let hasNext = true; hasNext; ) {
      type List = { nodes: { id: string }[]; totalCount: number; pageInfo: Page['pageInfo'] };
      const { data }: { data: Record<string, List> } = await shop.query(
        `query ($after: String) { ${list}(first: 1, after: $after) { totalCount nodes ${fields} pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const answer: List = data[list]!;
      expect(answer.totalCount).toBe(wanted.length);
      found.push(...answer.nodes.map(({ id }) => id));
      hasNext = answer.pageInfo.hasNextPage;
      after = answer.pageInfo.endCursor;
    }
    expect(found).toEqual(wanted);
  });

  it("a customer's orders page newest first, cancelled ones too", async () => {
    const [most] = await shop.database.sql<{ id: string }[]>`
      select customer_id as id from orders where customer_id <> '' group by 1 order by count(*) desc, 1 limit 1`;
    const wanted = await shop.database.sql<{ id: string }[]>`
      select order_id as id from orders where customer_id = ${most!.id} order by placed_at desc, order_id desc`;
    const found: string[] = [];
    let after: string | null = null;
    for (let hasNext = true; hasNext; ) {
      type Orders = { totalCount: number; nodes: { externalId: string }[]; pageInfo: Page['pageInfo'] };
      const { data }: { data: { customer: { orders: Orders } } } = await shop.query(
        'query ($id: String, $after: String) { customer(externalId: $id) { orders(first: 2, after: $after) { totalCount nodes { externalId } pageInfo { hasNextPage endCursor } } } }',
        { id: most!.id, after },
      );
      const orders: Orders = data.customer.orders;
      expect(orders.totalCount).toBe(wanted.length);
      found.push(...orders.nodes.map(({ externalId }) => externalId));
      hasNext = orders.pageInfo.hasNextPage;
      after = orders.pageInfo.endCursor;
    }
    expect(found).toEqual(wanted.map(({ id }) => id));
    expect(found.length).toBeGreaterThan(2);
  });
});

describe('a page that cannot be', () => {
  it.each([
    ['first: 0', '"first" is from 1 to 100, got 0'],
    ['first: 101', '"first" is from 1 to 100, got 101'],
    ['first: 100000', '"first" is from 1 to 100, got 100000'],
    ['first: 2147483647', '"first" is from 1 to 100, got 2147483647'],
    ['first: -1', '"first" is from 1 to 100, got -1'],
    ['last: 0', '"last" is from 1 to 100, got 0'],
    ['last: 101', '"last" is from 1 to 100, got 101'],
    ['first: 5, last: 5', 'ask for "first" or "last", not for both'],
  ])('is refused: %s', async (args, message) => {
    const lists = ['customers', 'runs', 'imports'].map(
      (list) => `{ ${list}(${args}) { totalCount nodes { __typename } } }`,
    );
    lists.push(`{ customer(externalId: "1") { orders(${args}) { totalCount } } }`);
    lists.push(`{ segmentation(key: "rfm") { segments { customers(${args}) { totalCount } } } }`);
    for (const query of lists) {
      const answer = await shop.query(query);
      expect(answer.errors?.[0]?.message, query).toBe(message);
      expect(codesOf(answer)[0], query).toBe('BAD_USER_INPUT');
    }
  });

  const encode = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const forged = (order: string): readonly (readonly [string, string])[] => [
    ['of no form', 'abc'],
    ['empty', ''],
    ['of 10 kB', 'A'.repeat(10_000)],
    ['of JSON that is no list', Buffer.from('{"a":1}').toString('base64url')],
    ['without its list', encode('5', '1')],
    ['of another list', encode('runs', '5', '1')],
    ['with too few keys', encode(order, '1')],
    ['with too many keys', encode(order, '1', '1', '1')],
    ['with a number for a text', encode(order, 5, 1)],
    ['with SQL in it', encode(order, "1' or '1'='1", '1')],
    ['with a zero byte', encode(order, '1', 'a\0b')],
    ['with no number', encode(order, 'NaN', '1')],
  ];

  it.each(forged('customers NET_REVENUE DESC'))('is refused: a cursor %s', async (_what, cursor) => {
    const answer = await shop.query(
      'query ($c: String) { a: customers(after: $c) { totalCount } b: customers(before: $c) { totalCount } }',
      { c: cursor },
    );
    expect(codesOf(answer)[0]).toBe('BAD_USER_INPUT');
    expect(JSON.stringify(answer).length).toBeLessThan(1000);
  });

  it.each([
    ['customers REGISTERED_AT DESC', 'REGISTERED_AT', '9999-99-99 99:99:99+00'],
    ['customers REGISTERED_AT DESC', 'REGISTERED_AT', '2026-02-30 00:00:00+00'],
    ['customers VALUE_SCORE DESC', 'VALUE_SCORE', '1e999'],
  ])('is refused: a cursor of %s with a value that its type does not have', async (order, field, value) => {
    const answer = await shop.query(
      'query ($c: String, $f: CustomerOrderField!) { customers(after: $c, orderBy: { field: $f }) { nodes { externalId } } }',
      { c: encode(order, value, '1'), f: field },
    );
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  });

  it('is refused: a cursor of another order or direction of the same list', async () => {
    const { pageInfo } = await page({ field: 'ORDERS', direction: 'DESC', first: 5 });
    for (const [field, direction] of [
      ['NET_REVENUE', 'DESC'],
      ['ORDERS', 'ASC'],
      ['RECENCY_DAYS', 'DESC'],
    ]) {
      const answer = await shop.query(QUERY, { field, direction, first: 5, after: pageInfo.endCursor });
      expect(codesOf(answer), `${field} ${direction}`).toEqual(['BAD_USER_INPUT']);
    }
  });
});
