import { and, type Column, eq, type SQL, sql } from 'drizzle-orm';
import { customerProfiles, customers, orderItems, orders, products } from '../../tables.js';
import { FIRST_RUN_AS_OF } from '../segments/segment-history.js';
import { FEATURE_FILTER_COLUMNS } from './feature-columns.js';

/** What a customer has to fulfil, over the profiles of a run. Nobody outside of `db/` looks into it. */
export type Condition = SQL;

const profile = customerProfiles;

/** A column of the profile, and the type that values are cast to. */
export type ProfileColumn = readonly [Column, string];

/** The columns that a filter compares, by the names of its fields. */
export const PROFILE_COLUMNS: Readonly<Record<string, ProfileColumn>> = {
  ...FEATURE_FILTER_COLUMNS,
  rfmRecency: [profile.rfmRecency, 'int'],
  rfmFrequency: [profile.rfmFrequency, 'int'],
  rfmMonetary: [profile.rfmMonetary, 'int'],
  valueScore: [profile.valueScore, 'float8'],
  clv90d: [profile.clv90d, 'numeric'],
  clvDecile: [profile.clvDecile, 'int'],
  probabilityAlive: [profile.probabilityAlive, 'float8'],
  registeredAt: [profile.registeredAt, 'timestamptz'],
  firstOrderAt: [profile.firstOrderAt, 'timestamptz'],
  lastOrderAt: [profile.lastOrderAt, 'timestamptz'],
  cohort: [profile.cohort, 'date'],
};

/** Comparisons of one value; all given ones must hold. */
export interface Comparison<T> {
  readonly eq?: T | null;
  readonly ne?: T | null;
  readonly in?: readonly T[] | null;
  readonly notIn?: readonly T[] | null;
  readonly gt?: T | null;
  readonly gte?: T | null;
  readonly lt?: T | null;
  readonly lte?: T | null;
  readonly between?: { readonly from: T; readonly to: T } | null;
  readonly contains?: string | null;
  readonly startsWith?: string | null;
  readonly isNull?: boolean | null;
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, (c) => `\\${c}`);
const parameter = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
const list = (values: readonly unknown[], type: string) =>
  values.length === 0
    ? sql.raw(`array[]::${type}[]`)
    : sql`array[${sql.join(
        values.map((value) => sql`${parameter(value)}::${sql.raw(type)}`),
        sql`, `,
      )}]`;

const lowerList = (values: readonly string[]) =>
  values.length === 0
    ? sql.raw('array[]::text[]')
    : sql`array[${sql.join(
        values.map((value) => sql`lower(${value}::text)`),
        sql`, `,
      )}]`;

/** What each given comparison of a column asks for. Texts ignore case; `ne` and `notIn` hold for a missing value. */
export function compare([stored, type]: ProfileColumn, comparison: Comparison<unknown>): Condition[] {
  const isText = type === 'text';
  const column = isText ? sql`lower(${stored})` : stored;
  const cast = sql.raw(type);
  const value = (given: unknown) =>
    isText ? sql`lower(${parameter(given)}::text)` : sql`${parameter(given)}::${cast}`;
  const values = (given: readonly unknown[]) => (isText ? lowerList(given as readonly string[]) : list(given, type));
  const clauses: SQL[] = [];
  const { between } = comparison;
  if (comparison.eq != null) clauses.push(sql`${column} = ${value(comparison.eq)}`);
  if (comparison.ne != null) clauses.push(sql`${column} is distinct from ${value(comparison.ne)}`);
  if (comparison.in != null) clauses.push(sql`${column} = any(${values(comparison.in)})`);
  if (comparison.notIn != null) clauses.push(sql`(${column} = any(${values(comparison.notIn)})) is not true`);
  if (comparison.gt != null) clauses.push(sql`${column} > ${value(comparison.gt)}`);
  if (comparison.gte != null) clauses.push(sql`${column} >= ${value(comparison.gte)}`);
  if (comparison.lt != null) clauses.push(sql`${column} < ${value(comparison.lt)}`);
  if (comparison.lte != null) clauses.push(sql`${column} <= ${value(comparison.lte)}`);
  if (between != null) clauses.push(sql`${column} between ${value(between.from)} and ${value(between.to)}`);
  if (comparison.contains != null) clauses.push(sql`${column} ilike ${`%${escapeLike(comparison.contains)}%`}`);
  if (comparison.startsWith != null) clauses.push(sql`${column} ilike ${`${escapeLike(comparison.startsWith)}%`}`);
  if (comparison.isNull != null) clauses.push(comparison.isNull ? sql`${column} is null` : sql`${column} is not null`);
  return clauses;
}

