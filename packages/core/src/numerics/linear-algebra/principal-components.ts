import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { InvalidInputError } from '../../errors.js';
import { columnMoments, type FeatureMatrix, requireFinite } from './feature-matrix.js';

export interface PrincipalComponents {
  /** columns x columns, one component a row, most variance first; unit length, its largest loading positive. */
  readonly components: readonly (readonly number[])[];
  /** Sample variance (divided by rows - 1) along each component. */
  readonly variance: readonly number[];
  /** Share of the whole variance along each component; all 0 where there is no variance. */
  readonly varianceShare: readonly number[];
  /** The column means that scores are counted from. */
  readonly mean: readonly number[];
}

/**
 * Principal components from the eigenvectors of the covariance matrix, which is columns x columns however many rows.
 * @param features rows x columns, at least 2 rows and 1 column, every value finite; not modified, not standardised here
 * @throws InvalidInputError when there are fewer than two rows or no columns, or a value is not finite
 * O(rows x columns^2 + columns^3). Jolliffe, Principal Component Analysis (2002), section 1.1.
 */
export function principalComponents(features: FeatureMatrix): PrincipalComponents {
  requireFinite(features, 'principalComponents');
  const { rows, columns, values } = features;
  if (rows < 2 || columns < 1) {
    throw new InvalidInputError(`principalComponents requires two rows and one column, got ${rows} x ${columns}`);
  }
  const { mean } = columnMoments(features);
  const covariance = Matrix.zeros(columns, columns);
  for (let left = 0; left < columns; left++) {
    for (let right = left; right < columns; right++) {
      let sum = 0;
      for (let offset = 0; offset < values.length; offset += columns) {
        sum += (values[offset + left]! - mean[left]!) * (values[offset + right]! - mean[right]!);
      }
      covariance.set(left, right, sum / (rows - 1));
      covariance.set(right, left, sum / (rows - 1));
    }
  }
  const decomposition = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  // A variance a hair below zero is a rounding of zero.
  const eigenvalues = decomposition.realEigenvalues.map((value) => Math.max(value, 0));
  const order = eigenvalues.map((_, index) => index).sort((a, b) => eigenvalues[b]! - eigenvalues[a]! || a - b);
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  return {
    components: order.map((index) => signFixed(decomposition.eigenvectorMatrix.getColumn(index))),
    variance: order.map((index) => eigenvalues[index]!),
    varianceShare: order.map((index) => (total > 0 ? eigenvalues[index]! / total : 0)),
    mean: [...mean],
  };
}

/** The same direction with its largest loading positive, the first of equal ones: the sign of an eigenvector is free. */
function signFixed(component: number[]): number[] {
  let largest = 0;
  component.forEach((loading, column) => {
    // Loadings that agree to 12 digits count as equal, so that rounding cannot turn the map around.
    if (Math.abs(loading) > Math.abs(component[largest]!) * (1 + 1e-12)) largest = column;
  });
  const sign = component[largest]! < 0 ? -1 : 1;
  return component.map((loading) => loading * sign);
}

/** The place of one row along a component: its differences from the means, weighted by the loadings. */
export function componentScore(
  { components, mean }: Pick<PrincipalComponents, 'components' | 'mean'>,
  component: number,
  values: Float64Array,
  offset: number,
): number {
  const loadings = components[component]!;
  let score = 0;
  for (let column = 0; column < loadings.length; column++) {
    score += (values[offset + column]! - mean[column]!) * loadings[column]!;
  }
  return score;
}
