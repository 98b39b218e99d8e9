import type { Sql, Transaction } from '../db/database.js';
import { lockMerges } from '../db/queries/imports/imports.js';
import { type EntityKey, mergeStaging } from '../db/queries/imports/merge.js';
import { type ImportOptions, type ImportReport, recordImport } from './import-frame.js';
import { type Dialect, PLAIN_DIALECT } from './rows/dialect.js';
import { ENTITIES } from './rows/entities.js';
import { dialectOf, EMPTY_MAPPING } from './rows/mapping.js';
import type { RowReceiver } from './rows/read-rows.js';
import { type ReadCounts, type ReadingRules, stageRows } from './rows/staging.js';

/** Rows to import: where they come from, what they are, and a function that gives them to a receiver. */
export interface RowImport {
  readonly source: string;
  readonly format: string;
  readonly entity: EntityKey;
  /** What was detected of how each field is written, in the order of the entity's fields. */
  readonly dialects?: readonly Dialect[];
  /** The format's own status words. */
  readonly words?: Readonly<Record<string, string>>;
  /** The fields that the rows have; columns of others keep their values. */
  readonly present: ReadonlySet<string>;
  /** @param flush awaited now and then: writes out what was received, so that memory stays flat */
  give(receiver: RowReceiver, flush: () => Promise<void>, counts: Readonly<ReadCounts>): Promise<void>;
  /** SHA-256 of what was read, asked for at the end. */
  fingerprint(): string | null;
  /** Done in the same transaction, after the rows are in the tables. */
  after?(transaction: Transaction, importId: number): Promise<void>;
}

/** Imports rows: streamed into a staging table, cleaned on the way, merged by set operations. */
export async function importRows(sql: Sql, rows: RowImport, options: ImportOptions): Promise<ImportReport> {
  const mapping = options.mapping ?? EMPTY_MAPPING;
  const rules: ReadingRules = {
    dialects: ENTITIES[rows.entity].map((_, i) => dialectOf(mapping, rows.dialects?.[i] ?? PLAIN_DIALECT, rows.words)),
    currency: options.currency,
    rates: mapping.rates,
  };
  return recordImport(sql, rows, options, async (transaction, importId) => {
    const read = await stageRows(transaction, rows.entity, rules, (writer) =>
      rows.give(writer, () => writer.flush(), writer.counts),
    );
    await lockMerges(transaction);
    const merged = await mergeStaging(transaction, rows.entity, rows.present, importId);
    await rows.after?.(transaction, importId);
    return { counts: { ...read, ...merged }, fingerprint: rows.fingerprint() };
  });
}
