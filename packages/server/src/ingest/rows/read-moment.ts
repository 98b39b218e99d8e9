import { type CellReader, Problem, problem, Repair } from './cell.js';
import {
  FIRST_YEAR,
  fullYear,
  isDay,
  isOutsideOfYears,
  LARGEST_OFFSET_HOURS,
  LAST_YEAR,
  momentText,
} from './dates/calendar.js';
import { type TakenApart, takeDateApart } from './dates/written-dates.js';
import type { DateOrder, Dialect, WrittenMoment } from './dialect.js';

/** Year first, then month and day; a time; a fraction; a zone as UTC or Z, after a time also as an offset. All of it PostgreSQL reads too. */
const YEAR_FIRST =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?: ?[+-](\d{2})(?::?(\d{2}))?| ?UTC| ?Z)?| ?UTC| ?Z)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;

const EPOCH_SECONDS = /^[12]\d{9}$/;
const EPOCH_MILLISECONDS = /^[12]\d{12}$/;
/** From 1954 to 2091. */
const SPREADSHEET_DAY = /^[2-6]\d{4}(?:[.,]\d+)?$/;
/** Day 0 of spreadsheets, which take 1900 for a leap year: right from March 1900 on. */
const SPREADSHEET_ZERO = Date.UTC(1899, 11, 30);
const MS_PER_DAY = 86_400_000;

/** How the three numbers of a date stand. */
export const inOrder = (order: DateOrder, [a, b, c]: readonly [number, number, number]): WrittenMoment =>
  order === 'dmy'
    ? { year: fullYear(c), month: b, day: a }
    : order === 'mdy'
      ? { year: fullYear(c), month: a, day: b }
      : { year: fullYear(a), month: b, day: c };

/** A spreadsheet's day number; its fraction is the time of day, to the second. */
function readDayNumber(cell: string): Repair {
  const seconds = Math.round(Number(cell.replace(',', '.')) * 86_400);
  const text = new Date(SPREADSHEET_ZERO + seconds * 1000).toISOString();
  return new Repair(
    seconds % (MS_PER_DAY / 1000) === 0 ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' '),
    "a spreadsheet's day number",
  );
}

/** Which day a date means in its dialect, or why that is open. */
function dayOf({ date }: TakenApart, { dates, shortYears = null }: Dialect): WrittenMoment | Problem {
  switch (date.form) {
    case 'clear':
      return date;
    case 'digits': {
      const { first, second, year } = date;
      const known = dates === 'ymd' ? null : dates;
      const order = known ?? (first > 12 || first === second ? 'dmy' : second > 12 ? 'mdy' : null);
      if (order === null) return problem('day-or-month', {});
      return order === 'dmy' ? { year, month: second, day: first } : { year, month: first, day: second };
    }
    case 'short':
      return shortYears === null ? problem('short-year', {}) : inOrder(shortYears, date.numbers);
    case 'short-named': {
      if (shortYears === null) return problem('short-year', {});
      const { first, second, month } = date;
      return shortYears === 'ymd'
        ? { year: fullYear(first), month, day: second }
        : { year: fullYear(second), month, day: first };
    }
  }
}

const KINDS = {
  clear: 'a date written for people',
  digits: 'a date with day and month as digits',
  short: 'a date with a year of two digits',
  'short-named': 'a date with a year of two digits',
} as const;

/** A date that is not as databases write it. */
function readWritten(cell: string, dialect: Dialect): Repair | Problem {
  const taken = takeDateApart(cell);
  if (taken === null) return problem('not-a-date', {});
  if (taken.hasUnknownZone) return problem('no-such-zone', {});
  const day = dayOf(taken, dialect);
  if (day instanceof Problem) return day;
  const text = momentText(taken.time === undefined ? day : { ...day, time: taken.time });
  return text instanceof Problem ? text : new Repair(text, KINDS[taken.date.form]);
}

/**
 * A moment. Without a zone it is local time of the shop; PostgreSQL reads it so under the session's TimeZone, which
 * knows the rules of daylight saving.
 */
export const readMoment: CellReader = (cell, dialect) => {
  const told = dialect.pattern?.(cell) ?? null;
  if (told !== null) {
    const text = momentText(told);
    return text instanceof Problem ? text : new Repair(text, 'a date of the pattern of the mapping');
  }
  const parts = YEAR_FIRST.exec(cell) ?? COMPACT.exec(cell);
  if (parts === null) {
    if (EPOCH_SECONDS.test(cell)) return new Repair(new Date(Number(cell) * 1000).toISOString(), 'seconds since 1970');
    if (EPOCH_MILLISECONDS.test(cell))
      return new Repair(new Date(Number(cell)).toISOString(), 'milliseconds since 1970');
    if (SPREADSHEET_DAY.test(cell)) {
      return dialect.dayNumbers === true ? readDayNumber(cell) : problem('spreadsheet-day', {});
    }
    return readWritten(cell, dialect);
  }
  const year = Number(parts[1]);
  if (!isDay(year, Number(parts[2]), Number(parts[3]))) return problem('no-such-day', {});
  if (year < FIRST_YEAR || year > LAST_YEAR) return isOutsideOfYears();
  if (Number(parts[4] ?? 0) > 23 || Number(parts[5] ?? 0) > 59 || Number(parts[6] ?? 0) > 59) {
    return problem('no-such-time', {});
  }
  if (Number(parts[7] ?? 0) > LARGEST_OFFSET_HOURS || Number(parts[8] ?? 0) > 59) {
    return problem('no-such-zone', {});
  }
  return cell;
};

/** A cell that is a number as spreadsheets count days. */
export const isDayNumber = (cell: string) => SPREADSHEET_DAY.test(cell);
