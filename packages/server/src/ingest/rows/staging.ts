import type { Writable } from 'node:stream';
import { said, wordsIn } from '@tessera/core';
import type { Transaction } from '../../db/database.js';
import type { EntityKey } from '../../db/queries/imports/merge.js';
import { createStaging, openStaging } from '../../db/queries/imports/staging.js';
import { isMissingWord, Repair, type RowReason, storable } from './clean.js';
import type { Dialect } from './dialect.js';
import { ENTITIES, type Field } from './entities.js';
import type { RowReceiver } from './read-rows.js';

/** Written out to COPY when the buffer is this long. */
const BUFFER_CHARACTERS = 262_144;
const LONGEST_SHOWN_VALUE = 200;

/** What happened to the rows of one file while it was read. */
export interface ReadCounts {
  read: number;
  quarantined: number;
  /** How often each kind of repair was made. */
  readonly repairs: Record<string, number>;
  /** Status words that are not known, with how often they came. */
  readonly unknownStatuses: Record<string, number>;
}

/** Repairs are counted by what an English reader sees of them. */
const { say: english } = wordsIn('en');

const NEEDS_ESCAPE = /[\\\t\n\r]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escapeCopy = (text: string) => (NEEDS_ESCAPE.test(text) ? text.replace(/[\\\t\n\r]/g, (c) => ESCAPES[c]!) : text);

/** What a shop knows that its files do not tell. */
export interface ReadingRules {
  /** How each field is written, in the order of the entity's fields. */
  readonly dialects: readonly Dialect[];
  readonly currency: string;
  /** The rows are customers without addresses, of whom 0 is one. */
  readonly countsFromZero?: boolean;
  /** What one unit of another currency is worth in the shop's, as decimal text. */
  readonly rates: Readonly<Record<string, string>>;
}

/** Cleans rows and streams them into the staging table. */
export class StagingWriter implements RowReceiver {
  readonly counts: ReadCounts = {
    read: 0,
    quarantined: 0,
    repairs: {},
    // Words of a file, `constructor` too.
    unknownStatuses: Object.create(null) as Record<string, number>,
  };
  readonly #fields: readonly Field[];
  readonly #copy: Writable;
  readonly #rules: ReadingRules;
  readonly #currency: number;
  #buffer = '';
  #failure: Error | undefined;

  constructor(entity: EntityKey, copy: Writable, rules: ReadingRules) {
    this.#fields = ENTITIES[entity];
    this.#rules = rules;
    this.#currency = this.#fields.findIndex(({ name }) => name === 'currency');
    this.#copy = copy;
    copy.on('error', (error) => {
      this.#failure = error;
    });
  }

