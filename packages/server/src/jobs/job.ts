import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import type { Job } from '../db/queries/jobs/queue.js';

/** What a task works with. */
export interface TaskContext {
  readonly database: Database;
  readonly config: Config;
  readonly job: Job;
}

/** THE CONTRACT of a task: work that a server does beside answering. */
export interface Task {
  readonly key: string;
  /** Low numbers go first. */
  readonly priority: number;
  /**
   * Does the work, or a part of it, whole or not at all: it may be killed at any moment, and is then done again. What it publishes
   * must ask for the job's lease in the same transaction.
   * @returns `more` when others may go between before it goes on
   */
  perform(context: TaskContext): Promise<'done' | 'more'>;
}
