import { type ReasonValues, type RowProblemKind, type Said, said } from '@tessera/core';
import type { Dialect } from './dialect.js';
import { stationOf } from './status-words.js';

/**
 * Reads single cells. Each reader takes a cell that is trimmed and not empty and answers the text that PostgreSQL is to
 * cast: the same text wherever it can, a Repair where the cell had to be rewritten, or a Problem. A cast of an answered
 * text cannot fail.
 */
export type CellReader = (cell: string, dialect: Dialect) => string | Repair | Problem;

/** A cell that was understood, but not as it stands. */
export class Repair {
  constructor(
    readonly text: string,
    /** What kind of repair it was, for the report. */
    readonly kind: string,
  ) {}
}

/** Why a cell or a row cannot be used. */
export type RowReason = Said<RowProblemKind>;

export class Problem {
  constructor(
    readonly reason: RowReason,
    /** Nobody wrote such a cell: the row is damaged, also where the field may be left empty. */
    readonly spoilsRow = false,
  ) {}
}

export const problem = <Kind extends RowProblemKind>(kind: Kind, values: ReasonValues[Kind]) =>
  new Problem(said(kind, values) as RowReason);

/**
 * Words that exports write for "no value". In texts and ids only these spellings count: Null is a surname, NA a country.
 */
const MISSING_TEXTS = new Set(['null', 'NULL', 'nan', 'NaN', 'nat', 'NaT', 'n/a', 'N/A', '#N/A', 'undefined']);
/** Where a number, a time or a status is due, these cannot be anything else. */
const MISSING_VALUES = new Set(['null', 'nan', 'nat', 'n/a', '#n/a', 'na', 'none', 'nil', '-', '--', '?', 'undefined']);
const LONGEST_MISSING_WORD = 9;

const LONGEST_ID = 200;
const LONGEST_TEXT = 10_000;
/** 64 before the @, 255 behind it (RFC 5321, 4.5.3.1). It may become the id of a guest, and an index holds it. */
const LONGEST_EMAIL = 320;
/** Nothing that a shop sells costs this; larger numbers are slips or overflows. */
const LARGEST_AMOUNT = 1e13;
const LARGEST_INTEGER = 2_147_483_647;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2100;
const isOutsideOfYears = () => problem('outside-years', { first: FIRST_YEAR, last: LAST_YEAR });
const YOUNGEST = 0;
const OLDEST = 130;

export const isMissingWord = (cell: string, read: CellReader) =>
  cell.length <= LONGEST_MISSING_WORD &&
  (read === readText || read === readId || read === readEmail
    ? MISSING_TEXTS.has(cell)
    : MISSING_VALUES.has(cell.toLowerCase()));

const NUL = String.fromCharCode(0);
/** PostgreSQL holds no NUL, and would hold one and the same sign for every half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Why the database cannot hold a text as it is; null where it can. */
export function whyUnstorable(text: string): RowReason | null {
  if (!UNSTORABLE.test(text)) return null;
  return text.includes(NUL) ? said('holds-nul', {}) : said('half-sign', {});
}

/** The text with U+FFFD for what the database cannot hold, so that no reader takes it for another text later. */
export const storable = (text: string) =>
  UNSTORABLE.test(text) ? text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD') : text;

/** In JSON of our own writing such characters are escaped; an even number of backslashes before is text. */
const UNSTORABLE_JSON = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

/** What a decoder writes for bytes that it cannot read. */
const isBroken = (cell: string) => cell.includes('\uFFFD');
const SCIENTIFIC_ID = /^\d\.\d+E\+?\d+$/i;

export const readId: CellReader = (cell) => {
  if (cell.length > LONGEST_ID) return problem('id-too-long', { most: LONGEST_ID });
  const unstorable = whyUnstorable(cell);
  if (unstorable !== null) return new Problem(unstorable, true);
  if (isBroken(cell)) return problem('wrong-encoding', {});
  if (SCIENTIFIC_ID.test(cell)) {
    return problem('rounded-id', {});
  }
  return cell;
};

export const readText: CellReader = (cell) => {
  if (cell.length > LONGEST_TEXT) return problem('text-too-long', { most: LONGEST_TEXT });
  const unstorable = whyUnstorable(cell);
  if (unstorable !== null) return new Problem(unstorable, true);
  if (isBroken(cell)) return problem('wrong-encoding', {});
  return cell;
};

export const readEmail: CellReader = (cell, dialect) =>
  cell.length > LONGEST_EMAIL ? problem('text-too-long', { most: LONGEST_EMAIL }) : readText(cell, dialect);

