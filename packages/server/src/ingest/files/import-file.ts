import path from 'node:path';
import type { Sql } from '../../db/database.js';
import { UserError } from '../../errors.js';
import type { InputFormat } from '../format.js';
import { FORMATS } from '../formats.js';
import type { ImportOptions, ImportReport } from '../import-frame.js';
import { importRows } from '../import-rows.js';
import { detectDialect } from '../rows/dialect.js';
import { ENTITIES } from '../rows/entities.js';
import { EMPTY_MAPPING } from '../rows/mapping.js';
import { presentFields, readRows } from '../rows/read-rows.js';
import { openSource, type Source } from './read-source.js';

const PROGRESS_EVERY_MS = 200;

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
  const known = FORMATS.map(({ key }) => key);
  if (formatKey !== undefined && !known.includes(formatKey)) {
    throw new UserError(`there is no format "${formatKey}": choose one of ${known.join(', ')}`, 2);
  }
  const source = await openSource(file);
  const format = FORMATS.find(({ key, recognises }) =>
    formatKey === undefined ? recognises(source.head) : key === formatKey,
  );
  return format === undefined ? null : { path: file, source, format };
}

/** Imports one file: the same file again changes nothing, a file that overlaps updates. */
export async function importFile(
  sql: Sql,
  { path: file, format, source }: RecognisedFile,
  options: ImportOptions & { onProgress?: (rows: number) => void },
): Promise<ImportReport> {
  const rows = { format, head: source.head, columns: (options.mapping ?? EMPTY_MAPPING).columns };
  const dialect = detectDialect(source.head.text, source.head.delimiter);
  let reported = 0;
  try {
    return await importRows(
      sql,
      {
        source: path.basename(file),
        format: format.key,
        entity: format.entity,
        dialects: ENTITIES[format.entity].map(() => dialect),
        words: format.words,
        present: presentFields(rows),
        give: (receiver, flush, counts) =>
          readRows({ ...rows, text: source.text() }, receiver, async () => {
            await flush();
            if (performance.now() - reported < PROGRESS_EVERY_MS) return;
            reported = performance.now();
            options.onProgress?.(counts.read);
          }),
        fingerprint: () => source.fingerprint(),
      },
      options,
    );
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${file}: ${error.message}`, error.exitCode, { cause: error });
    throw error;
  }
}
