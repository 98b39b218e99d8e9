import { dbscan, NOISE, suggestRadius } from '@tessera/core/numerics/clustering/dbscan.js';
import { KdTree, nearestWithinByScan } from '@tessera/core/numerics/clustering/kd-tree.js';
import { matrixFromColumns, squaredDistance } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, it } from 'vitest';
import { blobs, clusteringReference, REFERENCE_SETS, referenceMatrix, sizesOf } from './clustering-data.js';

describe.each(REFERENCE_SETS)('dbscan on %s', (set) => {
  const features = referenceMatrix(set);

  it('finds the clusters, noise and core points of scikit-learn', () => {
    for (const expected of clusteringReference(set).dbscan) {
      const { labels, core, clusterCount } = dbscan(features, expected.eps, expected.min_samples);
      expect(clusterCount).toBe(expected.clusters);
      expect(labels.filter((label) => label === NOISE)).toHaveLength(expected.noise);
      expect(core.filter((flag) => flag === 1)).toHaveLength(expected.core_points);
      // Border points may move between clusters, so sizes may differ by as many as there are.
      const borders = features.rows - expected.noise - expected.core_points;
      sizesOf(labels).forEach((size, index) => {
        expect(Math.abs(size - expected.sizes[index]!)).toBeLessThanOrEqual(Math.min(borders, 5));
      });
    }
  });

  it('suggests a radius that leaves a crowd and some noise', () => {
    const minPoints = 2 * features.columns;
    const { labels, clusterCount } = dbscan(features, suggestRadius(features, minPoints), minPoints);
    const noise = labels.filter((label) => label === NOISE).length / features.rows;
    expect(clusterCount).toBeGreaterThanOrEqual(1);
    expect(noise).toBeGreaterThan(0);
    expect(noise).toBeLessThan(0.25);
  });
});

describe('dbscan', () => {
  it('counts the point itself and takes a distance equal to the radius', () => {
    const features = matrixFromColumns([Float64Array.of(0, 1, 2, 10)]);
    const { labels, core } = dbscan(features, 1, 3);
    expect(labels).toEqual(Int32Array.of(0, 0, 0, NOISE));
    expect(core).toEqual(Uint8Array.of(0, 1, 0, 0));
  });

  it('finds two moons of noise-free points apart and calls a far point noise', () => {
    const features = blobs(
      300,
      [
        [0, 0],
        [20, 0],
      ],
      3,
    );
    features.values.set([1_000, 1_000], 0);
    const { labels, clusterCount } = dbscan(features, 2, 5);
    expect(clusterCount).toBe(2);
    expect(labels[0]).toBe(NOISE);
  });

  it('has nothing to find without rows', () => {
    expect(dbscan({ rows: 0, columns: 2, values: new Float64Array(0) }, 1, 3).clusterCount).toBe(0);
  });

  it('handles a crowd of equal points', () => {
    const { labels, clusterCount } = dbscan(matrixFromColumns([new Float64Array(2_000)]), 0.1, 5);
    expect(clusterCount).toBe(1);
    expect(labels.every((label) => label === 0)).toBe(true);
  });

  it('refuses a radius of 0', () => {
    expect(() => dbscan(matrixFromColumns([Float64Array.of(1)]), 0, 3)).toThrow(
      'dbscan requires a radius above 0, got 0',
    );
  });
});

describe('suggestRadius', () => {
  it('is 0 only where all rows are equal', () => {
    expect(suggestRadius(matrixFromColumns([new Float64Array(9)]), 3)).toBe(0);
    const mostlyEqual = new Float64Array(100);
    mostlyEqual[0] = 4;
    expect(suggestRadius(matrixFromColumns([mostlyEqual]), 3)).toBe(4);
  });

  it('parts kinds of rows of which each has enough equal ones', () => {
    const kinds = matrixFromColumns([
      Float64Array.from({ length: 90 }, (_, row) => [0, 4, 10][row % 3]!),
      Float64Array.from({ length: 90 }, (_, row) => [0, 3, 3][row % 3]!),
    ]);
    const radius = suggestRadius(kinds, 5);
    expect(radius).toBe(2.5);
    expect(sizesOf(dbscan(kinds, radius, 5).labels)).toEqual([30, 30, 30]);
  });

  it('is large enough for the share of core rows that is asked for', () => {
    const features = referenceMatrix('online-retail');
    for (const share of [0.5, 0.95, 1]) {
      const { core } = dbscan(features, suggestRadius(features, 6, share), 6);
      expect(core.reduce((sum, flag) => sum + flag, 0)).toBeGreaterThanOrEqual(Math.floor(share * features.rows));
    }
  });

  it('refuses more points than rows', () => {
    expect(() => suggestRadius(matrixFromColumns([Float64Array.of(1)]), 2)).toThrow(
      'suggestRadius requires minPoints between 1 and 1 (rows), got 2',
    );
  });
});

describe('KdTree', () => {
  const random = seededRandom(5);
  const points = blobs(
    2_000,
    [
      [0, 0, 0],
      [5, 0, 0],
    ],
    1,
  );
  // Half of the points stand on a coarse grid, so that many distances and coordinates tie.
  for (let row = 0; row < 1_000; row++) {
    for (let c = 0; c < 3; c++) points.values[row * 3 + c] = Math.round(points.values[row * 3 + c]!);
  }
  const tree = new KdTree(points);
  const queries = Array.from({ length: 300 }, () =>
    Float64Array.from({ length: 3 }, () => Math.round(random() * 80) / 8 - 3),
  );

  it('finds the same nearest point as a look at all of them, to the bit', () => {
    for (const query of queries) {
      expect(tree.nearestWithin(query, 0, 1)).toEqual(nearestWithinByScan(points, query, 0, 1));
    }
  });

  it('visits exactly the points within the radius, and ranks distances as sorting does', () => {
    for (const query of queries.slice(0, 60)) {
      const visited: number[] = [];
      tree.eachWithin(query, 0, 1.5, (index) => visited.push(index));
      const distances = Array.from({ length: points.rows }, (_, row) =>
        squaredDistance(query, 0, points.values, row * 3, 3),
      );
      const within = [...distances.keys()].filter((row) => distances[row]! <= 1.5 * 1.5);
      expect(visited.sort((a, b) => a - b)).toEqual(within);
      expect(tree.distanceToRank(query, 0, 7)).toBe(Math.sqrt(distances.sort((a, b) => a - b)[6]!));
    }
  });

  it('finds nothing beyond the radius', () => {
    expect(tree.nearestWithin(Float64Array.of(100, 0, 0), 0, 3).index).toBe(-1);
    expect(nearestWithinByScan(points, Float64Array.of(100, 0, 0), 0, 3).index).toBe(-1);
  });
});