const INTEGER = /^[+-]?\d{1,10}(\.0+)?$/;

export const readInteger: CellReader = (cell, dialect) => {
  if (INTEGER.test(cell)) {
    if (Math.abs(Number(cell)) > LARGEST_INTEGER) return problem('too-large', {});
    return String(Number(cell));
  }
  const amount = readDecimal(cell, dialect);
  if (!(amount instanceof Repair) || !INTEGER.test(amount.text)) return problem('not-whole', {});
  if (Math.abs(Number(amount.text)) > LARGEST_INTEGER) return problem('too-large', {});
  return new Repair(String(Number(amount.text)), amount.kind);
};

export const readAge: CellReader = (cell, dialect) => {
  const age = readInteger(cell, dialect);
  if (typeof age !== 'string') return problem('not-whole', {});
  const isAge = Number(age) >= YOUNGEST && Number(age) <= OLDEST;
  return isAge ? age : problem('not-an-age', { least: YOUNGEST, most: OLDEST });
};

const ON_SALE = new Set(['true', 't', 'yes', 'y', '1', 'active', 'publish', 'published']);
const OFF_SALE = new Set(['false', 'f', 'no', 'n', '0', 'inactive', 'archived', 'draft', 'discontinued']);

/** Whether a product is sold, in the words of the platforms. */
export const readOnSale: CellReader = (cell) => {
  const word = cell.toLowerCase();
  if (ON_SALE.has(word)) return 'true';
  return OFF_SALE.has(word) ? 'false' : problem('not-on-sale', {});
};

const YES = new Set(['true', 't', 'yes', 'y', '1', 'ja', 'sí', 'si', 'oui', 'はい', 'نعم']);
const NO = new Set(['false', 'f', 'no', 'n', '0', 'nein', 'non', 'いいえ', 'لا']);

/** Yes or no, in the languages that exports come in. */
export const readFlag: CellReader = (cell) => {
  const word = cell.toLowerCase();
  if (YES.has(word)) return 'true';
  return NO.has(word) ? 'false' : problem('not-yes-or-no', {});
};

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

const CURRENCY_SIGN = /^(?:[$€£¥₹]|[A-Z]{3}(?= |\d))\s*|\s*(?:[$€£¥₹]|(?<=\d)\s?[A-Z]{3})$/;
const GROUPED_POINT = /^\d{1,3}(?:[, '\u00a0\u202f]\d{3})+(?:\.\d+)?$/;
const GROUPED_COMMA = /^\d{1,3}(?:[. '\u00a0\u202f]\d{3})*,\d+$|^\d{1,3}(?:\.\d{3})+$/;
const BRACKETED = /^\((.+)\)$/;

/** An amount written for people: currency signs, thousands, a decimal comma, brackets for negatives. Null when unclear. */
function readWrittenAmount(cell: string, { decimalComma }: Dialect): string | null {
  let text = BRACKETED.exec(cell)?.[1]?.trim() ?? cell;
  let isNegative = text !== cell;
  text = text.replace(/^[−–]/, '-').replace(CURRENCY_SIGN, '').trim();
  if (/^-|-$/.test(text)) {
    text = text
      .replace(/^-\s*|\s*-$/, '')
      .replace(CURRENCY_SIGN, '')
      .trim();
    isNegative = !isNegative;
  }
  if (decimalComma && GROUPED_COMMA.test(text)) text = text.replace(/[. '\u00a0\u202f]/g, '').replace(',', '.');
  else if (!decimalComma && GROUPED_POINT.test(text)) text = text.replace(/[, '\u00a0\u202f]/g, '');
  else if (decimalComma && /^\d+,\d+$/.test(text)) text = text.replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(text)) return null;
  return isNegative ? `-${text}` : text;
}

/** Exact: the digits are kept as they stand, never read into a float. */
export const readDecimal: CellReader = (cell, dialect) => {
  const written =
    DECIMAL.test(cell) && !(dialect.decimalComma && GROUPED_COMMA.test(cell)) ? cell : readWrittenAmount(cell, dialect);
  if (written === null) return problem('not-a-number', {});
  if (Math.abs(Number(written)) >= LARGEST_AMOUNT || written.length > 60) return problem('larger-than-amounts', {});
  return written === cell ? cell : new Repair(written, 'an amount written for people');
};

/** Year first, then month and day; a time; a fraction; a zone as UTC or Z, after a time also as an offset. All of it PostgreSQL reads too. */
const YEAR_FIRST =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?: ?[+-](\d{2})(?::?(\d{2}))?| ?UTC| ?Z)?| ?UTC| ?Z)?$/;
/** PostgreSQL takes offsets below 16 hours; the largest in use is 14. */
const LARGEST_OFFSET_HOURS = 15;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function validDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS_IN_MONTH[month - 1]!) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || leap;
}

const SHORT_DATE =
  /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp])\.?[Mm]\.?)?)?$/;
