import { said, wordsIn } from '@tessera/core';
import type { Transaction } from '../../../database.js';

const { say: english } = wordsIn('en');
const NO_TIME = said('missing-in-order', {});
const NO_AMOUNT = said('missing-amount-of-row', {});

/** What a row takes from the first row of its order that says it; other cells of an order are read from the order as a whole. */
const INHERITED = ['customer_id', 'email', 'placed_at', 'currency'] as const;
/** Columns of the staging table that are no fields. */
const NO_FIELDS = [
  'line',
  'repaired',
  'problem_field',
  'problem_value',
  'problem',
  'problem_kind',
  'problem_values',
  'problem_cells',
  'rate',
  'guest',
];

/** The cells of a good row as the readers read them again: a number has no point that a decimal comma would make one of thousands. */
const CELLS = `(
  select jsonb_object_agg(c.key, case when c.value is null then ''
    when jsonb_typeof(to_jsonb(s) -> c.key) = 'number' and c.value like '%.%'
      then replace(c.value, '.', '') || 'e-' || length(split_part(c.value, '.', 2)) else c.value end)
  from jsonb_each_text(to_jsonb(s)) as c where c.key <> all('{${NO_FIELDS.join(',')}}'))`;

/** Platforms print what belongs to an order in its first row only; its other rows take it from there. */
async function inheritHeads(transaction: Transaction): Promise<void> {
  const [filled] = await transaction.unsafe<Record<string, number>[]>(`
    select count(*)::float8 as rows, ${INHERITED.map((name) => `count(${name})::float8 as ${name}`).join(', ')}
    from staging where problem is null and order_id is not null`);
  const gaps = INHERITED.filter((name) => filled![name]! > 0 && filled![name]! < filled!.rows!);
  if (gaps.length === 0) return;
  const first = (value: string, name: string) =>
    `(array_agg(${value} order by line) filter (where ${name} is not null))[1]`;
  const rate = gaps.includes('currency') ? [`${first('rate', 'currency')} as rate`] : [];
  await transaction.unsafe(`
    create temp table heads on commit drop as
    select order_id, ${[...gaps.map((name) => `${first(name, name)} as ${name}`), ...rate].join(', ')}
    from staging where problem is null and order_id is not null group by order_id
    having ${gaps.map((name) => `count(${name}) between 1 and count(*) - 1`).join(' or ')}`);
  const takes = gaps.map((name) => `${name} = coalesce(s.${name}, h.${name})`);
  if (rate.length > 0) takes.push('rate = case when s.currency is null then h.rate else s.rate end');
  await transaction.unsafe(`
    update staging s set ${takes.join(', ')} from heads h
    where h.order_id = s.order_id and s.problem is null and (${gaps.map((name) => `s.${name} is null`).join(' or ')})`);
  await transaction`drop table heads`;
}

/** An order that was cut in two has its first row in an earlier file of the same call. */
async function inheritFromSiblings(transaction: Transaction, siblings: readonly number[]): Promise<void> {
  if (siblings.length === 0) return;
  const cells = ['placed_at', 'status', 'shipped_at', 'delivered_at', 'cancelled_at', 'returned_at'];
  await transaction.unsafe(
    `update staging s set ${cells.map((name) => `${name} = coalesce(s.${name}, o.${name})`).join(', ')},
       customer_id = coalesce(s.customer_id, nullif(o.customer_id, '')), rate = case when s.currency is null then coalesce(s.rate, o.rate) else s.rate end
     from orders o where o.order_id = s.order_id and s.problem is null and o.import_id = any($1::bigint[])
       and (s.placed_at is null or s.status is null)`,
    [[...siblings]],
  );
}

/** Rows that neither they nor their order date, and rows that say nothing of money. */
export async function quarantineGaps(transaction: Transaction): Promise<void> {
  const worthless =
    'amount is null and unit_price is null and order_total is null and subtotal is null and status is null';
  const [gaps] = await transaction.unsafe<{ exist: boolean }[]>(`
    select exists (select from staging where problem is null and (placed_at is null or (${worthless}))) as exist`);
  if (gaps?.exist !== true) return;
  await transaction.unsafe(
    `update staging s set problem_field = case when placed_at is null then 'placed_at' else 'amount' end, problem_value = '',
       problem = case when placed_at is null then $1 else $2 end,
       problem_kind = case when placed_at is null then $3 else $4 end, problem_values = '{}', problem_cells = ${CELLS}
     where problem is null and (placed_at is null or (${worthless}))`,
    [english(NO_TIME), english(NO_AMOUNT), NO_TIME.kind, NO_AMOUNT.kind],
  );
  await waitAsWhole(transaction);
}

/** An order of which a row cannot be used waits as a whole: what is left of it is an order that nobody placed. */
async function waitAsWhole(transaction: Transaction): Promise<void> {
  const problems = `
    select coalesce(order_id, nullif(btrim(problem_cells ->> 'order_id'), '')) as order_id, line,
           problem_field, problem_value, problem, problem_kind, problem_values
    from staging where problem is not null`;
  const [waiting] = await transaction.unsafe<{ exist: boolean }[]>(`
    select exists (select from staging where problem is not null) as exist`);
  if (waiting?.exist !== true) return;
  await transaction.unsafe(`
    update staging s set problem_field = w.problem_field, problem_value = w.problem_value, problem = w.problem,
      problem_kind = w.problem_kind, problem_values = w.problem_values, problem_cells = ${CELLS}
    from (select distinct on (order_id) * from (${problems}) as p where order_id is not null order by order_id, line) as w
    where s.problem is null and s.order_id = w.order_id`);
}

/**
 * Makes whole orders of the staged rows of sales: cells that stand in an order's first row hold for all of its rows, and an
 * order with a row that cannot be used waits in quarantine with all of them.
 * @param siblings earlier imports of the same call
 * @returns how many rows wait in quarantine now
 */
export async function completeDocuments(transaction: Transaction, siblings: readonly number[]): Promise<number> {
  await inheritHeads(transaction);
  await inheritFromSiblings(transaction, siblings);
  await waitAsWhole(transaction);
  const [row] = await transaction<{ waiting: number }[]>`
    select count(*)::float8 as waiting from staging where problem is not null`;
  return row!.waiting;
}
