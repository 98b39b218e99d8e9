import { createFeatures } from '@tessera/server/db/queries/runs/run-features.js';
import { Workspace } from '@tessera/server/db/queries/runs/workspace.js';
import { describe, expect, it } from 'vitest';
import { emptyShop, featuresAt, readFeatures } from '../../../../support/shop-data.js';
import { addOrders } from '../../../../support/shop-data-orders.js';

const JANUARY = '2026-01-31T00:00:00Z';

describe('features as of a moment', () => {
  it('count an order of the microsecond before and not one of the moment itself', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      { customer: 'before', placedAt: '2026-01-30 23:59:59.999999' },
      { customer: 'at', placedAt: '2026-01-31 00:00:00' },
      { customer: 'after', placedAt: '2026-01-31 00:00:01' },
    );
    const rows = await featuresAt(sql, JANUARY);
    expect([rows.before!.orders, rows.at!.orders, rows.after!.orders]).toEqual([1, 0, 0]);
    expect(rows.at!.recencyDays).toBeNaN();
  });

  it('do not know a return or a cancellation of the moment or after it', async () => {
    const sql = await emptyShop();
    const placedAt = '2026-01-01';
    await addOrders(
      sql,
      { customer: 'kept', placedAt },
      {
        customer: 'returned-at',
        placedAt,
        lines: [{ amount: '10', status: 'returned', deliveredAt: '2026-01-05', returnedAt: '2026-01-31' }],
      },
      {
        customer: 'returned-before',
        placedAt,
        lines: [{ amount: '10', status: 'returned', deliveredAt: '2026-01-05', returnedAt: '2026-01-30 23:59:59' }],
      },
      { customer: 'cancelled-at', placedAt, status: 'cancelled', cancelledAt: '2026-01-31' },
      { customer: 'cancelled-before', placedAt, status: 'cancelled', cancelledAt: '2026-01-30' },
      { customer: 'order-returned-at', placedAt, status: 'returned', returnedAt: '2026-01-31' },
      { customer: 'order-returned-before', placedAt, status: 'returned', returnedAt: '2026-01-30' },
      {
        customer: 'line-cancelled-at',
        placedAt,
        lines: [{ amount: '10', status: 'cancelled', cancelledAt: '2026-01-31' }],
      },
      {
        customer: 'line-cancelled-before',
        placedAt,
        lines: [{ amount: '10', status: 'cancelled', cancelledAt: '2026-01-30' }],
      },
      // The line has a status without a time: that of its order is the one that is known.
      ...['2026-01-30', '2026-01-31'].flatMap((moment) => [
        {
          customer: `line-of-order-returned-${moment}`,
          placedAt,
          returnedAt: moment,
          status: 'returned' as const,
          lines: [{ amount: '10', status: 'returned' as const }],
        },
        {
          customer: `line-of-order-cancelled-${moment}`,
          placedAt,
          cancelledAt: moment,
          status: 'cancelled' as const,
          lines: [{ amount: '10', status: 'cancelled' as const }],
        },
      ]),
    );
    const rows = await featuresAt(sql, JANUARY);
    const seen = Object.entries(rows).map(([id, row]) => [id, row.orders, row.netRevenue, row.grossRevenue]);
    expect(Object.fromEntries(seen.map(([id, ...values]) => [id, values]))).toEqual({
      kept: [1, 10, 10],
      'returned-at': [1, 10, 10],
      'returned-before': [1, 0, 10],
      'cancelled-at': [1, 10, 10],
      'cancelled-before': [0, 0, 0],
      'order-returned-at': [1, 10, 10],
      'order-returned-before': [1, 0, 10],
      'line-cancelled-at': [1, 10, 10],
      'line-cancelled-before': [1, 0, 0],
      'line-of-order-returned-2026-01-30': [1, 0, 10],
      'line-of-order-returned-2026-01-31': [1, 10, 10],
      'line-of-order-cancelled-2026-01-30': [0, 0, 0],
      'line-of-order-cancelled-2026-01-31': [1, 10, 10],
    });
    expect([rows['returned-at']!.itemsReturned, rows['returned-before']!.itemsReturned]).toEqual([0, 1]);
  });

  it('know a status without a time of its own from the creation of its order', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      { customer: 'cancelled', placedAt: '2026-01-30', status: 'cancelled' },
      { customer: 'returned', placedAt: '2026-01-30', status: 'returned' },
      {
        customer: 'line-returned',
        placedAt: '2026-01-30',
        lines: [{ amount: '10', status: 'returned' }, { amount: '3' }],
      },
      { customer: 'line-refunded', placedAt: '2026-01-30', lines: [{ amount: '10', status: 'refunded' }] },
      {
        customer: 'line-cancelled',
        placedAt: '2026-01-30',
        lines: [{ amount: '10', status: 'cancelled' }, { amount: '3' }],
      },
    );
    const rows = await featuresAt(sql, JANUARY);
    const net = Object.fromEntries(Object.entries(rows).map(([id, row]) => [id, [row.orders, row.netRevenue]]));
    expect(net).toEqual({
      cancelled: [0, 0],
      returned: [1, 0],
      'line-returned': [1, 3],
      'line-refunded': [1, 0],
      'line-cancelled': [1, 3],
    });
  });

  it("reach back by days of the shop's calendar across a change of the clocks, whatever the session's zone", async () => {
    const timeZone = 'Europe/Berlin';
    const sql = await emptyShop(timeZone);
    // 90 days before June 1st is March 3rd, in winter: 00:00 is 23:00 in UTC, where that of June 1st is 22:00.
    await addOrders(sql, { customer: 'a', placedAt: '2026-01-01' });
    await sql`
      insert into events (customer_id, event_id, kind, occurred_at) values
        ('a', 'before', 'email_open', '2026-03-02 22:59:59.999Z'), ('a', 'at', 'email_open', '2026-03-02 23:00:00Z')`;
    for (const session of ['UTC', timeZone, 'America/Sao_Paulo']) {
      const opens = await sql.begin(async (transaction) => {
        await transaction`select set_config('TimeZone', ${session}, true)`;
        const asOf = new Date('2026-05-31T22:00:00Z');
        await createFeatures(new Workspace(transaction), { asOf, timeZone, orders: 'placed', status: 'asOf' });
        return (await transaction`select email_opens_90d as opens from run_features`)[0]!.opens;
      });
      expect([session, opens]).toEqual([session, 1]);
    }
  });

  it('are the same for a moment in the past, whatever came in after it', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { placedAt: '2026-01-01', id: 'first', lines: [{ amount: '25', deliveredAt: '2026-01-04' }] });
    const before = await featuresAt(sql, JANUARY);
    await addOrders(sql, { placedAt: '2026-02-10' }, { customer: 'b', placedAt: '2026-02-11' });
    await sql`update order_items set status = 'returned', returned_at = '2026-02-03' where order_id = 'first'`;
    await sql`update orders set status = 'returned', returned_at = '2026-02-03' where order_id = 'first'`;
    const after = await featuresAt(sql, JANUARY);
    expect(after.a).toEqual(before.a);
  });

  it('let the future in when the status is taken at extraction', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      { customer: 'returned', placedAt: '2026-01-01', lines: [{ amount: '10', returnedAt: '2026-03-01' }] },
      { customer: 'cancelled', placedAt: '2026-01-01', status: 'cancelled', cancelledAt: '2026-03-01' },
      { customer: 'later', placedAt: '2026-02-01' },
    );
    const rows = await featuresAt(sql, JANUARY, { status: 'atExtraction' });
    expect([rows.returned!.netRevenue, rows.cancelled!.orders, rows.later!.orders]).toEqual([0, 0, 0]);
  });
});