const EPOCH_SECONDS = /^[12]\d{9}$/;
const EPOCH_MILLISECONDS = /^[12]\d{12}$/;
const SPREADSHEET_DAY = /^[2-6]\d{4}(\.\d+)?$/;
const two = (digits: string) => digits.padStart(2, '0');

/** Days and months as digits: only where the file tells which comes first. */
function readShortDate(parts: RegExpExecArray, { dates }: Dialect): Repair | Problem {
  const [, first = '', second = '', year = '', hour, minute, seconds = '00', half] = parts;
  const order = dates ?? (Number(first) > 12 ? 'dmy' : Number(second) > 12 ? 'mdy' : null);
  if (order === null) {
    return problem('day-or-month', {});
  }
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  if (!validDay(Number(year), Number(month), Number(day))) return problem('no-such-day', {});
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return isOutsideOfYears();
  const date = `${year}-${two(month)}-${two(day)}`;
  if (hour === undefined || minute === undefined) return new Repair(date, 'a date with day and month as digits');
  const isAfternoon = half?.toLowerCase() === 'p';
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (isAfternoon ? 12 : 0);
  if (hours > 23 || Number(minute) > 59 || Number(seconds) > 59) return problem('no-such-time', {});
  return new Repair(`${date} ${two(String(hours))}:${minute}:${seconds}`, 'a date with day and month as digits');
}

/**
 * A moment. Without a zone it is local time of the shop; PostgreSQL reads it so under the session's TimeZone, which
 * knows the rules of daylight saving.
 */
export const readMoment: CellReader = (cell, dialect) => {
  const parts = YEAR_FIRST.exec(cell) ?? COMPACT.exec(cell);
  if (parts === null) {
    const short = SHORT_DATE.exec(cell);
    if (short !== null) return readShortDate(short, dialect);
    if (EPOCH_SECONDS.test(cell)) return new Repair(new Date(Number(cell) * 1000).toISOString(), 'seconds since 1970');
    if (EPOCH_MILLISECONDS.test(cell))
      return new Repair(new Date(Number(cell)).toISOString(), 'milliseconds since 1970');
    if (SPREADSHEET_DAY.test(cell)) {
      return problem('spreadsheet-day', {});
    }
    return problem('not-a-date', {});
  }
  const year = Number(parts[1]);
  if (!validDay(year, Number(parts[2]), Number(parts[3]))) return problem('no-such-day', {});
  if (year < FIRST_YEAR || year > LAST_YEAR) return isOutsideOfYears();
  if (Number(parts[4] ?? 0) > 23 || Number(parts[5] ?? 0) > 59 || Number(parts[6] ?? 0) > 59) {
    return problem('no-such-time', {});
  }
  if (Number(parts[7] ?? 0) > LARGEST_OFFSET_HOURS || Number(parts[8] ?? 0) > 59) {
    return problem('no-such-zone', {});
  }
  return cell;
};

export const readStatus: CellReader = (cell, { statuses }) =>
  // A mapping file says nothing of words such as `constructor`, which every object knows.
  (Object.hasOwn(statuses, cell.toLowerCase()) ? statuses[cell.toLowerCase()] : stationOf(cell)) ??
  problem('unknown-status', {});

/** A currency by its three letters, in any case; symbols are shared by many currencies and tell none. */
/** How much of a good: pieces, or a weight, a length, hours. */
export const readQuantity: CellReader = (cell, dialect) => {
  const quantity = readDecimal(cell, dialect);
  if (quantity instanceof Problem) return quantity;
  const text = quantity instanceof Repair ? quantity.text : quantity;
  return Math.abs(Number(text)) > LARGEST_INTEGER ? problem('too-large', {}) : quantity;
};

export const readCurrency: CellReader = (cell) =>
  /^[A-Za-z]{3}$/.test(cell) ? cell.toUpperCase() : problem('not-a-currency', {});

/** JSON that our own reader made. */
export const readJson: CellReader = (cell) =>
  UNSTORABLE_JSON.test(cell) ? new Problem(said('nul-or-half-sign', {}), true) : cell;
