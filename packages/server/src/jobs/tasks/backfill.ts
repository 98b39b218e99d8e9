import { DEFAULT_MONTHS, scorePastMonth } from '../../scoring/backfill.js';
import { shopRunOptions } from '../../scoring/shop-run.js';
import type { Task } from '../job.js';

export interface BackfillJobOptions {
  readonly months?: number;
}

/** Scores the month ends before the shop's first run, one at a time, so that a night's run goes between. */
export const backfillTask: Task = {
  key: 'backfill',
  priority: 10,
  async perform({ database: { sql }, config, job }) {
    const { months = DEFAULT_MONTHS } = job.options as BackfillJobOptions;
    const options = await shopRunOptions(sql, config);
    const scored = await scorePastMonth(sql, { ...options, job, isBackground: true }, months);
    return scored === null || scored.done === scored.months ? 'done' : 'more';
  },
};
