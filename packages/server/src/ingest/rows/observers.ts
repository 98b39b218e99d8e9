import type { DateOrder } from './dialect.js';

/**
 * What the cells of one column tell of how it is written. An observer is given every cell of the file that is not empty,
 * trimmed; its memory does not grow with their number.
 */
interface Observer {
  see(cell: string): void;
}

export interface DateVerdict {
  /** What `01/02/2026` means in this column: `either` where no cell tells, `mixed` where cells contradict, `none` where there are no such dates. */
  readonly order: DateOrder | 'either' | 'mixed' | 'none';
  /** The share of cells that read as a moment, 0 to 1; a bare number that may as well be a count or an id is none. */
  readonly share: number;
  /** What `01/02/26` means in this column; null where it is open, or there are no such dates. */
  readonly shortYears: DateOrder | null;
  /** Nine of ten cells are numbers as spreadsheets count days; they are in no share. */
  readonly dayNumbers: boolean;
}

export interface DateObserver extends Observer {
  verdict(): DateVerdict;
}

export interface AmountVerdict {
  /** The decimal sign; `open` where no cell tells, as in 1.234. */
  readonly decimal: '.' | ',' | 'open';
  /** The decimals of the currency decided it, so that it holds for money only. */
  readonly byCurrency: boolean;
  /** The share of cells that read as a number, with currency words and signs, brackets and separators; 0 to 1. */
  readonly share: number;
}

export interface AmountObserver extends Observer {
  /** @param currencyDigits decimals of the shop's currency; 0 makes 1.234 a thousand */
  verdict(currencyDigits: number): AmountVerdict;
}
