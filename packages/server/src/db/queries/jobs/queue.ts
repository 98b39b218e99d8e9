import { codeOf } from '../../../errors.js';
import type { Sql, Transaction } from '../../database.js';
import type { jobs } from '../../tables.js';

export type JobReason = (typeof jobs.$inferSelect)['reason'];

export interface Job {
  readonly id: number;
  readonly task: string;
  readonly options: unknown;
  readonly reason: JobReason;
  /** The number of the lease: whoever holds an older one has lost the job. */
  readonly fence: number;
  /** This attempt, 1 is the first since it last succeeded. */
  readonly attempts: number;
  /** A run that was put on record for the next attempt, or that of the last attempt. */
  readonly runId: number | null;
}

export interface NewJob {
  readonly task: string;
  readonly options: object;
  /** Two jobs with the same key are never both waiting or running. */
  readonly key: string;
  readonly reason: JobReason;
  /** Low numbers go first. */
  readonly priority: number;
}

const JOB = `id::float8 as id, task, options, reason, fence::float8 as fence, attempts, run_id::float8 as "runId"`;

/** The first pause after a failed attempt, doubled at each up to the longest. */
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3600;
/** Jobs that ended are kept for so long. */
const KEPT_DAYS = 90;

/** How long the next attempt waits after so many that failed. */
export const pauseAfter = (attempts: number): number =>
  Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);

const later = (now: Date, seconds: number) => new Date(now.getTime() + 1000 * seconds);

/** Puts a job on the list. @returns its number; null when one with the same key waits or works */
export async function addJob(sql: Sql | Transaction, job: NewJob, now: Date): Promise<number | null> {
  const [row] = await sql<{ id: number }[]>`
    insert into jobs (task, options, key, reason, priority, due_at, written_at)
    values (${job.task}, ${sql.json(job.options as never)}, ${job.key}, ${job.reason}, ${job.priority}, ${now}, ${now})
    on conflict (key) where state in ('waiting', 'running') do nothing
    returning id::float8 as id`;
  return row?.id ?? null;
}

/** The job with a key that waits or works; null when there is none. */
export async function findJob(
  sql: Sql | Transaction,
  key: string,
): Promise<{ id: number; runId: number | null } | null> {
  const [row] = await sql<{ id: number; runId: number | null }[]>`
    select id::float8 as id, run_id::float8 as "runId" from jobs where key = ${key} and state in ('waiting', 'running')`;
  return row ?? null;
}

/**
 * Takes the lease of the job that is due, the most urgent first. A job is due too when the clock shows less than when the row
 * was written: the clock was set back, and its moment says nothing any more.
 * @returns null when none is due, or another server was first
 */
export async function takeJob(sql: Sql, now: Date): Promise<Job | null> {
  try {
    const [job] = await sql<Job[]>`
      update jobs set state = 'running', fence = fence + 1, beat = 0, attempts = attempts + 1, written_at = ${now}
      where id = (
        select id from jobs where state = 'waiting' and (due_at <= ${now} or written_at > ${now})
        order by priority, due_at, id limit 1 for update skip locked
      ) and not exists (select from jobs where state = 'running')
      returning ${sql.unsafe(JOB)}`;
    return job ?? null;
  } catch (error) {
    // The index that lets one job run at a time: another server took one in the same moment.
    if (codeOf(error) === '23505') return null;
    throw error;
  }
}

/** Tells those who watch that the holder lives. @returns whether the lease is still held and whether the job shall be cancelled */
export async function beatJob(
  sql: Sql,
  { id, fence }: Pick<Job, 'id' | 'fence'>,
): Promise<{ readonly isHeld: boolean; readonly isCancelled: boolean }> {
  const [row] = await sql<{ cancelled: boolean }[]>`
    update jobs set beat = beat + 1 where id = ${id} and fence = ${fence} and state = 'running'
    returning cancel_requested as cancelled`;
  return { isHeld: row !== undefined, isCancelled: row?.cancelled === true };
}

/** What of a lease changes while its holder lives. */
export interface Lease {
  readonly id: number;
  readonly fence: number;
  readonly beat: number;
}

export async function readLease(sql: Sql): Promise<Lease | null> {
  const [row] = await sql<Lease[]>`
    select id::float8 as id, fence::float8 as fence, beat::float8 as beat from jobs where state = 'running'`;
  return row ?? null;
}

/**
 * Whether the lease is held, within the transaction that publishes: it stays so until that ends.
 * @returns false when another server has taken the job over, or somebody cancelled it
 */
