import type { Sql } from '../../database.js';

/** An import counts as large from so many new or changed rows on, or from this share of the shop's customers. */
const FEWEST_ROWS = 1000;
const LARGE_SHARE = 0.01;

/**
 * Whether a large import of files was done after the newest run began, or any before the first run: what calls and webhooks
 * bring is scored as it comes. False while an import is at work.
 */
export async function hasFreshImport(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ fresh: boolean }[]>`
    with newest as (
      select started_at, coalesce(customer_count, 0) as customers from runs
      where kind = 'current' and state not in ('waiting', 'failed', 'cancelled') order by id desc limit 1
    )
    select exists (
      select from imports i left join newest n on true
      where i.state = 'done' and (i.inserted + i.updated) > 0
        and (n.started_at is null or (
          i.finished_at > n.started_at and i.format not like 'api-%' and i.format not like '%webhook%'
          and i.inserted + i.updated >= greatest(${FEWEST_ROWS}::int, ${LARGE_SHARE}::float8 * n.customers)))
    ) and not exists (select from imports where state = 'running') as fresh`;
  return row?.fresh === true;
}
