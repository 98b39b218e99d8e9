import { tieGroups } from '../../numerics/quantiles/ranks.js';

/** Row indexes from the highest score to the lowest; equal scores keep their row order. O(n log n). */
export function rowsByScore(score: Float64Array): Uint32Array {
  const order = Uint32Array.from(score, (_, row) => row);
  return order.sort((left, right) => score[right]! - score[left]! || left - right);
}

/** One point of a gains curve: the first `share` of customers hold `captured` of the total. */
export interface GainsPoint {
  readonly share: number;
  readonly captured: number;
}

/**
 * The share of the actual total that the highest-scored share of customers holds (the first ceil(share x n) of them):
 * 0 to 1, 0 where the total is not positive.
 * @param score larger is better, finite; equal scores count in row order
 * @param actual 0 or more
 * O(n log n).
 */
export function captureAt(score: Float64Array, actual: Float64Array, share: number): number {
  return gainsCurve(score, actual, [share])[0]!.captured;
}

/** The gains curve at the given shares of customers, each 0 to 1. O(n log n). */
export function gainsCurve(score: Float64Array, actual: Float64Array, shares: readonly number[]): GainsPoint[] {
  const cumulative = cumulativeActual(rowsByScore(score), actual);
  const total = cumulative.at(-1) ?? 0;
  return shares.map((share) => {
    // A hair less, so that a product such as 0.1 x 30 = 3.0000000000000004 takes three customers and not four.
    const count = Math.min(cumulative.length, Math.ceil(share * cumulative.length - 1e-9));
    return { share, captured: total > 0 && count > 0 ? cumulative[count - 1]! / total : 0 };
  });
}

function cumulativeActual(order: Uint32Array, actual: Float64Array): Float64Array {
  const cumulative = new Float64Array(order.length);
  let sum = 0;
  for (let i = 0; i < order.length; i++) {
    sum += actual[order[i]!]!;
    cumulative[i] = sum;
  }
  return cumulative;
}

/** A tenth of the customers, best scores first. */
export interface Decile {
  /** 1 is the best tenth. */
  readonly decile: number;
  readonly customers: number;
  readonly predictedMean: number;
  readonly actualMean: number;
  /** Of the actual total, 0 to 1. */
  readonly actualShare: number;
}

/** Predicted against actual means by tenths of the ranking: decile d ends after ceil(d n / 10) customers. O(n log n). */
export function decileCalibration(predicted: Float64Array, actual: Float64Array): Decile[] {
  const order = rowsByScore(predicted);
  const total = actual.reduce((sum, value) => sum + value, 0);
  const deciles: Decile[] = [];
  for (let decile = 1, from = 0; decile <= 10; decile++) {
    const to = Math.ceil((decile * order.length) / 10);
    let predictedSum = 0;
    let actualSum = 0;
    for (let i = from; i < to; i++) {
      predictedSum += predicted[order[i]!]!;
      actualSum += actual[order[i]!]!;
    }
    if (to > from) {
      deciles.push({
        decile,
        customers: to - from,
        predictedMean: predictedSum / (to - from),
        actualMean: actualSum / (to - from),
        actualShare: total > 0 ? actualSum / total : 0,
      });
    }
    from = to;
  }
  return deciles;
}

/** Average ranks, 1 to n, of values without NaN. O(n log n). */
export function averageRanks(values: Float64Array): Float64Array {
  const rankOf = new Map(tieGroups(values).map(({ value, below, equal }) => [value, below + (equal + 1) / 2]));
  return values.map((value) => rankOf.get(value)!);
}

/** Spearman's rank correlation, ties at their average rank: -1 to 1, 0 where either side does not vary. O(n log n). */
export function rankCorrelation(left: Float64Array, right: Float64Array): number {
  return correlation(averageRanks(left), averageRanks(right));
}

/** Pearson's correlation, 0 where either side does not vary. */
export function correlation(left: Float64Array, right: Float64Array): number {
  const rows = left.length;
  let leftMean = 0;
  let rightMean = 0;
  for (let row = 0; row < rows; row++) {
    leftMean += left[row]! / rows;
    rightMean += right[row]! / rows;
  }
  let both = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let row = 0; row < rows; row++) {
    const leftGap = left[row]! - leftMean;
    const rightGap = right[row]! - rightMean;
    both += leftGap * rightGap;
    leftSquares += leftGap * leftGap;
    rightSquares += rightGap * rightGap;
  }
  return leftSquares > 0 && rightSquares > 0 ? both / Math.sqrt(leftSquares * rightSquares) : 0;
}
