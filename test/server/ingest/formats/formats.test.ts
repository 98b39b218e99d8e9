import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Sql } from '@tessera/server/db/database.js';
import { recogniseFile } from '@tessera/server/ingest/files/import-file.js';
import { FORMATS } from '@tessera/server/ingest/formats.js';
import { ENTITIES, mapHeader, normaliseHeader } from '@tessera/server/ingest/rows/entities.js';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../../support/database.js';
import { thelookReference } from '../../../support/reference.js';
import { sharedPath } from '../../../support/shared.js';
import { emptyShop, importedShop, importTexts } from '../../../support/shop-data.js';

/** The format that a file of this text is taken for, null for none. */
async function formatOf(text: string | Buffer, name = 'file.csv'): Promise<string | null> {
  const file = path.join(await testFolder(), name);
  await writeFile(file, text);
  return (await recogniseFile(file))?.format.key ?? null;
}

const products = (sql: Sql) => sql<{ id: string; name: string; price: string | null }[]>`
  select product_id as id, name, list_price::text as price from products order by product_id`;

const TWO_PRODUCTS =
  '[{"ID": 2, "NAME": "Hat, \\"large\\"", "RETAIL_PRICE": 19.50}, {"ID": 1, "NAME": "Coat", "RETAIL_PRICE": null}]';
/** JSON numbers pass through a number, so a trailing zero does not survive. */
const READ_PRODUCTS = [
  { id: '1', name: 'Coat', price: null },
  { id: '2', name: 'Hat, "large"', price: '19.5' },
];
const inCell = (json: string) => `"${json.replaceAll('"', '""')}"`;

describe('the format of a file', () => {
  it.each([
    ['customers-table', 'id,first_name,email\n1,Ann,a@example.com\n'],
    ['customers-table', 'Customer ID;E-Mail\n1;a@example.com\n'],
    ['orders-table', 'order_id,user_id,status,created_at\n1,1,Complete,2026-01-01\n'],
    [
      'orders-table',
      '\uFEFFORDER_ID,USER_ID,Status,GENDER, created_at,RETURNED_AT,Shipped At,delivered_at ,NUM_OF_ITEM\r\n',
    ],
    ['order-items-table', 'ID,Order ID,USER_ID,PRODUCT_ID,STATUS,CREATED_AT,SALE_PRICE\n'],
    ['order-items-table', 'order_id\tproduct_id\tquantity\tunit_price\n1\t1\t1\t9.99\n'],
    ['products-table', 'id,cost,category,name,brand,retail_price\n'],
    ['products-json', TWO_PRODUCTS],
    ['products-json', `  ${TWO_PRODUCTS}`],
    ['products-json', `PRODUCTS\n${inCell(TWO_PRODUCTS)}\n`],
    ['products-json', `${inCell(TWO_PRODUCTS)}\n`],
    ['transaction-log', 'customer_id,date,cds,amount\n1,1997-01-01,1,11.77\n'],
    ['transaction-log', '"customer_id","order_date","revenue","first_name","last_name","email"\n'],
    ['users-key-value', 'USERS\n"{""id"":1, """":""/firstname/Ann""}"\n'],
    ['users-key-value', 'USERS\n{"id":1, "":"/firstname/Ann"}\n'],
    ['users-key-value', '{"id":1, "":"/firstname/Ann"}\n{"id":2, "":"/firstname/Bo"}\n'],
  ])('%s is told from its first rows', async (format, text) => {
    expect(await formatOf(text)).toBe(format);
  });

  it.each([
    ['a header of unknown words', 'colour,size\nred,5\n'],
    ['orders without a status or an amount', 'order_id,user_id\n1,1\n'],
    ['JSON of something else', '{"a": 1}'],
    ['a JSON array of orders', '[{"order_id": 1, "amount": 5}]'],
    ['prose', 'Dear Sir or Madam,\nhere are the numbers.\n'],
  ])('is none for %s', async (_, text) => {
    expect(await formatOf(text)).toBeNull();
  });

  it('is the same for plain and gzipped text, whatever the name', async () => {
    const text = 'customer_id,date,amount\n1,1997-01-01,5\n';
    expect(await formatOf(gzipSync(text), 'file.csv.gz')).toBe('transaction-log');
    expect(await formatOf(gzipSync(text), 'file.txt')).toBe('transaction-log');
    expect(await formatOf(text, 'file.gz')).toBe('transaction-log');
  });

  it('is on the list for every file of formats/', async () => {
    const folder = path.resolve(fileURLToPath(import.meta.url), '../../../../../packages/server/src/ingest/formats');
    for (const name of readdirSync(folder)) {
      const module = (await import(path.join(folder, name))) as Record<string, unknown>;
      const formats = Object.values(module)
        .flat()
        .filter((value) => typeof value === 'object' && value !== null);
      expect(formats.length, name).toBeGreaterThan(0);
      for (const format of formats) expect(FORMATS, name).toContain(format);
    }
  });
});

