import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sql } from '@tessera/server/db/database.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { retryQuarantined } from '@tessera/server/ingest/retry-quarantined.js';
import { readMapping } from '@tessera/server/ingest/rows/mapping.js';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../../support/database.js';
import { emptyShop, featuresAt, importTexts, READING } from '../../../support/shop-data.js';

const money = (sql: Sql) => sql`
  select customer_id as customer, order_id as "order", product_id as product, quantity::float8, amount from order_items order by 1, 2, item_id`;

describe("Shopify's order export", () => {
  const FILE = [
    'Name,Email,Financial Status,Paid at,Fulfilled at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Country,Cancelled at,Refunded Amount',
    '#1001,Ana@example.com,paid,2026-01-05 10:00:00 +0100,2026-01-06 09:00:00 +0100,USD,30.00,2026-01-05 10:00:00 +0100,2,Mug,10.00,MUG,DE,,0.00',
    '#1001,,,,,,,,1,Tee,10.00,TEE,,,',
    '#1002,ana@example.com,partially_refunded,2026-01-07 10:00:00 +0100,,USD,20.00,2026-01-07 10:00:00 +0100,2,Mug,10.00,MUG,DE,,5.00',
  ].join('\n');

  it('gives orders with their lines, customers by their e-mail address in any case, and refunds', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, { 'orders_export.csv': FILE });
    expect(files[0]).toMatchObject({ format: 'shopify-orders', read: 3, quarantined: 0, inserted: 3 });
    expect(await money(sql)).toEqual([
      { customer: 'ana@example.com', order: '#1001', product: 'MUG', quantity: 2, amount: '20.00' },
      { customer: 'ana@example.com', order: '#1001', product: 'TEE', quantity: 1, amount: '10.00' },
      { customer: 'ana@example.com', order: '#1002', product: 'MUG', quantity: 2, amount: '20.00' },
    ]);
    const features = await featuresAt(sql, '2026-02-01T00:00:00Z');
    expect(features['ana@example.com']).toMatchObject({ orders: 2, netRevenue: 45, grossRevenue: 50 });
    const again = await importTexts(sql, { 'orders_export.csv': FILE });
    expect(again.files[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 3 });
  });
});

describe("WooCommerce's order export", () => {
  it('gives orders with their lines', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'orders.csv': [
        'Order Number,Order Status,Order Date,Customer User,Billing Email Address,Item Name,Item SKU,Item Quantity,Item Cost,Order Currency',
        '501,wc-completed,2026-01-05 10:00:00,7,b@example.com,Lamp,LAMP,1,49.90,USD',
        '502,completed,2026-01-06 10:00:00,7,b@example.com,Bulb,BULB,4,2.50,USD',
      ].join('\n'),
    });
    expect(files[0]?.format).toBe('woocommerce-orders');
    expect(files[0]?.quarantined).toBe(0);
    expect(await money(sql)).toEqual([
      { customer: '7', order: '501', product: 'LAMP', quantity: 1, amount: '49.90' },
      { customer: '7', order: '502', product: 'BULB', quantity: 4, amount: '10.00' },
    ]);
  });
});

describe("the API's own shapes", () => {
  it('come as one JSON object a line, orders with their lines', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'orders.ndjson': [
        {
          externalId: 'o1',
          customerId: 'c1',
          status: 'delivered',
          placedAt: '2026-01-05T10:00:00Z',
          lines: [
            { externalId: 'l1', productId: 'p1', quantity: 2, unitPrice: '3.50' },
            {
              externalId: 'l2',
              productId: 'p2',
              amount: '4.00',
              status: 'returned',
              returnedAt: '2026-01-09T10:00:00Z',
            },
          ],
        },
        { externalId: 'o2', customerId: 'c1', status: 'placed', placedAt: '2026-01-06T10:00:00Z', lines: [] },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    });
    expect(files[0]).toMatchObject({ format: 'ndjson-orders', read: 3, quarantined: 0 });
    expect((await featuresAt(sql, '2026-01-08T00:00:00Z')).c1).toMatchObject({ orders: 2, netRevenue: 11 });
    expect((await featuresAt(sql, '2026-01-10T00:00:00Z')).c1).toMatchObject({
      orders: 2,
      netRevenue: 7,
      itemsReturned: 1,
    });
  });

  it('lose one bad line only', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'customers.ndjson':
        '{"externalId":"a","email":"a@example.com"}\n{"externalId":"b","email":\n{"externalId":"c","email":"c@example.com"}\n',
    });
    expect(files[0]).toMatchObject({ read: 3, inserted: 2, quarantined: 1 });
    expect(await sql`select line::int, reason from quarantined_rows`).toEqual([{ line: 2, reason: 'is not JSON' }]);
  });
});

