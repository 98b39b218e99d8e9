/** Rows x columns numbers, row-major: `values[row * columns + column]`. */
export interface DesignMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * Adds weight x row x row' of some rows to a symmetric matrix, in its lower triangle, with a 1 in front of each row for the
 * intercept. Four rows are added at once, so that each entry is read and written a quarter as often; the whole
 * triangle of a few dozen columns stays in the nearest cache.
 * @param matrix rows to take: 0, stride, 2 x stride ...
 * @param weights one a taken row
 * @param sums (columns + 1)^2, row-major; the lower triangle is added to
 * O(rows / stride x columns^2 / 2).
 */
export function addWeightedSquares(
  matrix: DesignMatrix,
  stride: number,
  weights: Float64Array,
  sums: Float64Array,
): void {
  const { rows, columns, values } = matrix;
  const size = columns + 1;
  const taken = Math.ceil(rows / stride);
  for (let first = 0; first < taken; first += 4) {
    // Past the end the first row is repeated with weight 0: the same loop serves the last rows.
    const second = first + 1 < taken ? first + 1 : first;
    const third = first + 2 < taken ? first + 2 : first;
    const fourth = first + 3 < taken ? first + 3 : first;
    const w0 = weights[first]!;
    const w1 = second === first ? 0 : weights[second]!;
    const w2 = third === first ? 0 : weights[third]!;
    const w3 = fourth === first ? 0 : weights[fourth]!;
    const at0 = first * stride * columns;
    const at1 = second * stride * columns;
    const at2 = third * stride * columns;
    const at3 = fourth * stride * columns;
    sums[0]! += w0 + w1 + w2 + w3;
    for (let i = 0; i < columns; i++) {
      const x0 = w0 * values[at0 + i]!;
      const x1 = w1 * values[at1 + i]!;
      const x2 = w2 * values[at2 + i]!;
      const x3 = w3 * values[at3 + i]!;
      const out = (i + 1) * size;
      sums[out]! += x0 + x1 + x2 + x3;
      for (let j = 0; j <= i; j++) {
        sums[out + 1 + j]! +=
          x0 * values[at0 + j]! + x1 * values[at1 + j]! + x2 * values[at2 + j]! + x3 * values[at3 + j]!;
      }
    }
  }
}

/** Rows that the functions below take together: enough that each coefficient and each sum is read once for four rows. */
export const ROWS_AT_ONCE = 4;

/**
 * row . coefficients of up to four rows that stand one after the other.
 * @param offset where the first row starts in `values`
 * @param count 1 to 4 rows
 * @param out the four results; those past `count` repeat the last row
 */
export function fourPredictors(
  values: Float64Array,
  offset: number,
  columns: number,
  count: number,
  coefficients: Float64Array,
  out: Float64Array,
): void {
  const at1 = offset + columns * Math.min(1, count - 1);
  const at2 = offset + columns * Math.min(2, count - 1);
  const at3 = offset + columns * Math.min(3, count - 1);
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let j = 0; j < columns; j++) {
    const coefficient = coefficients[j]!;
    s0 += values[offset + j]! * coefficient;
    s1 += values[at1 + j]! * coefficient;
    s2 += values[at2 + j]! * coefficient;
    s3 += values[at3 + j]! * coefficient;
  }
  out[0] = s0;
  out[1] = s1;
  out[2] = s2;
  out[3] = s3;
}

/** Adds factor x row of up to four rows to `sums`; factors past `count` have to be 0. */
export function addFourRows(
  values: Float64Array,
  offset: number,
  columns: number,
  count: number,
  factors: Float64Array,
  sums: Float64Array,
): void {
  const at1 = offset + columns * Math.min(1, count - 1);
  const at2 = offset + columns * Math.min(2, count - 1);
  const at3 = offset + columns * Math.min(3, count - 1);
  const f0 = factors[0]!;
  const f1 = factors[1]!;
  const f2 = factors[2]!;
  const f3 = factors[3]!;
  for (let j = 0; j < columns; j++) {
    sums[j]! += f0 * values[offset + j]! + f1 * values[at1 + j]! + f2 * values[at2 + j]! + f3 * values[at3 + j]!;
  }
}

/** intercept + row . coefficients. Four partial sums, so that additions do not wait for each other. O(columns). */
export function linearPredictor(
  values: Float64Array,
  offset: number,
  intercept: number,
  coefficients: Float64Array,
): number {
  const columns = coefficients.length;
  let s0 = intercept;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < columns; j += 4) {
    s0 += values[offset + j]! * coefficients[j]!;
    s1 += values[offset + j + 1]! * coefficients[j + 1]!;
    s2 += values[offset + j + 2]! * coefficients[j + 2]!;
    s3 += values[offset + j + 3]! * coefficients[j + 3]!;
  }
  for (; j < columns; j++) s0 += values[offset + j]! * coefficients[j]!;
  return s0 + s1 + (s2 + s3);
}