describe('the rule of which orders count', () => {
  const orders = [
    { id: 'kept', placedAt: '2026-01-01', lines: [{ amount: '10' }] },
    { id: 'returned', placedAt: '2026-01-11', status: 'returned' as const, lines: [{ amount: '20' }] },
    { id: 'empty', placedAt: '2026-01-16', lines: [] },
    { id: 'cancelled', placedAt: '2026-01-21', status: 'cancelled' as const, lines: [{ amount: '40' }] },
  ];

  it.each([
    ['placed' as const, { orders: 3, recencyDays: 15, tenureDays: 30, spanDays: 15, medianDaysBetweenOrders: 7.5 }],
    ['all' as const, { orders: 4, recencyDays: 10, tenureDays: 30, spanDays: 20, medianDaysBetweenOrders: 5 }],
    ['kept' as const, { orders: 1, recencyDays: 30, tenureDays: 30, spanDays: 0, medianDaysBetweenOrders: Number.NaN }],
  ])('%s decides frequency, recency, tenure and gaps, and leaves the money alone', async (rule, expected) => {
    const sql = await emptyShop();
    await addOrders(sql, ...orders);
    const { a } = await featuresAt(sql, JANUARY, { orders: rule });
    expect(a).toMatchObject({
      ...expected,
      netRevenue: 10,
      grossRevenue: 30,
      averageOrderValue: 10 / expected.orders,
    });
  });

  it('leaves a customer whose every order was cancelled a Prospect', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { placedAt: '2026-01-01', status: 'cancelled' });
    expect((await featuresAt(sql, JANUARY)).a).toMatchObject({
      orders: 0,
      recencyDays: Number.NaN,
      tenureDays: Number.NaN,
      spanDays: Number.NaN,
      netRevenue: 0,
      grossRevenue: 0,
      averageOrderValue: Number.NaN,
      itemsDelivered: 0,
      itemsReturned: 0,
      medianDaysBetweenOrders: Number.NaN,
      discountShare: Number.NaN,
      distinctCategories: 0,
      visits30d: 0,
      emailOpens90d: 0,
      serviceContacts90d: 0,
    });
  });
});

