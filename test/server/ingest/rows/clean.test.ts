import {
  type CellReader,
  isMissingWord,
  Problem,
  Repair,
  readAge,
  readDecimal,
  readId,
  readInteger,
  readMoment,
  readStatus,
  readText,
} from '@tessera/server/ingest/rows/clean.js';
import { PLAIN_DIALECT } from '@tessera/server/ingest/rows/dialect.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyShop } from '../../../support/shop-data.js';
import { english } from '../../../support/words.js';

/** What a reader answers: its text, `~` and the text that it repaired, or `!` and the reason. */
function answer(read: CellReader, cell: string, dialect = PLAIN_DIALECT): string {
  const value = read(cell, dialect);
  if (value instanceof Problem) return `!${english(value.reason)}`;
  return value instanceof Repair ? `~${value.text}` : value;
}

/** The texts that a reader gives on to PostgreSQL. */
const given = (read: CellReader, cells: readonly string[]): string[] =>
  cells.map((cell) => answer(read, cell)).flatMap((text) => (text.startsWith('!') ? [] : [text.replace(/^~/, '')]));

describe('a whole number', () => {
  it.each([
    ['5', '5'],
    ['+5', '5'],
    ['-5', '-5'],
    ['5.0', '5'],
    ['5.000', '5'],
    ['-0', '0'],
    ['0000000012', '12'],
    ['2147483647', '2147483647'],
    ['2147483648', '!is too large'],
    ['5.5', '!is not a whole number'],
    ['1e3', '!is not a whole number'],
    ['1,000', '~1000'],
    ['1,000.5', '!is not a whole number'],
    ['12345678901', '!is not a whole number'],
    ['7513255371-', '!is too large'],
    ['five', '!is not a whole number'],
    ['5 5', '!is not a whole number'],
    ['0x10', '!is not a whole number'],
  ])('%s reads as %s', (cell, expected) => expect(answer(readInteger, cell)).toBe(expected));
});

describe('an age', () => {
  it.each([
    ['0', '0'],
    ['130', '130'],
    ['51.0', '51'],
    ['131', '!is not an age from 0 to 130'],
    ['-1', '!is not an age from 0 to 130'],
    ['old', '!is not a whole number'],
  ])('%s reads as %s', (cell, expected) => expect(answer(readAge, cell)).toBe(expected));
});

