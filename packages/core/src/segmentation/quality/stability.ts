import { adjustedRandIndex } from '../../numerics/clustering/cluster-indexes.js';
import { assignToCentroids, kMeans } from '../../numerics/clustering/k-means.js';
import { type FeatureMatrix, selectRows } from '../../numerics/linear-algebra/feature-matrix.js';
import { type Random, seededRandom } from '../../numerics/random.js';
import { sampleRows } from '../../numerics/row-sample.js';

export interface Stability {
  /** Mean adjusted Rand index between the clusters and those of each resample; null where it could not be measured. */
  readonly meanAgreement: number | null;
  readonly leastAgreement: number | null;
  readonly resamples: number;
  /** For each cluster, the mean overlap (Jaccard) with its best partner in the resamples: from 0.75 up it is there to stay. */
  readonly clusterOverlap: readonly number[];
}

/** The share of the rows in each resample, as in the reference numbers. */
const RESAMPLE_SHARE = 0.8;
/** Enough to come near the best fit; the reference takes ten, and agrees within 0.03 on its four sets. */
const RESTARTS = 5;

/**
 * How stable clusters are: fits again on resamples of 80 % of the rows and compares the labels of all rows.
 * @param features rows x columns, every value finite; not modified. O(resamples x restarts) fits: sample first
 * @param labels of the clusters to judge, length rows, 0 to clusterCount - 1
 * @param resamples at least 1
 * Hennig, "Cluster-wise assessment of cluster stability" (2007), by subsetting; Lange et al. (2004) for the whole.
 */
export function clusterStability(
  features: FeatureMatrix,
  labels: Int32Array,
  clusterCount: number,
  resamples: number,
  random: Random,
): Stability {
  const size = Math.floor(features.rows * RESAMPLE_SHARE);
  if (size < clusterCount || clusterCount < 2) {
    return { meanAgreement: null, leastAgreement: null, resamples: 0, clusterOverlap: new Array(clusterCount).fill(1) };
  }
  const agreements: number[] = [];
  const overlap: number[] = new Array(clusterCount).fill(0);
  for (let resample = 0; resample < resamples; resample++) {
    const seed = Math.floor(random() * 2 ** 31);
    const sample = selectRows(features, sampleRows(features.rows, size, seededRandom(seed)));
    const fit = kMeans(sample, clusterCount, { seed, restarts: { first: 0, end: RESTARTS } });
    const again = assignToCentroids(features, fit.centroids).labels;
    agreements.push(adjustedRandIndex(labels, again));
    bestOverlaps(labels, again, clusterCount, fit.clusterCount).forEach((share, cluster) => {
      overlap[cluster]! += share / resamples;
    });
  }
  return {
    meanAgreement: agreements.reduce((sum, value) => sum + value, 0) / resamples,
    leastAgreement: Math.min(...agreements),
    resamples,
    clusterOverlap: overlap,
  };
}

/** For each cluster of `labels` the largest Jaccard overlap with one of `again`. */
function bestOverlaps(labels: Int32Array, again: Int32Array, leftCount: number, rightCount: number): number[] {
  const cells = new Int32Array(leftCount * rightCount);
  const left = new Int32Array(leftCount);
  const right = new Int32Array(rightCount);
  labels.forEach((label, row) => {
    cells[label * rightCount + again[row]!]!++;
    left[label]!++;
    right[again[row]!]!++;
  });
  return Array.from(left, (size, label) => {
    let best = 0;
    for (let other = 0; other < rightCount; other++) {
      const shared = cells[label * rightCount + other]!;
      if (shared > 0) best = Math.max(best, shared / (size + right[other]! - shared));
    }
    return best;
  });
}
