import type { Transaction } from '../database.js';

/** What a row of a file can be. */
export type EntityKey = 'customers' | 'products' | 'orders' | 'items' | 'transactions';

/** What became of the good rows of one file: each is kept as it is, repaired, or a duplicate; and what that did. */
export interface MergeCounts {
  readonly kept: number;
  readonly repaired: number;
  /** Rows that repeat an id of their own file; the last one counts. */
  readonly duplicate: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** A column of a table and the expression that fills it from the staging table `s`. */
interface Column {
  readonly name: string;
  readonly from: string;
}

interface Upsert {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** An empty cell leaves what is known: attributes of people and products come from several files. */
  readonly keepKnown: boolean;
}

const same = (name: string): Column => ({ name, from: `s.${name}` });
const cast = (name: string, type: string): Column => ({ name, from: `s.${name}::${type}` });
const LIFECYCLE_TIMES = ['shipped_at', 'delivered_at', 'cancelled_at', 'returned_at'].map((name) =>
  cast(name, 'timestamptz'),
);

/** Inserts the rows of `source` and updates those that differ; counts what it did. O(rows) with hash joins. */
async function upsert(
  transaction: Transaction,
  { table, key, columns, keepKnown }: Upsert,
  source: string,
  importId: number,
): Promise<{ inserted: number; updated: number }> {
  const names = [...key, ...columns.map((column) => column.name)];
  const next = (name: string) => (keepKnown ? `coalesce(excluded.${name}, t.${name})` : `excluded.${name}`);
  const changed =
    columns.length === 0
      ? 'false'
      : `(${columns.map(({ name }) => `t.${name}`).join(', ')}) is distinct from (${columns.map(({ name }) => next(name)).join(', ')})`;
  const assignments = [...columns.map(({ name }) => `${name} = ${next(name)}`), `import_id = ${importId}`];
  // xmax is 0 in a row version that nothing has updated: this statement inserted it.
  const [counts] = await transaction.unsafe<{ inserted: number; updated: number }[]>(`
    with written as (
      insert into ${table} as t (${names.join(', ')}, import_id)
      select ${names.join(', ')}, ${importId} from (${source}) as source
      on conflict (${key.join(', ')}) do update set ${assignments.join(', ')} where ${changed}
      returning (xmax = 0) as is_new
    )
    select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated from written`);
  return counts ?? { inserted: 0, updated: 0 };
}

const count = async (transaction: Transaction, query: string) =>
  (await transaction.unsafe<{ count: number }[]>(query))[0]?.count ?? 0;

/** Customers who are known by their orders only. */
async function addUnknownCustomers(transaction: Transaction, source: string, importId: number): Promise<void> {
  await transaction.unsafe(`
    insert into customers (customer_id, import_id)
    select distinct customer_id, ${importId} from ${source} where customer_id <> '' on conflict do nothing`);
}

/**
 * Orders and lines that stood under another customer until now move to the one that the file names. The customer who
 * loses one is marked as changed by this import.
 */
async function moveToCustomer(transaction: Transaction, source: string, importId: number): Promise<void> {
  await transaction.unsafe(`
    with moved as (
      delete from orders t using ${source} s
      where t.order_id = s.order_id and t.customer_id <> s.customer_id returning t.customer_id
    )
    update customers set import_id = ${importId} where customer_id in (select customer_id from moved)`);
  await transaction.unsafe(`
    with moved as (
      delete from order_items t using ${source} s
      where t.order_id = s.order_id and t.customer_id <> s.customer_id
      returning s.customer_id as owner, t.*
    )
    insert into order_items (customer_id, order_id, item_id, product_id, quantity, amount, status,
                             shipped_at, delivered_at, cancelled_at, returned_at, import_id)
    select owner, order_id, item_id, product_id, quantity, amount, status,
           shipped_at, delivered_at, cancelled_at, returned_at, import_id
    from moved on conflict do nothing`);
}

/** The last row of each id, and how many rows there were. */
async function latest(transaction: Transaction, key: string, select: string, from = 'staging s'): Promise<number> {
  await transaction.unsafe(`
    create temp table fresh on commit drop as
    select distinct on (${key}) s.repaired, ${select} from ${from} where s.problem is null order by ${key}, s.line desc`);
  await transaction.unsafe('analyze fresh');
  return count(transaction, 'select (select count(*) from staging where problem is null)::int as count');
}

async function mergeSimple(
  transaction: Transaction,
  table: string,
  key: string,
  columns: readonly Column[],
  importId: number,
): Promise<MergeCounts> {
  const select = [`s.${key}`, ...columns.map(({ name, from }) => `${from} as ${name}`)].join(', ');
  const rows = await latest(transaction, `s.${key}`, select);
  const written = await upsert(
    transaction,
    { table, key: [key], columns, keepKnown: true },
    'select * from fresh',
    importId,
  );
  return finish(transaction, rows, written);
}

async function finish(
  transaction: Transaction,
  rows: number,
  written: { inserted: number; updated: number },
): Promise<MergeCounts> {
  const distinct = await count(transaction, 'select count(*)::int as count from fresh');
  const repaired = await count(transaction, 'select count(*)::int as count from fresh where repaired');
  return {
    kept: distinct - repaired,
    repaired,
    duplicate: rows - distinct,
    ...written,
    unchanged: distinct - written.inserted - written.updated,
  };
}

async function mergeCustomers(transaction: Transaction, present: ReadonlySet<string>, importId: number) {
  const columns = [
    ...['email', 'first_name', 'last_name', 'gender', 'country', 'state', 'city', 'channel'].map(same),
    cast('age', 'int'),
    cast('registered_at', 'timestamptz'),
  ].filter(({ name }) => present.has(name));
  return mergeSimple(transaction, 'customers', 'customer_id', columns, importId);
}

async function mergeProducts(transaction: Transaction, present: ReadonlySet<string>, importId: number) {
  const columns = [
    ...['name', 'category', 'brand', 'department', 'sku'].map(same),
    cast('cost', 'numeric'),
    cast('list_price', 'numeric'),
  ].filter(({ name }) => present.has(name));
  return mergeSimple(transaction, 'products', 'product_id', columns, importId);
}

async function mergeOrders(transaction: Transaction, present: ReadonlySet<string>, importId: number) {
  const columns = [
    { name: 'status', from: "coalesce(s.status, 'placed')" },
    cast('placed_at', 'timestamptz'),
    ...LIFECYCLE_TIMES,
  ].filter(({ name }) => name === 'status' || present.has(name));
  const select = [
    's.order_id',
    "coalesce(s.customer_id, '') as customer_id",
    ...columns.map(({ name, from }) => `${from} as ${name}`),
  ].join(', ');
  const rows = await latest(transaction, 's.order_id', select);
  await addUnknownCustomers(transaction, 'fresh', importId);
  await moveToCustomer(transaction, 'fresh', importId);
  const written = await upsert(
    transaction,
    { table: 'orders', key: ['customer_id', 'order_id'], columns, keepKnown: false },
    'select * from fresh',
    importId,
  );
  return finish(transaction, rows, written);
}

/** The id of a row that has none: its content, and which of the identical rows of the file it is. */
const contentId = (parts: readonly string[]) => {
  const content = parts.map((part) => `coalesce(${part}, '')`).join(` || '|' || `);
  return `md5(${content}) || ':' || row_number() over (partition by ${content} order by s.line)`;
};

async function mergeItems(transaction: Transaction, present: ReadonlySet<string>, importId: number) {
  const columns = [
    same('product_id'),
    { name: 'quantity', from: 'coalesce(s.quantity, 1)' },
    { name: 'amount', from: 's.amount' },
    same('status'),
    ...LIFECYCLE_TIMES.map(({ name }) => same(name)),
  ].filter(({ name }) => ['quantity', 'amount'].includes(name) || present.has(name));
  const itemId = present.has('item_id')
    ? `coalesce(s.item_id, ${contentId(['s.order_id', 's.product_id', 's.unit_price', 's.quantity'])})`
    : contentId(['s.order_id', 's.product_id', 's.unit_price', 's.quantity']);
  // The order knows its customer best; a line whose order is not here yet keeps its own, or waits under ''.
  const source = `(
    select s.line, s.problem, s.repaired, s.order_id, ${itemId} as item_id, coalesce(o.customer_id, s.customer_id, '') as customer_id,
           s.product_id, s.quantity::int as quantity, s.unit_price::numeric * coalesce(s.quantity::int, 1) as amount, s.status,
           ${LIFECYCLE_TIMES.map(({ name, from }) => `${from} as ${name}`).join(', ')}
    from staging s left join orders o on o.order_id = s.order_id
    where s.problem is null
  ) as s`;
  const select = [
    's.customer_id',
    's.order_id',
    's.item_id',
    ...columns.map(({ name, from }) => `${from} as ${name}`),
  ].join(', ');
  const rows = await latest(transaction, 's.order_id, s.item_id', select, source);
  await transaction.unsafe(`
    delete from order_items t using fresh s
    where t.order_id = s.order_id and t.item_id = s.item_id and t.customer_id <> s.customer_id`);
  const written = await upsert(
    transaction,
    { table: 'order_items', key: ['customer_id', 'order_id', 'item_id'], columns, keepKnown: false },
    'select * from fresh',
    importId,
  );
  return finish(transaction, rows, written);
}

/** A transaction becomes an order with one line. */
async function mergeTransactions(transaction: Transaction, present: ReadonlySet<string>, importId: number) {
  const orderId = contentId(['s.customer_id', 's.placed_at', 's.quantity', 's.amount', 's.product_id']);
  const source = `(
    select s.*, ${present.has('order_id') ? `coalesce(s.order_id, ${orderId})` : orderId} as own_id
    from staging s where s.problem is null
  ) as s`;
  const people = ['email', 'first_name', 'last_name'].map(same).filter(({ name }) => present.has(name));
  const rows = await latest(
    transaction,
    's.own_id',
    `s.own_id as order_id, s.customer_id, s.placed_at::timestamptz as placed_at, s.product_id,
     coalesce(s.quantity::int, 1) as quantity, s.amount::numeric as amount, 'delivered' as status
     ${people.map(({ name, from }) => `, ${from} as ${name}`).join('')}`,
    source,
  );
  const customers = `select distinct on (customer_id) ${['customer_id', ...people.map(({ name }) => name)].join(', ')} from fresh order by customer_id, placed_at desc`;
  await upsert(
    transaction,
    { table: 'customers', key: ['customer_id'], columns: people, keepKnown: true },
    customers,
    importId,
  );
  await moveToCustomer(transaction, 'fresh', importId);
  const orders = await upsert(
    transaction,
    {
      table: 'orders',
      key: ['customer_id', 'order_id'],
      columns: ['status', 'placed_at'].map(same),
      keepKnown: false,
    },
    'select * from fresh',
    importId,
  );
  await upsert(
    transaction,
    {
      table: 'order_items',
      key: ['customer_id', 'order_id', 'item_id'],
      columns: ['product_id', 'quantity', 'amount'].map(same),
      keepKnown: false,
    },
    `select *, '1' as item_id from fresh`,
    importId,
  );
  return finish(transaction, rows, orders);
}

const MERGES: Readonly<
  Record<EntityKey, (transaction: Transaction, present: ReadonlySet<string>, importId: number) => Promise<MergeCounts>>
> = {
  customers: mergeCustomers,
  products: mergeProducts,
  orders: mergeOrders,
  items: mergeItems,
  transactions: mergeTransactions,
};

/**
 * Moves the rows of the staging table into the shop's tables and its problems into quarantine.
 * @param present the fields that the file has; columns of others keep their values
 */
export async function mergeStaging(
  transaction: Transaction,
  entity: EntityKey,
  present: ReadonlySet<string>,
  importId: number,
): Promise<MergeCounts> {
  await transaction.unsafe('analyze staging');
  await transaction.unsafe(`
    insert into quarantined_rows (import_id, line, field, value, reason)
    select ${importId}, line, problem_field, problem_value, problem from staging where problem is not null
    on conflict do nothing`);
  return MERGES[entity](transaction, present, importId);
}
