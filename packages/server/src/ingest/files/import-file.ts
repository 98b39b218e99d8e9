import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Sql } from '../../db/database.js';
import { type EarlierImport, readSameImport } from '../../db/queries/imports/imports.js';
import { isKnownShape } from '../../db/queries/imports/judgement.js';
import { UserError } from '../../errors.js';
import type { InputFormat } from '../format.js';
import { FORMATS } from '../formats.js';
import {
  type FileReading,
  type ImportOptions,
  type ImportReport,
  NothingToImport,
  recordFailure,
} from '../import-frame.js';
import { importRows, type RowFeed } from '../import-rows.js';
import { EMPTY_MAPPING, type Mapping } from '../rows/mapping.js';
import { presentFields, readRows } from '../rows/read-rows.js';
import type { ReadCounts } from '../rows/staging.js';
import { type Finding, findingText } from '../understanding/finding.js';
import { judgeStaged, settleAmounts, shapeOf } from '../understanding/judge.js';
import { asMapped, whyOf } from '../understanding/recognise.js';
import { type Understanding, understandOther, understandTable } from '../understanding/understand.js';
import { openSource, type Source } from './read-source.js';

const PROGRESS_EVERY_MS = 200;

/** A file whose format is known, ready to be read. */
export interface RecognisedFile {
  readonly path: string;
  readonly source: Source;
  readonly format: InputFormat;
  /** Why it is taken for that format. */
  readonly why: string;
}

export interface FileOptions extends ImportOptions {
  /** Imports also what a first import of its shape would stop at. */
  readonly accept?: boolean;
  /** Reads, judges and stores nothing. */
  readonly check?: boolean;
  /** Reads also a file whose bytes were imported before. */
  readonly again?: boolean;
  readonly onProgress?: (rows: number) => void;
}

/** A file that is not imported before its owner has said what it means. Nothing of it is stored. */
export class ImportStopped extends UserError {
  constructor(
    readonly file: string,
    readonly report: ImportReport,
    others = '',
  ) {
    const reasons = (report.findings ?? []).filter(({ stops }) => stops).map(findingText);
    super(
      `${path.basename(file)} is not imported, as a first import of such a file would store a false figure: ${reasons.join('; ')}. Import it with that line, or as it stands with --accept${others}`,
    );
  }

  /** The same among the other files of a call. */
  among(imported: readonly string[], unread: readonly string[]): ImportStopped {
    const parts = [
      ...(imported.length > 0 ? [`imported before it: ${imported.join(', ')}`] : []),
      ...(unread.length > 0 ? [`not read after it: ${unread.join(', ')}`] : []),
    ];
    return new ImportStopped(this.file, this.report, `; ${parts.join('; ')}`);
  }
}

/** Ends an import that only looks. */
class OnlyChecked extends NothingToImport {
  constructor(
    readonly reading: FileReading,
    readonly counts: ReadCounts,
  ) {
    super('checked');
  }
}

/**
 * Opens a file and finds its format: the one that is named, or the first that knows the header, in which a mapping file's
 * columns stand under the names of their fields.
 * @returns null when no format recognises it
 * @throws UserError when it cannot be read at all, or `formatKey` names none
 */
export async function recogniseFile(
  file: string,
  formatKey?: string,
  mapping: Mapping = EMPTY_MAPPING,
): Promise<RecognisedFile | null> {
  const known = FORMATS.map(({ key }) => key);
  if (formatKey !== undefined && !known.includes(formatKey)) {
    throw new UserError(`there is no format "${formatKey}": choose one of ${known.join(', ')}`, 2);
  }
  const source = await openSource(file);
  const head = asMapped(source.head, mapping);
  const format = FORMATS.find(({ key, recognises }) =>
    formatKey === undefined ? recognises(head) : key === formatKey,
  );
  if (format === undefined) return null;
  const feeds = [
    ...(format.feeds ?? []),
    ...(mapping.also ?? []).map((key) => FORMATS.find((other) => other.key === key)!.entity),
  ];
  return {
    ...{ path: file, source, why: whyOf(format, formatKey !== undefined, head !== source.head) },
    format: feeds.length === 0 ? format : { ...format, feeds: [...new Set(feeds)] },
  };
}

/** Reads a file from its first row to its last, before any is stored. */
export function understandFile(
  { source, format, why }: RecognisedFile,
  { mapping = EMPTY_MAPPING, currency }: ImportOptions,
): Promise<Understanding> | Understanding {
  if (format.reading.kind !== 'csv') return understandOther(format, source.head, why);
  const { maximumFractionDigits: currencyDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return understandTable({ format, head: source.head, text: source.text(), mapping, why, currencyDigits });
}

/** What keeps a file from being understood is on record as what keeps one from being imported. */
async function onRecord<T>(sql: Sql, { path: target, format }: RecognisedFile, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await recordFailure(sql, { source: path.basename(target), format: format.key }, reason).catch(() => {});
    throw error;
  }
}

