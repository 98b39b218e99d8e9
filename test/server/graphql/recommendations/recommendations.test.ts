import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf } from '../../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../../support/server.js';

interface Listed {
  product: { externalId: string; name: string | null; available: boolean };
  score: number;
  reason: string;
  evidence: { kind: string; n: number; [key: string]: unknown };
}

const LIST = `product { externalId name available } score reason evidence`;

describe('recommendations of the demo shop', () => {
  let server: TestServer;
  let listed: Record<string, Listed[]>;
  let people: {
    externalId: string;
    metrics: { orders: number };
    recommendations: Listed[];
    segment: { segment: { key: string; title: string } };
  }[];
  beforeAll(async () => {
    server = await startTestServer({ demoCustomers: 2000 });
    const { data, errors } = await server.query<{ customers: { nodes: typeof people } }>(
      `{ customers(first: 100) { nodes { externalId metrics { orders } segment { segment { key title } } recommendations(first: 5) { ${LIST} } } } }`,
    );
    expect(errors).toBeUndefined();
    people = data.customers.nodes;
    listed = Object.fromEntries(people.map(({ externalId, recommendations }) => [externalId, recommendations]));
  });
  afterAll(() => server.close());

  it('give every buyer five products, the best first, each with a reason and its evidence', () => {
    const kinds = new Set<string>();
    for (const { externalId, recommendations } of people) {
      expect(recommendations.length, externalId).toBe(5);
      expect(new Set(recommendations.map(({ product }) => product.externalId)).size).toBe(5);
      const scores = recommendations.map(({ score }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      for (const { reason, evidence, score } of recommendations) {
        expect(score).toBeGreaterThan(0);
        expect(evidence.n, reason).toBeGreaterThan(0);
        expect(reason).toMatch(
          /^(bought by .+ % of .+, n = \d+|buys it about every \d+ days, .*|bought \d+ days ago; .*)$/,
        );
        kinds.add(evidence.kind);
      }
    }
    expect([...kinds]).toEqual(expect.arrayContaining(['BOUGHT_WITH', 'REBUY']));
  });

  it('count what they say: confidence and lift of a pair follow from the orders themselves', async () => {
    const { sql } = server.database;
    const pairs = Object.values(listed)
      .flat()
      .filter(({ evidence }) => evidence.kind === 'BOUGHT_WITH' && evidence.segment === null);
    expect(pairs.length).toBeGreaterThan(0);
    for (const { product, evidence } of pairs.slice(0, 10)) {
      const [counted] = await sql<{ both: number; first: number; second: number; customers: number }[]>`
        with bought as (
          select distinct i.customer_id, i.product_id from order_items i join orders o using (customer_id, order_id)
          where i.customer_id <> '' and o.status <> 'cancelled' and coalesce(i.status, 'placed') <> 'cancelled' and i.product_id is not null
        )
        select (select count(*) from bought a join bought b using (customer_id) where a.product_id = ${evidence.because as string} and b.product_id = ${product.externalId})::int as both,
               (select count(*) from bought where product_id = ${evidence.because as string})::int as first,
               (select count(*) from bought where product_id = ${product.externalId})::int as second,
               (select count(distinct customer_id) from bought)::int as customers`;
      expect(evidence.n).toBe(counted!.both);
      expect(evidence.base).toBe(counted!.first);
      expect(evidence.confidence).toBeCloseTo(counted!.both / counted!.first, 12);
      expect(evidence.lift).toBeCloseTo((counted!.both / counted!.first) * (counted!.customers / counted!.second), 9);
    }
  });

  it('leave out what the customer has unless it is due, and what he sent back', async () => {
    const { sql } = server.database;
    const rows = await sql<{ customerId: string; productId: string; days: number }[]>`
      select i.customer_id as "customerId", i.product_id as "productId", count(distinct o.placed_at::date)::int as days
      from order_items i join orders o using (customer_id, order_id) where o.status <> 'cancelled' group by 1, 2`;
    const owned = new Map(rows.map((row) => [`${row.customerId}/${row.productId}`, row.days]));
    for (const { externalId, recommendations } of people) {
      for (const { product, evidence } of recommendations) {
        const days = owned.get(`${externalId}/${product.externalId}`);
        if (evidence.kind === 'REBUY') expect(days).toBeGreaterThanOrEqual(1);
        else expect(days, `${externalId} ${product.externalId} ${evidence.kind}`).toBeUndefined();
      }
    }
  });

  it('never hold what cannot be bought: taken off sale or out of stock, from the moment that the catalogue says so', async () => {
    const { sql } = server.database;
    const [{ externalId, recommendations }] = people as [(typeof people)[0]];
    const [first, second] = recommendations.map(({ product }) => product.externalId);
    await sql`update products set active = false where product_id = ${first!}`;
    await sql`update products set stock = 0 where product_id = ${second!}`;
    try {
      const ask = `query($id: String!) { customer(externalId: $id) { recommendations { ${LIST} } } }`;
      const { data } = await server.query<{ customer: { recommendations: Listed[] } }>(ask, { id: externalId });
      const now = data.customer.recommendations.map(({ product }) => product.externalId);
      expect(now.length).toBe(5);
      expect(now).not.toContain(first);
      expect(now).not.toContain(second);
      expect(now.slice(0, 3)).toEqual(recommendations.slice(2).map(({ product }) => product.externalId));
    } finally {
      await sql`update products set active = null, stock = null where product_id = any(${[first!, second!]})`;
    }
  });

  it('stay whole when everything that was best is sold out at once', async () => {
    const { sql } = server.database;
    const ask = async (first: number) => {
      const { data } = await server.query<{ customers: { nodes: { recommendations: Listed[] }[] } }>(
        `query($first: Int!) { customers(first: 1, where: {segment: {segmentation: "rfm", in: ["prospect"]}}) { nodes { recommendations(first: $first) { ${LIST} } } } }`,
        { first },
      );
      return data.customers.nodes[0]!.recommendations.map(({ product }) => product.externalId);
    };
    const before = await ask(50);
    const soldOut = before.slice(0, 40);
    expect(soldOut.length).toBe(40);
    await sql`update products set stock = 0 where product_id = any(${soldOut})`;
    try {
      expect(await ask(5)).toEqual(before.slice(40, 45));
    } finally {
      await sql`update products set stock = null where product_id = any(${soldOut})`;
    }
  });

  it('give a Prospect what is popular', async () => {
    const { data } = await server.query<{ customers: { nodes: { recommendations: Listed[] }[] } }>(
      `{ customers(first: 3, where: {segment: {segmentation: "rfm", in: ["prospect"]}}) { nodes { recommendations { ${LIST} } } } }`,
    );
    expect(data.customers.nodes.length).toBe(3);
    for (const { recommendations } of data.customers.nodes) {
      expect(recommendations.map(({ evidence }) => evidence.kind)).toEqual(Array(5).fill('POPULAR'));
    }
  });

  it('tell the shopper a reason without segment, score or count', async () => {
    const { data } = await server.query<{
      customers: {
        nodes: {
          segment: { segment: { title: string } };
          shopper: {
            recommendations: {
              product: { externalId: string };
              reason: string;
              kind: string;
              boughtWith: string | null;
            }[];
          };
        }[];
      };
    }>(
      `{ customers(first: 100) { nodes { segment { segment { title } } shopper { recommendations(first: 3) { product { externalId } reason kind boughtWith } } } } }`,
    );
    for (const { segment, shopper } of data.customers.nodes) {
      expect(shopper.recommendations.length).toBe(3);
      for (const { reason, kind, boughtWith } of shopper.recommendations) {
        const wording = { REBUY: 'Time to buy it again', POPULAR: 'Popular right now' }[kind];
        expect(reason).toBe(
          wording ?? (boughtWith === null ? 'Goes with what you bought' : `Often bought with ${boughtWith}`),
        );
        expect(['REBUY', 'BOUGHT_WITH', 'POPULAR']).toContain(kind);
        if (kind !== 'BOUGHT_WITH') expect(boughtWith).toBeNull();
        expect(reason).toMatch(
          /^(Often bought with .+|Goes with what you bought|Time to buy it again|Popular right now)$/,
        );
        expect(reason).not.toMatch(/\d+ %|lift|n =/);
        if (!reason.startsWith('Often bought with')) expect(reason).not.toContain(segment.segment.title);
      }
    }
  });

  it.each([0, 101, -1])('refuse a first of %i as bad input', async (first) => {
    for (const field of [
      `recommendations(first: ${first}) { reason }`,
      `nextActions(first: ${first}) { reason }`,
      `shopper { recommendations(first: ${first}) { reason } }`,
    ]) {
      const answer = await server.query(`{ customers(first: 1) { nodes { ${field} } } }`);
      expect(codesOf(answer), field).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('say in the models how they did against popularity on the last 90 days', async () => {
    const { data } = await server.query<{
      models: {
        key: string;
        note: string;
        metrics: { lists: number; verdict: { kind: string } };
        parameters: { pairs: number };
      }[];
    }>('{ models { key title version note metrics parameters converged } }');
    const own = data.models.find(({ key }) => key === 'recommendations')!;
    // Few of two thousand customers bought before and within the last 90 days: the sentence says so instead of claiming.
    expect(own.metrics.lists).toBeGreaterThan(10);
    expect(own.note).toMatch(own.metrics.lists < 30 ? /^not tested yet: only \d+ customers/ : /popularity: \d/);
    expect(own.parameters.pairs).toBeGreaterThan(100);
  });
});

describe('products', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ demoCustomers: 300 });
  });
  afterAll(() => server.close());

  it('are found by either id and null when not known', async () => {
    const { data } = await server.query<{
      product: {
        id: string;
        externalId: string;
        name: string;
        listPrice: { amount: string; currency: string };
        available: boolean;
        stock: number | null;
      };
    }>('{ product(externalId: "1") { id externalId name listPrice { amount currency } available stock } }');
    expect(data.product).toMatchObject({
      externalId: '1',
      listPrice: { currency: 'USD' },
      available: true,
      stock: null,
    });
    const again = await server.query('query($id: ID!) { product(id: $id) { externalId } }', { id: data.product.id });
    expect(again.data).toEqual({ product: { externalId: '1' } });
    const unknown = await server.query('{ product(externalId: "no such") { externalId } }');
    expect(unknown.data).toEqual({ product: null });
    for (const args of ['', '(externalId: "1", id: "UHJvZHVjdDox")']) {
      expect(codesOf(await server.query(`{ product${args} { externalId } }`))).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('stand at the lines of orders', async () => {
    const { data } = await server.query<{
      customers: {
        nodes: {
          orders: {
            nodes: { lines: { productExternalId: string; product: { externalId: string; name: string } | null }[] }[];
          };
        }[];
      };
    }>(
      '{ customers(first: 10) { nodes { orders(first: 2) { nodes { lines { productExternalId product { externalId name } } } } } } }',
    );
    const lines = data.customers.nodes.flatMap(({ orders }) => orders.nodes.flatMap((order) => order.lines));
    expect(lines.length).toBeGreaterThan(0);
    for (const { productExternalId, product } of lines) expect(product?.externalId).toBe(productExternalId);
  });

  it('take stock and sale from imports, in the words of the platforms, and are not recommended when they are out', async () => {
    const { data } = await server.query<{ importProducts: { __typename: string } }>(
      'mutation { importProducts(input: [{externalId: "1", active: false}, {externalId: "2", stock: 0}]) { __typename } }',
    );
    expect(data.importProducts.__typename).toBe('ImportSucceeded');
    const read = (id: string) => server.query(`{ product(externalId: "${id}") { available stock name } }`);
    expect((await read('1')).data).toMatchObject({ product: { available: false, stock: null } });
    expect((await read('2')).data).toMatchObject({ product: { available: false, stock: 0 } });
  });
});
