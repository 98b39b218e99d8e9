import type { Sql } from '@tessera/server/db/database.js';
import type { Lifecycle } from '@tessera/server/db/tables.js';

export interface TestLine {
  readonly amount: string;
  readonly item?: string;
  readonly product?: string;
  readonly quantity?: number;
  readonly status?: Lifecycle;
  readonly deliveredAt?: string;
  readonly cancelledAt?: string;
  readonly returnedAt?: string;
}

export interface TestOrder {
  readonly customer?: string;
  readonly id?: string;
  /** What PostgreSQL reads as a moment; without a zone in UTC. */
  readonly placedAt: string;
  readonly status?: Lifecycle;
  readonly deliveredAt?: string;
  readonly cancelledAt?: string;
  readonly returnedAt?: string;
  /** Left out: one line of 10. */
  readonly lines?: readonly TestLine[];
}

/** Writes orders with their lines and customers straight into the tables; what is not said is a delivered order of `a`. */
export async function addOrders(sql: Sql, ...orders: readonly TestOrder[]): Promise<void> {
  const [found] = await sql<{ count: number }[]>`select count(*)::int as count from orders`;
  let next = found!.count;
  for (const order of orders) {
    const { customer = 'a', id = `o${++next}`, placedAt, status = 'delivered', lines = [{ amount: '10' }] } = order;
    if (customer !== '') await sql`insert into customers (customer_id) values (${customer}) on conflict do nothing`;
    await sql`
      insert into orders (customer_id, order_id, status, placed_at, delivered_at, cancelled_at, returned_at)
      values (${customer}, ${id}, ${status}, ${placedAt}::text::timestamptz, ${order.deliveredAt ?? null}::text::timestamptz,
              ${order.cancelledAt ?? null}::text::timestamptz, ${order.returnedAt ?? null}::text::timestamptz)`;
    for (const [i, line] of lines.entries()) {
      await sql`
        insert into order_items (customer_id, order_id, item_id, product_id, quantity, amount, status,
                                 delivered_at, cancelled_at, returned_at)
        values (${customer}, ${id}, ${line.item ?? String(i + 1)}, ${line.product ?? null}, ${line.quantity ?? 1}, ${line.amount},
                ${line.status ?? null}, ${line.deliveredAt ?? null}::text::timestamptz,
                ${line.cancelledAt ?? null}::text::timestamptz, ${line.returnedAt ?? null}::text::timestamptz)`;
    }
  }
}
