import path from 'node:path';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { FORMATS } from '../ingest/formats.js';
import type { ImportReport } from '../ingest/import-file.js';
import { importPaths, type PathsReport } from '../ingest/import-paths.js';
import { ensureShop } from '../shop-settings.js';
import { commandContext, makeCommand, withDatabase } from './command.js';
import { ProgressLine } from './progress-line.js';

const number = new Intl.NumberFormat('en');
const count = (value: number, one: string, many = `${one}s`) => `${number.format(value)} ${value === 1 ? one : many}`;

function fileLines(report: ImportReport): string[] {
  const { source, format, read, kept, repaired, quarantined, duplicate, inserted, updated, unchanged, seconds } =
    report;
  const lines = [
    `${source} (${format}): ${count(read, 'row')} read in ${seconds.toFixed(1)} s`,
    `  ${number.format(kept)} kept as they are, ${number.format(repaired)} repaired, ${number.format(quarantined)} quarantined, ${count(duplicate, 'duplicate')}`,
    `  ${number.format(inserted)} new, ${number.format(updated)} changed, ${number.format(unchanged)} as before`,
  ];
  for (const [kind, times] of Object.entries(report.repairs))
    lines.push(`  repaired ${number.format(times)} x ${kind}`);
  for (const [word, times] of Object.entries(report.unknownStatuses)) {
    lines.push(`  unknown status "${word}": ${count(times, 'row')} in quarantine`);
  }
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
  if (files.some(({ quarantined }) => quarantined > 0)) {
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
  options: { format?: string; kind?: 'own' | 'demo' } = {},
): Promise<PathsReport> {
  const shop = await ensureShop(database.sql, config, options.kind);
  const progress = new ProgressLine();
  try {
    return await importPaths(database.sql, paths, {
      timeZone: shop.timeZone,
      format: options.format,
      onFileProgress: (file, rows) =>
        progress.show(`importing ${path.basename(file.path)}: ${number.format(rows)} rows`, null),
      onReport: () => progress.clear(),
    });
  } finally {
    progress.clear();
  }
}

export const importCommand = makeCommand(
  'import',
  'read files or folders into the shop; the same file again changes nothing',
)
  .argument('<path...>', 'CSV or JSON files, plain or gzipped, or folders of them')
  .option('--format <key>', `read every file as this format: ${FORMATS.map(({ key }) => key).join(', ')}`)
  .action(async (paths: string[]) => {
    const { config, options, report } = commandContext(importCommand);
    await withDatabase(config, async (database) => {
      const format = typeof options.format === 'string' ? options.format : undefined;
      const result = await importInto(database, config, paths, { format });
      report(result, () => importLines(result));
    });
  });