describe('returns and refunds in a table of their own', () => {
  const ORDERS = 'order_id,user_id,status,created_at\no1,a,Complete,2026-01-05\n';
  const LINES = 'id,order_id,product_id,sale_price,quantity\n1,o1,p,10,2\n';
  const refund = (amount: string) => `refund_id,order_id,amount,refunded_at\nr1,o1,${amount},2026-01-10\n`;

  it('take from the order that they name, from their own day on', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'orders.csv': ORDERS, 'lines.csv': LINES, 'refunds.csv': refund('7.50') });
    expect((await featuresAt(sql, '2026-01-10T00:00:00Z')).a).toMatchObject({ netRevenue: 20 });
    expect((await featuresAt(sql, '2026-01-11T00:00:00Z')).a).toMatchObject({ netRevenue: 12.5, grossRevenue: 20 });
  });

  it('never take more than the order is worth', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'orders.csv': ORDERS, 'lines.csv': LINES, 'refunds.csv': refund('99') });
    expect((await featuresAt(sql, '2026-01-11T00:00:00Z')).a).toMatchObject({ netRevenue: 0 });
  });

  it('may come in one file before the other', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'refunds.csv': refund('7.50') });
    expect(await sql`select customer_id, amount from returns`).toEqual([{ customer_id: '', amount: '7.50' }]);
    await importTexts(sql, { 'orders.csv': ORDERS, 'lines.csv': LINES });
    expect(await sql`select customer_id, amount from returns`).toEqual([{ customer_id: 'a', amount: '7.50' }]);
    expect((await featuresAt(sql, '2026-01-11T00:00:00Z')).a).toMatchObject({ netRevenue: 12.5 });
  });
});

describe('what customers do beside ordering', () => {
  it('counts visits, opens and service contacts within their days', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'events.csv': [
        'customer_id,event,occurred_at',
        'a,visit,2026-01-30 10:00:00',
        'a,visit,2026-01-30 10:00:00',
        'a,visit,2025-12-01',
        'a,Email_Open,2025-12-01',
        'a,ticket,2025-11-20',
        'a,ticket,2025-10-01',
        'a,juggling,2026-01-30',
      ].join('\n'),
    });
    expect(files[0]).toMatchObject({ format: 'events-table', inserted: 7 });
    expect((await featuresAt(sql, '2026-02-01T00:00:00Z')).a).toMatchObject({
      visits30d: 2,
      emailOpens90d: 1,
      serviceContacts90d: 1,
    });
  });

  it('keeps campaigns and who was treated by them', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'campaigns.csv': 'campaign_id,campaign_name,start_date,end_date,cost\nx,Spring,2026-03-01,2026-03-31,100\n',
      'treatments.csv':
        'customer_id,campaign_id,sent_at,arm,cost,redeemed_at\na,x,2026-03-02,treated,0.5,2026-03-05\nb,x,2026-03-02,holdout,,\n',
    });
    expect(files.map(({ format, inserted }) => [format, inserted])).toEqual([
      ['campaigns-table', 1],
      ['treatments-table', 2],
    ]);
    expect(await sql`select customer_id, arm, redeemed_at is not null as redeemed from treatments order by 1`).toEqual([
      { customer_id: 'a', arm: 'treated', redeemed: true },
      { customer_id: 'b', arm: 'holdout', redeemed: false },
    ]);
  });
});

describe('customers who turn out to be one', () => {
  it('are one with all they own, also for rows that still come under the old id', async () => {
    const sql = await emptyShop();
    const log = (customer: string, day: string) => `customer_id,date,amount\n${customer},${day},10\n`;
    await importTexts(sql, { 'a.csv': log('old', '2026-01-01'), 'b.csv': log('new', '2026-01-02') });
    await importTexts(sql, { 'merges.csv': 'old_customer_id,new_customer_id\nold,mid\nmid,new\nloop,loop\n' });
    await importTexts(sql, { 'c.csv': log('old', '2026-01-03') });
    expect(await sql`select customer_id from customers order by 1`).toEqual([{ customer_id: 'new' }]);
    expect((await featuresAt(sql, '2026-02-01T00:00:00Z')).new).toMatchObject({ orders: 3, netRevenue: 30 });
  });
});

