import { InvalidInputError } from '@tessera/core/errors.js';
import { adjustedRandIndex, clusterIndexes } from '@tessera/core/numerics/clustering/cluster-indexes.js';
import {
  assignToCentroids,
  betterFit,
  kMeans,
  lloyd,
  nearestCentroid,
} from '@tessera/core/numerics/clustering/k-means.js';
import { seedCentroids } from '@tessera/core/numerics/clustering/k-means-seeding.js';
import { silhouette } from '@tessera/core/numerics/clustering/silhouette.js';
import { columnMoments, matrixFromColumns, selectRows } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, it } from 'vitest';
import {
  blobs,
  clusteringReference,
  REFERENCE_SETS,
  referenceColumns,
  referenceMatrix,
  sizesOf,
} from './clustering-data.js';

const tenRestarts = { seed: 42, restarts: { first: 0, end: 10 } };
/** Ten restarts reach 1.012 times the best inertia on the smallest set, as scikit-learn's ten do; small sets afford more. */
const RESTARTS = { wholesale: 300, 'marketing-campaign': 120, 'cdnow-sample': 40, 'online-retail': 10 };
const relative = (actual: number, expected: number) => Math.abs(actual / expected - 1);

describe.each(REFERENCE_SETS)('k-means on %s', (set) => {
  const reference = clusteringReference(set);
  const features = referenceMatrix(set);

  it('sees the matrix that the reference saw', () => {
    expect(features.rows).toBe(reference.rows);
    const { mean, variance } = columnMoments(referenceColumns(set));
    reference.features.forEach((name, column) => {
      expect(relative(mean[column]!, reference.scaler.mean[name]!)).toBeLessThan(1e-9);
      expect(relative(variance[column]!, reference.scaler.variance_population[name]!)).toBeLessThan(1e-9);
      expect(features.values[column]).toBeCloseTo(reference.first_row_standardised[column]!, 8);
    });
  });

  it('reaches the best inertia known for k = 1 to 10, and the indexes that go with it', () => {
    expect(relative(kMeans(features, 1, tenRestarts).inertia, reference.kmeans_k1_inertia)).toBeLessThan(1e-9);
    for (let k = 2; k <= 10; k++) {
      const best = reference.kmeans[k]!;
      const fit = kMeans(features, k, { seed: 42, restarts: { first: 0, end: RESTARTS[set] }, tolerance: 0 });
      expect(fit.inertia / best.best_inertia_known).toBeLessThanOrEqual(1.005);
      expect(fit.converged).toBe(true);
      const confirmed = assignToCentroids(features, fit.centroids);
      expect(confirmed.inertia).toBe(fit.inertia);
      expect(confirmed.labels).toEqual(fit.labels);
      // Where both are the same optimum, so are the indexes. Ours is lower than the best known for most k of the two smaller
      // sets: within 1e-5 of it they agree to 1 %; within 1e-4 the variance ratio still does, the other two to 2.1 % (they
      // differ most at two lower optima, of wholesale at k = 8 and of the marketing campaign at k = 7); beyond, another
      // optimum's indexes say nothing.
      const apart = relative(fit.inertia, best.best_inertia_known);
      if (apart > 1e-4) continue;
      const indexes = clusterIndexes(features, fit.labels);
      const allowed = apart <= 1e-7 ? 1e-6 : apart <= 1e-5 ? 0.01 : 0.021;
      expect(relative(silhouette(features, fit.labels), best.silhouette_at_best)).toBeLessThan(allowed);
      expect(relative(indexes.daviesBouldin, best.davies_bouldin_at_best)).toBeLessThan(allowed);
      expect(relative(indexes.calinskiHarabasz, best.calinski_harabasz_at_best)).toBeLessThan(Math.min(allowed, 0.01));
      if (apart > 1e-7) continue;
      expect(relative(indexes.withinSs, fit.inertia)).toBeLessThan(1e-9);
      expect(sizesOf(fit.labels)).toEqual(best.sizes_at_best);
    }
  }, 180_000);
});