/** What the rules of a mapping are known by: under others the same bytes say something else. */
const rulesOf = ({ titles: _, ...mapping }: Mapping): string =>
  createHash('sha256').update(JSON.stringify(mapping)).digest('hex');

/** The report of a file whose bytes were imported before: nothing is new, whatever came between. */
function asBefore(
  { path: target, format }: RecognisedFile,
  { why, columns }: Understanding,
  { at, failure, ...earlier }: EarlierImport,
  seconds: number,
): ImportReport {
  const text = `the same bytes were imported on ${at} UTC (import ${earlier.importId}), so nothing changes; --again reads them again`;
  return {
    ...{ ...earlier, inserted: 0, updated: 0, why, columns, seconds },
    ...{ source: path.basename(target), format: format.key },
    ...(failure === null ? {} : { failure }),
    findings: [{ stops: false, text, rows: null, mapping: null }],
  };
}

/**
 * Imports one file: the same file again changes nothing, a file that overlaps updates.
 * @throws ImportStopped where its owner has to say what it means first
 */
export async function importFile(sql: Sql, file: RecognisedFile, options: FileOptions): Promise<ImportReport> {
  const { path: target, format, source } = file;
  const mapping = options.mapping ?? EMPTY_MAPPING;
  const startedAt = performance.now();
  let reported = 0;
  try {
    const understanding = await onRecord(sql, file, () => understandFile(file, options));
    const shape = shapeOf(source.head, format.key, mapping);
    const mayStop = options.accept !== true && !(await isKnownShape(sql, shape));
    const rules = rulesOf(mapping);
    if (options.again !== true && options.check !== true && options.isDemo !== true) {
      if (format.reading.kind !== 'csv') for await (const _ of source.text());
      const same = await readSameImport(sql, source.fingerprint(), format.key, rules);
      if (same !== null) return asBefore(file, understanding, same, (performance.now() - startedAt) / 1000);
    }
    const feed = (entity: RowFeed['entity']): RowFeed & { present: Set<string> } => {
      const { attributes, ignored, values } = mapping;
      const columns = { ...understanding.chosen, ...mapping.columns };
      const rows = { format, entity, head: source.head, columns, attributes, ignored, values };
      return {
        entity,
        dialects: understanding.dialects.get(entity),
        present: new Set(presentFields(rows)),
        give: (receiver, flush, counts) =>
          readRows({ ...rows, text: source.text() }, receiver, async () => {
            await flush();
            if (performance.now() - reported < PROGRESS_EVERY_MS) return;
            reported = performance.now();
            options.onProgress?.(counts.read);
          }),
      };
    };
    const { why, columns } = understanding;
    const empty = { kept: 0, repaired: 0, duplicate: 0, inserted: 0, updated: 0, unchanged: 0, importId: 0 };
    const unstored = (
      reading: FileReading,
      { read, quarantined, repairs, unknownStatuses }: ReadCounts,
    ): ImportReport => ({
      ...{ ...empty, read, quarantined, repairs, unknownStatuses, ...reading },
      ...{ source: path.basename(target), format: format.key, seconds: (performance.now() - startedAt) / 1000 },
    });
    const main = feed(format.entity);
    let settled: readonly Finding[] = [];
    try {
      const report = await importRows(
        sql,
        {
          source: path.basename(target),
          format: format.key,
          words: format.words,
          ...main,
          feeds: (format.feeds ?? []).map(feed),
          settle: async (transaction) => {
            settled = await settleAmounts(transaction, understanding, main.present);
          },
          async judge(transaction, counts) {
            const judged = await judgeStaged(transaction, understanding, settled, counts);
            const reading = { why, columns, shape, rules, ...judged };
            if (options.check === true) throw new OnlyChecked(reading, { ...counts });
            if (mayStop && judged.findings.some(({ stops }) => stops))
              throw new ImportStopped(target, unstored(reading, counts));
            return reading;
          },
          fingerprint: () => source.fingerprint(),
        },
        options,
      );
      // What it took to understand the file counts.
      return { ...report, seconds: (performance.now() - startedAt) / 1000 };
    } catch (error) {
      if (!(error instanceof OnlyChecked)) throw error;
      return { ...unstored(error.reading, error.counts), isChecked: true };
    }
  } catch (error) {
    if (error instanceof UserError && !(error instanceof ImportStopped))
      throw new UserError(`${target}: ${error.message}`, error.exitCode, { cause: error });
    throw error;
  }
}
