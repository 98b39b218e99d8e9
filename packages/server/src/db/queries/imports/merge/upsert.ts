import type { Transaction } from '../../../database.js';

/** A column of a table and the expression that fills it from the staging table `s`. */
export interface Column {
  readonly name: string;
  readonly from: string;
}

export const same = (name: string): Column => ({ name, from: `s.${name}` });
export const LIFECYCLE_TIMES = ['shipped_at', 'delivered_at', 'cancelled_at', 'returned_at'].map(same);

/** What is given to the merge of an entity. */
export interface MergeInput {
  readonly transaction: Transaction;
  readonly importId: number;
  /** The fields that the file has; columns of others keep their values. */
  readonly present: ReadonlySet<string>;
  /** The digits behind the point of the shop's currency, 2 when left out. */
  readonly digits?: number;
  /** Earlier imports of the same call: what they brought of an order and this one does not is of the same order. */
  readonly siblings?: readonly number[];
}

/** Orders that a file replaces and of which nobody says which version is newer. */
export interface ReplacedOrders {
  readonly orders: number;
  /** Of these, the ones that another file of the same call holds. */
  readonly sameCall: number;
  /** Up to three of their ids. */
  readonly examples: readonly string[];
}

export interface Written {
  readonly inserted: number;
  readonly updated: number;
  readonly replaced?: ReplacedOrders;
}

interface Upsert {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** An empty cell leaves what is known: attributes of people and products come from several files. */
  readonly keepKnown?: boolean;
  /** Rows carry `version`: an older one changes nothing. */
  readonly versioned?: boolean;
}

export async function count(transaction: Transaction, query: string): Promise<number> {
  return (await transaction.unsafe<{ count: number }[]>(query))[0]?.count ?? 0;
}

/**
 * Updates the rows that differ, then inserts those that are missing. Two plain statements spare the speculative insert of
 * ON CONFLICT, and no other import writes meanwhile: the caller holds the merge lock.
 * @param source a table or a parenthesised select with the key and the columns, one row a key
 */
export async function upsert(
  { transaction, importId }: MergeInput,
  { table, key, columns, keepKnown = false, versioned = false }: Upsert,
  source: string,
): Promise<Written> {
  const keys = key.map((name) => `t.${name} = s.${name}`).join(' and ');
  const [known] = await transaction.unsafe<{ exists: boolean }[]>(`select exists (select from ${table}) as exists`);
  let updated = 0;
  if (known?.exists === true && columns.length > 0) {
    const next = (name: string) => (keepKnown ? `coalesce(s.${name}, t.${name})` : `s.${name}`);
    const changed = `(${columns.map((name) => `t.${name}`).join(', ')}) is distinct from (${columns.map(next).join(', ')})`;
    const isNewer = versioned ? 'and (t.version is null or s.version is null or s.version >= t.version)' : '';
    const assignments = columns.map((name) => `${name} = ${next(name)}`).join(', ');
    const result = await transaction.unsafe(`
      update ${table} t set ${assignments}, import_id = ${importId} from ${source} s
      where ${keys} and ${changed} ${isNewer}`);
    updated = result.count;
  }
  const names = [...key, ...columns].join(', ');
  const missing = known?.exists === true ? `where not exists (select from ${table} t where ${keys})` : '';
  const insert = () =>
    transaction.unsafe(
      `insert into ${table} (${names}, import_id) select ${names}, ${importId} from ${source} s ${missing}`,
    );
  const isFirstLoad = known?.exists !== true && (await isLarge(transaction, source));
  const result = isFirstLoad ? await withoutIndexes(transaction, table, insert) : await insert();
  return { inserted: result.count, updated };
}

/** From this many rows on, an index is made faster than it grows. */
const LARGE_LOAD = 50_000;

const isLarge = async (transaction: Transaction, source: string) =>
  (await count(
    transaction,
    `select count(*)::int as count from (select from ${source} s limit ${LARGE_LOAD}) as first_rows`,
  )) >= LARGE_LOAD;

/**
 * Does the first load of an empty table without its indexes and makes them anew from the whole: a third of the time.
 * Who reads the table waits until the import commits; there is nothing in it to read.
 */
