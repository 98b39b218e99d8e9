import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sql } from '@tessera/server/db/database.js';
import { ImportStopped } from '@tessera/server/ingest/files/import-file.js';
import { importPaths, type PathsOptions, type PathsReport } from '@tessera/server/ingest/files/import-paths.js';
import { readMapping } from '@tessera/server/ingest/rows/mapping.js';
import { findingText } from '@tessera/server/ingest/understanding/finding.js';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../../support/database.js';
import { emptyShop, importTexts, READING } from '../../../support/shop-data.js';

interface Told extends Omit<PathsOptions, 'timeZone' | 'currency' | 'mapping'> {
  /** The text of a mapping file. */
  readonly map?: string;
  readonly name?: string;
}

/** Imports one text as a file. */
async function importText(
  sql: Sql,
  text: string,
  { map, name = 'orders.csv', ...options }: Told = {},
): Promise<PathsReport> {
  const folder = await testFolder();
  const file = path.join(folder, name);
  await writeFile(file, text);
  const mapFile = path.join(folder, 'map.yaml');
  if (map !== undefined) await writeFile(mapFile, map);
  const mapping = map === undefined ? undefined : await readMapping(mapFile);
  return importPaths(sql, [file], { ...READING, ...options, mapping });
}

const stopOf = async (work: Promise<unknown>): Promise<ImportStopped> => {
  const error = await work.then(
    () => expect.fail('the import did not stop'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ImportStopped);
  return error as ImportStopped;
};

/** What each order is worth. */
const worth = async (sql: Sql): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await sql<{ id: string; sum: string }[]>`
      select order_id as id, sum(amount)::numeric(20, 2)::text as sum from order_items group by 1 order by 1`
    ).map(({ id, sum }) => [id, sum]),
  );

const rows = (header: string, ...lines: string[]) => `${[header, ...lines].join('\n')}\n`;

describe('a total that is repeated on the lines of its order', () => {
  it.each([
    [
      'beside the price of a piece',
      rows(
        'Order ID,Customer ID,Date,SKU,Quantity,Price,Total',
        '1,C1,2026-01-05,P1,2,30.20,110.40',
        '1,C1,2026-01-05,P2,1,50.00,110.40',
        '2,C2,2026-01-06,P2,1,50.00,50.00',
      ),
    ],
    [
      'with rows of one order apart from each other',
      rows(
        'order,customer,order_date,stock_code,qty,item_price,total_amount',
        '1,C1,2026-01-05,P1,2,30.20,110.40',
        '2,C2,2026-01-06,P2,1,50.00,50.00',
        '1,C1,2026-01-05,P2,1,50.00,110.40',
      ),
    ],
    [
      'with decimal commas',
      rows(
        'order_id;customer_id;date;sku;quantity;unit_price;total',
        '1;C1;2026-01-05;P1;2;30,20;110,40',
        '1;C1;2026-01-05;P2;1;50,00;110,40',
        '2;C2;2026-01-06;P2;1;50,00;50,00',
      ),
    ],
    [
      'under a name that means a sum of lines elsewhere',
      rows(
        'invoice_no,customer_id,invoice_date,stockcode,quantity,unit_price,revenue',
        '1,C1,2026-01-05,P1,2,30.20,110.40',
        '1,C1,2026-01-05,P2,1,50.00,110.40',
        '2,C2,2026-01-06,P2,1,50.00,50.00',
      ),
    ],
    [
      'with quantities left blank where they are 1',
      rows(
        'order_id,email,date,product_id,quantity,price,total',
        '1,a@example.com,2026-01-05,P1,2,30.20,110.40',
        '1,a@example.com,2026-01-05,P2,,50.00,110.40',
        '2,b@example.com,2026-01-06,P2,,50.00,50.00',
      ),
    ],
  ])('counts once: %s', async (_, text) => {
    const sql = await emptyShop();
    const { files } = await importText(sql, text);
    expect(await worth(sql)).toEqual({ '1': '110.40', '2': '50.00' });
    expect(files[0]?.findings?.map(({ text: said }) => said).join()).toMatch(/repeats the total of the order/);
  });

  it('is the own amount of each line where price and quantity say so', async () => {
    const sql = await emptyShop();
    await importText(
      sql,
      rows(
        'order_id,customer_id,date,sku,quantity,price,total',
        '1,C1,2026-01-05,P1,1,20,20',
        '1,C1,2026-01-05,P2,1,20,20',
      ),
    );
    expect(await worth(sql)).toEqual({ '1': '40.00' });
  });

  it('is asked about where nothing tells, and both answers are taken', async () => {
    const text = rows('order_id,customer_id,date,sku,total', '1,C1,2026-01-05,P1,20', '1,C1,2026-01-05,P2,20');
    const sql = await emptyShop();
    const stopped = await stopOf(importText(sql, text));
    expect(stopped.message).toMatch(/"total" holds one and the same amount .*columns: \{ amount: total \}.*--accept/);
    expect(await worth(sql)).toEqual({});
    await importText(sql, text, { map: 'columns: { amount: total }' });
    expect(await worth(sql)).toEqual({ '1': '40.00' });
  });
});

