import type { Sql } from '../../database.js';
import type { SegmentChangeRow } from './segment-history.js';

export interface FlowRow {
  /** Null for customers who were new. */
  readonly fromSegment: string | null;
  readonly toSegment: string;
  readonly customers: number;
  readonly cause: SegmentChangeRow['cause'];
}

/**
 * Who went from where to where between two moments, net: where he was at the first against where he is at the last, with
 * the cause of the last move. Who came back to where he was has not moved. Largest flows first. Moves follow each other as runs
 * made them: a later run may speak of an earlier moment.
 * @param from after this moment; from the beginning of the ledger when null @param to up to and with it; until now when null
 */
export async function readFlows(
  sql: Sql,
  segmentation: string,
  from: Date | null,
  to: Date | null,
  runId: number,
): Promise<FlowRow[]> {
  return sql<FlowRow[]>`
    with moves as (
      select customer_id,
             (array_agg(from_segment order by run_id, changed_at))[1] as from_segment,
             (array_agg(to_segment order by run_id desc, changed_at desc))[1] as to_segment,
             (array_agg(cause order by run_id desc, changed_at desc))[1] as cause
      from segment_changes
      where segmentation = ${segmentation} and run_id <= ${runId}
        and (${from}::timestamptz is null or changed_at > ${from}) and (${to}::timestamptz is null or changed_at <= ${to})
      group by customer_id
    )
    select from_segment as "fromSegment", to_segment as "toSegment", count(*)::float8 as customers, cause
    from moves where from_segment is distinct from to_segment
    group by from_segment, to_segment, cause order by 3 desc, 1, 2, 4`;
}

export interface CrossTableRow {
  readonly entry: string;
  readonly other: string;
  readonly customers: number;
  readonly share: number;
}

/** How many customers of each segment of one segmentation are in each of another, in one run. */
export async function readCrossTable(
  sql: Sql,
  runId: number,
  segmentation: string,
  other: string,
): Promise<CrossTableRow[]> {
  return sql<CrossTableRow[]>`
    with pairs as (
      select (select e from unnest(segments) as e where split_part(e, ':', 1) = ${segmentation}) as entry,
             (select e from unnest(segments) as e where split_part(e, ':', 1) = ${other}) as other
      from customer_profiles where run_id = ${runId}
    )
    select entry, other, count(*)::float8 as customers,
           (count(*) / sum(count(*)) over (partition by entry))::float8 as share
    from pairs where entry is not null and other is not null group by entry, other order by 3 desc, 1, 2`;
}
