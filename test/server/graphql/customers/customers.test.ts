import { schema } from '@tessera/server/graphql/schema.js';
import { type GraphQLInputType, GraphQLNonNull, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, type ScoredTwice, startShopScoredTwice } from '../../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../../support/server.js';

const globalId = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64');

describe('before the first run', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ demoCustomers: 0 });
  });
  afterAll(() => server.close());

  it.each([
    '{ customers { totalCount } }',
    '{ customersByExternalIds(externalIds: ["1"]) { id } }',
    '{ cohorts { rows { size } } }',
    '{ shop { name } }',
  ])('%s answers NOT_SCORED_YET', async (query) => {
    const answer = await server.query(query);
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status: 409, codes: ['NOT_SCORED_YET'] });
  });

  it('a customer is not scored yet, and other fields have their answer', async () => {
    const answer = await server.query('{ viewer { kind } customer(externalId: "1") { id } }');
    expect(answer.data).toEqual({ viewer: { kind: 'SECRET_KEY' }, customer: null });
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status: 200, codes: ['NOT_SCORED_YET'] });
  });

  it('the segmentations, models, runs and imports are empty', async () => {
    const { data } = await server.query(
      '{ segmentations { key } segmentation(key: "rfm") { key } models { key } runs { totalCount nodes { id } } imports { nodes { id } } }',
    );
    expect(data).toEqual({
      segmentations: [],
      segmentation: null,
      models: [],
      runs: { totalCount: 0, nodes: [] },
      imports: { nodes: [] },
    });
  });
});

let shop: ScoredTwice;
beforeAll(async () => {
  shop = await startShopScoredTwice(250);
});
afterAll(() => shop.close());

describe('a customer', () => {
  it('is found by global id, by the shop own id and by e-mail address in any case', async () => {
    const [person] = await shop.database.sql<{ id: string; email: string }[]>`
      select customer_id as id, email from customers c where email is not null
        and (select count(*) from customers o where lower(o.email) = lower(c.email)) = 1 order by 1 limit 1`;
    const { data } = await shop.query(
      `query ($id: ID, $externalId: String, $email: String) {
        byId: customer(id: $id) { externalId } byExternalId: customer(externalId: $externalId) { id } byEmail: customer(email: $email) { externalId email }
      }`,
      { id: globalId('Customer', person!.id), externalId: person!.id, email: person!.email.toUpperCase() },
    );
    expect(data).toEqual({
      byId: { externalId: person!.id },
      byExternalId: { id: globalId('Customer', person!.id) },
      byEmail: { externalId: person!.id, email: person!.email },
    });
  });

  it.each([
    '{ customer { id } }',
    '{ customer(externalId: "1", email: "a@b.example") { id } }',
    '{ customer(id: "Q3VzdG9tZXI6MQ==", externalId: "1") { id } }',
    '{ customer(externalId: null) { id } }',
  ])('is asked for by exactly one argument: %s', async (query) => {
    expect(codesOf(await shop.query(query))).toEqual(['BAD_USER_INPUT']);
  });

  it.each([
    '{ customer(externalId: "no such customer") { id } }',
    '{ customer(externalId: "") { id } }',
    '{ customer(email: "nobody@example.com") { id } }',
    `{ customer(id: "${globalId('Customer', 'no such customer')}") { id } }`,
    `{ customer(id: "${globalId('Segment', 'rfm:vip')}") { id } }`,
  ])('who is not known is null: %s', async (query) => {
    expect(await shop.query(query)).toEqual({ status: 200, data: { customer: null } });
  });

  it('is not guessed where several share an e-mail address', async () => {
    const { sql } = shop.database;
    await sql`update customers set email = 'Shared@Example.com' where customer_id in ('5', '6')`;
    const answer = await shop.query('{ customer(email: "shared@example.COM") { id } }');
    expect(answer.errors?.[0]).toMatchObject({
      message: 'several customers share this e-mail address: ask by externalId',
      extensions: { code: 'BAD_USER_INPUT' },
    });
    await sql`update customers set email = null where customer_id in ('5', '6')`;
  });

  it('may have any id', async () => {
    const ids = ['a:b:c', ':a', 'ä/ö 😀', "o'neil\\", '-', '__proto__'];
    const { sql } = shop.database;
    for (const [i, id] of ids.entries()) {
      await sql`update customer_profiles set customer_id = ${id} where customer_id = ${String(20 + i)} and run_id = ${shop.newer.runId}`;
    }
    for (const id of ids) {
      const { data } = await shop.query<{ customer: { id: string; externalId: string } }>(
        'query ($id: String) { customer(externalId: $id) { id externalId } }',
        { id },
      );
      expect(data.customer.externalId).toBe(id);
      const again = await shop.query<{ node: { externalId: string } }>(
        'query ($id: ID!) { node(id: $id) { ... on Customer { externalId } } }',
        { id: data.customer.id },
      );
      expect(again.data.node.externalId).toBe(id);
    }
    for (const [i, id] of ids.entries()) {
      await sql`update customer_profiles set customer_id = ${String(20 + i)} where customer_id = ${id} and run_id = ${shop.newer.runId}`;
    }
  });
});

