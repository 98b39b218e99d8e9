import { Problem } from '../cell.js';
import { type DateOrder, PLAIN_DIALECT } from '../dialect.js';
import type { DateObserver, DateVerdict } from '../observers.js';
import { inOrder, isDayNumber, readMoment } from '../read-moment.js';
import { fullYear, isDay } from './calendar.js';
import { takeDateApart } from './written-dates.js';

/** As databases write it; most cells of most columns. */
const PLAIN = /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}|$)/;
const ORDERS: readonly DateOrder[] = ['dmy', 'mdy', 'ymd'];
/** So many cells are day numbers: the column counts days. */
const NEARLY_ALL = 0.9;

/** How the dates of a column are written. */
export class DateForms implements DateObserver {
  #seen = 0;
  #read = 0;
  #digits = 0;
  #short = 0;
  #named = 0;
  #dayNumbers = 0;
  #first = false;
  #second = false;
  readonly #possible = new Set(ORDERS);

  /** @param now a year of two digits that lies after next year is none */
  constructor(private readonly now = new Date()) {}

  see(cell: string): void {
    this.#seen++;
    if (PLAIN.test(cell)) {
      this.#read++;
      return;
    }
    if (/^\d+(?:[.,]\d+)?$/.test(cell)) {
      if (isDayNumber(cell)) this.#dayNumbers++;
      return;
    }
    const taken = takeDateApart(cell);
    if (taken === null) return;
    const { date } = taken;
    if (date.form === 'clear') {
      if (!(readMoment(cell, PLAIN_DIALECT) instanceof Problem)) this.#read++;
      return;
    }
    this.#read++;
    if (date.form === 'digits') {
      this.#digits++;
      if (date.first > 12) this.#first = true;
      if (date.second > 12) this.#second = true;
      return;
    }
    this.#short++;
    if (date.form === 'short-named') this.#named++;
    const lastYear = this.now.getUTCFullYear() + 1;
    for (const order of this.#possible) {
      const { year, month, day } =
        date.form === 'short'
          ? inOrder(order, date.numbers)
          : order === 'ymd'
            ? { year: fullYear(date.first), month: date.month, day: date.second }
            : { year: fullYear(date.second), month: date.month, day: date.first };
      if (!isDay(year, month, day) || year > lastYear) this.#possible.delete(order);
    }
  }

  verdict(): DateVerdict {
    const share = this.#seen === 0 ? 0 : this.#read / this.#seen;
    const order = this.#order();
    const dayNumbers = this.#dayNumbers > 0 && this.#dayNumbers >= this.#seen * NEARLY_ALL;
    return { order, share, shortYears: this.#shortYears(order), dayNumbers };
  }

  #order(): DateVerdict['order'] {
    if (this.#digits === 0) return this.#short === 0 ? 'none' : (this.#shortYears('none') ?? 'either');
    if (this.#first && this.#second) return 'mixed';
    return this.#first ? 'dmy' : this.#second ? 'mdy' : 'either';
  }

  /** The one order in which all dates with years of two digits are days of the past. */
  #shortYears(order: DateVerdict['order']): DateOrder | null {
    if (this.#short === 0) return null;
    // Around the name of a month days and years alone change places.
    if (this.#named === this.#short) return this.#possible.size === 2 && this.#possible.has('dmy') ? 'dmy' : null;
    const possible = [...this.#possible];
    if (order === 'dmy' || order === 'mdy') return this.#possible.has(order) ? order : null;
    return possible.length === 1 ? possible[0]! : null;
  }
}
