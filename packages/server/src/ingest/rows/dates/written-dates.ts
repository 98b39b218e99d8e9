import type { WrittenTime } from '../dialect.js';
import { fullYear, hourOf, readZone } from './calendar.js';
import { FILLERS, MONTHS, plainWord, WEEKDAYS } from './month-names.js';

/** A date as it is written, with what its form alone does not tell left open. */
export type WrittenDate =
  /** One way to read it: the year has four digits and comes first, or the month has a name. */
  | { readonly form: 'clear'; readonly year: number; readonly month: number; readonly day: number }
  /** Day and month as digits, then a year of four. */
  | { readonly form: 'digits'; readonly first: number; readonly second: number; readonly year: number }
  /** Three numbers of two digits, one of them a year. */
  | { readonly form: 'short'; readonly numbers: readonly [number, number, number] }
  /** A month's name between two numbers of two digits, one of them a year. */
  | { readonly form: 'short-named'; readonly first: number; readonly second: number; readonly month: number };

export interface TakenApart {
  readonly date: WrittenDate;
  readonly time: WrittenTime | undefined;
  /** What stands for a zone and is none. */
  readonly hasUnknownZone: boolean;
}

const LONGEST_DATE = 100;
const CLOCK =
  /(?<=^|[\sT,،])(\d{1,2})(?:\s?[:h時]\s?(\d{2}))(?:[:.分](\d{2})(?:[.,](\d{1,9}))?秒?|分)?(?:\s*([AaPp])\.?\s?[Mm]\b\.?|\s*([صم])(?!\p{L}))?/u;
/** 14.21 behind a date, as Italians and Finns write it. */
const POINT_CLOCK = /(?<=\d[\s,،]+)(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?=\s|$)/u;
/** 2 PM and 14 Uhr, without minutes. */
const HOUR = /(?<=^|[\sT,])(\d{1,2})\s*(?:([AaPp])\.?\s?[Mm]\b\.?|(?:Uhr|h)\b)/;
/** What may stand behind a time and says nothing. */
const BEHIND_CLOCK = /^\s*(?:Uhr|hs?|hrs?|Hrs?)\b\.?|\[[^\]]*\]\s*$/g;
const ZONE =
  /^\s*((?:UTC|GMT|Z)?\s?[+\-−]\d{1,2}(?::?\d{2})?|[A-Z]{1,5}(?!\p{L})|[A-Za-z]+\/[A-Za-z_/]+)?(?:\s*\([^)]*\))?\s*(.*)$/su;

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const YEAR_FIRST_SIGNS = /^(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]$/;
const YEAR_LAST = /^(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})$/;
const SHORT = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{2})$/;
const ORDINAL = /^(\d{1,2})(?:st|nd|rd|th|er|º|ª|°|\.)$/;

