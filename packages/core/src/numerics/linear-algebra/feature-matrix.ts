import { InvalidInputError } from '../../errors.js';

/** Rows x columns of numbers, row-major: the value of a row and a column stands at `row * columns + column`. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * Joins columns of equal length into one row-major matrix.
 * @param columns each of the same length; may be empty, then the matrix has no rows and no columns
 * @throws InvalidInputError when lengths differ
 * O(rows x columns).
 */
export function matrixFromColumns(columns: readonly Float64Array[]): FeatureMatrix {
  const rows = columns[0]?.length ?? 0;
  const values = new Float64Array(rows * columns.length);
  columns.forEach((column, index) => {
    if (column.length !== rows) {
      throw new InvalidInputError(
        `matrixFromColumns requires columns of equal length, got ${rows} and ${column.length}`,
      );
    }
    for (let row = 0; row < rows; row++) values[row * columns.length + index] = column[row]!;
  });
  return { rows, columns: columns.length, values };
}

/**
 * The given rows of a matrix, in the given order, as a new matrix.
 * @param rowIndexes each 0 to rows - 1; may repeat
 */
export function selectRows(features: FeatureMatrix, rowIndexes: ArrayLike<number>): FeatureMatrix {
  const { columns } = features;
  const values = new Float64Array(rowIndexes.length * columns);
  for (let target = 0; target < rowIndexes.length; target++) {
    const source = rowIndexes[target]! * columns;
    for (let column = 0; column < columns; column++)
      values[target * columns + column] = features.values[source + column]!;
  }
  return { rows: rowIndexes.length, columns, values };
}

/** The rows as arrays of their own. */
export const nestedRows = ({ rows, columns, values }: FeatureMatrix): number[][] =>
  Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);

/**
 * Checks once, at a public door, that a matrix holds what it says.
 * @param caller the function named in the message
 * @throws InvalidInputError when the length is not rows x columns or a value is NaN or infinite
 * O(rows x columns).
 */
export function requireFinite(features: FeatureMatrix, caller: string): void {
  const { rows, columns, values } = features;
  if (values.length !== rows * columns) {
    throw new InvalidInputError(`${caller} requires ${rows} x ${columns} values, got ${values.length}`);
  }
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index]!)) {
      throw new InvalidInputError(
        `${caller} requires finite values, got ${values[index]} in row ${Math.floor(index / columns)}, column ${index % columns}`,
      );
    }
  }
}

/**
 * Mean and population variance (divided by n) of each column.
 * Two passes: the one-pass form sum(x^2) - n mean^2 cancels when the mean is large against the spread.
 * @returns NaN in every entry when the matrix has no rows
 */
export function columnMoments(features: FeatureMatrix): { mean: Float64Array; variance: Float64Array } {
  const { rows, columns, values } = features;
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) mean[column]! += values[row * columns + column]!;
  }
  for (let column = 0; column < columns; column++) mean[column]! /= rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const difference = values[row * columns + column]! - mean[column]!;
      variance[column]! += difference * difference;
    }
  }
  for (let column = 0; column < columns; column++) variance[column]! /= rows;
  return { mean, variance };
}

/**
 * Each column less its mean, divided by its population standard deviation. A column without spread becomes zeros.
 * @returns a new matrix; the input is not changed
 */
export function standardise(features: FeatureMatrix): FeatureMatrix {
  const { rows, columns, values } = features;
  const { mean, variance } = columnMoments(features);
  const scaled = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const deviation = Math.sqrt(variance[column]!);
      const index = row * columns + column;
      scaled[index] = deviation > 0 ? (values[index]! - mean[column]!) / deviation : 0;
    }
  }
  return { rows, columns, values: scaled };
}

/**
 * Squared Euclidean distance between a row of one matrix and a row of another of as many columns, summed in column
 * order: every caller gets the same bits for the same two points.
 */
export function squaredDistance(
  left: Float64Array,
  leftOffset: number,
  right: Float64Array,
  rightOffset: number,
  columns: number,
): number {
  let sum = 0;
  for (let column = 0; column < columns; column++) {
    const difference = left[leftOffset + column]! - right[rightOffset + column]!;
    sum += difference * difference;
  }
  return sum;
}