export async function holdsJob(transaction: Transaction, { id, fence }: Pick<Job, 'id' | 'fence'>): Promise<boolean> {
  const rows = await transaction`
    select from jobs where id = ${id} and fence = ${fence} and state = 'running' and not cancel_requested for update`;
  return rows.count > 0;
}

/** Which run the job makes now. */
export async function noteRunOfJob(
  sql: Sql | Transaction,
  { id, fence }: Pick<Job, 'id' | 'fence'>,
  runId: number,
): Promise<void> {
  await sql`update jobs set run_id = ${runId} where id = ${id} and fence = ${fence}`;
}

/** Ends a job that was done. Ended jobs of long ago go. */
export async function completeJob(sql: Sql, { id, fence }: Pick<Job, 'id' | 'fence'>, now: Date): Promise<void> {
  await sql`
    update jobs set state = 'done', finished_at = ${now}, written_at = ${now}, error = null, attempts = 0
    where id = ${id} and fence = ${fence} and state = 'running'`;
  await sql`
    delete from jobs where state in ('done', 'cancelled') and finished_at < ${now}::timestamptz - make_interval(days => ${KEPT_DAYS})`;
}

/** Puts a job back that has more to do: others that are due go between. */
export async function continueJob(sql: Sql, { id, fence }: Pick<Job, 'id' | 'fence'>, now: Date): Promise<void> {
  await sql`
    update jobs set state = 'waiting', due_at = ${now}, written_at = ${now}, attempts = 0, error = null
    where id = ${id} and fence = ${fence} and state = 'running'`;
}

/**
 * Ends an attempt that failed: the job waits for the next one, or is cancelled where somebody asked for it.
 * @param pauseSeconds until the next attempt
 */
export async function retryJob(
  sql: Sql | Transaction,
  { id, fence }: Pick<Job, 'id' | 'fence'>,
  { error, pauseSeconds, now }: { readonly error: string; readonly pauseSeconds: number; readonly now: Date },
): Promise<boolean> {
  const rows = await sql`
    update jobs set state = case when cancel_requested then 'cancelled' else 'waiting' end,
      finished_at = case when cancel_requested then ${now}::timestamptz end, fence = fence + 1,
      due_at = ${later(now, pauseSeconds)}, written_at = ${now}, error = ${error}
    where id = ${id} and fence = ${fence} and state = 'running'`;
  return rows.count > 0;
}

/**
 * Takes a job away from a holder of whom nothing has been heard: its number grows, so that what the holder may still do is not
 * published, and its run has failed.
 * @returns false when the holder was heard of meanwhile
 */
export async function expireLease(sql: Sql, { id, fence, beat }: Lease, now: Date): Promise<boolean> {
  return sql.begin(async (transaction) => {
    const [job] = await transaction<{ attempts: number; runId: number | null; cancelled: boolean }[]>`
      select attempts, run_id::float8 as "runId", cancel_requested as cancelled from jobs
      where id = ${id} and fence = ${fence} and beat = ${beat} and state = 'running' for update`;
    if (job === undefined) return false;
    const error = 'interrupted: the server that worked on it is gone';
    const pauseSeconds = job.attempts <= 1 ? 0 : pauseAfter(job.attempts - 1);
    await retryJob(transaction, { id, fence }, { error, pauseSeconds, now });
    await transaction`
      update runs set state = ${job.cancelled ? 'cancelled' : 'failed'}, finished_at = now(), estimated_end = null,
        error = ${job.cancelled ? null : error}, failure = ${job.cancelled ? null : 'interrupted'}
      where id = ${job.runId} and state = 'running'`;
    return true;
  });
}

/** Whether a job waits or works. */
export async function hasJobs(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ exists: boolean }[]>`
    select exists (select from jobs where state in ('waiting', 'running')) as exists`;
  return row?.exists === true;
}

/** A job that is leased under a number; null when that is not so any more. */
export async function readJob(sql: Sql, id: number, fence: number): Promise<Job | null> {
  const [job] = await sql<Job[]>`
    select ${sql.unsafe(JOB)} from jobs where id = ${id} and fence = ${fence} and state = 'running'`;
  return job ?? null;
}

/** Ends the run of an attempt whose process ended without a word. */
export async function failRunOfJob(sql: Sql, { id }: Pick<Job, 'id'>, error: string, failure: string): Promise<void> {
  await sql`
    update runs set finished_at = now(), estimated_end = null,
      state = case when cancel_requested then 'cancelled' else 'failed' end,
      error = case when not cancel_requested then ${error}::text end,
      failure = case when not cancel_requested then ${failure}::text end
    where job_id = ${id} and state = 'running'`;
}
