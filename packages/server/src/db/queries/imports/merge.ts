import type { Transaction } from '../../database.js';
import { mergeEvents, mergeMerges, mergeReturns, mergeTreatments } from './merge/beside-orders.js';
import { completeDocuments } from './merge/documents.js';
import { mergeItems, mergeOrders } from './merge/orders.js';
import { settlePeople } from './merge/people.js';
import { mergeCampaigns, mergeCustomers, mergeProducts } from './merge/people-and-products.js';
import { mergeSales } from './merge/sales.js';
import { count, type MergeInput, type ReplacedOrders, type Written } from './merge/upsert.js';

/** THE LIST of what a row of a file can be, and how such rows come into the tables. */
const MERGES = {
  customers: mergeCustomers,
  products: mergeProducts,
  orders: mergeOrders,
  items: mergeItems,
  sales: mergeSales,
  returns: mergeReturns,
  events: mergeEvents,
  campaigns: mergeCampaigns,
  treatments: mergeTreatments,
  merges: mergeMerges,
} satisfies Record<string, (input: MergeInput) => Promise<Written>>;

export type EntityKey = keyof typeof MERGES;

/** Entities whose rows belong to a customer who may have been merged into another. */
const OWNED: ReadonlySet<EntityKey> = new Set([
  'customers',
  'orders',
  'items',
  'sales',
  'returns',
  'events',
  'treatments',
]);

/** What became of the rows of one file: each is kept as it is, repaired, a duplicate or quarantined; and what that did. */
export interface MergeCounts {
  readonly kept: number;
  readonly repaired: number;
  /** Rows that repeat an id of their own file; the last one counts. */
  readonly duplicate: number;
  readonly quarantined: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly replaced?: ReplacedOrders;
}

/** What is known of an import beside its rows. */
export type MergeContext = Pick<MergeInput, 'digits' | 'siblings'>;

/** Makes of the staged rows what they are together. @returns how many of them wait in quarantine */
export const completeStaging = async (
  transaction: Transaction,
  entity: EntityKey,
  waiting: number,
  { siblings = [] }: MergeContext = {},
): Promise<number> => (entity === 'sales' ? completeDocuments(transaction, siblings) : waiting);

/**
 * Moves the rows of the staging table into the shop's tables and its problems into quarantine.
 * @param present the fields that the file has; columns of others keep their values
 */
export async function mergeStaging(
  transaction: Transaction,
  entity: EntityKey,
  present: ReadonlySet<string>,
  importId: number,
  context: MergeContext = {},
): Promise<MergeCounts> {
  await transaction.unsafe("set local work_mem = '128MB'");
  if (OWNED.has(entity)) {
    const [aliases] = await transaction<{ exists: boolean }[]>`select exists (select from customer_aliases) as exists`;
    if (aliases?.exists === true) {
      await transaction`update staging s set customer_id = a.merged_into from customer_aliases a where a.customer_id = s.customer_id`;
    }
  }
  const input = { transaction, importId, present, ...context };
  const written = await MERGES[entity](input);
  if (entity === 'merges' || present.has('email')) await settlePeople(input);
  await transaction`
    insert into quarantined_rows (import_id, line, field, value, reason, reason_kind, reason_values, cells)
    select ${importId}, line, problem_field, problem_value, problem, problem_kind, problem_values, problem_cells from staging where problem is not null
    on conflict do nothing`;
  const [rows] = await transaction<{ good: number; bad: number }[]>`
    select count(*) filter (where problem is null)::int as good, count(*) filter (where problem is not null)::int as bad from staging`;
  const distinct = await count(transaction, 'select count(*)::int as count from fresh');
  const repaired = await count(transaction, 'select count(*)::int as count from fresh where repaired');
  return {
    kept: distinct - repaired,
    repaired,
    duplicate: (rows?.good ?? 0) - distinct,
    quarantined: rows?.bad ?? 0,
    ...written,
    unchanged: distinct - written.inserted - written.updated,
  };
}

/** Entities that say nothing of a customer. */
const OF_NOBODY: ReadonlySet<EntityKey> = new Set(['products', 'campaigns']);

/** The customers of whom the rows that were merged last speak: those who have them now. */
export async function mergedCustomers(transaction: Transaction, entity: EntityKey): Promise<string[]> {
  if (OF_NOBODY.has(entity)) return [];
  const also = entity === 'merges' ? 'union select from_customer_id from fresh' : '';
  const rows = await transaction.unsafe<{ customerId: string }[]>(
    `select customer_id as "customerId" from (select customer_id from fresh ${also}) as rows where customer_id is not null group by 1`,
  );
  return rows.map(({ customerId }) => customerId);
}
