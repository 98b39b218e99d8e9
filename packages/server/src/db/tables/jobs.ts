import { sql } from 'drizzle-orm';
import { boolean, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { counter, moment } from './columns.js';

/**
 * Work that a server does beside answering. A job that failed waits and is tried again, so there is no state for a job that
 * was given up.
 */
export const jobs = pgTable(
  'jobs',
  {
    id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
    /** A task of `jobs/tasks.ts`. */
    task: text('task').notNull(),
    /** What the task was asked to do; each task reads its own. */
    options: jsonb('options').notNull().default({}),
    /** Two jobs with the same key are never both waiting or running. */
    key: text('key').notNull(),
    reason: text('reason', { enum: ['asked', 'schedule', 'import', 'first'] }).notNull(),
    state: text('state', { enum: ['waiting', 'running', 'done', 'cancelled'] })
      .notNull()
      .default('waiting'),
    /** Low numbers go first. */
    priority: integer('priority').notNull().default(0),
    dueAt: moment('due_at').notNull(),
    /** When this row was last written, by the clock that `due_at` was set by: a clock that shows less has been set back. */
    writtenAt: moment('written_at').notNull(),
    /** One more at each lease. Whoever works under an older number publishes nothing. */
    fence: counter('fence').notNull().default(0),
    /** One more every few seconds while the holder of the lease lives. Those who watch measure by their own stop watch. */
    beat: counter('beat').notNull().default(0),
    /** Attempts since it last succeeded. */
    attempts: integer('attempts').notNull().default(0),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
    /** The run that it makes, or made last. */
    runId: counter('run_id'),
    /** Of the last attempt. */
    error: text('error'),
    createdAt: moment('created_at').notNull().defaultNow(),
    finishedAt: moment('finished_at'),
  },
  (table) => [
    uniqueIndex('jobs_one_a_key').on(table.key).where(sql`${table.state} in ('waiting', 'running')`),
    // Runs compare themselves with the run before, so one works at a time, whatever the number of servers.
    uniqueIndex('jobs_one_running').on(table.state).where(sql`${table.state} = 'running'`),
  ],
);

/** When tasks begin by themselves: one row a task. */
export const schedules = pgTable('schedules', {
  task: text('task').primaryKey(),
  /** Five fields as cron reads them, in the shop's zone. */
  pattern: text('pattern').notNull(),
  enabled: boolean('enabled').notNull().default(true),
  /** False until somebody chose: a demo shop keeps no default. */
  chosen: boolean('chosen').notNull().default(false),
  /** Null until a server has seen the row. */
  nextAt: moment('next_at'),
});
