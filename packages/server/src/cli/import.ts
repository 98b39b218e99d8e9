import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { pipeline } from 'node:stream/promises';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { readCoverage } from '../db/queries/imports/imports.js';
import { UserError } from '../errors.js';
import { ImportStopped } from '../ingest/files/import-file.js';
import { importPaths, type PathsReport } from '../ingest/files/import-paths.js';
import { removeLeftoverFolders, withTemporaryFolder } from '../ingest/files/temporary-folders.js';
import { FORMATS } from '../ingest/formats.js';
import type { FileReading, ImportReport } from '../ingest/import-frame.js';
import { retryQuarantined } from '../ingest/retry-quarantined.js';
import { normaliseHeader } from '../ingest/rows/entities.js';
import { type Mapping, readMapping } from '../ingest/rows/mapping.js';
import type { Finding } from '../ingest/understanding/finding.js';
import type { ColumnUse } from '../ingest/understanding/understand.js';
import { ensureShop } from '../settings/shop.js';
import { commandContext, makeCommand, withDatabase } from './command.js';
import { ProgressLine } from './progress-line.js';

const STANDARD_INPUT = '-';
const number = new Intl.NumberFormat('en');
const count = (value: number, one: string, many = `${one}s`) => `${number.format(value)} ${value === 1 ? one : many}`;

const titles = (columns: readonly ColumnUse[]) => columns.map(({ title }) => title.trim()).join(', ');

/** What became of each column of a file. */
function columnLines({ why, columns = [] }: FileReading): string[] {
  const lines = why === undefined ? [] : [`  ${why}`];
  const by = (use: ColumnUse['use']) => columns.filter((column) => column.use === use);
  const used = by('used').map(({ title, fields }) => {
    const others = fields.filter((field) => field !== normaliseHeader(title));
    return others.length === 0 ? title.trim() : `${title.trim()} (${others.join(', ')})`;
  });
  if (used.length > 0) lines.push(`  columns used: ${used.join(', ')}`);
  if (by('attribute').length > 0) lines.push(`  kept as attributes: ${titles(by('attribute'))}`);
  if (by('left-out').length > 0) lines.push(`  known, and left out: ${titles(by('left-out'))}`);
  const unknown = by('not-understood').map(({ title, kind }) => `${title.trim()} (${kind})`);
  if (unknown.length > 0) lines.push(`  not understood: ${unknown.join(', ')}`);
  return lines;
}

const findingLines = (findings: readonly Finding[] = []) =>
  findings.flatMap(({ stops, text, mapping }) => [
    `  ${stops ? '!' : '-'} ${text}`,
    ...(mapping === null ? [] : [`    add to a mapping file (--map): ${mapping}`]),
  ]);

function fileLines(report: ImportReport): string[] {
  const { source, format, read, kept, repaired, quarantined, duplicate, inserted, updated, unchanged, seconds } =
    report;
  const lines = [
    `${source} (${format}): ${count(read, 'row')} read in ${seconds.toFixed(1)} s`,
    ...columnLines(report),
    ...(report.isChecked === true
      ? [`  ${number.format(quarantined)} would be quarantined; nothing was stored`]
      : [
          `  ${number.format(kept)} kept as they are, ${number.format(repaired)} repaired, ${number.format(quarantined)} quarantined, ${count(duplicate, 'duplicate')}`,
          `  ${number.format(inserted)} new, ${number.format(updated)} changed, ${number.format(unchanged)} as before`,
        ]),
  ];
  for (const [kind, times] of Object.entries(report.repairs))
    lines.push(`  repaired ${number.format(times)} x ${kind}`);
  lines.push(...findingLines(report.findings));
  if (report.failure !== undefined) lines.push(`  FAILED: ${report.failure}`);
  return lines;
}

/** The report of an import for people to read. */
export function importLines({ files, skipped, coverage }: PathsReport): string[] {
  const lines = files.flatMap(fileLines);
  for (const file of skipped) lines.push(`${path.basename(file)}: not recognised, skipped`);
  lines.push(
    `${count(coverage.ordersWithoutLines, 'order')} without lines, ${count(coverage.linesWithoutOrders, 'line')} without an order, ` +
      `${count(coverage.customersWithoutOrders, 'customer')} without an order`,
  );
  if (files.some(({ quarantined, isChecked }) => quarantined > 0 && isChecked !== true)) {
    lines.push(
      'quarantined rows, each with line, field and reason: the query { imports { nodes { quarantined { ... } } } }',
    );
  }
  return lines;
}

