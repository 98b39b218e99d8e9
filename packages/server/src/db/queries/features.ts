import { FEATURE_NAMES, type FeatureName } from '@tessera/core';
import type { Transaction } from '../database.js';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from './order-facts.js';

export interface FeatureOptions extends OrderFactsOptions {
  /** Only these customers; all when left out. */
  readonly customerIds?: readonly string[];
}

/** How each numeric feature of core is read from `run_features`; sums are rounded so that equal spend ties. */
const FEATURE_EXPRESSIONS: Readonly<Record<FeatureName, string>> = {
  orders: 'orders',
  recencyDays: 'recency_days',
  tenureDays: 'tenure_days',
  spanDays: 'span_days',
  netRevenue: 'round(net_revenue, 4)',
  grossRevenue: 'round(gross_revenue, 4)',
  averageOrderValue: 'round(net_revenue, 4) / nullif(orders, 0)',
  itemsDelivered: 'items_delivered',
  itemsReturned: 'items_returned',
  medianDaysBetweenOrders: 'median_days_between_orders',
  discountShare: 'discount_share',
  distinctCategories: 'distinct_categories',
  visits30d: 'visits_30d',
  emailOpens90d: 'email_opens_90d',
  serviceContacts90d: 'service_contacts_90d',
};

/** The kinds of events that each feature counts, in lower case; any other kind is stored and counts for none. */
const EVENT_KINDS = {
  visits: "'visit', 'page_view', 'pageview', 'session', 'web_visit'",
  opens: "'email_open', 'open', 'email_opened', 'campaign_open'",
  contacts: "'service_contact', 'ticket', 'support', 'call', 'chat', 'complaint'",
};

/**
 * Makes the temporary table `run_features`: one row a customer, every feature as of the moment, by one statement and so
 * from one snapshot. `row` numbers the customers from 0 in id order.
 *
 * Money is exact here; what models read (`MODEL_FEATURES`) is rounded to 4 decimals, because sources that passed through
 * a float (thelook's 15.949999809265137) would otherwise part customers who spent the same.
 */
export async function createFeatures(transaction: Transaction, options: FeatureOptions): Promise<void> {
  const chosen = options.customerIds;
  if (chosen !== undefined) {
    await transaction`drop table if exists chosen_customers`;
    await transaction`
      create temp table chosen_customers on commit drop as
      select unnest(${chosen as string[]}::text[]) COLLATE "C" as customer_id`;
    await transaction`analyze chosen_customers`;
  }
  const only = chosen === undefined ? '' : 'in (select customer_id from chosen_customers)';
  const since = (span: string) => `occurred_at >= ${momentLiteral(options.asOf)} - interval '${span}'`;
  const day = `(${momentLiteral(options.asOf)} at time zone ${quote(options.timeZone)})::date`;
  await transaction`drop table if exists run_features`;
  await transaction.unsafe(`
    create temp table run_features on commit drop as
    with ${orderFacts(options, only)},
    gaps as (
      select customer_id, day - lag(day) over (partition by customer_id order by placed_at, order_id) as days
      from per_order where counts
    ),
    medians as (
      select customer_id, percentile_cont(0.5) within group (order by days) as days
      from gaps where days is not null group by customer_id
    ),
    bought as (
      select l.customer_id, count(distinct p.category) as categories,
             -- The same lines above and below the fraction bar, so that an unknown list price moves neither.
             1 - sum(l.amount) filter (where p.list_price > 0)
               / nullif(sum(p.list_price * l.quantity) filter (where p.list_price > 0), 0) as discount
      from lines l join products p on p.product_id = l.product_id
      where not l.is_cancelled group by l.customer_id
    ),
    engagement as (
      select customer_id,
             count(*) filter (where kind in (${EVENT_KINDS.visits}) and ${since('30 days')})::int as visits,
             count(*) filter (where kind in (${EVENT_KINDS.opens}) and ${since('90 days')})::int as opens,
             count(*) filter (where kind in (${EVENT_KINDS.contacts}) and ${since('90 days')})::int as contacts
      from events e where occurred_at < ${momentLiteral(options.asOf)} and ${since('90 days')}
        ${only === '' ? '' : `and e.customer_id ${only}`} group by customer_id
    ),
    totals as (
      select customer_id, count(*) filter (where counts) as orders,
             min(placed_at) filter (where counts) as first_order_at, max(placed_at) filter (where counts) as last_order_at,
             min(day) filter (where counts) as first_day, max(day) filter (where counts) as last_day,
             sum(gross) as gross, sum(net) as net, sum(delivered) as delivered, sum(returned) as returned
      from per_order group by customer_id
    )
    select (row_number() over (order by c.customer_id) - 1)::int as row,
           c.customer_id, c.country, c.state, c.city, c.gender, c.age, c.channel, c.registered_at,
           t.first_order_at, t.last_order_at, date_trunc('month', t.first_day)::date as cohort,
           coalesce(t.orders, 0)::int as orders, ${day} - t.last_day as recency_days, ${day} - t.first_day as tenure_days,
           floor(extract(epoch from t.last_order_at - t.first_order_at) / 86400)::int as span_days,
           coalesce(t.gross, 0) as gross_revenue, coalesce(t.net, 0) as net_revenue,
           coalesce(t.delivered, 0)::int as items_delivered, coalesce(t.returned, 0)::int as items_returned,
           m.days as median_days_between_orders, b.discount::float8 as discount_share,
           coalesce(b.categories, 0)::int as distinct_categories,
           coalesce(e.visits, 0) as visits_30d, coalesce(e.opens, 0) as email_opens_90d, coalesce(e.contacts, 0) as service_contacts_90d
    from customers c
    left join totals t on t.customer_id = c.customer_id
    left join medians m on m.customer_id = c.customer_id
    left join bought b on b.customer_id = c.customer_id
    left join engagement e on e.customer_id = c.customer_id
    where c.customer_id <> '' ${only === '' ? '' : `and c.customer_id ${only}`}`);
  await transaction`create unique index on run_features (row)`;
  await transaction`analyze run_features`;
}

/** The numeric features as a select list over `run_features` or profiles, in the order of `FEATURE_NAMES`. */
export const MODEL_FEATURES = FEATURE_NAMES.map((name) => `(${FEATURE_EXPRESSIONS[name]})::float8`).join(', ');
