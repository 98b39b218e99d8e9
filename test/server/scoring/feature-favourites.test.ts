import type { Sql } from '@tessera/server/db/database.js';
import { createFeatures } from '@tessera/server/db/queries/runs/run-features.js';
import { Workspace } from '@tessera/server/db/queries/runs/workspace.js';
import { describe, expect, it } from 'vitest';
import { emptyShop, featuresAt } from '../../support/shop-data.js';
import { addOrders } from '../../support/shop-data-orders.js';

const JANUARY = '2026-01-31T00:00:00Z';
const PLACED = '2026-01-01';

async function shopWithProducts(): Promise<Sql> {
  const sql = await emptyShop();
  await sql`
    insert into products (product_id, category, brand, list_price)
    values ('hat', 'Hats', 'Acme', 20), ('cap', 'Hats', 'Bolt', 10), ('sock', 'Socks', 'acme', 5), ('tie', 'Ties', 'Bolt', null),
           ('odd', null, null, 100)`;
  return sql;
}

/** The favourites of every customer as of the end of January. */
async function favouritesOf(sql: Sql): Promise<Record<string, [string | null, string | null]>> {
  const rows = await sql.begin(async (transaction) => {
    await createFeatures(new Workspace(transaction), {
      asOf: new Date(JANUARY),
      timeZone: 'UTC',
      orders: 'placed',
      status: 'asOf',
    });
    return transaction<{ id: string; category: string | null; brand: string | null }[]>`
      select customer_id as id, favourite_category as category, favourite_brand as brand from run_features`;
  });
  return Object.fromEntries(rows.map(({ id, category, brand }) => [id, [category, brand]]));
}

const returned = (customer: string, id: string, order: string | null, product: string | null, at = '2026-01-20') => ({
  customer_id: customer,
  return_id: id,
  order_id: order,
  product_id: product,
  quantity: 3,
  amount: '30',
  returned_at: at,
});

describe('the favourite category and brand', () => {
  it('are those of which most pieces were kept, not those that cost most', async () => {
    const sql = await shopWithProducts();
    await addOrders(
      sql,
      {
        customer: 'pieces',
        placedAt: PLACED,
        lines: [
          { amount: '100', product: 'hat', quantity: 2 },
          { amount: '15', product: 'sock', quantity: 3 },
          { amount: '900', product: 'odd', quantity: 9 },
        ],
      },
      { customer: 'nothing-known', placedAt: PLACED, lines: [{ amount: '100', product: 'odd' }, { amount: '5' }] },
      { customer: 'later', placedAt: '2026-01-31', lines: [{ amount: '20', product: 'hat' }] },
    );
    expect(await favouritesOf(sql)).toEqual({
      pieces: ['Socks', 'acme'],
      'nothing-known': [null, null],
      later: [null, null],
    });
  });

  it('of equals are those with more net revenue, then the first by name, capitals first', async () => {
    const sql = await shopWithProducts();
    const pair = (left: string, right: string, amounts: [string, string]) => [
      { amount: amounts[0], product: left },
      { amount: amounts[1], product: right },
    ];
    await addOrders(
      sql,
      { customer: 'revenue', placedAt: PLACED, lines: pair('hat', 'sock', ['4', '5']) },
      { customer: 'name', placedAt: PLACED, lines: pair('sock', 'hat', ['5', '5']) },
    );
    expect(await favouritesOf(sql)).toEqual({ revenue: ['Socks', 'acme'], name: ['Hats', 'Acme'] });
  });

  it('forget what was cancelled or came back before the moment, and not what comes back at it', async () => {
    const sql = await shopWithProducts();
    const three = (product: string) => ({ amount: '30', product, quantity: 3 });
    const hats = { amount: '40', product: 'hat', quantity: 2 };
    const order = (customer: string, ...lines: object[]) =>
      ({ customer, id: `o-${customer}`, placedAt: PLACED, lines }) as never;
    await addOrders(
      sql,
      order('cancelled', { ...three('sock'), status: 'cancelled' }, hats),
      order('returned-before', { ...three('sock'), status: 'returned', returnedAt: '2026-01-30' }, hats),
      order('returned-at', { ...three('sock'), status: 'returned', returnedAt: '2026-01-31' }, hats),
      order('refunded-before', three('sock'), hats),
      order('refunded-at', three('sock'), hats),
      // The line is gone already: its refund takes nothing from the other socks.
      order('twice', { ...three('sock'), status: 'returned', returnedAt: '2026-01-10' }, hats),
      { customer: 'twice', placedAt: PLACED, lines: [three('sock')] },
      order('no-order-named', three('sock'), hats),
      order('all-back', three('sock')),
    );
    const rows = [
      returned('refunded-before', 'r1', 'o-refunded-before', 'sock'),
      returned('refunded-at', 'r2', 'o-refunded-at', 'sock', '2026-01-31'),
      returned('twice', 'r3', 'o-twice', 'sock'),
      returned('no-order-named', 'r4', null, 'sock'),
      returned('all-back', 'r5', 'o-all-back', 'sock'),
    ];
    await sql`insert into returns ${sql(rows)}`;
    const favourites = await favouritesOf(sql);
    expect(Object.fromEntries(Object.entries(favourites).map(([id, [category]]) => [id, category]))).toEqual({
      cancelled: 'Hats',
      'returned-before': 'Hats',
      'returned-at': 'Socks',
      'refunded-before': 'Hats',
      'refunded-at': 'Socks',
      twice: 'Socks',
      'no-order-named': 'Socks',
      'all-back': null,
    });
  });
});

