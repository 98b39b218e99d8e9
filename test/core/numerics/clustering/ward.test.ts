import { adjustedRandIndex, clusterIndexes } from '@tessera/core/numerics/clustering/cluster-indexes.js';
import { kMeans } from '@tessera/core/numerics/clustering/k-means.js';
import { silhouette } from '@tessera/core/numerics/clustering/silhouette.js';
import { cutTree, ward } from '@tessera/core/numerics/clustering/ward.js';
import { matrixFromColumns } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { describe, expect, it } from 'vitest';
import { clusteringReference, REFERENCE_SETS, referenceMatrix, sizesOf } from './clustering-data.js';

describe.each(REFERENCE_SETS)('ward on %s', (set) => {
  const reference = clusteringReference(set);
  const features = referenceMatrix(set);
  const merges = ward(features);

  it.runIf(set !== 'cdnow-sample')('cuts into the sizes, indexes and agreement of scipy', () => {
    for (const [k, expected] of Object.entries(reference.ward)) {
      const labels = cutTree(merges, Number(k));
      expect(sizesOf(labels)).toEqual(expected.sizes);
      expect(clusterIndexes(features, labels).withinSs / expected.within_ss).toBeCloseTo(1, 9);
      expect(silhouette(features, labels) / expected.silhouette).toBeCloseTo(1, 8);
      const fit = kMeans(features, Number(k), { seed: 42, restarts: { first: 0, end: 20 }, tolerance: 0 });
      // Another local optimum of k-means moves a few rows.
      expect(Math.abs(adjustedRandIndex(labels, fit.labels) - expected.ari_with_kmeans)).toBeLessThan(0.05);
    }
  });

  it.runIf(set === 'cdnow-sample')('stays close to scipy where equal distances leave the order of merges open', () => {
    for (const [k, expected] of Object.entries(reference.ward)) {
      const { withinSs } = clusterIndexes(features, cutTree(merges, Number(k)));
      expect(withinSs / expected.within_ss).toBeLessThan(1.05);
    }
  });

  it('adds up its increases to the whole sum of squares and never lets them fall', () => {
    const total = merges.reduce((sum, { increase }) => sum + increase, 0);
    expect(total / clusterIndexes(features, new Int32Array(features.rows)).withinSs).toBeCloseTo(1, 9);
    for (let index = 1; index < merges.length; index++) {
      expect(merges[index]!.increase).toBeGreaterThanOrEqual(merges[index - 1]!.increase);
    }
  });
});

describe('ward', () => {
  it('equals the case worked by hand', () => {
    const merges = ward(matrixFromColumns([Float64Array.of(0, 1, 5, 7)]));
    expect(merges).toEqual([
      { left: 0, right: 1, increase: 0.5 },
      { left: 2, right: 3, increase: 2 },
      { left: 4, right: 5, increase: 30.25 },
    ]);
    expect(cutTree(merges, 2)).toEqual(Int32Array.of(0, 0, 1, 1));
    expect(cutTree(merges, 4)).toEqual(Int32Array.of(0, 1, 2, 3));
  });

  it('ends where all rows are equal, and for one row', () => {
    expect(ward(matrixFromColumns([new Float64Array(50)]))).toHaveLength(49);
    expect(cutTree(ward(matrixFromColumns([Float64Array.of(3)])), 1)).toEqual(Int32Array.of(0));
  });

  it('refuses more rows than it is meant for, and cuts out of range', () => {
    expect(() => ward(matrixFromColumns([new Float64Array(5_001)]))).toThrow('ward requires 1 to 5000 rows, got 5001');
    expect(() => cutTree([], 2)).toThrow('cutTree requires clusterCount between 1 and 1 (rows), got 2');
  });
});