  row(line: number, cells: readonly (string | undefined)[]): void {
    this.counts.read++;
    let repaired = false;
    let rate: string | undefined;
    let hasCurrency = false;
    /** What the first sign beside an amount of the row may mean. */
    let signed: { readonly field: string; readonly cell: string; readonly currencies: readonly string[] } | undefined;
    let columns = '';
    for (let i = 0; i < this.#fields.length; i++) {
      const field = this.#fields[i]!;
      const raw = cells[i];
      let cell = raw ?? '';
      if (cell !== '' && (cell.charCodeAt(0) <= 32 || cell.charCodeAt(cell.length - 1) <= 32 || cell !== cell.trim())) {
        cell = cell.trim();
        repaired = true;
        this.#countRepair('blanks around a value');
      }
      if (cell !== '' && isMissingWord(cell, field.read, this.#rules.countsFromZero)) {
        cell = '';
        repaired = true;
        this.#countRepair('a word for a missing value');
      }
      if (cell === '') {
        if (field.required === true) {
          this.#quarantine(line, field.name, raw ?? '', said('missing', {}), cells);
          return;
        }
        columns += '\t\\N';
        continue;
      }
      const value = field.read(cell, this.#rules.dialects[i]!);
      if (i === this.#currency) hasCurrency = true;
      if (i === this.#currency && typeof value === 'string' && value !== this.#rules.currency) {
        rate = this.#rules.rates[value];
        if (rate === undefined) {
          const reason = said('no-rate', { currency: value, into: this.#rules.currency });
          this.#quarantine(line, field.name, cell, reason, cells);
          return;
        }
      }
      if (value instanceof Repair) {
        columns += `\t${escapeCopy(value.text)}`;
        if (value.currencies !== undefined) signed ??= { field: field.name, cell, currencies: value.currencies };
        repaired = true;
        this.#countRepair(value.kind);
      } else if (typeof value === 'string') columns += `\t${escapeCopy(value)}`;
      else if (field.required === true || field.decisive === true || value.spoilsRow) {
        if (field.name === 'status') {
          const word = storable(cell.toLowerCase().slice(0, LONGEST_SHOWN_VALUE));
          this.counts.unknownStatuses[word] = (this.counts.unknownStatuses[word] ?? 0) + 1;
        }
        this.#quarantine(line, field.name, cell, value.reason, cells);
        return;
      } else {
        columns += '\t\\N';
        repaired = true;
        this.#countRepair(`${field.name} left empty: it ${english(value.reason)}`);
      }
    }
    if (signed !== undefined && !hasCurrency && !signed.currencies.includes(this.#rules.currency)) {
      // The sign names another currency than the shop's, and no column says otherwise.
      const currency = signed.currencies.find((code) => Object.hasOwn(this.#rules.rates, code));
      if (currency === undefined) {
        const reason = said('no-rate', { currency: signed.currencies[0]!, into: this.#rules.currency });
        this.#quarantine(line, signed.field, signed.cell, reason, cells);
        return;
      }
      rate = this.#rules.rates[currency];
    }
    this.#buffer += `${line}\t${repaired ? 't' : 'f'}\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t${rate ?? '\\N'}${columns}\n`;
  }

  bad(line: number, field: string, value: string, reason: RowReason, orderId?: string): void {
    this.counts.read++;
    this.#quarantine(line, field, value, reason, null, orderId);
  }

  /** Waits until the database has taken what is buffered, so that memory stays flat. */
  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#buffer.length < BUFFER_CHARACTERS) return;
    await this.#write();
  }

  async end(): Promise<void> {
    if (this.#buffer !== '') await this.#write();
    await new Promise<void>((resolve, reject) => {
      this.#copy.once('error', reject);
      // A stream that was lost before says so here only.
      this.#copy.end(() => (this.#copy.errored === null ? resolve() : reject(this.#copy.errored)));
    });
  }

  /** Ends the COPY without its rows; the connection takes no other statement, not even a rollback, before. */
  abort(reason: unknown): void {
    this.#copy.destroy(reason instanceof Error ? reason : new Error(String(reason)));
  }

  async #write(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    await new Promise<void>((resolve, reject) => {
      this.#copy.write(text, (error) => (error ? reject(this.#copy.errored ?? error) : resolve()));
    });
    if (this.#failure !== undefined) throw this.#failure;
  }

  #countRepair(kind: string): void {
    this.counts.repairs[kind] = (this.counts.repairs[kind] ?? 0) + 1;
  }

  /**
   * @param cells what was read of the row, kept so that it can be read again under other rules
   * @param orderId the order of a row without cells, which waits with it
   */
  #quarantine(
    line: number,
    field: string,
    value: string,
    reason: RowReason,
    cells: readonly (string | undefined)[] | null = null,
    orderId = '',
  ): void {
    this.counts.quarantined++;
    const shown = escapeCopy(storable(value.slice(0, LONGEST_SHOWN_VALUE)));
    const kept =
      cells === null
        ? '\\N'
        : escapeCopy(
            JSON.stringify(Object.fromEntries(this.#fields.map(({ name }, i) => [name, storable(cells[i] ?? '')]))),
          );
    const isKnown = (name: string) => name === 'order_id' && orderId !== '';
    const empty = this.#fields.map(({ name }) => `\t${isKnown(name) ? escapeCopy(storable(orderId)) : '\\N'}`).join('');
    this.#buffer += `${line}\tf\t${escapeCopy(storable(field))}\t${shown}\t${escapeCopy(storable(english(reason)))}\t${reason.kind}\t${escapeCopy(storable(JSON.stringify(reason.values)))}\t${kept}\t\\N${empty}\n`;
  }
}

/** Puts rows into a staging table of their entity's own. @returns what happened to them on the way */
export async function stageRows(
  transaction: Transaction,
  entity: EntityKey,
  rules: ReadingRules,
  give: (writer: StagingWriter) => Promise<void>,
): Promise<ReadCounts> {
  await createStaging(transaction, ENTITIES[entity]);
  const writer = new StagingWriter(entity, await openStaging(transaction), rules);
  try {
    await give(writer);
    await writer.end();
  } catch (error) {
    writer.abort(error);
    throw error;
  }
  return writer.counts;
}
