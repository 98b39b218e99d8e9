import { AmountForms } from '@tessera/server/ingest/rows/amount-forms.js';
import { Problem, Repair } from '@tessera/server/ingest/rows/cell.js';
import { DateForms } from '@tessera/server/ingest/rows/dates/date-forms.js';
import { readPattern } from '@tessera/server/ingest/rows/dates/date-pattern.js';
import { type Dialect, PLAIN_DIALECT } from '@tessera/server/ingest/rows/dialect.js';
import { readDecimal } from '@tessera/server/ingest/rows/read-amount.js';
import { readMoment } from '@tessera/server/ingest/rows/read-moment.js';
import { readId } from '@tessera/server/ingest/rows/read-text.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const SEED = 14;
const read = (reader: typeof readDecimal, cell: string, dialect: Dialect = PLAIN_DIALECT): string => {
  const value = reader(cell, dialect);
  return value instanceof Problem ? `!${value.reason.kind}` : value instanceof Repair ? value.text : value;
};
const COMMA: Dialect = { ...PLAIN_DIALECT, decimalComma: true };
const OPEN: Dialect = { ...PLAIN_DIALECT, decimalOpen: true };

describe('an amount written for people', () => {
  it.each([
    ['JP¥1,234,567', '1234567'],
    ['￥990', '990'],
    ['990円', '990'],
    ['R$ 1.234,50', '1234.50'],
    ['1 234,50 kr', '1234.50'],
    ["CHF 1'234.50", '1234.50'],
    ['CHF 1’234.50', '1234.50'],
    ['12,50 zł', '12.50'],
    ['US$12.50', '12.50'],
    ['12.50 USD', '12.50'],
    ['EUR 12,50', '12.50'],
    ['Rs.500', '500'],
    ['Rs. 1,23,456.00', '123456.00'],
    ['$.50', '.50'],
    ['(12.50)', '-12.50'],
    ['€ (12,50)', '-12.50'],
    ['12.50-', '-12.50'],
    ['−12.50', '-12.50'],
    ['-R$ 12,50', '-12.50'],
    ['R$ -12,50', '-12.50'],
    ['12.-', '12'],
    ['1\u00a0234,50 €', '1234.50'],
    ['١٢٣', '123'],
    ['１２３４', '1234'],
    ['12 pcs', '!not-a-number'],
    ['--5', '!not-a-number'],
    ['€12 USD', '!not-a-number'],
    ['1,2,3', '!not-a-number'],
    ['R$ 1.234', '!decimal-or-thousands'],
    ['5,550', '!decimal-or-thousands'],
  ])('%s reads as %s where its column tells nothing', (cell, expected) => {
    expect(read(readDecimal, cell, OPEN)).toBe(expected);
  });

  it('is read to the digit or refused, never 10, 100 or 1000 times wrong, in whatever form', () => {
    const styles = [
      { point: '.', group: ',' },
      { point: '.', group: "'" },
      { point: '.', group: ' ' },
      { point: '.', group: '' },
      { point: ',', group: '.' },
      { point: ',', group: '\u00a0' },
      { point: ',', group: '\u202f' },
      { point: ',', group: '' },
    ] as const;
    const wraps = [
      ['', ''],
      ['R$ ', ''],
      ['', ' kr'],
      ['€', ''],
      ['', ' PLN'],
      ['CHF ', ''],
    ] as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 99_999_999 }),
        fc.constantFrom(0, 1, 2, 3, 4),
        fc.constantFrom(...styles),
        fc.constantFrom(...wraps),
        fc.constantFrom(
          (text: string) => text,
          (text: string) => `-${text}`,
          (text: string) => `(${text})`,
          (text: string) => `${text}-`,
        ),
        fc.integer({ min: 0, max: 9999 }),
        (whole, decimals, { point, group }, [before, behind], sign, rest) => {
          const digits = String(whole).replace(/\B(?=(\d{3})+$)/g, group);
          const fraction = decimals === 0 ? '' : String(rest).padStart(4, '0').slice(0, decimals);
          const cell = sign(`${before}${digits}${fraction === '' ? '' : point + fraction}${behind}`);
          const isNegative = cell.startsWith('-') || cell.startsWith('(') || cell.endsWith('-');
          const exact = Number(`${isNegative ? '-' : ''}${whole}.${fraction || '0'}`);
          for (const dialect of [OPEN, point === ',' ? COMMA : PLAIN_DIALECT]) {
            const answer = read(readDecimal, cell, dialect);
            if (!answer.startsWith('!')) expect(Number(answer), cell).toBe(exact);
            // The column tells the sign: then nothing is left open.
            else expect(dialect === OPEN, `${cell} ${answer}`).toBe(true);
          }
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
  });
});

