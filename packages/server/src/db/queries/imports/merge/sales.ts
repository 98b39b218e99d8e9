import { IS_RETURN, ROW_MONEY } from '../sums.js';
import { quarantineGaps } from './documents.js';
import { markGiftCards, settleMoney, statesMoney } from './money.js';
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
  type ReplacedOrders,
  upsert,
  type Written,
} from './upsert.js';

const PEOPLE = ['email', 'first_name', 'last_name', 'country'];
const TIMES = LIFECYCLE_TIMES.map(({ name }) => name);
/** What an order states beside its status and its times, each the same in all of its rows. */
const ORDER_TEXTS = ['channel', 'ship_country', 'ship_region', 'carrier'];
const ORDER_TIMES = ['paid_at', 'promised_at'];
/** Money that an order states, by the column of `orders`. */
const ORDER_MONEY = {
  discount: 'order_discount',
  tax: 'tax',
  shipping: 'shipping',
  tip: 'tip',
  total_stated: 'order_total',
} as const;
/** Cells that decide what a line is worth. */
const MONEY_CELLS = [
  'line_discount',
  'order_discount',
  'order_total',
  'subtotal',
  'tax',
  'shipping',
  'tip',
  'gift_card_paid',
  'tax_included',
];

/** Makes `fresh`: the good rows with the ids of their order and their line, their amount, and what they are. */
async function makeLines({ transaction, present }: MergeInput): Promise<void> {
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
  const ownLineId = `case when ${IS_RETURN} then '-' else '' end || ${lineId('s.order_id', `, ${IS_RETURN}`)}`;
  const itemId = present.has('order_id') ? ownLineId : "'1'";
  const namesItems = present.has('item_id');
  const has = (name: string) => present.has(name);
  const kept = [
    ...[...TIMES, ...PEOPLE, 'category', 'version', 'status', 'line_status', 'line_returned_at'],
    ...['guest', 'product_name', 'product_id', 'placed_at', 'gift_card'],
    ...['payment_status', 'refunded_at', 'coupons', 'currency', ...ORDER_TEXTS, ...ORDER_TIMES].filter(has),
    ...['variant', 'brand', 'size', 'colour', 'list_price', 'return_reason'].filter(has),
    ...(statesMoney(present) ? MONEY_CELLS : []),
  ];
  const worth = statesMoney(present)
    ? [
        `${ROW_MONEY.gross} as gross`,
        `${ROW_MONEY.lineDiscount} as open_discount`,
        `nullif(abs(coalesce(s.line_discount, 0)) - ${ROW_MONEY.lineDiscount}, 0) * coalesce(s.rate, 1) as discount`,
      ]
    : [];
  // Ids that were made here are unique as they are; ids of the file may repeat, and then the last row counts.
  await transaction.unsafe(`
    create temp table ${namesItems ? 'sale_lines' : 'fresh'} on commit drop as
    select s.line, s.repaired, s.problem, coalesce(s.customer_id, '') as customer_id, ${orderId} as order_id,
           ${namesItems ? `coalesce(s.item_id, ${itemId})` : itemId} as item_id,
           coalesce(s.quantity, 1) as quantity, ${inShopCurrency(`coalesce(${ROW_MONEY.gross}, 0)`)} as amount,
           abs(s.refunded) * coalesce(s.rate, 1) as refunded, coalesce(s.rate, 1) as rate, ${IS_RETURN} as is_return,
           -- An order of which no line is known yet.
           s.amount is null and s.unit_price is null as is_empty,
           ${[...kept.map((name) => `s.${name}`), ...worth].join(', ')}
    from staging s where s.problem is null`);
  if (namesItems) {
    const columns = [
      ...[
        'line',
        'customer_id',
        'order_id',
        'item_id',
        'quantity',
        'amount',
        'refunded',
        'rate',
        'is_return',
        'is_empty',
      ],
      ...kept,
      ...(worth.length > 0 ? ['gross', 'open_discount', 'discount'] : []),
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
  const described = ['product_name', ...['category', 'brand'].filter((name) => input.present.has(name))];
  const columns = described.map((name) => (name === 'product_name' ? 'name' : name));
  const source = `(select product_id, product_name as name${columns
    .slice(1)
    .map((name) => `, ${name}`)
    .join('')} from ${lastRows('product_id', described)} as last)`;
  await upsert(input, { table: 'products', key: ['product_id'], columns, keepKnown: true }, source);
}

/** What became of an order by what it says of itself and of its payment; an order that is not paid for is pending. */
function statusOf(present: ReadonlySet<string>): string {
  const first = (name: string) => `(array_agg(${name} order by line) filter (where ${name} is not null))[1]`;
  const status = present.has('status') ? first('status') : 'null::text';
  if (!present.has('payment_status')) return `coalesce(${status}, 'delivered')`;
  const payment = first('payment_status');
  return `case when ${status} in ('cancelled', 'returned', 'refunded') then ${status}
               when ${payment} in ('pending', 'cancelled', 'returned', 'refunded') then ${payment}
               else coalesce(${status}, 'delivered') end`;
}

/** Makes `sale_orders`: the orders of `fresh`, without those of which a newer version is here. */
async function makeOrders({ transaction, present }: MergeInput): Promise<void> {
  const has = (name: string) => present.has(name);
  const stated = Object.entries(ORDER_MONEY).filter(([, name]) => has(name));
  const most = [
    ...[...ORDER_TEXTS, ...ORDER_TIMES, 'refunded_at'].filter(has).map((name) => `max(${name}) as ${name}`),
    ...stated.map(([column, name]) => {
      const value = column === 'discount' ? `abs(${name})` : name;
      return `case when min(${name}) is distinct from max(${name}) then sum(${value}) else max(${value}) end * max(rate) as ${column}`;
    }),
    ...(has('coupons') ? [`regexp_split_to_array(max(coupons), '\\s*[,;|]\\s*') as coupons`] : []),
    ...(has('currency')
      ? ['case when max(rate) <> 1 then max(currency) end as currency', 'nullif(max(rate), 1) as rate']
      : []),
  ];
  await transaction.unsafe(`
    create temp table sale_orders on commit drop as
    select order_id, min(customer_id) as customer_id, min(guest) as guest, min(placed_at) as placed_at, max(version) as version, ${statusOf(present)} as status,
           ${TIMES.map((name) => `max(${name}) as ${name}`).join(', ')},
           case when min(refunded) is distinct from max(refunded) then sum(refunded) else max(refunded) end as refunded,
           sum(amount) as worth, bool_or(not is_empty) as has_lines, null::timestamptz as came_back_at
           ${most.map((column) => `, ${column}`).join('')}
    from fresh where not is_return group by order_id`);
  await transaction.unsafe('analyze sale_orders');
  if (has('version')) {
    await transaction`
      delete from sale_orders s using orders o where o.order_id = s.order_id and o.version > s.version`;
  }
  await transaction`
    update sale_orders s set came_back_at = r.at
    from (select order_id, max(placed_at) as at from fresh where is_return group by order_id) as r where r.order_id = s.order_id`;
  // An order that names nobody is the one's whom it named before.
  await transaction`
    update sale_orders s set customer_id = o.customer_id, guest = o.guest from orders o
    where s.customer_id = '' and o.order_id = s.order_id and o.customer_id <> ''`;
  // A refund of some of it is dated by what stands beside it; the order itself did not come back.
  const refundedAt = has('refunded_at')
    ? 'coalesce(s.returned_at, s.refunded_at, s.came_back_at)'
    : 'coalesce(s.returned_at, s.came_back_at)';
  await transaction.unsafe(`
    update sale_orders s set
      came_back_at = coalesce(${has('refunded_at') ? 's.refunded_at, ' : ''}s.returned_at, s.cancelled_at, s.came_back_at, s.placed_at),
      returned_at = case when s.status in ('returned', 'refunded') then ${refundedAt}
                         when s.refunded < s.worth then null else s.returned_at end
    where s.refunded is not null or s.status in ('returned', 'refunded')`);
}

async function writeOrders(input: MergeInput): Promise<Written> {
  await moveToCustomer(input, 'sale_orders');
  const has = (name: string) => input.present.has(name);
  const saysReturned = has('returned_at') || has('status') || has('payment_status');
  const also = [
    ...TIMES.filter((name) => has(name) || (name === 'returned_at' && saysReturned)),
    ...['version', ...ORDER_TEXTS, ...ORDER_TIMES, 'coupons', 'currency'].filter(has),
    ...Object.entries(ORDER_MONEY).flatMap(([column, name]) => (has(name) ? [column] : [])),
    ...(has('currency') ? ['rate'] : []),
    ...(has('email') || has('customer_id') ? ['guest'] : []),
  ];
  const known = { table: 'orders', key: ['customer_id', 'order_id'], columns: ['status', 'placed_at', ...also] };
  return upsert(input, { ...known, versioned: also.includes('version') }, 'sale_orders');
}

async function writeLines(input: MergeInput): Promise<Written> {
  const has = (name: string) => input.present.has(name);
  const also = ['variant', 'size', 'colour'].filter(has).map((name) => [name, `f.${name}`] as const);
  const columns: Readonly<Record<string, string>> = {
    product_id: 'f.product_id',
    quantity: 'f.quantity',
    amount: 'f.amount',
    ...Object.fromEntries(also),
    ...(has('list_price') ? { list_price: 'f.list_price * f.rate' } : {}),
    ...(statesMoney(input.present) ? { discount: 'f.discount' } : {}),
    ...(has('gift_card') || has('product_name') ? { gift_card: 'f.gift_card' } : {}),
    ...(has('line_status') ? { status: 'f.line_status' } : {}),
    ...(has('line_returned_at') ? { returned_at: 'f.line_returned_at' } : {}),
  };
  const source = `(
    select o.customer_id, f.order_id, f.item_id, ${Object.entries(columns)
      .map(([name, from]) => `${from} as ${name}`)
      .join(', ')}
    from fresh f join sale_orders o on o.order_id = f.order_id where not f.is_return and not f.is_empty)`;
  const key = ['customer_id', 'order_id', 'item_id'];
  return upsert(input, { table: 'order_items', key, columns: Object.keys(columns) }, source);
}

/** A negative row belongs to its order where that is here; else it counts on its own day. */
async function writeReturns(input: MergeInput): Promise<Written> {
  const has = (name: string) => input.present.has(name);
  const columns = [
    'order_id',
    'product_id',
    'quantity',
    'amount',
    'returned_at',
    ...(has('return_reason') ? ['reason'] : []),
  ];
  const source = `(
    select coalesce(so.customer_id, o.customer_id, f.customer_id) as customer_id, f.order_id || ':' || f.item_id as return_id,
           coalesce(so.order_id, o.order_id) as order_id, f.product_id, abs(f.quantity) as quantity, -f.amount as amount,
           f.placed_at as returned_at ${has('return_reason') ? ', f.return_reason as reason' : ''}
    from fresh f left join sale_orders so on so.order_id = f.order_id left join orders o on o.order_id = f.order_id
    where f.is_return
    union all
    select customer_id, order_id || ':refunded', order_id, null, 0, refunded, came_back_at ${has('return_reason') ? ', null' : ''}
    from sale_orders where refunded > 0)`;
  await input.transaction.unsafe(`create temp table sale_returns on commit drop as select * from ${source} as rows`);
  await input.transaction.unsafe(`
    delete from returns t using sale_returns s where t.return_id = s.return_id and t.customer_id <> s.customer_id`);
  return upsert(input, { table: 'returns', key: ['customer_id', 'return_id'], columns }, 'sale_returns');
}

/** Returns that came before their order go to it. */
async function attachReturns({ transaction, importId }: MergeInput): Promise<void> {
  await transaction`
    update returns r set order_id = o.order_id, import_id = ${importId} from sale_orders o
    where r.order_id is null and o.order_id = substring(r.return_id from '^(.*):-.*:[0-9]+$') and r.customer_id = o.customer_id`;
}

/**
 * Takes away what the orders of the file had before and have no more: lines that were removed, a refund that was undone.
 * Lines of other files of the same call stay, as a call may cut an order in two. Refunds of their own stay too.
 */
async function replaceDocuments({ transaction, importId, siblings = [] }: MergeInput): Promise<void> {
  await transaction`
    create temp table replaced on commit drop as
    with gone as (
      delete from order_items t using sale_orders o
      where t.order_id = o.order_id and o.has_lines and not (t.import_id = any(${[...siblings]}))
        and not exists (select from fresh f where f.order_id = t.order_id and f.item_id = t.item_id and not f.is_return)
      returning t.order_id
    ),
    undone as (
      delete from returns t using (
        select r.return_id, r.customer_id from sale_orders o join returns r on r.order_id = o.order_id
        left join before_document b on b.order_id = r.order_id and b.import_id = r.import_id
        where starts_with(r.return_id, o.order_id || ':') and not (r.import_id = any(${[...siblings]}))
          and (r.return_id = o.order_id || ':refunded' or b.order_id is not null)
          and not exists (select from sale_returns s where s.return_id = r.return_id)
      ) as u
      where t.return_id = u.return_id and t.customer_id = u.customer_id
      returning t.order_id
    )
    select order_id from gone union select order_id from undone`;
  await transaction`
    update orders o set import_id = ${importId} from replaced r where o.order_id = r.order_id and o.import_id <> ${importId}`;
}

/** Orders that this file changed and an earlier one held too, where neither says which is newer. */
async function readReplaced({
  transaction,
  importId,
  present,
  siblings = [],
}: MergeInput): Promise<ReplacedOrders | undefined> {
  if (present.has('version')) {
    const [versions] = await transaction<
      { exist: boolean }[]
    >`select exists (select from sale_orders where version is not null) as exist`;
    if (versions?.exist === true) return undefined;
  }
  const [row] = await transaction<{ orders: number; sameCall: number; examples: string[] }[]>`
    select count(*)::float8 as orders, count(*) filter (where in_call)::float8 as "sameCall", coalesce((array_agg(order_id order by order_id))[1:3], '{}') as examples
    from (
      select b.order_id, bool_or(b.import_id = any(${[...siblings]})) as in_call
      from before_document b join (
        select order_id from orders where import_id = ${importId}
        union select order_id from order_items where import_id = ${importId}
        union select order_id from returns where import_id = ${importId} and order_id is not null
      ) as w on w.order_id = b.order_id
      where b.import_id <> ${importId} group by b.order_id
    ) as changed`;
  return row === undefined || row.orders === 0 ? undefined : row;
}

/** Notes by which imports the orders of the file came, before they are written. */
async function noteBefore({ transaction }: MergeInput): Promise<boolean> {
  await transaction`
    create temp table before_document on commit drop as
    select order_id, import_id from (
      select o.order_id, o.import_id from orders o join sale_orders s on s.order_id = o.order_id
      union
      select i.order_id, i.import_id from order_items i join sale_orders s on s.order_id = i.order_id
    ) as imports`;
  await transaction`analyze before_document`;
  const [known] = await transaction<{ exist: boolean }[]>`select exists (select from before_document) as exist`;
  return known?.exist === true;
}

/**
 * Lines that carry their order and their customer: transaction logs, invoice lines, order exports. An order is one with
 * the id that its rows share, or a row of its own; a negative line came back from its order. The rows were made whole before
 * (`completeDocuments`); which of them say nothing is known now. What the file says of an order replaces what was here of it.
 */
export async function mergeSales(input: MergeInput): Promise<Written> {
  await quarantineGaps(input.transaction);
  await resolveOwners(input);
  await makeLines(input);
  await settleMoney(input);
  await markGiftCards(input);
  await writePeopleAndProducts(input);
  await makeOrders(input);
  const wasHere = await noteBefore(input);
  const orders = await writeOrders(input);
  const lines = await writeLines(input);
  const returns = await writeReturns(input);
  await attachReturns(input);
  if (wasHere) await replaceDocuments(input);
  const replaced = wasHere ? await readReplaced(input) : undefined;
  const rows = await count(input.transaction, 'select count(*)::int as count from fresh');
  const isOrderLog = lines.inserted + lines.updated + returns.inserted + returns.updated === 0;
  const inserted = Math.min(rows, isOrderLog ? orders.inserted : lines.inserted + returns.inserted);
  if (inserted === rows) return { inserted, updated: 0, replaced };
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
  return { inserted: Math.min(inserted, touched), updated: Math.max(0, touched - inserted), replaced };
}