describe('customersByExternalIds', () => {
  const ask = (externalIds: readonly string[]) =>
    shop.query<{ customersByExternalIds: ({ externalId: string } | null)[] }>(
      'query ($externalIds: [String!]!) { customersByExternalIds(externalIds: $externalIds) { externalId } }',
      { externalIds },
    );

  it('answers in the order asked, null where unknown, twice what is asked twice', async () => {
    const { data } = await ask(['9', 'nobody', '3', '9', '']);
    expect(data.customersByExternalIds.map((found) => found?.externalId ?? null)).toEqual(['9', null, '3', '9', null]);
  });

  it('takes 500 ids and no more', async () => {
    const ids = Array.from({ length: 501 }, (_, i) => String(i));
    const { data } = await ask(ids.slice(0, 500));
    expect(data.customersByExternalIds).toHaveLength(500);
    const refused = await ask(ids);
    expect(codesOf(refused)).toEqual(['BAD_USER_INPUT']);
    expect(refused.errors?.[0]?.message).toBe('"externalIds" holds at most 500 ids, got 501');
    expect((await ask([])).data.customersByExternalIds).toEqual([]);
  });
});

describe('node', () => {
  it('finds customers and segments by their global ids', async () => {
    const { data } = await shop.query(
      'query ($a: ID!, $b: ID!) { a: node(id: $a) { __typename id } b: node(id: $b) { __typename id ... on Segment { key } } nodes(ids: [$b, $a]) { id } }',
      {
        a: globalId('Customer', '3'),
        b: globalId('Segment', 'value:premium'),
      },
    );
    expect(data).toEqual({
      a: { __typename: 'Customer', id: globalId('Customer', '3') },
      b: { __typename: 'Segment', id: globalId('Segment', 'value:premium'), key: 'premium' },
      nodes: [{ id: globalId('Segment', 'value:premium') }, { id: globalId('Customer', '3') }],
    });
  });

  it.each(['no customer', 'rfm:nothing', 'nothing:vip', 'rfm', ':', ':a', '__proto__:constructor'])(
    'is null for %j',
    async (id) => {
      for (const type of ['Customer', 'Segment']) {
        const answer = await shop.query('query ($id: ID!) { node(id: $id) { id } }', { id: globalId(type, id) });
        expect(answer).toEqual({ status: 200, data: { node: null } });
      }
    },
  );

  it.each([
    '',
    'abc',
    '%%%',
    globalId('Customer', ''),
    globalId('Run', '1'),
    globalId('__Schema', '1'),
    'x'.repeat(10_000),
  ])('refuses what is no id of a node: %.20s', async (id) => {
    const answer = await shop.query('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    expect(JSON.stringify(answer).length).toBeLessThan(500);
  });
});

describe('an older run', () => {
  it('answers with its own customers, scores and moment', async () => {
    const { data } = await shop.query<{ old: { totalCount: number; nodes: { externalId: string; basis: unknown }[] } }>(
      `query ($run: ID) { old: customers(asOfRun: $run, orderBy: { field: EXTERNAL_ID }, first: 5) { totalCount nodes { externalId basis { runId asOf } } } }`,
      { run: String(shop.older.runId) },
    );
    expect(data.old.totalCount).toBe(shop.older.customers);
    for (const { basis } of data.old.nodes) {
      expect(basis).toEqual({ runId: String(shop.older.runId), asOf: shop.older.asOf });
    }
  });

  it('filters by its own numbers and names the segments that it had', async () => {
    const { data } = await shop.query<{
      customers: { totalCount: number; nodes: { segment: { segment: { key: string } } }[] };
    }>(
      `query ($run: ID) { customers(asOfRun: $run, where: { segment: { in: ["dormant"] } }) { totalCount nodes { segment { segment { key } } } } }`,
      { run: String(shop.older.runId) },
    );
    const [row] = await shop.database.sql<{ count: number }[]>`
      select count(*)::int as count from customer_profiles where run_id = ${shop.older.runId} and 'rfm:dormant' = any(segments)`;
    expect(data.customers.totalCount).toBe(row!.count);
    for (const { segment } of data.customers.nodes) expect(segment.segment.key).toBe('dormant');
  });

  it.each(['0', '999', 'abc', '-1', '1.5', '', '1 or 1=1', '9'.repeat(15), '9'.repeat(40)])(
    '%j is refused',
    async (run) => {
      const answer = await shop.query('query ($run: ID) { customers(asOfRun: $run) { totalCount } }', { run });
      expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    },
  );
});

interface SegmentAnswer {
  key: string;
  size: number;
  share: number;
  revenueShare: number;
  customers: { totalCount: number };
  profile: { averageOrders: number; averageNetRevenue: { amount: string } };
  trend: { asOf: string; size: number }[];
}

describe('a run that is no longer kept', () => {
  it('is refused, also by a server that has read it before', async () => {
    const { sql } = shop.database;
    const ask = () =>
      shop.query('query ($run: ID) { customers(asOfRun: $run) { totalCount } }', { run: String(shop.older.runId) });
    expect((await ask()).errors).toBeUndefined();
    await sql`update runs set state = 'dropped' where id = ${shop.older.runId}`;
    const refused = await ask();
    await sql`update runs set state = 'published' where id = ${shop.older.runId}`;
    expect(codesOf(refused)).toEqual(['BAD_USER_INPUT']);
    expect((await ask()).errors).toBeUndefined();
  });
});

describe('a segment', () => {
  it('has the size, share, revenue and averages of the customers that its filter finds', async () => {
    const { data } = await shop.query<{ segmentations: { key: string; segments: SegmentAnswer[] }[] }>(
      `{ segmentations { key segments { key size share revenueShare customers { totalCount }
           profile { averageOrders averageNetRevenue { amount } } trend { asOf size } } } }`,
    );
    expect(data.segmentations.map(({ key }) => key)).toEqual(expect.arrayContaining(['rfm', 'value']));
    for (const { key: segmentation, segments } of data.segmentations) {
      expect(segments.reduce((sum, { size }) => sum + size, 0)).toBe(shop.newer.customers);
      expect(segments.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(segments.reduce((sum, { revenueShare }) => sum + revenueShare, 0)).toBeCloseTo(1, 12);
      for (const segment of segments) {
        const { data: list } = await shop.query<{ customers: { totalCount: number } }>(
          'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
          { where: { segment: { segmentation, in: [segment.key] } } },
        );
        expect(list.customers.totalCount, segment.key).toBe(segment.size);
        expect(segment.customers.totalCount).toBe(segment.size);
        expect(segment.share).toBeCloseTo(segment.size / shop.newer.customers, 12);
        const [row] = await shop.database.sql<{ orders: number; revenue: string; before: number }[]>`
          select coalesce(avg(orders), 0)::float8 as orders, coalesce(round(avg(net_revenue), 6), 0)::text as revenue,
            (select count(*)::int from customer_profiles where run_id = ${shop.older.runId} and segments @> array[${`${segmentation}:${segment.key}`}]) as before
          from customer_profiles where run_id = ${shop.newer.runId} and segments @> array[${`${segmentation}:${segment.key}`}]`;
        expect(segment.profile.averageOrders).toBeCloseTo(row!.orders, 9);
        expect(Number(segment.profile.averageNetRevenue.amount)).toBe(Number(row!.revenue));
        expect(segment.trend).toEqual([
          { asOf: shop.older.asOf, size: row!.before },
          { asOf: shop.newer.asOf, size: segment.size },
        ]);
      }
    }
  });

  it('shows as many points of its trend as are asked for', async () => {
    const { data } = await shop.query<{ segmentation: { segments: { trend: unknown[] }[] } }>(
      '{ segmentation(key: "rfm") { segments { trend(points: 1) { size } } } }',
    );
    for (const { trend } of data.segmentation.segments) expect(trend).toHaveLength(1);
  });
});

describe('a membership', () => {
  it('says since when and from where by the ledger, and since the first run for those who never moved', async () => {
    const { sql } = shop.database;
    const [moved] = await sql<{ id: string; from: string; at: Date }[]>`
      select customer_id as id, from_segment as from, changed_at as at from segment_changes
      where segmentation = 'rfm' and from_segment is not null order by 1 limit 1`;
    const [stayed] = await sql<{ id: string }[]>`
      select p.customer_id as id from customer_profiles p where run_id = ${shop.newer.runId}
        and not exists (select from segment_changes c where c.customer_id = p.customer_id) order by 1 limit 1`;
    const { data } = await shop.query(
      `query ($a: String, $b: String) {
        moved: customer(externalId: $a) { segment { since previous { key } } segmentHistory { segmentation at runId from { key } cause } }
        stayed: customer(externalId: $b) { segment { since previous { key } } segmentHistory { at } }
      }`,
      { a: moved!.id, b: stayed!.id },
    );
    expect(data).toMatchObject({
      moved: {
        segment: { since: moved!.at.toISOString(), previous: { key: moved!.from } },
        segmentHistory: expect.arrayContaining([
          expect.objectContaining({
            segmentation: 'rfm',
            at: shop.newer.asOf,
            runId: String(shop.newer.runId),
            from: { key: moved!.from },
          }),
        ]),
      },
      stayed: { segment: { since: shop.older.asOf, previous: null }, segmentHistory: [] },
    });
  });

  it('says why in words and what is nearest, for every customer', async () => {
    let amountsSaid = 0;
    for (const segment of ['vip', 'loyal', 'potential-loyalist', 'at-risk', 'dormant', 'regulars', 'prospect']) {
      type Membership = {
        segment: { key: string };
        why: { text: string; feature: string }[];
        nearest: { text: string; segment: { key: string } }[];
      };
      const { data, errors } = await shop.query<{ customers: { nodes: { segments: Membership[] }[] } }>(
        `query ($segment: [String!]) { customers(first: 15, where: { segment: { in: $segment } }) { nodes { segments { segment { key } why { text feature value cutOff effect } nearest { text segment { key } } } } } }`,
        { segment: [segment] },
      );
      expect(errors).toBeUndefined();
      expect(data.customers.nodes.length, segment).toBeGreaterThan(0);
      for (const { segments } of data.customers.nodes) {
        for (const { segment: own, why, nearest } of segments) {
          expect(why.length, own.key).toBeGreaterThan(0);
          for (const { text } of [...why, ...nearest]) {
            expect(text).toMatch(/\w/);
            // Amounts are of a currency; the one beside another need not repeat it.
            if (/net spend|value an order/.test(text)) {
              expect(text.replace(/ \(now [\d.]+\)/, '')).not.toMatch(/\.\d\d(?!\d| USD)/);
              amountsSaid += text.includes(' USD') ? 1 : 0;
            }
          }
          for (const { segment: other } of nearest) expect(other.key).not.toBe(own.key);
        }
      }
    }
    expect(amountsSaid).toBeGreaterThan(50);
  });

  it('of a segmentation that is none is refused', async () => {
    const answer = await shop.query('{ customer(externalId: "1") { segment(segmentation: "x") { since } } }');
    expect(answer.errors?.[0]?.message).toMatch(/^there is no segmentation "x": choose one of rfm, value/);
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('money', () => {
  it('is an exact decimal text with its currency', async () => {
    type Money = { amount: string; currency: string } | null;
    type Node = {
      externalId: string;
      metrics: { netRevenue: Money; grossRevenue: Money; averageOrderValue: Money };
      orders: { nodes: { amount: Money; lines: { amount: Money }[] }[] };
    };
    const { data } = await shop.query<{ customers: { nodes: Node[] } }>(
      `{ customers(first: 30) { nodes { externalId metrics { netRevenue { amount currency } grossRevenue { amount currency } averageOrderValue { amount currency } }
           orders(first: 5) { nodes { amount { amount currency } lines { amount { amount currency } } } } } } }`,
    );
    const rows = await shop.database.sql<{ id: string; net: string }[]>`
      select customer_id as id, net_revenue::text as net from customer_profiles where run_id = ${shop.newer.runId}`;
    const exact = new Map(rows.map(({ id, net }) => [id, net]));
    for (const { externalId, metrics, orders } of data.customers.nodes) {
      expect(metrics.netRevenue?.amount).toBe(exact.get(externalId));
      const amounts = [metrics.netRevenue, metrics.grossRevenue, metrics.averageOrderValue];
      for (const order of orders.nodes) amounts.push(order.amount, ...order.lines.map(({ amount }) => amount));
      for (const money of amounts) {
        if (money === null) continue;
        expect(money.amount).toMatch(/^-?\d+(\.\d+)?$/);
        expect(money.currency).toBe('USD');
      }
    }
  });
});

const HOSTILE = [
  "' OR 1=1--",
  '"; drop table customers; --',
  '$1',
  '%',
  '_',
  '\\',
  '{}',
  'a\0b',
  '\ud800',
  '\u202eevil',
  '😀'.repeat(50),
  '__proto__',
  'constructor',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'x'.repeat(10_000),
];

/** Where a text can go in a query: a variable's type, the query, and how the text stands in the variable. */
interface Hole {
  readonly place: string;
  readonly query: string;
  wrap(text: string): unknown;
}

function textHoles(): Hole[] {
  const isText = (type: GraphQLInputType): boolean => ['String', 'ID'].includes((type as { name?: string }).name ?? '');
  const holes: Hole[] = [];
  const selections: Readonly<Record<string, string>> = {
    customers: '{ totalCount nodes { id } }',
    runs: '{ totalCount }',
    imports: '{ totalCount }',
    cohorts: '{ rows { size } }',
    exploration: '{ __typename }',
    segmentation: '{ key }',
  };
  const walk = (type: GraphQLInputType, place: string, query: string, wrap: Hole['wrap'], seen: readonly string[]) => {
    if (isNonNullType(type)) return walk(type.ofType, place, query, wrap, seen);
    if (isListType(type)) return walk(type.ofType, `${place}[]`, query, (text) => wrap(text as never) as never, seen);
    if (isText(type)) holes.push({ place, query, wrap });
    if (!isInputObjectType(type) || seen.includes(type.name)) return;
    for (const field of Object.values(type.getFields())) {
      const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
      walk(
        field.type,
        `${place}.${field.name}`,
        query,
        (text) => wrap({ [field.name]: isList ? [text] : text } as never),
        [...seen, type.name],
      );
    }
  };
  for (const field of Object.values(schema.getQueryType()!.getFields())) {
    for (const argument of field.args) {
      const others = field.args.filter(
        (other) => other !== argument && isNonNullType(other.type) && other.defaultValue === undefined,
      );
      if (others.length > 0) continue;
      const query = `query ($x: ${argument.type}) { ${field.name}(${argument.name}: $x) ${selections[field.name] ?? '{ __typename }'} }`;
      const inner = argument.type instanceof GraphQLNonNull ? argument.type.ofType : argument.type;
      walk(
        argument.type,
        `${field.name}(${argument.name})`,
        query,
        (value) => (isListType(inner) ? [value] : value),
        [],
      );
    }
  }
  return holes;
}

describe('a hostile text', () => {
  it('in any argument that takes a text gives an answer or BAD_USER_INPUT, and changes nothing', async () => {
    const holes = textHoles();
    expect(holes.map(({ place }) => place)).toEqual(
      expect.arrayContaining([
        'customer(externalId)',
        'customers(after)',
        'customers(where).search',
        'customers(where).country.contains',
        'customers(where).segment.in[]',
        'customersByExternalIds(externalIds)[]',
        'nodes(ids)[]',
      ]),
    );
    const count = async () =>
      (
        await shop.database
          .sql`select (select count(*) from customers)::int as a, (select count(*) from orders)::int as b`
      )[0];
    const before = { ...(await count()) };
    // A filter is compiled by the same code for every column of a type: one of each is enough for the long list.
    const isOneOfMany = /\.(state|city|gender|channel)\.|^(?!customers)\w+\(where\)\.(?!search|segment)/;
    for (const { place, query, wrap } of holes.filter(({ place }) => !isOneOfMany.test(place))) {
      for (const text of HOSTILE) {
        const { status, errors } = await shop.query(query, { x: wrap(text) });
        const codes = (errors ?? []).map(({ extensions }) => extensions.code);
        const what = `${place} = ${JSON.stringify(text).slice(0, 40)}`;
        expect(
          codes.filter((code) => code !== 'BAD_USER_INPUT'),
          what,
        ).toEqual([]);
        expect(status, what).toBeLessThan(500);
        expect(JSON.stringify(errors ?? '').length, what).toBeLessThan(2000);
      }
    }
    expect({ ...(await count()) }).toEqual(before);
  });

  it('as a literal in the document does no more', async () => {
    for (const text of HOSTILE) {
      const literal = JSON.stringify(text);
      const { errors } = await shop.query(
        `{ customers(where: { search: ${literal}, country: { eq: ${literal} } }) { totalCount } }`,
      );
      for (const { extensions } of errors ?? [])
        expect(['BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED']).toContain(extensions.code);
    }
  });
});