describe('kMeans', () => {
  const corners = [
    [0, 0, 0],
    [6, 0, 0],
    [0, 6, 0],
    [0, 0, 6],
    [6, 6, 6],
  ];

  it('finds planted clusters six standard deviations apart again', () => {
    for (const seed of [1, 2, 3]) {
      const features = blobs(3_000, corners, seed);
      const planted = Int32Array.from({ length: 3_000 }, (_, row) => row % 5);
      const fit = kMeans(features, 5, { ...tenRestarts, seed });
      expect(adjustedRandIndex(fit.labels, planted)).toBeGreaterThanOrEqual(0.95);
    }
  });

  it('gives the same clusters for the same seed, however the restarts are split', () => {
    const features = blobs(2_000, corners, 4);
    const whole = kMeans(features, 7, tenRestarts);
    const parts = betterFit(
      kMeans(features, 7, { seed: 42, restarts: { first: 0, end: 5 } }),
      kMeans(features, 7, { seed: 42, restarts: { first: 5, end: 10 } }),
    );
    expect(parts).toEqual(whole);
    expect(kMeans(features, 7, tenRestarts)).toEqual(whole);
  });

  it('refines its starts on a sample of a large matrix and still ends at the best fit', () => {
    const features = blobs(25_000, corners, 5);
    const planted = Int32Array.from({ length: 25_000 }, (_, row) => row % 5);
    const fit = kMeans(features, 5, { seed: 1, restarts: { first: 0, end: 2 } });
    expect(adjustedRandIndex(fit.labels, planted)).toBeGreaterThanOrEqual(0.95);
    expect(sizesOf(fit.labels)).toHaveLength(5);
  });

  it('keeps rare distinct points that a sample of the rows would miss', () => {
    const column = new Float64Array(30_000);
    column[7] = 1;
    column[29_000] = 5;
    const fit = kMeans(matrixFromColumns([column]), 3, { seed: 1, restarts: { first: 0, end: 1 } });
    expect(sizesOf(fit.labels)).toEqual([29_998, 1, 1]);
    expect(fit.inertia).toBe(0);
  });

  it('labels every row by the rule that scores a single row', () => {
    const features = blobs(1_000, corners, 6);
    const { labels, centroids, inertia } = kMeans(features, 6, tenRestarts);
    const again = assignToCentroids(features, centroids);
    expect(again.labels).toEqual(labels);
    expect(again.inertia).toBe(inertia);
    for (let row = 0; row < 1_000; row++) {
      expect(nearestCentroid(features.values, row * 3, centroids)).toBe(labels[row]);
    }
  });

  it('ends at a fixed point when the tolerance is 0: each centroid is the mean of its rows', () => {
    const features = referenceMatrix('wholesale');
    const { labels, centroids } = kMeans(features, 5, { ...tenRestarts, tolerance: 0 });
    for (let cluster = 0; cluster < 5; cluster++) {
      const rows = [...labels.keys()].filter((row) => labels[row] === cluster);
      const { mean } = columnMoments(selectRows(features, rows));
      mean.forEach((value, column) => {
        expect(centroids.values[cluster * features.columns + column]).toBeCloseTo(value, 12);
      });
    }
  });

  it('matches a plain Lloyd iteration step by step', () => {
    const features = blobs(400, corners, 7);
    const start = seedCentroids(features, 6, seededRandom(1));
    let centres = start;
    let before = Number.POSITIVE_INFINITY;
    for (let maxIterations = 1; maxIterations <= 12; maxIterations++) {
      const fit = lloyd(features, start, { maxIterations, tolerance: 0 });
      const { labels, inertia } = assignToCentroids(features, centres);
      expect(fit.labels).toEqual(labels);
      expect(fit.inertia).toBeCloseTo(inertia, 8);
      expect(fit.inertia).toBeLessThanOrEqual(before);
      before = fit.inertia;
      const sums = new Float64Array(18);
      const counts = new Float64Array(6);
      labels.forEach((label, row) => {
        counts[label]!++;
        for (let c = 0; c < 3; c++) sums[label * 3 + c]! += features.values[row * 3 + c]!;
      });
      centres = { ...centres, values: sums.map((sum, index) => sum / counts[Math.floor(index / 3)]!) };
    }
  });

  it('says when the iteration cap came first', () => {
    const fit = kMeans(referenceMatrix('wholesale'), 8, { ...tenRestarts, maxIterations: 2 });
    expect(fit.converged).toBe(false);
    expect(fit.iterations).toBe(2);
  });

  it('does not depend on the units of a common scale or on where zero lies', () => {
    const features = blobs(600, corners, 8);
    const moved = { ...features, values: features.values.map((value) => 1_000 * value + 5_000) };
    expect(kMeans(moved, 5, tenRestarts).labels).toEqual(kMeans(features, 5, tenRestarts).labels);
  });

  it('does not change its input', () => {
    const features = blobs(100, corners, 9);
    const copy = features.values.slice();
    kMeans(features, 4, tenRestarts);
    expect(features.values).toEqual(copy);
  });

  it('gives an emptied cluster the row farthest from its centroid', () => {
    const features = matrixFromColumns([Float64Array.of(0, 1, 2, 10, 11, 40)]);
    const start = matrixFromColumns([Float64Array.of(5, 5, 1_000)]);
    const fit = lloyd(features, start, { tolerance: 0 });
    expect(fit.clusterCount).toBe(3);
    expect(sizesOf(fit.labels)).toEqual([3, 2, 1]);
    expect(fit.inertia).toBeCloseTo(2.5, 12);
  });

  it('makes as many clusters as there are distinct points when asked for more', () => {
    const features = matrixFromColumns([Float64Array.of(1, 1, 1, 4, 4, 9, 9)]);
    const fit = kMeans(features, 5, tenRestarts);
    expect(fit.clusterCount).toBe(3);
    expect(fit.inertia).toBe(0);
    expect(Math.max(...fit.labels)).toBe(2);
  });

  it('puts equal rows into one cluster', () => {
    const fit = kMeans(matrixFromColumns([new Float64Array(5).fill(3)]), 4, tenRestarts);
    expect(fit.clusterCount).toBe(1);
    expect(fit.inertia).toBe(0);
    expect(fit.converged).toBe(true);
  });

  it('puts one row into one cluster, and two rows into two', () => {
    expect(kMeans(matrixFromColumns([Float64Array.of(3)]), 1, tenRestarts).clusterCount).toBe(1);
    expect(sizesOf(kMeans(matrixFromColumns([Float64Array.of(3, 4)]), 2, tenRestarts).labels)).toEqual([1, 1]);
  });

  it('gives one extreme row a cluster of its own', () => {
    const features = blobs(200, [[0, 0]], 10);
    features.values.set([1e6, 1e6], 0);
    expect(sizesOf(kMeans(features, 2, tenRestarts).labels)).toEqual([199, 1]);
  });

  it('refuses more clusters than rows, no rows, and values that are not finite', () => {
    const features = matrixFromColumns([Float64Array.of(1, 2, 3)]);
    expect(() => kMeans(features, 7, tenRestarts)).toThrow(
      'kMeans requires clusterCount between 1 and 3 (rows), got 7',
    );
    expect(() => kMeans(matrixFromColumns([]), 1, tenRestarts)).toThrow(InvalidInputError);
    expect(() => kMeans(matrixFromColumns([Float64Array.of(1, Number.NaN)]), 1, tenRestarts)).toThrow(
      'kMeans requires finite values, got NaN in row 1, column 0',
    );
    expect(() => kMeans(features, 1, { seed: 1, restarts: { first: 3, end: 3 } })).toThrow(InvalidInputError);
    expect(() => lloyd(features, matrixFromColumns([Float64Array.of(1), Float64Array.of(2)]))).toThrow(
      'lloyd requires 1 to 3 centroids of 1 columns, got 1 of 2',
    );
  });
});
