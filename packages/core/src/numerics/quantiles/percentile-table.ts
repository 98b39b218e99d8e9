import { tieGroups } from './ranks.js';

/** Above this many distinct values the table keeps every k-th and interpolates between them. */
const EXACT_DISTINCT_VALUES = 65_536;

/**
 * The percentile rank of a value within a population, kept as a table so that it can be stored and asked for values
 * that were not in the population.
 */
export interface PercentileTable {
  /** Ascending distinct values. */
  readonly values: readonly number[];
  /** The average-tie percentile rank of each, in (0, 1]. */
  readonly ranks: readonly number[];
  /** The largest error of a rank read from the table for a value of the population; 0 when every value is kept. */
  readonly errorBound: number;
}

/**
 * Average-tie percentile ranks, rank / n, as pandas' `rank(pct=True)`.
 * @param values any order; NaN is left out
 * @returns exact for up to 65,536 distinct values, else interpolated with the stated error bound
 * O(n log n).
 */
export function fitPercentiles(values: Float64Array): PercentileTable {
  const groups = tieGroups(values);
  const last = groups.at(-1);
  const count = last === undefined ? 0 : last.below + last.equal;
  const step = Math.ceil(groups.length / EXACT_DISTINCT_VALUES);
  const kept: number[] = [];
  const ranks: number[] = [];
  let errorBound = 0;
  let skipped = 0;
  for (let i = 0; i < groups.length; i++) {
    if (i % step !== 0 && i !== groups.length - 1) {
      skipped++;
      continue;
    }
    const group = groups[i]!;
    const rank = (2 * group.below + group.equal + 1) / (2 * count);
    // Both ranks are monotone, so between two kept values neither can differ by more than their distance.
    if (skipped > 0) errorBound = Math.max(errorBound, rank - ranks.at(-1)!);
    kept.push(group.value);
    ranks.push(rank);
    skipped = 0;
  }
  return { values: kept, ranks, errorBound };
}

/**
 * The percentile rank of one value: 0 below the smallest, its own rank when it is in the table, linear in between,
 * 1 above the largest. NaN gives NaN, and so does an empty table. O(log n).
 */
export function percentileOf(table: PercentileTable, value: number): number {
  const { values, ranks } = table;
  if (Number.isNaN(value) || values.length === 0) return Number.NaN;
  if (value < values[0]!) return 0;
  const top = values.length - 1;
  if (value > values[top]!) return 1;
  let low = 0;
  let high = top;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  const at = values[low]!;
  if (at === value) return ranks[low]!;
  const share = (value - at) / (values[low + 1]! - at);
  return ranks[low]! + share * (ranks[low + 1]! - ranks[low]!);
}
