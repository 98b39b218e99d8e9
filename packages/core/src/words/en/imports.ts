import type { RowProblemKind, WayToFix } from '../reasons.js';
import type { Sentences } from '../speaker.js';

const WAYS: Readonly<Record<WayToFix, string>> = {
  'as-said': 'as the reason says',
  'name-status':
    'name the word under "statuses" in a mapping file, then: tessera import --retry-quarantined --map FILE',
  'fill-cell': 'fill the cell at the source, or name its column under "columns" in a mapping file, and import again',
  'write-date': 'write it as 2026-01-31 14:05:00 UTC at the source and import again',
  'correct-number': 'correct the number at the source, or say "decimal" in a mapping file, and import again',
  'quote-cells': 'quote cells that hold the delimiter or a line break, and import again',
  'name-rate': 'name its rate under "rates" in a mapping file, then: tessera import --retry-quarantined --map FILE',
  'correct-row': 'correct the row at the source and import it again',
};

export const imports: Sentences<RowProblemKind> = {
  missing: () => 'is missing',
  'missing-in-order': () => 'is missing, here and in every other row of the order',
  'order-not-here': () => 'names an order that is not here yet: import it first',
  'missing-amount-of-row': () => 'is missing: a row needs an amount or the price of a piece',
  'missing-amount-of-line': () => 'is missing: a line needs an amount or the price of a piece',
  'id-too-long': [
    ({ most }, s) => `is longer than the ${s.count(most)} characters of an id`,
    () => 'is too long for an id',
  ],
  'text-too-long': [({ most }, s) => `is longer than ${s.count(most)} characters`, () => 'is too long'],
  'record-too-long': [({ most }, s) => `is longer than ${s.count(most)} characters`, () => 'is too long'],
  'holds-nul': () => 'holds a NUL character',
  'half-sign': () => 'holds half of a surrogate pair, which is no character',
  'nul-or-half-sign': () => 'holds a NUL character or half of a surrogate pair',
  'nests-too-deep': () => 'holds a value that nests too deep',
  'wrong-encoding': () => 'holds bytes that are not in the encoding of the file',
  'rounded-id': () => 'was turned into a rounded number by a spreadsheet: export the column as text',
  'too-large': () => 'is too large',
  'not-whole': () => 'is not a whole number',
  'not-an-age': [
    ({ least, most }, s) => `is not an age from ${s.count(least)} to ${s.count(most)}`,
    () => 'is not an age',
  ],
  'not-on-sale': () => 'does not say whether the product is sold: write true or false',
  'not-yes-or-no': () => 'is neither yes nor no: write true or false',
  'not-a-number': () => 'is not a number',
  'larger-than-amounts': () => 'is larger than any amount',
  'decimal-or-thousands': () =>
    'may be thousands or a number with decimals: say "decimal: \',\'" or "decimal: \'.\'" in a mapping file',
  'short-year': () =>
    'has a shortened year: say "dates: dmy", "dates: mdy" or a pattern such as "dates: dd.MM.yy" in a mapping file',
  'day-or-month': () => 'may have the day or the month first: say "dates: dmy" or "dates: mdy" in a mapping file',
  'no-such-day': () => 'is a day that does not exist',
  'no-such-time': () => 'is a time that does not exist',
  'no-such-zone': () => 'is in a time zone that does not exist',
  'outside-years': [
    ({ first, last }) => `lies outside of the years ${first} to ${last}`,
    () => 'lies outside of the years that are taken',
  ],
  'spreadsheet-day': () => "is a spreadsheet's day number: format the column as a date and export again",
  'not-a-date': [
    () => 'is not a date such as 2026-01-31 or 2026-01-31 14:05:00 UTC',
    () => 'is not a date with year, month and day',
  ],
  'unknown-status': () => 'is a status word that is not known',
  'not-a-currency': () => 'is not a currency code such as USD',
  'no-rate': [
    ({ currency, into }) =>
      `is a currency without a rate to ${into}: give one in a mapping file: "rates: { ${currency}: 1.0 }"`,
    ({ into }) => `is a currency without a rate to ${into}: give it in a mapping file`,
  ],
  'not-an-object': () => 'is not an object',
  'not-json': () => 'is not JSON',
  'cell-count': [
    ({ cells, header }, s) =>
      `has ${s.count(cells)} cells, ${cells < header ? 'fewer' : 'more'} than the header's ${s.count(header)}`,
    ({ cells, header }) => `has ${cells < header ? 'fewer' : 'more'} cells than the header`,
  ],
  'open-quote': () => 'holds a quote that is never closed',
  'not-five-numbers': [() => 'is not five numbers parted by blanks', () => 'is not a row of numbers parted by blanks'],
  'not-a-user-row': () => 'does not start with { as a user row does',
  'cut-off-user-row': () => 'is cut off: the closing } is missing',
  'not-a-pair': ({ text }) => `holds "${text}", which is not /key/value`,
  'not-of-topic': ({ topic }) => `is not what ${topic} holds`,
  'way-to-fix': [
    ({ way }) => WAYS[way],
    ({ way }) => (way === 'write-date' ? 'write year, month, day and time at the source and import again' : WAYS[way]),
  ],
};
