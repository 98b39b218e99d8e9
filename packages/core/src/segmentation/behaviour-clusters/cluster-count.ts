import { clusterIndexes } from '../../numerics/clustering/cluster-indexes.js';
import { type KMeansFit, kMeans } from '../../numerics/clustering/k-means.js';
import { silhouette, silhouettes } from '../../numerics/clustering/silhouette.js';
import { type FeatureMatrix, selectRows } from '../../numerics/linear-algebra/feature-matrix.js';
import { type ReasonValues, said, type Wording } from '../../words/reasons.js';

/** What the search saw at one number of clusters. */
export interface ClusterCountCandidate {
  readonly clusterCount: number;
  /** Sum of squared distances to the own centroid, in squared standardised units. */
  readonly inertia: number;
  /** -1 to 1, on a sample of rows. */
  readonly silhouette: number;
  /** 0 is best. */
  readonly daviesBouldin: number;
  /** Larger is better. */
  readonly calinskiHarabasz: number;
}

export interface ClusterCountChoice {
  readonly clusterCount: number;
  /** Why this one. */
  readonly reason: Wording;
  /** Where the inertia curve bends most; 1 where it does not bend. */
  readonly elbow: number;
  /** Where the silhouette is largest. */
  readonly bestSilhouette: number;
}

/**
 * The share of the best silhouette that the elbow's count must reach to be preferred to fewer clusters. Two groups, "good"
 * and "rest", nearly always have the largest silhouette of real shops and help nobody; on Online Retail, CDNOW, the marketing
 * campaign and the wholesaler the elbow's three clusters have 0.76 to 0.93 of it.
 */
const ELBOW_SILHOUETTE_SHARE = 0.7;
/** How much better another count must do before last time's is given up: names that come and go help nobody either. */
const CHANGE_GAIN = 1.15;
/** Below this, clusters overlap so much that they are cuts through one crowd: Kaufman and Rousseeuw (1990), table 4. */
export const WEAK_STRUCTURE_SILHOUETTE = 0.25;

/**
 * Where a falling curve bends most: the point farthest below the chord between its ends.
 * @param counts ascending; @param inertias one a count
 * @returns the count there, the smallest of equal ones; the first where the curve is straight or has fewer than three points
 * Satopaa et al., "Finding a kneedle in a haystack" (2011).
 */
export function elbowOf(counts: readonly number[], inertias: readonly number[]): number {
  const last = counts.length - 1;
  const width = counts[last]! - counts[0]!;
  const height = inertias[0]! - inertias[last]!;
  let elbow = counts[0]!;
  // Rounding alone lifts a straight line by less than this.
  let deepest = 1e-9;
  for (let index = 1; index < last; index++) {
    const depth = (inertias[0]! - inertias[index]!) / height - (counts[index]! - counts[0]!) / width;
    if (depth > deepest) {
      deepest = depth;
      elbow = counts[index]!;
    }
  }
  return elbow;
}

/**
 * Chooses a number of clusters by elbow and silhouette: the one they agree on; where the silhouette wants more, its own; where
 * it wants fewer, the elbow's as long as its silhouette is at least 0.7 of the best. Last time's count stays unless another
 * has a silhouette 15 % better.
 * @param totalSs inertia of one cluster; it only starts the elbow's curve and is never chosen
 * @param candidates ascending counts from 2, at least one
 * @param previousCount of the fit before, null for none
 */
