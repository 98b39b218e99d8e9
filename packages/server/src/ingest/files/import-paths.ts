import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Sql } from '../../db/database.js';
import { type Coverage, readCoverage } from '../../db/queries/imports/imports.js';
import type { EntityKey } from '../../db/queries/imports/merge.js';
import { codeOf, UserError } from '../../errors.js';
import type { ImportOptions, ImportReport } from '../import-frame.js';
import { importFile, type RecognisedFile, recogniseFile } from './import-file.js';

/** What stands in a file decides when it is read: customers before their orders, orders before their lines. */
const READING_ORDER: readonly EntityKey[] = [
  'merges',
  'customers',
  'products',
  'campaigns',
  'orders',
  'items',
  'sales',
  'returns',
  'events',
  'treatments',
];
const TEXT_FILE = /\.(csv|tsv|txt|json|ndjson)(\.gz)?$/i;

export interface PathsReport {
  readonly files: readonly ImportReport[];
  /** Files of a folder that no format knows; nothing was read from them. */
  readonly skipped: readonly string[];
  readonly coverage: Coverage;
}

export interface PathsOptions extends ImportOptions {
  readonly format?: string;
  readonly onFile?: (file: RecognisedFile) => void;
  readonly onReport?: (report: ImportReport) => void;
  readonly onFileProgress?: (file: RecognisedFile, rows: number) => void;
}

async function filesOf(target: string): Promise<{ files: string[]; isFolder: boolean }> {
  const found = await stat(target).catch((error) => {
    throw new UserError(
      `${target} ${codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be read (${codeOf(error)})`}`,
    );
  });
  if (!found.isDirectory()) return { files: [target], isFolder: false };
  const names = (await readdir(target)).filter((name) => TEXT_FILE.test(name)).sort();
  return { files: names.map((name) => path.join(target, name)), isFolder: true };
}

/**
 * Imports files and folders. Every file is opened and recognised before the first is read, so a slip of the command
 * line changes nothing.
 * @throws UserError when a path is missing, a named file is not recognised, or a folder holds nothing to import
 */
export async function importPaths(sql: Sql, paths: readonly string[], options: PathsOptions): Promise<PathsReport> {
  const recognised: RecognisedFile[] = [];
  const skipped: string[] = [];
  for (const target of paths) {
    const { files, isFolder } = await filesOf(target);
    const before = recognised.length;
    for (const file of files) {
      const known = await recogniseFile(file, options.format ?? options.mapping?.format);
      if (known !== null) recognised.push(known);
      else if (isFolder) skipped.push(file);
      else {
        throw new UserError(
          `${target} is not recognised: its header is none that Tessera knows (docs/data-formats.md lists them); name its format with --format`,
        );
      }
    }
    if (recognised.length === before) {
      throw new UserError(`${target} holds no file that Tessera knows: docs/data-formats.md lists the formats`);
    }
  }
  recognised.sort((a, b) => READING_ORDER.indexOf(a.format.entity) - READING_ORDER.indexOf(b.format.entity));
  const files: ImportReport[] = [];
  for (const file of recognised) {
    options.onFile?.(file);
    const report = await importFile(sql, file, {
      ...options,
      onProgress: (rows) => options.onFileProgress?.(file, rows),
    });
    files.push(report);
    options.onReport?.(report);
  }
  return { files, skipped, coverage: await readCoverage(sql) };
}
