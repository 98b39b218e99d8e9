import type { Sql } from '../../database.js';

/** SQL: the moment of the first run that was ever published. */
export const FIRST_RUN_AS_OF =
  "(select as_of from runs where finished_at is not null and state in ('published', 'dropped') and kind <> 'look' order by id limit 1)";

export interface MembershipStart {
  readonly since: Date;
  readonly previous: string | null;
}

export interface SegmentChangeRow {
  readonly customerId: string;
  readonly segmentation: string;
  readonly runId: number;
  readonly changedAt: Date;
  readonly fromSegment: string | null;
  readonly toSegment: string;
  readonly cause: 'PURCHASE' | 'RETURN' | 'TIME' | 'REFIT' | 'DATA';
}

/**
 * When each customer entered the segment that he has in a run: by the last run that moved him, which may speak of an earlier
 * moment than the one before it. A customer without a change has been there since the first run of the shop.
 */
export async function latestChanges(
  sql: Sql,
  keys: readonly { customerId: string; segmentation: string; runId: number }[],
): Promise<MembershipStart[]> {
  const rows = await sql<{ since: Date; previous: string | null }[]>`
    select coalesce(change.changed_at, ${sql.unsafe(FIRST_RUN_AS_OF)}) as since,
           change.from_segment as previous
    from unnest(${keys.map(({ customerId }) => customerId)}::text[], ${keys.map(({ segmentation }) => segmentation)}::text[],
                ${keys.map(({ runId }) => runId)}::bigint[]) with ordinality as asked (customer_id, segmentation, run_id, position)
    left join lateral (
      select changed_at, from_segment from segment_changes c
      where c.customer_id = asked.customer_id COLLATE "C" and c.segmentation = asked.segmentation and c.run_id <= asked.run_id
      order by c.run_id desc, c.changed_at desc limit 1
    ) as change on true
    order by position`;
  return [...rows];
}

/** Every change of one customer up to a run, the last run's first: each goes on from where the next one in the list ended. */
export async function changesOf(sql: Sql, customerId: string, runId: number): Promise<SegmentChangeRow[]> {
  return sql<SegmentChangeRow[]>`
    select customer_id as "customerId", segmentation, run_id::float8 as "runId", changed_at as "changedAt", from_segment as "fromSegment",
           to_segment as "toSegment", cause
    from segment_changes where customer_id = ${customerId} and run_id <= ${runId}
    order by run_id desc, changed_at desc limit 200`;
}
