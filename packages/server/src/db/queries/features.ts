import { FEATURE_NAMES, type FeatureName } from '@tessera/core';
import type { Transaction } from '../database.js';

/** Which orders make recency, frequency, tenure and cohorts. */
export type OrderRule =
  /** All but cancelled ones: the rule of the product. */
  | 'placed'
  /** Every order, cancelled or not. */
  | 'all'
  /** Orders of which at least one line was kept. */
  | 'kept';

/** When a cancellation or return is known. */
export type StatusRule =
  /** From its own time; a status without one counts from the order's. */
  | 'asOf'
  /** As the data says today, whatever the moment. Lets the future in: for comparison with references only. */
  | 'atExtraction';

export interface FeatureOptions {
  readonly asOf: Date;
  readonly timeZone: string;
  readonly orders: OrderRule;
  readonly status: StatusRule;
  /** Only these customers; all when left out. */
  readonly customerIds?: readonly string[];
}

/** The column of `run_features` that carries each numeric feature of core. */
export const FEATURE_COLUMNS: Readonly<Record<FeatureName, string>> = {
  orders: 'orders',
  recencyDays: 'recency_days',
  tenureDays: 'tenure_days',
  spanDays: 'span_days',
  netRevenue: 'net_revenue',
  grossRevenue: 'gross_revenue',
  averageOrderValue: 'average_order_value',
  itemsDelivered: 'items_delivered',
  itemsReturned: 'items_returned',
  medianDaysBetweenOrders: 'median_days_between_orders',
  discountShare: 'discount_share',
  distinctCategories: 'distinct_categories',
};

/**
 * Makes the temporary table `run_features`: one row a customer, every feature as of the moment, by one statement and so
 * from one snapshot. `row` numbers the customers from 0 in id order.
 *
 * Times before the moment count, times at or after it do not exist yet. Money is exact; `net_revenue` and
 * `average_order_value` as models read them are rounded to 4 decimals, because sources that passed through a float
 * (thelook's 15.949999809265137) would otherwise part customers who spent the same.
 */
