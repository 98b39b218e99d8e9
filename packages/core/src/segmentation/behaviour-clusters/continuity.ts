import { assignToCentroids, type KMeansFit, lloyd } from '../../numerics/clustering/k-means.js';
import { type FeatureMatrix, nestedRows } from '../../numerics/linear-algebra/feature-matrix.js';
import type { ScaledFeature } from '../scaling.js';
import { centroidsIn, matchClusters, type PlacedClusters } from './matching.js';

/** A fit continued from last time's centroids is taken where its inertia is at most this much above the best found. */
const CONTINUED_FIT_SLACK = 1.01;
/** Customers who must keep their cluster from fit to fit when nothing but the fit changes; 95 % is promised. */
const KEPT_SHARE = 0.97;
const STEPS = [1, 0.75, 0.5, 0.25, 0] as const;

/** Continues from last time's centroids where that is nearly as good as the best fit: clusters then move, not jump. */
export function continuedFit(
  features: FeatureMatrix,
  scaling: readonly ScaledFeature[],
  best: KMeansFit,
  previous: PlacedClusters | null,
): KMeansFit {
  if (previous === null || previous.centroids.length !== best.clusterCount) return best;
  const start = Float64Array.from(centroidsIn(previous, scaling).flat());
  if (!start.every(Number.isFinite)) return best;
  const fit = lloyd(features, { rows: best.clusterCount, columns: features.columns, values: start });
  return fit.clusterCount === best.clusterCount && fit.inertia <= best.inertia * CONTINUED_FIT_SLACK ? fit : best;
}

/**
 * Goes from last time's centroids towards the new ones only as far as nearly everybody keeps their cluster: names that change
 * under customers who did nothing are worse than centroids a little off their best, and the next fit goes on from here.
 */
export function dampedStep(
  features: FeatureMatrix,
  scaling: readonly ScaledFeature[],
  found: FeatureMatrix,
  previous: PlacedClusters | null,
): { centroids: FeatureMatrix; stepTaken: number; keptShare: number | null } {
  const whole = { centroids: found, stepTaken: 1, keptShare: null };
  if (previous === null || previous.centroids.length !== found.rows) return whole;
  const matches = matchClusters({ scaling, centroids: nestedRows(found) }, previous);
  const old = centroidsIn(previous, scaling);
  const start = Float64Array.from(matches.flatMap((index) => old[index] ?? [Number.NaN]));
  if (!start.every(Number.isFinite)) return whole;
  const before = assignToCentroids(features, { ...found, values: start }).labels;
  for (const stepTaken of STEPS) {
    const values = start.map((value, index) => value + stepTaken * (found.values[index]! - value));
    const centroids = { ...found, values };
    const { labels } = assignToCentroids(features, centroids);
    const keptShare = labels.reduce((sum, label, row) => sum + (label === before[row] ? 1 : 0), 0) / features.rows;
    if (keptShare >= KEPT_SHARE) return { centroids: stepTaken === 1 ? found : centroids, stepTaken, keptShare };
  }
  return whole;
}
