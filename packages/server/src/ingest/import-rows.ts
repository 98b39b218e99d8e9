import type { Sql, Transaction } from '../db/database.js';
import { lockMerges } from '../db/queries/imports/imports.js';
import type { ReplacedOrders } from '../db/queries/imports/merge/upsert.js';
import { completeStaging, type EntityKey, mergeStaging } from '../db/queries/imports/merge.js';
import { dropStagedProblems } from '../db/queries/imports/staging.js';
import { type FileReading, type ImportOptions, type ImportReport, recordImport } from './import-frame.js';
import { type Dialect, PLAIN_DIALECT } from './rows/dialect.js';
import { ENTITIES } from './rows/entities.js';
import { dialectOf, EMPTY_MAPPING } from './rows/mapping.js';
import type { RowReceiver } from './rows/read-rows.js';
import { type ReadCounts, type ReadingRules, stageRows } from './rows/staging.js';
import type { Finding } from './understanding/finding.js';

/** The digits behind the point of a currency. */
export const currencyDigits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Rows of one kind: what they are, and a function that gives them to a receiver. */
export interface RowFeed {
  readonly entity: EntityKey;
  /** What was detected of how each field is written, in the order of the entity's fields. */
  readonly dialects?: readonly Dialect[];
  /** The fields that the rows have; columns of others keep their values. */
  readonly present: ReadonlySet<string>;
  /** @param flush awaited now and then: writes out what was received, so that memory stays flat */
  give(receiver: RowReceiver, flush: () => Promise<void>, counts: Readonly<ReadCounts>): Promise<void>;
}

/** Rows to import, and where they come from. */
export interface RowImport extends RowFeed {
  readonly source: string;
  readonly format: string;
  /** The format's own status words. */
  readonly words?: Readonly<Record<string, string>>;
  /** Rows of other kinds that the same file tells of; of theirs, what cannot be used says nothing. */
  readonly feeds?: readonly RowFeed[];
  /** Settles what the staged rows mean, before whole orders are made of them. */
  settle?(transaction: Transaction): Promise<void>;
  /**
   * Looks at the rows that were staged, before any is stored.
   * @throws what ends the import
   */
  judge?(transaction: Transaction, counts: Readonly<ReadCounts>): Promise<FileReading>;
  /** SHA-256 of what was read, asked for at the end. */
  fingerprint(): string | null;
  /** Done in the same transaction, after the rows are in the tables. */
  after?(transaction: Transaction, importId: number): Promise<void>;
}

/** Says that the order of the imports decided, as nothing in the files did. */
function replacedFinding({ orders, sameCall, examples }: ReplacedOrders): Finding {
  const named = `${examples.join(', ')}${orders > examples.length ? ', ...' : ''}`;
  const [one, them] = orders === 1 ? ['1 order', 'it'] : [`${orders} orders`, 'them'];
  const text =
    sameCall === 0
      ? `${one} (${named}) came in an earlier import too and no version says which is newer: what this file says of ${them} counts`
      : `${one} (${named}) came in an earlier file too, ${sameCall} of them in this call, and no version says which is newer: this file replaces what an earlier call said, and files of one call complete each other`;
  return { stops: false, text, rows: null, mapping: null };
}

/** Imports rows: streamed into a staging table, cleaned on the way, judged there as a whole, merged by set operations. */
export async function importRows(sql: Sql, rows: RowImport, options: ImportOptions): Promise<ImportReport> {
  const mapping = options.mapping ?? EMPTY_MAPPING;
  const rulesOf = ({ entity, dialects, present }: RowFeed): ReadingRules => ({
    countsFromZero: entity === 'customers' && !present.has('email'),
    dialects: ENTITIES[entity].map((_, i) => dialectOf(mapping, dialects?.[i] ?? PLAIN_DIALECT, rows.words)),
    currency: options.currency,
    rates: mapping.rates,
  });
  const context = { digits: currencyDigits(options.currency), siblings: options.siblings };
  const stage = (transaction: Transaction, feed: RowFeed) =>
    stageRows(transaction, feed.entity, rulesOf(feed), (writer) =>
      feed.give(writer, () => writer.flush(), writer.counts),
    );
  return recordImport(sql, rows, options, async (transaction, importId) => {
    const read = await stage(transaction, rows);
    await rows.settle?.(transaction);
    read.quarantined = await completeStaging(transaction, rows.entity, read.quarantined, context);
    const reading = await rows.judge?.(transaction, read);
    await lockMerges(transaction);
    const merged = await mergeStaging(transaction, rows.entity, rows.present, importId, context);
    await rows.after?.(transaction, importId);
    const fingerprint = rows.fingerprint();
    for (const feed of rows.feeds ?? []) {
      await stage(transaction, feed);
      await completeStaging(transaction, feed.entity, 0);
      await dropStagedProblems(transaction);
      await mergeStaging(transaction, feed.entity, feed.present, importId, context);
    }
    const { replaced, ...counts } = merged;
    const findings =
      replaced === undefined ? reading?.findings : [...(reading?.findings ?? []), replacedFinding(replaced)];
    return {
      counts: { ...read, ...counts },
      fingerprint,
      reading: findings === undefined ? reading : { ...reading, findings },
    };
  });
}