describe('versions', () => {
  it('of a row that are older than what is stored change nothing', async () => {
    const sql = await emptyShop();
    const order = (status: string, updated: string) =>
      `order_id,user_id,status,created_at,updated_at\no1,a,${status},2026-01-01,${updated}\n`;
    await importTexts(sql, { 'new.csv': order('Complete', '2026-01-05') });
    const { files } = await importTexts(sql, { 'old.csv': order('Processing', '2026-01-02') });
    expect(files[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 1 });
    expect(await sql`select status from orders`).toEqual([{ status: 'delivered' }]);
  });
});

describe('a mapping file', () => {
  const mapping = async (text: string) => {
    const file = path.join(await testFolder(), 'columns.yaml');
    await writeFile(file, text);
    return readMapping(file);
  };

  it('names columns, the order of dates, the decimal sign, words and rates', async () => {
    const sql = await emptyShop();
    const file = path.join(await testFolder(), 'export.csv');
    await writeFile(file, 'Client Ref;Booked;Sum;Cur\nk1;03/04/2026;1.234,50;EUR\nk1;05/04/2026;2,00;USD\n');
    const map = await mapping(
      'format: transaction-log\ncolumns: { customer_id: Client Ref, placed_at: Booked, amount: Sum, currency: Cur }\ndates: dmy\ndecimal: ","\nrates: { EUR: 1.1 }\n',
    );
    const { files } = await importPaths(sql, [file], { ...READING, mapping: map });
    expect(files[0]).toMatchObject({ read: 2, quarantined: 0, inserted: 2 });
    expect(
      await sql`select (o.placed_at at time zone 'UTC')::date::text as day, i.amount::float8 as amount from orders o join order_items i using (customer_id, order_id) order by 1`,
    ).toEqual([
      { day: '2026-04-03', amount: 1357.95 },
      { day: '2026-04-05', amount: 2 },
    ]);
  });

  it.each([
    ['columns: { hue: x }', /"hue" is not a field/],
    ['dates: 5', /dates/],
    ['rates: { EUR: 0 }', /rates.EUR/],
    ['statuses: { lost: vanished }', /statuses.lost/],
    ['format: nonsense', /format/],
    ['shape: round', /shape|Unrecognized/],
    ['a: [', /is not YAML/],
  ])('with the mistake %s is refused before anything is read', async (text, message) => {
    await expect(mapping(text)).rejects.toThrow(message);
  });

  it('brings rows out of quarantine when it knows what was wrong with them', async () => {
    const sql = await emptyShop();
    const rows =
      'order_id,user_id,status,created_at\no1,a,lost in post,2026-01-01\no2,a,Complete,2026-01-02\no3,a,vanished,2026-01-03\n';
    const first = await importTexts(sql, { 'orders.csv': rows });
    expect(first.files[0]).toMatchObject({ quarantined: 2, unknownStatuses: { 'lost in post': 1, vanished: 1 } });
    const map = await mapping('statuses: { lost in post: cancelled }');
    const [report] = await retryQuarantined(sql, { ...READING, mapping: map });
    expect(report).toMatchObject({ read: 2, inserted: 1, quarantined: 1 });
    expect(await sql`select order_id, status from orders order by 1`).toEqual([
      { order_id: 'o1', status: 'cancelled' },
      { order_id: 'o2', status: 'delivered' },
    ]);
    expect(await sql`select value from quarantined_rows`).toEqual([{ value: 'vanished' }]);
  });
});

describe('another currency', () => {
  it('without a rate is quarantined with the way out', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'log.csv': 'customer_id,date,amount,currency\na,2026-01-01,10,usd\na,2026-01-02,10,EUR\na,2026-01-03,10,$\n',
    });
    expect(files[0]).toMatchObject({ read: 3, inserted: 1, quarantined: 2 });
    expect((await sql`select reason from quarantined_rows order by line`).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('rates: { EUR: 1.0 }'),
      'is not a currency code such as USD',
    ]);
  });
});

describe('status words', () => {
  it('of other languages mean the same stations', async () => {
    const sql = await emptyShop();
    const words = ['versandt', 'Livré', 'CANCELADO', 'rimborsato', 'on-hold', 'partially_refunded', '已完成'];
    const { files } = await importTexts(sql, {
      'orders.csv': ['order_id,user_id,status,created_at', ...words.map((word, i) => `${i},a,${word},2026-01-01`)].join(
        '\n',
      ),
    });
    expect(files[0]?.quarantined).toBe(0);
    expect((await sql`select status from orders order by order_id`).map(({ status }) => status)).toEqual([
      'shipped',
      'delivered',
      'cancelled',
      'refunded',
      'placed',
      'placed',
      'delivered',
    ]);
  });
});
