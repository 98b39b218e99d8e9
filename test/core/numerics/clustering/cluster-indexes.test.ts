import {
  adjustedRandIndex,
  adjustedRandIndexOfTable,
  clusterIndexes,
} from '@tessera/core/numerics/clustering/cluster-indexes.js';
import { silhouette, silhouettes } from '@tessera/core/numerics/clustering/silhouette.js';
import { matrixFromColumns } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { describe, expect, it } from 'vitest';
import { blobs, clusteringReference, givenLabels, REFERENCE_SETS, referenceMatrix } from './clustering-data.js';

const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe.each(REFERENCE_SETS)('the cluster indexes on %s', (set) => {
  const reference = clusteringReference(set);
  const features = referenceMatrix(set);
  const { byRow, byMedian } = givenLabels(features);

  it('equal those of scikit-learn on given labels to 1e-9', () => {
    for (const [labels, expected] of [
      [byRow, reference.metrics_of_given_labels.row_number_mod_3],
      [byMedian, reference.metrics_of_given_labels.first_feature_above_its_median],
    ] as const) {
      const { withinSs, daviesBouldin, calinskiHarabasz } = clusterIndexes(features, labels);
      expect(relative(withinSs, expected.within_ss)).toBeLessThan(1e-9);
      expect(relative(daviesBouldin, expected.davies_bouldin)).toBeLessThan(1e-9);
      expect(relative(calinskiHarabasz, expected.calinski_harabasz)).toBeLessThan(1e-9);
      expect(relative(silhouette(features, labels), expected.silhouette)).toBeLessThan(1e-9);
    }
    // The file keeps ten significant digits.
    expect(relative(adjustedRandIndex(byRow, byMedian), reference.ari_of_the_two_given_labelings)).toBeLessThan(1e-9);
  });

  it('measure several labelings at once as they measure each alone', () => {
    const [first, second] = silhouettes(features, [byRow, byMedian]);
    expect(first).toBeCloseTo(silhouette(features, byRow), 12);
    expect(second).toBeCloseTo(silhouette(features, byMedian), 12);
  });
});

describe('silhouette', () => {
  const line = matrixFromColumns([Float64Array.of(0, 2, 10)]);

  it('equals the case worked by hand', () => {
    // Row 0: a = 2, b = 10, 0.8. Row 1: a = 2, b = 8, 0.75. Row 2 is alone: 0.
    expect(silhouette(line, Int32Array.of(0, 0, 1))).toBeCloseTo((0.8 + 0.75) / 3, 15);
  });

  it('is NaN with one cluster, and 0 where all points are equal', () => {
    expect(silhouette(line, Int32Array.of(0, 0, 0))).toBeNaN();
    expect(silhouette(matrixFromColumns([new Float64Array(4)]), Int32Array.of(0, 0, 1, 1))).toBe(0);
  });

  it('skips labels that no row carries', () => {
    expect(silhouette(line, Int32Array.of(4, 4, 1))).toBeCloseTo(silhouette(line, Int32Array.of(0, 0, 1)), 15);
  });

  it('takes labelings apart when their joint groups would need too much memory', () => {
    const features = blobs(3_000, [[0, 0]], 1);
    const labelings = [40, 41, 43].map((k) => Int32Array.from({ length: 3_000 }, (_, row) => (row * row) % k));
    const together = silhouettes(features, labelings);
    labelings.forEach((labels, index) => {
      expect(together[index]).toBeCloseTo(silhouette(features, labels), 12);
    });
  });

  it('refuses labels of another length', () => {
    expect(() => silhouette(line, Int32Array.of(0, 1))).toThrow('silhouettes requires 3 labels (rows), got 2');
  });
});

describe('clusterIndexes', () => {
  it('has no index of separation with one cluster', () => {
    const features = matrixFromColumns([Float64Array.of(1, 2, 3)]);
    expect(clusterIndexes(features, Int32Array.of(0, 0, 0))).toEqual({
      withinSs: 2,
      daviesBouldin: Number.NaN,
      calinskiHarabasz: Number.NaN,
    });
  });

  it('equals the case worked by hand', () => {
    // Means 1 and 10, spreads 1 and 0, apart 9; between 3 x ... : 2 x 9 + 1 x 36 = 54 over 1, within 2 over 1.
    const features = matrixFromColumns([Float64Array.of(0, 2, 10)]);
    const { withinSs, daviesBouldin, calinskiHarabasz } = clusterIndexes(features, Int32Array.of(7, 7, 2));
    expect(withinSs).toBe(2);
    expect(daviesBouldin).toBeCloseTo(1 / 9, 15);
    expect(calinskiHarabasz).toBeCloseTo(27, 12);
  });
});

describe('adjustedRandIndex', () => {
  it('is 1 for the same clusters under other names', () => {
    expect(adjustedRandIndex(Int32Array.of(0, 0, 1, 2), Int32Array.of(5, 5, -1, 0))).toBe(1);
  });

  it('equals the case worked by hand', () => {
    // Pairs together in both: 1; left 2, right 2 of 6 pairs; expected 4 / 6, most 2.
    expect(adjustedRandIndex(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 0, 1, 2))).toBeCloseTo(
      (1 - 2 / 6) / (1.5 - 2 / 6),
      15,
    );
  });

  it('is the same from the cross table, whatever the labels are', () => {
    const table = [
      { left: 'a', right: 'x', count: 2 },
      { left: 'b', right: 'x', count: 1 },
      { left: 'b', right: 'y', count: 1 },
    ];
    const labels = adjustedRandIndex(Int32Array.of(0, 0, 1, 1), Int32Array.of(5, 5, 5, 6));
    expect(adjustedRandIndexOfTable(table)).toBe(labels);
    expect(adjustedRandIndexOfTable([...table, { left: 'c', right: 'z', count: 0 }])).toBe(labels);
    expect(adjustedRandIndexOfTable([])).toBe(1);
  });

  it('is 1 where both put all rows together, and without rows', () => {
    expect(adjustedRandIndex(Int32Array.of(1, 1), Int32Array.of(0, 0))).toBe(1);
    expect(adjustedRandIndex(new Int32Array(0), new Int32Array(0))).toBe(1);
    expect(adjustedRandIndex(Int32Array.of(1), Int32Array.of(2))).toBe(1);
  });

  it('refuses unequal lengths', () => {
    expect(() => adjustedRandIndex(Int32Array.of(1), new Int32Array(0))).toThrow(
      'adjustedRandIndex requires equal lengths, got 1 and 0',
    );
  });
});
