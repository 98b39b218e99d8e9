import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Sql } from '../../db/database.js';
import { type Coverage, readCoverage } from '../../db/queries/imports/imports.js';
import type { EntityKey } from '../../db/queries/imports/merge.js';
import { codeOf, UserError } from '../../errors.js';
import type { ImportOptions, ImportReport } from '../import-frame.js';
import { EMPTY_MAPPING } from '../rows/mapping.js';
import { checkMapping, suggestColumns } from '../understanding/recognise.js';
import { ImportStopped, importFile, type RecognisedFile, recogniseFile } from './import-file.js';
import { openSource } from './read-source.js';

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
  /** Imports also what a first import of its shape would stop at. */
  readonly accept?: boolean;
  /** Reads, judges and stores nothing. */
  readonly check?: boolean;
  /** Reads also files whose bytes were imported before. */
  readonly again?: boolean;
  /** Asks the owner whether a file that stops is imported as it stands; none is where nobody can be asked. */
  readonly ask?: (stopped: ImportStopped) => Promise<boolean>;
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

/** What to say of a file that no format knows, with the columns that its values speak for. */
async function notRecognised(file: string, isNamed: boolean): Promise<UserError> {
  const { head } = await openSource(file);
  return new UserError(
    `${file} is not recognised: its header is none that Tessera knows (docs/data-formats.md lists them); name its format with --format` +
      (isNamed ? '' : `, or its columns in a mapping file (--map): ${suggestColumns(head)}`),
  );
}

/** Opens every path and finds the formats, before anything is read. */
async function recognisePaths(paths: readonly string[], options: PathsOptions) {
  const recognised: RecognisedFile[] = [];
  const skipped: string[] = [];
  const formatKey = options.format ?? options.mapping?.format;
  for (const target of paths) {
    const { files, isFolder } = await filesOf(target);
    const before = recognised.length;
    for (const file of files) {
      const known = await recogniseFile(file, formatKey, options.mapping);
      if (known !== null) recognised.push(known);
      else if (isFolder) skipped.push(file);
      else throw await notRecognised(target, options.mapping !== undefined);
    }
    if (recognised.length === before) {
      throw new UserError(
        `${target} holds no file that Tessera knows: docs/data-formats.md lists the formats; a mapping file (--map) names the columns of others`,
      );
    }
  }
  checkMapping(options.mapping ?? EMPTY_MAPPING, recognised);
  recognised.sort((a, b) => READING_ORDER.indexOf(a.format.entity) - READING_ORDER.indexOf(b.format.entity));
  return { recognised, skipped };
}

/**
 * Imports files and folders. Every file is opened and recognised before the first is read, so a slip of the command
 * line changes nothing.
 * @throws UserError when a path is missing, a named file is not recognised, or a folder holds nothing to import
 * @throws ImportStopped where the owner of a file has to say what it means first; the files before it are imported
 */
export async function importPaths(sql: Sql, paths: readonly string[], options: PathsOptions): Promise<PathsReport> {
  const { recognised, skipped } = await recognisePaths(paths, options);
  const files: ImportReport[] = [];
  for (const file of recognised) {
    options.onFile?.(file);
    const siblings = files.map(({ importId }) => importId);
    const own = { ...options, siblings, onProgress: (rows: number) => options.onFileProgress?.(file, rows) };
    let report: ImportReport;
    try {
      report = await importFile(sql, file, own);
    } catch (error) {
      if (!(error instanceof ImportStopped)) throw error;
      if (options.ask === undefined || !(await options.ask(error))) {
        const unread = recognised.slice(recognised.indexOf(file) + 1).map((other) => path.basename(other.path));
        throw files.length + unread.length === 0
          ? error
          : error.among(
              files.map(({ source }) => source),
              unread,
            );
      }
      report = await importFile(sql, file, { ...own, accept: true });
    }
    files.push(report);
    options.onReport?.(report);
  }
  return { files, skipped, coverage: await readCoverage(sql) };
}
