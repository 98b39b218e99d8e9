import type { Sql, Transaction } from '../../database.js';

/** A run that readers may see, as it was recorded. */
export interface PublishedRun {
  readonly runId: number;
  readonly asOf: Date;
  readonly finishedAt: Date;
  readonly customers: number;
  /** What counted in it, for scoring single customers as it did. */
  readonly options: unknown;
}

/** The run that readers see now; null before the first. The one place that reads it. */
export async function readCurrentRunId(sql: Sql | Transaction): Promise<number | null> {
  const [shop] = await sql<{ runId: number | null }[]>`select current_run_id::float8 as "runId" from shop`;
  return shop?.runId ?? null;
}

/** Null when there is none of that number, or its profiles were dropped. */
export async function readPublishedRun(sql: Sql | Transaction, runId: number): Promise<PublishedRun | null> {
  const [run] = await sql<PublishedRun[]>`
    select id::float8 as "runId", as_of as "asOf", finished_at as "finishedAt", customer_count::float8 as customers, options
    from runs where id = ${runId} and state = 'published'`;
  return run ?? null;
}

export async function readCurrentRun(sql: Sql | Transaction): Promise<PublishedRun | null> {
  const runId = await readCurrentRunId(sql);
  return runId === null ? null : readPublishedRun(sql, runId);
}
