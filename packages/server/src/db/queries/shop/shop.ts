import type { Sql } from '../../database.js';

export interface ShopCounts {
  readonly customers: number;
  readonly products: number;
  readonly orders: number;
  readonly orderLines: number;
}

export interface DataSpan {
  readonly dataFrom: Date | null;
  readonly dataTo: Date | null;
}

/** How much the shop has, counted now. */
export async function readCounts(sql: Sql): Promise<ShopCounts> {
  const [row] = await sql<ShopCounts[]>`
    select (select count(*) from customers where customer_id <> '')::float8 as customers,
           (select count(*) from products)::float8 as products,
           (select count(*) from orders)::float8 as orders,
           (select count(*) from order_items)::float8 as "orderLines"`;
  return row!;
}

/** The oldest and the newest order. */
export async function readDataSpan(sql: Sql): Promise<DataSpan> {
  const [row] = await sql<DataSpan[]>`select min(placed_at) as "dataFrom", max(placed_at) as "dataTo" from orders`;
  return row!;
}
