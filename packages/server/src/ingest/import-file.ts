import path from 'node:path';
import type { Sql } from '../db/database.js';
import { finishImport, lockImport, lockMerges, startImport } from '../db/queries/imports.js';
import { mergeStaging } from '../db/queries/merge.js';
import { UserError } from '../errors.js';
import { FORMATS, type InputFormat } from './formats.js';
import { presentFields, readRows } from './read-rows.js';
import { openSource, type Source } from './read-source.js';
import { createStaging, StagingWriter } from './staging.js';

/** What became of one file. Every row read is kept, repaired, quarantined or a duplicate. */
export interface ImportReport {
  readonly importId: number;
  readonly source: string;
  readonly format: string;
  readonly read: number;
  readonly kept: number;
  readonly repaired: number;
  readonly quarantined: number;
  readonly duplicate: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly repairs: Readonly<Record<string, number>>;
  readonly unknownStatuses: Readonly<Record<string, number>>;
  readonly seconds: number;
}

export interface ImportOptions {
  readonly timeZone: string;
  /** Told the rows read so far, a few times a second. */
  readonly onProgress?: (rows: number) => void;
}

/** A file whose format is known, ready to be read. */
export interface RecognisedFile {
  readonly path: string;
  readonly source: Source;
  readonly format: InputFormat;
}

/**
 * Opens a file and finds its format.
 * @returns null when no format recognises it
 * @throws UserError when it cannot be read at all, or `formatKey` names none
 */
export async function recogniseFile(file: string, formatKey?: string): Promise<RecognisedFile | null> {
  const source = await openSource(file);
  const format =
    formatKey === undefined
      ? FORMATS.find((candidate) => candidate.recognises(source.head))
      : FORMATS.find((candidate) => candidate.key === formatKey);
  if (format === undefined && formatKey !== undefined) {
    throw new UserError(
      `there is no format "${formatKey}": choose one of ${FORMATS.map(({ key }) => key).join(', ')}`,
      2,
    );
  }
  return format === undefined ? null : { path: file, source, format };
}

/**
 * Imports one file in one transaction: streamed into a staging table, cleaned on the way, merged by set operations.
 * The same file again changes nothing; a file that overlaps updates. A failure leaves the tables as they were and is
 * recorded with its import.
 */
export async function importFile(sql: Sql, file: RecognisedFile, options: ImportOptions): Promise<ImportReport> {
  const startedAt = performance.now();
  const name = path.basename(file.path);
  const { format, source } = file;
  const importId = await startImport(sql, name, format.key);
  try {
    return await sql.begin(async (transaction) => {
      await lockImport(transaction, importId);
      // Zone-less times are the shop's local times; the server knows the rules of its daylight saving.
      await transaction`select set_config('TimeZone', ${options.timeZone}, true)`;
      await createStaging(transaction, format.entity);
      const copy = await transaction.unsafe('copy staging from stdin').writable();
      const writer = new StagingWriter(format.entity, copy);
      let reported = 0;
      try {
        await readRows(format, source.head, source.bytes(), writer, async () => {
          await writer.flush();
          if (performance.now() - reported < 200) return;
          reported = performance.now();
          options.onProgress?.(writer.counts.read);
        });
        await writer.end();
      } catch (error) {
        writer.abort(error);
        throw error;
      }
      const present = new Set(presentFields(format, source.head).map((field) => field.name));
      await lockMerges(transaction);
      const merged = await mergeStaging(transaction, format.entity, present, importId);
      const report: ImportReport = {
        importId,
        source: name,
        format: format.key,
        ...writer.counts,
        ...merged,
        seconds: (performance.now() - startedAt) / 1000,
      };
      await finishImport(transaction, report, source.fingerprint());
      return report;
    });
  } catch (error) {
    await sql`
      update imports set state = 'failed', finished_at = now(), error = ${error instanceof Error ? error.message : String(error)}
      where id = ${importId}`.catch(() => {});
    if (error instanceof UserError)
      throw new UserError(`${file.path}: ${error.message}`, error.exitCode, { cause: error });
    throw error;
  }
}