describe('recency and tenure', () => {
  it.each([
    // 23:30 in Berlin is still the day before; 30 minutes later it is one day less.
    ['Europe/Berlin', '2026-01-14T22:30:00Z', '2026-01-14T23:00:00Z', 1],
    ['Europe/Berlin', '2026-01-14T23:00:00Z', '2026-01-14T23:30:00Z', 0],
    // The clocks change on 29 March: the day has 23 hours, and it is a day.
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 1],
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', 0],
    // The day of 25 hours in October.
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', 0],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 1],
    ['Pacific/Kiritimati', '2026-01-14T09:59:59Z', '2026-01-14T10:00:00Z', 1],
    ['Pacific/Kiritimati', '2026-01-14T10:00:00Z', '2026-01-15T09:59:59Z', 0],
    ['Etc/GMT+12', '2026-01-14T11:59:59Z', '2026-01-14T12:00:00Z', 1],
    ['Etc/GMT+12', '2026-01-14T12:00:00Z', '2026-01-15T11:59:59Z', 0],
    ['Etc/GMT-14', '2026-01-14T09:59:59Z', '2026-01-14T10:00:00Z', 1],
    ['UTC', '2026-01-14T00:00:00Z', '2026-01-15T00:00:00Z', 1],
    ['UTC', '2025-12-31T23:59:59Z', '2026-03-01T00:00:00Z', 60],
  ])('are whole calendar days in %s: from %s to %s are %i', async (timeZone, placedAt, asOf, days) => {
    const sql = await emptyShop(timeZone);
    await addOrders(sql, { placedAt });
    const { a } = await featuresAt(sql, asOf, { timeZone });
    expect([a!.recencyDays, a!.tenureDays]).toEqual([days, days]);
  });

  it('run from the last and from the first order, and the span is calendar days beside the whole ones that elapsed', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      { placedAt: '2026-01-01 18:00' },
      { placedAt: '2026-01-04 17:59' },
      { placedAt: '2026-01-21 06:00' },
    );
    const { a } = await featuresAt(sql, JANUARY);
    // 19.5 days elapsed; the gaps of 3 and 17 days are calendar days.
    expect(a).toMatchObject({ orders: 3, recencyDays: 10, tenureDays: 30, medianDaysBetweenOrders: 10 });
    expect([a!.spanDays, a!.elapsedSpanDays]).toEqual([20, 19]);
  });
});

describe('the median of days between orders', () => {
  it('is of the gaps in order of time, 0 within a day and missing for one order', async () => {
    const sql = await emptyShop();
    for (const day of ['20', '01', '08', '02']) await addOrders(sql, { customer: 'four', placedAt: `2026-01-${day}` });
    await addOrders(
      sql,
      { customer: 'same-day', placedAt: '2026-01-05 09:00' },
      { customer: 'same-day', placedAt: '2026-01-05 21:00' },
      { customer: 'one', placedAt: '2026-01-05' },
    );
    const rows = await featuresAt(sql, JANUARY);
    // Gaps 1, 6 and 12.
    expect(rows.four!.medianDaysBetweenOrders).toBe(6);
    expect(rows['same-day']!.medianDaysBetweenOrders).toBe(0);
    expect(rows.one!.medianDaysBetweenOrders).toBeNaN();
  });
});