describe('an amount', () => {
  it.each([
    ['74.97000122070312', '74.97000122070312'],
    ['12', '12'],
    ['-3.50', '-3.50'],
    ['+3', '+3'],
    ['.5', '.5'],
    ['5.', '5.'],
    ['1e3', '1e3'],
    ['0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['9999999999999.99', '9999999999999.99'],
    ['10000000000000', '!is larger than any amount'],
    ['1e400', '!is larger than any amount'],
    ['$12.50', '~12.50'],
    ['12,50', '!is not a number'],
    ['1,250.00', '~1250.00'],
    ['12,50.00', '!is not a number'],
    ['NaN', '!is not a number'],
    ['Infinity', '!is not a number'],
    ['1O.5O', '!is not a number'],
    ['.', '!is not a number'],
    ['--5', '!is not a number'],
  ])('%s reads as %s', (cell, expected) => expect(answer(readDecimal, cell)).toBe(expected));
});

describe('a moment', () => {
  const asIs = [
    '2026-01-31',
    '20260131',
    '2026-01-31 14:05',
    '2026-01-31 14:05:07',
    '2026-01-31T14:05:07',
    '2026-07-29 21:59:39.000000 UTC',
    '2026-07-29 21:59:39 UTC',
    '2026-07-31T03:26:13Z',
    '2026-01-31 14:05:07.123456789Z',
    '2026-01-31 14:05+02',
    '2026-01-31 14:05:07-05:30',
    '2026-01-31T14:05:07+0530',
    '2026-01-31 UTC',
    '2024-02-29',
    '2000-02-29',
    '1970-01-01',
    '2100-12-31 23:59:59',
  ];
  it.each(asIs)('%s reads as it stands', (cell) => expect(answer(readMoment, cell)).toBe(cell));

  it.each([
    ['31/31/2023 25:61', '!is a day that does not exist'],
    ['31.01.2026 25:61', '!is a time that does not exist'],
    ['01/02/2026', '!may have the day or the month first: say "dates: dmy" or "dates: mdy" in a mapping file'],
    ['yesterday', '!is not a date such as 2026-01-31 or 2026-01-31 14:05:00 UTC'],
    ['2026-01-31+02', '!is not a date such as 2026-01-31 or 2026-01-31 14:05:00 UTC'],
    ['2026-01-31 14:05+02 UTC', '!is not a date such as 2026-01-31 or 2026-01-31 14:05:00 UTC'],
    ['2023-02-29', '!is a day that does not exist'],
    ['2100-02-29', '!is a day that does not exist'],
    ['2026-04-31', '!is a day that does not exist'],
    ['2026-13-01', '!is a day that does not exist'],
    ['20261301', '!is a day that does not exist'],
    ['2026-00-10', '!is a day that does not exist'],
    ['1969-12-31', '!lies outside of the years 1970 to 2100'],
    ['2101-01-01', '!lies outside of the years 1970 to 2100'],
    ['31.01.0000', '!lies outside of the years 1970 to 2100'],
    ['2026-01-31 24:00', '!is a time that does not exist'],
    ['2026-01-31 12:60', '!is a time that does not exist'],
    ['2026-01-31 12:00:60', '!is a time that does not exist'],
    ['2026-01-31 12:00+16', '!is in a time zone that does not exist'],
    ['2026-01-31 12:00+02:60', '!is in a time zone that does not exist'],
  ])('%s is refused', (cell, expected) => expect(answer(readMoment, cell)).toBe(expected));

  it('that is answered can be cast by PostgreSQL, in every zone', async () => {
    const sql = await emptyShop();
    const two = (max: number) => fc.integer({ min: 0, max }).map((number) => String(number).padStart(2, '0'));
    const day = fc
      .tuple(fc.integer({ min: 1969, max: 2101 }), two(13), two(32), fc.constantFrom('-', ''))
      .map(([year, month, date, dash]) => [year, month, date].join(dash));
    const time = fc.tuple(
      fc.constantFrom(' ', 'T'),
      two(24),
      two(60),
      fc.option(two(60), { nil: null }),
      fc.constantFrom('', '.1', '.123456789', '.999999999'),
    );
    const zone = fc.oneof(
      fc.constantFrom('', 'Z', ' Z', 'UTC', ' UTC'),
      fc
        .tuple(fc.constantFrom('+', '-'), two(18), fc.constantFrom('', ':', '-'), fc.option(two(61), { nil: null }))
        .map(([sign, hours, colon, minutes]) => sign + hours + (minutes === null ? '' : colon + minutes)),
    );
    const cell = fc.tuple(day, fc.option(time, { nil: null }), zone).map(([date, clock, offset]) => {
      if (clock === null) return date + offset;
      const [separator, hours, minutes, seconds, fraction] = clock;
      return `${date}${separator}${hours}:${minutes}${seconds === null ? '' : `:${seconds}${fraction}`}${offset}`;
    });
    const short = fc
      .tuple(
        two(32),
        fc.constantFrom('.', '/', '-'),
        two(32),
        fc.integer({ min: 0, max: 2200 }),
        fc.constantFrom('', ' 1:05', ' 23:59:59', ' 12:30 PM'),
      )
      .map(
        ([first, separator, second, year, clock]) =>
          [first, second, String(year).padStart(4, '0')].join(separator) + clock,
      );
    const cells = given(readMoment, [
      ...asIs,
      '9999999999',
      '1999999999',
      ...fc.sample(cell, 3000),
      ...fc.sample(short, 3000),
    ]);
    expect(cells.length).toBeGreaterThan(300);
    for (const timeZone of ['UTC', 'Europe/Berlin', 'Pacific/Apia']) {
      await sql.begin(async (transaction) => {
        await transaction`select set_config('TimeZone', ${timeZone}, true)`;
        const [row] = await transaction<{ count: number }[]>`
          select count(text::timestamptz)::int as count from unnest(${cells}::text[]) as text`;
        expect(row!.count).toBe(cells.length);
      });
    }
  });
});

describe('numbers that are answered', () => {
  it('can be cast by PostgreSQL', async () => {
    const sql = await emptyShop();
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789.eE+-'), minLength: 1, maxLength: 12 });
    const texts = fc.sample(digits, 20_000);
    const decimals = given(readDecimal, texts);
    const integers = given(readInteger, texts);
    expect(decimals.length).toBeGreaterThan(100);
    const [row] = await sql<{ decimals: number; integers: number }[]>`
      select (select count(text::numeric)::int from unnest(${decimals}::text[]) as text) as decimals,
             (select count(text::int)::int from unnest(${integers}::text[]) as text) as integers`;
    expect(row).toEqual({ decimals: decimals.length, integers: integers.length });
  });
});

describe('a status', () => {
  it.each([
    ['Complete', 'delivered'],
    ['COMPLETE', 'delivered'],
    ['complete', 'delivered'],
    ['Processing', 'placed'],
    ['Shipped', 'shipped'],
    ['Cancelled', 'cancelled'],
    ['canceled', 'cancelled'],
    ['Returned', 'returned'],
    ['refund', 'refunded'],
    ['On Hold', 'placed'],
    ['lost in post', '!is a status word that is not known'],
    ['complet', '!is a status word that is not known'],
  ])('%s reads as %s', (cell, expected) => expect(answer(readStatus, cell)).toBe(expected));
});

describe('texts and ids', () => {
  it('stay as they are up to their longest length', () => {
    expect(answer(readId, 'Brion Stark')).toBe('Brion Stark');
    expect(answer(readId, 'x'.repeat(200))).toHaveLength(200);
    expect(answer(readId, 'x'.repeat(201))).toBe('!is longer than the 200 characters of an id');
    expect(answer(readText, 'x'.repeat(10_000))).toHaveLength(10_000);
    expect(answer(readText, 'x'.repeat(10_001))).toBe('!is longer than 10000 characters');
  });

  it('may not hold a NUL, which PostgreSQL cannot store', () => {
    const cell = `a${String.fromCharCode(0)}b`;
    expect(answer(readId, cell)).toBe('!holds a NUL character');
    expect(answer(readText, cell)).toBe('!holds a NUL character');
  });
});

describe('words for a missing value', () => {
  it('are only the unmistakable ones in texts and ids: Null is a surname and NA a country', () => {
    for (const read of [readText, readId]) {
      for (const word of ['null', 'NULL', 'NaN', 'NaT', 'N/A', '#N/A'])
        expect(isMissingWord(word, read), word).toBe(true);
      for (const word of ['Null', 'NA', 'na', 'none', 'None', '-', 'nil'])
        expect(isMissingWord(word, read), word).toBe(false);
    }
  });

  it('are many where a number, a time or a status is due', () => {
    for (const read of [readInteger, readDecimal, readMoment, readStatus, readAge]) {
      for (const word of ['null', 'Null', 'NAN', 'NaT', 'na', 'None', '-', '--', '#N/A']) {
        expect(isMissingWord(word, read), word).toBe(true);
      }
      for (const word of ['0', 'no', 'nothing at all', 'new']) expect(isMissingWord(word, read), word).toBe(false);
    }
  });
});
