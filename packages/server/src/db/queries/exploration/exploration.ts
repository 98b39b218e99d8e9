import { sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { type ExplorationScope, membersOf, type ReadSets, readSets } from './scope.js';

export interface Sizes {
  readonly customers: number;
  readonly buyers: number;
  readonly prospects: number;
  readonly ordersPlaced: number;
  readonly ordersCancelled: number;
  readonly orders: number;
  readonly ordersWithLines: number;
  readonly ordersKept: number;
  readonly lines: number;
  readonly pieces: number;
  readonly productsSold: number;
  readonly productsKnown: number;
  /** Milliseconds since 1970. */
  readonly firstOrderAt: number | null;
  readonly lastOrderAt: number | null;
  readonly placedRevenue: string;
  readonly cancelledRevenue: string;
  readonly grossRevenue: string;
  readonly returnedRevenue: string;
  readonly netRevenue: string;
  readonly netRevenuePerOrder: string | null;
  readonly netRevenuePerOrderWithLines: string | null;
  readonly netRevenuePerKeptOrder: string | null;
  readonly netRevenuePerBuyer: string | null;
  readonly netRevenuePerCustomer: string | null;
}

/** How much there is, and the averages over each base that somebody might mean (trap 14 of the inventory). */
export async function readSizes(read: ReadSets): Promise<Sizes> {
  const [row] = await read<Sizes>(sql`
    with
    orders_by_lines as (
      select customer_id, order_id, bool_or(is_kept) as any_kept from placed_lines group by customer_id, order_id
    ),
    people as (
      select count(*) as customers, count(*) filter (where orders > 0) as buyers from members
    ),
    counted as (
      select count(*) as placed, count(*) filter (where p.is_cancelled) as cancelled,
             count(*) filter (where o.counts) as orders, count(*) filter (where o.counts and l.order_id is not null) as with_lines,
             count(*) filter (where o.counts and l.any_kept) as kept,
             min(o.placed_at) filter (where o.counts) as first_at, max(o.placed_at) filter (where o.counts) as last_at
      from placed_orders p
      join order_totals o on o.customer_id = p.customer_id and o.order_id = p.order_id
      left join orders_by_lines l on l.customer_id = p.customer_id and l.order_id = p.order_id
    ),
    money as (
      select count(*) as lines, coalesce(sum(quantity) filter (where not is_cancelled), 0) as pieces,
             count(distinct product_id) filter (where not is_cancelled) as products,
             coalesce(sum(amount), 0) as placed, coalesce(sum(amount) filter (where is_cancelled), 0) as cancelled
      from placed_lines
    ),
    earned as (
      select coalesce(sum(gross), 0) as gross, coalesce(sum(net), 0) as net from order_totals
    )
    select customers::float8, buyers::float8, (customers - buyers)::float8 as prospects,
           counted.placed::float8 as "ordersPlaced", counted.cancelled::float8 as "ordersCancelled", counted.orders::float8 as orders,
           with_lines::float8 as "ordersWithLines", kept::float8 as "ordersKept",
           lines::float8 as lines, pieces::float8 as pieces, products::float8 as "productsSold",
           (select count(*) from products)::float8 as "productsKnown",
           extract(epoch from first_at)::float8 * 1000 as "firstOrderAt", extract(epoch from last_at)::float8 * 1000 as "lastOrderAt",
           money.placed::text as "placedRevenue", money.cancelled::text as "cancelledRevenue", gross::text as "grossRevenue",
           (gross - net)::text as "returnedRevenue", net::text as "netRevenue",
           round(net / nullif(counted.orders, 0), 10)::text as "netRevenuePerOrder",
           round(net / nullif(with_lines, 0), 10)::text as "netRevenuePerOrderWithLines",
           round(net / nullif(kept, 0), 10)::text as "netRevenuePerKeptOrder",
           round(net / nullif(buyers, 0), 10)::text as "netRevenuePerBuyer",
           round(net / nullif(customers, 0), 10)::text as "netRevenuePerCustomer"
    from people cross join counted cross join money cross join earned`);
  return row!;
}

/** Buyers with the same number of orders. */
export interface OrderCountRow {
  readonly orders: number;
  /** Whether buyers with more orders are counted here too. */
  readonly orMore: boolean;
  readonly customers: number;
  /** Of all buyers, 0 to 1. */
  readonly share: number;
  readonly netRevenue: string;
  /** Of the net revenue of all buyers; null where that is not above zero. */
  readonly revenueShare: number | null;
}

/** Buyers by their number of orders, up to `most`, where the rest are counted together. */
export async function readOrderCounts(
  database: Database,
  scope: ExplorationScope,
  most: number,
): Promise<OrderCountRow[]> {
  return readSets<OrderCountRow>(
    database,
    sql`
    with ${membersOf(scope)}
    select least(orders, ${most}::int) as orders, max(orders) > ${most}::int as "orMore", count(*)::float8 as customers,
           count(*)::float8 / sum(count(*)) over ()::float8 as share, sum(net_revenue)::text as "netRevenue",
           case when sum(sum(net_revenue)) over () > 0 then (sum(net_revenue) / sum(sum(net_revenue)) over ())::float8 end as "revenueShare"
    from members where orders > 0 group by 1 order by 1`,
  );
}