/** Who never moved has been where he is since the first run. */
const FIRST_RUN = sql.raw(FIRST_RUN_AS_OF);

/** @param entries of `segments`: `rfm:vip` ... */
export const isInSegment = (entries: readonly string[]): Condition =>
  sql`${profile.segments} && ${list(entries, 'text')}`;
export const isInNoSegment = (entries: readonly string[]): Condition =>
  sql`not (${profile.segments} && ${list(entries, 'text')})`;

/** How he came to where he is in a segmentation, as of a run. */
export function cameThere(
  segmentation: string,
  runId: number,
  { after, from }: { readonly after?: Date | null; readonly from?: readonly string[] | null },
): Condition {
  return sql`exists (
      select from (values (0)) as one left join lateral (
        select c.changed_at, c.from_segment from segment_changes c
        where c.customer_id = ${profile.customerId} and c.segmentation = ${segmentation} and c.run_id <= ${runId}
        order by c.run_id desc, c.changed_at desc limit 1
      ) as latest on true
      where ${after == null ? sql`true` : sql`coalesce(latest.changed_at, ${FIRST_RUN}) > ${after.toISOString()}::timestamptz`}
        and ${from == null ? sql`true` : sql`latest.from_segment = any(${list(from, 'text')})`})`;
}

const BOUGHT_BY = { category: products.category, brand: products.brand, product: orderItems.productId } as const;

/** Has an order, not cancelled, with one of these categories or brands, whatever their case, or products; of orders before a moment, and in a span where one is given. */
export function bought(
  by: keyof typeof BOUGHT_BY,
  values: readonly string[],
  asOf: Date,
  { after, before }: { readonly after?: Date | null; readonly before?: Date | null },
): Condition {
  return sql`exists (
    select from ${orderItems}
    join ${orders} on ${orders.customerId} = ${orderItems.customerId} and ${orders.orderId} = ${orderItems.orderId}
    left join ${products} on ${products.productId} = ${orderItems.productId}
    where ${orderItems.customerId} = ${profile.customerId} and ${by === 'product' ? sql`${BOUGHT_BY[by]} = any(${list(values, 'text')})` : sql`lower(${BOUGHT_BY[by]}) = any(${lowerList(values)})`}
      and ${orders.status} <> 'cancelled' and ${orderItems.status} is distinct from 'cancelled'
      and ${orders.placedAt} < ${asOf.toISOString()}::timestamptz
      and ${after == null ? sql`true` : sql`${orders.placedAt} >= ${after.toISOString()}::timestamptz`}
      and ${before == null ? sql`true` : sql`${orders.placedAt} < ${before.toISOString()}::timestamptz`})`;
}

/** Part of the id, and of name and e-mail address where these may be searched; ignores case. */
export function isFoundBy(text: string, mayReadPeople: boolean): Condition {
  const pattern = `%${escapeLike(text)}%`;
  if (!mayReadPeople) return sql`${profile.customerId} ilike ${pattern}`;
  return sql`(${profile.customerId} ilike ${pattern} or exists (
    select from ${customers} where ${customers.customerId} = ${profile.customerId}
      and (${customers.email} ilike ${pattern} or concat_ws(' ', ${customers.firstName}, ${customers.lastName}) ilike ${pattern})))`;
}

/** All of them; everybody where there are none. */
export const allOf = (conditions: readonly (Condition | undefined)[]): Condition => and(...conditions) ?? sql`true`;
/** One of them; nobody where there are none. */
export const anyOf = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`false` : sql`(${sql.join([...conditions], sql` or `)})`;
/** The complement: also who makes it unknown. */
export const isNot = (condition: Condition): Condition => sql`(${condition}) is not true`;

/** Whoever has a profile in a run. */
export const isInRun = (runId: number): Condition => eq(profile.runId, runId);
