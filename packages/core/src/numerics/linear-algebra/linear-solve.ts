/**
 * Cholesky factor of a symmetric positive definite matrix, in place in its lower triangle.
 * @param matrix size x size, row-major; only the lower triangle is read and written
 * @returns false when a pivot is not positive: the matrix is singular or not definite, and is left half done
 * O(size^3 / 3). Golub and Van Loan (2013), algorithm 4.2.1.
 */
export function choleskyInPlace(matrix: Float64Array, size: number): boolean {
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      if (row === column) {
        if (!(sum > 0)) return false;
        matrix[row * size + column] = Math.sqrt(sum);
      } else {
        matrix[row * size + column] = sum / matrix[column * size + column]!;
      }
    }
  }
  return true;
}

/** Solves L L' x = right in place, given the factor L of `choleskyInPlace`. O(size^2). */
export function solveCholesky(factor: Float64Array, size: number, right: Float64Array): void {
  for (let row = 0; row < size; row++) {
    let sum = right[row]!;
    for (let k = 0; k < row; k++) sum -= factor[row * size + k]! * right[k]!;
    right[row] = sum / factor[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = right[row]!;
    for (let k = row + 1; k < size; k++) sum -= factor[k * size + row]! * right[k]!;
    right[row] = sum / factor[row * size + row]!;
  }
}

/** The diagonal of the inverse of a symmetric positive definite matrix, or null when it is not. O(size^3). */
export function inverseDiagonal(matrix: Float64Array, size: number): Float64Array | null {
  const factor = Float64Array.from(matrix);
  if (!choleskyInPlace(factor, size)) return null;
  const diagonal = new Float64Array(size);
  const unit = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    unit.fill(0);
    unit[i] = 1;
    solveCholesky(factor, size, unit);
    diagonal[i] = unit[i]!;
  }
  return diagonal;
}
