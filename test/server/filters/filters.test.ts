import { STORED_FEATURES } from '@tessera/server/db/queries/features/features.js';
import { customerProfiles } from '@tessera/server/db/tables.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, type ScoredTwice, startShopScoredTwice } from '../../support/graphql-shop.js';

type Filter = Record<string, unknown>;

let shop: ScoredTwice;
let everybody: number;
beforeAll(async () => {
  shop = await startShopScoredTwice(250);
  const { sql } = shop.database;
  // Microseconds, and gaps in every column that may have them.
  await sql`
    update customer_profiles set registered_at = registered_at + interval '1 microsecond' * (1 + length(customer_id)),
      country = case when customer_id like '%7' then null else country end,
      state = case when customer_id like '%3' then null else state end,
      city = case when customer_id like '%5' then null else city end,
      gender = case when customer_id like '%1' then null else gender end,
      age = case when customer_id like '%2' then null else age end,
      channel = case when customer_id like '%4' then null else channel end`;
  await sql`update customer_profiles set registered_at = null where customer_id like '%9'`;
  await sql`update customers set first_name = 'Zoë 100%_\\', last_name = 'O''Hara', email = 'Zoe@Example.com' where customer_id = '17'`;
  everybody = shop.newer.customers;
});
afterAll(() => shop.close());

async function count(where: Filter): Promise<number> {
  const { data, errors } = await shop.query<{ customers: { totalCount: number } }>(
    'query ($where: CustomerFilter) { customers(where: $where) { totalCount } }',
    { where },
  );
  expect(errors, JSON.stringify(where)).toBeUndefined();
  return data.customers.totalCount;
}

/** The same by plain SQL over the profiles `p` of the current run. */
async function countInSql(condition: string): Promise<number> {
  const [row] = await shop.database.sql.unsafe<{ count: number }[]>(
    `select count(*)::int as count from customer_profiles p where p.run_id = ${shop.newer.runId} and (${condition})`,
  );
  return row!.count;
}

/** A filter, its complement and the whole, against SQL. */
async function expectSame(where: Filter, condition: string): Promise<void> {
  const [found, wanted, complement] = [await count(where), await countInSql(condition), await count({ not: where })];
  expect(found, `${JSON.stringify(where)} is not ${condition}`).toBe(wanted);
  expect(complement, `not ${JSON.stringify(where)}`).toBe(everybody - wanted);
}

const refusal = async (where: Filter) => {
  const answer = await shop.query('query ($where: CustomerFilter) { customers(where: $where) { totalCount } }', {
    where,
  });
  return { codes: codesOf(answer), message: answer.errors?.[0]?.message };
};

type ColumnOfField = Readonly<Record<string, readonly [column: string, type: string]>>;

/** Features: what their entries call filterable, by the columns that they are stored in. */
const FEATURE_COLUMNS: ColumnOfField = Object.fromEntries(
  (Object.keys(STORED_FEATURES) as (keyof typeof STORED_FEATURES)[])
    .filter((name) => STORED_FEATURES[name].filterable === true)
    .map((name) => [name, [customerProfiles[name].name, customerProfiles[name].getSQLType()]]),
);

/** THE LIST of filter fields that compare a column, each with its column of the profile. */
const COLUMNS: ColumnOfField = {
  rfmRecency: ['rfm_recency', 'int'],
  rfmFrequency: ['rfm_frequency', 'int'],
  rfmMonetary: ['rfm_monetary', 'int'],
  valueScore: ['value_score', 'float8'],
  ...FEATURE_COLUMNS,
  clv90d: ['clv_90d', 'numeric'],
  clvDecile: ['clv_decile', 'int'],
  probabilityAlive: ['probability_alive', 'float8'],
  registeredAt: ['registered_at', 'timestamptz'],
  firstOrderAt: ['first_order_at', 'timestamptz'],
  lastOrderAt: ['last_order_at', 'timestamptz'],
  cohort: ['cohort', 'date'],
};

