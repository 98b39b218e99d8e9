import type { Sql, Transaction } from '../db/database.js';
import { finishImport, lockImport, lockMerges, startImport } from '../db/queries/imports.js';
import { type EntityKey, type MergeCounts, mergeStaging } from '../db/queries/merge.js';
import { type Dialect, PLAIN_DIALECT } from './dialect.js';
import { dialectOf, EMPTY_MAPPING, type Mapping } from './mapping.js';
import type { RowReceiver } from './read-rows.js';
import { createStaging, type ReadCounts, StagingWriter } from './staging.js';

/** What became of one file or call. Every row read is kept, repaired, quarantined or a duplicate. */
export interface ImportReport extends Omit<ReadCounts, 'quarantined'>, MergeCounts {
  readonly importId: number;
  readonly source: string;
  readonly format: string;
  readonly seconds: number;
}

export interface ImportOptions {
  readonly timeZone: string;
  /** The shop's currency. */
  readonly currency: string;
  /** What a mapping file says of columns, words, dates and rates. */
  readonly mapping?: Mapping;
}

/** Rows to import: where they come from, what they are, and a function that gives them to a receiver. */
export interface RowImport {
  readonly source: string;
  readonly format: string;
  readonly entity: EntityKey;
  /** What was detected of how the rows are written. */
  readonly dialect?: Dialect;
  /** The fields that the rows have; columns of others keep their values. */
  readonly present: ReadonlySet<string>;
  /** @param flush awaited now and then: writes out what was received, so that memory stays flat */
  give(receiver: RowReceiver, flush: () => Promise<void>, counts: Readonly<ReadCounts>): Promise<void>;
  /** SHA-256 of what was read, asked for at the end. */
  fingerprint(): string | null;
  /** Done in the same transaction, after the rows are in the tables. */
  after?(transaction: Transaction, importId: number): Promise<void>;
}

/**
 * Imports rows in one transaction: streamed into a staging table, cleaned on the way, merged by set operations. A failure
 * leaves the tables as they were and is recorded with its import.
 */
export async function importRows(sql: Sql, rows: RowImport, options: ImportOptions): Promise<ImportReport> {
  const startedAt = performance.now();
  const importId = await startImport(sql, rows.source, rows.format);
  const mapping = options.mapping ?? EMPTY_MAPPING;
  const dialect = dialectOf(mapping, rows.dialect ?? PLAIN_DIALECT);
  try {
    return await sql.begin(async (transaction) => {
      await lockImport(transaction, importId);
      // Zone-less times are the shop's local times; the server knows the rules of its daylight saving.
      await transaction`select set_config('TimeZone', ${options.timeZone}, true)`;
      await createStaging(transaction, rows.entity);
      const copy = await transaction.unsafe('copy staging from stdin').writable();
      const writer = new StagingWriter(rows.entity, copy, {
        dialect,
        currency: options.currency,
        rates: mapping.rates,
      });
      try {
        await rows.give(writer, () => writer.flush(), writer.counts);
        await writer.end();
      } catch (error) {
        writer.abort(error);
        throw error;
      }
      await lockMerges(transaction);
      const merged = await mergeStaging(transaction, rows.entity, rows.present, importId);
      await rows.after?.(transaction, importId);
      const report: ImportReport = {
        importId,
        source: rows.source,
        format: rows.format,
        ...writer.counts,
        ...merged,
        seconds: (performance.now() - startedAt) / 1000,
      };
      await finishImport(transaction, report, rows.fingerprint());
      return report;
    });
  } catch (error) {
    await sql`
      update imports set state = 'failed', finished_at = now(), error = ${error instanceof Error ? error.message : String(error)}
      where id = ${importId} and state = 'running'`.catch(() => {});
    throw error;
  }
}
