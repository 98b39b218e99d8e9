import type { Sql, Transaction } from '../../database.js';

/** One message of a platform, which may come more than once. */
export interface Delivery {
  readonly source: string;
  readonly id: string;
}

export async function isKnownDelivery(sql: Sql, { source, id }: Delivery): Promise<boolean> {
  const rows = await sql`select from webhook_deliveries where source = ${source} and delivery_id = ${id}`;
  return rows.length > 0;
}

/** Waits for a transaction that takes the same one. @returns false when it was taken before */
export async function takeDelivery(transaction: Transaction, { source, id }: Delivery): Promise<boolean> {
  const taken = await transaction`
    insert into webhook_deliveries (source, delivery_id) values (${source}, ${id}) on conflict do nothing`;
  return taken.count > 0;
}
