import type { PopularProduct } from '@tessera/core';
import { momentLiteral, type OrderFactsOptions, orderFacts } from '../orders/order-facts.js';
import type { Connection, Workspace } from '../runs/workspace.js';

/** So many days before a moment, at the same time of the shop's day. */
export async function daysBefore(connection: Connection, asOf: Date, timeZone: string, days: number): Promise<Date> {
  const [past] = await connection<{ asOf: Date }[]>`
    select ((${asOf} at time zone ${timeZone})::date - ${days}::int)::timestamp at time zone ${timeZone} as "asOf"`;
  return past!.asOf;
}

/** Whether anybody bought before a moment. */
export async function wasBoughtBefore(connection: Connection, moment: Date): Promise<boolean> {
  const [known] = await connection<{ exists: boolean }[]>`
    select exists (select from orders where placed_at < ${moment} and customer_id <> '') as exists`;
  return known?.exists === true;
}

/** What was bought most in the whole shop, of what `createPopular` found. */
export function readPopularOfShop(workspace: Workspace): Promise<PopularProduct[]> {
  const { connection } = workspace;
  return connection<PopularProduct[]>`
    select product_id as product, recent_share as "recentShare", return_rate as "returnRate"
    from ${connection(workspace.name('popular'))} where segment = '' order by recent_share desc, product_id`;
}

/** What customers who had bought before the first moment bought from it up to the second: a sample by their ids. */
export async function boughtSince(
  workspace: Workspace,
  facts: OrderFactsOptions,
  since: Date,
  mostCustomers: number,
): Promise<Map<string, Set<string>>> {
  const rows = await workspace.connection.unsafe<{ customerId: string; products: string[] }[]>(`
    with ${orderFacts(facts, `in (select customer_id from ${workspace.name('lines')})`)}
    select l.customer_id as "customerId", array_agg(distinct l.product_id) as products
    from lines l where l.placed_at >= ${momentLiteral(since)} and not l.is_cancelled and l.product_id is not null
    group by l.customer_id order by hashtextextended(l.customer_id, 7), l.customer_id limit ${mostCustomers}`);
  return new Map(rows.map(({ customerId, products }) => [customerId, new Set(products)]));
}