async function withoutIndexes<T>(transaction: Transaction, table: string, load: () => Promise<T>): Promise<T> {
  const keys = await transaction<{ name: string; definition: string }[]>`
    select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = ${table}::regclass and contype = 'p'`;
  const indexes = await transaction<{ name: string; definition: string }[]>`
    select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = ${table}::regclass and not i.indisprimary`;
  for (const { name } of keys)
    await transaction`alter table ${transaction(table)} drop constraint ${transaction(name)}`;
  for (const { name } of indexes) await transaction`drop index ${transaction(name)}`;
  const result = await load();
  for (const { name, definition } of keys) {
    await transaction.unsafe(`alter table ${table} add constraint "${name}" ${definition}`);
  }
  for (const { definition } of indexes) await transaction.unsafe(definition);
  return result;
}

/**
 * Makes the temporary table `fresh`: the last good row of each key of the staging table.
 * @param from the staging table as `s`, or a select over it that carries `line` and `repaired`
 */
export async function makeFresh(
  transaction: Transaction,
  key: string,
  select: readonly string[],
  from = 'staging s',
): Promise<void> {
  await transaction.unsafe(`
    create temp table fresh on commit drop as
    select distinct on (${key}) s.repaired, ${select.join(', ')} from ${from}
    where s.problem is null order by ${key}, s.line desc`);
  await transaction.unsafe('analyze fresh');
}

/** Customers who are known by what they did only. */
export async function addUnknownCustomers({ transaction, importId }: MergeInput, source: string): Promise<void> {
  await transaction.unsafe(`
    insert into customers (customer_id, import_id)
    select distinct s.customer_id, ${importId} from ${source} s
    where s.customer_id <> '' and not exists (select from customers c where c.customer_id = s.customer_id)`);
}

/**
 * Orders, lines and returns that stood under another customer until now, or waited for their order under none, move to the
 * one that the file names. The customer who loses one is marked as changed by this import.
 */
export async function moveToCustomer({ transaction, importId }: MergeInput, source: string): Promise<void> {
  await transaction.unsafe(`
    with moved as (
      delete from orders t using ${source} s
      where t.order_id = s.order_id and t.customer_id <> s.customer_id returning t.customer_id
    )
    update customers set import_id = ${importId} where customer_id in (select customer_id from moved)`);
  for (const [table, marked] of [
    ['order_items', 't.import_id'],
    ['returns', String(importId)],
  ] as const) {
    const columns = await columnsBesideOwner(transaction, table);
    await transaction.unsafe(`
      with moved as (
        delete from ${table} t using ${source} s
        where t.order_id = s.order_id and t.customer_id <> s.customer_id
        returning s.customer_id as owner, ${marked} as marked_by, t.*
      )
      insert into ${table} (customer_id, import_id, ${columns})
      select owner, marked_by, ${columns} from moved on conflict do nothing`);
  }
}

/** The columns of a table of a customer's rows, without whose they are and which import wrote them last. */
export async function columnsBesideOwner(transaction: Transaction, table: string): Promise<string> {
  const columns = await transaction<{ name: string }[]>`
    select quote_ident(column_name) as name from information_schema.columns
    where table_schema = current_schema() and table_name = ${table} and column_name not in ('customer_id', 'import_id')`;
  return columns.map(({ name }) => name).join(', ');
}

/** The id of a row that has none: its content, and which of the identical rows of the file it is. */
export function contentId(parts: readonly string[]): string {
  const content = parts.map((part) => `coalesce((${part})::text, '')`).join(` || '|' || `);
  return `md5(${content}) || ':' || row_number() over (partition by ${content} order by s.line)`;
}

/** The id of an order's line that has none: its product, and which of the order's lines of that product it is. */
export const lineId = (orderId: string, also = '') =>
  `coalesce(s.product_id, '') || ':' || row_number() over (partition by ${orderId}, s.product_id${also} order by s.line)`;

/** An amount in the shop's currency. */
export const inShopCurrency = (amount: string) => `${amount} * coalesce(s.rate, 1)`;