describe('money', () => {
  it('adds up exactly, ties to 4 decimals and divides by the orders', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      { customer: 'clean', placedAt: '2026-01-01', lines: [{ amount: '15.95' }, { amount: '0.1' }, { amount: '0.2' }] },
      { customer: 'clean', placedAt: '2026-01-02', lines: [{ amount: '4' }] },
      { customer: 'float', placedAt: '2026-01-01', lines: [{ amount: '15.949999809265137' }, { amount: '0.3' }] },
      { customer: 'float', placedAt: '2026-01-02', lines: [{ amount: '4.0000001' }] },
    );
    const rows = await featuresAt(sql, JANUARY);
    expect(rows.clean).toMatchObject({ netRevenue: 20.25, grossRevenue: 20.25, averageOrderValue: 10.125 });
    expect(rows.float).toMatchObject({ netRevenue: 20.25, grossRevenue: 20.25, averageOrderValue: 10.125 });
  });

  it('of an order without lines is 0, and the order counts', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { placedAt: '2026-01-01', lines: [] }, { placedAt: '2026-01-11', lines: [{ amount: '8' }] });
    expect((await featuresAt(sql, JANUARY)).a).toMatchObject({
      orders: 2,
      netRevenue: 8,
      averageOrderValue: 4,
      tenureDays: 30,
    });
  });

  it('of a line without its order does not count', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { placedAt: '2026-01-01' });
    await sql`
      insert into order_items (customer_id, order_id, item_id, quantity, amount) values ('a', 'gone', '1', 1, 99)`;
    expect((await featuresAt(sql, JANUARY)).a).toMatchObject({ orders: 1, netRevenue: 10, grossRevenue: 10 });
  });

  it('may be negative where a line takes back more than was bought', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { placedAt: '2026-01-01', lines: [{ amount: '5' }, { amount: '-7.5', quantity: -1 }] });
    expect((await featuresAt(sql, JANUARY)).a).toMatchObject({ netRevenue: -2.5, averageOrderValue: -2.5 });
  });
});

