import { createInterface } from 'node:readline/promises';
import { readFirstRun } from '../db/queries/runs/run-requests.js';
import { UserError } from '../errors.js';
import { DEFAULT_MONTHS, MOST_CUSTOMERS_UNASKED, type ScoredMonth, scorePastMonth } from '../scoring/backfill.js';
import { shopRunOptions } from '../scoring/shop-run.js';
import { commandContext, makeCommand, withDatabase } from './command.js';
import { ProgressLine } from './progress-line.js';

const MONTHS = /^[1-9]\d{0,2}$/;
const number = new Intl.NumberFormat('en');

/** @throws UserError when nobody is there to ask, or the answer is no */
async function confirm(customers: number, months: string): Promise<void> {
  const cost = `${months} runs over ${number.format(customers)} customers`;
  if (!process.stdin.isTTY) throw new UserError(`${cost} may take hours and disk space: --yes begins them`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${cost} may take hours and disk space. Begin? [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('nothing was scored');
}

export const backfillCommand = makeCommand('backfill')
  .option('--months <count>', `how many month ends before the first run, at most [${DEFAULT_MONTHS}]`)
  .option('--yes', `do not ask, also above ${number.format(MOST_CUSTOMERS_UNASKED)} customers`)
  .action(async () => {
    const { config, options, note, report } = commandContext(backfillCommand);
    const months = typeof options.months === 'string' ? options.months : String(DEFAULT_MONTHS);
    if (!MONTHS.test(months)) throw new UserError(`--months "${months}" is not a number from 1 to 999`, 2);
    await withDatabase(config, async ({ sql }) => {
      const customers = (await readFirstRun(sql))?.customers ?? 0;
      if (customers > MOST_CUSTOMERS_UNASKED && options.yes !== true) await confirm(customers, months);
      const runOptions = { ...(await shopRunOptions(sql, config)), isBackground: true };
      const scored: ScoredMonth[] = [];
      const progress = new ProgressLine();
      const onProgress = (share: number, step: string) =>
        progress.show(`month ${scored.length + 1} of up to ${months}: ${step}`, share);
      for (;;) {
        const month = await scorePastMonth(sql, { ...runOptions, onProgress }, Number(months)).finally(() =>
          progress.clear(),
        );
        if (month === null) break;
        scored.push(month);
        const { lastDay, report: run } = month;
        note(
          `${lastDay}: ${number.format(run.customers)} customers, ${run.changes} moved, ${run.seconds.toFixed(1)} s`,
        );
      }
      const runs = scored.map(({ lastDay, report: { runId, customers, changes, seconds } }) => ({
        lastDay,
        runId,
        customers,
        changes,
        seconds,
      }));
      report({ runs }, () => [
        runs.length === 0
          ? 'nothing to do: those months are scored, or have no orders'
          : `${runs.length} months scored`,
      ]);
    });
  });
