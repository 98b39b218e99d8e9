import { kMeans } from '@tessera/core/numerics/clustering/k-means.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { clusterStability } from '@tessera/core/segmentation/quality/stability.js';
import { describe, expect, it } from 'vitest';
import {
  blobs,
  clusteringReference,
  REFERENCE_SETS,
  referenceMatrix,
} from '../../numerics/clustering/clustering-data.js';

describe.each(REFERENCE_SETS)('clusterStability on %s', (set) => {
  it('is near the one of the reference, which drew other resamples', () => {
    const features = referenceMatrix(set);
    const { labels } = kMeans(features, 3, { seed: 42, restarts: { first: 0, end: 10 } });
    const { meanAgreement } = clusterStability(features, labels, 3, 10, seededRandom(1));
    const expected = clusteringReference(set).stability_mean_ari_80pct_10_runs[3]!;
    // Ten runs of one resample each scatter by about 0.05 where clusters are not stable.
    expect(Math.abs(meanAgreement! - expected)).toBeLessThan(0.08);
  });
});

describe('clusterStability', () => {
  it('is 1 for clusters that are really there, and names those that are not', () => {
    const features = blobs(
      600,
      [
        [0, 0],
        [30, 0],
        [0, 30],
      ],
      1,
    );
    const planted = Int32Array.from({ length: 600 }, (_, row) => row % 3);
    const there = clusterStability(features, planted, 3, 5, seededRandom(1));
    expect(there.meanAgreement).toBeCloseTo(1, 12);
    expect(there.clusterOverlap.every((overlap) => overlap > 0.999)).toBe(true);
    // A label drawn by lot over two of the blobs.
    const torn = planted.map((label, row) => (label === 0 ? 0 : 1 + (Math.floor(row / 3) % 2)));
    const { clusterOverlap } = clusterStability(features, torn, 3, 5, seededRandom(1));
    expect(clusterOverlap[0]).toBeGreaterThan(0.999);
    expect(clusterOverlap[1]).toBeLessThan(0.6);
  });

  it('is not measured where a resample has fewer rows than clusters', () => {
    const features = blobs(3, [[0, 0]], 1);
    expect(clusterStability(features, Int32Array.of(0, 1, 2), 3, 5, seededRandom(1)).meanAgreement).toBeNull();
  });
});
