import type { Sql, Transaction } from '../db/database.js';
import {
  failImport,
  finishImport,
  forgetImport,
  limitWaiting,
  lockImport,
  readInZone,
  startImport,
} from '../db/queries/imports/imports.js';
import type { MergeCounts } from '../db/queries/imports/merge.js';
import { endDemo } from '../db/queries/shop/shop.js';
import { isDatabaseAway } from '../errors.js';
import type { Mapping } from './rows/mapping.js';
import type { ReadCounts } from './rows/staging.js';
import type { Finding } from './understanding/finding.js';
import type { ColumnUse } from './understanding/understand.js';

/** What became of the rows of an import: each that was read is kept, repaired, quarantined or a duplicate. */
export interface ImportCounts extends Omit<ReadCounts, 'quarantined'>, MergeCounts {}

/** What became of one file or call. */
export interface ImportReport extends ImportCounts, FileReading {
  readonly importId: number;
  readonly source: string;
  readonly format: string;
  readonly seconds: number;
}

/** What was understood of a file as a whole; calls and messages say nothing of it. */
export interface FileReading {
  /** Why the file is taken for its format. */
  readonly why?: string;
  readonly columns?: readonly ColumnUse[];
  readonly findings?: readonly Finding[];
  readonly shape?: string;
  /** What the rules under which the file was read are known by. */
  readonly rules?: string;
  /** What makes the import a failure, although it was done: no row could be used, or no money was stored. */
  readonly failure?: string;
  /** Nothing was stored: the file was only looked at. */
  readonly isChecked?: true;
}

export interface ImportOptions {
  readonly timeZone: string;
  /** The shop's currency. */
  readonly currency: string;
  /** What a mapping file says of columns, words, dates and rates. */
  readonly mapping?: Mapping;
  /** Imports of the same call that were done before: they may hold other lines of the same orders. */
  readonly siblings?: readonly number[];
  /** The rows are those of the generated demo shop. All others make a demo shop the owner's. */
  readonly isDemo?: boolean;
}

/** What is on record of an import before its rows are read. */
export interface ImportOrigin {
  readonly source: string;
  readonly format: string;
  /** How long it waits for another import, as PostgreSQL writes it; without end when left out. */
  readonly patience?: string;
}

/** Ends an import that brought nothing new: it is not on record. */
export class NothingToImport extends Error {}

/** Puts on record that nothing came of an import whose rows were not read at all. */
export async function recordFailure(sql: Sql, { source, format }: ImportOrigin, reason: string): Promise<void> {
  await failImport(sql, await startImport(sql, source, format), reason);
}

/**
 * The frame of every import, of files, uploads, calls and webhooks: one transaction, on record from its start. A failure
 * leaves the tables as they were, and its reason on record.
 * @param work puts the rows into the tables; @returns what became of them, and the fingerprint of what was read
 * @param reasonOf what the record says of a failure
 * @throws NothingToImport, and whatever `work` throws
 */
export async function recordImport(
  sql: Sql,
  { source, format, patience }: ImportOrigin,
  { timeZone, isDemo }: Pick<ImportOptions, 'timeZone' | 'isDemo'>,
  work: (
    transaction: Transaction,
    importId: number,
  ) => Promise<{
    readonly counts: ImportCounts;
    readonly fingerprint: string | null;
    readonly reading?: FileReading;
  }>,
  reasonOf: (error: unknown) => string = (error) => (error instanceof Error ? error.message : String(error)),
): Promise<ImportReport> {
  const startedAt = performance.now();
  const importId = await startImport(sql, source, format);
  try {
    return await sql.begin(async (transaction) => {
      await lockImport(transaction, importId);
      await readInZone(transaction, timeZone);
      if (patience !== undefined) await limitWaiting(transaction, patience);
      const { counts, fingerprint, reading } = await work(transaction, importId);
      if (isDemo !== true && counts.inserted + counts.updated > 0) await endDemo(transaction);
      const seconds = (performance.now() - startedAt) / 1000;
      const report: ImportReport = { importId, source, format, ...counts, ...reading, seconds };
      await finishImport(transaction, report, fingerprint);
      return report;
    });
  } catch (error) {
    if (error instanceof NothingToImport) await forgetImport(sql, importId);
    else {
      const noted = failImport(sql, importId, reasonOf(error)).catch(() => {});
      // Whoever waits for an answer is told at once to come again, not when the database is back or is given up a second time.
      if (patience === undefined || !isDatabaseAway(error)) await noted;
    }
    throw error;
  }
}