export async function createFeatures(transaction: Transaction, options: FeatureOptions): Promise<void> {
  const { asOf, timeZone } = options;
  const atExtraction = options.status === 'atExtraction';
  const chosen = options.customerIds;
  const only = (alias: string) =>
    chosen === undefined
      ? transaction``
      : transaction`and ${transaction(alias)}.customer_id = any(${chosen as string[]})`;
  const before = (moment: ReturnType<typeof transaction>) =>
    atExtraction ? transaction`true` : transaction`${moment} < ${asOf}`;
  const counted = {
    placed: transaction`not o.is_cancelled`,
    all: transaction`true`,
    kept: transaction`o.kept_lines > 0`,
  }[options.orders];
  await transaction`drop table if exists run_features`;
  await transaction`
    create temp table run_features on commit drop as
    with placed as (
      select o.customer_id, o.order_id, o.placed_at, o.status, o.returned_at, o.delivered_at,
             (o.placed_at at time zone ${timeZone})::date as day,
             o.status = 'cancelled' and ${before(transaction`coalesce(o.cancelled_at, o.placed_at)`)} as is_cancelled
      from orders o
      where o.placed_at < ${asOf} and o.customer_id <> '' ${only('o')}
    ),
    lines as (
      select i.customer_id, i.order_id, i.amount, i.quantity, i.product_id,
             o.is_cancelled
               or (i.status = 'cancelled' and ${before(transaction`coalesce(i.cancelled_at, o.placed_at)`)}) as is_cancelled,
             -- A return has a time of its own; a status alone counts from the order's creation.
             (i.returned_at is not null and ${before(transaction`i.returned_at`)})
               or (i.status in ('returned', 'refunded') and i.returned_at is null)
               or (i.status is null and o.status in ('returned', 'refunded')
                   and ${before(transaction`coalesce(o.returned_at, o.placed_at)`)}) as is_returned,
             (coalesce(i.delivered_at, o.delivered_at) is not null and ${before(transaction`coalesce(i.delivered_at, o.delivered_at)`)})
               or (coalesce(i.status, o.status) in ('delivered', 'returned', 'refunded')
                   and coalesce(i.delivered_at, o.delivered_at) is null) as is_delivered
      from order_items i join placed o on o.customer_id = i.customer_id and o.order_id = i.order_id
      where true ${only('i')}
    ),
    per_order as (
      select o.customer_id, o.order_id, o.placed_at, o.day, o.is_cancelled,
             coalesce(sum(l.amount) filter (where not l.is_cancelled), 0) as gross,
             coalesce(sum(l.amount) filter (where not l.is_cancelled and not l.is_returned), 0) as net,
             count(l.order_id) filter (where not l.is_cancelled and not l.is_returned) as kept_lines,
             coalesce(sum(l.quantity) filter (where not l.is_cancelled and l.is_delivered), 0) as delivered,
             coalesce(sum(l.quantity) filter (where not l.is_cancelled and l.is_delivered and l.is_returned), 0) as returned
      from placed o left join lines l on l.customer_id = o.customer_id and l.order_id = o.order_id
      group by o.customer_id, o.order_id, o.placed_at, o.day, o.is_cancelled
    ),
    gaps as (
      select o.customer_id, o.day - lag(o.day) over (partition by o.customer_id order by o.placed_at, o.order_id) as days
      from per_order o where ${counted}
    ),
    medians as (
      select customer_id, percentile_cont(0.5) within group (order by days) as days
      from gaps where days is not null group by customer_id
    ),
    bought as (
      select l.customer_id,
             count(distinct p.category) as categories,
             -- The same lines above and below the fraction bar, so that an unknown list price moves neither.
             1 - sum(l.amount) filter (where p.list_price > 0) / nullif(sum(p.list_price * l.quantity) filter (where p.list_price > 0), 0) as discount
      from lines l join products p on p.product_id = l.product_id
      where not l.is_cancelled group by l.customer_id
    ),
    totals as (
      select o.customer_id, count(*) filter (where ${counted}) as orders,
             min(o.placed_at) filter (where ${counted}) as first_order_at,
             max(o.placed_at) filter (where ${counted}) as last_order_at,
             min(o.day) filter (where ${counted}) as first_day, max(o.day) filter (where ${counted}) as last_day,
             sum(o.gross) as gross, sum(o.net) as net, sum(o.delivered) as delivered, sum(o.returned) as returned
      from per_order o group by o.customer_id
    )
    select (row_number() over (order by c.customer_id) - 1)::int as row,
           c.customer_id, c.country, c.state, c.city, c.gender, c.age, c.channel, c.registered_at,
           t.first_order_at, t.last_order_at, date_trunc('month', t.first_day)::date as cohort,
           coalesce(t.orders, 0)::int as orders,
           (${asOf}::timestamptz at time zone ${timeZone})::date - t.last_day as recency_days,
           (${asOf}::timestamptz at time zone ${timeZone})::date - t.first_day as tenure_days,
           floor(extract(epoch from t.last_order_at - t.first_order_at) / 86400)::int as span_days,
           coalesce(t.gross, 0) as gross_revenue, coalesce(t.net, 0) as net_revenue,
           t.net / nullif(t.orders, 0) as average_order_value,
           coalesce(t.delivered, 0)::int as items_delivered, coalesce(t.returned, 0)::int as items_returned,
           m.days as median_days_between_orders, b.discount::float8 as discount_share,
           coalesce(b.categories, 0)::int as distinct_categories
    from customers c
    left join totals t on t.customer_id = c.customer_id
    left join medians m on m.customer_id = c.customer_id
    left join bought b on b.customer_id = c.customer_id
    where c.customer_id <> '' ${only('c')}`;
  await transaction`create unique index on run_features (row)`;
  await transaction`analyze run_features`;
}

/** The numeric features as models read them, one array a feature in the order of `FEATURE_NAMES`, after `row`. */
export const MODEL_FEATURES = FEATURE_NAMES.map((name) => {
  const column = FEATURE_COLUMNS[name];
  return name === 'netRevenue' || name === 'grossRevenue'
    ? `round(${column}, 4)::float8`
    : name === 'averageOrderValue'
      ? `(round(net_revenue, 4) / nullif(orders, 0))::float8`
      : `${column}::float8`;
}).join(', ');
