import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { type ExplorationScope, membersOf, type ReadSets, readSets } from './scope.js';

/** What the lines of one category or product add up to, cancelled ones left out. */
export interface LineTotals {
  readonly orders: number;
  readonly customers: number;
  readonly unitsSold: number;
  readonly unitsDelivered: number;
  readonly unitsReturned: number;
  /** Of delivered pieces; null where nothing was delivered. */
  readonly returnRate: number | null;
  readonly grossRevenue: string;
  readonly netRevenue: string;
  /** Of the net revenue of all lines; null where that is not above zero. */
  readonly revenueShare: number | null;
}

export interface CategoryTotals extends LineTotals {
  /** Null for lines whose product or its category is not known. */
  readonly category: string | null;
}

export interface ProductTotals extends LineTotals {
  readonly productId: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly brand: string | null;
}

/**
 * The common table expression `sold`: the lines that were not cancelled, each with its part of the order's net revenue.
 * A refund that names an order but no line is spread over the lines that were kept; one that names no order is not here.
 */
const SOLD = sql.raw(`
  kept_of_orders as (
    select customer_id, order_id, sum(amount) as amount from placed_lines where is_kept group by 1, 2
  ),
  sold as (
    select l.customer_id, l.order_id, l.product_id, l.quantity, l.amount, l.is_delivered, l.is_returned,
           case when l.is_kept and k.amount <> 0 then l.amount * o.net / k.amount else 0 end as net
    from placed_lines l
    join order_totals o on o.customer_id = l.customer_id and o.order_id = l.order_id
    left join kept_of_orders k on k.customer_id = l.customer_id and k.order_id = l.order_id
    where not l.is_cancelled
  )`);

const TOTALS = sql.raw(`
  count(distinct (l.customer_id, l.order_id))::float8 as orders, count(distinct l.customer_id)::float8 as customers,
  sum(l.quantity)::float8 as "unitsSold",
  coalesce(sum(l.quantity) filter (where l.is_delivered), 0)::float8 as "unitsDelivered",
  coalesce(sum(l.quantity) filter (where l.is_delivered and l.is_returned), 0)::float8 as "unitsReturned",
  (sum(l.quantity) filter (where l.is_delivered and l.is_returned))::float8
    / nullif(sum(l.quantity) filter (where l.is_delivered), 0)::float8 as known_rate,
  sum(l.amount) as gross, sum(l.net) as net`);

const SHOWN = sql.raw(`
  t.orders, t.customers, t."unitsSold", t."unitsDelivered", t."unitsReturned",
  case when t."unitsDelivered" > 0 then coalesce(t.known_rate, 0) end as "returnRate",
  t.gross::text as "grossRevenue", t.net::text as "netRevenue",
  case when sum(t.net) over () > 0 then (t.net / sum(t.net) over ())::float8 end as "revenueShare"`);

/** Categories by net revenue, the largest first. */
export async function readCategories(read: ReadSets, first: number): Promise<CategoryTotals[]> {
  return read<CategoryTotals>(sql`
    with ${SOLD},
    totals as (
      select p.category, ${TOTALS} from sold l left join products p on p.product_id = l.product_id group by p.category
    )
    select t.category, ${SHOWN} from totals t order by t.net desc, t.category limit ${first}`);
}

export type ProductRanking = 'UNITS' | 'NET_REVENUE';
const PRODUCT_RANKINGS: Readonly<Record<ProductRanking, SQL>> = {
  UNITS: sql.raw('t."unitsSold" desc, t.net desc'),
  NET_REVENUE: sql.raw('t.net desc, t."unitsSold" desc'),
};

