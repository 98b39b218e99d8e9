import type { Sql } from '@tessera/server/db/database.js';
import { describe, expect, it } from 'vitest';
import { sharedPath, testWithSet } from '../../../../support/shared.js';
import { emptyShop, importedShop, importTexts } from '../../../../support/shop-data.js';

const ORDERS = 'order_id,user_id,status,created_at';
const ITEMS = 'id,order_id,user_id,product_id,sale_price,quantity';
const table = (header: string, ...rows: string[]) => `${[header, ...rows].join('\n')}\n`;

const readOrders = async (sql: Sql) =>
  (
    await sql<{ customer: string; id: string; status: string; placed: string }[]>`
    select customer_id as customer, order_id as id, status, placed_at::text as placed from orders order by 2, 1`
  ).map(({ customer, id, status, placed }) => [customer, id, status, placed]);
const readItems = async (sql: Sql) =>
  (
    await sql<{ customer: string; id: string; item: string; quantity: number; amount: string }[]>`
    select customer_id as customer, order_id as id, item_id as item, quantity::float8, amount::text from order_items
    order by 2, 3, 1`
  ).map(({ customer, id, item, quantity, amount }) => [customer, id, item, quantity, amount]);
const readCustomers = async (sql: Sql) =>
  (await sql<{ id: string }[]>`select customer_id as id from customers order by 1`).map(({ id }) => id);

describe('a file that overlaps', () => {
  it('updates what differs, adds what is new and leaves the rest', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': table(ORDERS, '1,a,Processing,2026-01-01', '2,a,Processing,2026-01-02', '3,b,Shipped,2026-01-03'),
    });
    const { files } = await importTexts(sql, {
      'orders.csv': table(ORDERS, '2,a,Complete,2026-01-02', '3,b,Shipped,2026-01-03', '4,c,Processing,2026-01-04'),
    });
    expect(files[0]).toMatchObject({ read: 3, kept: 3, inserted: 1, updated: 1, unchanged: 1 });
    expect(await readOrders(sql)).toEqual([
      ['a', '1', 'placed', '2026-01-01 00:00:00+00'],
      ['a', '2', 'delivered', '2026-01-02 00:00:00+00'],
      ['b', '3', 'shipped', '2026-01-03 00:00:00+00'],
      ['c', '4', 'placed', '2026-01-04 00:00:00+00'],
    ]);
    expect(await readCustomers(sql)).toEqual(['a', 'b', 'c']);
  });

  it('that takes a return back empties its time', async () => {
    const sql = await emptyShop();
    const header = `${ORDERS},returned_at`;
    await importTexts(sql, { 'orders.csv': table(header, '1,a,Returned,2026-01-01,2026-01-09') });
    await importTexts(sql, { 'orders.csv': table(header, '1,a,Complete,2026-01-01,NaT') });
    const [order] = await sql`select status, returned_at from orders`;
    expect({ ...order }).toEqual({ status: 'delivered', returned_at: null });
  });

  it('leaves columns that it does not have as they are', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'orders.csv': table(`${ORDERS},returned_at`, '1,a,Returned,2026-01-01,2026-01-09') });
    const { files } = await importTexts(sql, { 'orders.csv': table(ORDERS, '1,a,Returned,2026-01-01') });
    expect(files[0]).toMatchObject({ updated: 0, unchanged: 1 });
    const [order] = await sql`select returned_at::text as returned from orders`;
    expect(order!.returned).toBe('2026-01-09 00:00:00+00');
  });

  it('without a column for the customer leaves each order with its own', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': table(ORDERS, '1,a,Processing,2026-01-01'),
      'items.csv': table(ITEMS, '11,1,a,p,5,1'),
    });
    await importTexts(sql, {
      'orders.csv': table('order_id,status,created_at', '1,Complete,2026-01-01', '2,Complete,2026-01-02'),
    });
    expect((await readOrders(sql)).map(([customer, id, status]) => [customer, id, status])).toEqual([
      ['a', '1', 'delivered'],
      ['', '2', 'delivered'],
    ]);
    expect((await readItems(sql)).map(([customer]) => customer)).toEqual(['a']);
  });

  it('keeps what is known of a person where its cell is empty', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'users.csv': table('id,email,city,age', 'a,a@example.com,Rome,30') });
    const { files } = await importTexts(sql, { 'users.csv': table('id,email,city,age', 'a,,Oslo,') });
    expect(files[0]).toMatchObject({ updated: 1 });
    expect({ ...(await sql`select email, city, age from customers`)[0] }).toEqual({
      email: 'a@example.com',
      city: 'Oslo',
      age: 30,
    });
  });

  it('marks the customers of what it changed, and no other, with its import', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'orders.csv': table(ORDERS, '1,a,Processing,2026-01-01', '2,b,Processing,2026-01-02') });
    const { files } = await importTexts(sql, {
      'orders.csv': table(ORDERS, '1,a,Processing,2026-01-01', '2,b,Complete,2026-01-02'),
    });
    const touched = await sql`select customer_id as id from orders where import_id = ${files[0]!.importId}`;
    expect(touched.map(({ id }) => id)).toEqual(['b']);
  });
});

