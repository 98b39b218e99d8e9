import Big from 'big.js';
import { z } from 'zod';

const LONG_NUMBER = /\d{16}/;
/** Strings are matched first, so that digits inside them stay. */
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** Parses JSON whose ids may be longer than a double holds: whole numbers of 16 digits and more become texts. @throws SyntaxError */
export function parseExactJson(json: string): unknown {
  // First as it stands: of a text that is no JSON the expression below would look for the ends of strings for ever.
  const parsed: unknown = JSON.parse(json);
  if (!LONG_NUMBER.test(json)) return parsed;
  return JSON.parse(json.replace(STRING_OR_LONG_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}

export const id = z.union([z.string().min(1), z.number()]).transform(String);
export const optionalId = id.nullish();
/** Amounts stay the text that they are; a platform that writes numbers is read by their shortest digits. */
export const amount = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => /^-?\d{1,30}(\.\d{1,30})?$/.test(text), 'is not an amount');
export const optionalText = z.string().nullish();

/** What lines of an order share with a file's: the id under which both write the line. */
export function lineIds(products: readonly (string | null | undefined)[]): string[] {
  const seen = new Map<string, number>();
  return products.map((product) => {
    const occurrence = (seen.get(product ?? '') ?? 0) + 1;
    seen.set(product ?? '', occurrence);
    return `${product ?? ''}:${occurrence}`;
  });
}

/** The digits after the point: amounts keep those of their source. */
const scaleOf = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));

/** Exact sums of decimal texts. */
export const sum = (amounts: readonly string[]) =>
  amounts.reduce((total, each) => total.plus(each), new Big(0)).toFixed(scaleOf(amounts));
export const lineAmount = (price: string, quantity: number, discounts: readonly string[]) =>
  new Big(price)
    .times(quantity)
    .minus(sum(discounts))
    .toFixed(scaleOf([price, ...discounts]));
export const withoutSign = (text: string) => text.replace(/^-/, '');
export const negative = (text: string) => (text.startsWith('-') ? text.slice(1) : `-${text}`);
export const isZero = (text: string) => new Big(text).eq(0);