/** Products by pieces sold or by net revenue, the largest first. */
export async function readTopProducts(read: ReadSets, by: ProductRanking, first: number): Promise<ProductTotals[]> {
  return read<ProductTotals>(sql`
    with ${SOLD},
    totals as (
      select l.product_id, ${TOTALS} from sold l where l.product_id is not null group by l.product_id
    ),
    shown as (select t.product_id, t."unitsSold" as units, t.net, ${SHOWN} from totals t order by ${PRODUCT_RANKINGS[by]}, t.product_id limit ${first})
    select t.product_id as "productId", p.name, p.category, p.brand, t.orders, t.customers, t."unitsSold", t."unitsDelivered",
           t."unitsReturned", t."returnRate", t."grossRevenue", t."netRevenue", t."revenueShare"
    from shown t left join products p on p.product_id = t.product_id
    order by ${PRODUCT_RANKINGS[by]}, t.product_id`);
}

export interface LongTail {
  /** Products with net revenue above zero: the base. */
  readonly products: number;
  readonly productsKnown: number;
  readonly netRevenue: string;
  /** How many of the best products it takes to make the share asked for. */
  readonly productsForShare: number;
  /** Of the net revenue, by the one best product; null where nothing was kept. */
  readonly topProductShare: number | null;
  /** At 1, 5, 10, 20 and 50 % of the products, rounded up. */
  readonly curve: readonly {
    readonly products: number;
    readonly productShare: number;
    readonly revenueShare: number;
  }[];
}

const CURVE = [0.01, 0.05, 0.1, 0.2, 0.5];

/** How the net revenue spreads over products: how few of them make a share of it. */
export async function readLongTail(read: ReadSets, share: number): Promise<LongTail> {
  const [row] = await read<LongTail>(sql`
    with ${SOLD},
    of_products as (
      select product_id, sum(net) as net from sold where product_id is not null group by product_id having sum(net) > 0
    ),
    ranked as materialized (
      select row_number() over w as place, net, sum(net) over w as running, sum(net) over () as total, count(*) over () as products
      from of_products window w as (order by net desc, product_id rows unbounded preceding)
    )
    select count(*)::float8 as products, (select count(*) from products)::float8 as "productsKnown",
           coalesce(sum(net), 0)::text as "netRevenue",
           coalesce(min(place) filter (where running >= ${String(share)}::numeric * total), 0)::float8 as "productsForShare",
           (max(net) / nullif(sum(net), 0))::float8 as "topProductShare",
           (select coalesce(json_agg(json_build_object('products', place, 'productShare', at, 'revenueShare', (running / total)::float8) order by at), '[]')
            from ranked join unnest(${sql.raw(`array[${CURVE.join(', ')}]`)}) as at on place = ceil(at * products)) as curve
    from ranked`);
  return row!;
}

export interface CountryTotals {
  /** Null for customers whose country is not known. */
  readonly country: string | null;
  readonly customers: number;
  readonly customerShare: number;
  readonly buyers: number;
  readonly orders: number;
  readonly netRevenue: string;
  /** Of the net revenue of all countries; null where that is not above zero. */
  readonly revenueShare: number | null;
}

export type CountryRanking = 'CUSTOMERS' | 'NET_REVENUE';
const COUNTRY_RANKINGS: Readonly<Record<CountryRanking, SQL>> = {
  CUSTOMERS: sql.raw('count(*) desc, sum(net_revenue) desc'),
  NET_REVENUE: sql.raw('sum(net_revenue) desc, count(*) desc'),
};

/** Countries by customers or by net revenue, the largest first. */
export async function readCountries(
  database: Database,
  scope: ExplorationScope,
  by: CountryRanking,
  first: number,
): Promise<CountryTotals[]> {
  return readSets<CountryTotals>(
    database,
    sql`
    with ${membersOf(scope)}
    select country, count(*)::float8 as customers, count(*)::float8 / sum(count(*)) over ()::float8 as "customerShare",
           count(*) filter (where orders > 0)::float8 as buyers, sum(orders)::float8 as orders, sum(net_revenue)::text as "netRevenue",
           case when sum(sum(net_revenue)) over () > 0 then (sum(net_revenue) / sum(sum(net_revenue)) over ())::float8 end as "revenueShare"
    from members group by country order by ${COUNTRY_RANKINGS[by]}, country limit ${first}`,
  );
}