/** Imports paths into the shop, which is made at first use. */
export async function importInto(
  database: Database,
  config: Config,
  paths: readonly string[],
  options: {
    format?: string;
    kind?: 'own' | 'demo';
    mapping?: Mapping;
    accept?: boolean;
    check?: boolean;
    again?: boolean;
    ask?: (stopped: ImportStopped) => Promise<boolean>;
  } = {},
): Promise<PathsReport> {
  const shop = await ensureShop(database.sql, config, options.kind);
  const progress = new ProgressLine();
  try {
    return await importPaths(database.sql, paths, {
      timeZone: shop.timeZone,
      currency: shop.currency,
      format: options.format,
      mapping: options.mapping,
      accept: options.accept,
      check: options.check,
      again: options.again,
      ask: options.ask,
      isDemo: options.kind === 'demo',
      onFileProgress: (file, rows) =>
        progress.show(`importing ${path.basename(file.path)}: ${number.format(rows)} rows`, null),
      onReport: () => progress.clear(),
    });
  } catch (error) {
    progress.clear();
    if (error instanceof ImportStopped && options.ask === undefined)
      process.stderr.write(`${fileLines({ ...error.report, isChecked: true }).join('\n')}\n`);
    throw error;
  } finally {
    progress.clear();
  }
}

/** Reads the rows in quarantine again. */
async function retryInto(database: Database, config: Config, mapping: Mapping | undefined): Promise<PathsReport> {
  const shop = await ensureShop(database.sql, config);
  const files = await retryQuarantined(database.sql, { timeZone: shop.timeZone, currency: shop.currency, mapping });
  return { files, skipped: [], coverage: await readCoverage(database.sql) };
}

/** Shows what stops an import and asks whether it goes on as it stands; only where somebody sits at the terminal. */
function terminalAsks(): ((stopped: ImportStopped) => Promise<boolean>) | undefined {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return undefined;
  return async ({ report }) => {
    process.stderr.write(`${fileLines({ ...report, isChecked: true }).join('\n')}\n`);
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await terminal.question('Import it as it stands? [y/N] ')).trim());
    } finally {
      terminal.close();
    }
  };
}

/** What makes the command fail although it was done; null where nothing does. */
export function failureOf({ files }: PathsReport): string | null {
  const failed = files.filter(({ failure }) => failure !== undefined);
  return failed.length === 0 ? null : failed.map(({ source, failure }) => `${source}: ${failure}`).join('; ');
}

/** Standard input as a file, because its start is read twice: once to recognise it, once to import it. */
async function withStandardInput<T>(
  paths: readonly string[],
  work: (paths: readonly string[]) => Promise<T>,
): Promise<T> {
  if (!paths.includes(STANDARD_INPUT)) return work(paths);
  return withTemporaryFolder('stdin', async (folder) => {
    const file = path.join(folder, 'standard-input');
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }));
    return await work(paths.map((given) => (given === STANDARD_INPUT ? file : given)));
  });
}

export const importCommand = makeCommand('import')
  .argument('[path...]', 'CSV or JSON files, plain or gzipped, or folders of them; - is standard input')
  .option('--format <key>', `read every file as this format: ${FORMATS.map(({ key }) => key).join(', ')}`)
  .option(
    '--map <file>',
    'a mapping file (YAML) for what the files do not tell themselves: columns, dates, status words, currency rates',
  )
  .option('--check', 'show what the files are, what of them would be used and what is wrong; store nothing')
  .option('--again', 'read files again whose same bytes were imported before')
  .option('--accept', 'import also what a first import of such a file would stop at')
  .option('--retry-quarantined', 'read the rows in quarantine again, under --map; exits 1 when there are none')
  .action(async (paths: string[]) => {
    const { config, options, report } = commandContext(importCommand);
    const mapping = typeof options.map === 'string' ? await readMapping(options.map) : undefined;
    const format = typeof options.format === 'string' ? options.format : undefined;
    const [accept, check, again] = [options.accept === true, options.check === true, options.again === true];
    if (options.retryQuarantined === true ? paths.length > 0 || check : paths.length === 0) {
      throw new UserError(
        'give the paths to import, or --retry-quarantined alone (tessera import --help lists the options)',
        2,
      );
    }
    const ask = options.json === true ? undefined : terminalAsks();
    await removeLeftoverFolders();
    await withDatabase(config, async (database) => {
      const result =
        options.retryQuarantined === true
          ? await retryInto(database, config, mapping)
          : await withStandardInput(paths, (given) =>
              importInto(database, config, given, { format, mapping, accept, check, again, ask }),
            );
      report(result, () => importLines(result));
      if (result.files.length === 0) throw new UserError('no row in quarantine can be read again: nothing was retried');
      const wouldStop = check && result.files.some(({ findings = [] }) => findings.some(({ stops }) => stops));
      if (wouldStop || failureOf(result) !== null) process.exitCode = 1;
    });
  });
