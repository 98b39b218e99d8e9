import type { Transaction } from '../../database.js';

/** An order by the id that a platform's own messages use, beside the one that its exports and we use. */
export interface PlatformOrder {
  readonly source: string;
  readonly id: string;
  /** Left out in a message that knows the platform's id only. */
  readonly orderId?: string;
}

export interface KnownOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly placedAt: Date;
  readonly version: Date | null;
}

export const readKnownOrders = (transaction: Transaction, ids: readonly string[]) => transaction<KnownOrder[]>`
  select order_id as "orderId", customer_id as "customerId", placed_at as "placedAt", version
  from orders where order_id = any(${[...ids]})`;

/** Refunds that came before their order, or that belong to a customer who turned out to be another, go to its customer. */
export async function attachReturns(
  transaction: Transaction,
  importId: number,
  ids: readonly string[],
  formerOwners: readonly string[],
): Promise<void> {
  await transaction`
    with moved as (
      delete from returns r using orders o
      where o.order_id = any(${[...ids]}) and r.order_id = o.order_id and r.customer_id <> o.customer_id
        and r.customer_id = any(${['', ...formerOwners]})
      returning o.customer_id as owner, r.*
    )
    insert into returns (customer_id, return_id, order_id, item_id, product_id, reason, quantity, amount, returned_at, import_id)
    select owner, return_id, order_id, item_id, product_id, reason, quantity, amount, returned_at, ${importId} from moved
    on conflict do nothing`;
}

/** Remembers the order's two ids, or finds the one that its message leaves out. */
export async function namePlatformOrder(transaction: Transaction, order: PlatformOrder) {
  if (order.orderId === undefined) {
    const [known] = await transaction<{ orderId: string }[]>`
      select order_id as "orderId" from webhook_orders where source = ${order.source} and source_order_id = ${order.id}`;
    return known?.orderId;
  }
  await transaction`
    insert into webhook_orders (source, source_order_id, order_id) values (${order.source}, ${order.id}, ${order.orderId})
    on conflict (source, source_order_id) do update set order_id = excluded.order_id`;
  // Refunds that came before their order know it by the platform's id only.
  await transaction`update returns set order_id = ${order.orderId} where customer_id = '' and order_id = ${order.id}`;
  return order.orderId;
}

/** Which of these refunds are here already. */
export async function knownReturns(transaction: Transaction, ids: readonly string[]): Promise<Set<string>> {
  const known = await transaction<{ id: string }[]>`
    select return_id as id from returns where return_id = any(${[...ids]})`;
  return new Set(known.map(({ id }) => id));
}

/** Takes away refunds that others replace. */
export async function dropReturns(transaction: Transaction, ids: readonly string[]): Promise<void> {
  await transaction`delete from returns where return_id = any(${[...ids]})`;
}
