import { type ClvOptions, LIFETIME_PERIOD_DAYS, said, wordsIn } from '@tessera/core';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { startOfDay } from '../db/queries/runs/runs.js';
import { UserError } from '../errors.js';
import { DEFAULT_LANGUAGE } from '../language.js';
import { type RunReport, runScoring } from '../scoring/run.js';
import { readSegmentationSettings, segmentationOptions } from '../settings/segmentation.js';
import { ensureShop } from '../settings/shop.js';
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

/** What the shop sets of the lifetime value. */
const clvOptions = ({ lifetimeDays, discountRate }: Config): Partial<ClvOptions> => ({
  ...(lifetimeDays === undefined ? {} : { lifetimePeriods: lifetimeDays / LIFETIME_PERIOD_DAYS }),
  ...(discountRate === undefined ? {} : { yearlyDiscountRate: discountRate }),
});

/** Scores the shop with a progress line. */
export async function scoreShop(database: Database, config: Config, asOf?: string): Promise<RunReport> {
  const shop = await ensureShop(database.sql, config);
  const settings = await readSegmentationSettings(config);
  const progress = new ProgressLine();
  try {
    return await runScoring(database.sql, {
      timeZone: shop.timeZone,
      demographics: config.demographics,
      modelOptions: { ...segmentationOptions(settings), clv: clvOptions(config) },
      settingsFingerprint: settings.fingerprint,
      asOf: asOf === undefined ? undefined : await readAsOf(database, asOf, shop.timeZone),
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

export const scoreLines = (report: ReturnType<typeof wordedReport>) => {
  const { runId, asOf, customers, changes, late, warnings, seconds } = report;
  return [
    `run ${runId} published: ${grouped(customers)} customers as of ${asOf} in ${seconds.toFixed(1)} s`,
    `  ${grouped(changes)} moved to another segment since the run before${late > 0 ? `; ${grouped(late)} scored again for rows that arrived meanwhile` : ''}`,
    ...warnings.map((warning) => `  ${warning}`),
  ];
};

export const scoreCommand = makeCommand('score')
  .option('--as-of <when>', "now, a day (its 00:00 in the shop's zone) or a moment; [the day after the newest order]")
  .action(async () => {
    const { config, options, report, note } = commandContext(scoreCommand);
    await withDatabase(config, async (database) => {
      const asOf = typeof options.asOf === 'string' ? options.asOf : undefined;
      const done = await scoreShop(database, config, asOf);
      for (const line of aheadLines(done, config)) note(line);
      const result = wordedReport(done, config);
      report(result, () => scoreLines(result));
    });
  });
