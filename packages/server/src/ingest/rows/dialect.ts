/** How a file writes what its header does not tell. */
export interface Dialect {
  /** What `01/02/2026` means; null where nothing tells. `iso` dates are read in any dialect. */
  readonly dates: 'dmy' | 'mdy' | null;
  /** `1.234,50` instead of `1,234.50`. */
  readonly decimalComma: boolean;
  /** More words for the stations of an order, in lower case. */
  readonly statuses: Readonly<Record<string, string>>;
}

export const PLAIN_DIALECT: Dialect = { dates: null, decimalComma: false, statuses: {} };

const SHORT_DATE = /(?:^|[^\d])(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?=$|[^\d])/g;
const COMMA_AMOUNT = /(?:^|[;\t"])\s*-?\d+(?:\.\d{3})*,\d{1,2}\s*(?=$|[;\t"\r\n])/m;
const POINT_AMOUNT = /(?:^|[;\t"])\s*-?\d+(?:,\d{3})*\.\d+\s*(?=$|[;\t"\r\n])/m;

/**
 * What the start of a file tells of its dialect: a day above 12 settles whether days or months come first. Where no such
 * day is found nothing is guessed.
 * @param delimiter a file whose cells are parted by commas cannot have bare decimal commas
 */
export function detectDialect(text: string, delimiter: string): Dialect {
  let firstAbove = false;
  let secondAbove = false;
  for (const [, first, second] of text.matchAll(SHORT_DATE)) {
    if (Number(first) > 12) firstAbove = true;
    if (Number(second) > 12) secondAbove = true;
  }
  return {
    dates: firstAbove === secondAbove ? null : firstAbove ? 'dmy' : 'mdy',
    decimalComma: delimiter !== ',' && COMMA_AMOUNT.test(text) && !POINT_AMOUNT.test(text),
    statuses: {},
  };
}