describe('the fields of an entity', () => {
  it('are found by names of which no two fields share one', () => {
    for (const [entity, fields] of Object.entries(ENTITIES)) {
      const names = fields.flatMap(({ name, aliases }) => [name, ...aliases]);
      expect(new Set(names).size, entity).toBe(names.length);
      for (const name of names) expect(normaliseHeader(name), entity).toBe(name);
    }
  });

  it('are found in headers of mixed case, blanks and signs', () => {
    expect(['\uFEFFORDER_ID', ' Shipped At', 'delivered_at ', 'E-Mail', 'Größe (cm)'].map(normaliseHeader)).toEqual([
      'order_id',
      'shipped_at',
      'delivered_at',
      'e_mail',
      'größe_cm',
    ]);
    const header = ['id', 'sku', 'price'];
    const columns = mapHeader(ENTITIES.products, header);
    expect(ENTITIES.products.flatMap(({ name }, i) => (columns[i]! >= 0 ? [[name, header[columns[i]!]]] : []))).toEqual(
      [
        ['product_id', 'id'],
        ['sku', 'sku'],
        ['list_price', 'price'],
      ],
    );
  });
});

describe('a list of products', () => {
  it.each([
    ['a raw JSON array', TWO_PRODUCTS],
    ['a JSON array behind a byte order mark', `\uFEFF${TWO_PRODUCTS}`],
    ['a single CSV cell under a header', `PRODUCTS\n${inCell(TWO_PRODUCTS)}\n`],
    ['a single CSV cell without a header', `${inCell(TWO_PRODUCTS)}\n`],
    ['a single CSV cell with line ends inside', `PRODUCTS\r\n${inCell(TWO_PRODUCTS.replace('}, {', '},\r\n{'))}\r\n`],
  ])('is read from %s', async (_, text) => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, { 'PRODUCTS.csv': text });
    expect(files[0]).toMatchObject({ read: 2, kept: 2, quarantined: 0, inserted: 2 });
    expect(await products(sql)).toEqual(READ_PRODUCTS);
  });

  it('keeps its good members when others are no objects or have no id', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, { 'p.json': '[{"ID": 1, "NAME": "Coat"}, null, 7, {"NAME": "Hat"}, []]' });
    expect(files[0]).toMatchObject({ read: 5, kept: 1, quarantined: 4 });
    const rows = await sql`select line::int, field, value, reason from quarantined_rows order by line`;
    expect(rows.map(({ line, field, reason }) => [line, field, reason])).toEqual([
      [2, 'row', 'is not an object'],
      [3, 'row', 'is not an object'],
      [4, 'product_id', 'is missing'],
      [5, 'product_id', 'is missing'],
    ]);
  });

  it('that is damaged JSON is refused as a whole with one sentence', async () => {
    const sql = await emptyShop();
    await expect(importTexts(sql, { 'p.json': '[{"ID": 1}, {"ID": 2' })).rejects.toThrow(
      /p\.json: the JSON cannot be read: /,
    );
    expect(await products(sql)).toEqual([]);
  });
});

describe('a table', () => {
  const expected = [
    { id: '1', amount: '11.77', day: '1997-01-01' },
    { id: '2', amount: '12.00', day: '1997-01-12' },
  ];
  const rows = [
    ['Customer_ID', ' Order Date', 'AMOUNT'],
    ['1', '1997-01-01', '11.77'],
    ['2', '1997-01-12', '12.00'],
  ];
  const text = (delimiter: string, lineEnd: string) => rows.map((row) => row.join(delimiter) + lineEnd).join('');

  it.each([
    ['commas and LF', text(',', '\n')],
    ['commas and CRLF behind a byte order mark', `\uFEFF${text(',', '\r\n')}`],
    ['semicolons', text(';', '\n')],
    ['tabs', text('\t', '\n')],
    ['lone CRs', text(',', '\r')],
    ['no line end after the last row', text(',', '\n').trimEnd()],
    ['empty lines between rows', text(',', '\n\n')],
    ['gzip', gzipSync(text(',', '\n'))],
  ])('is read from %s', async (_, content) => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, { 'log.csv': content });
    expect(files[0]).toMatchObject({ format: 'transaction-log', read: 2, kept: 2, quarantined: 0 });
    const read = await sql`
      select o.customer_id as id, i.amount::text, o.placed_at::date::text as day
      from orders o join order_items i using (customer_id, order_id) order by 1`;
    expect(read.map((row) => ({ ...row }))).toEqual(expected);
  });

  it('puts rows with too few or too many cells and unclosed quotes into quarantine, with their lines', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'log.csv':
        'customer_id,date,amount\n1,1997-01-01,5\n2,1997-01-01\n3,1997-01-01,5,9\n4,"1997-01-01,5\n5,"1997-01-01",5\n',
    });
    expect(files[0]).toMatchObject({ read: 5, kept: 2, quarantined: 3 });
    expect(
      (await sql`select line::int, field, value, reason from quarantined_rows order by line`).map((row) => ({
        ...row,
      })),
    ).toEqual([
      { line: 3, field: 'row', value: '2,1997-01-01', reason: "has 2 cells, fewer than the header's 3" },
      { line: 4, field: 'row', value: '3,1997-01-01,5,9', reason: "has 4 cells, more than the header's 3" },
      { line: 5, field: 'row', value: '4,"1997-01-01,5', reason: 'holds a quote that is never closed' },
    ]);
  });
});

