import { type Problem, problem } from '../cell.js';
import type { WrittenMoment } from '../dialect.js';

export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2100;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** PostgreSQL takes offsets below 16 hours; the largest in use is 14. */
export const LARGEST_OFFSET_HOURS = 15;
const two = (number: number) => String(number).padStart(2, '0');

export const isOutsideOfYears = () => problem('outside-years', { first: FIRST_YEAR, last: LAST_YEAR });

export function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS_IN_MONTH[month - 1]!) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || leap;
}

/** Two digits are a year from 1970 to 2069. */
export const fullYear = (short: number) => (short < 70 ? 2000 + short : 1900 + short);

/** The moment as PostgreSQL reads it, or why there is none such. */
export function momentText({ year, month, day, time }: WrittenMoment): string | Problem {
  if (!isDay(year, month, day)) return problem('no-such-day', {});
  if (year < FIRST_YEAR || year > LAST_YEAR) return isOutsideOfYears();
  const date = `${year}-${two(month)}-${two(day)}`;
  if (time === undefined) return date;
  const { hour, minute, second, fraction, offset } = time;
  if (hour > 23 || minute > 59 || second > 59) return problem('no-such-time', {});
  const clock = `${date} ${two(hour)}:${two(minute)}:${two(second)}${fraction === undefined ? '' : `.${fraction.slice(0, 9)}`}`;
  if (offset === undefined) return clock;
  const east = Math.abs(offset);
  if (east >= (LARGEST_OFFSET_HOURS + 1) * 60) return problem('no-such-zone', {});
  return `${clock}${offset < 0 ? '-' : '+'}${two(Math.floor(east / 60))}:${two(east % 60)}`;
}

/** Minutes east of zones that are written by letters; of those that mean two places none. */
const ZONES: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  UT: 0,
  WET: 0,
  WEST: 60,
  CET: 60,
  CEST: 120,
  MEZ: 60,
  MESZ: 120,
  EET: 120,
  EEST: 180,
  // RFC 2822, 4.3.
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  JST: 540,
  KST: 540,
};

/** Minutes east of Greenwich of Z, UTC, +02, -0400, GMT+2, +05:30; null for what is no zone, undefined for none. */
export function readZone(zone: string): number | null | undefined {
  if (zone === '') return undefined;
  const letters = ZONES[zone.toUpperCase()];
  if (letters !== undefined) return letters;
  const parts = /^(?:UTC|GMT)? ?([+\-−])(\d{1,2})(?::?(\d{2}))?$/i.exec(zone);
  if (parts === null || Number(parts[3] ?? 0) > 59) return null;
  const minutes = Number(parts[2]) * 60 + Number(parts[3] ?? 0);
  return parts[1] === '+' ? minutes : -minutes;
}

/** An hour of twelve. @param half the letter a or p, of a.m. and p.m.; undefined where an hour is one of 24 */
export function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  // 13 PM is an hour that does not exist, unless it is 24-hour time with a needless mark.
  if (hour > 12) return half === 'p' && hour < 24 ? hour : 99;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}
