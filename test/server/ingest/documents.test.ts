import type { Sql } from '@tessera/server/db/database.js';
import { orderFacts } from '@tessera/server/db/queries/orders/order-facts.js';
import { retryQuarantined } from '@tessera/server/ingest/retry-quarantined.js';
import { EMPTY_MAPPING } from '@tessera/server/ingest/rows/mapping.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyShop, importTexts, READING } from '../../support/shop-data.js';

const table = (header: string, ...rows: string[]) => `${[header, ...rows].join('\n')}\n`;
const SHOPIFY =
  'Name,Email,Financial Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount,Lineitem discount';
const LINES = 'invoice_no,customer_id,invoice_date,stockcode,quantity,unit_price';

/** What each order is worth as the scores see it, as of a moment. */
async function worths(sql: Sql, asOf = '2027-01-01'): Promise<Record<string, number>> {
  const facts = orderFacts({ asOf: new Date(asOf), timeZone: 'UTC', orders: 'placed', status: 'asOf' });
  const rows = await sql.unsafe<{ order: string; net: number }[]>(
    `with ${facts} select coalesce(order_id, 'no order') as order, sum(net)::float8 as net from per_order group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(({ order, net }) => [order, net]));
}
const amounts = async (sql: Sql) =>
  (await sql<{ amount: number }[]>`select amount::float8 as amount from order_items order by order_id, item_id`).map(
    ({ amount }) => amount,
  );
const quarantined = async (sql: Sql) =>
  (await sql<{ line: number }[]>`select line::int as line from quarantined_rows order by 1`).map(({ line }) => line);

/** All that the shop's tables hold, without what an import numbers. */
const tables = async (sql: Sql) => ({
  customers: (await sql`select customer_id, email from customers order by 1`).map((row) => ({ ...row })),
  orders: (
    await sql`select customer_id, order_id, status, placed_at, returned_at, discount from orders order by 1, 2`
  ).map((row) => ({ ...row })),
  items: (
    await sql`select customer_id, order_id, item_id, quantity::float8, amount::float8 from order_items order by 1, 2, 3`
  ).map((row) => ({ ...row })),
  returns: (
    await sql`select customer_id, return_id, order_id, amount::float8, returned_at from returns order by 1, 2`
  ).map((row) => ({ ...row })),
});

describe('an order', () => {
  it('waits as a whole when one of its rows cannot be used, and comes whole when that is settled', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'log.csv': table(
        'order_id,customer_id,date,product_id,amount,status',
        '1,a,2026-01-01,P,10.125,completed',
        '1,a,2026-01-01,Q,5,abgeholt',
        '2,b,2026-01-02,P,10.50,shipped',
      ),
    });
    expect(await worths(sql)).toEqual({ 2: 10.5 });
    expect(await quarantined(sql)).toEqual([2, 3]);
    await retryQuarantined(sql, {
      ...READING,
      mapping: { ...EMPTY_MAPPING, decimal: ',', statuses: { abgeholt: 'delivered' } },
    });
    expect(await quarantined(sql)).toEqual([]);
    expect(await worths(sql)).toEqual({ 1: 15.125, 2: 10.5 });
  });

  it('takes its customer, its date and its currency from the row that has them', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'lines.csv': table(
        `${LINES},currency`,
        '1,a,2026-01-01,P,1,10,USD',
        '1,,,Q,1,5,',
        '2,b,2026-01-02,P,1,10,EUR',
        '2,,,Q,1,5,',
      ),
    });
    // No rate is known for the second.
    expect(await worths(sql)).toEqual({ 1: 15 });
    expect(await quarantined(sql)).toEqual([4, 5]);
  });

  it('loses lines and a refund that a later file says no more, and not those of other files', async () => {
    const sql = await emptyShop();
    const header = `${LINES},refunded_amount`;
    await importTexts(sql, {
      'a.csv': table(header, '1,a,2026-01-01,P,1,10,5', '1,a,2026-01-01,Q,1,20,5', '2,b,2026-01-01,P,1,10,0'),
    });
    expect(await worths(sql)).toEqual({ 1: 25, 2: 10 });
    const { files } = await importTexts(sql, { 'b.csv': table(header, '1,a,2026-01-01,P,1,10,0') });
    expect(await worths(sql)).toEqual({ 1: 10, 2: 10 });
    expect(files[0]!.findings?.map(({ text }) => text).join()).toMatch(/1 order \(1\) came in an earlier import too/);
    await importTexts(sql, {
      'refunds.csv': table('refund_id,order_id,refund_amount,refunded_at', 'r,1,4,2026-01-05'),
    });
    await importTexts(sql, { 'c.csv': table(header, '1,a,2026-01-01,P,1,12,0') });
    expect(await worths(sql)).toEqual({ 1: 8, 2: 10 });
  });

  it('keeps what a newer version said of it, whichever file comes first', async () => {
    const header = `${LINES},updated_at`;
    const old = table(header, '1,a,2026-01-01,P,1,10,2026-01-02', '1,a,2026-01-01,Q,1,20,2026-01-02');
    const newer = table(header, '1,a,2026-01-01,P,1,10,2026-01-05');
    for (const files of [
      { 'a.csv': old, 'b.csv': newer },
      { 'a.csv': newer, 'b.csv': old },
    ]) {
      const sql = await emptyShop();
      for (const [name, text] of Object.entries(files)) await importTexts(sql, { [name]: text });
      expect(await worths(sql)).toEqual({ 1: 10 });
    }
  });

  it('that is cut in two by the files of one call is one', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'a.csv': table(LINES, '1,a,2026-01-01,P,1,10', '2,b,2026-01-02,P,1,10'),
      'b.csv': table(LINES, '2,,,Q,1,5', '3,c,2026-01-03,P,1,10'),
    });
    expect(await worths(sql)).toEqual({ 1: 10, 2: 15, 3: 10 });
  });

  it('changes nothing when the same bytes come again, whatever came between', async () => {
    const sql = await emptyShop();
    const a = table(LINES, '1,a,2026-01-01,P,1,10');
    await importTexts(sql, { 'a.csv': a });
    await importTexts(sql, { 'b.csv': table(LINES, '1,a,2026-01-01,P,1,12') });
    const { files } = await importTexts(sql, { 'again.csv': a });
    expect(files[0]).toMatchObject({ read: 1, inserted: 0, updated: 0, unchanged: 1 });
    expect(await worths(sql)).toEqual({ 1: 12 });
  });

  it('is left out while nobody has paid for it', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'log.csv': table(
        'order_id,customer_id,date,amount,status',
        '1,a,2026-01-01,10,pending payment',
        '2,a,2026-01-01,5,completed',
      ),
    });
    expect(await worths(sql)).toEqual({ 2: 5 });
  });
});

describe('what an order is worth', () => {
  const shopify = (...rows: string[]) => table(SHOPIFY, ...rows);

  it('is less its discount, spread over the lines by value and to the cent', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': shopify(
        '#1,a@x.example,paid,2026-01-02,USD,90.00,0,0,90.00,10.00,2026-01-01,1,A,33.33,A,,0,0',
        '#1,a@x.example,,,,,,,,,2026-01-01,1,B,33.33,B,,,0',
        '#1,a@x.example,,,,,,,,,2026-01-01,1,C,33.34,C,,,0',
      ),
    });
    expect(await amounts(sql)).toEqual([30, 30, 30]);
  });

  it('has a discount of its shipping not taken off its goods', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': shopify(
        '#1,a@x.example,paid,2026-01-02,USD,90.00,0,0,90.00,10.00,2026-01-01,1,A,100.00,A,,0,0',
        '#2,b@x.example,paid,2026-01-02,USD,80.00,0,0,80.00,20.00,2026-01-01,1,A,100.00,A,,0,0',
        '#3,c@x.example,paid,2026-01-02,USD,100.00,5.00,0,100.00,5.00,2026-01-01,1,A,100.00,A,,0,0',
      ),
    });
    expect(await worths(sql)).toEqual({ '#1': 90, '#2': 80, '#3': 100 });
  });

  it.each([
    ['Geschenkgutschein 50 EUR', 0],
    ['Gift Card - $100', 0],
    ['Carte cadeau', 0],
    ['ギフトカード 5000円', 0],
    ['Gift card holder', 50],
    ['Gift box', 50],
  ])('of %s is %f', async (name, worth) => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': shopify(`#1,a@x.example,paid,2026-01-02,USD,50,0,0,50,0,2026-01-01,1,${name},50.00,A,,0,0`),
    });
    expect(await worths(sql)).toEqual({ '#1': worth });
  });

  it('is less one refund, however many columns and rows tell of it, from its date on', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'log.csv': table(
        'order_id,customer_id,date,amount,refunded_amount,status',
        '1,a,2026-01-05,100,40,completed',
        '1,a,2026-01-09,-40,,completed',
        '2,b,2026-01-05,50,,refunded',
        '2,b,2026-01-09,-50,,refunded',
        '3,c,2026-01-05,50,,completed',
      ),
      'refunds.csv': table('refund_id,order_id,refund_amount,refunded_at', 'r1,1,40,2026-01-09', 'r2,3,20,2026-01-09'),
    });
    expect(await worths(sql, '2026-01-08')).toEqual({ 1: 100, 2: 50, 3: 50 });
    expect(await worths(sql)).toEqual({ 1: 60, 2: 0, 3: 30 });
  });

  it('is less a credit note that names it and comes in a file before it', async () => {
    for (const order of [
      ['a.csv', 'b.csv'],
      ['b.csv', 'a.csv'],
    ]) {
      const sql = await emptyShop();
      const texts: Record<string, string> = {
        'a.csv': table(LINES, '1,a,2026-01-05,P,2,50'),
        'b.csv': table(LINES, '1,a,2026-02-05,P,-1,50', '9,a,2026-02-05,P,1,7'),
      };
      for (const name of order) await importTexts(sql, { [name]: texts[name]! });
      expect(await worths(sql)).toEqual({ 1: 50, 9: 7 });
    }
  });
});

