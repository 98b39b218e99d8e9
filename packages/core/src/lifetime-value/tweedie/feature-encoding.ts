import type { CategoryColumn } from '../../customers/customer-features.js';
import { InvalidInputError } from '../../errors.js';
import type { DesignMatrix } from '../../numerics/linear-algebra/design-matrix.js';

/** How one numeric column becomes numbers of order 1, learned on the training window only. Plain JSON. */
export interface NumericEncoding {
  readonly name: string;
  /** `log` is sign(x) ln(1 + |x|): for money, counts and days, which are skewed. */
  readonly scale: 'linear' | 'log';
  /** Stands for a missing value; in the column's own unit. */
  readonly median: number;
  /** Of the scaled training values; deviation is the population's, 1 where all are equal. */
  readonly mean: number;
  readonly deviation: number;
  /**
   * The range of the scaled training values, widened by its own width at either end. What lies beyond is taken to its
   * end: a day or two past the training range is like it, far out there the model knows nothing.
   */
  readonly low: number;
  readonly high: number;
}

export interface CategoryEncoding {
  readonly name: string;
  /** One column of 0 and 1 each; a value that is missing, rare or was not seen in training has 0 in all of them. */
  readonly labels: readonly string[];
}

export interface FeatureEncoding {
  readonly numeric: readonly NumericEncoding[];
  readonly categories: readonly CategoryEncoding[];
}

export interface NumericFeature {
  readonly name: string;
  readonly scale: 'linear' | 'log';
  /** NaN where missing. */
  readonly values: Float64Array;
}

export interface CategoryFeature {
  readonly name: string;
  readonly column: CategoryColumn;
}

/** A level with fewer customers says more about them than about the level. */
const SMALLEST_LEVEL = 30;
const MOST_LEVELS = 40;

/**
 * Learns medians, means, deviations, ranges and category levels.
 * @param numeric columns of one length; infinite values count as missing
 * @throws InvalidInputError when a name occurs twice
 * O(rows log rows x columns).
 */
export function fitEncoding(
  numeric: readonly NumericFeature[],
  categories: readonly CategoryFeature[],
): FeatureEncoding {
  const names = [...numeric, ...categories].map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidInputError(`fitEncoding requires distinct names, got ${twice} twice`);
  return { numeric: numeric.map(fitNumeric), categories: categories.map(fitLevels) };
}

function fitNumeric({ name, scale, values }: NumericFeature): NumericEncoding {
  const known = values.filter(Number.isFinite).sort();
  const middle = known.length >> 1;
  const median = known.length === 0 ? 0 : known.length % 2 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2;
  let mean = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const scaled = values.map((value) => scaledValue(value, scale, median));
  for (const value of scaled) {
    mean += value / scaled.length;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  let variance = 0;
  for (const value of scaled) variance += (value - mean) ** 2 / scaled.length;
  // Equal values leave a variance of rounding, not of 0.
  const varies = variance > 1e-20 * (1 + mean * mean);
  const seen = scaled.length > 0;
  return {
    name,
    scale,
    median,
    mean,
    deviation: varies ? Math.sqrt(variance) : 1,
    low: seen ? low - (high - low) : 0,
    high: seen ? high + (high - low) : 0,
  };
}

function scaledValue(value: number, scale: 'linear' | 'log', median: number): number {
  const known = Number.isFinite(value) ? value : median;
  return scale === 'log' ? Math.sign(known) * Math.log1p(Math.abs(known)) : known;
}

function fitLevels({ name, column }: CategoryFeature): CategoryEncoding {
  const counts = new Map<string, number>();
  for (const code of column.codes) {
    const label = column.labels[code];
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const labels = [...counts]
    .filter(([, count]) => count >= SMALLEST_LEVEL)
    .sort(([leftLabel, left], [rightLabel, right]) => right - left || (leftLabel < rightLabel ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([label]) => label)
    .sort();
  // With one level left there is nothing to tell apart.
  return { name, labels: labels.length > 1 ? labels : [] };
}

/** Names of the matrix's columns: a numeric feature's own, and `name=label` for each level. */
export function encodedNames(encoding: FeatureEncoding): string[] {
  return [
    ...encoding.numeric.map(({ name }) => name),
    ...encoding.categories.flatMap(({ name, labels }) => labels.map((label) => `${name}=${label}`)),
  ];
}

/**
 * Encodes rows with what was learned; a pure function of each row. A column that is not given counts as missing.
 * O(rows x columns).
 */
export function encodeFeatures(
  encoding: FeatureEncoding,
  rows: number,
  numeric: Readonly<Record<string, Float64Array | undefined>>,
  categories: Readonly<Record<string, CategoryColumn | undefined>>,
): DesignMatrix {
  const columns = encodedNames(encoding).length;
  const values = new Float64Array(rows * columns);
  encoding.numeric.forEach(({ name, scale, median, mean, deviation, low, high }, column) => {
    const given = numeric[name];
    for (let row = 0, at = column; row < rows; row++, at += columns) {
      const scaled = scaledValue(given === undefined ? Number.NaN : given[row]!, scale, median);
      const kept = Math.min(high, Math.max(low, scaled));
      values[at] = (kept - mean) / deviation;
    }
  });
  let first = encoding.numeric.length;
  for (const { name, labels } of encoding.categories) {
    const given = categories[name];
    if (given !== undefined) {
      const columnOf = given.labels.map((label) => labels.indexOf(label));
      for (let row = 0; row < rows; row++) {
        const column = columnOf[given.codes[row]!] ?? -1;
        if (column >= 0) values[row * columns + first + column] = 1;
      }
    }
    first += labels.length;
  }
  return { rows, columns, values };
}
