import type { SegmentChangeRow } from '../segments/segment-history.js';
import { SEGMENT_SUMS } from '../segments/segment-stats.js';
import type { PublishedRun } from './current-run.js';
import { CAUSE_OF_MOVE, partition } from './runs.js';
import type { Connection, Workspace } from './workspace.js';

/** How far a sender's clock may be ahead of this one: what he calls a moment ago has happened. */
const CLOCK_TOLERANCE = '5 minutes';

/**
 * The moment at which each customer is scored: the run's, or just after the newest thing that is known of him, whichever is
 * later. What claims to come from the future does not exist yet, and moves nobody's moment.
 */
export async function momentsOf(
  connection: Connection,
  { runId, asOf }: Pick<PublishedRun, 'runId' | 'asOf'>,
  ids: readonly string[],
): Promise<Map<string, Date>> {
  const rows = await connection<{ customerId: string; moment: Date }[]>`
    select t.id as "customerId", greatest(${asOf}::timestamptz, p.as_of, x.newest + interval '1 millisecond') as moment
    from unnest(${[...ids]}::text[]) as t (id)
    left join customer_profiles p on p.run_id = ${runId} and p.customer_id = t.id COLLATE "C"
    cross join lateral (
      select max(at) as newest from (
        select unnest(array[placed_at, delivered_at, cancelled_at, returned_at]) as at from orders where customer_id = t.id COLLATE "C"
        union all select unnest(array[delivered_at, cancelled_at, returned_at]) from order_items where customer_id = t.id COLLATE "C"
        union all select returned_at from returns where customer_id = t.id COLLATE "C"
        union all select occurred_at from events where customer_id = t.id COLLATE "C"
      ) as times
      where at < greatest(${asOf}::timestamptz, now() + ${CLOCK_TOLERANCE}::interval)
    ) as x`;
  return new Map(rows.map(({ customerId, moment }) => [customerId, moment]));
}

/** Takes the profiles of the chosen customers out of the run, and keeps them. */
export async function takeProfiles(workspace: Workspace, runId: number): Promise<void> {
  const chosen = workspace.name('chosen');
  await workspace.fill(
    'profilesBefore',
    `select p.* from ${partition(runId)} p join ${chosen} c on c.customer_id = p.customer_id`,
  );
  await workspace.connection.unsafe(
    `delete from ${partition(runId)} p using ${chosen} c where c.customer_id = p.customer_id`,
  );
}

/** Moves the chosen customers from the sums that they were in to those that they are in now. */
export async function moveSegmentSums(workspace: Workspace, runId: number): Promise<void> {
  const { connection } = workspace;
  const [chosen, before] = [workspace.name('chosen'), workspace.name('profilesBefore')];
  const added = SEGMENT_SUMS.columns.map((name) => `${name} = t.${name} + excluded.${name}`).join(', ');
  await connection.unsafe(`
    insert into segment_stats as t (run_id, segmentation, segment, ${SEGMENT_SUMS.names})
    select ${runId}, split_part(entry, ':', 1), split_part(entry, ':', 2), ${SEGMENT_SUMS.signedSums}
    from (
      select -1 as sign, b.* from ${before} b
      union all
      select 1, n.* from ${partition(runId)} n join ${chosen} c on c.customer_id = n.customer_id
    ) as p, unnest(p.segments) as entry
    group by entry
    on conflict (run_id, segmentation, segment) do update set ${added}`);
  await connection.unsafe(`
    update runs set customer_count = customer_count - (select count(*) from ${before})
      + (select count(*) from ${partition(runId)} n join ${chosen} c on c.customer_id = n.customer_id)
    where id = ${runId}`);
}

/**
 * Writes into the ledger who moved, at the moment that his profile speaks of. Two moves at one moment are one there.
 * @returns each move by itself
 */
export async function writeMoves(workspace: Workspace, runId: number): Promise<SegmentChangeRow[]> {
  const { connection } = workspace;
  const [chosen, before] = [workspace.name('chosen'), workspace.name('profilesBefore')];
  const moves = await connection.unsafe<SegmentChangeRow[]>(`
    with moves as (
      select n.customer_id, split_part(entry.now, ':', 1) as segmentation, n.as_of as changed_at,
             split_part(entry.before, ':', 2) as from_segment, split_part(entry.now, ':', 2) as to_segment, ${CAUSE_OF_MOVE} as cause
      from ${partition(runId)} n
      join ${chosen} c on c.customer_id = n.customer_id
      left join ${before} p on p.customer_id = n.customer_id
      cross join lateral (
        select now, (select before from unnest(p.segments) as before
                     where split_part(before, ':', 1) = split_part(now, ':', 1)) as before
        from unnest(n.segments) as now
      ) as entry
      where entry.now is distinct from entry.before
    ),
    written as (
      insert into segment_changes (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
      select customer_id, segmentation, ${runId}, changed_at, from_segment, to_segment, cause from moves
      on conflict (customer_id, segmentation, changed_at, run_id)
        do update set to_segment = excluded.to_segment, cause = excluded.cause
    )
    select customer_id as "customerId", segmentation, ${runId}::float8 as "runId", changed_at as "changedAt",
           from_segment as "fromSegment", to_segment as "toSegment", cause
    from moves order by customer_id, segmentation`);
  // Who came back to where he was has not moved.
  await connection.unsafe(`
    delete from segment_changes t using ${chosen} c
    where t.customer_id = c.customer_id and t.run_id = ${runId} and t.from_segment = t.to_segment`);
  return [...moves];
}