describe('files that share no order', () => {
  const cents = fc.integer({ min: 100, max: 99_999 });
  const order = fc.record({
    lines: fc.array(fc.record({ price: cents, quantity: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
    share: fc.integer({ min: 0, max: 100 }),
  });

  it('give the same tables in any order and however often, and what they state of themselves is what is stored', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(order, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        async (files, picks) => {
          let number = 0;
          let stated = 0;
          const texts = files.map((orders) => {
            const rows = orders.flatMap(({ lines, share }) => {
              const id = ++number;
              const gross = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
              const discount = Math.floor((gross * share) / 100);
              stated += gross - discount;
              const head = (first: boolean) =>
                first
                  ? `c${id % 3},2026-01-0${1 + (id % 9)},${(discount / 100).toFixed(2)},${((gross - discount + 500) / 100).toFixed(2)},5.00`
                  : ',,,,';
              return lines.map(
                ({ price, quantity }, i) => `${id},P${i},${quantity},${(price / 100).toFixed(2)},${head(i === 0)}`,
              );
            });
            return table(
              'order_id,product_id,quantity,unit_price,customer_id,order_date,discount_amount,order_total,shipping',
              ...rows,
            );
          });
          const once = await emptyShop();
          for (const [i, text] of texts.entries()) await importTexts(once, { [`${i}.csv`]: text });
          const often = await emptyShop();
          const picked = picks.map((pick) => texts[pick % texts.length]!);
          for (const text of [...picked, ...[...texts].reverse()]) await importTexts(often, { 'any.csv': text });
          expect(await tables(often)).toEqual(await tables(once));
          const sum = Object.values(await worths(once)).reduce((a, b) => a + b, 0);
          expect(Math.round(sum * 100)).toBe(stated);
        },
      ),
      { numRuns: 4, seed: 14 },
    );
  });
});
