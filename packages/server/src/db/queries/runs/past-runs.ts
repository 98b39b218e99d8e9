import type { Sql, Transaction } from '../../database.js';
import { CAUSE_OF_MOVE, partition } from './runs.js';
import type { Workspace } from './workspace.js';

/** A month whose end lies before the shop's first run. */
export interface PastMonth {
  /** The number of its run: below 0, and rising with the months. */
  readonly runId: number;
  /** Its last day, `2026-01-31`. */
  readonly lastDay: string;
  /** 00:00, in the shop's zone, of the day after it. */
  readonly asOf: Date;
  readonly isScored: boolean;
}

/** The number of the month 0000-00; every run of a month of the past lies between it and 0. */
const FIRST_NUMBER = -1_000_000;

/**
 * The last months that ended before a moment and have an order before their end, oldest first.
 * @param months how many at most
 */
export async function readPastMonths(
  sql: Sql | Transaction,
  before: Date,
  timeZone: string,
  months: number,
): Promise<PastMonth[]> {
  return sql<PastMonth[]>`
    select * from (
      select (${FIRST_NUMBER} + to_char(day, 'YYYYMM')::int)::float8 as "runId", to_char(day - 1, 'YYYY-MM-DD') as "lastDay",
             day::timestamp at time zone ${timeZone} as "asOf",
             exists (select from runs where id = ${FIRST_NUMBER} + to_char(day, 'YYYYMM')::int and state in ('published', 'dropped')) as "isScored"
      from (
        select generate_series(date_trunc('month', min(placed_at) at time zone ${timeZone}) + interval '1 month',
          ${before}::timestamptz at time zone ${timeZone}, interval '1 month')::date as day
        from orders where customer_id <> ''
      ) as ends
      where day::timestamp at time zone ${timeZone} < ${before}
      order by day desc limit ${months}
    ) as last order by "asOf"`;
}

/** The published run of the past that comes before a number; null when there is none. */
export async function readPastRunBefore(sql: Sql | Transaction, runId: number): Promise<number | null> {
  const [row] = await sql<{ id: number | null }[]>`
    select max(id)::float8 as id from runs where kind = 'past' and state = 'published' and id < ${runId}`;
  return row?.id ?? null;
}

/**
 * Takes out of the features who was not yet a customer at their moment: who registered later, or of whom nothing but later orders
 * is known. Without this everybody who ever came would have been a Prospect before.
 */
export async function dropLaterCustomers(workspace: Workspace, asOf: Date): Promise<void> {
  const { connection } = workspace;
  await connection.unsafe(
    `delete from ${workspace.name('features')} f
     where first_order_at is null and (registered_at >= $1 or (registered_at is null and exists (
       select from orders o where o.customer_id = f.customer_id and o.placed_at >= $1)))`,
    [asOf.toISOString()],
  );
}

/** The run whose moves go on from a month of the past; null when its profiles are no longer kept. */
export async function readNextRun(transaction: Transaction, runId: number): Promise<number | null> {
  const [row] = await transaction<{ id: number; isKept: boolean }[]>`
    select id::float8 as id, state = 'published' as "isKept" from runs
    where id > ${runId} and kind <> 'look' and finished_at is not null and state in ('published', 'dropped') order by id limit 1`;
  return row?.isKept === true ? row.id : null;
}

/**
 * Joins a run that was a first one to the run of the past before it: writes who moved between the two, as if the first run had followed it.
 * Orders may have moved customers on since; the first run's own segment is where their first move came from. The new cut-offs
 * are not told apart from time here.
 */
export async function writeFirstMoves(
  transaction: Transaction,
  firstRunId: number,
  previousRunId: number,
): Promise<number> {
  const written = await transaction.unsafe(`
    insert into segment_changes as c (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
    select moved.* from (
      with first_moves as (
        select distinct on (customer_id, segmentation) customer_id, segmentation, from_segment
        from segment_changes where run_id = ${firstRunId} order by customer_id, segmentation, changed_at
      )
      select n.customer_id, own.segmentation, ${firstRunId}, r.as_of, own.before,
             case when m.customer_id is null then own.now else m.from_segment end as to_segment, ${CAUSE_OF_MOVE}
      from ${partition(firstRunId)} n
      join runs r on r.id = ${firstRunId}
      left join ${partition(previousRunId)} p on p.customer_id = n.customer_id
      cross join lateral (
        select split_part(now, ':', 1) as segmentation, split_part(now, ':', 2) as now,
               (select split_part(before, ':', 2) from unnest(p.segments) as before
                where split_part(before, ':', 1) = split_part(now, ':', 1)) as before
        from unnest(n.segments) as now
      ) as own
      left join first_moves m on m.customer_id = n.customer_id and m.segmentation = own.segmentation
    ) as moved
    where moved.to_segment is not null and moved.before is distinct from moved.to_segment
    on conflict (customer_id, segmentation, changed_at, run_id) do update set from_segment = excluded.from_segment`);
  return written.count;
}
