import { assign } from '../../numerics/optimise/assignment.js';
import { type ScaledFeature, scaledValue, unscaledValue } from '../scaling.js';

/** Clusters as a fit leaves them: what they are made of, and where their centres lie. */
export interface PlacedClusters {
  readonly scaling: readonly ScaledFeature[];
  /** In standard deviations, one entry a feature of the scaling. */
  readonly centroids: readonly (readonly number[])[];
}

/** Root mean square distance a feature, in standard deviations, beyond which two clusters are not the same one. */
const MATCH_LIMIT = 0.75;

/** Centroids of one fit in the units of another; NaN where the other has a feature that this one lacks. */
export function centroidsIn(placed: PlacedClusters, target: readonly ScaledFeature[]): number[][] {
  const columns = target.map(({ feature }) => placed.scaling.findIndex((scaled) => scaled.feature === feature));
  return placed.centroids.map((centroid) =>
    columns.map((column, index) =>
      column < 0 ? Number.NaN : scaledValue(target[index]!, unscaledValue(placed.scaling[column]!, centroid[column]!)),
    ),
  );
}

/**
 * Finds for each new cluster the old one that it continues: the assignment with the least sum of squared distances between
 * centroids, measured on the features both have, without the pairs that lie too far apart.
 * @returns for each new cluster an index of an old one, or -1 for none; no old one twice
 */
export function matchClusters(fresh: PlacedClusters, previous: PlacedClusters): number[] {
  const old = centroidsIn(previous, fresh.scaling);
  const shared = fresh.scaling.map((_, column) => column).filter((column) => Number.isFinite(old[0]?.[column]));
  if (shared.length === 0) return fresh.centroids.map(() => -1);
  const costs = fresh.centroids.map((centroid) =>
    old.map((other) =>
      shared.reduce((sum, column) => sum + (centroid[column]! - other[column]!) ** 2 / shared.length, 0),
    ),
  );
  return assign(costs).map((index, row) => (index >= 0 && Math.sqrt(costs[row]![index]!) <= MATCH_LIMIT ? index : -1));
}
