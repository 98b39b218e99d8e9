import { AmountForms } from '../rows/amount-forms.js';
import { isMissingWord, readDecimal } from '../rows/clean.js';
import { DateForms } from '../rows/dates/date-forms.js';
import type { AmountVerdict, DateVerdict } from '../rows/observers.js';
import { stationOf } from '../rows/status-words.js';

/** What a column holds, by its values: 90 % of those that are filled read so. */
export type ColumnKind = 'money' | 'number' | 'date' | 'status' | 'email' | 'id' | 'text' | 'empty';

/** What the values of one column tell, over the whole file. */
export interface ColumnProfile {
  /** As the file writes it. */
  readonly title: string;
  /** Normalised. */
  readonly name: string;
  readonly count: number;
  readonly filled: number;
  readonly kind: ColumnKind;
  readonly dates: DateVerdict;
  readonly amounts: AmountVerdict;
  /** Some cell is a number other than 0. */
  readonly holdsNumbers: boolean;
  /** Nine of ten are texts of several words, as names of people are. */
  readonly readsAsWords: boolean;
  /** Of the first cells, how many repeat another: 0 where each is its own, near 1 where few values come again and again. */
  readonly repeats: number;
  /** The first values that differ, at most three. */
  readonly examples: readonly string[];
}

/** So many cells of a column read as something make it that. */
const MOST_OF_THEM = 0.9;
/** After so many cells a column that is no date or amount is not tried as one any more. */
const TRIAL = 1000;
/** From here on every sixteenth cell is looked at, except where it is still open which sign or which part comes first. */
const EVERY_CELL_UNTIL = 20_000;
const ONE_OF = 16;
const MOST_WORDS = 64;
const NO_DATES: DateVerdict = { order: 'none', share: 0, shortYears: null, dayNumbers: false };
const NO_AMOUNTS: AmountVerdict = { decimal: 'open', share: 0, byCurrency: false };
/** So many of the first cells are compared with each other. */
const COMPARED = 2000;
const LONGEST_WORD = 60;

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const FRACTION = /\d[.,]\d{1,4}\D{0,5}$/;
const CURRENCY_MARK = /[\p{Sc}円元]|^(?:[A-Z]{3}|kr|zł)\s?\d|\d\s?(?:[A-Z]{3}|kr|zł|Kč|Ft)\.?$/u;
const WORDS = /^\p{L}[\p{L}.'’-]*(?: \p{L}[\p{L}.'’-]*)+$/u;
const NOT_ZERO = /[1-9]/;

/** Headers that name money, in the languages of the words; of a column of bare whole numbers they tell more than the numbers. */
const MONEY_WORDS =
  /(?:^|_)(?:total|subtotal|totals|sum|amount|price|revenue|sales|spend|spent|paid|payment|net|gross|value|refund|refunded|discount|discounts|tax|taxes|vat|shipping|freight|tip|tips|betrag|summe|gesamt|gesamtbetrag|gesamtsumme|preis|einzelpreis|umsatz|netto|brutto|rabatt|steuer|mwst|versand|versandkosten|erstattung|importe|precio|ingresos|ventas|neto|bruto|descuento|impuesto|envío|envio|reembolso|montant|prix|remise|remboursement|valor|preço|preco|desconto|prezzo|totale|importo|sconto|bedrag|prijs|totaal|korting)(?:_|$)|合計|総額|金額|価格|単価|売上|税|送料|割引|返金|المبلغ|السعر|الإجمالي|المجموع|الخصم|الضريبة|金额|总价|单价/u;

/** Whether a header names money of an order, so that leaving it aside may give a false amount. */
export const namesMoney = (name: string) => MONEY_WORDS.test(name);

/** Watches one column; what it remembers does not grow with the file. */
class ColumnObserver {
  #filled = 0;
  #seen = 0;
  #emails = 0;
  #fractions = 0;
  #marks = 0;
  #wordy = 0;
  #holdsNumbers = false;
  #dates: DateForms | null = new DateForms();
  #amounts: AmountForms | null = new AmountForms();
  #everyCell = true;
  /** Null where they are too many. */
  #words: Map<string, number> | null = new Map();
  readonly #examples: string[] = [];
  #distinct: Set<string> | null = new Set();
  #different = 0;

