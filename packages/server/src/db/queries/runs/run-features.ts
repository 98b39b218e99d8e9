import {
  type AnyFeatureName,
  CLUSTER_FEATURES,
  FEATURE_NAMES,
  featureOf,
  MODEL_CATEGORIES,
  MODEL_OUTPUTS,
} from '@tessera/core';
import { customerProfiles } from '../../tables.js';
import type { FeatureScope } from '../features/feature.js';
import { FEATURE_GROUPS, STORED_FEATURE_NAMES, STORED_FEATURES } from '../features/features.js';
import { momentLiteral, type OrderFactsOptions, orderFacts, quote } from '../orders/order-facts.js';
import type { Workspace } from './workspace.js';

/** Which of the two tables of features. */
export type FeatureTable = 'features' | 'windowFeatures';

export interface FeatureOptions extends Omit<OrderFactsOptions, 'momentOf'> {
  /** Only these customers, each as of a moment of his own; all as of `asOf` when left out. */
  readonly customers?: ReadonlyMap<string, Date>;
  /** The table that is made; `features` when left out. */
  readonly table?: FeatureTable;
  /** Leaves out groups of features of which lifetime value reads none: they are null. */
  readonly forPredictions?: boolean;
}

const isPredictor = (name: string) => featureOf(name)?.models.clv !== undefined;

/**
 * Makes a table of features: one row a customer, every feature as of the moment, by one statement and so from one snapshot. `row` numbers the customers from 0 in id order.
 *
 * Money is exact here; what models read (`MODEL_FEATURES`) is rounded to 4 decimals, because sources that passed through
 * a float (thelook's 15.949999809265137) would otherwise part customers who spent the same.
 */
export async function createFeatures(workspace: Workspace, options: FeatureOptions): Promise<void> {
  const { customers: chosen, table = 'features', forPredictions = false } = options;
  const { connection } = workspace;
  const chosenTable = workspace.name('chosen');
  if (chosen !== undefined) {
    const moments = Array.from(chosen.values(), (moment) => moment.toISOString());
    await workspace.fill(
      'chosen',
      `select customer_id COLLATE "C" as customer_id, as_of
       from unnest($1::text[], $2::timestamptz[]) as chosen (customer_id, as_of)`,
      [[...chosen.keys()], moments],
    );
    await connection.unsafe(`create unique index on ${chosenTable} (customer_id)`);
    await connection.unsafe(`analyze ${chosenTable}`);
  }
  const only = chosen === undefined ? '' : `in (select customer_id from ${chosenTable})`;
  const momentOf = (alias: string) =>
    chosen === undefined
      ? momentLiteral(options.asOf)
      : `(select m.as_of from ${chosenTable} m where m.customer_id = ${alias}.customer_id)`;
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
  await workspace.fill(
    table,
    `with ${[orderFacts({ ...options, momentOf }, only), ...expressions].join(',')}
    select (row_number() over (order by c.customer_id) - 1)::int as row,
           c.customer_id, c.registered_at, t.first_order_at, t.last_order_at,
           date_trunc('month', t.first_day)::date as cohort, ${momentOf('c')} as as_of,
           ${columns.join(', ')}
    from customers c
    ${groups.map(({ joins }) => joins).join('\n')}
    where c.customer_id <> '' ${scope.andChosen('c')}`,
  );
  await connection.unsafe(`create unique index on ${workspace.name(table)} (row)`);
  await connection.unsafe(`analyze ${workspace.name(table)}`);
}

/**
 * Adds to the features as of a moment what each customer spent in the 90 days from it: `revenue_next_90_days`, before
 * returns, without what was cancelled by their end.
 */
export async function addLabels(workspace: Workspace, options: FeatureOptions, labelEnd: Date): Promise<void> {
  const { asOf } = options;
  const table = workspace.name(options.table ?? 'features');
  await workspace.connection.unsafe(`alter table ${table} add column revenue_next_90_days numeric not null default 0`);
  await workspace.connection.unsafe(`
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
export async function countFeatures(workspace: Workspace): Promise<number> {
  const [size] = await workspace.connection.unsafe<{ customers: number }[]>(
    `select count(*)::float8 as customers from ${workspace.name('features')}`,
  );
  return size?.customers ?? 0;
}

/**
 * Whether a customer is in the sample of about every k-th: by his id, so that a run, its preview and every window of the past
 * see the same people, whoever came meanwhile.
 * @param every 1 for all customers
 */
export const isSampled = (every: number): string =>
  every === 1 ? 'true' : `abs(hashtext(customer_id)::bigint) % ${every} = 0`;

/** Rows of a table made by `createFeatures` in the order of their numbers. @returns cells in the order of `columns` */
export async function readFeatureRows(
  workspace: Workspace,
  table: FeatureTable,
  columns: readonly string[],
  { after, limit, every }: { readonly after: number; readonly limit: number; readonly every: number },
): Promise<unknown[][]> {
  return workspace.connection
    .unsafe(
      `select ${columns.join(', ')} from ${workspace.name(table)} where row > ${after} and ${isSampled(every)} order by row limit ${limit}`,
    )
    .values();
}
