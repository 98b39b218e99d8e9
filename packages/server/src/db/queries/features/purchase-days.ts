import { doublePrecision, integer, numeric } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

/** The days on which a customer ordered, and the days between one order and the next. */
export const purchaseDays = featureGroup({
  expressions: () => `
    gaps as (
      select customer_id, day - lag(day) over (partition by customer_id order by placed_at, order_id) as days
      from per_order where counts
    ),
    medians as (
      select customer_id, percentile_cont(0.5) within group (order by days) as days
      from gaps where days is not null group by customer_id
    ),
    -- What buy-till-you-die models call purchases: orders of one day are one.
    purchase_days as (
      select customer_id, day, sum(gross) as gross, row_number() over (partition by customer_id order by day) as place
      from per_order where counts group by customer_id, day
    ),
    purchases as (
      select customer_id, count(*)::int as days, avg(gross) filter (where place > 1) as repeat_mean
      from purchase_days group by customer_id
    )`,
  joins: `
    left join medians m on m.customer_id = c.customer_id
    left join purchases u on u.customer_id = c.customer_id`,
  features: {
    medianDaysBetweenOrders: {
      column: doublePrecision('median_days_between_orders'),
      value: 'm.days',
      explored: 'MEDIAN_DAYS_BETWEEN_ORDERS',
    },
    purchaseDays: { column: integer('purchase_days'), value: 'coalesce(u.days, 0)' },
    repeatMeanValue: { column: numeric('repeat_mean_value'), value: 'u.repeat_mean' },
  },
});
