import type { Sql } from '../database.js';

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
    select r.as_of as "asOf", coalesce(s.size, 0)::float8 as size, coalesce(s.share, 0) as share,
           coalesce(s.revenue_share, 0) as "revenueShare"
    from runs r
    left join segment_stats s on s.run_id = r.id and s.segmentation = ${segmentation} and s.segment = ${segment}
    where r.state = 'published' order by r.id desc limit ${points}`;
  return rows.reverse();
}
