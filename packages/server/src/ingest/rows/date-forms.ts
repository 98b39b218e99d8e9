import { Problem, readMoment } from './clean.js';
import { PLAIN_DIALECT } from './dialect.js';
import type { DateObserver, DateVerdict } from './observers.js';

const SHORT = /^(\d{1,2})[./-](\d{1,2})[./-]\d{4}/;

/** How the dates of a column are written. */
export class DateForms implements DateObserver {
  #seen = 0;
  #read = 0;
  #short = 0;
  #first = false;
  #second = false;

  see(cell: string): void {
    this.#seen++;
    const short = SHORT.exec(cell);
    if (short !== null) {
      this.#short++;
      this.#read++;
      if (Number(short[1]) > 12) this.#first = true;
      if (Number(short[2]) > 12) this.#second = true;
    } else if (!/^\d+$/.test(cell) && !(readMoment(cell, PLAIN_DIALECT) instanceof Problem)) this.#read++;
  }

  verdict(): DateVerdict {
    const share = this.#seen === 0 ? 0 : this.#read / this.#seen;
    if (this.#short === 0) return { order: 'none', share };
    if (this.#first && this.#second) return { order: 'mixed', share };
    return { order: this.#first ? 'dmy' : this.#second ? 'mdy' : 'either', share };
  }
}
