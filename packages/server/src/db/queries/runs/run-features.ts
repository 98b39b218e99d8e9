import { CLV_INPUTS, FEATURE_NAMES, type FeatureName } from '@tessera/core';
import type { Transaction } from '../../database.js';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from '../orders/order-facts.js';

export interface FeatureOptions extends Omit<OrderFactsOptions, 'momentOf'> {
  /** Only these customers, each as of a moment of his own; all as of `asOf` when left out. */
  readonly customers?: ReadonlyMap<string, Date>;
  /** The temporary table that is made. */
  readonly table?: string;
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

/** What models read beside the features, under the names that core gives it. */
const OUTPUT_EXPRESSIONS: Readonly<Record<string, string>> = {
  [CLV_INPUTS.purchaseDays]: 'purchase_days',
  [CLV_INPUTS.repeatMeanValue]: 'round(repeat_mean_value, 4)',
  [CLV_INPUTS.revenueLast90Days]: 'round(revenue_last_90_days, 4)',
  [CLV_INPUTS.revenueSameSeason]: 'round(revenue_same_season, 4)',
  [CLV_INPUTS.favouriteCategoryShare]: 'favourite_category_share',
  [CLV_INPUTS.age]: 'age',
};
export const MODEL_OUTPUT_NAMES = Object.keys(OUTPUT_EXPRESSIONS);

/** Texts that models read as categories, and the columns that hold them. */
const CATEGORY_COLUMNS = {
  country: 'country',
  channel: 'channel',
  favouriteCategory: 'favourite_category',
  gender: 'gender',
  state: 'state',
  city: 'city',
} as const;
export type ModelCategory = keyof typeof CATEGORY_COLUMNS;
export const MODEL_CATEGORIES = Object.keys(CATEGORY_COLUMNS) as ModelCategory[];

/** What tells who somebody is and not what he did: enters models only where the shop lets it. */
export const DEMOGRAPHICS: readonly string[] = [CLV_INPUTS.age, 'gender', 'state', 'city'];

/** The kinds of events that each feature counts, in lower case; any other kind is stored and counts for none. */
const EVENT_KINDS = {
  visits: "'visit', 'page_view', 'pageview', 'session', 'web_visit'",
  opens: "'email_open', 'open', 'email_opened', 'campaign_open'",
  contacts: "'service_contact', 'ticket', 'support', 'call', 'chat', 'complaint'",
};

/**
 * Makes the temporary table of features, `run_features` unless named: one row a customer, every feature as of the moment, by one statement and so
 * from one snapshot. `row` numbers the customers from 0 in id order.
 *
 * Money is exact here; what models read (`MODEL_FEATURES`) is rounded to 4 decimals, because sources that passed through
 * a float (thelook's 15.949999809265137) would otherwise part customers who spent the same.
 */
export async function createFeatures(transaction: Transaction, options: FeatureOptions): Promise<void> {
  const { customers: chosen, table = 'run_features' } = options;
  if (chosen !== undefined) {
    const moments = Array.from(chosen.values(), (moment) => moment.toISOString());
    await transaction`drop table if exists chosen_customers`;
    await transaction`
      create temp table chosen_customers on commit drop as
      select customer_id COLLATE "C" as customer_id, as_of
      from unnest(${[...chosen.keys()]}::text[], ${moments}::timestamptz[]) as chosen (customer_id, as_of)`;
    await transaction`create unique index on chosen_customers (customer_id)`;
    await transaction`analyze chosen_customers`;
  }
  const only = chosen === undefined ? '' : 'in (select customer_id from chosen_customers)';
  const momentOf = (alias: string) =>
    chosen === undefined
      ? momentLiteral(options.asOf)
      : `(select m.as_of from chosen_customers m where m.customer_id = ${alias}.customer_id)`;
  const zone = quote(options.timeZone);
  // Days of the shop's calendar: those of the session would be an hour off beyond a change of the clocks.
  const daysBefore = (alias: string, days: number) =>
    `((${momentOf(alias)} at time zone ${zone} - interval '${days} days') at time zone ${zone})`;
  const since = (days: number) => `e.occurred_at >= ${daysBefore('e', days)}`;
  const day = `(${momentOf('c')} at time zone ${zone})::date`;
  const ordered = (days: number) => `p.placed_at >= ${daysBefore('p', days)}`;
  await transaction.unsafe(`drop table if exists ${table}`);
  await transaction.unsafe(`
    create temp table ${table} on commit drop as
    with ${orderFacts({ ...options, momentOf }, only)},
    gaps as (
      select customer_id, day - lag(day) over (partition by customer_id order by placed_at, order_id) as days
      from per_order where counts
    ),
    medians as (
      select customer_id, percentile_cont(0.5) within group (order by days) as days
      from gaps where days is not null group by customer_id
    ),
    by_category as (
      select l.customer_id, p.category, sum(greatest(l.amount, 0)) as spent,
             -- The same lines on both, so that an unknown list price moves neither.
             sum(l.amount) filter (where p.list_price > 0) as paid,
             sum(p.list_price * l.quantity) filter (where p.list_price > 0) as listed
      from lines l join products p on p.product_id = l.product_id
      where not l.is_cancelled group by l.customer_id, p.category
    ),
    bought as (
      select customer_id, count(category) as categories, 1 - sum(paid) / nullif(sum(listed), 0) as discount,
             (array_agg(category order by spent desc, category) filter (where category is not null))[1] as favourite,
             max(spent) filter (where category is not null)
               / nullif(sum(spent) filter (where category is not null), 0) as favourite_share
      from by_category group by customer_id
    ),
    engagement as (
      select customer_id,
             count(*) filter (where kind in (${EVENT_KINDS.visits}) and ${since(30)})::int as visits,
             count(*) filter (where kind in (${EVENT_KINDS.opens}) and ${since(90)})::int as opens,
             count(*) filter (where kind in (${EVENT_KINDS.contacts}) and ${since(90)})::int as contacts
      from events e where e.occurred_at < ${momentOf('e')} and ${since(90)}
        ${only === '' ? '' : `and e.customer_id ${only}`} group by customer_id
    ),
    totals as (
      select customer_id, count(*) filter (where counts) as orders,
             min(placed_at) filter (where counts) as first_order_at, max(placed_at) filter (where counts) as last_order_at,
             min(day) filter (where counts) as first_day, max(day) filter (where counts) as last_day,
             sum(gross) as gross, sum(net) as net, sum(delivered) as delivered, sum(returned) as returned,
             sum(gross) filter (where ${ordered(90)}) as last_90_days,
             sum(gross) filter (where ${ordered(365)} and not ${ordered(275)}) as same_season
      from per_order p group by customer_id
    ),
    -- What buy-till-you-die models call purchases: orders of one day are one.
    purchase_days as (
      select customer_id, day, sum(gross) as gross, row_number() over (partition by customer_id order by day) as place
      from per_order where counts group by customer_id, day
    ),
    purchases as (
      select customer_id, count(*)::int as days, avg(gross) filter (where place > 1) as repeat_mean
      from purchase_days group by customer_id
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
           b.favourite as favourite_category, b.favourite_share::float8 as favourite_category_share,
           coalesce(e.visits, 0) as visits_30d, coalesce(e.opens, 0) as email_opens_90d, coalesce(e.contacts, 0) as service_contacts_90d,
           coalesce(u.days, 0) as purchase_days, u.repeat_mean as repeat_mean_value,
           coalesce(t.last_90_days, 0) as revenue_last_90_days, coalesce(t.same_season, 0) as revenue_same_season,
           ${momentOf('c')} as as_of
    from customers c
    left join totals t on t.customer_id = c.customer_id
    left join purchases u on u.customer_id = c.customer_id
    left join medians m on m.customer_id = c.customer_id
    left join bought b on b.customer_id = c.customer_id
    left join engagement e on e.customer_id = c.customer_id
    where c.customer_id <> '' ${only === '' ? '' : `and c.customer_id ${only}`}`);
  await transaction.unsafe(`create unique index on ${table} (row)`);
  await transaction.unsafe(`analyze ${table}`);
}

/**
 * Adds to the features as of a moment what each customer spent in the 90 days from it: `revenue_next_90_days`, before
 * returns, without what was cancelled by their end.
 */
export async function addLabels(transaction: Transaction, options: FeatureOptions, labelEnd: Date): Promise<void> {
  const { table = 'run_features', asOf } = options;
  await transaction.unsafe(`alter table ${table} add column revenue_next_90_days numeric not null default 0`);
  await transaction.unsafe(`
    with ${orderFacts({ ...options, asOf: labelEnd })},
    spent as (
      select customer_id, sum(gross) as revenue from per_order
      where placed_at >= ${momentLiteral(asOf)} group by customer_id
    )
    update ${table} f set revenue_next_90_days = s.revenue from spent s where s.customer_id = f.customer_id`);
}

/** The numeric features as a select list over `run_features` or profiles, in the order of `FEATURE_NAMES`. */
export const MODEL_FEATURES = FEATURE_NAMES.map((name) => `(${FEATURE_EXPRESSIONS[name]})::float8`).join(', ');
/** The categories, in the order of `MODEL_CATEGORIES`. */
export const MODEL_CATEGORY_COLUMNS = Object.values(CATEGORY_COLUMNS).join(', ');
/** The further numbers, in the order of `MODEL_OUTPUT_NAMES`. */
export const MODEL_OUTPUTS = Object.values(OUTPUT_EXPRESSIONS)
  .map((expression) => `(${expression})::float8`)
  .join(', ');

/** How many customers `createFeatures` found. */
export async function countFeatures(transaction: Transaction): Promise<number> {
  const [size] = await transaction<{ customers: number }[]>`select count(*)::float8 as customers from run_features`;
  return size?.customers ?? 0;
}

/** Rows of a table made by `createFeatures`, by their numbers: from one on up to another, every k-th. @returns cells in the order of `columns` */
export async function readFeatureRows(
  transaction: Transaction,
  table: string,
  columns: readonly string[],
  { from, to, every }: { readonly from: number; readonly to: number; readonly every: number },
): Promise<unknown[][]> {
  return transaction
    .unsafe(
      `select ${columns.join(', ')} from ${table} where row >= ${from} and row < ${to} and row % ${every} = 0 order by row`,
    )
    .values();
}

/** Takes away a table that `createFeatures` made beside the run's own. */
export async function dropFeatures(transaction: Transaction, table: string): Promise<void> {
  await transaction.unsafe(`drop table if exists ${table}`);
}