describe('customers', () => {
  it('without a name are in no row, and those without an order are Prospects', async () => {
    const sql = await emptyShop();
    await addOrders(sql, { customer: '', placedAt: '2026-01-01' }, { customer: 'b', placedAt: '2026-01-01' });
    await sql`insert into customers (customer_id) values ('a'), ('')`;
    const rows = await featuresAt(sql, JANUARY);
    expect(Object.entries(rows).map(([id, row]) => [id, row.orders])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('are numbered from 0 in the byte order of their ids', async () => {
    const sql = await emptyShop();
    for (const customer of ['b', 'B', '10', '9', 'é', 'a b'])
      await addOrders(sql, { customer, placedAt: '2026-01-01' });
    expect(Object.keys(await featuresAt(sql, JANUARY)).sort()).toEqual(['10', '9', 'B', 'a b', 'b', 'é']);
    const { ids } = await readFeatures(sql, {
      asOf: new Date(JANUARY),
      timeZone: 'UTC',
      orders: 'placed',
      status: 'asOf',
    });
    expect(ids).toEqual(['10', '9', 'B', 'a b', 'b', 'é']);
  });

  it('that are chosen have the same features as among all', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      { customer: 'a', placedAt: '2026-01-01' },
      {
        customer: 'b',
        placedAt: '2026-01-02',
        lines: [{ amount: '7', status: 'returned', deliveredAt: '2026-01-03' }],
      },
      { customer: 'b', placedAt: '2026-01-09' },
      { customer: 'c', placedAt: '2026-01-03' },
    );
    const all = await featuresAt(sql, JANUARY);
    const at = (...ids: string[]) => new Map(ids.map((id) => [id, new Date(JANUARY)]));
    const chosen = await featuresAt(sql, JANUARY, { customers: at('b', 'c', 'nobody') });
    expect(chosen).toEqual({ b: all.b, c: all.c });
    expect(await featuresAt(sql, JANUARY, { customers: at() })).toEqual({});
    // Each as of a moment of his own: what came later does not exist yet.
    const early = await featuresAt(sql, JANUARY, { customers: new Map([['b', new Date('2026-01-05T00:00:00Z')]]) });
    expect(early).toEqual({ b: (await featuresAt(sql, '2026-01-05T00:00:00Z')).b });
    expect(early.b).not.toEqual(all.b);
  });
});

describe('delivered and returned pieces', () => {
  it('count once delivered, by a time or by a status, and never when cancelled', async () => {
    const sql = await emptyShop();
    await addOrders(
      sql,
      {
        customer: 'times',
        placedAt: '2026-01-01',
        status: 'shipped',
        lines: [
          { amount: '10', quantity: 2, deliveredAt: '2026-01-05' },
          { amount: '10', quantity: 3, deliveredAt: '2026-01-05', returnedAt: '2026-01-09' },
          { amount: '10', quantity: 5, deliveredAt: '2026-01-31' },
          { amount: '10', quantity: 7 },
        ],
      },
      {
        customer: 'words',
        placedAt: '2026-01-01',
        status: 'delivered',
        lines: [
          { amount: '10', quantity: 2 },
          { amount: '10', quantity: 3, status: 'returned' },
          { amount: '10', quantity: 5, status: 'cancelled' },
          { amount: '10', quantity: 7, status: 'shipped' },
        ],
      },
      {
        customer: 'order',
        placedAt: '2026-01-01',
        status: 'returned',
        deliveredAt: '2026-01-04',
        returnedAt: '2026-01-08',
        lines: [{ amount: '10', quantity: 4 }],
      },
      { customer: 'cancelled', placedAt: '2026-01-01', status: 'cancelled', deliveredAt: '2026-01-04' },
    );
    const rows = await featuresAt(sql, JANUARY);
    const pieces = Object.fromEntries(
      Object.entries(rows).map(([id, row]) => [id, [row.itemsDelivered, row.itemsReturned]]),
    );
    expect(pieces).toEqual({ times: [5, 3], words: [5, 3], order: [4, 4], cancelled: [0, 0] });
  });
});

describe('the discount share and the categories', () => {
  it('are of the lines whose product is known, cancelled ones left out', async () => {
    const sql = await emptyShop();
    await sql`
      insert into products (product_id, category, list_price)
      values ('hat', 'Hats', 20), ('cap', 'Hats', 10), ('sock', 'Socks', null), ('gift', 'Gifts', 0), ('odd', null, 100)`;
    await addOrders(
      sql,
      {
        customer: 'bargain',
        placedAt: '2026-01-01',
        lines: [
          { amount: '30', quantity: 2, product: 'hat' },
          { amount: '9', product: 'cap' },
          { amount: '5', product: 'sock' },
          { amount: '1', product: 'gift' },
          { amount: '50', product: 'unknown' },
          { amount: '10', product: 'cap', status: 'cancelled' },
        ],
      },
      { customer: 'none', placedAt: '2026-01-01', lines: [{ amount: '5', product: 'sock' }] },
      { customer: 'dear', placedAt: '2026-01-01', lines: [{ amount: '25', product: 'hat' }] },
    );
    const rows = await featuresAt(sql, JANUARY);
    // Paid 39 of 50: two hats at 20 and a cap at 10.
    expect(rows.bargain!.discountShare).toBeCloseTo(0.22, 14);
    expect(rows.bargain!.distinctCategories).toBe(3);
    expect(rows.none!.discountShare).toBeNaN();
    expect(rows.none!.distinctCategories).toBe(1);
    expect(rows.dear!.discountShare).toBeCloseTo(-0.25, 14);
  });

  it('name the category that most was spent on, and its share of what was spent on all', async () => {
    const sql = await emptyShop();
    await sql`
      insert into products (product_id, category, list_price)
      values ('hat', 'Hats', 20), ('cap', 'Hats', 10), ('sock', 'Socks', null), ('odd', null, 100)`;
    await addOrders(
      sql,
      {
        customer: 'several',
        placedAt: '2026-01-01',
        lines: [
          { amount: '20', product: 'hat' },
          { amount: '10', product: 'cap' },
          { amount: '10', product: 'sock' },
          { amount: '500', product: 'odd' },
          { amount: '500', product: 'sock', status: 'cancelled' },
        ],
      },
      { customer: 'even', placedAt: '2026-01-01', lines: ['sock', 'hat'].map((product) => ({ amount: '5', product })) },
      { customer: 'free', placedAt: '2026-01-01', lines: [{ amount: '0', product: 'sock' }] },
      { customer: 'unknown', placedAt: '2026-01-01', lines: [{ amount: '5', product: 'odd' }] },
      { customer: 'later', placedAt: '2026-03-01', lines: [{ amount: '5', product: 'hat' }] },
    );
    const rows = await sql.begin(async (transaction) => {
      await createFeatures(new Workspace(transaction), {
        asOf: new Date(JANUARY),
        timeZone: 'UTC',
        orders: 'placed',
        status: 'asOf',
      });
      return transaction<{ id: string; favourite: string | null; share: number | null }[]>`
        select customer_id as id, top_spend_category as favourite, top_spend_category_share as share
        from run_features order by customer_id`;
    });
    expect(Object.fromEntries(rows.map(({ id, favourite, share }) => [id, [favourite, share]]))).toEqual({
      several: ['Hats', 0.75],
      // Of equals the first by name.
      even: ['Hats', 0.5],
      free: ['Socks', null],
      unknown: [null, null],
      later: [null, null],
    });
  });
});
