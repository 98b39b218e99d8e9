import { said, wordsIn } from '@tessera/core';
import { resolveOwners } from './people.js';
import {
  addUnknownCustomers,
  contentId,
  count,
  inShopCurrency,
  LIFECYCLE_TIMES,
  lineId,
  type MergeInput,
  makeFresh,
  moveToCustomer,
  upsert,
  type Written,
} from './upsert.js';

const { say: english } = wordsIn('en');
const NO_TIME = said('missing-in-order', {});
const NO_AMOUNT = said('missing-amount-of-row', {});
const PEOPLE = ['email', 'first_name', 'last_name', 'country'];
const TIMES = LIFECYCLE_TIMES.map(({ name }) => name);

/** Puts rows that only their order or the file as a whole can judge into quarantine. */
async function judge({ transaction }: MergeInput): Promise<void> {
  const [gaps] = await transaction<{ inOrders: boolean; inRows: boolean }[]>`
    select coalesce(bool_or(order_id is not null and (placed_at is null or customer_id is null)), false) as "inOrders",
           coalesce(bool_or(placed_at is null or (amount is null and unit_price is null and status is null)), false) as "inRows"
    from staging where problem is null`;
  if (gaps?.inOrders === true) {
    // An order's own cells may stand in its first row only, so a row without them takes its order's.
    await transaction`
      with known as (
        select order_id, min(placed_at) as placed_at, min(customer_id) as customer_id, min(lower(email)) as email
        from staging where problem is null and order_id is not null group by order_id
      )
      update staging s set placed_at = coalesce(s.placed_at, k.placed_at), customer_id = coalesce(s.customer_id, k.customer_id),
                           email = coalesce(s.email, k.email)
      from known k where k.order_id = s.order_id and s.problem is null
        and ((s.placed_at is null and k.placed_at is not null) or (s.customer_id is null and k.customer_id is not null)
             or (s.email is null and k.email is not null))`;
  }
  if (gaps?.inRows === true) {
    await transaction`
      update staging set problem_field = case when placed_at is null then 'placed_at' else 'amount' end, problem_value = '',
        problem = case when placed_at is null then ${english(NO_TIME)} else ${english(NO_AMOUNT)} end,
        problem_kind = case when placed_at is null then ${NO_TIME.kind} else ${NO_AMOUNT.kind} end, problem_values = '{}'
      where problem is null and (placed_at is null or (amount is null and unit_price is null and status is null))`;
  }
}

/** Makes `fresh`: the good rows with the ids of their order and their line, their amount, and what they are. */
async function makeLines({ transaction, present }: MergeInput): Promise<void> {
  const total = 'coalesce(s.amount, s.unit_price * coalesce(s.quantity, 1), 0)';
  const isReturn = `(coalesce(s.quantity < 0, false) or ${total} < 0)`;
  const row = [
    // What the row says of its customer, not who that turned out to be: the same row has the same id for ever.
    'coalesce(s.guest, s.customer_id)',
    'extract(epoch from s.placed_at)',
    's.product_id',
    's.quantity',
    's.unit_price',
    's.amount',
  ];
  const [orders] = await transaction<{ all: boolean }[]>`
    select coalesce(bool_and(order_id is not null), false) as all from staging where problem is null`;
  const orderId = orders?.all === true ? 's.order_id' : `coalesce(s.order_id, ${contentId(row)})`;
  // Without order ids a row is an order, and so is its only line.
  const ownLineId = `case when ${isReturn} then '-' else '' end || ${lineId('s.order_id', `, ${isReturn}`)}`;
  const itemId = present.has('order_id') ? ownLineId : "'1'";
  const namesItems = present.has('item_id');
  const kept = [
    ...TIMES,
    ...PEOPLE,
    'guest',
    'product_name',
    'category',
    'product_id',
    'placed_at',
    'version',
    'status',
    'line_status',
    'line_returned_at',
  ];
  // Ids that were made here are unique as they are; ids of the file may repeat, and then the last row counts.
  await transaction.unsafe(`
    create temp table ${namesItems ? 'sale_lines' : 'fresh'} on commit drop as
    select s.line, s.repaired, s.problem, coalesce(s.customer_id, '') as customer_id, ${orderId} as order_id,
           ${namesItems ? `coalesce(s.item_id, ${itemId})` : itemId} as item_id,
           coalesce(s.quantity, 1) as quantity, ${inShopCurrency(total)} as amount,
           ${inShopCurrency('coalesce(s.refunded, 0)')} as refunded, ${isReturn} as is_return,
           -- An order of which no line is known yet.
           s.amount is null and s.unit_price is null as is_empty,
           ${kept.map((name) => `s.${name}`).join(', ')}
    from staging s where s.problem is null`);
  if (namesItems) {
    const columns = [
      'line',
      'customer_id',
      'order_id',
      'item_id',
      'quantity',
      'amount',
      'refunded',
      'is_return',
      'is_empty',
      ...kept,
    ];
    await makeFresh(
      transaction,
      's.order_id, s.item_id',
      columns.map((name) => `s.${name}`),
      'sale_lines s',
    );
  } else await transaction`analyze fresh`;
}

