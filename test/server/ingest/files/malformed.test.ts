import { gzipSync } from 'node:zlib';
import type { ImportReport } from '@tessera/server/ingest/import-frame.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyShop, importTexts } from '../../../support/shop-data.js';

const HEADER = 'order_id,user_id,status,created_at,returned_at';
const GOOD = ['1,a,Complete,2026-01-05 10:00:00,', '2,b,Shipped,2026-01-06 11:00:00,'];
const LINES_HEADER = 'id,order_id,user_id,product_id,status,sale_price,quantity';
const GOOD_LINES = ['1,1,a,p1,Complete,10.50,1', '2,2,b,p2,Shipped,3.25,2'];

interface Malformed {
  /** The whole file, or the bad row that stands between two good ones. */
  readonly row?: string;
  readonly file?: string | Buffer;
  readonly lines?: string;
  /** What the quarantine says of the bad row; null when the row is good after all. */
  readonly reason?: RegExp | null;
  /** What the import as a whole says. */
  readonly error?: RegExp;
}

const MALFORMED: Readonly<Record<string, Malformed>> = {
  'a quote that is never closed': { row: '9,"c,Complete,2026-01-05 10:00:00,', reason: /quote that is never closed/ },
  'a quote inside of a bare cell': { row: '9,c"d,Complete,2026-01-05 10:00:00,', reason: null },
  'too few cells': { row: '9,c,Complete', reason: /has 3 cells, fewer than the header's 5/ },
  'too many cells': { row: '9,c,Complete,2026-01-05,,,', reason: /has 7 cells, more than/ },
  'a NUL in an id': { row: '9,c\0d,Complete,2026-01-05,', reason: /NUL/ },
  'bytes that are not UTF-8': {
    file: Buffer.concat([
      Buffer.from(`${HEADER}\n${GOOD[0]}\n`),
      Buffer.from('9,Müller,Complete,2026-01-05,\n', 'latin1'),
      Buffer.from(`${GOOD[1]}\n`),
    ]),
    reason: null,
  },
  'an id that a spreadsheet rounded': { row: '1.2E+15,c,Complete,2026-01-05,', reason: /spreadsheet/ },
  'an id longer than any': {
    row: `${'9'.repeat(201)},c,Complete,2026-01-05,`,
    reason: /longer than the 200 characters/,
  },
  'an order without an id': { row: ',c,Complete,2026-01-05,', reason: /is missing/ },
  'an order without a date': { row: '9,c,Complete,,', reason: /is missing/ },
  'a word for a missing date': { row: '9,c,Complete,NaT,', reason: /is missing/ },
  'a date in words': { row: '9,c,Complete,last week,', reason: /is not a date/ },
  'a day that does not exist': { row: '9,c,Complete,2026-02-30,', reason: /a day that does not exist/ },
  'a leap day in a common year': { row: '9,c,Complete,2026-02-29,', reason: /a day that does not exist/ },
  'a thirteenth month': { row: '9,c,Complete,2026-13-01,', reason: /a day that does not exist/ },
  'a time that does not exist': { row: '9,c,Complete,2026-01-05 25:00:00,', reason: /a time that does not exist/ },
  'a zone that does not exist': {
    row: '9,c,Complete,2026-01-05 10:00:00+99:00,',
    reason: /a time zone that does not exist/,
  },
  'a year before any shop': { row: '9,c,Complete,0001-01-01,', reason: /outside of the years/ },
  'day and month that cannot be told apart': { row: '9,c,Complete,03/04/2026,', reason: /day or the month first/ },
  'a day above twelve as digits': { row: '9,c,Complete,31/01/2026,', reason: null },
  'seconds since 1970': { row: '9,c,Complete,1767607200,', reason: null },
  "a spreadsheet's day number": { row: '9,c,Complete,46027,', reason: /day number/ },
  'a status word that nobody knows': { row: '9,c,teleported,2026-01-05,', reason: /status word that is not known/ },
  'a formula for an id': { row: '=1+1,c,Complete,2026-01-05,', reason: null },
  'an id that names a prototype': { row: '__proto__,constructor,Complete,2026-01-05,', reason: null },
  'a return date in words': { row: '9,c,Complete,2026-01-05,soon', reason: /is not a date/ },
  'a totals row at the end': {
    file: `${HEADER}\n${GOOD.join('\n')}\nTotal,,,2,\n`,
    reason: /status word|is missing|not a date/,
  },
  'blank lines': { file: `${HEADER}\n\n${GOOD[0]}\n   \n${GOOD[1]}\n\n`, reason: /has 1 cells/ },
  'no line end at the end': { file: `${HEADER}\n${GOOD.join('\n')}`, reason: null },
  'CR line ends': { file: `${HEADER}\r${GOOD.join('\r')}\r`, reason: null },
  'mixed line ends': { file: `${HEADER}\r\n${GOOD[0]}\n${GOOD[1]}\r\n`, reason: null },
  'a byte order mark': { file: `\uFEFF${HEADER}\n${GOOD.join('\n')}\n`, reason: null },
  'UTF-16': { file: Buffer.from(`\uFEFF${HEADER}\n${GOOD.join('\n')}\n`, 'utf16le'), reason: null },
  semicolons: { file: `${HEADER}\n${GOOD.join('\n')}\n`.replaceAll(',', ';'), reason: null },
  tabs: { file: `${HEADER}\n${GOOD.join('\n')}\n`.replaceAll(',', '\t'), reason: null },
  'a column that comes twice': {
    file: `${HEADER},status\n${GOOD.map((row) => `${row},x`).join('\n')}\n`,
    reason: null,
  },
  'other columns in other order': {
    file: 'created_at,note,STATUS, Order ID ,User-ID\n2026-01-05 10:00:00,x,Complete,1,a\n2026-01-06 11:00:00,y,Shipped,2,b\n',
    reason: null,
  },
  'a header and nothing else': { file: `${HEADER}\n` },
  'an empty file': { file: '', error: /is empty/ },
  'an empty gzip': { file: gzipSync(''), error: /is empty/ },
  'a gzip that is cut off': {
    file: gzipSync(`${HEADER}\n${GOOD.join('\n')}\n`.repeat(50)).subarray(0, 60),
    error: /damaged gzip/,
  },
  'a picture': {
    file: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 1]),
    error: /not a text file/,
  },
  'a header that nobody knows': { file: 'foo,bar\n1,2\n', error: /not recognised/ },
  'JSON with a comma too many': { file: '[{"id": 1, "name": "x"},]', error: /JSON cannot be read/ },
  'JSON that is cut off': { file: '[{"id": 1, "name": "x"', error: /JSON cannot be read/ },
  'a price in words': { lines: '9,1,a,p9,Complete,twelve,1', reason: /is not a number/ },
  'a price that is not a number': { lines: '9,1,a,p9,Complete,NaN,1', reason: /is missing/ },
  'an infinite price': { lines: '9,1,a,p9,Complete,Infinity,1', reason: /is not a number/ },
  'a price above everything': { lines: '9,1,a,p9,Complete,1e400,1', reason: /larger than any amount/ },
  'a price with a currency sign': { lines: '9,1,a,p9,Complete,$12.50,1', reason: null },
  'a price with thousands': { lines: '9,1,a,p9,Complete,"1,234.50",1', reason: null },
  'a price in brackets': { lines: '9,1,a,p9,Complete,(5.00),1', reason: null },
  'half a piece': { lines: '9,1,a,p9,Complete,5.00,0.5', reason: null },
  'more pieces than there are numbers': {
    lines: '9,1,a,p9,Complete,5.00,99999999999',
    reason: /is too large/,
  },
};

