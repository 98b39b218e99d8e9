import { and, sql } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import type { KeysetQuery, OrderKey } from '../../keyset.js';
import { customerProfiles as profile } from '../../tables.js';
import type { Condition } from './conditions.js';
import { FEATURE_SORTS } from './feature-columns.js';
import type { ProfileRow } from './profiles.js';

/** Sorts of a customer list. A customer without the value counts as the lowest. */
export const CUSTOMER_ORDERS: Readonly<Record<string, OrderKey | null>> = {
  EXTERNAL_ID: null,
  ...FEATURE_SORTS,
  CLV_90D: { expression: sql`coalesce(${profile.clv90d}, -1)`, type: 'numeric' },
  VALUE_SCORE: { expression: sql`coalesce(${profile.valueScore}, -1)`, type: 'float8' },
  FIRST_ORDER_AT: { expression: sql`coalesce(${profile.firstOrderAt}, '-infinity')`, type: 'timestamptz' },
  LAST_ORDER_AT: { expression: sql`coalesce(${profile.lastOrderAt}, '-infinity')`, type: 'timestamptz' },
  REGISTERED_AT: { expression: sql`coalesce(${profile.registeredAt}, '-infinity')`, type: 'timestamptz' },
};

/** The keys of a sort: the customer's id settles what is equal. */
export function customerKeys(field: string): OrderKey[] {
  const key = CUSTOMER_ORDERS[field] ?? null;
  return [...(key === null ? [] : [key]), { expression: profile.customerId, type: 'text' }];
}

/** Rows of a list of customers. @param where also in which run */
export async function readCustomerRows(
  drizzle: Drizzle,
  where: Condition,
  { condition, order, limit, cursorKeys }: KeysetQuery,
): Promise<(ProfileRow & { cursorKeys: string[] })[]> {
  const rows = await drizzle
    .select({ row: profile, cursorKeys: sql<string[]>`${cursorKeys}` })
    .from(profile)
    .where(and(where, condition))
    .orderBy(order)
    .limit(limit);
  return rows.map(({ row, cursorKeys: keys }) => ({ ...row, cursorKeys: keys }));
}

export const countCustomers = (drizzle: Drizzle, where: Condition): Promise<number> => drizzle.$count(profile, where);