describe('rows that repeat an id of their own file', () => {
  it('count as duplicates, and the last one holds', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'orders.csv': table(ORDERS, '1,a,Processing,2026-01-01', '1,a,Processing,2026-01-01', '1,a,Complete,2026-01-01'),
    });
    expect(files[0]).toMatchObject({ read: 3, kept: 1, duplicate: 2, inserted: 1 });
    expect((await readOrders(sql)).map(([, , status]) => status)).toEqual(['delivered']);
  });
});

describe('an order whose customer changes', () => {
  it('moves with its lines', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': table(ORDERS, '1,a,Complete,2026-01-01', '2,a,Complete,2026-01-02'),
      'items.csv': table(ITEMS, '11,1,a,p,5,1', '12,1,a,q,7,2', '21,2,a,p,9,1'),
    });
    const { files } = await importTexts(sql, { 'orders.csv': table(ORDERS, '1,b,Complete,2026-01-01') });
    expect((await readOrders(sql)).map(([customer, id]) => [customer, id])).toEqual([
      ['b', '1'],
      ['a', '2'],
    ]);
    expect(await readItems(sql)).toEqual([
      ['b', '1', '11', 1, '5'],
      ['b', '1', '12', 2, '14'],
      ['a', '2', '21', 1, '9'],
    ]);
    // Both the one who loses it and the one who gets it are marked, so that a run in progress scores them again.
    const marked = await sql`
      select customer_id as id from customers where import_id = ${files[0]!.importId}
      union select customer_id from orders where import_id = ${files[0]!.importId} order by 1`;
    expect(marked.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('keeps its lines when their file still names the old customer', async () => {
    const sql = await emptyShop();
    const items = { 'items.csv': table(ITEMS, '11,1,a,p,5,1') };
    await importTexts(sql, { 'orders.csv': table(ORDERS, '1,b,Complete,2026-01-01'), ...items });
    expect(await readItems(sql)).toEqual([['b', '1', '11', 1, '5']]);
    const { files } = await importTexts(sql, items);
    expect(files[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 });
    expect(await readItems(sql)).toEqual([['b', '1', '11', 1, '5']]);
  });

  it('is found a customer when it had none, and stands under no name before', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': table(ORDERS, '1,,Complete,2026-01-01'),
      'items.csv': table(ITEMS, '11,1,,p,5,1'),
    });
    expect(await readCustomers(sql)).toEqual([]);
    expect(await readItems(sql)).toEqual([['', '1', '11', 1, '5']]);
    await importTexts(sql, { 'orders.csv': table(ORDERS, '1,a,Complete,2026-01-01') });
    expect(await readItems(sql)).toEqual([['a', '1', '11', 1, '5']]);
    expect((await readOrders(sql)).map(([customer]) => customer)).toEqual(['a']);
  });
});

describe('lines', () => {
  it('imported before their orders end up the same as after them', async () => {
    const orders = { 'orders.csv': table(ORDERS, '1,a,Complete,2026-01-01', '2,b,Complete,2026-01-02') };
    // Line 12 names no customer, line 21 a wrong one; the order knows best.
    const items = { 'items.csv': table(ITEMS, '11,1,a,p,5,1', '12,1,,q,7,1', '21,2,a,p,9,1', '31,3,c,p,4,1') };
    const [before, after] = [await emptyShop(), await emptyShop()];
    await importTexts(before, items);
    await importTexts(before, orders);
    await importTexts(after, orders);
    await importTexts(after, items);
    expect(await readItems(before)).toEqual(await readItems(after));
    expect(await readItems(after)).toEqual([
      ['a', '1', '11', 1, '5'],
      ['a', '1', '12', 1, '7'],
      ['b', '2', '21', 1, '9'],
      ['c', '3', '31', 1, '4'],
    ]);
    expect(await readOrders(before)).toEqual(await readOrders(after));
    expect(await readCustomers(before)).toEqual(await readCustomers(after));
  });

  it('keep the digits of their source and multiply exactly', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'items.csv': table(ITEMS, '1,1,a,p,15.949999809265137,3', '2,1,a,p,0.1,3', '3,1,a,p,12.50,', '4,1,a,p,5,-2'),
    });
    expect((await readItems(sql)).map(([, , , quantity, amount]) => [quantity, amount])).toEqual([
      [3, '47.849999427795411'],
      [3, '0.3'],
      [1, '12.50'],
      [-2, '-10'],
    ]);
  });

  it('without an id are told apart by content and occurrence, and stay the same when they come again', async () => {
    const sql = await emptyShop();
    const text = table('order_id,product_id,sale_price,quantity', '1,p,5,1', '1,p,5,1', '1,q,5,1', '2,p,5,1');
    const first = await importTexts(sql, { 'items.csv': text });
    expect(first.files[0]).toMatchObject({ read: 4, kept: 4, duplicate: 0, inserted: 4 });
    const before = await readItems(sql);
    const second = await importTexts(sql, { 'items.csv': text });
    expect(second.files[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 4 });
    expect(await readItems(sql)).toEqual(before);
  });
});

