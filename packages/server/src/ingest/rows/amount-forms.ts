import type { AmountObserver, AmountVerdict } from './observers.js';
import { takeApart } from './read-amount.js';

const WHOLE = /^[+-]?\d+$/;
/** More than three decimals, or fewer, of a number as programs write it: most cells of most columns. */
const POINT = /^[+-]?\d*\.(?:\d{1,2}|\d{4,})$/;
/** So much of what tells points one way: the rest are slips. */
const NEARLY_ALL = 0.95;

/** How the amounts of a column are written. */
export class AmountForms implements AmountObserver {
  #seen = 0;
  #read = 0;
  #comma = 0;
  #point = 0;
  #openComma = 0;
  #openPoint = 0;

  see(cell: string): void {
    this.#seen++;
    if (WHOLE.test(cell)) this.#read++;
    else if (POINT.test(cell)) {
      this.#read++;
      this.#point++;
    } else {
      const amount = takeApart(cell);
      if (amount === null) {
        if (/^[+-]?\d+(?:\.\d*)?[eE][+-]?\d{1,3}$/.test(cell)) this.#read++;
        return;
      }
      this.#read++;
      if (amount.decimal === ',') this.#comma++;
      else if (amount.decimal === '.') this.#point++;
      if (amount.open === ',') this.#openComma++;
      else if (amount.open === '.') this.#openPoint++;
    }
  }

  verdict(currencyDigits: number): AmountVerdict {
    const share = this.#seen === 0 ? 0 : this.#read / this.#seen;
    const decimal = this.#decimal(currencyDigits);
    return { decimal, share, byCurrency: decimal !== 'open' && this.#comma + this.#point === 0 };
  }

  #decimal(currencyDigits: number): AmountVerdict['decimal'] {
    const told = this.#comma + this.#point;
    if (told > 0) {
      if (this.#point >= told * NEARLY_ALL) return '.';
      return this.#comma >= told * NEARLY_ALL ? ',' : 'open';
    }
    // No cell tells. Without decimals in the currency a separator parts thousands.
    const open = this.#openComma + this.#openPoint;
    if (open === 0 || (this.#openComma > 0 && this.#openPoint > 0)) return 'open';
    const sign = this.#openComma > 0 ? ',' : '.';
    if (currencyDigits === 0) return sign === ',' ? '.' : ',';
    // Three decimals in each cell are the decimals of a currency that has three.
    return currencyDigits === 3 && open === this.#read && open >= 3 ? sign : 'open';
  }
}
