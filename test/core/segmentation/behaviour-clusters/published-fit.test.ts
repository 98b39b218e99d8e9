import { assignToCentroids, kMeans } from '@tessera/core/numerics/clustering/k-means.js';
import type { FeatureMatrix } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import {
  fitWithMlKmeans,
  fitWithOwn,
  ML_KMEANS_ROWS,
  publishedFit,
} from '@tessera/core/segmentation/behaviour-clusters/published-fit.js';
import { describe, expect, it } from 'vitest';

/** Clouds that touch: each of so many centres with the sum of three uniform numbers about it. */
function clouds(rows: number, columns: number, centres: number, seed: number): FeatureMatrix {
  const random = seededRandom(seed);
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const centre = Math.floor(random() * centres);
    for (let column = 0; column < columns; column++) {
      const middle = (((centre * 7 + column * 3) % 5) - 2) * 0.6;
      values[row * columns + column] = middle + (random() + random() + random() - 1.5) * 1.6;
    }
  }
  return { rows, columns, values };
}

const search = (seed: number) => ({ seed, restarts: { first: 0, end: 3 } });

describe('the fit that is published', () => {
  it.each([
    [40, 2, 3, 1],
    [300, 4, 2, 2],
    [1500, 6, 5, 3],
    [ML_KMEANS_ROWS, 7, 5, 4],
    [2 * ML_KMEANS_ROWS, 5, 8, 5],
  ])(
    'of %i x %i in %i clusters is the same by ml-kmeans and by our own, from the same start',
    (rows, columns, k, seed) => {
      const features = clouds(rows, columns, k, seed);
      const start = kMeans(features, k, search(seed)).centroids;
      const [theirs, own] = [fitWithMlKmeans(features, start), fitWithOwn(features, start)];
      expect([theirs.converged, own.converged]).toEqual([true, true]);
      const [their, ours] = [theirs, own].map(({ centroids }) => assignToCentroids(features, centroids));
      expect(their!.labels).toEqual(ours!.labels);
      // They add up in another order.
      expect(Math.abs(their!.inertia / ours!.inertia - 1)).toBeLessThanOrEqual(1e-12);
      theirs.centroids.values.forEach((value, i) => {
        expect(Math.abs(value - own.centroids.values[i]!)).toBeLessThanOrEqual(1e-12);
      });
    },
  );

  it('is made by ml-kmeans up to the size where its time holds, and by our own above', () => {
    for (const [rows, fitter] of [
      [ML_KMEANS_ROWS, 'ml-kmeans'],
      [ML_KMEANS_ROWS + 1, 'own'],
    ] as const) {
      const features = clouds(rows, 3, 3, 9);
      expect(publishedFit(features, kMeans(features, 3, search(9))).fitter).toBe(fitter);
    }
  });
});
