import {
  type AnyFeatureName,
  CLUSTER_FEATURES,
  FEATURE_NAMES,
  featureOf,
  MODEL_CATEGORIES,
  MODEL_OUTPUTS,
} from '@tessera/core';
import type { Transaction } from '../../database.js';
import { customerProfiles } from '../../tables.js';
import type { FeatureScope } from '../features/feature.js';
import { FEATURE_GROUPS, STORED_FEATURE_NAMES, STORED_FEATURES } from '../features/features.js';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from '../orders/order-facts.js';

export interface FeatureOptions extends Omit<OrderFactsOptions, 'momentOf'> {
  /** Only these customers, each as of a moment of his own; all as of `asOf` when left out. */
  readonly customers?: ReadonlyMap<string, Date>;
  /** The temporary table that is made. */
  readonly table?: string;
  /** Leaves out groups of features of which lifetime value reads none: they are null. */
  readonly forPredictions?: boolean;
}

const isPredictor = (name: string) => featureOf(name)?.models.clv !== undefined;

/**
 * Makes the temporary table of features, `run_features` unless named: one row a customer, every feature as of the moment, by one statement and so
 * from one snapshot. `row` numbers the customers from 0 in id order.
 *
 * Money is exact here; what models read (`MODEL_FEATURES`) is rounded to 4 decimals, because sources that passed through
 * a float (thelook's 15.949999809265137) would otherwise part customers who spent the same.
 */
export async function createFeatures(transaction: Transaction, options: FeatureOptions): Promise<void> {
  const { customers: chosen, table = 'run_features', forPredictions = false } = options;
  if (chosen !== undefined) {
    const moments = Array.from(chosen.values(), (moment) => moment.toISOString());
    await transaction`drop table if exists chosen_customers`;
    await transaction`
      create temp table chosen_customers on commit drop as
      select customer_id COLLATE "C" as customer_id, as_of
      from unnest(${[...chosen.keys()]}::text[], ${moments}::timestamptz[]) as chosen (customer_id, as_of)`;
    await transaction`create unique index on chosen_customers (customer_id)`;
    await transaction`analyze chosen_customers`;
  }
  const only = chosen === undefined ? '' : 'in (select customer_id from chosen_customers)';
  const momentOf = (alias: string) =>
    chosen === undefined
      ? momentLiteral(options.asOf)
      : `(select m.as_of from chosen_customers m where m.customer_id = ${alias}.customer_id)`;
  const zone = quote(options.timeZone);
  const scope: FeatureScope = {
    momentOf,
    // Days of the shop's calendar: those of the session would be an hour off beyond a change of the clocks.
    daysBefore: (alias, days) =>
      `((${momentOf(alias)} at time zone ${zone} - interval '${days} days') at time zone ${zone})`,
    day: `(${momentOf('c')} at time zone ${zone})::date`,
    isKnown: (moment, alias) => (options.status === 'atExtraction' ? 'true' : `${moment} < ${momentOf(alias)}`),
    andChosen: (alias) => (only === '' ? '' : `and ${alias}.customer_id ${only}`),
  };
  const groups = FEATURE_GROUPS.filter(({ features }) => !forPredictions || Object.keys(features).some(isPredictor));
  const expressions = groups.map((group) => group.expressions(scope)).filter((text) => text !== '');
  const columns = FEATURE_GROUPS.flatMap((group) =>
    Object.entries(group.features).map(([name, { value }]) => {
      const column = customerProfiles[name as AnyFeatureName];
      const text = typeof value === 'string' ? value : value(scope);
      return `${groups.includes(group) ? text : `null::${column.getSQLType()}`} as ${column.name}`;
    }),
  );
  await transaction.unsafe(`drop table if exists ${table}`);
  await transaction.unsafe(`
    create temp table ${table} on commit drop as
    with ${[orderFacts({ ...options, momentOf }, only), ...expressions].join(',')}
    select (row_number() over (order by c.customer_id) - 1)::int as row,
           c.customer_id, c.registered_at, t.first_order_at, t.last_order_at,
           date_trunc('month', t.first_day)::date as cohort, ${momentOf('c')} as as_of,
           ${columns.join(', ')}
    from customers c
    ${groups.map(({ joins }) => joins).join('\n')}
    where c.customer_id <> '' ${scope.andChosen('c')}`);
  await transaction.unsafe(`create unique index on ${table} (row)`);
  await transaction.unsafe(`analyze ${table}`);
}