describe('a comparison', () => {
  it.each(Object.entries(COLUMNS))(
    'of %s is what SQL says, and so is its complement',
    async (field, [column, type]) => {
      // Two values that occur, as the API writes them.
      const written =
        type === 'timestamptz'
          ? `to_char(date_trunc('milliseconds', ${column}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
          : `${column}::text`;
      const rows = await shop.database.sql.unsafe<{ text: string }[]>(
        `select ${written} as text from customer_profiles where run_id = ${shop.newer.runId} and ${column} is not null group by ${column} order by ${column}`,
      );
      const texts = rows.map(({ text }) => text);
      const [low, high] = [texts[Math.floor(texts.length / 3)]!, texts[Math.floor((2 * texts.length) / 3)]!];
      const given = (text: string) =>
        /^(int|integer|bigint|float8|double precision)$/.test(type) ? Number(text) : text;
      const sql = (text: string) => `'${text.replaceAll("'", "''")}'::${type}`;
      const c = `p.${column}`;
      await expectSame({ [field]: { eq: given(low) } }, `${c} = ${sql(low)}`);
      await expectSame({ [field]: { ne: given(low) } }, `${c} is distinct from ${sql(low)}`);
      await expectSame({ [field]: { in: [given(low), given(high)] } }, `${c} in (${sql(low)}, ${sql(high)})`);
      await expectSame({ [field]: { notIn: [given(low)] } }, `${c} is null or ${c} not in (${sql(low)})`);
      await expectSame({ [field]: { in: [] } }, 'false');
      await expectSame({ [field]: { notIn: [] } }, 'true');
      await expectSame({ [field]: { isNull: true } }, `${c} is null`);
      await expectSame({ [field]: { isNull: false } }, `${c} is not null`);
      if (type === 'text') {
        const part = low.slice(0, 2).toUpperCase();
        await expectSame({ [field]: { contains: part } }, `${c} ilike ${sql(`%${part}%`).replace('::text', '')}`);
        await expectSame({ [field]: { startsWith: part } }, `${c} ilike ${sql(`${part}%`).replace('::text', '')}`);
        await expectSame({ [field]: { contains: '%' } }, `position('%' in ${c}) > 0`);
        await expectSame({ [field]: { contains: '_' } }, `position('_' in ${c}) > 0`);
      } else {
        await expectSame({ [field]: { gt: given(low) } }, `${c} > ${sql(low)}`);
        await expectSame({ [field]: { gte: given(low) } }, `${c} >= ${sql(low)}`);
        await expectSame({ [field]: { lt: given(high) } }, `${c} < ${sql(high)}`);
        await expectSame({ [field]: { lte: given(high) } }, `${c} <= ${sql(high)}`);
        await expectSame(
          { [field]: { between: { from: given(low), to: given(high) } } },
          `${c} between ${sql(low)} and ${sql(high)}`,
        );
        await expectSame(
          { [field]: { gte: given(low), lt: given(high) } },
          `${c} >= ${sql(low)} and ${c} < ${sql(high)}`,
        );
      }
    },
  );

  it('covers every field of the filter that compares', async () => {
    const { data } = await shop.query<{ __type: { inputFields: { name: string; type: { name: string | null } }[] } }>(
      '{ __type(name: "CustomerFilter") { inputFields { name type { name } } } }',
    );
    const comparing = data.__type.inputFields.filter(({ type }) =>
      /^(Int|Float|Decimal|String|Date|DateTime)Filter$/.test(type.name ?? ''),
    );
    expect(comparing.map(({ name }) => name).sort()).toEqual(Object.keys(COLUMNS).sort());
  });

  it('means the same as a literal and as a variable', async () => {
    const { data } = await shop.query<{ customers: { totalCount: number } }>(
      '{ customers(where: { netRevenue: { gt: "20.5" }, lastOrderAt: { lt: "2030-01-01T00:00:00Z" }, cohort: { gte: "2000-01-01" }, not: { country: { isNull: true } } }) { totalCount } }',
    );
    const asVariable = await count({
      netRevenue: { gt: '20.5' },
      lastOrderAt: { lt: '2030-01-01T00:00:00Z' },
      cohort: { gte: '2000-01-01' },
      not: { country: { isNull: true } },
    });
    expect(data.customers.totalCount).toBe(asVariable);
    expect(asVariable).toBeGreaterThan(0);
  });
});

