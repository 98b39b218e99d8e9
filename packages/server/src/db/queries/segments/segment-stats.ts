import type { Sql } from '../../database.js';

/** What is summed over the customers of a segment: columns of `segment_stats`, each from a profile. */
const SUMS: Readonly<Record<string, string>> = {
  size: '1',
  buyers: '(p.orders > 0)::int',
  orders: 'p.orders',
  net_revenue: 'p.net_revenue',
  recency_days: 'p.recency_days',
  tenure_days: 'p.tenure_days',
  items_delivered: 'p.items_delivered',
  items_returned: 'p.items_returned',
  clv_90d: 'p.clv_90d',
};

/** The same as lists of SQL: names, sums over profiles `p`, and sums whose rows count for or against. */
export const SEGMENT_SUMS = {
  columns: Object.keys(SUMS),
  names: Object.keys(SUMS).join(', '),
  sums: Object.values(SUMS)
    .map((value) => `coalesce(sum(${value}), 0)`)
    .join(', '),
  signedSums: Object.values(SUMS)
    .map((value) => `coalesce(sum(p.sign * ${value}), 0)`)
    .join(', '),
};

/** What each segment measures in a run. Shares are of all customers and of all net revenue, Prospects included. */
export interface SegmentStatsRow {
  readonly segmentation: string;
  readonly segment: string;
  readonly size: number;
  readonly share: number;
  readonly revenueShare: number;
  readonly averageOrders: number;
  readonly averageNetRevenue: string;
  readonly averageOrderValue: string | null;
  readonly averageRecencyDays: number | null;
  readonly averageTenureDays: number | null;
  readonly returnRate: number | null;
  readonly averageClv90d: string | null;
  /** Of the predicted value of all customers; null where none is predicted. */
  readonly clvShare: number | null;
  readonly zScores: Readonly<Record<string, number>>;
}

/** Every segment of a run that has customers, averages made from its sums. */
export async function readSegmentStats(sql: Sql, runId: number): Promise<SegmentStatsRow[]> {
  return sql<SegmentStatsRow[]>`
    select segmentation, segment, size::float8 as size, (size / sum(size) over whole)::float8 as share,
           coalesce(net_revenue / nullif(sum(net_revenue) over whole, 0), 0)::float8 as "revenueShare",
           orders::float8 / size as "averageOrders", round(net_revenue / size, 6) as "averageNetRevenue",
           round(net_revenue / nullif(orders, 0), 6) as "averageOrderValue",
           recency_days::float8 / nullif(buyers, 0) as "averageRecencyDays",
           tenure_days::float8 / nullif(buyers, 0) as "averageTenureDays",
           items_returned::float8 / nullif(items_delivered, 0) as "returnRate",
           case when clv_90d > 0 then round(clv_90d / nullif(buyers, 0), 6) end as "averageClv90d",
           (clv_90d / nullif(sum(clv_90d) over whole, 0))::float8 as "clvShare", z_scores as "zScores"
    from segment_stats where run_id = ${runId} and size > 0
    window whole as (partition by segmentation)`;
}

export interface TrendPoint {
  readonly asOf: Date;
  readonly size: number;
  readonly share: number;
  readonly revenueShare: number;
}

/** A segment in the last published runs, oldest first; a run without anybody in it has zeros. */
export async function readTrend(
  sql: Sql,
  segmentation: string,
  segment: string,
  points: number,
): Promise<TrendPoint[]> {
  const rows = await sql<TrendPoint[]>`
    select r.as_of as "asOf", coalesce(sum(s.size) filter (where s.segment = ${segment}), 0)::float8 as size,
           coalesce(sum(s.size) filter (where s.segment = ${segment}) / nullif(sum(s.size), 0), 0)::float8 as share,
           coalesce(sum(s.net_revenue) filter (where s.segment = ${segment}) / nullif(sum(s.net_revenue), 0), 0)::float8 as "revenueShare"
    from (select id, as_of from runs where state = 'published' and kind <> 'look' order by id desc limit ${points}) r
    left join segment_stats s on s.run_id = r.id and s.segmentation = ${segmentation}
    group by r.id, r.as_of order by r.id`;
  return [...rows];
}
