import { type CellReader, problem, Repair } from './cell.js';
import { currenciesOf } from './currency-signs.js';

/** Nothing that a shop sells costs this; larger numbers are slips or overflows. */
const LARGEST_AMOUNT = 1e13;
const LONGEST_AMOUNT = 60;

/** A number as programs write it. */
const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
/** One point or comma with three digits behind and one to three before: decimals or thousands. */
const OPEN = /^[1-9]\d{0,2}([.,])\d{3}$/;

const MINUSES = /[-−–‒﹣－]/g;
/** (12.50), and with the currency outside: € (12.50). */
const BRACKETED = /^([^\d()]*)\((.+)\)([^\d()]*)$/;
/** What stands before the first digit, the number, and what stands behind its last digit. */
const MARKED = /^(\D*)(\d(?:.*\d)?)(\D*)$/su;
/** 12.- and 12,– for an amount without cents. */
const NO_CENTS = /^[.,]\s?[-−–—]{1,2}/;
const SPACE = /[\s\u00a0\u2007\u2009\u202f]/g;

const GROUPED_BY_SPACE = /^\d{1,3}(?:( )\d{3}(?: \d{3})*|(')\d{3}(?:'\d{3})*)(?:[.,]\d+)?$/;
const POINTS_THEN_COMMA = /^\d{1,3}(?:\.\d{3})+,\d+$/;
/** Also by lakh and crore: 12,34,567.00. */
const COMMAS_THEN_POINT = /^\d{1,3}(?:,\d{2,3})*,\d{3}\.\d+$/;
const POINTS = /^\d{1,3}(?:\.\d{3}){2,}$/;
const COMMAS = /^\d{1,3}(?:,\d{2,3})*,\d{3}$/;

/** An amount as people write it, in its parts. */
export interface WrittenAmount {
  /** The digits with a point for the decimal sign, where the form alone tells how they are read; else null. */
  readonly text: string | null;
  /** The sign that the form shows to part decimals; null where it shows none. */
  readonly decimal: '.' | ',' | null;
  /** Of a form that does not tell: the one sign in it. */
  readonly open: '.' | ',' | null;
  /** The digits and separators of a form that does not tell. */
  readonly digits: string;
  readonly isNegative: boolean;
  readonly currencies: readonly string[] | undefined;
}

