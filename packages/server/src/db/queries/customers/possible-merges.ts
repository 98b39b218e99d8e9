import { sql } from 'drizzle-orm';
import type { Drizzle } from '../../database.js';
import type { KeysetQuery, OrderKey } from '../../keyset.js';
import { customers, possibleMerges } from '../../tables.js';

export interface PossibleMergeRow {
  readonly customerId: string;
  readonly otherCustomerId: string;
  /** The address that both have, as the first has it. */
  readonly email: string | null;
  readonly cursorKeys: string[];
}

export const POSSIBLE_MERGE_KEYS: readonly OrderKey[] = [
  { expression: possibleMerges.customerId, type: 'text' },
  { expression: possibleMerges.otherCustomerId, type: 'text' },
];

/** Customers who share an address and stay two, a page at a time: it walks the primary key. */
export const readPossibleMerges = (
  drizzle: Drizzle,
  { condition, order, limit, cursorKeys }: KeysetQuery,
): Promise<PossibleMergeRow[]> =>
  drizzle
    .select({
      customerId: possibleMerges.customerId,
      otherCustomerId: possibleMerges.otherCustomerId,
      email: sql<
        string | null
      >`(select c.email from ${customers} c where c.customer_id = ${possibleMerges.customerId})`,
      cursorKeys: sql<string[]>`${cursorKeys}`,
    })
    .from(possibleMerges)
    .where(condition)
    .orderBy(order)
    .limit(limit);

export const countPossibleMerges = (drizzle: Drizzle): Promise<number> => drizzle.$count(possibleMerges);
