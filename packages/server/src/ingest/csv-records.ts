/** A quoted cell that goes on for longer than this was never meant to: its quote is not closed. */
const MOST_LINES = 500;
const LONGEST_RECORD = 1_000_000;

export interface CsvReceiver {
  /** @param line where the record starts, 1 is the first of the file */
  record(cells: string[], line: number): void;
  bad(line: number, raw: string, reason: string): void;
}

/**
 * Cuts text into the records of a CSV, chunk by chunk. Quotes inside of a cell that is not quoted are text, and so are
 * single ones inside of a quoted cell on one line. A quote that is never closed spoils its own line and no other: as soon
 * as what follows cannot be the rest of the cell, the line is given up and reading goes on with the one after it.
 * Memory: one chunk and one record.
 */
export class CsvRecords {
  readonly #delimiter: string;
  readonly #lineEnd: string;
  readonly #receiver: CsvReceiver;
  /** The start of a line whose end has not come yet. */
  #rest = '';
  #isTooLong = false;
  #lineNumber = 0;
  /** The lines of the record at hand; more than one when a quoted cell goes on. */
  #lines: string[] = [];
  #cells: string[] = [];
  #cell = '';
  #isQuoted = false;

  constructor(delimiter: string, lineEnd: '\n' | '\r', receiver: CsvReceiver) {
    this.#delimiter = delimiter;
    this.#lineEnd = lineEnd;
    this.#receiver = receiver;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(this.#lineEnd);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#endLine(line);
    if (this.#rest.length > LONGEST_RECORD) {
      if (!this.#isTooLong) this.#giveUpLongLine();
      this.#rest = '';
    }
  }

  end(): void {
    if (this.#rest !== '') this.#endLine(this.#rest);
    this.#rest = '';
    while (this.#lines.length > 0) this.#giveUpLine();
  }

  #giveUpLongLine(): void {
    while (this.#lines.length > 0) this.#giveUpLine();
    this.#receiver.bad(this.#lineNumber + 1, this.#rest, `is longer than ${LONGEST_RECORD} characters`);
    this.#isTooLong = true;
  }

  #endLine(line: string): void {
    this.#lineNumber++;
    if (this.#isTooLong) this.#isTooLong = false;
    else this.#takeLine(line.endsWith('\r') ? line.slice(0, -1) : line, this.#lineNumber);
  }

  #takeLine(line: string, number: number): void {
    if (this.#lines.length === 0) {
      if (line === '') return;
      if (!line.includes('"')) {
        this.#receiver.record(line.split(this.#delimiter), number);
        return;
      }
    }
    this.#lines.push(line);
    const state = this.#readLine(line);
    if (state === 'complete') {
      const cells = this.#cells;
      const start = number - this.#lines.length + 1;
      this.#clear();
      this.#receiver.record(cells, start);
    } else if (state === 'broken' || this.#lines.length > MOST_LINES || this.#cell.length > LONGEST_RECORD) {
      this.#giveUpLine(number);
    }
  }

  /** Quarantines the first line of the record at hand and reads the others anew, each as the start of a record. */
  #giveUpLine(lastNumber = this.#lineNumber): void {
    const [first = '', ...later] = this.#lines;
    const start = lastNumber - later.length;
    this.#clear();
    this.#receiver.bad(start, first, 'holds a quote that is never closed');
    later.forEach((line, i) => {
      this.#takeLine(line, start + 1 + i);
    });
  }

  #clear(): void {
    this.#lines = [];
    this.#cells = [];
    this.#cell = '';
    this.#isQuoted = false;
  }

  /** Reads one more line of the record at hand into its cells. */
  #readLine(line: string): 'complete' | 'open' | 'broken' {
    const delimiter = this.#delimiter;
    for (let at = 0; ; ) {
      if (!this.#isQuoted) {
        if (line.charAt(at) !== '"') {
          const end = line.indexOf(delimiter, at);
          this.#cells.push(end === -1 ? line.slice(at) : line.slice(at, end));
          if (end === -1) return 'complete';
          at = end + delimiter.length;
          continue;
        }
        this.#isQuoted = true;
        at++;
      }
      const quote = line.indexOf('"', at);
      if (quote === -1) {
        this.#cell += `${line.slice(at)}\n`;
        return 'open';
      }
      this.#cell += line.slice(at, quote);
      const isLast = quote + 1 === line.length;
      if (isLast || line.startsWith(delimiter, quote + 1)) {
        this.#cells.push(this.#cell);
        this.#cell = '';
        this.#isQuoted = false;
        if (isLast) return 'complete';
        at = quote + 1 + delimiter.length;
      } else if (line.charAt(quote + 1) === '"') {
        this.#cell += '"';
        at = quote + 2;
      } else {
        // On a later line this is the opening quote of another row's cell: the first line never closed its own.
        if (this.#lines.length > 1) return 'broken';
        this.#cell += '"';
        at = quote + 1;
      }
    }
  }
}
