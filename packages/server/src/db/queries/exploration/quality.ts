import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { momentLiteral } from '../orders/order-facts.js';
import { type ExplorationScope, membersOf, readSets } from './scope.js';

/** How often a column is empty. */
export interface MissingValues {
  readonly table: string;
  readonly column: string;
  /** The rows that are expected to have it. */
  readonly base: string;
  readonly rows: number;
  readonly missing: number;
  /** missing / rows; null without a row. */
  readonly share: number | null;
}

interface Expected {
  readonly column: string;
  readonly base: string;
  /** A condition on a row `t`: whether it should have a value. */
  readonly when: string;
  readonly empty?: string;
}

const always = (base: string, ...columns: string[]): Expected[] =>
  columns.map((column) => ({ column, base, when: 'true' }));
const reached = (column: string, base: string, ...statuses: string[]): Expected => ({
  column,
  base,
  when: `t.status in (${statuses.map((status) => `'${status}'`).join(', ')})`,
});
const stations = (rows: string): Expected[] => [
  reached('shipped_at', `${rows} that were shipped by their status`, 'shipped', 'delivered', 'returned', 'refunded'),
  reached('delivered_at', `${rows} that were delivered by their status`, 'delivered', 'returned', 'refunded'),
  reached('cancelled_at', `${rows} that were cancelled by their status`, 'cancelled'),
  reached('returned_at', `${rows} that came back by their status`, 'returned', 'refunded'),
];

/** THE LIST of columns whose gaps are counted. A time that a row has not reached yet is not missing. */
const COLUMNS: Readonly<Record<string, readonly Expected[]>> = {
  customers: always(
    'customers',
    ...['email', 'first_name', 'last_name', 'age', 'gender', 'country', 'state', 'city', 'channel', 'registered_at'],
  ),
  products: always('products', 'name', 'category', 'brand', 'department', 'sku', 'cost', 'list_price'),
  orders: [{ column: 'customer_id', base: 'orders', when: 'true', empty: "t.customer_id = ''" }, ...stations('orders')],
  order_items: [
    ...always('lines', 'product_id'),
    { column: 'status', base: 'lines', when: 'true' },
    ...stations('lines'),
  ],
};

/** Rows of customers who are in the scope; every row, also that of nobody, where it has no condition. */
const ofMembers = (scope: ExplorationScope, alias: string): SQL =>
  scope.where === undefined ? sql`true` : sql.raw(`${alias}.customer_id in (select customer_id from members)`);

/** Missing values by table and column, of the tables as they are now; products are always all of them. */
export async function readMissingValues(database: Database, scope: ExplorationScope): Promise<MissingValues[]> {
  const tables = Object.entries(COLUMNS).map(([table, columns]) => {
    const counts = columns.map(({ column, when, empty }) => {
      const isEmpty = empty ?? `t.${column} is null`;
      return `count(*) filter (where ${when})::float8, count(*) filter (where (${when}) and ${isEmpty})::float8`;
    });
    const condition = table === 'products' ? sql`true` : ofMembers(scope, 't');
    const people = table === 'customers' ? sql.raw(` and t.customer_id <> ''`) : sql.empty();
    return sql`select ${sql.raw(`'${table}'`)} as name, array[${sql.raw(counts.join(', '))}] as counts
      from ${sql.raw(table)} t where ${condition}${people}`;
  });
  const rows = await readSets<{ name: string; counts: number[] }>(
    database,
    sql`with ${membersOf(scope)} ${sql.join(tables, sql` union all `)}`,
  );
  return Object.entries(COLUMNS).flatMap(([table, columns]) => {
    const counts = rows.find(({ name }) => name === table)?.counts ?? [];
    return columns.map(({ column, base }, i) => {
      const total = counts[2 * i] ?? 0;
      const missing = counts[2 * i + 1] ?? 0;
      return { table, column, base, rows: total, missing, share: total === 0 ? null : missing / total };
    });
  });
}

/** What contradicts itself or leads nowhere. */
export interface Inconsistencies {
  readonly ordersWithoutLines: number;
  readonly ordersWithoutCustomer: number;
  readonly linesWithoutOrder: number;
  readonly linesWithUnknownProduct: number;
  readonly linesWithoutAmount: number;
  readonly linesWithNegativeAmount: number;
  readonly customersWithoutOrders: number;
  readonly customersSharingEmail: number;
  readonly ordersAfterMoment: number;
  readonly shippedBeforePlaced: number;
  readonly deliveredBeforeShipped: number;
  readonly returnedBeforeDelivered: number;
}