describe('the sums of a file', () => {
  it('stop a first import where they close in hardly any order', async () => {
    const sql = await emptyShop();
    const text = rows(
      'order_id,customer_id,date,sku,quantity,unit_price,order_total',
      '1,C1,2026-01-05,P1,2,30.00,75.00',
      '2,C2,2026-01-05,P1,1,30.00,40.00',
      '3,C3,2026-01-05,P1,1,30.00,30.00',
    );
    const stopped = await stopOf(importText(sql, text));
    expect(stopped.message).toMatch(
      /the sums do not close in 2 of 3 orders.*1: 15\.00, 2: 10\.00.*order_total: COLUMN/,
    );
    await importText(sql, text, { accept: true });
    expect(await worth(sql)).toEqual({ '1': '60.00', '2': '30.00', '3': '30.00' });
  });

  it('are told where they do not close in a few', async () => {
    const sql = await emptyShop();
    const text = rows(
      'order_id,customer_id,date,sku,quantity,unit_price,shipping,total',
      '1,C1,2026-01-05,P1,2,30.00,5.00,65.00',
      '2,C2,2026-01-05,P1,1,30.00,5.00,35.00',
      '3,C3,2026-01-05,P1,1,30.00,5.00,45.00',
    );
    const { files } = await importText(sql, text);
    expect(files[0]?.findings?.map(findingText).join()).toMatch(/the sums of 1 order of 3 do not close.*3: 10\.00/);
    expect(await worth(sql)).toEqual({ '1': '60.00', '2': '30.00', '3': '30.00' });
  });

  it('leave what stands beside the goods out of a total without lines', async () => {
    const sql = await emptyShop();
    const text = rows('order_id,customer_id,date,total,shipping,tax', '1,C1,2026-01-05,65.00,5.00,10.00');
    await importText(sql, text);
    expect(await worth(sql)).toEqual({ '1': '50.00' });
  });
});

