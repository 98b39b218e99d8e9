import type { AmountObserver, AmountVerdict } from './observers.js';

const COMMA = /\d,\d{1,2}\D*$/;
const POINT = /\d\.\d{1,2}\D*$/;
const NUMBER = /^\D{0,4}[\d., '\u00a0]+\D{0,4}$/;

/** How the amounts of a column are written. */
export class AmountForms implements AmountObserver {
  #seen = 0;
  #read = 0;
  #comma = 0;
  #point = 0;

  see(cell: string): void {
    this.#seen++;
    if (!NUMBER.test(cell)) return;
    this.#read++;
    if (COMMA.test(cell)) this.#comma++;
    else if (POINT.test(cell)) this.#point++;
  }

  verdict(_currencyDigits = 2): AmountVerdict {
    const share = this.#seen === 0 ? 0 : this.#read / this.#seen;
    return { decimal: this.#comma > this.#point ? ',' : this.#point > 0 ? '.' : 'open', share };
  }
}
