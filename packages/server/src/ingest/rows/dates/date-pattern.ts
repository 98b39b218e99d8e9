import type { DatePattern, Dialect } from '../dialect.js';
import { fullYear, hourOf, readZone } from './calendar.js';
import { MONTHS, plainWord } from './month-names.js';

type Part =
  | 'year'
  | 'shortYear'
  | 'month'
  | 'monthName'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'fraction'
  | 'half'
  | 'zone'
  | 'weekday';

/** Letters of Unicode's date patterns (UTS #35), by what they stand for and how that is written. */
const LETTERS: readonly (readonly [RegExp, Part, string])[] = [
  [/^(?:y{3,}|Y{4}|u{4})/, 'year', '\\d{4}'],
  [/^(?:yy|YY)(?![yY])/, 'shortYear', '\\d{2}'],
  [/^[yu]/, 'year', '\\d{4}'],
  [/^[ML]{3,}/, 'monthName', '[\\p{L}\\p{M}]+\\.?'],
  [/^[ML]{2}/, 'month', '\\d{2}'],
  [/^[ML]/, 'month', '\\d{1,2}'],
  [/^(?:dd|DD)/, 'day', '\\d{2}'],
  [/^[dD]/, 'day', '\\d{1,2}'],
  [/^[Hk]{2}/, 'hour', '\\d{2}'],
  [/^[HkhK]{1,2}/, 'hour', '\\d{1,2}'],
  [/^mm/, 'minute', '\\d{2}'],
  [/^m/, 'minute', '\\d{1,2}'],
  [/^ss/, 'second', '\\d{2}'],
  [/^s/, 'second', '\\d{1,2}'],
  [/^S+/, 'fraction', '\\d{1,9}'],
  [/^[aAb]+/, 'half', '[AaPp]\\.?\\s?[Mm]\\.?'],
  [/^[zZxXOV]+/, 'zone', '(?:Z|[A-Za-z]{1,5}|(?:UTC|GMT)?[+-]\\d{1,2}(?::?\\d{2})?)'],
  [/^[Ec]+/, 'weekday', '[\\p{L}\\p{M}]+\\.?'],
];

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ +/g, '\\s+');

/**
 * Makes a reader of a pattern such as `dd.MM.yy HH:mm`, in the letters of Unicode; `YYYY` and `DD` count as `yyyy` and `dd`.
 * @returns null where the pattern has an unknown letter or does not name year, month and day once each
 */
export function readPattern(pattern: string): DatePattern | null {
  let source = '';
  const parts: Part[] = [];
  let rest = pattern;
  while (rest !== '') {
    const quoted = /^'([^']*)'/.exec(rest);
    if (quoted !== null) {
      source += quoted[1] === '' ? "'" : literal(quoted[1]!);
      rest = rest.slice(quoted[0].length);
      continue;
    }
    const letter = LETTERS.find(([letters]) => letters.test(rest));
    if (letter !== undefined) {
      const [letters, part, form] = letter;
      parts.push(part);
      source += `(${form})`;
      rest = rest.slice(letters.exec(rest)![0].length);
    } else if (/^[a-z]/i.test(rest) && !/^T/.test(rest)) return null;
    else {
      const text = /^(?:T|[^a-z']+)/i.exec(rest)?.[0];
      if (text === undefined) return null;
      source += literal(text);
      rest = rest.slice(text.length);
    }
  }
  const times = (...names: Part[]) => parts.filter((part) => names.includes(part)).length;
  if (new Set(parts).size !== parts.length) return null;
  if (times('year', 'shortYear') !== 1 || times('month', 'monthName') !== 1 || times('day') !== 1) return null;
  if ((times('minute') > 0 || times('half') > 0) && times('hour') === 0) return null;
  const whole = new RegExp(`^${source}$`, 'u');
  return (cell) => {
    const found = whole.exec(cell);
    if (found === null) return null;
    const text = (part: Part) => {
      const place = parts.indexOf(part);
      return place < 0 ? undefined : found[place + 1];
    };
    const number = (part: Part) => Number(text(part) ?? 0);
    const name = text('monthName');
    const month = name === undefined ? number('month') : MONTHS.get(plainWord(name));
    const offset = readZone(text('zone') ?? '');
    if (month === undefined || offset === null) return null;
    const short = text('shortYear');
    const half = text('half')?.[0]?.toLowerCase();
    const fraction = text('fraction');
    const day = { year: short === undefined ? number('year') : fullYear(Number(short)), month, day: number('day') };
    if (text('hour') === undefined) return day;
    const hour = hourOf(number('hour'), half);
    const time = { hour, minute: number('minute'), second: number('second') };
    return {
      ...day,
      time: { ...time, ...(fraction === undefined ? {} : { fraction }), ...(offset === undefined ? {} : { offset }) },
    };
  };
}

type DateRules = Pick<Dialect, 'dates' | 'shortYears' | 'pattern' | 'dayNumbers'>;

/**
 * What `dates` of a mapping file says: `dmy`, `mdy`, `ymd`, `excel` for the day numbers of spreadsheets, or a pattern.
 * @returns null for what is none of these
 */
export function readDatesSetting(setting: string): DateRules | null {
  if (setting === 'dmy' || setting === 'mdy' || setting === 'ymd') return { dates: setting, shortYears: setting };
  if (setting.toLowerCase() === 'excel') return { dates: null, dayNumbers: true };
  const pattern = readPattern(setting);
  return pattern === null ? null : { dates: null, pattern };
}