/** Counts what does not fit together in the tables as they are now. */
export async function readInconsistencies(database: Database, scope: ExplorationScope): Promise<Inconsistencies> {
  const ofOrder = ofMembers(scope, 'o');
  const ofLine = ofMembers(scope, 'i');
  const ofCustomer = ofMembers(scope, 'c');
  const [row] = await readSets<Inconsistencies>(
    database,
    sql`
    with ${membersOf(scope)},
    of_orders as (
      select count(*) filter (where not exists (
               select from order_items i where i.customer_id = o.customer_id and i.order_id = o.order_id)) as without_lines,
             count(*) filter (where o.customer_id = '') as without_customer,
             count(*) filter (where o.placed_at >= ${sql.raw(momentLiteral(scope.facts.asOf))}) as after_moment,
             count(*) filter (where o.shipped_at < o.placed_at) as shipped_before_placed,
             count(*) filter (where o.delivered_at < o.shipped_at) as delivered_before_shipped,
             count(*) filter (where o.returned_at < o.delivered_at) as returned_before_delivered
      from orders o where ${ofOrder}
    ),
    of_lines as (
      select count(*) filter (where not exists (
               select from orders o where o.customer_id = i.customer_id and o.order_id = i.order_id)) as without_order,
             count(*) filter (where i.product_id is not null and not exists (
               select from products p where p.product_id = i.product_id)) as unknown_product,
             count(*) filter (where i.amount = 0) as without_amount, count(*) filter (where i.amount < 0) as negative_amount
      from order_items i where ${ofLine}
    ),
    of_customers as (
      select count(*) filter (where not exists (select from orders o where o.customer_id = c.customer_id)) as without_orders
      from customers c where c.customer_id <> '' and ${ofCustomer}
    ),
    shared as (
      select coalesce(sum(people), 0) as people
      from (select count(*) as people from customers c where c.email is not null and ${ofCustomer} group by lower(c.email)) as mails
      where people > 1
    )
    select without_lines::float8 as "ordersWithoutLines", without_customer::float8 as "ordersWithoutCustomer",
           without_order::float8 as "linesWithoutOrder", unknown_product::float8 as "linesWithUnknownProduct",
           without_amount::float8 as "linesWithoutAmount", negative_amount::float8 as "linesWithNegativeAmount",
           without_orders::float8 as "customersWithoutOrders", people::float8 as "customersSharingEmail",
           after_moment::float8 as "ordersAfterMoment", shipped_before_placed::float8 as "shippedBeforePlaced",
           delivered_before_shipped::float8 as "deliveredBeforeShipped", returned_before_delivered::float8 as "returnedBeforeDelivered"
    from of_orders cross join of_lines cross join of_customers cross join shared`,
  );
  return row!;
}

/** What all imports met. A file that came twice is counted twice. */
export interface ImportQuality {
  readonly imports: number;
  readonly failed: number;
  readonly rowsRead: number;
  readonly rowsKept: number;
  readonly rowsRepaired: number;
  readonly rowsQuarantined: number;
  readonly rowsDuplicate: number;
  readonly unknownStatuses: readonly NamedCount[];
  readonly repairs: readonly NamedCount[];
}

export interface NamedCount {
  readonly name: string;
  readonly count: number;
}

export async function readImportQuality(database: Database): Promise<ImportQuality> {
  const named = (key: string) =>
    sql.raw(`(
      select coalesce(json_agg(json_build_object('name', name, 'count', count) order by count desc, name), '[]')
      from (select name, sum(value::float8) as count
            from imports cross join lateral jsonb_each_text(case when jsonb_typeof(details -> '${key}') = 'object' then details -> '${key}' else '{}' end) as entry(name, value)
            where state = 'done' group by name) as counts
    )`);
  const [row] = await readSets<ImportQuality>(
    database,
    sql`
    select count(*)::float8 as imports, count(*) filter (where state = 'failed')::float8 as failed,
           coalesce(sum(rows_read), 0)::float8 as "rowsRead", coalesce(sum(rows_kept), 0)::float8 as "rowsKept",
           coalesce(sum(rows_repaired), 0)::float8 as "rowsRepaired", coalesce(sum(rows_quarantined), 0)::float8 as "rowsQuarantined",
           coalesce(sum(rows_duplicate), 0)::float8 as "rowsDuplicate",
           ${named('unknownStatuses')} as "unknownStatuses", ${named('repairs')} as repairs
    from imports`,
  );
  return row!;
}

export interface QuarantineReason {
  readonly reason: string;
  readonly reasonKind: string | null;
  readonly reasonValues: unknown;
  readonly field: string;
  readonly rows: number;
  /** A value that was refused so; null where the cell was empty. */
  readonly example: string | null;
}

/** Quarantined rows of all imports by reason and field, the most frequent first. */
export async function readQuarantineReasons(database: Database, first: number): Promise<QuarantineReason[]> {
  return readSets<QuarantineReason>(
    database,
    sql`
    select reason, max(reason_kind) as "reasonKind", (array_agg(reason_values) filter (where reason_values is not null))[1] as "reasonValues",
           field, count(*)::float8 as rows, min(value) as example
    from quarantined_rows group by reason, field order by count(*) desc, reason, field limit ${first}`,
  );
}
