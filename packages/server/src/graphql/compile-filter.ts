import { and, type Column, type SQL, sql } from 'drizzle-orm';
import type { Credential } from '../access/credential.js';
import { FIRST_RUN_AS_OF } from '../db/queries/segment-history.js';
import { customerProfiles, customers, orderItems, orders, products } from '../db/tables.js';
import { apiError, shorten } from '../errors.js';
import { FEATURE_FILTER_COLUMNS } from '../filters/feature-columns.js';
import type { Comparison, CustomerFilterInput, PurchaseFilterInput, SegmentFilterInput } from './filter-inputs.js';
import { findSegmentation, type RunSnapshot } from './run-snapshot.js';

const DEEPEST = 5;
const MOST_CLAUSES = 50;
const MOST_VALUES = 1000;
const LONGEST_SEARCH = 100;

const profile = customerProfiles;

/** The filter fields that compare one column of the profile, with the type that its values are cast to. */
const COLUMNS: Readonly<Record<string, readonly [Column, string]>> = {
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

const escapeLike = (text: string) => text.replace(/[\\%_]/g, (c) => `\\${c}`);
const list = (values: readonly unknown[], type: string) => {
  if (values.length > MOST_VALUES)
    throw apiError('BAD_USER_INPUT', `a list in a filter holds at most ${MOST_VALUES} values`);
  return values.length === 0
    ? sql.raw(`array[]::${type}[]`)
    : sql`array[${sql.join(
        values.map((value) => sql`${parameter(value)}::${sql.raw(type)}`),
        sql`, `,
      )}]`;
};
const parameter = (value: unknown) => (value instanceof Date ? value.toISOString() : value);

function compare(column: Column, type: string, comparison: Comparison<unknown>): SQL[] {
  const cast = sql.raw(type);
  const value = (given: unknown) => sql`${parameter(given)}::${cast}`;
  for (const [name, given] of Object.entries(comparison)) {
    // Left out it asks for nothing; a null that was meant as a value must not match everybody.
    if (given === null)
      throw apiError('BAD_USER_INPUT', `"${name}" of a filter is null: leave it out, or ask by isNull`);
  }
  const clauses: SQL[] = [];
  const { between } = comparison;
  if (comparison.eq != null) clauses.push(sql`${column} = ${value(comparison.eq)}`);
  if (comparison.ne != null) clauses.push(sql`${column} is distinct from ${value(comparison.ne)}`);
  if (comparison.in != null) clauses.push(sql`${column} = any(${list(comparison.in, type)})`);
  if (comparison.notIn != null) clauses.push(sql`(${column} = any(${list(comparison.notIn, type)})) is not true`);
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

function segmentClause(filter: SegmentFilterInput, run: RunSnapshot): SQL[] {
  const key = filter.segmentation ?? 'rfm';
  const segmentation = findSegmentation(run, key);
  const entries = (keys: readonly string[]) => {
    for (const segment of keys) {
      if (segmentation.segments.some((known) => known.key === segment)) continue;
      const known = segmentation.segments.map((known) => known.key).join(', ');
      throw apiError('BAD_USER_INPUT', `there is no segment "${shorten(segment)}" in ${key}: choose one of ${known}`);
    }
    return list(
      keys.map((segment) => `${key}:${segment}`),
      'text',
    );
  };
  const clauses: SQL[] = [];
  if (filter.in != null) clauses.push(sql`${profile.segments} && ${entries(filter.in)}`);
  if (filter.notIn != null) clauses.push(sql`not (${profile.segments} && ${entries(filter.notIn)})`);
  if (filter.enteredAfter != null || filter.previousIn != null) {
    if (filter.previousIn != null) entries(filter.previousIn);
    clauses.push(sql`exists (
      select from (values (0)) as one left join lateral (
        select c.changed_at, c.from_segment from segment_changes c
        where c.customer_id = ${profile.customerId} and c.segmentation = ${key} and c.run_id <= ${run.runId}
        order by c.run_id desc, c.changed_at desc limit 1
      ) as latest on true
      where ${filter.enteredAfter == null ? sql`true` : sql`coalesce(latest.changed_at, ${FIRST_RUN}) > ${filter.enteredAfter.toISOString()}::timestamptz`}
        and ${filter.previousIn == null ? sql`true` : sql`latest.from_segment = any(${list(filter.previousIn, 'text')})`})`);
  }
  return clauses;
}

function purchaseClause(by: SQL, filter: PurchaseFilterInput, run: RunSnapshot): SQL {
  return sql`exists (
    select from ${orderItems}
    join ${orders} on ${orders.customerId} = ${orderItems.customerId} and ${orders.orderId} = ${orderItems.orderId}
    left join ${products} on ${products.productId} = ${orderItems.productId}
    where ${orderItems.customerId} = ${profile.customerId} and ${by} = any(${list(filter.in, 'text')})
      and ${orders.status} <> 'cancelled' and ${orderItems.status} is distinct from 'cancelled'
      and ${orders.placedAt} < ${run.asOf.toISOString()}::timestamptz
      and ${filter.after == null ? sql`true` : sql`${orders.placedAt} >= ${filter.after.toISOString()}::timestamptz`}
      and ${filter.before == null ? sql`true` : sql`${orders.placedAt} < ${filter.before.toISOString()}::timestamptz`})`;
}

/** Whoever may not read names and addresses may not try them out by searching either. */
function searchClause(text: string, mayReadPii: boolean): SQL {
  if (text.length > LONGEST_SEARCH)
    throw apiError('BAD_USER_INPUT', `a search takes at most ${LONGEST_SEARCH} characters`);
  const pattern = `%${escapeLike(text.trim())}%`;
  if (!mayReadPii) return sql`${profile.customerId} ilike ${pattern}`;
  return sql`(${profile.customerId} ilike ${pattern} or exists (
    select from ${customers} where ${customers.customerId} = ${profile.customerId}
      and (${customers.email} ilike ${pattern} or concat_ws(' ', ${customers.firstName}, ${customers.lastName}) ilike ${pattern})))`;
}

/**
 * The one meaning of a filter: lists, counts and whatever else is filtered compile it here, over the profiles of a run.
 * @param asker a search covers names and e-mail addresses for those only who may read them
 * @returns the condition, undefined when the filter asks for nothing
 * @throws BAD_USER_INPUT when it nests deeper than 5, holds more than 50 clauses, or names what does not exist
 */
export function compileFilter(
  filter: CustomerFilterInput | null | undefined,
  run: RunSnapshot,
  asker: Pick<Credential, 'grants'>,
): SQL | undefined {
  let clauseCount = 0;
  const compile = (node: CustomerFilterInput, depth: number): SQL => {
    if (depth > DEEPEST) throw apiError('BAD_USER_INPUT', `a filter nests at most ${DEEPEST} deep`);
    const clauses: SQL[] = [];
    for (const [field, value] of Object.entries(node)) {
      if (value == null) continue;
      const column = COLUMNS[field];
      if (column !== undefined) clauses.push(...compare(column[0], column[1], value as Comparison<unknown>));
    }
    if (node.segment != null) clauses.push(...segmentClause(node.segment, run));
    if (node.boughtCategory != null) clauses.push(purchaseClause(sql`${products.category}`, node.boughtCategory, run));
    if (node.boughtBrand != null) clauses.push(purchaseClause(sql`${products.brand}`, node.boughtBrand, run));
    if (node.boughtProduct != null) clauses.push(purchaseClause(sql`${orderItems.productId}`, node.boughtProduct, run));
    if (node.search != null && node.search.trim() !== '') {
      clauses.push(searchClause(node.search, asker.grants.has('customers:pii')));
    }
    for (const part of node.and ?? []) clauses.push(compile(part, depth + 1));
    if (node.or != null) {
      const parts = node.or.map((part) => compile(part, depth + 1));
      clauses.push(parts.length === 0 ? sql`false` : sql`(${sql.join(parts, sql` or `)})`);
    }
    if (node.not != null) clauses.push(sql`(${compile(node.not, depth + 1)}) is not true`);
    clauseCount += clauses.length;
    if (clauseCount > MOST_CLAUSES) throw apiError('BAD_USER_INPUT', `a filter holds at most ${MOST_CLAUSES} clauses`);
    return and(...clauses) ?? sql`true`;
  };
  return filter == null ? undefined : compile(filter, 1);
}
