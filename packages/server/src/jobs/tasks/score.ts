import { hasCustomers } from '../../db/queries/shop/settings.js';
import { runScoring } from '../../scoring/run.js';
import { shopRunOptions } from '../../scoring/shop-run.js';
import type { Task } from '../job.js';

/** What a run is asked to be; of JSON, so the moment is text. */
export interface ScoreJobOptions {
  readonly asOf?: string;
  readonly name?: string;
}

/** Scores the whole shop. */
export const scoreTask: Task = {
  key: 'score',
  priority: 0,
  async perform({ database: { sql }, config, job }) {
    // A night without customers is no failure.
    if (!(await hasCustomers(sql))) return 'done';
    const { asOf, name } = job.options as ScoreJobOptions;
    const options = await shopRunOptions(sql, config);
    await runScoring(sql, {
      ...options,
      name,
      job,
      isBackground: true,
      asOf: asOf === undefined ? undefined : new Date(asOf),
    });
    return 'done';
  },
};