  see(raw: string): void {
    this.#filled++;
    if (!this.#everyCell && this.#filled % ONE_OF !== 0) return;
    const cell = raw.trim();
    if (cell === '' || isMissingWord(cell, readDecimal)) {
      this.#filled--;
      return;
    }
    this.#seen++;
    this.#dates?.see(cell);
    this.#amounts?.see(cell);
    if (cell.includes('@') && EMAIL.test(cell)) this.#emails++;
    if (this.#amounts !== null) {
      if (FRACTION.test(cell)) this.#fractions++;
      if (CURRENCY_MARK.test(cell)) this.#marks++;
      if (!this.#holdsNumbers) this.#holdsNumbers = NOT_ZERO.test(cell);
    }
    if (this.#seen <= EVERY_CELL_UNTIL && WORDS.test(cell)) this.#wordy++;
    if (this.#words !== null) {
      const word = cell.slice(0, LONGEST_WORD);
      const times = this.#words.get(word);
      if (times === undefined && this.#examples.length < 3) this.#examples.push(word);
      this.#words.set(word, (times ?? 0) + 1);
      if (this.#words.size > MOST_WORDS) this.#words = null;
    }
    if (this.#distinct !== null) {
      this.#distinct.add(cell);
      this.#different = this.#distinct.size;
      if (this.#seen >= COMPARED) this.#distinct = null;
    }
    if (this.#seen === TRIAL) this.#giveUpTrials();
    if (this.#filled % EVERY_CELL_UNTIL === 0) this.#everyCell = this.#isOpen();
  }

  #giveUpTrials(): void {
    const dates = this.#dates?.verdict();
    if (dates !== undefined && dates.share < 0.1 && !dates.dayNumbers) this.#dates = null;
    if ((this.#amounts?.verdict(2).share ?? 0) < 0.1) this.#amounts = null;
  }

  /** Another cell may still tell whether days or months come first, or which sign parts the decimals. */
  #isOpen(): boolean {
    return (
      this.#dates?.verdict().order === 'either' || (this.#fractions > 0 && this.#amounts?.verdict(2).decimal === 'open')
    );
  }

  profile(title: string, name: string, count: number, currencyDigits: number): ColumnProfile {
    const dates = this.#dates?.verdict() ?? NO_DATES;
    const amounts = this.#amounts?.verdict(currencyDigits) ?? NO_AMOUNTS;
    const known = [...(this.#words ?? [])].reduce((sum, [word, times]) => sum + (stationOf(word) ? times : 0), 0);
    const share = (times: number) => (this.#seen === 0 ? 0 : times / this.#seen);
    const isMoney = share(this.#fractions) >= 0.5 || share(this.#marks) >= 0.1 || namesMoney(name);
    const kind: ColumnKind =
      this.#seen === 0
        ? 'empty'
        : share(this.#emails) >= MOST_OF_THEM
          ? 'email'
          : share(known) >= MOST_OF_THEM
            ? 'status'
            : dates.share >= MOST_OF_THEM
              ? 'date'
              : amounts.share >= MOST_OF_THEM
                ? isMoney
                  ? 'money'
                  : 'number'
                : this.#words === null && share(this.#wordy) < 0.5
                  ? 'id'
                  : 'text';
    return {
      ...{ title, name, count, filled: this.#filled, kind, dates, amounts },
      holdsNumbers: this.#holdsNumbers,
      repeats: this.#seen === 0 ? 0 : 1 - this.#different / Math.min(this.#seen, COMPARED),
      readsAsWords: share(this.#wordy) >= MOST_OF_THEM,
      examples: this.#examples,
    };
  }
}

/** Watches all columns of a table. */
export class TableObserver {
  #rows = 0;
  readonly #columns: readonly ColumnObserver[];

  constructor(
    private readonly titles: readonly string[],
    private readonly names: readonly string[],
  ) {
    this.#columns = names.map(() => new ColumnObserver());
  }

  row(cells: readonly string[]): void {
    this.#rows++;
    for (let i = 0; i < this.#columns.length; i++) {
      const cell = cells[i]!;
      if (cell !== '') this.#columns[i]!.see(cell);
    }
  }

  /** @param currencyDigits decimals of the shop's currency */
  profiles(currencyDigits: number): ColumnProfile[] {
    return this.#columns.map((column, i) =>
      column.profile(this.titles[i]!, this.names[i]!, this.#rows, currencyDigits),
    );
  }
}