describe('the amounts of a column', () => {
  const verdict = (cells: readonly string[], digits: number) => {
    const forms = new AmountForms();
    for (const cell of cells) forms.see(cell);
    return forms.verdict(digits).decimal;
  };
  it.each([
    [['12.990', '5.550', '990', '1.234.567'], 0, ','],
    [['12.990', '5.550'], 0, ','],
    [['5,550', '¥20,222', '990円'], 0, '.'],
    [['12.990', '5.550'], 2, 'open'],
    [['12.990', '5.55'], 2, '.'],
    [['12.990', '5,55'], 2, ','],
    [['1.250', '0.990', '3.500'], 3, '.'],
    [['1.250', '2.990', '3.500'], 3, '.'],
    [['1.250', '990'], 3, 'open'],
    [['1,5', '1.5'], 2, 'open'],
    [['R$ 1.234,50', '1.234'], 2, ','],
  ] as const)('%j in a currency of %i decimals have the sign %s', (cells, digits, expected) => {
    expect(verdict(cells, digits)).toBe(expected);
  });
});

describe('an id that a spreadsheet rounded', () => {
  it.each(['4,687E+11', '4.687E+17', '1.23E12', '5E+12', '7e+12', '-5E+12'])('is refused: %s', (cell) => {
    expect(read(readId, cell)).toBe('!rounded-id');
  });
  it.each(['5E12', 'E+12', '12E+3', '4687E+11X', '000123'])('is another id: %s', (cell) => {
    expect(read(readId, cell)).toBe(cell);
  });
});

describe('a date written for people', () => {
  it.each([
    ['Mon, 23 Sep 2024 14:21:24 +0000', '2024-09-23 14:21:24+00:00'],
    ['Mon Sep 23 14:21:24 2024', '2024-09-23 14:21:24'],
    ['Mon Sep 23 2024 14:21:24 GMT+0200 (Central European Summer Time)', '2024-09-23 14:21:24+02:00'],
    ['23. September 2024 um 14:21 Uhr', '2024-09-23 14:21:00'],
    ['23 de septiembre de 2024, 14:21', '2024-09-23 14:21:00'],
    ['2024年9月23日 14:21', '2024-09-23 14:21:00'],
    ['٢٣ سبتمبر ٢٠٢٤', '2024-09-23'],
    ['mar. 3 sept. 2024', '2024-09-03'],
    ['mar 3 2024', '2024-03-03'],
    ['1er août 2024', '2024-08-01'],
    ['3 maart 2024', '2024-03-03'],
    ['23 settembre 2024', '2024-09-23'],
    ['23 de setembro de 2024', '2024-09-23'],
    ['Sep 23, 2024 2:21:24 PM PDT', '2024-09-23 14:21:24-07:00'],
    ['23.09.2024 14.21', '2024-09-23 14:21:00'],
    ['12/31/2024, 12:05 AM', '2024-12-31 00:05:00'],
    ['05/05/2024', '2024-05-05'],
    ['05/06/2024', '!day-or-month'],
    ['05/06/24', '!short-year'],
    ['45558', '!spreadsheet-day'],
    ['Sep 2024', '!not-a-date'],
    ['13:00', '!not-a-date'],
    ['2024-09-23 14:21 XYZ', '!no-such-zone'],
    ['31 Sep 2024', '!no-such-day'],
    ['23 Sep 2206', '!outside-years'],
  ])('%s reads as %s', (cell, expected) => expect(read(readMoment, cell)).toBe(expected));

  it('by a formatter of any language reads back as its day, or is refused', () => {
    const languages = ['en-US', 'en-GB', 'de', 'es', 'ja', 'ar-EG', 'fr', 'it', 'pt-BR', 'nl', 'sv', 'pl', 'ko', 'zh'];
    const styles = ['full', 'long', 'medium', 'short'] as const;
    let understood = 0;
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
        fc.constantFrom(...languages),
        fc.constantFrom(...styles),
        fc.option(fc.constantFrom('short', 'medium'), { nil: undefined }),
        (moment, language, dateStyle, timeStyle) => {
          const format = new Intl.DateTimeFormat(language, {
            dateStyle,
            timeStyle,
            timeZone: 'UTC',
            calendar: 'gregory',
          });
          const cell = format.format(moment);
          const answer = read(readMoment, cell);
          if (answer.startsWith('!')) return;
          understood++;
          const wanted = moment.toISOString();
          expect(answer.slice(0, 10), `${language} ${cell}`).toBe(wanted.slice(0, 10));
          if (timeStyle !== undefined) expect(answer.slice(11, 16), `${language} ${cell}`).toBe(wanted.slice(11, 16));
        },
      ),
      { seed: SEED, numRuns: 3000 },
    );
    expect(understood).toBeGreaterThan(1000);
  });
});

