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
