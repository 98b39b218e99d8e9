import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { customerProfiles as profile } from '../../tables.js';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from '../orders/order-facts.js';

export interface CohortCell {
  readonly period: number;
  readonly customers: number;
  readonly retention: number;
  readonly orders: number;
  readonly netRevenue: string;
  readonly cumulativeRevenuePerCustomer: string;
  readonly complete: boolean;
}

export interface CohortRow {
  /** First day of the cohort's period. */
  readonly cohort: string;
  readonly dimension: string | null;
  readonly size: number;
  /** One a period from 0 to the one that the moment lies in, without a gap. */
  readonly cells: readonly CohortCell[];
}

export interface CohortOptions {
  readonly runId: number;
  readonly grain: 'WEEK' | 'MONTH' | 'QUARTER';
  readonly by: 'FIRST_ORDER' | 'REGISTRATION';
  readonly dimension: 'COUNTRY' | 'CHANNEL' | 'GENDER' | null;
  readonly where: SQL | undefined;
  readonly facts: OrderFactsOptions;
}

/** Whole periods from one period's first day to another's; months and quarters count the years in between. */
const PERIODS_BETWEEN = {
  WEEK: (from: string, to: string) => `((${to}) - (${from})) / 7`,
  MONTH: (from: string, to: string) =>
    `((extract(year from ${to}) - extract(year from ${from})) * 12 + extract(month from ${to}) - extract(month from ${from}))::int`,
  QUARTER: (from: string, to: string) =>
    `((extract(year from ${to}) - extract(year from ${from})) * 4 + extract(quarter from ${to}) - extract(quarter from ${from}))::int`,
};
const DIMENSIONS = { COUNTRY: profile.country, CHANNEL: profile.channel, GENDER: profile.gender };

interface CellRow extends Record<string, unknown> {
  readonly cohort: string;
  readonly dimension: string | null;
  readonly size: number;
  readonly period: number;
  readonly customers: number;
  readonly orders: number;
  readonly netRevenue: string;
  readonly cumulative: string;
  readonly complete: boolean;
}

/**
 * Cohorts by the period of the first order or of registration, and their orders in each period since. The size is that
 * of the whole cohort, whoever came back; periods nobody ordered in have zeros; the running one is not complete.
 */
export async function readCohorts({ drizzle }: Database, options: CohortOptions): Promise<CohortRow[]> {
  const unit = quote(options.grain.toLowerCase());
  const zone = quote(options.facts.timeZone);
  const periodOf = (day: string) => `date_trunc(${unit}, ${day}::timestamp)::date`;
  // The last moment that counts lies just before asOf.
  const lastPeriod = periodOf(
    `((${momentLiteral(options.facts.asOf)} - interval '1 microsecond') at time zone ${zone})`,
  );
  const between = PERIODS_BETWEEN[options.grain];
  const since = options.by === 'FIRST_ORDER' ? profile.firstOrderAt : profile.registeredAt;
  const dimension = options.dimension === null ? sql`null::text` : DIMENSIONS[options.dimension];
  const rows = await drizzle.execute<CellRow>(sql`
    with ${sql.raw(orderFacts(options.facts))},
    members as (
      select ${profile.customerId} as customer_id, ${dimension} as dimension,
             date_trunc(${sql.raw(unit)}, ${since} at time zone ${sql.raw(zone)})::date as cohort
      from ${profile} where ${profile.runId} = ${options.runId} and ${since} is not null and (${options.where ?? sql`true`})
    ),
    sizes as (select cohort, dimension, count(*) as size from members group by cohort, dimension),
    active as (
      select m.cohort, m.dimension, ${sql.raw(between('m.cohort', periodOf('o.day')))} as period,
             count(distinct o.customer_id) filter (where o.counts) as customers, count(*) filter (where o.counts) as orders, sum(o.net) as net
      from members m join per_order o on o.customer_id = m.customer_id
      -- Money of cancelled orders is none; returns that name no order take from the period they came in.
      group by 1, 2, 3
    )
    select s.cohort::text as cohort, s.dimension, s.size::float8 as size, periods.period,
           coalesce(a.customers, 0)::float8 as customers, coalesce(a.orders, 0)::float8 as orders,
           coalesce(a.net, 0)::text as "netRevenue",
           round(sum(coalesce(a.net, 0)) over (partition by s.cohort, s.dimension order by periods.period) / s.size, 6)::text as cumulative,
           periods.period < ${sql.raw(between('s.cohort', lastPeriod))}
             or ${sql.raw(momentLiteral(options.facts.asOf))} >= (${sql.raw(lastPeriod)} + ${sql.raw(`interval '${options.grain === 'QUARTER' ? '3 months' : `1 ${options.grain.toLowerCase()}`}'`)}) at time zone ${sql.raw(zone)} as complete
    from sizes s
    cross join lateral generate_series(0, ${sql.raw(between('s.cohort', lastPeriod))}) as periods(period)
    left join active a on a.cohort = s.cohort and a.dimension is not distinct from s.dimension and a.period = periods.period
    order by s.cohort, s.dimension, periods.period`);
  const table: (Omit<CohortRow, 'cells'> & { cells: CohortCell[] })[] = [];
  for (const row of rows) {
    let last = table.at(-1);
    if (last === undefined || last.cohort !== row.cohort || last.dimension !== row.dimension) {
      last = { cohort: row.cohort, dimension: row.dimension, size: row.size, cells: [] };
      table.push(last);
    }
    last.cells.push({
      period: row.period,
      customers: row.customers,
      retention: row.customers / row.size,
      orders: row.orders,
      netRevenue: row.netRevenue,
      cumulativeRevenuePerCustomer: row.cumulative,
      complete: row.complete,
    });
  }
  return table;
}