describe('a transaction log', () => {
  it('makes an order with one line of each row, and the customers', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'log.csv': table('customer_id,date,qty,amount,email', 'a,2026-01-01,2,9.90,a@example.com', 'b,2026-01-02,,0.00,'),
    });
    expect(await readItems(sql)).toHaveLength(2);
    expect(
      (await readItems(sql)).map(([customer, , item, quantity, amount]) => [customer, item, quantity, amount]).sort(),
    ).toEqual([
      ['a', '1', 2, '9.90'],
      ['b', '1', 1, '0.00'],
    ]);
    expect((await sql`select customer_id as id, email from customers order by 1`).map((row) => ({ ...row }))).toEqual([
      { id: 'a', email: 'a@example.com' },
      { id: 'b', email: null },
    ]);
  });

  it('with order ids counts a changed amount as an update', async () => {
    const sql = await emptyShop();
    const header = 'customer_id,order_id,date,amount';
    await importTexts(sql, { 'log.csv': table(header, 'a,1,2026-01-01,5', 'a,2,2026-01-02,6', 'b,3,2026-01-03,7') });
    const { files } = await importTexts(sql, {
      'log.csv': table(header, 'a,1,2026-01-01,5.50', 'a,2,2026-01-05,6', 'b,3,2026-01-03,7'),
    });
    expect(files[0]).toMatchObject({ inserted: 0, updated: 2, unchanged: 1 });
    expect((await readItems(sql)).map(([, id, , , amount]) => [id, amount])).toEqual([
      ['1', '5.50'],
      ['2', '6'],
      ['3', '7'],
    ]);
  });

  testWithSet('cdnow-master')(
    'of CDNOW keeps its real identical lines: 69,659 orders and 2,500,315.63 in all, also the second time',
    async () => {
      const file = sharedPath('data', 'cdnow', 'cdnow_master.csv.gz');
      const { sql, report, close } = await importedShop([file, file]);
      try {
        expect(report.files[0]).toMatchObject({
          read: 69_659,
          kept: 69_659,
          duplicate: 0,
          quarantined: 0,
          inserted: 69_659,
        });
        expect(report.files[1]).toMatchObject({ read: 69_659, inserted: 0, updated: 0, unchanged: 69_659 });
        const [totals] = await sql`
        select (select count(*)::int from orders) as orders, (select count(*)::int from customers) as customers,
               (select sum(amount)::text from order_items) as revenue`;
        expect({ ...totals }).toEqual({ orders: 69_659, customers: 23_570, revenue: '2500315.63' });
      } finally {
        await close();
      }
    },
  );
});

describe('times without a zone', () => {
  it("are the shop's local times, also around the change of its clocks", async () => {
    const sql = await emptyShop('Europe/Berlin');
    const times = [
      ['1', '2026-01-15 12:00', '2026-01-15 11:00:00+00'],
      ['2', '2026-07-15 12:00', '2026-07-15 10:00:00+00'],
      ['3', '2026-03-29', '2026-03-28 23:00:00+00'],
      ['4', '2026-03-29 01:59:59', '2026-03-29 00:59:59+00'],
      // 02:00 to 03:00 do not exist on this day: PostgreSQL goes on counting from the hour before.
      ['5', '2026-03-29 02:30', '2026-03-29 01:30:00+00'],
      ['6', '2026-03-29 03:00', '2026-03-29 01:00:00+00'],
      ['7', '2026-03-30', '2026-03-29 22:00:00+00'],
      // 02:00 to 03:00 come twice: the second one, in winter time, is taken.
      ['8', '2026-10-25 02:30', '2026-10-25 01:30:00+00'],
      ['9', '2026-10-26', '2026-10-25 23:00:00+00'],
    ] as const;
    const zoned = ['z', '2026-07-15T12:00:00Z', '2026-07-15 12:00:00+00'] as const;
    const rows = [...times, zoned];
    await importTexts(
      sql,
      { 'orders.csv': table(ORDERS, ...rows.map(([id, time]) => `${id},a,Complete,${time}`)) },
      'Europe/Berlin',
    );
    expect((await readOrders(sql)).map(([, id, , placed]) => [id, placed])).toEqual(
      rows.map(([id, , placed]) => [id, placed]),
    );
  });
});
