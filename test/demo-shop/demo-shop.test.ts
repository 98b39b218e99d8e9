import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type DemoShop, writeDemoShop } from '@tessera/demo-shop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const FILES = ['USERS.csv', 'PRODUCTS.csv', 'ORDERS.csv', 'ORDER_ITEMS.csv'];
const FIRST = Date.parse('2019-01-10T00:00:00Z');
const LAST = Date.parse('2025-08-27T23:59:59Z');
const DAY = 86_400_000;
const KNOWN_STATUSES = ['complete', 'shipped', 'processing', 'cancelled', 'returned'];

// A reader of its own, so that what is read does not depend on how it was written.

interface User {
  id: number | undefined;
  values: Map<string, string>;
  bare: boolean;
}

function readUsers(text: string): User[] {
  const [header, ...rows] = text.split('\n').filter((row) => row !== '');
  expect(header).toBe('USERS');
  return rows.map((row) => {
    const bare = !row.startsWith('"');
    const json = bare ? row : row.slice(1, -1).replaceAll('""', '"');
    // Every member has its place in the text, so the repeated keys do not matter.
    const values = [...json.matchAll(/"":"\/([a-z_]+)\/([^"]*)"/g)].map(([, key, value]) => [key, value] as const);
    expect(Object.keys(JSON.parse(json)), json).toContain('');
    const id = /^\{"id":(\d+),/.exec(json)?.[1];
    return { id: id === undefined ? undefined : Number(id), values: new Map(values), bare };
  });
}

type Row = Record<string, string>;

function readTable(text: string): Row[] {
  const [header, ...rows] = text.replace(/^\uFEFF/, '').split('\r\n');
  expect(rows.pop()).toBe('');
  const columns = header.split(',').map((name) => name.trim().toLowerCase().replace(' ', '_'));
  return rows.map((row) => {
    const cells = row.split(',');
    expect(cells.length, row).toBe(columns.length);
    return Object.fromEntries(columns.map((column, index) => [column, cells[index].trim()]));
  });
}

/** Milliseconds, null for a missing time, NaN for one that cannot be read. */
function readTime(text: string): number | null {
  if (['', 'NULL', 'NaT'].includes(text)) return null;
  return Date.parse(text.replace(/(\.0+)? UTC$/, 'Z').replace(' ', 'T'));
}

const isRepeat = (row: Row, index: number, rows: Row[]): boolean =>
  index > 0 && JSON.stringify(row) === JSON.stringify(rows[index - 1]);

async function hashes(directory: string): Promise<string[]> {
  return Promise.all(
    FILES.map(async (file) =>
      createHash('sha256')
        .update(await readFile(path.join(directory, file)))
        .digest('hex'),
    ),
  );
}

describe('the demo shop', () => {
  let root: string;
  let shop: DemoShop;
  let cpuSeconds: number;
  let raw: { users: string; products: string; orders: string; items: string };
  let users: User[];
  let orderRows: Row[];
  let lineRows: Row[];
  /** Without the planted rows. */
  let orders: Row[];
  let lines: Row[];

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'tessera-demo-shop-'));
    await writeDemoShop(path.join(root, 'warm-up'), { customers: 500 });
    const before = process.cpuUsage();
    shop = await writeDemoShop(path.join(root, 'shop'));
    const used = process.cpuUsage(before);
    cpuSeconds = (used.user + used.system) / 1e6;
    const [usersText, products, ordersText, items] = await Promise.all(
      FILES.map((file) => readFile(path.join(root, 'shop', file), 'utf8')),
    );
    raw = { users: usersText, products, orders: ordersText, items };
    users = readUsers(raw.users);
    orderRows = readTable(raw.orders);
    lineRows = readTable(raw.items);
    orders = orderRows.filter(
      (row, index) =>
        !isRepeat(row, index, orderRows) &&
        !Number.isNaN(readTime(row.created_at)) &&
        KNOWN_STATUSES.includes(row.status.toLowerCase()),
    );
    const orderIds = new Set(orderRows.map((row) => row.order_id));
    lines = lineRows.filter(
      (row, index) =>
        !isRepeat(row, index, lineRows) && !Number.isNaN(Number(row.sale_price)) && orderIds.has(row.order_id),
    );
  });

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  test('10,000 customers take less than three seconds of processor time', () => {
    expect(cpuSeconds).toBeLessThan(3);
  });

  test('the same seed writes the same bytes and another seed writes others', async () => {
    const [first, again, other] = ['first', 'again', 'other'].map((name) => path.join(root, name));
    await writeDemoShop(first, { customers: 1500, seed: 11 });
    await writeDemoShop(again, { customers: 1500, seed: 11 });
    await writeDemoShop(other, { customers: 1500, seed: 12 });
    expect(await hashes(again)).toEqual(await hashes(first));
    for (const [index, hash] of (await hashes(other)).entries()) expect(hash).not.toBe((await hashes(first))[index]);
  });

  test('counts returned are the counts of good rows in the files', () => {
    expect(users.filter(({ id }) => id !== undefined).length).toBe(shop.customers);
    expect(orders.length).toBe(shop.orders);
    expect(lines.length).toBe(shop.lines);
    expect(JSON.parse(raw.products).length).toBe(shop.products);
    expect(new Set(orders.map((row) => row.user_id)).size).toBe(shop.buyers);
    const withLines = new Set(lines.map((row) => row.order_id));
    expect(orders.filter((row) => !withLines.has(row.order_id)).length).toBe(shop.ordersWithoutLines);
  });

  test('planted rows are exactly as many as the result says of each kind', () => {
    const orderIds = new Set(orderRows.map((row) => row.order_id));
    expect({
      usersWithoutId: users.filter(({ id }) => id === undefined).length,
      ordersWithUnreadableDate: orderRows.filter((row) => Number.isNaN(readTime(row.created_at))).length,
      ordersWithUnknownStatus: orderRows.filter((row) => !KNOWN_STATUSES.includes(row.status.toLowerCase())).length,
      repeatedOrders: orderRows.filter(isRepeat).length,
      linesWithUnreadablePrice: lineRows.filter((row) => Number.isNaN(Number(row.sale_price))).length,
      linesOfUnknownOrder: lineRows.filter((row) => !orderIds.has(row.order_id)).length,
      repeatedLines: lineRows.filter(isRepeat).length,
    }).toEqual(shop.planted);
    for (const count of Object.values(shop.planted)) expect(count).toBeGreaterThan(0);
    expect([2, 3]).toContain(shop.planted.ordersWithUnknownStatus);
    const planted = Object.values(shop.planted).reduce((sum, count) => sum + count, 0);
    const share = planted / (users.length + orderRows.length + lineRows.length);
    expect(share).toBeGreaterThan(0.0005);
    expect(share).toBeLessThan(0.0015);
  });

  test('repeated rows repeat the row before them byte for byte', () => {
    const repeats = (text: string) =>
      text.split('\r\n').filter((row, index, rows) => index > 0 && row === rows[index - 1]);
    expect(repeats(raw.orders).length).toBe(shop.planted.repeatedOrders);
    expect(repeats(raw.items).length).toBe(shop.planted.repeatedLines);
  });

  test('ids are unique and every reference leads to a good row', () => {
    const userIds = new Set(users.flatMap(({ id }) => (id === undefined ? [] : [String(id)])));
    const productIds = new Set((JSON.parse(raw.products) as { ID: number }[]).map(({ ID }) => String(ID)));
    const orderById = new Map(orders.map((row) => [row.order_id, row]));
    expect(userIds.size).toBe(shop.customers);
    expect(productIds.size).toBe(shop.products);
    expect(orderById.size).toBe(shop.orders);
    expect(new Set(lines.map((row) => row.id)).size).toBe(shop.lines);
    for (const order of orders) expect(userIds.has(order.user_id), order.order_id).toBe(true);
    for (const line of lines) {
      expect(orderById.get(line.order_id)?.user_id, line.id).toBe(line.user_id);
      expect(productIds.has(line.product_id), line.id).toBe(true);
    }
  });

  // The tolerance is three standard errors of the largest share among 8,100 buyers, rounded down to what was asked for.
  test('68, 22 and 10 percent of buyers have one, two and more orders, within 1.5 points', () => {
    const perBuyer = new Map<string, number>();
    for (const { user_id } of orders) perBuyer.set(user_id, (perBuyer.get(user_id) ?? 0) + 1);
    const counts = [...perBuyer.values()];
    const share = (claim: (count: number) => boolean) => (100 * counts.filter(claim).length) / counts.length;
    expect(Math.abs(share((count) => count === 1) - 68)).toBeLessThan(1.5);
    expect(Math.abs(share((count) => count === 2) - 22)).toBeLessThan(1.5);
    expect(Math.abs(share((count) => count >= 3) - 10)).toBeLessThan(1.5);
  });

  test('18 to 20 percent of customers never order', () => {
    const share = 1 - shop.buyers / shop.customers;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.2);
  });

  test('a quarter to a third of orders have no line', () => {
    const share = shop.ordersWithoutLines / shop.orders;
    expect(share).toBeGreaterThan(1 / 4);
    expect(share).toBeLessThan(1 / 3);
  });

  test('19 percent of delivered orders are returned, within 1.5 points, and within two weeks', () => {
    const delivered = orders.filter((row) => readTime(row.delivered_at) !== null);
    const returned = delivered.filter((row) => readTime(row.returned_at) !== null);
    expect(Math.abs((100 * returned.length) / delivered.length - 19)).toBeLessThan(1.5);
    for (const row of returned) {
      expect(readTime(row.returned_at)! - readTime(row.delivered_at)!).toBeLessThanOrEqual(14 * DAY);
    }
  });

  test('orders are about four days door to door', () => {
    const days = orders.flatMap((row) => {
      const delivered = readTime(row.delivered_at);
      return delivered === null ? [] : [(delivered - readTime(row.created_at)!) / DAY];
    });
    const mean = days.reduce((sum, each) => sum + each, 0) / days.length;
    expect(mean).toBeGreaterThan(3.7);
    expect(mean).toBeLessThan(4.4);
  });

  test('times lie in the seed range, in order, and agree with the status', () => {
    const signUps = new Map(users.map(({ id, values }) => [String(id), readTime(values.get('created_at')!)!]));
    for (const moment of signUps.values()) {
      expect(moment).toBeGreaterThanOrEqual(FIRST);
      expect(moment).toBeLessThanOrEqual(LAST);
    }
    const reached: Record<string, number> = { processing: 1, cancelled: 1, shipped: 2, complete: 3, returned: 4 };
    for (const row of orders) {
      const times = [row.created_at, row.shipped_at, row.delivered_at, row.returned_at].map(readTime);
      const known = times.filter((time) => time !== null);
      expect(known, row.order_id).toEqual(times.slice(0, reached[row.status.toLowerCase()]));
      expect([...known].sort((a, b) => a - b)).toEqual(known);
      expect(known[0]).toBeGreaterThanOrEqual(signUps.get(row.user_id)!);
      expect(known.at(-1)).toBeLessThanOrEqual(LAST);
    }
  });

  test('most orders still on their way are of the last two weeks', () => {
    const open = orders.filter((row) => ['processing', 'shipped'].includes(row.status.toLowerCase()));
    const recent = open.filter((row) => LAST - readTime(row.created_at)! < 14 * DAY);
    expect(recent.length).toBeGreaterThan(open.length / 2);
  });

  test('November and December sell more a day than other months, and 2024 more than 2020', () => {
    const between = (from: string, to: string) =>
      orders.filter(
        (row) => readTime(row.created_at)! >= Date.parse(from) && readTime(row.created_at)! < Date.parse(to),
      ).length;
    for (const year of [2021, 2022, 2023, 2024]) {
      const whole = between(`${year}-01-01`, `${year + 1}-01-01`) / 365;
      expect(between(`${year}-11-01`, `${year + 1}-01-01`) / 61).toBeGreaterThan(1.15 * whole);
    }
    expect(between('2024-01-01', '2025-01-01')).toBeGreaterThan(1.5 * between('2020-01-01', '2021-01-01'));
  });

  test('jeans sell with belts more often than chance has it', () => {
    const names = new Map(
      (JSON.parse(raw.products) as { ID: number; NAME: string }[]).map(({ ID, NAME }) => [String(ID), NAME]),
    );
    const baskets = new Map<string, Row[]>();
    for (const row of lines) baskets.set(row.order_id, [...(baskets.get(row.order_id) ?? []), row]);
    const holds = (rows: Row[], noun: string) =>
      rows.some((row) => names.get(row.product_id)!.includes(` ${noun} in `));
    const all = [...baskets.values()];
    const withJeans = all.filter((rows) => holds(rows, 'Jeans'));
    const beltShare = all.filter((rows) => holds(rows, 'Belt')).length / all.length;
    const beltShareWithJeans = withJeans.filter((rows) => holds(rows, 'Belt')).length / withJeans.length;
    expect(beltShareWithJeans).toBeGreaterThan(3 * beltShare);
  });

  test('some buyers pay far below retail as a habit and a tenth of buyers bring over a third of sales', () => {
    const retail = new Map(
      (JSON.parse(raw.products) as { ID: number; RETAIL_PRICE: number }[]).map((each) => [
        String(each.ID),
        each.RETAIL_PRICE,
      ]),
    );
    const perBuyer = new Map<string, { paid: number; retail: number }>();
    for (const line of lines) {
      const sums = perBuyer.get(line.user_id) ?? { paid: 0, retail: 0 };
      sums.paid += Number(line.sale_price) * Number(line.quantity);
      sums.retail += retail.get(line.product_id)! * Number(line.quantity);
      perBuyer.set(line.user_id, sums);
    }
    const buyers = [...perBuyer.values()].sort((a, b) => b.paid - a.paid);
    const hunters = buyers.filter((sums) => sums.paid < 0.72 * sums.retail).length / buyers.length;
    expect(hunters).toBeGreaterThan(0.1);
    expect(hunters).toBeLessThan(0.3);
    const paid = (some: typeof buyers) => some.reduce((sum, each) => sum + each.paid, 0);
    expect(paid(buyers.slice(0, buyers.length / 10)) / paid(buyers)).toBeGreaterThan(0.33);
  });

  test('the United States and China lead the countries', () => {
    const counts = new Map<string, number>();
    for (const { values } of users) counts.set(values.get('country')!, (counts.get(values.get('country')!) ?? 0) + 1);
    const ranked = [...counts].sort((a, b) => b[1] - a[1]).map(([country]) => country);
    expect(ranked.slice(0, 2)).toEqual(['United States', 'China']);
    expect(ranked.length).toBeGreaterThanOrEqual(10);
  });

  test('e-mail addresses are unique, plain and of domains that nobody owns', () => {
    const mails = users.filter(({ id }) => id !== undefined).map(({ values }) => values.get('email')!);
    expect(new Set(mails).size).toBe(shop.customers);
    for (const mail of mails) expect(mail).toMatch(/^[a-z]+\.[a-z]+\d+@example\.(com|net|org)$/);
  });

  test('the files carry the noise of the raw form', () => {
    expect(raw.orders.startsWith('\uFEFFORDER_ID,')).toBe(true);
    expect(raw.items.startsWith('ID,')).toBe(true);
    for (const text of [raw.orders, raw.items]) {
      expect(/[\r\n]/.test(text.replaceAll('\r\n', '')), 'other line ends').toBe(false);
      for (const piece of [
        ',COMPLETE,',
        ',complete,',
        ', Complete ,',
        '.000000 UTC,',
        ':00 UTC,',
        'Z,',
        ',NULL,',
        ',NaT,',
        ',,',
      ]) {
        expect(text.includes(piece), piece).toBe(true);
      }
      expect(/\r\n \d+, \d+,/.test(text), 'leading blanks').toBe(true);
    }
    expect(users.filter(({ bare }) => bare).length).toBeGreaterThan(500);
    expect(users.filter(({ values }) => !values.has('age')).length).toBeGreaterThan(50);
    expect(users.filter(({ values }) => values.get('street_address')?.includes('/')).length).toBeGreaterThan(100);
    expect(Object.keys(JSON.parse(raw.products)[0])).toEqual(
      'ID COST CATEGORY NAME BRAND RETAIL_PRICE DEPARTMENT SKU'.split(' '),
    );
  });

  test('one customer is a shop too', async () => {
    const tiny = await writeDemoShop(path.join(root, 'tiny'), { customers: 1 });
    expect(tiny.customers).toBe(1);
    expect(readUsers(await readFile(path.join(root, 'tiny', 'USERS.csv'), 'utf8')).length).toBe(
      1 + tiny.planted.usersWithoutId,
    );
  });

  test('numbers of customers that make no sense are refused', async () => {
    for (const customers of [0, -5, 1.5, Number.NaN, 1e9]) {
      await expect(writeDemoShop(path.join(root, 'none'), { customers })).rejects.toThrow(
        /requires customers between 1 and/,
      );
    }
  });
});
