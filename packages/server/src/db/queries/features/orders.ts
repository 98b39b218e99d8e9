import { doublePrecision, integer, numeric } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

const ORDERS = 'coalesce(t.orders, 0)::int';
const NET = 'coalesce(t.net, 0)';
const DELIVERED = 'coalesce(t.delivered, 0)::int';
const RETURNED = 'coalesce(t.returned, 0)::int';

/** What all orders of a customer add up to: `t`, a row for everybody who ordered or sent something back. */
export const orders = featureGroup({
  expressions: ({ daysBefore }) => {
    const since = (days: number) => `p.placed_at >= ${daysBefore('p', days)}`;
    return `
    totals as (
      select customer_id, count(*) filter (where counts) as orders,
             min(placed_at) filter (where counts) as first_order_at, max(placed_at) filter (where counts) as last_order_at,
             min(day) filter (where counts) as first_day, max(day) filter (where counts) as last_day,
             sum(gross) as gross, sum(net) as net, sum(delivered) as delivered, sum(returned) as returned,
             sum(gross) filter (where ${since(90)}) as last_90_days,
             sum(gross) filter (where ${since(365)} and not ${since(275)}) as same_season
      from per_order p group by customer_id
    )`;
  },
  joins: 'left join totals t on t.customer_id = c.customer_id',
  features: {
    orders: {
      column: integer('orders').notNull(),
      value: ORDERS,
      filterable: true,
      sortable: true,
      explored: 'ORDERS_PER_CUSTOMER',
    },
    grossRevenue: { column: numeric('gross_revenue').notNull(), value: 'coalesce(t.gross, 0)' },
    netRevenue: {
      column: numeric('net_revenue').notNull(),
      value: NET,
      filterable: true,
      sortable: true,
      explored: 'NET_REVENUE',
    },
    averageOrderValue: {
      column: numeric('average_order_value'),
      value: `round(${NET} / nullif(${ORDERS}, 0), 6)`,
      read: {
        sql: 'round(net_revenue, 4) / nullif(orders, 0)',
        of: ({ netRevenue = Number.NaN, orders = 0 }) => (orders > 0 ? netRevenue / orders : Number.NaN),
      },
      filterable: true,
      sortable: true,
      explored: 'AVERAGE_ORDER_VALUE',
    },
    recencyDays: {
      column: integer('recency_days'),
      value: ({ day }) => `${day} - t.last_day`,
      filterable: true,
      sortable: true,
      explored: 'RECENCY_DAYS',
    },
    tenureDays: {
      column: integer('tenure_days'),
      value: ({ day }) => `${day} - t.first_day`,
      filterable: true,
      sortable: true,
      explored: 'TENURE_DAYS',
    },
    spanDays: { column: integer('span_days'), value: 't.last_day - t.first_day', filterable: true, sortable: true },
    elapsedSpanDays: {
      column: integer('elapsed_span_days'),
      value: 'floor(extract(epoch from t.last_order_at - t.first_order_at) / 86400)::int',
    },
    ordersPerYear: {
      column: doublePrecision('orders_per_year'),
      value: ({ day }) =>
        `case when t.orders > 0 then (t.orders - 1) * 365.25 / greatest(${day} - t.first_day, 90) end`,
    },
    itemsDelivered: { column: integer('items_delivered').notNull(), value: DELIVERED },
    itemsReturned: { column: integer('items_returned').notNull(), value: RETURNED },
    returnRate: {
      column: doublePrecision('return_rate'),
      value: `case when ${DELIVERED} > 0 then least(1, (${RETURNED})::float8 / (${DELIVERED})) end`,
      filterable: true,
      sortable: true,
      explored: 'RETURN_RATE',
    },
    revenueLast90Days: { column: numeric('revenue_last_90_days'), value: 'coalesce(t.last_90_days, 0)' },
    revenueSameSeason: { column: numeric('revenue_same_season'), value: 'coalesce(t.same_season, 0)' },
  },
});