/** The rows that an import must never change, whatever stands beside them. */
async function goodRows(sql: Awaited<ReturnType<typeof emptyShop>>) {
  return {
    orders:
      await sql`select order_id, customer_id, status, placed_at from orders where order_id in ('1', '2') order by 1`,
    lines:
      await sql`select order_id, item_id, amount, quantity::float8 from order_items where item_id in ('1', '2') order by 1`,
  };
}

const reconciled = ({ read, kept, repaired, quarantined, duplicate }: ImportReport) =>
  kept + repaired + quarantined + duplicate === read;

describe('malformed input', () => {
  it('is of more than forty kinds', () => {
    expect(Object.keys(MALFORMED).length).toBeGreaterThan(40);
  });

  it.each(Object.entries(MALFORMED))(
    '%s costs no good row and is accounted for',
    async (_name, { row, file, lines, reason, error }) => {
      const sql = await emptyShop();
      const orders = file ?? [HEADER, GOOD[0], ...(row === undefined ? [] : [row]), GOOD[1], ''].join('\n');
      const target: Record<string, string | Buffer> =
        lines === undefined
          ? { 'orders.csv': orders }
          : { 'orders.csv': orders, 'lines.csv': [LINES_HEADER, GOOD_LINES[0], lines, GOOD_LINES[1], ''].join('\n') };
      if (error !== undefined) {
        await expect(importTexts(sql, target)).rejects.toThrow(error);
        expect(await sql`select from orders`).toHaveLength(0);
        return;
      }
      const { files } = await importTexts(sql, target);
      for (const report of files) expect(report).toSatisfy(reconciled);
      const quarantined = await sql`select field, value, reason from quarantined_rows`;
      if (reason === null || reason === undefined) expect(quarantined).toEqual([]);
      else {
        expect(quarantined).toHaveLength(1);
        expect(quarantined[0]?.reason).toMatch(reason);
      }
      const { orders: found, lines: foundLines } = await goodRows(sql);
      const isEmpty = file !== undefined && !String(file).includes('Complete') && !Buffer.from(file).includes('C\0o');
      expect(found.map(({ order_id, customer_id, status }) => [order_id, customer_id, status])).toEqual(
        isEmpty
          ? []
          : [
              ['1', 'a', 'delivered'],
              ['2', 'b', 'shipped'],
            ],
      );
      if (lines !== undefined) {
        expect(foundLines.map(({ amount, quantity }) => [amount, quantity])).toEqual([
          ['10.50', 1],
          ['6.50', 2],
        ]);
      }
    },
  );

  it('is accounted for to the row however a file is damaged, and the money of the good rows is kept', async () => {
    const sql = await emptyShop();
    const cell = fc.constantFrom('', 'NULL', ' 77 ', 'abc', 'x,y', '1e9', '-3', '2026-01-01', '=1', 'é', '\0');
    // Two quotes that are never closed make one cell of all between them, in any reading of CSV; one is among the kinds above.
    const damage = fc.array(fc.tuple(fc.nat(29), fc.nat(6), cell), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(damage, async (cells) => {
        await sql`truncate orders, order_items, customers, imports, quarantined_rows`;
        const rows = Array.from({ length: 30 }, (_, i) => [
          String(i + 1),
          String(i + 1),
          'a',
          'p',
          'Complete',
          '1.10',
          '1',
        ]);
        const damaged = new Set<number>();
        for (const [row, column, value] of cells) {
          rows[row]![column] = value;
          damaged.add(row);
        }
        const { files } = await importTexts(sql, {
          'lines.csv': [LINES_HEADER, ...rows.map((row) => row.join(','))].join('\n'),
        });
        expect(files[0]).toSatisfy(reconciled);
        expect(files[0]?.quarantined).toBe((await sql`select from quarantined_rows`).length);
        const [kept] = await sql<{ lines: number; amount: string }[]>`
          select count(*)::int as lines, coalesce(sum(amount), 0)::text as amount from order_items
          where item_id ~ '^[0-9]{1,2}$' and item_id::int <= 30 and not (item_id::int - 1 = any(${[...damaged]}))`;
        expect(kept).toEqual({
          lines: 30 - damaged.size,
          amount: ((30 - damaged.size) * 1.1).toFixed(2).replace(/^0\.00$/, '0'),
        });
      }),
      { numRuns: 60 },
    );
  });
});