describe('a column of money that nothing names', () => {
  const HEADER = 'order_id,customer_id,order_date,status';
  it.each([
    ['of a table of orders', `${HEADER},Bestellwert`, '1,C1,2026-01-05,completed,"1.234,50"', 'Bestellwert'],
    ['in another language', `${HEADER},合計額`, '1,C1,2026-01-05,completed,¥1200', '合計額'],
    ['with a currency sign', `${HEADER},Worth`, '1,C1,2026-01-05,completed,$20.00', 'Worth'],
    ['with a currency code', `${HEADER},Payé`, '1,C1,2026-01-05,completed,EUR 20', 'Payé'],
    ['in brackets for minus', `${HEADER},N. Result`, '1,C1,2026-01-05,completed,(20.00)', 'N. Result'],
    [
      'of whole numbers under a word for money',
      `${HEADER},Net amount due`,
      '1,C1,2026-01-05,completed,20',
      'Net amount due',
    ],
  ])('stops a first import: %s', async (_, header, row, column) => {
    const sql = await emptyShop();
    const stopped = await stopOf(importText(sql, rows(header, row, row.replace(/^1/, '2'))));
    expect(stopped.message).toContain(`"${column}" holds money`);
    expect(stopped.message).toContain('--map');
    expect(await sql`select from orders`).toHaveLength(0);
    const [line] = stopped.report.findings!.map(findingText);
    expect(line).toMatch(/columns: \{ amount: /);
  });

  it('is read with the line that the message gives, and left out with the other', async () => {
    const text = rows(`${HEADER},Bestellwert`, '1,C1,2026-01-05,completed,12.50', '2,C1,2026-01-06,completed,7.50');
    const read = await emptyShop();
    await importText(read, text, { map: 'columns: { amount: Bestellwert }' });
    expect(await worth(read)).toEqual({ '1': '12.50', '2': '7.50' });
    const left = await emptyShop();
    const { files } = await importText(left, text, { map: 'ignored: [Bestellwert]' });
    expect(files[0]).toMatchObject({ format: 'orders-table', quarantined: 0 });
    expect(files[0]?.failure).toBeUndefined();
    expect(await left`select from orders`).toHaveLength(2);
  });

  it('is told, and stops nothing, where the order is known to be worth something and the name means no money', async () => {
    const sql = await emptyShop();
    const { files } = await importText(
      sql,
      rows('order_id,customer_id,date,total,Duration', '1,C1,2026-01-05,20.00,1.50', '2,C1,2026-01-06,30.00,2.25'),
    );
    expect(files[0]?.findings).toMatchObject([
      { stops: false, text: expect.stringContaining('"Duration" holds money') },
    ]);
    expect(await worth(sql)).toEqual({ '1': '20.00', '2': '30.00' });
  });

  it('makes the import a failure where it is accepted and nothing is stored of it', async () => {
    const sql = await emptyShop();
    const text = rows(`${HEADER},Bestellwert`, '1,C1,2026-01-05,completed,12.50');
    const { files } = await importText(sql, text, { accept: true });
    expect(files[0]?.failure).toBe('it holds money, and none of it is stored');
    // The shape is known from here on, and nobody is asked again.
    expect((await importText(sql, text)).files[0]?.failure).toBe('it holds money, and none of it is stored');
  });
});

describe('a table of orders with its money', () => {
  it.each([
    ['order_id,customer_id,order_date,total,status', '1,C1,2026-01-05,20.00,completed'],
    ['order_number,user_id,created_at,total_amount,order_status', '1,C1,2026-01-05,20.00,shipped'],
    ['Order;Customer ID;Date;Revenue;Status', '1;C1;2026-01-05;20,00;paid'],
    ['order_id,customer_email,date,total,status', '1,c1@example.com,2026-01-05,$20.00,delivered'],
    ['invoice,client_id,invoice_date,spend,status', '1,C1,2026-01-05,20,complete'],
  ])('is a log of orders whose money is read: %s', async (header, row) => {
    const sql = await emptyShop();
    const { files } = await importText(sql, rows(header, row));
    expect(files[0]?.format).toBe('transaction-log');
    expect(await worth(sql)).toEqual({ '1': '20.00' });
  });
});

describe('a table of orders that looks like a list of customers', () => {
  it.each([
    [
      'with the number of an order',
      'Bestellnummer;Customer;Email;Datum;Gesamtbetrag',
      '1;Ann Smith;a@example.com;2026-01-05;12,50',
    ],
    ['with status words', 'No;Customer ID;Email;Datum;Betrag;Zustand', '1;C1;a@example.com;2026-01-05;12,50;versandt'],
    ['in another script', 'customer_id,email,注文番号,注文日,金額', 'C1,a@example.com,77,2026-01-05,¥1200'],
    ['with an id alone', 'ID,Email,Order,Fecha,Importe,Nota', '7,a@example.com,10,2026-01-05,"12,50",x'],
    ['as attributes', 'user_id,Pedido,Fecha,Importe', 'C1,10,2026-01-05,"12,50"'],
  ])('stops: %s', async (_, header, row) => {
    const sql = await emptyShop();
    const stopped = await stopOf(importText(sql, rows(header, row)));
    expect(stopped.message).toMatch(
      /taken for a list of customers.*format: transaction-log and columns: \{ order_id: /,
    );
    expect(await sql`select from customers`).toHaveLength(0);
  });

  it('is one where customers come again, and none where each has one row', async () => {
    const header = 'customer_id,email,Gekauft,Wert,Text';
    const row = (i: number, id: number) => `C${id},${id}@example.com,2026-01-${10 + i},${i}.50,x`;
    const again = await emptyShop();
    await stopOf(importText(again, rows(header, ...[0, 1, 2, 3].map((i) => row(i, i % 2)))));
    const once = await emptyShop();
    const { files } = await importText(once, rows(header, ...[0, 1, 2, 3].map((i) => row(i, i))));
    expect(files[0]).toMatchObject({ format: 'customers-table', inserted: 4 });
  });

  it('is read with the line that the message gives', async () => {
    const sql = await emptyShop();
    const text = rows('Bestellnummer;Email;Datum;Gesamtbetrag', '1;a@example.com;2026-01-05;12,50');
    const map = 'format: transaction-log\ncolumns: { order_id: Bestellnummer, placed_at: Datum, amount: Gesamtbetrag }';
    await importText(sql, text, { map });
    expect(await worth(sql)).toEqual({ '1': '12.50' });
  });
});

describe('columns whose names alone mislead', () => {
  it('are names under "Customer": nobody is known by a name', async () => {
    const sql = await emptyShop();
    const text = rows('Order,Date,Customer,Total', '1,2026-01-05,Ann Smith,20.00', '2,2026-01-06,Bob van Dyk,5.00');
    const { files } = await importText(sql, text);
    expect(await sql`select from customers`).toHaveLength(0);
    expect(files[0]?.findings?.map(findingText).join()).toMatch(
      /"Customer" holds names.*columns: \{ customer_id: Customer \}/,
    );
    expect(await worth(sql)).toEqual({ '1': '20.00', '2': '5.00' });
  });

  it('are ids under "Customer", and names under "customer_id"', async () => {
    const ids = await emptyShop();
    await importText(ids, rows('Order,Date,Customer,Total', '1,2026-01-05,C1,20.00'));
    expect(await ids`select customer_id as id from customers`).toEqual([{ id: 'C1' }]);
    const names = await emptyShop();
    await importText(names, rows('Order,Date,customer_id,Total', '1,2026-01-05,Ann Smith,20.00'));
    expect(await names`select customer_id as id from customers`).toEqual([{ id: 'Ann Smith' }]);
  });

  it('is the total of the order beside that of the line', async () => {
    const sql = await emptyShop();
    const text = rows(
      'order_id,customer_id,date,sku,line_total,total',
      '1,C1,2026-01-05,P1,60.40,110.40',
      '1,C1,2026-01-05,P2,50.00,110.40',
    );
    const { files } = await importText(sql, text);
    expect(await worth(sql)).toEqual({ '1': '110.40' });
    expect(
      files[0]?.columns?.flatMap(({ title, fields }) => (title.includes('total') ? [[title, ...fields]] : [])),
    ).toEqual([
      ['line_total', 'amount'],
      ['total', 'order_total'],
    ]);
  });
});

describe('dates and status words of an order', () => {
  it('stop a first import where hardly any can be read, and name the line', async () => {
    const sql = await emptyShop();
    const dates = await stopOf(
      importText(sql, rows('order_id,customer_id,date,total', '1,C1,03/04/2026,1', '2,C1,05/04/2026,2')),
    );
    expect(dates.message).toMatch(/dates: dmy \(or mdy\)/);
    const words = await stopOf(
      importText(sql, rows('order_id,customer_id,date,total,status', '1,C1,2026-01-05,1,gesendet worden')),
    );
    expect(words.message).toMatch(/statuses: \{ gesendet worden: /);
  });

  it('wait in quarantine where the others can be read', async () => {
    const sql = await emptyShop();
    const { files } = await importText(
      sql,
      rows('order_id,customer_id,date,total,status', '1,C1,2026-01-05,1,shipped', '2,C1,2026-01-05,1,teleported'),
    );
    expect(files[0]).toMatchObject({ quarantined: 1, read: 2 });
    expect(files[0]?.findings?.map(findingText).join()).toMatch(
      /1 row waits in quarantine: status \("teleported"\).*statuses: \{ teleported: /,
    );
  });

  it('are read by each column alone: one tells nothing of the other', async () => {
    const sql = await emptyShop();
    await importText(
      sql,
      rows(
        'order_id,customer_id,date,shipped_at,total',
        '1,C1,2026-01-05,01/31/2026,1',
        '2,C1,2026-01-06,02/03/2026,1',
      ),
    );
    const shipped = await sql<
      { day: string }[]
    >`select to_char(shipped_at, 'YYYY-MM-DD') as day from orders order by order_id`;
    expect(shipped.map(({ day }) => day)).toEqual(['2026-01-31', '2026-02-03']);
  });

  it('make the import a failure where no row can be used', async () => {
    const sql = await emptyShop();
    const { files } = await importText(sql, rows('order_id,customer_id,date,total', '1,C1,nonsense,1'), {
      accept: true,
    });
    expect(files[0]).toMatchObject({ quarantined: 1, failure: 'no row of it can be used' });
  });
});

describe('what stands before the header', () => {
  const TABLE = ['order_id;customer_id;date;total', '1;C1;2026-01-05;20,00', '2;C2;2026-01-06;30,00'];
  it.each([
    ['a line that names the separator', ['sep=;', ...TABLE]],
    ['a title', ['Sales report', ...TABLE]],
    ['a title, a period and a blank line', ['Sales report;;;', 'from 2026-01-01;to 2026-01-31;;', '', ...TABLE]],
    ['comments', ['# ----------------', '# Export, of 2026-02-01, by hand', '# ----------------', ...TABLE]],
    ['a byte order mark and the separator', ['\uFEFFsep=;', ...TABLE]],
    ['a title with quotes', ['"Orders; all of them"', ...TABLE]],
  ])('is skipped: %s', async (_, lines) => {
    const sql = await emptyShop();
    const { files } = await importText(sql, `${lines.join('\r\n')}\r\n`);
    expect(files[0]).toMatchObject({ read: 2, quarantined: 0, format: 'transaction-log' });
    expect(await worth(sql)).toEqual({ '1': '20.00', '2': '30.00' });
  });
});

describe('a mapping file', () => {
  const TEXT = rows('Beleg,Kunde,Gebucht,Summe', '1,C1,2026-01-05,20.00', '2,C2,2026-01-06,30.00');

  it('makes a file known that is not known by itself', async () => {
    const sql = await emptyShop();
    await expect(importText(sql, TEXT)).rejects.toThrow(
      /is not recognised: .*--map.*placed_at: Gebucht, amount: Summe/,
    );
    const map = 'columns: { order_id: Beleg, customer_id: Kunde, placed_at: Gebucht, amount: Summe }';
    const { files } = await importText(sql, TEXT, { map });
    expect(files[0]).toMatchObject({ format: 'transaction-log', quarantined: 0 });
    expect(await worth(sql)).toEqual({ '1': '20.00', '2': '30.00' });
  });

  it.each([
    [
      'columns: { amount: Net sales }',
      /columns: \{ amount: Net sales \}: no file has this column\. The columns are: order_id/,
    ],
    ['ignored: [Net sales]', /ignored: \[Net sales\]: no file has this column/],
    [
      'columns: { gender: total }',
      /gender: total \}: a field of customers, and orders\.csv is read as transaction-log/,
    ],
    ['columns: { treated_at: date }', /a field of treatments/],
    ['attributes: [Club]', /attributes: \[Club\]: no file has this column/],
  ])('that would do nothing is an error: %s', async (map, message) => {
    const sql = await emptyShop();
    const text = rows('order_id,customer_id,date,total', '1,C1,2026-01-05,20.00');
    await expect(importText(sql, text, { map })).rejects.toThrow(message);
    expect(await sql`select from imports`).toHaveLength(0);
  });

  it('lets one file tell of orders and of customers, and one column fill two fields', async () => {
    const sql = await emptyShop();
    const text = rows('order_id,mail,date,total,sex,Age band', '1,a@example.com,2026-01-05,20.00,F,35-44');
    const { files } = await importText(sql, text, {
      map: 'format: [transaction-log, customers-table]\ncolumns: { customer_id: mail, email: mail, gender: sex }\nattributes: [Age band]',
    });
    expect(files[0]).toMatchObject({ read: 1, quarantined: 0 });
    expect(await worth(sql)).toEqual({ '1': '20.00' });
    const [customer] = await sql`select customer_id, email, gender, attributes from customers`;
    expect(customer).toEqual({
      customer_id: 'a@example.com',
      email: 'a@example.com',
      gender: 'F',
      attributes: { age_band: '35-44' },
    });
  });
});

describe('loadable by a mapping', () => {
  const ORDERS = rows(
    'order_id,customer_id,date,total,status',
    '1,C1,2026-01-05,20.00,completed',
    '2,C1,2026-01-06,30.00,completed',
    '3,C2,2026-01-07,40.00,completed',
  );
  const refunds = (sql: Sql) =>
    sql`select order_id as "order", customer_id as customer, amount::numeric(20, 2)::text as amount, to_char(returned_at, 'YYYY-MM-DD') as day from returns order by 1`;

  it('is a list of the orders that came back, without amounts and dates', async () => {
    const sql = await emptyShop();
    await importText(sql, ORDERS);
    const map = 'format: returns-table\ncolumns: { order_id: Returned order }';
    const { files } = await importText(sql, 'Returned order\n1\n3\n99\n', { map, name: 'returns.csv' });
    expect(files[0]).toMatchObject({ read: 3, quarantined: 1 });
    expect(await refunds(sql)).toEqual([
      { order: '1', customer: 'C1', amount: '20.00', day: '2026-01-05' },
      { order: '3', customer: 'C2', amount: '40.00', day: '2026-01-07' },
    ]);
    const [waiting] = await sql`select field, reason from quarantined_rows`;
    expect(waiting).toEqual({ field: 'order_id', reason: 'names an order that is not here yet: import it first' });
  });

  it('are purchases without amounts, which count and are worth nothing', async () => {
    const sql = await emptyShop();
    const map = 'format: transaction-log\ncolumns: { customer_id: Household, placed_at: Day }';
    const { files } = await importText(sql, 'Household,Day\nH1,2026-01-05\nH1,2026-01-06\n', { map });
    expect(files[0]?.findings?.map(findingText)).toEqual(['no column holds money: each order counts and is worth 0']);
    expect(files[0]?.failure).toBeUndefined();
    expect(await sql`select from orders`).toHaveLength(2);
    expect(Object.values(await worth(sql))).toEqual(['0.00', '0.00']);
  });

  it('are members of a campaign without a date, treated when it began', async () => {
    const sql = await emptyShop();
    await importTexts(sql, { 'campaigns.csv': 'campaign_id,campaign_name,starts_at\nK1,Spring,2026-03-01\n' });
    const map = 'format: treatments-table\ncolumns: { customer_id: Member, campaign_id: Campaign }';
    const { files } = await importText(sql, 'Member,Campaign\nC1,K1\nC2,K1\nC3,K9\n', { map });
    expect(files[0]).toMatchObject({ read: 3, quarantined: 1 });
    const days =
      await sql`select customer_id as id, to_char(treated_at, 'YYYY-MM-DD') as day from treatments order by 1`;
    expect(days).toEqual([
      { id: 'C1', day: '2026-03-01' },
      { id: 'C2', day: '2026-03-01' },
    ]);
  });

  it('are several coupons of one customer and day, as events', async () => {
    const sql = await emptyShop();
    const map =
      'format: events-table\ncolumns: { customer_id: Household, occurred_at: Day, campaign_id: Campaign, event_id: Row }\nvalues: { kind: coupon }';
    const text = rows('Row,Household,Day,Coupon,Campaign', 'r1,H1,2026-01-05,A,K1', 'r2,H1,2026-01-05,B,K1');
    await importText(sql, text, { map });
    expect(await sql`select customer_id, kind from events order by event_id`).toEqual([
      { customer_id: 'H1', kind: 'coupon' },
      { customer_id: 'H1', kind: 'coupon' },
    ]);
  });

  it('is an age band, kept as an attribute and not as an age', async () => {
    const sql = await emptyShop();
    const text = rows('customer_id,email,age', 'C1,a@example.com,35-44', 'C2,b@example.com,45-54');
    await importText(sql, text, { map: 'attributes: [age]', name: 'customers.csv' });
    expect(await sql`select age, attributes from customers order by customer_id`).toEqual([
      { age: null, attributes: { age: '35-44' } },
      { age: null, attributes: { age: '45-54' } },
    ]);
  });

  it('is what all rows of a file have in common', async () => {
    const sql = await emptyShop();
    const text = rows('order_id,customer_id,date,total', '1,C1,2026-01-05,10.00');
    await importText(sql, text, { map: 'values: { currency: EUR }\nrates: { EUR: 2 }' });
    expect(await worth(sql)).toEqual({ '1': '20.00' });
    await expect(importText(sql, text, { map: 'values: { gender: F }' })).rejects.toThrow(
      /no file holds rows that have this field/,
    );
  });

  it('tells of refunds later than the newest order, with their amount', async () => {
    const sql = await emptyShop();
    await importText(sql, ORDERS);
    const text = rows(
      'refund_id,order_id,refund_amount,refunded_at',
      'r1,1,5.00,2026-01-06',
      'r2,2,7.50,2026-02-20',
      'r3,3,2.50,2026-03-01',
    );
    const { files } = await importText(sql, text, { name: 'refunds.csv' });
    expect(files[0]?.findings?.map(findingText).join()).toMatch(
      /2 refunds of 10\.00 in all are later than the newest order \(2026-01-07\)/,
    );
  });
});

describe('--check', () => {
  it('shows what would become of the file and stores nothing', async () => {
    const sql = await emptyShop();
    const text = rows(
      'order_id,customer_id,date,total,Street,Mood',
      '1,C1,2026-01-05,20.00,X 1,red',
      '2,C1,soon,1,Y 2,blue',
    );
    const { files } = await importText(sql, text, { check: true });
    expect(files[0]).toMatchObject({
      read: 2,
      quarantined: 1,
      inserted: 0,
      isChecked: true,
      format: 'transaction-log',
    });
    expect(files[0]?.columns?.map(({ title, use, fields }) => [title, use, ...fields])).toEqual([
      ['order_id', 'used', 'order_id'],
      ['customer_id', 'used', 'customer_id'],
      ['date', 'used', 'placed_at'],
      ['total', 'used', 'amount'],
      ['Street', 'left-out'],
      ['Mood', 'not-understood'],
    ]);
    for (const table of ['orders', 'customers', 'imports', 'quarantined_rows'])
      expect(await sql`select from ${sql(table)}`, table).toHaveLength(0);
  });
});

it('asks the owner at a terminal, and imports after a yes', async () => {
  const text = rows('order_id,customer_id,order_date,status,Bestellwert', '1,C1,2026-01-05,completed,12.50');
  const sql = await emptyShop();
  const asked: string[] = [];
  const ask = (answer: boolean) => async (stopped: ImportStopped) => {
    asked.push(stopped.message);
    return answer;
  };
  await stopOf(importText(sql, text, { ask: ask(false) }));
  expect(await sql`select from orders`).toHaveLength(0);
  await importText(sql, text, { ask: ask(true) });
  expect(await sql`select from orders`).toHaveLength(1);
  expect(asked).toHaveLength(2);
});

it('stores nothing in the tables of a file that stops, and says so on record', async () => {
  const sql = await emptyShop();
  await stopOf(
    importTexts(sql, { 'a.csv': 'order_id,customer_id,order_date,status,Wert\n1,C1,2026-01-05,completed,12.50\n' }),
  );
  const [record] = await sql`select state, error from imports`;
  expect(record).toMatchObject({ state: 'failed', error: expect.stringContaining('"Wert" holds money') });
});
