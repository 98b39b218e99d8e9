import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import type { ExploredFeature } from '../features/features.js';
import { type BinRule, planBins, type SampleShape } from './bins.js';
import { EXPLORED, type ExplorationScope, membersOf, type ReadSets, readSets } from './scope.js';

export type CustomerFeature = ExploredFeature;

/** What a buyer's profile says, as the models read it: money to 4 decimals. */
export const CUSTOMER_FEATURES = Object.fromEntries(EXPLORED.map(({ explored, read }) => [explored, read])) as Readonly<
  Record<CustomerFeature, string>
>;

/** What the orders themselves say: one value an order, or one a pair of orders that follow each other. */
const ORDER_FEATURES = {
  ORDER_VALUE: `
    select round(o.gross, 4)::float8 from order_totals o
    where o.counts and exists (select from placed_lines l where l.customer_id = o.customer_id and l.order_id = o.order_id)`,
  DAYS_BETWEEN_ORDERS: `
    select g.days from (
      select (o.day - lag(o.day) over (partition by o.customer_id order by o.placed_at, o.order_id))::float8 as days
      from order_totals o where o.counts
    ) as g where g.days is not null`,
} as const;
export type OrderFeature = keyof typeof ORDER_FEATURES;

export type ExplorationFeature = CustomerFeature | OrderFeature;
export const CUSTOMER_FEATURE_NAMES = EXPLORED.map(({ explored }) => explored);
export const FEATURE_NAMES = [...Object.keys(ORDER_FEATURES), ...CUSTOMER_FEATURE_NAMES] as ExplorationFeature[];

const placeOf = (feature: ExplorationFeature) => FEATURE_NAMES.indexOf(feature);
const isOrderFeature = (feature: ExplorationFeature): feature is OrderFeature => feature in ORDER_FEATURES;

/** A select of one row a feature and value, null where a buyer's is not known; features by their place in THE LIST. */
function numbersOf(features: readonly ExplorationFeature[]): SQL {
  const ofCustomers = features.filter((feature): feature is CustomerFeature => !isOrderFeature(feature));
  const values = ofCustomers.map((feature) => `(${placeOf(feature)}, (${CUSTOMER_FEATURES[feature]})::float8)`);
  const people = `select f.feature, f.value from members m
    cross join lateral (values ${values.join(', ')}) as f(feature, value) where m.orders > 0`;
  const parts = features
    .filter(isOrderFeature)
    .map((feature) => `select ${placeOf(feature)} as feature, value from (${ORDER_FEATURES[feature]}) as o(value)`);
  return sql.raw([...(values.length === 0 ? [] : [people]), ...parts].join(' union all '));
}

export interface Summary extends SampleShape {
  readonly feature: ExplorationFeature;
  /** Buyers for whom the value is not known. */
  readonly missing: number;
  readonly mean: number;
  readonly standardDeviation: number | null;
  readonly quantiles: readonly number[];
}

interface SummaryRow {
  /** Its place in THE LIST. */
  readonly feature: number;
  readonly count: number;
  readonly missing: number;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly skewness: number | null;
  readonly whole: boolean | null;
  readonly quantiles: number[] | null;
  readonly positiveCount: number;
  readonly positiveQuartiles: number[] | null;
}

const arrayOf = (values: readonly number[]) => sql.raw(`array[${values.map(Number).join(', ')}]::float8[]`);
/** Of the values above zero: the smallest and the quartiles. */
const POSITIVE_LEVELS = arrayOf([0, 0.25, 0.75]);
const SHAPE_LEVELS = [0, 0.25, 0.75, 1];

/**
 * What to select of `numbers`: mean, sample standard deviation, skewness and quantiles of each feature. The skewness is the
 * adjusted Fisher-Pearson one (Joanes and Gill 1998, G1), as pandas and Excel have it; null for fewer than 3 or equal values.
 */
