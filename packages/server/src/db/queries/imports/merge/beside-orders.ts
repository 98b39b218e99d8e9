import { completeReturns, completeTreatments } from './complete-rows.js';
import { addUnknownCustomers, contentId, type MergeInput, makeFresh, same, upsert, type Written } from './upsert.js';

/** Returns and refunds of their own. Who names only the order means the order's customer. */
export async function mergeReturns(input: MergeInput): Promise<Written> {
  const { transaction, present } = input;
  await completeReturns(transaction);
  const also = ['item_id', 'reason'].filter((name) => present.has(name));
  const content = contentId([
    's.customer_id',
    's.order_id',
    's.product_id',
    's.quantity',
    's.amount',
    'extract(epoch from s.returned_at)',
  ]);
  const source = `(
    select s.*, case when s.currency is null then coalesce(s.rate, o.rate) else s.rate end as own_rate, ${present.has('return_id') ? `coalesce(s.return_id, ${content})` : content} as own_id,
           coalesce(o.customer_id, s.customer_id, '') as owner
    from staging s left join orders o on o.order_id = s.order_id where s.problem is null
  ) as s`;
  await makeFresh(
    transaction,
    's.own_id',
    [
      's.owner as customer_id',
      's.own_id as return_id',
      's.order_id',
      's.product_id',
      's.returned_at',
      'abs(coalesce(s.quantity, 0)) as quantity',
      // A refund without a currency is in that of its order.
      'abs(s.amount) * coalesce(s.own_rate, 1) as amount',
      ...also.map((name) => `s.${name}`),
    ],
    source,
  );
  await addUnknownCustomers(input, 'fresh');
  await transaction.unsafe(
    'delete from returns t using fresh s where t.return_id = s.return_id and t.customer_id <> s.customer_id',
  );
  const columns = ['order_id', 'product_id', 'quantity', 'amount', 'returned_at', ...also];
  return upsert(input, { table: 'returns', key: ['customer_id', 'return_id'], columns }, 'fresh');
}

export async function mergeEvents(input: MergeInput): Promise<Written> {
  const { transaction, present } = input;
  const content = contentId([
    's.customer_id',
    's.kind',
    'extract(epoch from s.occurred_at)',
    's.campaign_id',
    's.value',
  ]);
  const source = `(
    select s.*, ${present.has('event_id') ? `coalesce(s.event_id, ${content})` : content} as own_id from staging s where s.problem is null
  ) as s`;
  await makeFresh(
    transaction,
    's.customer_id, s.own_id',
    ['s.customer_id', 's.own_id as event_id', 'lower(s.kind) as kind', 's.occurred_at', 's.campaign_id', 's.value'],
    source,
  );
  await addUnknownCustomers(input, 'fresh');
  const columns = ['kind', 'occurred_at', 'campaign_id', 'value'];
  return upsert(input, { table: 'events', key: ['customer_id', 'event_id'], columns }, 'fresh');
}

export async function mergeTreatments(input: MergeInput): Promise<Written> {
  await completeTreatments(input.transaction);
  const key = ['customer_id', 'campaign_id', 'treated_at'];
  const columns = ['arm', 'cost', 'redeemed_at'];
  await makeFresh(
    input.transaction,
    key.map((name) => `s.${name}`).join(', '),
    [...key, ...columns].map((name) => same(name).from),
  );
  await addUnknownCustomers(input, 'fresh');
  const present = columns.filter((name) => input.present.has(name));
  return upsert(input, { table: 'treatments', key, columns: present, keepKnown: true }, 'fresh');
}

/** Tables that hold rows of a customer. */
const OWNED = ['orders', 'order_items', 'returns', 'events', 'treatments'];

/**
 * Customers who turned out to be one: what the old id owns goes to the new one, and so does whatever still comes under it.
 * A merge that would lead back to itself is refused row by row.
 */
export async function mergeMerges(input: MergeInput): Promise<Written> {
  const { transaction, importId } = input;
  await makeFresh(transaction, 's.from_customer_id', ['s.from_customer_id', 's.customer_id']);
  // Chains in one file (a into b, b into c) lead to their end; cycles never end and are left out.
  await transaction.unsafe(`
    create temp table resolved on commit drop as
    with recursive chain as (
      select from_customer_id as start, customer_id as at, 1 as steps from fresh where from_customer_id <> customer_id
      union all
      select c.start, f.customer_id, c.steps + 1 from chain c join fresh f on f.from_customer_id = c.at where c.steps < 50
    )
    select distinct on (start) start as from_customer_id, at as customer_id from chain
    where start <> at and not exists (select from fresh f where f.from_customer_id = chain.at)
    order by start, steps desc`);
  for (const table of OWNED) {
    const columns = await transaction.unsafe<{ name: string }[]>(`
      select quote_ident(column_name) as name from information_schema.columns
      where table_schema = current_schema() and table_name = '${table}' and column_name not in ('customer_id', 'import_id')`);
    const names = columns.map(({ name }) => name).join(', ');
    await transaction.unsafe(`
      with moved as (delete from ${table} t using resolved s where t.customer_id = s.from_customer_id returning s.customer_id as owner, t.*)
      insert into ${table} (customer_id, import_id, ${names}) select owner, ${importId}, ${names} from moved on conflict do nothing`);
  }
  await addUnknownCustomers(input, 'resolved');
  await transaction.unsafe('delete from customers c using resolved s where c.customer_id = s.from_customer_id');
  await transaction.unsafe(
    `update customer_aliases a set merged_into = s.customer_id from resolved s where a.merged_into = s.from_customer_id`,
  );
  const result = await transaction.unsafe(`
    insert into customer_aliases (customer_id, merged_into) select from_customer_id, customer_id from resolved
    on conflict (customer_id) do update set merged_into = excluded.merged_into
    where customer_aliases.merged_into <> excluded.merged_into`);
  return { inserted: result.count, updated: 0 };
}