describe('and, or and not', () => {
  const buyers = { orders: { gte: 1 } };
  const rich = { netRevenue: { gt: '100' } };
  const known = { country: { isNull: false } };

  it('nest as in SQL', async () => {
    await expectSame({ and: [buyers, rich] }, 'p.orders >= 1 and p.net_revenue > 100');
    await expectSame({ or: [rich, { age: { lt: 30 } }] }, 'p.net_revenue > 100 or coalesce(p.age < 30, false)');
    await expectSame(
      { or: [{ and: [buyers, { not: rich }] }, { not: { or: [buyers, known] } }], orders: { lt: 9 } },
      `((p.orders >= 1 and not p.net_revenue > 100) or not (p.orders >= 1 or p.country is not null)) and p.orders < 9`,
    );
  });

  it('hold for everybody or nobody where they are empty', async () => {
    expect(await count({})).toBe(everybody);
    expect(await count({ and: [] })).toBe(everybody);
    expect(await count({ or: [] })).toBe(0);
    expect(await count({ not: {} })).toBe(0);
    expect(await count({ country: {} })).toBe(everybody);
  });

  it('nest 5 deep and no deeper', async () => {
    const nest = (depth: number): Filter => (depth === 1 ? buyers : { not: nest(depth - 1) });
    expect(await count(nest(5))).toBe(await countInSql('p.orders >= 1'));
    expect(await refusal(nest(6))).toEqual({ codes: ['BAD_USER_INPUT'], message: 'a filter nests at most 5 deep' });
    expect((await refusal(nest(500))).codes).toEqual(['BAD_USER_INPUT']);
  });

  it('hold 50 clauses and no more', async () => {
    const many = (clauses: number): Filter => ({
      or: Array.from({ length: clauses }, (_, i) => ({ orders: { eq: i } })),
    });
    expect(await count(many(49))).toBe(everybody);
    expect(await refusal(many(51))).toEqual({
      codes: ['BAD_USER_INPUT'],
      message: 'a filter holds at most 50 clauses',
    });
  });

  it('hold lists of 1000 values and no more', async () => {
    const list = (length: number) => ({ age: { in: Array.from({ length }, (_, i) => i) } });
    expect(await count(list(1000))).toBe(await countInSql('p.age is not null'));
    expect((await refusal(list(1001))).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('the segment filter', () => {
  const latest = (condition: string) => `exists (select from (
    select * from segment_changes c where c.customer_id = p.customer_id and c.segmentation = 'rfm' and c.run_id <= ${shop.newer.runId}
    order by run_id desc, changed_at desc limit 1) as latest where ${condition})`;

  it('finds who is in a segment and who is not', async () => {
    await expectSame({ segment: { in: ['vip', 'loyal'] } }, `p.segments && array['rfm:vip', 'rfm:loyal']`);
    await expectSame({ segment: { notIn: ['prospect'] } }, `not 'rfm:prospect' = any(p.segments)`);
    await expectSame({ segment: { segmentation: 'value', in: ['premium'] } }, `'value:premium' = any(p.segments)`);
    await expectSame({ segment: { in: [] } }, 'false');
  });

  it('finds who came since a moment, and from where, by the ledger', async () => {
    const between = new Date((Date.parse(shop.older.asOf) + Date.parse(shop.newer.asOf)) / 2).toISOString();
    expect(shop.newer.changes).toBeGreaterThan(0);
    await expectSame({ segment: { enteredAfter: between } }, latest(`changed_at > '${between}'`));
    await expectSame({ segment: { enteredAfter: shop.newer.asOf } }, 'false');
    // Who never moved came with the first run.
    await expectSame({ segment: { enteredAfter: '2000-01-01T00:00:00Z' } }, 'true');
    await expectSame({ segment: { enteredAfter: shop.older.asOf } }, latest(`changed_at > '${shop.older.asOf}'`));
    await expectSame({ segment: { previousIn: ['vip', 'loyal'] } }, latest(`from_segment in ('vip', 'loyal')`));
    await expectSame(
      { segment: { in: ['dormant'], previousIn: ['at-risk'], enteredAfter: between } },
      `'rfm:dormant' = any(p.segments) and ${latest(`from_segment = 'at-risk' and changed_at > '${between}'`)}`,
    );
  });

  it('refuses a segmentation or segment that is none, naming those that are', async () => {
    expect(await refusal({ segment: { segmentation: 'x', in: ['vip'] } })).toEqual({
      codes: ['BAD_USER_INPUT'],
      message: expect.stringMatching(/^there is no segmentation "x": choose one of rfm, value/),
    });
    expect(await refusal({ segment: { in: ['premium'] } })).toEqual({
      codes: ['BAD_USER_INPUT'],
      message: expect.stringMatching(/^there is no segment "premium" in rfm: choose one of vip, loyal/),
    });
    expect((await refusal({ segment: { previousIn: ['x'.repeat(10_000)] } })).message!.length).toBeLessThan(300);
  });
});

describe('the purchase filters', () => {
  const bought = (by: string, more = 'true') => `exists (
    select from order_items i join orders o on o.customer_id = i.customer_id and o.order_id = i.order_id
    left join products b on b.product_id = i.product_id
    where i.customer_id = p.customer_id and ${by} and o.status <> 'cancelled' and i.status is distinct from 'cancelled'
      and o.placed_at < '${shop.newer.asOf}' and ${more})`;
  const mostSold = async (column: string) => {
    const [row] = await shop.database.sql.unsafe<{ value: string }[]>(
      `select ${column} as value from order_items i join products b on b.product_id = i.product_id where ${column} is not null group by 1 order by count(*) desc, 1 limit 1`,
    );
    return row!.value;
  };

  it.each([
    ['boughtCategory', 'b.category'],
    ['boughtBrand', 'b.brand'],
    ['boughtProduct', 'i.product_id'],
  ])('%s finds who has an order with one of them', async (field, column) => {
    const value = await mostSold(column);
    const by = `${column} = '${value.replaceAll("'", "''")}'`;
    const [middle] = await shop.database.sql<{ at: string }[]>`
      select to_char(percentile_disc(0.5) within group (order by placed_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at from orders`;
    await expectSame({ [field]: { in: [value] } }, bought(by));
    await expectSame(
      { [field]: { in: [value, 'no such thing'], after: middle!.at } },
      bought(by, `o.placed_at >= '${middle!.at}'`),
    );
    await expectSame({ [field]: { in: [value], before: middle!.at } }, bought(by, `o.placed_at < '${middle!.at}'`));
    await expectSame({ [field]: { in: [] } }, 'false');
    expect(await count({ [field]: { in: [value] } })).toBeGreaterThan(0);
  });

  it('counts no order that was cancelled', async () => {
    const [row] = await shop.database.sql<{ customer: string; product: string }[]>`
      select i.customer_id as customer, i.product_id as product from order_items i join orders o using (customer_id, order_id)
      where o.status <> 'cancelled' and i.status is distinct from 'cancelled' and i.product_id is not null and i.customer_id <> ''
        and o.placed_at < ${shop.newer.asOf} limit 1`;
    const { customer, product } = row!;
    const where = { boughtProduct: { in: [product] }, search: customer };
    const before = await count(where);
    await shop.database.sql`update orders set status = 'cancelled' where customer_id = ${customer}`;
    expect(await count(where)).toBe(before - 1);
  });
});

describe('search', () => {
  it.each([
    ['a part of the name', 'Zoë'],
    ['the whole name over both columns', "%_\\ O'H"],
    ['the e-mail address in another case', 'zoe@example.COM'],
    ['blanks around it', "  O'Hara "],
  ])('finds by %s', async (_what, search) => {
    const { data } = await shop.query<{ customers: { nodes: { externalId: string }[] } }>(
      'query ($search: String) { customers(where: { search: $search }) { nodes { externalId } } }',
      { search },
    );
    expect(data.customers.nodes).toEqual([{ externalId: '17' }]);
  });

  it('takes wildcards for what they are', async () => {
    expect(await count({ search: '100%_\\' })).toBe(1);
    expect(await count({ search: '1%7' })).toBe(0);
    expect(await count({ search: '_7' })).toBe(0);
  });

  it('finds everybody by nothing, parts of ids, and at most 100 characters', async () => {
    expect(await count({ search: '' })).toBe(everybody);
    expect(await count({ search: '  ' })).toBe(everybody);
    await expectSame(
      { search: '99' },
      `p.customer_id like '%99%' or exists (
      select from customers c where c.customer_id = p.customer_id and (c.email like '%99%' or c.first_name like '%99%' or c.last_name like '%99%'))`,
    );
    expect((await refusal({ search: 'x'.repeat(101) })).codes).toEqual(['BAD_USER_INPUT']);
  });
});

describe('a value that is none', () => {
  it.each<[string, Filter]>([
    ['a moment without a zone', { registeredAt: { gt: '2026-01-01T00:00:00' } }],
    ['a day that no calendar has', { cohort: { eq: '2026-02-30' } }],
    ['the year 0', { registeredAt: { gt: '0000-01-01T00:00:00Z' } }],
    ['a year of five digits', { registeredAt: { gt: '9999-12-31T23:59:59-12:00' } }],
    ['a day of the year 0', { cohort: { gt: '0000-01-01' } }],
    ['money with a comma', { netRevenue: { gt: '1,5' } }],
    ['money that is not a number', { netRevenue: { gt: 'NaN' } }],
    ['money of 400 digits', { netRevenue: { gt: '9'.repeat(400) } }],
    ['a whole number beyond 32 bits', { orders: { gt: 2_147_483_648 } }],
    ['a text for a number', { orders: { gt: '1' } }],
    ['a null in a list', { orders: { in: [1, null] } }],
    ['an unknown field', { clv: { gt: 1 } }],
    ['a field of the language', { constructor: { eq: 1 } }],
  ])('is refused: %s', async (_what, where) => {
    const { codes, message } = await refusal(where);
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(message).not.toMatch(/Did you mean|9{50}/);
  });
});
