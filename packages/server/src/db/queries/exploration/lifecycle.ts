import { type SQL, sql } from 'drizzle-orm';
import { momentLiteral, type OrderFactsOptions } from '../orders/order-facts.js';
import type { ReadSets } from './scope.js';

/** How far the orders came. Each order is counted at every station that it reached. */
export interface LifecycleCounts {
  readonly placed: number;
  readonly cancelledBeforeShipment: number;
  readonly waiting: number;
  readonly shipped: number;
  readonly cancelledAfterShipment: number;
  readonly underWay: number;
  readonly delivered: number;
  readonly partlyReturned: number;
  readonly fullyReturned: number;
  readonly kept: number;
}

/** Days between two stations. */
export interface Duration {
  /** Orders with both times, in their order. */
  readonly orders: number;
  /** Orders whose later station has the earlier time: left out of the figures. */
  readonly outOfOrder: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly percentile90: number | null;
}

export const STAGES = {
  PLACED_TO_SHIPPED: ['placed_at', 'shipped_at'],
  SHIPPED_TO_DELIVERED: ['shipped_at', 'delivered_at'],
  DOOR_TO_DOOR: ['placed_at', 'delivered_at'],
  DELIVERED_TO_RETURNED: ['delivered_at', 'returned_at'],
} as const;
export type Stage = keyof typeof STAGES;

/**
 * The common table expression `journeys`: one row an order with the times known as of the moment. An order's own time
 * comes first, then that of its lines. What was delivered had been shipped, and what came back had been delivered.
 */
function journeysOf(facts: OrderFactsOptions): SQL {
  const moment = momentLiteral(facts.asOf);
  const known = (time: string) =>
    facts.status === 'atExtraction' ? time : `case when ${time} < ${moment} then ${time} end`;
  return sql.raw(`
    line_times as (
      select i.customer_id, i.order_id, min(i.shipped_at) as shipped_at, max(i.delivered_at) as delivered_at, min(i.returned_at) as returned_at
      from order_items i join placed_orders p on p.customer_id = i.customer_id and p.order_id = i.order_id group by 1, 2
    ),
    line_states_by_order as (
      select customer_id, order_id, bool_or(is_delivered and not is_cancelled) as is_delivered,
             bool_or(is_returned and not is_cancelled) as any_returned,
             bool_and(is_returned or is_cancelled) and bool_or(is_returned and not is_cancelled) as all_returned
      from placed_lines group by 1, 2
    ),
    timed as (
      select p.customer_id, p.order_id, p.placed_at, p.status, p.is_cancelled,
             ${known('coalesce(o.shipped_at, t.shipped_at)')} as shipped_at,
             ${known('coalesce(o.delivered_at, t.delivered_at)')} as delivered_at,
             ${known('coalesce(o.returned_at, t.returned_at)')} as returned_at,
             coalesce(o.shipped_at, t.shipped_at) is not null as has_shipped_at,
             coalesce(o.delivered_at, t.delivered_at) is not null as has_delivered_at,
             coalesce(o.returned_at, t.returned_at) is not null as has_returned_at
      from placed_orders p
      join orders o on o.customer_id = p.customer_id and o.order_id = p.order_id
      left join line_times t on t.customer_id = p.customer_id and t.order_id = p.order_id
    ),
    stations as (
      select j.*,
             coalesce(s.any_returned, j.returned_at is not null or (not j.has_returned_at and j.status in ('returned', 'refunded'))) as any_returned,
             coalesce(s.all_returned, j.returned_at is not null or (not j.has_returned_at and j.status in ('returned', 'refunded'))) as all_returned,
             not j.is_cancelled and (coalesce(s.is_delivered, false) or j.delivered_at is not null
               or (not j.has_delivered_at and j.status in ('delivered', 'returned', 'refunded'))) as is_delivered
      from timed j left join line_states_by_order s on s.customer_id = j.customer_id and s.order_id = j.order_id
    ),
    journeys as materialized (
      select *, is_delivered or shipped_at is not null or (not is_cancelled and not has_shipped_at and status = 'shipped') as is_shipped
      from stations
    )`);
}

