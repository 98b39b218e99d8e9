/** A moment as it was written, in its parts. Without a time it is a day, without a zone local time of the shop. */
export interface WrittenMoment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly time?: WrittenTime;
}

export interface WrittenTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits behind the point. */
  readonly fraction?: string;
  /** Minutes east of Greenwich. */
  readonly offset?: number;
}

/** Reads the dates of one pattern; null for a cell that is not written so. */
export type DatePattern = (cell: string) => WrittenMoment | null;

/** Which of day, month and year comes first. */
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

/** How a column is written where a cell alone does not tell. */
export interface Dialect {
  /** What `01/02/2026` means; null where nothing tells. Dates that can be read one way only are read in any dialect. */
  readonly dates: DateOrder | null;
  /** What `01/02/26` means; null where nothing tells. */
  readonly shortYears?: DateOrder | null;
  /** A pattern of the mapping, tried before all others. */
  readonly pattern?: DatePattern | null;
  /** 45558 is the day that a spreadsheet counts so. */
  readonly dayNumbers?: boolean;
  /** `1.234,50` instead of `1,234.50`. */
  readonly decimalComma: boolean;
  /** Nothing tells whether `1.234` is a thousand or a decimal number: such a cell is refused. */
  readonly decimalOpen?: boolean;
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
