import type { Sql } from '@tessera/server/db/database.js';
import { describe, expect, it } from 'vitest';
import { emptyShop, importTexts } from '../../support/shop-data.js';

const GUESTS = `order_id,customer_id,email,date,total
1,0,Hello@Example.com,2026-01-05,10
2,guest,hello@example.com,2026-01-06,20
3,,other@example.com,2026-01-07,40
`;
const ACCOUNT = `order_id,customer_id,email,date,total
4,42,HELLO@example.com,2026-01-08,30
`;
const SECOND_ACCOUNT = `order_id,customer_id,email,date,total
5,43,hello@example.com,2026-01-09,50
`;

/** Who has which orders. */
const owners = async (sql: Sql): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await sql<{ id: string; orders: string }[]>`
        select c.customer_id as id, coalesce(string_agg(o.order_id, ' ' order by o.order_id), '') as orders
        from customers c left join orders o on o.customer_id = c.customer_id group by 1 order by 1`
    ).map(({ id, orders }) => [id, orders]),
  );

const listed = async (sql: Sql) =>
  (
    await sql<{ pair: string }[]>`
      select customer_id || ' ' || other_customer_id as pair from possible_merges order by 1`
  ).map(({ pair }) => pair);

describe('guests', () => {
  it.each([
    ['before their account', [GUESTS, ACCOUNT]],
    ['after their account', [ACCOUNT, GUESTS]],
    ['in the file of their account', [GUESTS + ACCOUNT.split('\n')[1]]],
  ])('become the account that has their address: %s', async (_, texts) => {
    const sql = await emptyShop();
    for (const [i, text] of texts.entries()) await importTexts(sql, { [`orders-${i}.csv`]: text });
    expect(await owners(sql)).toEqual({ '42': '1 2 4', 'other@example.com': '3' });
    expect(await listed(sql)).toEqual([]);
    const [lines] = await sql`select count(*)::int as count from order_items where customer_id = '42'`;
    expect(lines).toEqual({ count: 3 });
  });

  it('become the account of a list of customers, with what came under the address', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'orders.csv': GUESTS });
    await importTexts(sql, {
      'events.csv': 'event_id,customer_id,event_type,timestamp\n9,other@example.com,open,2026-01-08\n',
    });
    await importTexts(sql, { 'customers.csv': 'customer_id,email,first_name\n7,Other@Example.com,Ann\n' });
    expect(await owners(sql)).toEqual({ '7': '3', 'hello@example.com': '1 2' });
    expect(await sql`select customer_id from events`).toEqual([{ customer_id: '7' }]);
  });

  it.each([
    [[GUESTS, ACCOUNT, SECOND_ACCOUNT]],
    [[ACCOUNT, SECOND_ACCOUNT, GUESTS]],
    [[ACCOUNT, GUESTS, SECOND_ACCOUNT]],
    [[SECOND_ACCOUNT, GUESTS, ACCOUNT]],
  ])('stay guests where several accounts have their address, in any order of the files', async (texts) => {
    const sql = await emptyShop();
    for (const [i, text] of texts.entries()) await importTexts(sql, { [`orders-${i}.csv`]: text });
    expect(await owners(sql)).toEqual({ '42': '4', '43': '5', 'hello@example.com': '1 2', 'other@example.com': '3' });
    expect(await listed(sql)).toEqual(['42 43', '42 hello@example.com']);
  });

  it('are as before when the same rows come again', async () => {
    const sql = await emptyShop();
    for (const text of [GUESTS, ACCOUNT]) await importTexts(sql, { 'orders.csv': text });
    // Another line end: other bytes, the same rows.
    const { files } = await importTexts(sql, { 'orders.csv': GUESTS.replaceAll('\n', '\r\n') });
    expect(files[0]).toMatchObject({ inserted: 0, updated: 0, unchanged: 3 });
    expect(await owners(sql)).toEqual({ '42': '1 2 4', 'other@example.com': '3' });
  });

  it('have one id a row without order ids, whoever has the address by then', async () => {
    const sql = await emptyShop();
    const log = 'customer_id,email,date,total\n0,a@example.com,2026-01-05,10\n';
    await importTexts(sql, { 'log.csv': log });
    await importTexts(sql, { 'customers.csv': 'customer_id,email\n7,a@example.com\n' });
    await importTexts(sql, { 'log.csv': log.replaceAll('\n', '\r\n') });
    expect(await sql`select customer_id from orders`).toEqual([{ customer_id: '7' }]);
  });

  it('with plus-addresses are people of their own, and blanks within an address are none', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv':
        'order_id,customer_id,email,date,total\n1,-1,a@example.com,2026-01-05,10\n2,-1,a+b@example.com,2026-01-05,10\n3,-1,A @example.com ,2026-01-05,10\n',
    });
    expect(await owners(sql)).toEqual({ 'a+b@example.com': '2', 'a@example.com': '1 3' });
  });
});