export function chooseClusterCount(
  totalSs: number,
  candidates: readonly ClusterCountCandidate[],
  previousCount: number | null,
): ClusterCountChoice {
  const elbow = elbowOf(
    [1, ...candidates.map(({ clusterCount }) => clusterCount)],
    [totalSs, ...candidates.map(({ inertia }) => inertia)],
  );
  const best = candidates.reduce((held, next) => (next.silhouette > held.silhouette ? next : held));
  const atElbow = candidates.find(({ clusterCount }) => clusterCount === elbow);
  const marks = { elbow, bestSilhouette: best.clusterCount };
  const fresh = freshChoice(best, atElbow);
  const kept = candidates.find(({ clusterCount }) => clusterCount === previousCount);
  if (kept !== undefined && kept.clusterCount !== fresh.chosen.clusterCount) {
    if (fresh.chosen.silhouette <= kept.silhouette * CHANGE_GAIN) {
      const reason = said('count-kept', {
        clusters: kept.clusterCount,
        silhouette: kept.silhouette,
        other: fresh.chosen.clusterCount,
        otherSilhouette: fresh.chosen.silhouette,
      });
      return { clusterCount: kept.clusterCount, reason, ...marks };
    }
  }
  return { clusterCount: fresh.chosen.clusterCount, reason: fresh.reason, ...marks };
}

function freshChoice(
  best: ClusterCountCandidate,
  atElbow: ClusterCountCandidate | undefined,
): { chosen: ClusterCountCandidate; reason: Wording } {
  const choose = (
    because: ReasonValues['count-chosen']['because'],
    chosen: ClusterCountCandidate,
    other?: ClusterCountCandidate,
  ) => ({
    chosen,
    reason: said('count-chosen', {
      because,
      clusters: chosen.clusterCount,
      silhouette: chosen.silhouette,
      other: other?.clusterCount ?? null,
      otherSilhouette: other?.silhouette ?? null,
    }),
  });
  if (atElbow === undefined) return choose('no-bend', best);
  if (atElbow === best) return choose('agree', best);
  if (best.clusterCount > atElbow.clusterCount) return choose('separated', best, atElbow);
  if (atElbow.silhouette >= ELBOW_SILHOUETTE_SHARE * best.silhouette) return choose('says-more', atElbow, best);
  return choose('much-separated', best, atElbow);
}

/** How well labels part the rows, measured as the candidates of a search are. */
export function measureClusters(features: FeatureMatrix, labels: Int32Array, silhouetteRows: Int32Array) {
  const sample = Int32Array.from(silhouetteRows, (row) => labels[row]!);
  const { daviesBouldin, calinskiHarabasz } = clusterIndexes(features, labels);
  return { silhouette: silhouette(selectRows(features, silhouetteRows), sample), daviesBouldin, calinskiHarabasz };
}

export interface ClusterCountSearch {
  /** The best fit at each count, in the order of `candidates`. */
  readonly fits: readonly KMeansFit[];
  readonly candidates: readonly ClusterCountCandidate[];
}

/**
 * Fits every number of clusters from least to most.
 * @param features rows x columns, every value finite, at least least rows; not modified
 * @param silhouetteRows ascending row numbers on which silhouettes are measured, exactly
 * @returns no count above the number of distinct points
 * O(restarts x counts x iterations x rows x columns) + O(silhouetteRows^2 x columns).
 */
export function searchClusterCounts(
  features: FeatureMatrix,
  least: number,
  most: number,
  silhouetteRows: Int32Array,
  search: { readonly seed: number; readonly restarts: { readonly first: number; readonly end: number } },
): ClusterCountSearch {
  const fits: KMeansFit[] = [];
  for (let clusterCount = least; clusterCount <= Math.min(most, features.rows); clusterCount++) {
    const fit = kMeans(features, clusterCount, search);
    if (fit.clusterCount < clusterCount) break;
    fits.push(fit);
  }
  const measured = silhouettes(
    selectRows(features, silhouetteRows),
    fits.map(({ labels }) => Int32Array.from(silhouetteRows, (row) => labels[row]!)),
  );
  const candidates = fits.map(({ clusterCount, inertia, labels }, index) => {
    const { daviesBouldin, calinskiHarabasz } = clusterIndexes(features, labels);
    return { clusterCount, inertia, silhouette: measured[index]!, daviesBouldin, calinskiHarabasz };
  });
  return { fits, candidates };
}