/** Digits of other scripts, and the separators that Arabic has of its own, as ASCII. */
function inAscii(cell: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (/^[\x00-\x7f]*$/.test(cell)) return cell;
  return cell
    .replace(/[０-９．，－]/g, (c) => c.normalize('NFKC'))
    .replace(/[٠-٩]/g, (c) => String(c.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (c) => String(c.charCodeAt(0) - 0x6f0))
    .replace(/٫/g, '.')
    .replace(/[٬’‘´`]/g, "'")
    .replace(SPACE, ' ')
    .replace(/[\u200e\u200f\u061c]/g, '');
}

/** What the separators of a number tell by their places. */
function readDigits(digits: string): Pick<WrittenAmount, 'text' | 'decimal' | 'open'> | null {
  if (/^\d+$/.test(digits)) return { text: digits, decimal: null, open: null };
  const told = (decimal: '.' | ',', text: string) => ({ text, decimal, open: null });
  const spaced = GROUPED_BY_SPACE.exec(digits);
  if (spaced !== null) {
    const text = digits.replace(/[ ']/g, '');
    if (/^\d+$/.test(text)) return { text, decimal: null, open: null };
    return told(text.includes(',') ? ',' : '.', text.replace(',', '.'));
  }
  const points = digits.split('.').length - 1;
  const commas = digits.split(',').length - 1;
  if (points > 0 && commas > 0) {
    if (POINTS_THEN_COMMA.test(digits)) return told(',', digits.replace(/\./g, '').replace(',', '.'));
    return COMMAS_THEN_POINT.test(digits) ? told('.', digits.replace(/,/g, '')) : null;
  }
  if (points > 1) return POINTS.test(digits) ? told(',', digits.replace(/\./g, '')) : null;
  if (commas > 1) return COMMAS.test(digits) ? told('.', digits.replace(/,/g, '')) : null;
  const open = OPEN.exec(digits)?.[1];
  if (open !== undefined) return { text: null, decimal: null, open: open as '.' | ',' };
  if (/^\d*\.\d*$/.test(digits) && digits !== '.') return told('.', digits);
  return /^\d*,\d+$/.test(digits) ? told(',', digits.replace(/^,/, '0,').replace(',', '.')) : null;
}

/** Takes an amount that was written for people apart; null where it is none. */
export function takeApart(cell: string): WrittenAmount | null {
  if (cell.length > LONGEST_AMOUNT) return null;
  const ascii = inAscii(cell).trim();
  const bracketed = BRACKETED.exec(ascii);
  const text = bracketed === null ? ascii : `${bracketed[1]}${bracketed[2]}${bracketed[3]}`.trim();
  let isNegative = bracketed !== null;
  const parts = MARKED.exec(text);
  if (parts === null) return null;
  let [, before = '', digits = '', behind = ''] = parts;
  // A point before the digits begins decimals, unless it ends a word: $.50, but Rs.500.
  if (/(?:^|[^\p{L}])[.,]$/u.test(before)) {
    digits = before.slice(-1) + digits;
    before = before.slice(0, -1);
  }
  behind = behind.replace(NO_CENTS, '').replace(/^\.(?=\s|$)/, '');
  // One sign: before or behind, outside or inside of the currency.
  let signs = 0;
  const unsigned = (mark: string) =>
    mark
      .replace(MINUSES, () => {
        signs++;
        return '';
      })
      .replace('+', '')
      .trim();
  before = unsigned(before);
  behind = unsigned(behind);
  if (signs > 1) return null;
  if (signs === 1) isNegative = !isNegative;
  let currencies: readonly string[] | undefined;
  for (const mark of [before, behind]) {
    if (mark === '') continue;
    const named = currenciesOf(mark);
    if (named === null) return null;
    currencies = currencies === undefined ? named : currencies.filter((code) => named.includes(code));
  }
  if (currencies?.length === 0) return null;
  const read = readDigits(digits);
  return read === null ? null : { ...read, digits, isNegative, currencies };
}

/**
 * An amount, exact: the digits are kept as they stand, never read into a float. Where two separators stand, or one stands
 * where only decimals or only thousands can, the form decides; 12.990 is read as the column is written, and refused where
 * the column does not tell.
 */
export const readDecimal: CellReader = (cell, dialect) => {
  const { decimalComma, decimalOpen = false } = dialect;
  let written: string;
  let currencies: readonly string[] | undefined;
  if (PLAIN.test(cell) && !((decimalComma || decimalOpen) && OPEN.test(cell.replace(/^[+-]/, '')))) written = cell;
  else {
    const amount = takeApart(cell);
    if (amount === null) return problem('not-a-number', {});
    let { text } = amount;
    if (amount.open !== null) {
      if (decimalOpen) return problem('decimal-or-thousands', {});
      text =
        amount.open === (decimalComma ? ',' : '.')
          ? amount.digits.replace(',', '.')
          : amount.digits.replace(amount.open, '');
    } else if (amount.decimal === ',' && !decimalComma && !decimalOpen && /^\d*,\d+$/.test(amount.digits)) {
      // In a column of decimal points 12,50 is a slip that may mean 12.50 as well as 1,250.
      return problem('not-a-number', {});
    }
    if (text === null) return problem('not-a-number', {});
    written = amount.isNegative ? `-${text}` : text;
    currencies = amount.currencies;
  }
  if (Math.abs(Number(written)) >= LARGEST_AMOUNT || written.length > LONGEST_AMOUNT)
    return problem('larger-than-amounts', {});
  if (written === cell) return cell;
  return new Repair(written, 'an amount written for people', currencies);
};
