import { sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { SKEWED } from './bins.js';
import type { Scale } from './correlations.js';
import { CUSTOMER_FEATURES, type CustomerFeature, type Summary, summariseFeatures } from './distributions.js';
import { type ExplorationScope, membersOf, readSets } from './scope.js';

/** Tukey (1977): beyond 1.5 interquartile ranges from the quartiles is outside, beyond 3 is far out. */
const OUTSIDE = 1.5;
const FAR_OUT = 3;

/** In units of the feature; null where nothing can lie beyond. */
export interface Fences {
  readonly low: number | null;
  readonly high: number | null;
}

export interface Extreme {
  readonly customerId: string;
  readonly value: number;
}

export interface Outliers {
  readonly feature: CustomerFeature;
  readonly scale: Scale;
  /** Buyers for whom the value is known. */
  readonly customers: number;
  /** Null where the middle half of the customers has a single value: then nothing tells usual from unusual. */
  readonly outside: Fences | null;
  readonly farOut: Fences | null;
  readonly belowCount: number;
  readonly aboveCount: number;
  readonly farOutCount: number;
  /** Those beyond the fences, the farthest first. */
  readonly extremes: readonly Extreme[];
}

/**
 * Fences on the scale that the models would take: ln(1 + value) where the skewness is above 1, the value itself otherwise.
 * @returns null where the interquartile range is 0 or not known
 */
export function fencesOf(summary: Summary, ranges: number): Fences | null {
  const isLog = scaleOf(summary) === 'LOG1P';
  const onScale = (value: number) => (isLog ? Math.log1p(Math.max(value, 0)) : value);
  const back = (value: number) => (isLog ? Math.expm1(value) : value);
  const lower = onScale(summary.lowerQuartile);
  const upper = onScale(summary.upperQuartile);
  const spread = upper - lower;
  if (!(spread > 0)) return null;
  const lowest = lower - ranges * spread;
  // Below zero the logarithm takes every value as zero, so no value lies beneath such a fence.
  return { low: isLog && lowest <= 0 ? null : back(lowest), high: back(upper + ranges * spread) };
}

export const scaleOf = ({ skewness }: Pick<Summary, 'skewness'>): Scale =>
  skewness !== null && skewness > SKEWED ? 'LOG1P' : 'LINEAR';

interface Beyond {
  readonly feature: CustomerFeature;
  readonly below: number;
  readonly above: number;
  readonly far: number;
  readonly extremes: Extreme[] | null;
}

/** Who lies outside the fences of each feature, counted, and the farthest few by name. */
export async function readOutliers(
  database: Database,
  scope: ExplorationScope,
  features: readonly CustomerFeature[],
  first: number,
): Promise<Outliers[]> {
  const summaries = await summariseFeatures(database, scope, features);
  const fenced = summaries.flatMap((summary) => {
    const outside = fencesOf(summary, OUTSIDE);
    const farOut = fencesOf(summary, FAR_OUT);
    return outside === null || farOut === null ? [] : [{ summary, outside, farOut, scale: scaleOf(summary) }];
  });
  const number = (value: number | null, none: string) => `${value === null ? `'${none}'` : value}::float8`;
  const parts = fenced.map(({ summary, outside, farOut, scale }) => {
    const onScale = (value: string) => (scale === 'LOG1P' ? `ln(1 + greatest(${value}, 0))` : value);
    const low = number(outside.low, '-Infinity');
    const high = number(outside.high, 'Infinity');
    const value = `(${CUSTOMER_FEATURES[summary.feature as CustomerFeature]})::float8`;
    // How far beyond its fence, on the scale of the fences.
    const distance = `greatest(${onScale('v.value')} - ${onScale(high)}, ${onScale(low)} - ${onScale('v.value')})`;
    const beyond = `v.value < ${low} or v.value > ${high}`;
    return `(select '${summary.feature}' as feature, count(*) filter (where v.value < ${low})::float8 as below,
        count(*) filter (where v.value > ${high})::float8 as above,
        count(*) filter (where v.value < ${number(farOut.low, '-Infinity')} or v.value > ${number(farOut.high, 'Infinity')})::float8 as far,
        (select json_agg(json_build_object('customerId', e.customer_id, 'value', e.value) order by e.distance desc, e.customer_id)
         from (select v.customer_id, v.value, ${distance} as distance
               from (select m.customer_id, ${value} as value from members m where m.orders > 0) as v
               where ${beyond} order by 3 desc, 1 limit ${first}) as e) as extremes
      from (select ${value} as value from members m where m.orders > 0) as v)`;
  });
  const rows =
    parts.length === 0
      ? []
      : await readSets<Beyond>(database, sql`with ${membersOf(scope)} ${sql.raw(parts.join(' union all '))}`);
  return summaries.map((summary) => {
    const found = fenced.find((candidate) => candidate.summary === summary);
    const row = rows.find(({ feature }) => feature === summary.feature);
    return {
      feature: summary.feature as CustomerFeature,
      scale: scaleOf(summary),
      customers: summary.count,
      outside: found?.outside ?? null,
      farOut: found?.farOut ?? null,
      belowCount: row?.below ?? 0,
      aboveCount: row?.above ?? 0,
      farOutCount: row?.far ?? 0,
      extremes: row?.extremes ?? [],
    };
  });
}

/** How many buyers have a value beyond the bounds at which a model clips it. */
export async function countClipped(
  database: Database,
  scope: ExplorationScope,
  bounds: readonly { readonly feature: CustomerFeature; readonly low: number; readonly high: number }[],
): Promise<number[]> {
  if (bounds.length === 0) return [];
  const counts = bounds.map(
    ({ feature, low, high }) =>
      `count(*) filter (where (${CUSTOMER_FEATURES[feature]})::float8 < ${low} or (${CUSTOMER_FEATURES[feature]})::float8 > ${high})::float8`,
  );
  const [row] = await readSets<{ counts: number[] }>(
    database,
    sql`
    with ${membersOf(scope)} select array[${sql.raw(counts.join(', '))}] as counts from members m where m.orders > 0`,
  );
  return row!.counts;
}