describe('a word for nobody', () => {
  it.each([
    '0',
    '-1',
    '000',
    '0.0',
    'Guest',
    'GUEST',
    'anonymous',
    'Null',
    'none',
    '(not set)',
    'blank',
    'Gast',
    'anonym',
    'invitado',
    'Anónimo',
    'ゲスト',
    '匿名',
    'ضيف',
    'زائر',
    'invité',
    'n/a',
    '00000000-0000-0000-0000-000000000000',
  ])('is no customer: %s', async (word) => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv': `order_id,customer_id,email,date,total\n1,${word},a@example.com,2026-01-05,10\n2,${word},b@example.com,2026-01-05,10\n3,${word},,2026-01-05,10\n`,
    });
    expect(await owners(sql)).toEqual({ 'a@example.com': '1', 'b@example.com': '2' });
    expect(await sql`select customer_id from orders where order_id = '3'`).toEqual([{ customer_id: '' }]);
  });

  it('is not an id that only begins like one', async () => {
    const sql = await emptyShop();
    await importTexts(sql, {
      'orders.csv':
        'order_id,customer_id,date,total\n1,00123,2026-01-05,10\n2,guest-7,2026-01-05,10\n3,10,2026-01-05,10\n4,-12,2026-01-05,10\n',
    });
    expect(Object.keys(await owners(sql)).sort()).toEqual(['-12', '00123', '10', 'guest-7']);
  });
});

describe('customers who share an address', () => {
  it('stay two, are listed, and leave the list when one of them has another address', async () => {
    const sql = await emptyShop();
    const header = 'customer_id,email,first_name\n';
    await importTexts(sql, { 'customers.csv': `${header}1,a@example.com,A\n2,A@example.com,B\n3,c@example.com,C\n` });
    expect(await listed(sql)).toEqual(['1 2']);
    expect(Object.keys(await owners(sql))).toEqual(['1', '2', '3']);
    await importTexts(sql, { 'customers.csv': `${header}2,b@example.com,B\n` });
    expect(await listed(sql)).toEqual([]);
  });

  it('are listed beside the first of them, whoever comes later', async () => {
    const sql = await emptyShop();
    const header = 'customer_id,email,first_name\n';
    await importTexts(sql, { 'customers.csv': `${header}2,a@example.com,A\n3,a@example.com,B\n` });
    await importTexts(sql, { 'customers.csv': `${header}1,a@example.com,A\n` });
    expect(await listed(sql)).toEqual(['1 2', '1 3']);
    await importTexts(sql, { 'merges.csv': 'from_customer_id,into_customer_id\n1,2\n' });
    expect(await listed(sql)).toEqual(['2 3']);
  });
});

describe('orders that lie ahead', () => {
  it('are stored and told', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'orders.csv': 'order_id,customer_id,date,total\n1,C1,2026-01-05,10\n2,C1,2090-01-05,10\n3,C1,2206-01-05,10\n',
    });
    expect(files[0]).toMatchObject({ quarantined: 1, inserted: 2 });
    expect(JSON.stringify(files[0]?.findings)).toContain('1 row lies ahead of today, the latest on 2090-01-05');
  });
});