/** The last row of the file that says anything of each person or product. */
const lastRows = (key: string, names: readonly string[]) => `(
  select ${[key, ...names].join(', ')} from fresh where line in (
    select max(line) from fresh where ${key} is not null and ${key} <> '' and (${names.map((name) => `${name} is not null`).join(' or ')})
    group by ${key}))`;

async function writePeopleAndProducts(input: MergeInput): Promise<void> {
  const people = PEOPLE.filter((name) => input.present.has(name));
  if (people.length > 0) {
    const known = { table: 'customers', key: ['customer_id'], columns: people, keepKnown: true };
    await upsert(input, known, lastRows('customer_id', people));
  }
  await addUnknownCustomers(input, 'fresh');
  if (!input.present.has('product_id') || !input.present.has('product_name')) return;
  const described = ['product_name', ...(input.present.has('category') ? ['category'] : [])];
  const columns = described.map((name) => (name === 'product_name' ? 'name' : name));
  const source = `(select product_id, product_name as name${columns.length > 1 ? ', category' : ''} from ${lastRows('product_id', described)} as last)`;
  await upsert(input, { table: 'products', key: ['product_id'], columns, keepKnown: true }, source);
}

async function writeOrders(input: MergeInput): Promise<Written> {
  const status = input.present.has('status')
    ? `coalesce((array_agg(status order by line) filter (where status is not null))[1], 'delivered')`
    : `'delivered'`;
  await input.transaction.unsafe(`
    create temp table sale_orders on commit drop as
    select order_id, min(customer_id) as customer_id, min(guest) as guest, min(placed_at) as placed_at, max(version) as version, ${status} as status,
           ${TIMES.map((name) => `max(${name}) as ${name}`).join(', ')}, max(refunded) as refunded
    from fresh where not is_return group by order_id`);
  await input.transaction.unsafe('analyze sale_orders');
  await moveToCustomer(input, 'sale_orders');
  const also = [
    ...[...TIMES, 'version'].filter((name) => input.present.has(name)),
    ...(input.present.has('email') || input.present.has('customer_id') ? ['guest'] : []),
  ];
  const known = { table: 'orders', key: ['customer_id', 'order_id'], columns: ['status', 'placed_at', ...also] };
  return upsert(input, { ...known, versioned: also.includes('version') }, 'sale_orders');
}

async function writeLines(input: MergeInput): Promise<Written> {
  const also = [
    ...(input.present.has('line_status') ? ['status'] : []),
    ...(input.present.has('line_returned_at') ? ['returned_at'] : []),
  ];
  const source = `(
    select o.customer_id, f.order_id, f.item_id, f.product_id, f.quantity, f.amount, f.line_status as status, f.line_returned_at as returned_at
    from fresh f join sale_orders o on o.order_id = f.order_id where not f.is_return and not f.is_empty)`;
  const columns = ['product_id', 'quantity', 'amount', ...also];
  return upsert(input, { table: 'order_items', key: ['customer_id', 'order_id', 'item_id'], columns }, source);
}

async function writeReturns(input: MergeInput): Promise<Written> {
  const columns = ['order_id', 'product_id', 'quantity', 'amount', 'returned_at'];
  const source = `(
    select customer_id, order_id || ':' || item_id as return_id, null::text as order_id, product_id,
           abs(quantity) as quantity, -amount as amount, placed_at as returned_at
    from fresh where is_return
    union all
    select customer_id, order_id || ':refunded', order_id, null, 0, refunded, coalesce(returned_at, cancelled_at, placed_at)
    from sale_orders where refunded > 0)`;
  return upsert(input, { table: 'returns', key: ['customer_id', 'return_id'], columns }, source);
}

/**
 * Lines that carry their order and their customer: transaction logs, invoice lines, order exports. An order is one with
 * the id that its rows share, or a row of its own; a negative line is a return, whose order nobody names.
 */
export async function mergeSales(input: MergeInput): Promise<Written> {
  await judge(input);
  await resolveOwners(input);
  await makeLines(input);
  await writePeopleAndProducts(input);
  const orders = await writeOrders(input);
  const lines = await writeLines(input);
  const returns = await writeReturns(input);
  const rows = await count(input.transaction, 'select count(*)::int as count from fresh');
  const isOrderLog = lines.inserted + lines.updated + returns.inserted + returns.updated === 0;
  const inserted = Math.min(rows, isOrderLog ? orders.inserted : lines.inserted + returns.inserted);
  if (inserted === rows) return { inserted, updated: 0 };
  // A row is changed when what it stands for was written without being new: its line, its return, or its order.
  const touched = await count(
    input.transaction,
    `select count(*)::int as count from fresh f
     left join sale_orders so on so.order_id = f.order_id
     left join orders o on o.customer_id = so.customer_id and o.order_id = f.order_id
     left join order_items i on i.customer_id = so.customer_id and i.order_id = f.order_id and i.item_id = f.item_id
     left join returns r on r.customer_id = f.customer_id and r.return_id = f.order_id || ':' || f.item_id
     where ${input.importId} in (o.import_id, i.import_id, r.import_id)`,
  );
  return { inserted: Math.min(inserted, touched), updated: Math.max(0, touched - inserted) };
}