/**
 * Adds to the features as of a moment what each customer spent in the 90 days from it: `revenue_next_90_days`, before
 * returns, without what was cancelled by their end.
 */
export async function addLabels(transaction: Transaction, options: FeatureOptions, labelEnd: Date): Promise<void> {
  const { table = 'run_features', asOf } = options;
  await transaction.unsafe(`alter table ${table} add column revenue_next_90_days numeric not null default 0`);
  await transaction.unsafe(`
    with ${orderFacts({ ...options, asOf: labelEnd })},
    spent as (
      select customer_id, sum(gross) as revenue from per_order
      where placed_at >= ${momentLiteral(asOf)} group by customer_id
    )
    update ${table} f set revenue_next_90_days = s.revenue from spent s where s.customer_id = f.customer_id`);
}

const columnOf = (name: AnyFeatureName) => customerProfiles[name].name;

/** How models read a feature from `run_features` or profiles; money is rounded so that equal spend ties. */
export function readOf(name: AnyFeatureName): string {
  const column = columnOf(name);
  return STORED_FEATURES[name].read?.sql ?? (featureOf(name)?.unit === 'money' ? `round(${column}, 4)` : column);
}

const MODEL_OUTPUT_FEATURES = Object.keys(MODEL_OUTPUTS) as (keyof typeof MODEL_OUTPUTS)[];
const readNumbers = (names: readonly AnyFeatureName[]) => names.map((name) => `(${readOf(name)})::float8`).join(', ');

/** The numeric features as a select list over `run_features` or profiles, in the order of `FEATURE_NAMES`. */
export const MODEL_FEATURES = readNumbers(FEATURE_NAMES);
/** The categories, in the order of core's `MODEL_CATEGORIES`. */
export const MODEL_CATEGORY_COLUMNS = MODEL_CATEGORIES.map(columnOf).join(', ');
/** What models read beside the features, in the order of `MODEL_OUTPUT_NAMES`, under the names that core gives it. */
export const MODEL_OUTPUT_COLUMNS = readNumbers(MODEL_OUTPUT_FEATURES);
export const MODEL_OUTPUT_NAMES: readonly string[] = MODEL_OUTPUT_FEATURES.map((name) => MODEL_OUTPUTS[name]);
/** What of `run_features` a profile holds under the same names. */
export const PROFILE_FEATURE_COLUMNS: readonly string[] = [
  'customer_id',
  'as_of',
  'registered_at',
  'first_order_at',
  'last_order_at',
  'cohort',
  ...STORED_FEATURE_NAMES.map(columnOf),
];
/** Features whose averages say what sets a segment apart: those that clusters may be made of. */
export const DISTINGUISHING_COLUMNS: readonly (readonly [feature: string, column: string])[] = CLUSTER_FEATURES.map(
  (name) => [name, columnOf(name)],
);

/** How many customers `createFeatures` found. */
export async function countFeatures(transaction: Transaction): Promise<number> {
  const [size] = await transaction<{ customers: number }[]>`select count(*)::float8 as customers from run_features`;
  return size?.customers ?? 0;
}

/** Rows of a table made by `createFeatures`, by their numbers: from one on up to another, every k-th. @returns cells in the order of `columns` */
export async function readFeatureRows(
  transaction: Transaction,
  table: string,
  columns: readonly string[],
  { from, to, every }: { readonly from: number; readonly to: number; readonly every: number },
): Promise<unknown[][]> {
  return transaction
    .unsafe(
      `select ${columns.join(', ')} from ${table} where row >= ${from} and row < ${to} and row % ${every} = 0 order by row`,
    )
    .values();
}

/** Takes away a table that `createFeatures` made beside the run's own. */
export async function dropFeatures(transaction: Transaction, table: string): Promise<void> {
  await transaction.unsafe(`drop table if exists ${table}`);
}
