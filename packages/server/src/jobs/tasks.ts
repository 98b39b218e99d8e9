import type { Task } from './job.js';
import { backfillTask } from './tasks/backfill.js';
import { scoreTask } from './tasks/score.js';

/** THE LIST of tasks. */
export const TASKS: readonly Task[] = [scoreTask, backfillTask];