/** Digits of other scripts as ASCII, other blanks as blanks, no marks of direction. */
function inPlainDigits(cell: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (/^[\x00-\x7f]*$/.test(cell)) return cell;
  return cell
    .replace(/[０-９：／．－]/g, (c) => c.normalize('NFKC'))
    .replace(/[٠-٩]/g, (c) => String(c.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (c) => String(c.charCodeAt(0) - 0x6f0))
    .replace(/[\u200e\u200f\u061c\u200b]/g, '')
    .replace(/\s/g, ' ');
}

function readClock(text: string): { time: WrittenTime; rest: string; hasUnknownZone: boolean } | null {
  const clock = CLOCK.exec(text) ?? POINT_CLOCK.exec(text);
  const found = clock ?? HOUR.exec(text);
  if (found === null) return null;
  const [whole] = found;
  const half =
    clock === null ? found[2] : (found[5] ?? (found[6] === undefined ? undefined : found[6] === 'م' ? 'p' : 'a'));
  const [, zone = '', after = ''] = ZONE.exec(text.slice(found.index + whole.length).replace(BEHIND_CLOCK, ''))!;
  const offset = readZone(zone.trim());
  const time = {
    hour: hourOf(Number(found[1]), half?.toLowerCase()),
    minute: clock === null ? 0 : Number(found[2]),
    second: clock === null ? 0 : Number(found[3] ?? 0),
    ...(clock === null || found[4] === undefined ? {} : { fraction: found[4] }),
    ...(offset == null ? {} : { offset }),
  };
  const before = text.slice(0, found.index).replace(/[T,،]\s*$/, '');
  return { time, rest: `${before} ${after}`.trim(), hasUnknownZone: offset === null };
}

/** A date with the name of a month. */
function readNamed(text: string): WrittenDate | null {
  let month: number | undefined;
  let year: number | undefined;
  let maybeDay: string | undefined;
  const numbers: number[] = [];
  let monthFirst = false;
  for (const token of text.split(/[\s,،/]+|-|(?<=\p{L})\.|(?<=\d)\.(?=\s|\p{L})/u)) {
    if (token === '') continue;
    if (/^\d{4}$/.test(token) && year === undefined) {
      year = Number(token);
      continue;
    }
    const number = /^\d{1,2}$/.test(token) ? token : ORDINAL.exec(token)?.[1];
    if (number !== undefined) {
      numbers.push(Number(number));
      continue;
    }
    const word = plainWord(token);
    const named = MONTHS.get(word);
    if (named !== undefined) {
      // "mar." begins March and the Tuesdays of three languages; the word before a month is a day.
      if (month !== undefined) {
        if (maybeDay === undefined || !WEEKDAYS.has(maybeDay)) return null;
      } else monthFirst = numbers.length === 0;
      month = named;
      maybeDay = word;
    } else if (!WEEKDAYS.has(word) && !FILLERS.has(word)) return null;
  }
  if (month === undefined) return null;
  if (year !== undefined && numbers.length === 1) return { form: 'clear', year, month, day: numbers[0]! };
  if (year !== undefined || numbers.length !== 2) return null;
  const [first, second] = numbers as [number, number];
  // Behind a month that comes first stands its day: nobody writes month, year, day.
  if (monthFirst) return { form: 'clear', year: fullYear(second), month, day: first };
  return { form: 'short-named', first, second, month };
}

function readDate(text: string): WrittenDate | null {
  const first = YEAR_FIRST.exec(text);
  if (first !== null) return { form: 'clear', year: Number(first[1]), month: Number(first[3]), day: Number(first[4]) };
  const last = YEAR_LAST.exec(text);
  if (last !== null) return { form: 'digits', first: Number(last[1]), second: Number(last[3]), year: Number(last[4]) };
  const short = SHORT.exec(text);
  if (short !== null) return { form: 'short', numbers: [Number(short[1]), Number(short[3]), Number(short[4])] };
  const signs = YEAR_FIRST_SIGNS.exec(text);
  if (signs !== null) return { form: 'clear', year: Number(signs[1]), month: Number(signs[2]), day: Number(signs[3]) };
  return /\p{L}/u.test(text) ? readNamed(text) : null;
}

/** Takes a date, with or without a time, apart; null where it is none. */
export function takeDateApart(cell: string): TakenApart | null {
  if (cell.length > LONGEST_DATE || !/\p{Nd}/u.test(cell)) return null;
  const text = inPlainDigits(cell).trim();
  const whole = readDate(text);
  if (whole !== null) return { date: whole, time: undefined, hasUnknownZone: false };
  const clock = readClock(text);
  if (clock === null) return null;
  // A day of the week may stand before digits too.
  const rest = clock.rest.replace(/(?:[,،]|\s+(?:at|um|a las|à|alle|om|kl|-|–))\s*$/iu, '').trim();
  const date =
    readDate(rest) ??
    readDate(
      rest.replace(/^\p{L}+\.?,?\s+(?=\d)/u, (word) =>
        WEEKDAYS.has(plainWord(word.replace(/[,\s]/g, ''))) ? '' : word,
      ),
    );
  return date === null ? null : { date, time: clock.time, hasUnknownZone: clock.hasUnknownZone };
}
