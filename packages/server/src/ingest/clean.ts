import { LIFECYCLE, type Lifecycle } from '../db/tables.js';

/**
 * Reads single cells. Each reader takes a cell that is trimmed and not empty and answers the text that PostgreSQL is to
 * cast, the same text wherever it can, or a Problem. A cast of an answered text cannot fail.
 */
export type CellReader = (cell: string) => string | Problem;

/** Why a cell cannot be read: a sentence that ends the words "the value …". */
export class Problem {
  constructor(readonly reason: string) {}
}

/**
 * Words that exports write for "no value". In texts and ids only these spellings count: Null is a surname, NA a country.
 */
const MISSING_TEXTS = new Set(['null', 'NULL', 'nan', 'NaN', 'nat', 'NaT', 'n/a', 'N/A', '#N/A', 'undefined']);
/** Where a number, a time or a status is due, these cannot be anything else. */
const MISSING_VALUES = new Set(['null', 'nan', 'nat', 'n/a', '#n/a', 'na', 'none', 'nil', '-', '--', 'undefined']);
const LONGEST_MISSING_WORD = 9;

const LONGEST_ID = 200;
const LONGEST_TEXT = 10_000;
/** Nothing that a shop sells costs this; larger numbers are slips or overflows. */
const LARGEST_AMOUNT = 1e13;
const LARGEST_INTEGER = 2_147_483_647;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;

export const isMissingWord = (cell: string, read: CellReader) =>
  cell.length <= LONGEST_MISSING_WORD &&
  (read === readText || read === readId ? MISSING_TEXTS.has(cell) : MISSING_VALUES.has(cell.toLowerCase()));

const NUL = String.fromCharCode(0);
const holdsNul = (cell: string) => cell.includes(NUL);

export const readId: CellReader = (cell) => {
  if (cell.length > LONGEST_ID) return new Problem(`is longer than the ${LONGEST_ID} characters of an id`);
  if (holdsNul(cell)) return new Problem('holds a NUL character');
  return cell;
};

export const readText: CellReader = (cell) => {
  if (cell.length > LONGEST_TEXT) return new Problem(`is longer than ${LONGEST_TEXT} characters`);
  if (holdsNul(cell)) return new Problem('holds a NUL character');
  return cell;
};

const INTEGER = /^[+-]?\d{1,10}(\.0+)?$/;

export const readInteger: CellReader = (cell) => {
  if (!INTEGER.test(cell)) return new Problem('is not a whole number');
  const number = Number(cell);
  if (Math.abs(number) > LARGEST_INTEGER) return new Problem('is too large');
  return String(number);
};

export const readAge: CellReader = (cell) => {
  const age = readInteger(cell);
  if (age instanceof Problem) return age;
  return Number(age) >= 0 && Number(age) <= 130 ? age : new Problem('is not an age from 0 to 130');
};

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** Exact: the digits are kept as they stand, never read into a float. */
export const readDecimal: CellReader = (cell) => {
  if (!DECIMAL.test(cell)) return new Problem('is not a number');
  if (Math.abs(Number(cell)) >= LARGEST_AMOUNT || cell.length > 60) return new Problem('is larger than any amount');
  return cell;
};

/** Year first, then month and day; a time; a fraction; a zone as UTC or Z, after a time also as an offset. All of it PostgreSQL reads too. */
const YEAR_FIRST =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:[+-](\d{2})(?::?(\d{2}))?| ?UTC| ?Z)?| ?UTC| ?Z)?$/;
/** PostgreSQL takes offsets below 16 hours; the largest in use is 14. */
const LARGEST_OFFSET_HOURS = 15;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function validDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS_IN_MONTH[month - 1]!) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || leap;
}

/**
 * A moment. Without a zone it is local time of the shop; PostgreSQL reads it so under the session's TimeZone, which
 * knows the rules of daylight saving.
 */
export const readMoment: CellReader = (cell) => {
  const parts = YEAR_FIRST.exec(cell) ?? COMPACT.exec(cell);
  if (parts === null) return new Problem('is not a date such as 2026-01-31 or 2026-01-31 14:05:00 UTC');
  const year = Number(parts[1]);
  if (!validDay(year, Number(parts[2]), Number(parts[3]))) return new Problem('is a day that does not exist');
  if (year < FIRST_YEAR || year > LAST_YEAR)
    return new Problem(`lies outside of the years ${FIRST_YEAR} to ${LAST_YEAR}`);
  if (Number(parts[4] ?? 0) > 23 || Number(parts[5] ?? 0) > 59 || Number(parts[6] ?? 0) > 59) {
    return new Problem('is a time that does not exist');
  }
  if (Number(parts[7] ?? 0) > LARGEST_OFFSET_HOURS || Number(parts[8] ?? 0) > 59) {
    return new Problem('is in a time zone that does not exist');
  }
  return cell;
};

/** What the common platforms call the stations of an order, in lower case; unknown words are reported, never guessed. */
const STATUS_WORDS = new Map<string, Lifecycle>([
  ...LIFECYCLE.map((word) => [word, word] as const),
  ['processing', 'placed'],
  ['pending', 'placed'],
  ['open', 'placed'],
  ['paid', 'placed'],
  ['on-hold', 'placed'],
  ['on hold', 'placed'],
  ['new', 'placed'],
  ['confirmed', 'placed'],
  ['in transit', 'shipped'],
  ['dispatched', 'shipped'],
  ['complete', 'delivered'],
  ['completed', 'delivered'],
  ['fulfilled', 'delivered'],
  ['canceled', 'cancelled'],
  ['voided', 'cancelled'],
  ['failed', 'cancelled'],
  ['return', 'returned'],
  ['refund', 'refunded'],
]);

export const readStatus: CellReader = (cell) =>
  STATUS_WORDS.get(cell.toLowerCase()) ?? new Problem('is a status word that is not known');
