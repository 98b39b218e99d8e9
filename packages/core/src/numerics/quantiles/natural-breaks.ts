import { ckmeans } from 'simple-statistics';
import { InvalidInputError } from '../../errors.js';

export interface NaturalBreaks {
  /** Largest value of each class, ascending: a value belongs to the first class whose bound is not below it. */
  readonly upperBounds: readonly number[];
  readonly lowerBounds: readonly number[];
  readonly counts: readonly number[];
  /** Sum of squared differences from the class means, in squared units of the values. */
  readonly withinSs: number;
  /** Goodness of variance fit, 0 to 1: the share of the variance that lies between the classes; 1 where all are equal. */
  readonly goodnessOfFit: number;
}

/**
 * Splits values into classes with the least variance within them, exactly: Fisher's natural breaks, which Jenks' iterations
 * only approach.
 * @param values finite, in any order; not modified
 * @param classCount at least 1; where there are fewer distinct values, each becomes a class of its own
 * @returns no class without values
 * @throws InvalidInputError when classCount is below 1 or a value is not finite
 * O(classCount x n log n) time, 16 x classCount x n bytes; 200,000 values take 0.4 s. Wang and Song, "Ckmeans.1d.dp" (2011),
 * as in simple-statistics (ISC licence), whose classes split equal values only where there are too few distinct ones.
 */
export function naturalBreaks(values: Float64Array, classCount: number): NaturalBreaks {
  if (!(classCount >= 1)) {
    throw new InvalidInputError(`naturalBreaks requires classCount of at least 1, got ${classCount}`);
  }
  for (const value of values) {
    if (!Number.isFinite(value)) throw new InvalidInputError(`naturalBreaks requires finite values, got ${value}`);
  }
  if (values.length === 0) return { upperBounds: [], lowerBounds: [], counts: [], withinSs: 0, goodnessOfFit: 1 };
  const distinct = new Set(values).size;
  const classes = ckmeans(Array.from(values), Math.min(classCount, distinct));
  const withinSs = classes.reduce((sum, members) => sum + squaresAround(members), 0);
  const totalSs = squaresAround(values);
  return {
    upperBounds: classes.map((members) => members[members.length - 1]!),
    lowerBounds: classes.map((members) => members[0]!),
    counts: classes.map((members) => members.length),
    withinSs,
    goodnessOfFit: totalSs > 0 ? 1 - withinSs / totalSs : 1,
  };
}

function squaresAround(values: ArrayLike<number>): number {
  let mean = 0;
  for (let index = 0; index < values.length; index++) mean += values[index]! / values.length;
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += (values[index]! - mean) ** 2;
  return sum;
}