const summarySelect = (levels: readonly number[]): SQL => sql`
  select n.feature, count(n.value)::float8 as count, count(*) filter (where n.value is null)::float8 as missing,
         min(c.mean) as mean, stddev_samp(n.value) as "standardDeviation", bool_and(n.value = floor(n.value)) as whole,
         case when count(n.value) > 2 and min(n.value) < max(n.value) then
           sqrt(count(n.value) * (count(n.value) - 1.0)) / (count(n.value) - 2)
             * avg((n.value - c.mean) * (n.value - c.mean) * (n.value - c.mean)) / stddev_pop(n.value) ^ 3 end::float8 as skewness,
         percentile_cont(${arrayOf([...SHAPE_LEVELS, ...levels])}) within group (order by n.value) as quantiles,
         count(*) filter (where n.value > 0)::float8 as "positiveCount",
         percentile_cont(${POSITIVE_LEVELS}) within group (order by n.value) filter (where n.value > 0) as "positiveQuartiles"
  from numbers n
  -- Two passes: powers of the distance from the mean do not cancel as sums of powers would.
  join (select feature, avg(value) as mean from numbers group by feature) c on c.feature = n.feature
  group by n.feature`;

/** One summary a feature, in the order asked for; of no values where nobody has any. */
function summariesOf(features: readonly ExplorationFeature[], rows: readonly SummaryRow[]): Summary[] {
  return features.map((feature) => {
    const row = rows.find((candidate) => candidate.feature === placeOf(feature));
    const [min = Number.NaN, lowerQuartile = Number.NaN, upperQuartile = Number.NaN, max = Number.NaN, ...quantiles] =
      row?.quantiles ?? [];
    const [positiveMin, positiveLower, positiveUpper] = row?.positiveQuartiles ?? [];
    const hasPositive = positiveMin !== undefined && positiveLower !== undefined && positiveUpper !== undefined;
    return {
      feature,
      count: row?.count ?? 0,
      missing: row?.missing ?? 0,
      mean: row?.mean ?? Number.NaN,
      standardDeviation: row?.standardDeviation ?? null,
      skewness: row?.skewness ?? null,
      whole: row?.whole ?? false,
      min,
      lowerQuartile,
      upperQuartile,
      max,
      quantiles,
      positive: hasPositive
        ? {
            count: row!.positiveCount,
            min: positiveMin,
            lowerQuartileLog: Math.log(positiveLower),
            upperQuartileLog: Math.log(positiveUpper),
          }
        : null,
    };
  });
}

/** The shape of features of buyers. */
export async function summariseFeatures(
  database: Database,
  scope: ExplorationScope,
  features: readonly CustomerFeature[],
): Promise<Summary[]> {
  if (features.length === 0) return [];
  const query = sql`
    with ${membersOf(scope)}, numbers(feature, value) as materialized (${numbersOf(features)}) ${summarySelect([])}`;
  return summariesOf(features, await readSets<SummaryRow>(database, query));
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly share: number;
}

export interface Distribution extends Summary {
  readonly binRule: BinRule;
  readonly bins: readonly Bin[];
}

/**
 * The distribution of each feature: summary, quantiles at `levels`, and the values counted into the bins that the shape
 * calls for. The values stand in a temporary table between the two.
 */
export async function readDistributions(
  read: ReadSets,
  features: readonly ExplorationFeature[],
  levels: readonly number[],
): Promise<Distribution[]> {
  if (features.length === 0) return [];
  await read(sql`create temp table numbers on commit drop as ${numbersOf(features)}`);
  const summaries = summariesOf(features, await read<SummaryRow>(summarySelect(levels)));
  const plans = summaries.map((summary) => planBins(summary));
  const cuts = summaries.flatMap(({ feature }, i) =>
    plans[i]!.cuts.length === 0 ? [] : [sql`(${placeOf(feature)}::int, ${arrayOf(plans[i]!.cuts)})`],
  );
  const rows =
    cuts.length === 0
      ? []
      : await read<{ feature: number; bucket: number; count: number }>(sql`
            select n.feature, width_bucket(n.value, p.cuts) as bucket, count(*)::float8 as count
            from numbers n join (values ${sql.join(cuts, sql`, `)}) as p(feature, cuts) on p.feature = n.feature
            where n.value is not null group by 1, 2`);
  return summaries.map((summary, i) => {
    const { rule, bins } = plans[i]!;
    const counts = new Map(
      rows.filter(({ feature }) => feature === placeOf(summary.feature)).map(({ bucket, count }) => [bucket, count]),
    );
    const binned = bins.map((edges, bucket) => {
      const count = bins.length === 1 ? summary.count : (counts.get(bucket) ?? 0);
      return { ...edges, count, share: count / summary.count };
    });
    return { ...summary, binRule: rule, bins: binned };
  });
}
