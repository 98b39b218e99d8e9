import type { Database, Sql, Transaction } from '../database.js';
import type { Listener } from '../listener.js';
import type { SegmentChangeRow } from './segment-history.js';

/** Where PostgreSQL tells every process that customers moved, once the transaction that moved them is committed. */
const CHANNEL = 'tessera_segment_changes';
/** A notification holds at most 8,000 bytes; ids are the shop's own, of up to 200 characters. */
const LARGEST_PAYLOAD = 7_000;

/**
 * Moves that were committed: the moves themselves, or, of a whole run, where to read them. A reader who looked single ones
 * up would find the newest only, as the next may be committed before he looks.
 */
export type Moved = { readonly moves: readonly SegmentChangeRow[] } | { readonly runId: number };

async function notify(transaction: Transaction, moved: Moved): Promise<void> {
  await transaction`select pg_notify(${CHANNEL}, ${JSON.stringify(moved)})`;
}

export async function notifyRunChanges(transaction: Transaction, runId: number): Promise<void> {
  await notify(transaction, { runId });
}

/** In as many notifications as they need. */
export async function notifyMoves(transaction: Transaction, moves: readonly SegmentChangeRow[]): Promise<void> {
  let part: SegmentChangeRow[] = [];
  let size = 0;
  for (const move of moves) {
    const own = Buffer.byteLength(JSON.stringify(move)) + 1;
    if (size + own > LARGEST_PAYLOAD && part.length > 0) {
      await notify(transaction, { moves: part });
      part = [];
      size = 0;
    }
    part.push(move);
    size += own;
  }
  if (part.length > 0) await notify(transaction, { moves: part });
}

function parseMoved(payload: string): Moved {
  const moved = JSON.parse(payload) as Moved;
  if ('runId' in moved) return moved;
  return { moves: moved.moves.map((move) => ({ ...move, changedAt: new Date(move.changedAt) })) };
}

export interface MoveEvents {
  moved(moved: Moved): void;
  /** Asked and answered: the connection lives. */
  alive(): void;
  /** It listens again; what `changesSince` reads of this snapshot may have been missed. Called until it succeeds. */
  returned(snapshot: string): Promise<void>;
}

/** Calls back at each notification, on a connection of its own that is made again whenever it is lost. */
export function listenToChanges(database: Pick<Database, 'listen'>, events: MoveEvents): Listener {
  return database.listen(CHANNEL, {
    notified: (payload) => events.moved(parseMoved(payload)),
    alive: () => events.alive(),
    returned: (snapshot) => events.returned(snapshot),
  });
}

/**
 * The moves of some customers that were committed after a snapshot was taken, in the order of the ledger.
 * @param snapshot PostgreSQL's own text of it
 */
export async function changesSince(
  sql: Sql,
  snapshot: string,
  customerIds: readonly string[],
): Promise<SegmentChangeRow[]> {
  // A row knows the lower half of the number of the transaction that wrote it; the upper half is today's, or that before it.
  return sql<SegmentChangeRow[]>`
    with present as (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next),
         own as (
           select c.*, (next / 4294967296 * 4294967296) + xmin::text::bigint
                       - case when xmin::text::bigint > next % 4294967296 then 4294967296 else 0 end as written_by
           from segment_changes c, present where customer_id = any(${[...customerIds]}::text[])
         )
    select customer_id as "customerId", segmentation, run_id::float8 as "runId", changed_at as "changedAt",
           from_segment as "fromSegment", to_segment as "toSegment", cause
    from own
    where not pg_visible_in_snapshot(greatest(written_by, 3)::text::xid8, ${snapshot}::text::pg_snapshot)
    order by run_id, changed_at, customer_id, segmentation`;
}

/** The last move of some customers in a run, in each segmentation. */
export async function changesInRun(
  sql: Sql,
  runId: number,
  customerIds: readonly string[],
): Promise<SegmentChangeRow[]> {
  return sql<SegmentChangeRow[]>`
    select distinct on (customer_id, segmentation) customer_id as "customerId", segmentation, run_id::float8 as "runId",
           changed_at as "changedAt", from_segment as "fromSegment", to_segment as "toSegment", cause
    from segment_changes
    where run_id = ${runId} and customer_id = any(${[...customerIds]}::text[])
    order by customer_id, segmentation, changed_at desc`;
}
