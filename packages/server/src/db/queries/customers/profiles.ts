import { and, eq, inArray } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import { customerProfiles, customers } from '../../tables.js';

/** What a run computed of one customer. */
export type ProfileRow = typeof customerProfiles.$inferSelect;
/** Who a customer is: names and addresses, as they are now. */
export type PersonRow = typeof customers.$inferSelect;

/** Names and e-mail addresses, apart from the profiles so that old runs hold none. @returns a row for each id in their order */
export async function readPeople(drizzle: Drizzle, ids: readonly string[]): Promise<(PersonRow | null)[]> {
  const rows = await drizzle
    .select()
    .from(customers)
    .where(inArray(customers.customerId, [...ids]));
  const byId = new Map(rows.map((row) => [row.customerId, row]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** The profiles of a run; who is not in it is left out. */
export function readProfiles(drizzle: Drizzle, runId: number, ids: readonly string[]): Promise<ProfileRow[]> {
  return drizzle
    .select()
    .from(customerProfiles)
    .where(and(eq(customerProfiles.runId, runId), inArray(customerProfiles.customerId, [...ids])));
}
