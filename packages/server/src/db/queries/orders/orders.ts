import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import type { KeysetQuery, OrderKey } from '../../keyset.js';
import { type LIFECYCLE, orderItems, orders, products } from '../../tables.js';

export type OrderRow = typeof orders.$inferSelect & { amount: string };

export interface OrderLineRow {
  readonly itemId: string;
  readonly productId: string | null;
  readonly productName: string | null;
  readonly category: string | null;
  readonly quantity: number;
  readonly amount: string;
  readonly status: (typeof LIFECYCLE)[number] | null;
  readonly returnedAt: Date | null;
}

/** By when they were placed. */
export const ORDER_KEYS: readonly OrderKey[] = [
  { expression: orders.placedAt, type: 'timestamptz' },
  { expression: orders.orderId, type: 'text' },
];

/** What an order's lines cost in all, as a column of a query over orders. In a select list drizzle names columns without their table. */
const amount = sql<string>`coalesce((
  select sum(i.amount) from order_items i where i.customer_id = orders.customer_id and i.order_id = orders.order_id), 0)`;

/** A customer's orders, cancelled ones too. */
export function readOrders(
  drizzle: Drizzle,
  customerId: string,
  { condition, order, limit, cursorKeys }: KeysetQuery,
): Promise<(OrderRow & { cursorKeys: string[] })[]> {
  return drizzle
    .select({
      ...getTableColumns(orders),
      amount,
      cursorKeys: sql<string[]>`${cursorKeys}`,
    })
    .from(orders)
    .where(and(eq(orders.customerId, customerId), condition))
    .orderBy(order)
    .limit(limit);
}

export const countOrders = (drizzle: Drizzle, customerId: string): Promise<number> =>
  drizzle.$count(orders, eq(orders.customerId, customerId));

/** The lines of an order with what is known of their products. */
export function readOrderLines(drizzle: Drizzle, customerId: string, orderId: string): Promise<OrderLineRow[]> {
  return drizzle
    .select({
      itemId: orderItems.itemId,
      productId: orderItems.productId,
      productName: products.name,
      category: products.category,
      quantity: sql<number>`${orderItems.quantity}::float8`,
      amount: orderItems.amount,
      status: orderItems.status,
      returnedAt: orderItems.returnedAt,
    })
    .from(orderItems)
    .leftJoin(products, eq(products.productId, orderItems.productId))
    .where(and(eq(orderItems.customerId, customerId), eq(orderItems.orderId, orderId)))
    .orderBy(asc(orderItems.itemId));
}