export interface ReturnDay {
  /** Whole days since delivery; 0 is the first 24 hours. */
  readonly day: number;
  readonly orders: number;
  readonly share: number;
  readonly cumulativeShare: number;
}

export interface Lifecycle {
  readonly stations: LifecycleCounts;
  readonly durations: Readonly<Record<Stage, Duration>>;
  /** Without a gap; days beyond the last are counted in it. */
  readonly returnDays: readonly ReturnDay[];
}

const daysBetween = ([from, to]: readonly [string, string]) => `extract(epoch from ${to} - ${from})::float8 / 86400`;
const NO_DURATION: Duration = { orders: 0, outOfOrder: 0, mean: null, median: null, percentile90: null };

function returnDaysOf(rows: readonly { readonly day: number; readonly orders: number }[]): ReturnDay[] {
  const all = rows.reduce((total, { orders }) => total + orders, 0);
  const counts = new Map(rows.map(({ day, orders }) => [day, orders]));
  const last = Math.max(-1, ...counts.keys());
  let before = 0;
  return Array.from({ length: last + 1 }, (_, day) => {
    const orders = counts.get(day) ?? 0;
    before += orders;
    return { day, orders, share: orders / all, cumulativeShare: before / all };
  });
}

/** The stations that the orders placed before the moment had reached by then, the days between them, and when orders came back. */
export async function readLifecycle(
  read: ReadSets,
  facts: OrderFactsOptions,
  lastReturnDay: number,
): Promise<Lifecycle> {
  const stages = Object.entries(STAGES).map(([stage, times]) => `('${stage}', ${daysBetween(times)})`);
  const [row] = await read<{
    stations: LifecycleCounts;
    durations: (Duration & { stage: Stage })[] | null;
    returns: { day: number; orders: number }[] | null;
  }>(sql`
    with ${journeysOf(facts)},
    counts as (
      select count(*) as placed,
             count(*) filter (where not is_shipped and is_cancelled) as "cancelledBeforeShipment",
             count(*) filter (where not is_shipped and not is_cancelled) as waiting,
             count(*) filter (where is_shipped) as shipped,
             count(*) filter (where is_shipped and is_cancelled) as "cancelledAfterShipment",
             count(*) filter (where is_shipped and not is_cancelled and not is_delivered) as "underWay",
             count(*) filter (where is_delivered) as delivered,
             count(*) filter (where is_delivered and any_returned and not all_returned) as "partlyReturned",
             count(*) filter (where is_delivered and all_returned) as "fullyReturned",
             count(*) filter (where is_delivered and not any_returned) as kept
      from journeys
    ),
    durations as (
      select d.stage, count(*) filter (where d.days >= 0) as orders, count(*) filter (where d.days < 0) as "outOfOrder",
             avg(d.days) filter (where d.days >= 0) as mean,
             percentile_cont(0.5) within group (order by d.days) filter (where d.days >= 0) as median,
             percentile_cont(0.9) within group (order by d.days) filter (where d.days >= 0) as "percentile90"
      from journeys cross join lateral (values ${sql.raw(stages.join(', '))}) as d(stage, days)
      group by d.stage
    ),
    returned as (
      select least(floor(${sql.raw(daysBetween(STAGES.DELIVERED_TO_RETURNED))}), ${lastReturnDay}) as day, count(*) as orders
      from journeys where returned_at >= delivered_at group by 1
    )
    select (select to_json(c) from counts c) as stations, (select json_agg(d) from durations d) as durations,
           (select json_agg(r) from returned r) as returns`);
  const { stations, durations, returns } = row!;
  const named = Object.keys(STAGES).map((stage) => [
    stage,
    durations?.find((duration) => duration.stage === stage) ?? NO_DURATION,
  ]);
  return { stations, durations: Object.fromEntries(named), returnDays: returnDaysOf(returns ?? []) };
}
