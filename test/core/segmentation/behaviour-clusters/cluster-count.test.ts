import {
  chooseClusterCount,
  elbowOf,
  searchClusterCounts,
} from '@tessera/core/segmentation/behaviour-clusters/cluster-count.js';
import { describe, expect, it } from 'vitest';
import { describeWithSet } from '../../../support/shared.js';
import { english } from '../../../support/words.js';
import {
  blobs,
  clusteringReference,
  REFERENCE_SETS,
  referenceMatrix,
} from '../../numerics/clustering/clustering-data.js';

const candidate = (clusterCount: number, inertia: number, silhouette: number) => ({
  clusterCount,
  inertia,
  silhouette,
  daviesBouldin: 1,
  calinskiHarabasz: 1,
});

describeWithSet(REFERENCE_SETS)('the number of clusters on %s', (set) => {
  it('is the one of the reference: its elbow, which says more than the two groups of its best silhouette', () => {
    const reference = clusteringReference(set);
    const features = referenceMatrix(set);
    const rows = Int32Array.from({ length: features.rows }, (_, row) => row);
    const { candidates } = searchClusterCounts(features, 2, 9, rows, { seed: 42, restarts: { first: 0, end: 5 } });
    const choice = chooseClusterCount(reference.kmeans_k1_inertia, candidates, null);
    expect(choice.elbow).toBe(reference.elbow_chord_k1_to_9);
    expect(choice.bestSilhouette).toBe(reference.best_silhouette_k);
    expect(choice.clusterCount).toBe(reference.elbow_chord_k1_to_9);
    expect(english(choice.reason)).toMatch(/^3 clusters \(silhouette 0\.\d\d\): the inertia bends there/);
  });
});

describe('chooseClusterCount', () => {
  it('finds as many clusters as were planted six standard deviations apart', () => {
    for (const count of [2, 3, 4, 6]) {
      const centres = Array.from({ length: count }, (_, index) => [
        6 * index,
        6 * ((index * index) % 4),
        6 * (index % 2),
      ]);
      const features = blobs(1_200, centres, count);
      const rows = Int32Array.from({ length: 1_200 }, (_, row) => row);
      const { candidates } = searchClusterCounts(features, 2, 10, rows, { seed: 1, restarts: { first: 0, end: 10 } });
      const mean = [0, 1, 2].map((c) => rows.reduce((sum, row) => sum + features.values[row * 3 + c]! / 1_200, 0));
      const totalSs = features.values.reduce((sum, value, index) => sum + (value - mean[index % 3]!) ** 2, 0);
      expect(chooseClusterCount(totalSs, candidates, null).clusterCount).toBe(count);
    }
  });

  it('takes the silhouette where it wants more clusters than the elbow, or fewer and much better ones', () => {
    const more = [candidate(2, 50, 0.3), candidate(3, 20, 0.5), candidate(4, 17, 0.6), candidate(5, 15, 0.4)];
    expect(chooseClusterCount(100, more, null)).toMatchObject({ clusterCount: 4, elbow: 3 });
    const fewer = [candidate(2, 50, 0.9), candidate(3, 20, 0.5), candidate(4, 17, 0.4), candidate(5, 15, 0.4)];
    expect(chooseClusterCount(100, fewer, null)).toMatchObject({ clusterCount: 2, elbow: 3 });
  });

  it('keeps the count of the fit before unless another is much better separated', () => {
    const candidates = [candidate(2, 50, 0.5), candidate(3, 20, 0.52), candidate(4, 17, 0.48)];
    const kept = chooseClusterCount(100, candidates, 4);
    expect(kept.clusterCount).toBe(4);
    expect(english(kept.reason)).toMatch(/^4 clusters as before: their silhouette is 0.48/);
    expect(chooseClusterCount(100, [candidates[0]!, candidates[1]!, candidate(4, 17, 0.3)], 4).clusterCount).toBe(3);
    expect(chooseClusterCount(100, candidates, 9).clusterCount).toBe(3);
  });
});

describe('elbowOf', () => {
  it('is the point farthest below the chord, the first count where there is no bend', () => {
    expect(elbowOf([1, 2, 3, 4, 5], [100, 60, 20, 15, 12])).toBe(3);
    expect(elbowOf([1, 2, 3], [30, 20, 10])).toBe(1);
    expect(elbowOf([1, 2], [30, 20])).toBe(1);
  });
});
