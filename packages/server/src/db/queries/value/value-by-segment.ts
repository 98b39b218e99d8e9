import { and, sql } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import { customerProfiles as profile } from '../../tables.js';
import type { Condition } from '../customers/conditions.js';

/** Net revenue of 90 days at his pace so far, less what of the prediction will be kept; 0 for who bought once or keeps his pace. */
const atRisk = sql`case when ${profile.orders} > 1
  then greatest(0, ${profile.netRevenue} * 90 / greatest(${profile.tenureDays}, 90) - ${profile.clv90dNet}) else 0 end`;

/** What the buyers of each RFM segment, and all together, are expected to bring; the most valuable segment first. */
export function readValueBySegment(drizzle: Drizzle, where: Condition) {
  return drizzle
    .select({
      entry: sql<string>`(select e from unnest(${profile.segments}) as e where e like 'rfm:%')`.as('entry'),
      customers: sql<number>`count(*)::float8`,
      share: sql<number>`coalesce(sum(${profile.clv90d}) / nullif(sum(sum(${profile.clv90d})) over (), 0), 0)::float8`,
      total: sql<string>`round(sum(${profile.clv90d}), 2)::text`,
      average: sql<string>`round(avg(${profile.clv90d}), 4)::text`,
      valueAtRisk: sql<string>`round(sum(${atRisk}), 2)::text`,
      allTotal: sql<string>`round(sum(sum(${profile.clv90d})) over (), 2)::text`,
      allAverage: sql<string>`round(sum(sum(${profile.clv90d})) over () / sum(count(*)) over (), 4)::text`,
      allAtRisk: sql<string>`round(sum(sum(${atRisk})) over (), 2)::text`,
    })
    .from(profile)
    .where(and(where, sql`${profile.clv90d} is not null`))
    .groupBy(sql`entry`)
    .orderBy(sql`sum(${profile.clv90d}) desc`);
}