describe('the promotion share', () => {
  it('is the share of orders with a line below its list price, of those of which a list price is known', async () => {
    const sql = await shopWithProducts();
    const lines = (...pairs: [string, string][]) => pairs.map(([product, amount]) => ({ product, amount }));
    await addOrders(
      sql,
      { customer: 'half', placedAt: PLACED, lines: lines(['hat', '20'], ['sock', '5']) },
      { customer: 'half', placedAt: PLACED, lines: lines(['hat', '20'], ['cap', '8']) },
      // No list price, cancelled, or not yet placed: as if it were not there.
      { customer: 'half', placedAt: PLACED, lines: lines(['tie', '1']) },
      { customer: 'half', placedAt: PLACED, status: 'cancelled', lines: lines(['hat', '1']) },
      { customer: 'half', placedAt: '2026-01-31', lines: lines(['hat', '1']) },
      // What a source lost in a float is no discount.
      { customer: 'rounded', placedAt: PLACED, lines: lines(['hat', '19.999999809265137']) },
      { customer: 'dearer', placedAt: PLACED, lines: lines(['hat', '25']) },
      { customer: 'many', placedAt: PLACED, lines: [{ product: 'sock', amount: '14', quantity: 3 }] },
      { customer: 'sent-back', placedAt: PLACED, lines: [{ product: 'sock', amount: '4', status: 'returned' }] },
      { customer: 'unknown', placedAt: PLACED, lines: lines(['tie', '1']) },
    );
    const rows = await featuresAt(sql, JANUARY);
    expect(Object.fromEntries(Object.entries(rows).map(([id, row]) => [id, row.promotionShare]))).toEqual({
      half: 0.5,
      rounded: 0,
      dearer: 0,
      many: 1,
      'sent-back': 1,
      unknown: Number.NaN,
    });
  });
});

describe('the days from the first to the last order', () => {
  it("are days of the shop's calendar, beside the whole days that elapsed", async () => {
    const sql = await emptyShop('America/New_York');
    await addOrders(
      sql,
      // 23:00 of the 1st and 01:00 of the 2nd in New York; both on the 2nd in UTC.
      { customer: 'night', placedAt: '2026-01-02 04:00' },
      { customer: 'night', placedAt: '2026-01-02 06:00' },
      // Across the change of the clocks a day has 23 hours.
      { customer: 'spring', placedAt: '2025-03-08 17:00' },
      { customer: 'spring', placedAt: '2025-03-09 16:00' },
      { customer: 'once', placedAt: '2026-01-02 04:00' },
    );
    const rows = await featuresAt(sql, JANUARY, { timeZone: 'America/New_York' });
    const spans = Object.fromEntries(
      Object.entries(rows).map(([id, row]) => [id, [row.spanDays, row.elapsedSpanDays]]),
    );
    expect(spans).toEqual({ night: [1, 0], spring: [1, 0], once: [0, 0] });
  });
});
