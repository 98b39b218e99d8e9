import type { Sql, Transaction } from '../../database.js';

/** Rows of the staging table that cannot be used, by field and kind of reason. */
export interface StagedProblem {
  readonly field: string;
  /** In English. */
  readonly reason: string;
  readonly kind: string | null;
  readonly rows: number;
  /** Up to five of the values, the most frequent first. */
  readonly values: readonly string[];
}

/** What is wrong with the rows that were staged, the most frequent first. */
export const readStagedProblems = (transaction: Transaction): Promise<StagedProblem[]> =>
  transaction<StagedProblem[]>`
    select field, kind, min(reason) as reason, sum(times)::int as rows, (array_agg(value order by times desc, value))[1:5] as values
    from (
      select problem_field as field, problem_kind as kind, coalesce(problem_value, '') as value, min(problem) as reason, count(*) as times
      from staging where problem is not null group by 1, 2, 3
    ) as problems
    group by 1, 2 order by 4 desc, 1, 2`;

/** Whether a usable row of the staging table holds an amount other than 0 in any of these columns. */
export async function stagesMoney(transaction: Transaction, columns: readonly string[]): Promise<boolean> {
  if (columns.length === 0) return false;
  const any = columns.map((name) => `coalesce(${name}, 0) <> 0`).join(' or ');
  const [row] = await transaction.unsafe<{ found: boolean }[]>(
    `select exists (select from staging where problem is null and (${any})) as found`,
  );
  return row?.found === true;
}

/** Whether a file of this shape was imported before. */
export async function isKnownShape(sql: Sql, shape: string): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    select exists (select from imports where state = 'done' and details->>'shape' = ${shape}) as known`;
  return row?.known === true;
}

/** How the amounts of a file stand in the rows of its orders. */
export interface AmountsInOrders {
  readonly orders: number;
  /** Orders of several rows. */
  readonly severalRows: number;
  /** Of those, the ones in which all rows hold one and the same amount. */
  readonly repeated: number;
  /** Of those, the ones in which it is the sum of what the rows' pieces cost. */
  readonly repeatedSums: number;
  /** Orders whose rows all name the price of a piece. */
  readonly priced: number;
  /** Of those, the ones in which each row holds its own price times its quantity. */
  readonly ownLines: number;
}

/** Looks at the amounts that were staged, order by order; rows that take something back are left aside. */
export async function readAmountsInOrders(transaction: Transaction): Promise<AmountsInOrders> {
  const [row] = await transaction<AmountsInOrders[]>`
    select count(*)::int as orders,
           count(*) filter (where n > 1)::int as "severalRows",
           count(*) filter (where n > 1 and lowest = highest)::int as repeated,
           count(*) filter (where n > 1 and lowest = highest and priced = n and abs(lowest - worth) <= 0.01 * n)::int as "repeatedSums",
           count(*) filter (where priced = n)::int as priced,
           count(*) filter (where priced = n and own)::int as "ownLines"
    from (
      select count(*) as n, min(amount) as lowest, max(amount) as highest, count(unit_price) as priced,
             sum(unit_price * coalesce(quantity, 1)) as worth,
             coalesce(bool_and(abs(amount - unit_price * coalesce(quantity, 1)) <= 0.01), false) as own
      from staging where problem is null and order_id is not null and amount > 0 and coalesce(quantity, 1) >= 0
      group by order_id
    ) as orders`;
  return row!;
}

/** From here on the staged amounts are those of their orders, whose lines cost what their pieces do. */
export const takeAmountsAsTotals = (transaction: Transaction) =>
  transaction.unsafe('update staging set order_total = coalesce(order_total, amount), amount = null');

/** From here on the rows of a log without money are worth nothing, and count. */
export const takeAsWorthNothing = (transaction: Transaction) =>
  transaction.unsafe('update staging set amount = 0 where problem is null and amount is null and unit_price is null');

export interface LateRefunds {
  readonly rows: number;
  /** In the shop's currency. */
  readonly amount: string;
  /** The day of the newest order, `2026-01-31`. */
  readonly newest: string;
}

/** Refunds of the staging table that are later than the newest order of the shop; null where there are none, or no orders. */
export async function readLateRefunds(transaction: Transaction): Promise<LateRefunds | null> {
  const [row] = await transaction<LateRefunds[]>`
    select count(*)::int as rows, coalesce(sum(abs(s.amount) * coalesce(s.rate, 1)), 0)::numeric(30, 2)::text as amount,
           to_char(max(o.newest), 'YYYY-MM-DD') as newest
    from staging s, (select max(placed_at) as newest from orders where placed_at < now()) as o where s.problem is null and s.returned_at > o.newest`;
  return row === undefined || row.rows === 0 ? null : row;
}

/** Rows of the staging table whose order lies ahead, and the day of the latest; null where there are none. */
export async function readRowsAhead(transaction: Transaction): Promise<{ rows: number; newest: string } | null> {
  const [row] = await transaction<{ rows: number; newest: string | null }[]>`
    select count(*)::int as rows, to_char(max(placed_at), 'YYYY-MM-DD') as newest
    from staging where problem is null and placed_at >= now()`;
  return row === undefined || row.newest === null ? null : { rows: row.rows, newest: row.newest };
}
