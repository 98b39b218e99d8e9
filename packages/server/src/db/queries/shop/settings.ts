import type { Sql, Transaction } from '../../database.js';

export interface Shop {
  readonly name: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly kind: 'own' | 'demo';
}

type ShopSettings = Pick<Shop, 'name' | 'currency' | 'timeZone'>;

export async function readShop(sql: Sql | Transaction): Promise<Shop | null> {
  const [row] = await sql<Shop[]>`select name, currency, time_zone as "timeZone", kind from shop`;
  return row ?? null;
}

/** Makes the shop's row unless it is there. */
export async function createShop(sql: Sql, { name, currency, timeZone, kind }: Shop): Promise<void> {
  await sql`
    insert into shop (name, currency, time_zone, kind) values (${name}, ${currency}, ${timeZone}, ${kind})
    on conflict do nothing`;
}

export async function updateShop(sql: Sql, { name, currency, timeZone }: ShopSettings): Promise<void> {
  await sql`update shop set name = ${name}, currency = ${currency}, time_zone = ${timeZone}`;
}

export async function hasOrders(sql: Sql): Promise<boolean> {
  const [data] = await sql<{ exists: boolean }[]>`select exists (select from orders) as exists`;
  return data?.exists === true;
}

export async function hasCustomers(sql: Sql): Promise<boolean> {
  const [data] = await sql<{ exists: boolean }[]>`select exists (select from customers) as exists`;
  return data?.exists === true;
}