describe('the dates of a column', () => {
  const verdict = (...cells: string[]) => {
    const forms = new DateForms(new Date('2026-12-01'));
    for (const cell of cells) forms.see(cell);
    return forms.verdict();
  };
  it('tell by a day above 12 what comes first, and nothing where there is none', () => {
    expect(verdict('01/02/2026', '13/02/2026').order).toBe('dmy');
    expect(verdict('01/02/2026', '02/13/2026').order).toBe('mdy');
    expect(verdict('01/02/2026').order).toBe('either');
    expect(verdict('13/02/2026', '02/13/2026').order).toBe('mixed');
    expect(verdict('2026-01-02').order).toBe('none');
  });
  it('tell what years of two digits are where only one order gives days of the past', () => {
    expect(verdict('23/09/24', '31/12/23').shortYears).toBe('dmy');
    expect(verdict('12/31/24', '01/02/24').shortYears).toBe('mdy');
    expect(verdict('70-12-31').shortYears).toBe('ymd');
    expect(verdict('23/09/24').shortYears).toBeNull();
    expect(verdict('31-Dec-23').shortYears).toBe('dmy');
    expect(verdict('23-Sep-24').shortYears).toBeNull();
  });
  it('are day numbers where nearly all are', () => {
    expect(verdict('45558', '45559,5').dayNumbers).toBe(true);
    expect(verdict('45558', '2026-01-01').dayNumbers).toBe(false);
    expect(read(readMoment, '45558', { ...PLAIN_DIALECT, dayNumbers: true })).toBe('2024-09-23');
    expect(read(readMoment, '45558.5', { ...PLAIN_DIALECT, dayNumbers: true })).toBe('2024-09-23 12:00:00');
  });
});

describe('a pattern of a mapping', () => {
  it.each([
    ['dd.MM.yy HH:mm', '03.09.24 14:21', '2024-09-03 14:21:00'],
    ['MM/dd/yy h:mm a', '09/03/24 2:21 PM', '2024-09-03 14:21:00'],
    ['yyMMdd', '240903', '2024-09-03'],
    ['d MMM yy', '3 Sep 24', '2024-09-03'],
    ["yyyy-MM-dd'T'HH:mm:ssXXX", '2024-09-03T14:21:24+02:00', '2024-09-03 14:21:24+02:00'],
    ['DD/MM/YYYY', '03/09/2024', '2024-09-03'],
    ['dd.MM.yy', '2024-09-03', '2024-09-03'],
    ['dd.MM.yy', '31.02.24', '!no-such-day'],
  ])('%s reads %s as %s', (pattern, cell, expected) => {
    expect(read(readMoment, cell, { ...PLAIN_DIALECT, pattern: readPattern(pattern) })).toBe(expected);
  });
  it.each(['qq', 'HH:mm', 'dd.MM', 'dd.MM.yy dd', "dd.MM.yy 'open"])('is none: %s', (pattern) => {
    expect(readPattern(pattern)).toBeNull();
  });
});
