import { matrixFromColumns } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { componentScore, principalComponents } from '@tessera/core/numerics/linear-algebra/principal-components.js';
import { describe, expect, it } from 'vitest';
import { clusteringReference, REFERENCE_SETS, referenceMatrix } from '../clustering/clustering-data.js';

describe.each(REFERENCE_SETS)('principalComponents on %s', (set) => {
  const { pca } = clusteringReference(set);
  const features = referenceMatrix(set);
  const ours = principalComponents(features);

  it('equals scikit-learn to 1e-8, up to the sign of a component', () => {
    pca.components_sign_fixed_largest_positive.forEach((expected, index) => {
      const component = ours.components[index]!;
      const sign = Math.sign(component.reduce((sum, loading, column) => sum + loading * expected[column]!, 0));
      expected.forEach((loading, column) => {
        expect(Math.abs(sign * component[column]! - loading)).toBeLessThan(1e-8);
      });
      expect(Math.abs(ours.variance[index]! - pca.explained_variance[index]!)).toBeLessThan(1e-8);
      expect(Math.abs(ours.varianceShare[index]! - pca.explained_variance_ratio[index]!)).toBeLessThan(1e-8);
      const score = componentScore(ours, index, features.values, 0);
      expect(Math.abs(sign * score - pca.first_row_scores[index]!)).toBeLessThan(1e-8);
    });
  });
});

describe('principalComponents', () => {
  it('finds the diagonal of two equal columns, its largest loading positive', () => {
    const column = Float64Array.of(-1, 0, 4);
    const { components, varianceShare } = principalComponents(matrixFromColumns([column, column]));
    expect(components[0]![0]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(components[0]![1]).toBeCloseTo(Math.SQRT1_2, 12);
    expect(varianceShare[0]).toBeCloseTo(1, 12);
  });

  it('has no variance to share where all rows are equal', () => {
    const constant = new Float64Array(4).fill(2);
    expect(principalComponents(matrixFromColumns([constant, constant])).varianceShare).toEqual([0, 0]);
  });

  it('refuses a single row', () => {
    expect(() => principalComponents(matrixFromColumns([Float64Array.of(1)]))).toThrow(
      'principalComponents requires two rows and one column, got 1 x 1',
    );
  });
});
