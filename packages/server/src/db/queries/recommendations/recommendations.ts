import type { BoughtProduct, PairCounts, PopularProduct, ProductFacts } from '@tessera/core';
import { RANKING } from '@tessera/core';
import type { Sql } from '../../database.js';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from '../orders/order-facts.js';
import type { Workspace } from '../runs/workspace.js';

/** Products of one customer that are looked at; those that are due again may lie further back than what neighbours are taken of. */
const LONGEST_HISTORY = 200;

export interface CustomerHistory {
  /** The last bought first. */
  readonly bought: readonly BoughtProduct[];
  readonly sentBack: readonly string[];
}

/** What customers bought, and what a run learned of those products. */
export interface Histories {
  readonly byCustomer: ReadonlyMap<string, CustomerHistory>;
  readonly facts: ReadonlyMap<string, ProductFacts>;
}

interface HistoryRow {
  readonly customerId: string;
  readonly productId: string;
  readonly daysAgo: number;
  readonly purchaseDays: number;
  readonly spanDays: number;
  readonly isSentBack: boolean;
  readonly rebuyShare: number | null;
  readonly rebuyDays: number | null;
  /** Null but in the first row of a product. */
  readonly neighbours: ProductFacts['neighbours'] | null;
}

/**
 * From `own` (customer_id, product_id, last, first, days, is_sent_back) to the rows of `HistoryRow`.
 * @param facts a table `f` and the beginning of its join condition
 */
const historySelect = (day: string, facts: string) => `
  ranked as (select *, row_number() over (partition by customer_id order by last desc, product_id) as place from own)
  select r.customer_id as "customerId", r.product_id as "productId", ${day} - r.last as "daysAgo", r.days::int as "purchaseDays",
         r.last - r.first as "spanDays", r.is_sent_back as "isSentBack", f.rebuy_share as "rebuyShare", f.rebuy_days as "rebuyDays",
         case when row_number() over (partition by r.product_id order by r.place) = 1 and r.place <= ${RANKING.historyProducts}
              then f.neighbours end as neighbours
  from ranked r left join ${facts} f.product_id = r.product_id
  where r.place <= ${LONGEST_HISTORY} order by r.customer_id, r.place`;

function historiesOf(rows: readonly HistoryRow[]): Histories {
  const byCustomer = new Map<string, { bought: BoughtProduct[]; sentBack: string[] }>();
  const facts = new Map<string, ProductFacts>();
  for (const row of rows) {
    let own = byCustomer.get(row.customerId);
    if (own === undefined) {
      own = { bought: [], sentBack: [] };
      byCustomer.set(row.customerId, own);
    }
    const { productId: product, daysAgo, purchaseDays, spanDays } = row;
    if (row.isSentBack) own.sentBack.push(product);
    else own.bought.push({ product, daysAgo, purchaseDays, spanDays });
    const known = facts.get(product);
    if (row.rebuyShare !== null && (known === undefined || row.neighbours !== null)) {
      facts.set(product, {
        rebuyShare: row.rebuyShare,
        rebuyDays: row.rebuyDays,
        neighbours: row.neighbours ?? known?.neighbours ?? [],
      });
    }
  }
  return { byCustomer, facts };
}

/**
 * What these customers had bought at a moment, with what the run learned of it: one statement, prepared once a connection,
 * that reads each customer's own orders and the rows of his products.
 * @param options the run's own rule; `asOf` is the moment of these rows, which is later than the run's where an order re-scored them
 */
export async function readHistories(
  sql: Sql,
  customerIds: readonly string[],
  runId: number,
  { asOf, ...options }: Omit<OrderFactsOptions, 'momentOf'>,
): Promise<Histories> {
  const moment = '$2::timestamptz';
  const rows = await sql.unsafe<HistoryRow[]>(
    `with ${orderFacts({ ...options, asOf, momentOf: () => moment }, '= any($1::text[])')},
    apart as (
      select customer_id, product_id, sum(quantity) as pieces from returns
      where customer_id = any($1::text[]) and product_id is not null and returned_at < ${moment} group by customer_id, product_id
    ),
    own as (
      select l.customer_id, l.product_id, max(l.day) as last, min(l.day) as first, count(distinct l.day) as days,
             bool_and(l.is_returned) or coalesce(max(a.pieces), 0) >= sum(l.quantity) as is_sent_back
      from lines l
      left join apart a on a.customer_id = l.customer_id and a.product_id = l.product_id
      where not l.is_cancelled and l.product_id is not null group by l.customer_id, l.product_id
    ),
    ${historySelect(`(${moment} at time zone ${quote(options.timeZone)})::date`, 'item_affinity f on f.run_id = $3::bigint and')}`,
    [customerIds as string[], asOf, runId],
    { prepare: true },
  );
  return historiesOf(rows);
}

