import { said, wordsIn } from '@tessera/core';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { startOfDay } from '../db/queries/runs/runs.js';
import { UserError } from '../errors.js';
import { DEFAULT_LANGUAGE } from '../language.js';
import { type RunReport, runScoring } from '../scoring/run.js';
import { shopRunOptions } from '../scoring/shop-run.js';
import { commandContext, makeCommand, withDatabase } from './command.js';
import { ProgressLine } from './progress-line.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** `now`, a calendar day of the shop (its 00:00), or a moment with its zone. */
async function readAsOf(database: Database, given: string, timeZone: string): Promise<Date> {
  if (given === 'now') return new Date();
  const isDay = DAY.test(given) && new Date(`${given}T00:00:00Z`).toJSON()?.startsWith(given) === true;
  if (isDay) return startOfDay(database.sql, given, timeZone);
  const moment = MOMENT.test(given) ? new Date(given) : null;
  if (moment === null || Number.isNaN(moment.getTime())) {
    throw new UserError(`--as-of "${given}" is not a moment: it reads 2026-01-31, 2026-01-31T14:05:00Z or now`, 2);
  }
  return moment;
}

/** Scores the shop with a progress line. */
export async function scoreShop(
  database: Database,
  config: Config,
  { asOf, name }: { readonly asOf?: string; readonly name?: string } = {},
): Promise<RunReport> {
  const options = await shopRunOptions(database.sql, config);
  const progress = new ProgressLine();
  try {
    return await runScoring(database.sql, {
      ...options,
      name,
      asOf: asOf === undefined ? undefined : await readAsOf(database, asOf, options.timeZone),
      onProgress: (share, step) => progress.show(`scoring: ${step}`, share),
    });
  } finally {
    progress.clear();
  }
}

/** A report with its warnings in words. */
export const wordedReport = ({ warnings, ...report }: RunReport, { language = DEFAULT_LANGUAGE }: Config) => ({
  ...report,
  warnings: warnings.map(wordsIn(language).say),
});

/** A warning of orders that lie ahead. */
export const aheadLines = (
  { ahead }: Pick<RunReport, 'ahead'>,
  { language = DEFAULT_LANGUAGE }: Pick<Config, 'language'>,
) => (ahead === null ? [] : [`warning: ${wordsIn(language).say(said('orders-ahead', { ...ahead }))}`]);

const grouped = (count: number) => new Intl.NumberFormat('en').format(count);

/** What the run did, in a line: `features 3.2 s, fit 1.1 s ...`, and which models learned anew. */
const storyLines = ({ steps, models }: Pick<RunReport, 'steps' | 'models'>) => [
  `  ${steps.map(({ step, seconds, rows }) => `${step} ${(seconds ?? 0).toFixed(1)} s${rows === null ? '' : ` (${grouped(rows)} rows)`}`).join(', ')}`,
  `  models fitted again: ${models.refitted.join(', ') || 'none'}${models.kept.length === 0 ? '' : `; kept: ${models.kept.join(', ')}`}`,
];

export const scoreLines = (report: ReturnType<typeof wordedReport>) => {
  const { runId, kind, asOf, customers, changes, late, warnings, seconds } = report;
  const lateText = late > 0 ? `; ${grouped(late)} scored again for rows that arrived meanwhile` : '';
  return [
    `run ${runId} published: ${grouped(customers)} customers as of ${asOf} in ${seconds.toFixed(1)} s`,
    kind === 'look'
      ? `  a look at an earlier moment: readers go on seeing the current run; ask for it by asOfRun: ${runId}, remove it by "tessera runs remove ${runId}"${lateText}`
      : `  ${grouped(changes)} moved to another segment since the run before${lateText}`,
    ...storyLines(report),
    ...warnings.map((warning) => `  ${warning}`),
  ];
};

export const scoreCommand = makeCommand('score')
  .option(
    '--as-of <when>',
    "now, a day (its 00:00 in the shop's zone) or a moment; earlier than the current run's it makes a look; [the day after the newest order]",
  )
  .option('--name <text>', 'what to call the run')
  .action(async () => {
    const { config, options, report, note } = commandContext(scoreCommand);
    await withDatabase(config, async (database) => {
      const text = (option: unknown) => (typeof option === 'string' ? option : undefined);
      const done = await scoreShop(database, config, { asOf: text(options.asOf), name: text(options.name) });
      for (const line of aheadLines(done, config)) note(line);
      const result = wordedReport(done, config);
      report(result, () => scoreLines(result));
    });
  });
