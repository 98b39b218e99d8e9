import { fitPercentiles, percentileOf } from '@tessera/core';
import { sql } from 'drizzle-orm';
import type { Database } from '../../database.js';
import { SKEWED } from './bins.js';
import { CUSTOMER_FEATURE_NAMES, CUSTOMER_FEATURES, type CustomerFeature } from './distributions.js';
import { type ExplorationScope, membersOf, readSets } from './scope.js';

export type Scale = 'LINEAR' | 'LOG1P';

export interface Correlation {
  readonly left: CustomerFeature;
  readonly right: CustomerFeature;
  /** Buyers for whom both values are known. */
  readonly customers: number;
  readonly leftScale: Scale;
  readonly rightScale: Scale;
  /** -1 to 1; null where one of the two has a single value. */
  readonly pearson: number | null;
  readonly spearman: number | null;
}

/** Buyers that the correlations read at most: a standard error is then below 0.008. */
const MOST_CUSTOMERS = 20_000;

/**
 * Pearson's correlation, in two passes so that nothing cancels.
 * @param a @param b of equal length, finite; not modified
 * @returns -1 to 1; null where one of them has a single value, or there are none. O(n).
 */
export function pearsonCorrelation(a: Float64Array, b: Float64Array): number | null {
  if (isConstant(a) || isConstant(b)) return null;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let together = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    together += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return Math.min(1, Math.max(-1, together / Math.sqrt(squaresA * squaresB)));
}

/** Spearman's correlation: Pearson's of the average ranks. Same contract. O(n log n). */
export const spearmanCorrelation = (a: Float64Array, b: Float64Array): number | null =>
  pearsonCorrelation(ranksOf(a), ranksOf(b));

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const isConstant = (values: Float64Array) => values.every((value) => value === values[0]);
const ranksOf = (values: Float64Array) => {
  const table = fitPercentiles(values);
  return values.map((value) => percentileOf(table, value));
};

/** Whether the adjusted skewness of the values that are known is above 1: then it is read on the scale of ln(1 + value). */
function isSkewed(values: Float64Array): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  const n = known.length;
  if (n < 3 || isConstant(known)) return false;
  const mean = meanOf(known);
  let squares = 0;
  let cubes = 0;
  for (const value of known) {
    squares += (value - mean) ** 2;
    cubes += (value - mean) ** 3;
  }
  const skewness = cubes / n / (squares / n) ** 1.5;
  return (skewness * Math.sqrt(n * (n - 1))) / (n - 2) > SKEWED;
}

interface Column {
  readonly feature: CustomerFeature;
  readonly scale: Scale;
  readonly values: Float64Array;
  /** Ranks among all buyers, for pairs that every buyer has. Null where some buyers lack the value. */
  readonly ranks: Float64Array | null;
}

function correlate(left: Column, right: Column): Correlation {
  const { feature: leftFeature, scale: leftScale } = left;
  const { feature: rightFeature, scale: rightScale } = right;
  const names = { left: leftFeature, right: rightFeature, leftScale, rightScale };
  if (left.ranks !== null && right.ranks !== null) {
    return {
      ...names,
      customers: left.values.length,
      pearson: pearsonCorrelation(left.values, right.values),
      spearman: pearsonCorrelation(left.ranks, right.ranks),
    };
  }
  const hasBoth = (_: number, row: number) => !Number.isNaN(left.values[row]!) && !Number.isNaN(right.values[row]!);
  const [a, b] = [left.values.filter(hasBoth), right.values.filter(hasBoth)];
  return { ...names, customers: a.length, pearson: pearsonCorrelation(a, b), spearman: spearmanCorrelation(a, b) };
}

/**
 * Pearson's correlation of every two features of buyers, on the scale of ln(1 + value), values below zero as zero, where a
 * feature's skewness is above 1; and Spearman's, with average ranks. Each pair reads the buyers who have both values; of
 * more than 20,000 buyers, 20,000 by the hash of their id.
 */
export async function readCorrelations(database: Database, scope: ExplorationScope): Promise<Correlation[]> {
  const columns = CUSTOMER_FEATURE_NAMES.map((name) => `array_agg((${CUSTOMER_FEATURES[name]})::float8)`);
  const [row] = await readSets<{ values: (number | null)[][] | null }>(
    database,
    sql`
    with ${membersOf(scope)},
    buyers as (
      select * from members where orders > 0
      order by case when (select count(*) from members where orders > 0) > ${MOST_CUSTOMERS} then hashtextextended(customer_id, 0) end
      limit ${MOST_CUSTOMERS}
    )
    select json_build_array(${sql.raw(columns.join(', '))}) as values from buyers m`,
  );
  const features = CUSTOMER_FEATURE_NAMES.map((feature, i): Column => {
    const raw = Float64Array.from(row?.values?.[i] ?? [], (value) => value ?? Number.NaN);
    const scale = isSkewed(raw) ? 'LOG1P' : 'LINEAR';
    const values = scale === 'LOG1P' ? raw.map((value) => Math.log1p(Math.max(value, 0))) : raw;
    // Ranks of the raw values: the logarithm would tie those below zero.
    return { feature, scale, values, ranks: raw.some(Number.isNaN) ? null : ranksOf(raw) };
  });
  return features.flatMap((left, i) => features.slice(i + 1).map((right) => correlate(left, right)));
}
