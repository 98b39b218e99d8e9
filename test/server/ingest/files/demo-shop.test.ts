import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeDemoShop } from '@tessera/demo-shop';
import {
  UNKNOWN_ORDER_IDS_FROM,
  UNKNOWN_STATUSES,
  UNREADABLE_DATES,
  UNREADABLE_PRICES,
} from '@tessera/demo-shop/planted-rows.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { expect, it } from 'vitest';
import { testFolder } from '../../../support/database.js';
import { emptyShop, READING } from '../../../support/shop-data.js';

const sorted = (texts: readonly string[]) => [...texts].sort();
/** The first `count` of a list that starts again at its end. */
const cycle = (texts: readonly string[], count: number) =>
  Array.from({ length: count }, (_, i) => texts[i % texts.length]!);

it('the demo shop loses exactly the rows that were planted, with file, line, field, value and reason', async () => {
  const sql = await emptyShop();
  const folder = await testFolder();
  const shop = await writeDemoShop(folder, { customers: 2000 });
  const { planted } = shop;
  const { files, coverage } = await importPaths(sql, [folder], READING);

  const [users, products, orders, items] = files;
  expect(files.map(({ source, format }) => [source, format])).toEqual([
    ['USERS.csv', 'users-key-value'],
    ['PRODUCTS.csv', 'products-json'],
    ['ORDERS.csv', 'orders-table'],
    ['ORDER_ITEMS.csv', 'order-items-table'],
  ]);
  for (const { read, kept, repaired, quarantined, duplicate, inserted, updated, unchanged } of files) {
    expect(kept + repaired + quarantined + duplicate).toBe(read);
    expect(inserted + updated + unchanged).toBe(kept + repaired);
  }
  expect(users).toMatchObject({ inserted: shop.customers, quarantined: planted.usersWithoutId, duplicate: 0 });
  expect(products).toMatchObject({ inserted: shop.products, quarantined: 0, duplicate: 0 });
  expect(orders).toMatchObject({
    inserted: shop.orders,
    quarantined: planted.ordersWithUnreadableDate + planted.ordersWithUnknownStatus,
    duplicate: planted.repeatedOrders,
  });
  expect(items).toMatchObject({
    inserted: shop.lines + planted.linesOfUnknownOrder,
    quarantined: planted.linesWithUnreadablePrice,
    duplicate: planted.repeatedLines,
  });
  expect(coverage).toEqual({
    ordersWithoutLines: shop.ordersWithoutLines,
    linesWithoutOrders: planted.linesOfUnknownOrder,
    customersWithoutOrders: shop.customers - shop.buyers,
  });

  const quarantine = await sql<{ source: string; line: number; field: string; value: string; reason: string }[]>`
    select i.source, q.line::int, q.field, q.value, q.reason
    from quarantined_rows q join imports i on i.id = q.import_id order by q.import_id, q.line`;
  const of = (source: string, field: string) =>
    quarantine.filter((row) => row.source === source && row.field === field);
  expect(of('USERS.csv', 'customer_id').map(({ reason }) => reason)).toEqual(
    new Array(planted.usersWithoutId).fill('is missing'),
  );
  const dates = of('ORDERS.csv', 'placed_at');
  expect(sorted(dates.map(({ value }) => value))).toEqual(
    sorted(cycle(UNREADABLE_DATES, planted.ordersWithUnreadableDate)),
  );
  for (const { reason } of dates)
    expect(reason).toMatch(/^is (not a date|a time that does not exist|a day that does not exist)/);
  const statuses = of('ORDERS.csv', 'status');
  expect(sorted(statuses.map(({ value }) => value))).toEqual(
    sorted(cycle(UNKNOWN_STATUSES, planted.ordersWithUnknownStatus)),
  );
  for (const { reason } of statuses) expect(reason).toBe('is a status word that is not known');
  expect(orders!.unknownStatuses).toEqual({ 'lost in post': 2, teleported: 1 });
  const prices = of('ORDER_ITEMS.csv', 'unit_price');
  expect(sorted(prices.map(({ value }) => value))).toEqual(
    sorted(cycle(UNREADABLE_PRICES, planted.linesWithUnreadablePrice)),
  );
  for (const { reason } of prices) expect(reason).toBe('is not a number');
  expect(quarantine).toHaveLength(files.reduce((sum, { quarantined }) => sum + quarantined, 0));

  // The line is where the row stands in its file, 1 for the first.
  for (const { source, line, value, field } of quarantine) {
    const text = (await readFile(path.join(folder, source), 'utf8')).split('\n')[line - 1]!;
    if (field === 'customer_id') expect(text).not.toMatch(/^"?\{"{1,2}id/);
    else expect(text).toContain(value);
  }

  const unknown = await sql<{ id: string }[]>`
    select distinct order_id as id from order_items where order_id::bigint >= ${UNKNOWN_ORDER_IDS_FROM}`;
  expect(unknown).toHaveLength(planted.linesOfUnknownOrder);

  const stored = await sql`
    select rows_read::int as read, rows_kept::int as kept, rows_repaired::int as repaired, rows_quarantined::int as quarantined,
           rows_duplicate::int as duplicate, inserted::int, updated::int, unchanged::int, state, fingerprint, details
    from imports order by id`;
  stored.forEach((row, i) => {
    const { read, kept, repaired, quarantined, duplicate, inserted, updated, unchanged, repairs, unknownStatuses } =
      files[i]!;
    const { shape, findings = [] } = files[i]!;
    const told = findings.map(({ text, mapping }) => ({ text, mapping }));
    const { fingerprint, ...rest } = row;
    expect(rest).toEqual({
      ...{ read, kept, repaired, quarantined, duplicate, inserted, updated, unchanged },
      ...{
        state: 'done',
        details: {
          repairs,
          unknownStatuses,
          shape,
          rules: expect.stringMatching(/^[0-9a-f]{64}$/),
          ...(told.length > 0 && { findings: told }),
        },
      },
    });
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  const again = await importPaths(sql, [folder], READING);
  again.files.forEach((file, i) => {
    const { read, kept, repaired, quarantined, duplicate } = files[i]!;
    expect(file).toMatchObject({ read, kept, repaired, quarantined, duplicate, inserted: 0, updated: 0 });
    expect(file.unchanged).toBe(kept + repaired);
  });
  expect(again.coverage).toEqual(coverage);
});