describe('user rows', () => {
  it('that are cut off lose nobody but themselves', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'USERS.csv':
        'USERS\n"{""id"":1, """":""/email/one@example.com"", """":""/firstname/O\n' +
        '"{""id"":2, """":""/firstname/Two""}"\n{"id":3, "":"/firstname/Thr\n{"id":4, "":"/city/a/b", "":"/age/x"}\n',
    });
    expect(files[0]).toMatchObject({ format: 'users-key-value', read: 4, kept: 1, repaired: 1, quarantined: 2 });
    expect(files[0]!.repairs).toEqual({ 'age left empty: it is not a whole number': 1 });
    expect(
      (await sql`select customer_id as id, email, first_name as name, city, age from customers order by 1`).map(
        (row) => ({ ...row }),
      ),
    ).toEqual([
      { id: '2', email: null, name: 'Two', city: null, age: null },
      { id: '4', email: null, name: null, city: 'a/b', age: null },
    ]);
    expect(
      (await sql`select line::int, reason from quarantined_rows order by line`).map((row) => ({ ...row })),
    ).toEqual([
      { line: 2, reason: 'holds a quote that is never closed' },
      { line: 4, reason: 'is cut off: the closing } is missing' },
    ]);
  });

  it('are all read when the file has no header', async () => {
    const sql = await emptyShop();
    const { files } = await importTexts(sql, {
      'users.txt': '{"id":1, "":"/firstname/Ann"}\n{"id":2, "":"/firstname/Bo"}\n',
    });
    expect(files[0]).toMatchObject({ read: 2, kept: 2 });
  });
});

describe('the real subset of thelook', () => {
  it('imports whole, its repeated rows as duplicates, with the totals of the reference', async () => {
    const { real_subset: reference } = thelookReference();
    const { sql, report, close } = await importedShop([sharedPath('data', 'thelook-subset')]);
    try {
      expect(
        report.files.map(({ format, read, quarantined, kept, repaired, duplicate }) => [
          format,
          read,
          quarantined,
          kept + repaired,
          duplicate,
        ]),
      ).toEqual([
        ['customers-table', 1000, 0, reference.users, 1000 - reference.users],
        ['products-table', 1000, 0, reference.products, 1000 - reference.products],
        ['orders-table', 1000, 0, reference.orders, 1000 - reference.orders],
        ['order-items-table', 1000, 0, reference.items, 1000 - reference.items],
      ]);
      const [totals] = await sql`
        select (select sum(amount)::float8 from order_items) as gross,
               (select sum(amount)::float8 from order_items
                where status not in ('cancelled', 'returned') and returned_at is null) as net,
               (select count(distinct customer_id)::int from orders) as buyers,
               (select count(*)::int from customers where city = 'null') as cities`;
      expect(totals!.gross / reference.gross_item_revenue).toBeCloseTo(1, 9);
      expect(totals!.net / reference.net_item_revenue).toBeCloseTo(1, 9);
      expect(totals!.buyers).toBe(reference.users_with_orders);
      expect(totals!.cities).toBe(0);
      const words = {
        placed: 'Processing',
        shipped: 'Shipped',
        delivered: 'Complete',
        cancelled: 'Cancelled',
        returned: 'Returned',
      };
      for (const [table, expected] of [
        ['orders', reference.order_status],
        ['order_items', reference.item_status],
      ] as const) {
        const counts = await sql<{ status: keyof typeof words; count: number }[]>`
          select status, count(*)::int from ${sql(table)} group by status`;
        expect(Object.fromEntries(counts.map(({ status, count }) => [words[status], count])), table).toMatchObject(
          expected,
        );
      }
      // The export cut orders and lines off separately.
      const [lost] = await sql`
        select count(*)::int as orders from orders o
        where not exists (select from order_items i where i.order_id = o.order_id)`;
      expect(report.coverage.ordersWithoutLines).toBe(lost!.orders);
      expect(report.coverage.ordersWithoutLines).toBe(140);
    } finally {
      await close();
    }
  });
});
