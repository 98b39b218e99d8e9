import type { Sql } from '../db/database.js';
import { readNextRun, readPastMonths, writeFirstMoves } from '../db/queries/runs/past-runs.js';
import { readFirstRun } from '../db/queries/runs/run-requests.js';
import { UserError } from '../errors.js';
import { type RunOptions, type RunReport, runScoring } from './run.js';

/** Above so many customers a person is asked first: every month is a run of the whole shop. */
export const MOST_CUSTOMERS_UNASKED = 200_000;
export const DEFAULT_MONTHS = 12;

export interface ScoredMonth {
  /** The last day of the month, `2026-01-31`. */
  readonly lastDay: string;
  readonly report: RunReport;
  /** How many of the months that were asked for are scored by now, and how many there are. */
  readonly done: number;
  readonly months: number;
}

/**
 * Scores the oldest month end that has no run yet, of the last ones before the shop's first run. It writes the ledger as if it had
 * run then: months have to be scored in order, and the last one joins the ledger to the first run.
 * @param months how many month ends at most, counted back from the first run
 * @returns null when there is none left
 * @throws UserError before the shop's first run
 */
export async function scorePastMonth(sql: Sql, options: RunOptions, months: number): Promise<ScoredMonth | null> {
  const first = await readFirstRun(sql);
  if (first === null) {
    throw new UserError('the months before the first run can be scored after it: score the shop first (tessera score)');
  }
  const all = await readPastMonths(sql, first.asOf, options.timeZone, months);
  const open = all.filter(({ isScored }) => !isScored);
  const [month] = open;
  if (month === undefined) return null;
  const { runId, lastDay, asOf } = month;
  const report = await runScoring(sql, {
    ...options,
    asOf,
    pastRunId: runId,
    name: lastDay,
    onPublish: async (transaction) => {
      if (open.length > 1) return;
      const next = await readNextRun(transaction, runId);
      if (next !== null) await writeFirstMoves(transaction, next, runId);
    },
  });
  return { lastDay, report, done: all.length - open.length + 1, months: all.length };
}