/** The same out of the tables that `createAffinity` made in a workspace, for a back-test. */
export async function readPastHistories(
  workspace: Workspace,
  customerIds: readonly string[],
  { asOf, timeZone }: Pick<OrderFactsOptions, 'asOf' | 'timeZone'>,
): Promise<Histories> {
  const rows = await workspace.connection.unsafe<HistoryRow[]>(
    `with own as (
      select customer_id, product_id, max(day) as last, min(day) as first, count(distinct day) as days, bool_and(is_returned) as is_sent_back
      from ${workspace.name('lines')} where customer_id = any($1::text[]) group by customer_id, product_id
    ),
    ${historySelect(`(${momentLiteral(asOf)} at time zone ${quote(timeZone)})::date`, `${workspace.name('facts')} f on`)}`,
    [customerIds as string[]],
  );
  return historiesOf(rows);
}

/** Popular products of every segment of a run (`segmentation:segment`), and under `''` of the shop, the most bought first. */
export async function readPopular(
  sql: Sql,
  runId: number,
): Promise<ReadonlyMap<string, readonly (PopularProduct & { customers: number; share: number })[]>> {
  const rows = await sql<(PopularProduct & { segment: string; customers: number; share: number })[]>`
    select segment, product_id as product, customers::float8 as customers, share, recent_share as "recentShare", return_rate as "returnRate"
    from popular_products where run_id = ${runId} order by segment, recent_share desc, product_id`;
  const bySegment = new Map<string, (typeof rows)[number][]>();
  for (const row of rows) bySegment.set(row.segment, [...(bySegment.get(row.segment) ?? []), row]);
  return bySegment;
}

/** What the shop's rows say of products that are about to be offered. */
export interface CandidateRow {
  readonly productId: string;
  readonly name: string | null;
  readonly category: string | null;
  readonly brand: string | null;
  readonly department: string | null;
  readonly sku: string | null;
  readonly listPrice: string | null;
  readonly active: boolean | null;
  readonly stock: number | null;
}

export interface PairRow {
  readonly becauseName: string | null;
  readonly evidence: { orders: number[]; customers: number[]; segments: Record<string, number[]> } | null;
}

/**
 * The products of some lists as they are now, and what pairs rest on: one statement for a whole page. A product that cannot be
 * bought (not sold any more, or nothing in stock, where the source says so) is left out, as is one that the shop does not know.
 * @param pairs offered product and the bought one that speaks for it, or null
 */
export async function readCandidates(
  sql: Sql,
  runId: number,
  pairs: readonly (readonly [product: string, because: string | null])[],
): Promise<(CandidateRow & PairRow & { because: string | null })[]> {
  return sql<(CandidateRow & PairRow & { because: string | null })[]>`
    select p.product_id as "productId", p.name, p.category, p.brand, p.department, p.sku, p.list_price as "listPrice", p.active, p.stock,
           c.because, b.name as "becauseName", a.evidence -> c.product as evidence
    from unnest(${pairs.map(([product]) => product)}::text[], ${pairs.map(([, because]) => because)}::text[]) as c (product, because)
    join products p on p.product_id = c.product COLLATE "C"
    left join products b on b.product_id = c.because COLLATE "C"
    left join item_affinity a on a.run_id = ${runId} and a.product_id = c.because COLLATE "C"
    where coalesce(p.active, true) and coalesce(p.stock, 1) > 0`;
}

export async function readProducts(sql: Sql, productIds: readonly string[]): Promise<CandidateRow[]> {
  return sql<CandidateRow[]>`
    select product_id as "productId", name, category, brand, department, sku, list_price as "listPrice", active, stock
    from products where product_id = any(${productIds as string[]})`;
}

export const pairCounts = ([both = 0, first = 0, second = 0]: readonly number[], baskets: number): PairCounts => ({
  both,
  first,
  second,
  baskets,
});
