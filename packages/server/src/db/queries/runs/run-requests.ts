import type { Sql, Transaction } from '../../database.js';
import type { RunKind } from './runs.js';

/** Puts a run on record that will begin later. @param asOf of a look; of any other it is found when the run begins */
export async function recordWaitingRun(
  transaction: Transaction,
  { kind, asOf, name, jobId }: { kind: RunKind; asOf: Date; name: string | null; jobId: number },
): Promise<number> {
  const [row] = await transaction<{ id: number }[]>`
    insert into runs (state, as_of, step, kind, name, job_id)
    values ('waiting', ${asOf}, 'waiting', ${kind}, ${name}, ${jobId}) returning id::float8 as id`;
  await transaction`update jobs set run_id = ${row!.id} where id = ${jobId}`;
  return row!.id;
}

/**
 * Asks for a run's end: one that waits is cancelled at once, one at work within seconds. The job that made it is not tried again.
 * A run that fails and is tried again is cancelled too while it waits for the next attempt.
 * @returns null when there is none of that number, else whether it could be cancelled
 */
export async function requestCancel(sql: Sql, runId: number): Promise<boolean | null> {
  return sql.begin(async (transaction) => {
    // The job first, as those who publish do: two who lock in the same order do not wait for each other in a circle.
    const [job] = await transaction<{ id: number; state: string }[]>`
      select j.id::float8 as id, j.state from jobs j join runs r on r.job_id = j.id
      where r.id = ${runId} and j.run_id = r.id and j.state in ('waiting', 'running') for update of j`;
    const [run] = await transaction<{ state: string }[]>`select state from runs where id = ${runId} for update`;
    if (run === undefined) return null;
    // Its job may not have heard yet that it was published.
    if (run.state === 'published' || run.state === 'dropped' || run.state === 'cancelled') return false;
    if (job === undefined && run.state !== 'running') return false;
    if (job !== undefined) {
      await transaction`
        update jobs set cancel_requested = true, state = case state when 'waiting' then 'cancelled' else state end,
          finished_at = case state when 'waiting' then now() end
        where id = ${job.id}`;
    }
    await transaction`
      update runs set cancel_requested = true, state = case state when 'waiting' then 'cancelled' else state end,
        finished_at = case state when 'waiting' then now() else finished_at end
      where id = ${runId}`;
    return true;
  });
}

/** What the last runs of the whole shop took, the newest first: their steps as they were noted, and their customers. */
export async function readStepTimes(
  sql: Sql,
  kind: RunKind,
): Promise<{ readonly steps: unknown; readonly customers: number }[]> {
  return sql<{ steps: unknown; customers: number }[]>`
    select steps, customer_count::float8 as customers from runs
    where finished_at is not null and state in ('published', 'dropped') and customer_count > 0 and steps <> '[]'
    order by (kind = ${kind}) desc, finished_at desc limit 5`;
}

/** The shop's first run that was published, which may be dropped by now; null before there is one. Runs of the past are not asked. */
export async function readFirstRun(
  sql: Sql | Transaction,
): Promise<{ readonly id: number; readonly asOf: Date; readonly isKept: boolean; readonly customers: number } | null> {
  const [run] = await sql<{ id: number; asOf: Date; isKept: boolean; customers: number }[]>`
    select id::float8 as id, as_of as "asOf", state = 'published' as "isKept", coalesce(customer_count, 0)::float8 as customers
    from runs where finished_at is not null and state in ('published', 'dropped') and kind = 'current'
    order by id limit 1`;
  return run ?? null;
}
