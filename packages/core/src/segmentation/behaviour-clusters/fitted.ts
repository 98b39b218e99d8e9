import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { ClusterFeature } from '../../customers/features.js';
import type { SegmentDefinition } from '../../model.js';
import { nearestCentroid } from '../../numerics/clustering/k-means.js';
import { type FeatureMatrix, squaredDistance } from '../../numerics/linear-algebra/feature-matrix.js';
import type { Wording } from '../../words/reasons.js';
import { type DroppedFeature, type ScaledFeature, scaleRow } from '../scaling.js';
import type { ClusterCountCandidate, ClusterCountChoice } from './cluster-count.js';
import type { ClusterProfile, FeatureImportance } from './cluster-profile.js';
import type { Fitter } from './published-fit.js';

export interface BehaviourClusterOptions {
  /** Candidates; those that are unknown, constant or repeat an earlier one are left out, and Fitted says why. */
  readonly features: readonly ClusterFeature[];
  /** A number of clusters, or null to choose between the two bounds. */
  readonly clusterCount: number | null;
  readonly leastClusterCount: number;
  readonly mostClusterCount: number;
  /** Starts at each number of clusters; small shops get more, as they cost nothing. */
  readonly restarts: number;
  /** Customers in the fit at most, drawn at random from those with orders: the bound on the memory and time of a fit. */
  readonly fitRows: number;
  /** Of these, at most so many measure silhouettes, Ward's tree (at most 5,000) and stability. */
  readonly silhouetteRows: number;
  readonly wardRows: number;
  readonly stabilityRows: number;
  /** The published fit: its features, number of clusters and keys are kept where they still serve. Null starts afresh. */
  readonly previous: BehaviourClustersFitted | null;
}

export interface BehaviourCluster extends SegmentDefinition {
  /** Standard deviations from the mean of all buyers, one entry a feature of the scaling. */
  readonly centroid: readonly number[];
  readonly profile: ClusterProfile;
  /** Whether the cluster continues one of the fit before and has its key from there. */
  readonly continued: boolean;
  /** What it would be called today, where that is no longer its title. */
  readonly titleToday: Wording | null;
  /** Mean overlap with its best partner in resamples, 0 to 1; from 0.75 up it is there to stay. Null where not measured. */
  readonly stability: number | null;
}

/** Places of customers on a plane: the two directions along which they differ most. */
export interface ClusterMap {
  readonly components: readonly (readonly number[])[];
  readonly mean: readonly number[];
  /** Share of the whole variance along each of the two. */
  readonly varianceShare: readonly number[];
}

export interface BehaviourClustersFitted {
  /** Customers with orders, and how many of them were fitted. */
  readonly buyers: number;
  readonly fitRows: number;
  /** Empty where there is nothing to tell customers apart by; then there is one cluster of all. */
  readonly scaling: readonly ScaledFeature[];
  readonly dropped: readonly DroppedFeature[];
  /** Best first: by mean net revenue. */
  readonly clusters: readonly BehaviourCluster[];
  readonly choice: ClusterCountChoice | null;
  readonly candidates: readonly ClusterCountCandidate[];
  readonly map: ClusterMap | null;
  readonly importance: readonly FeatureImportance[];
  readonly quality: ClusterQuality | null;
  /** Why there are no clusters, or what to be careful about; null where there is nothing to say. */
  readonly note: Wording | null;
}

export interface ClusterQuality {
  /** How far the centroids went from last time's towards the best fit, 0 to 1; below 1 where all the way would move too many. */
  readonly stepTaken: number;
  /** Share of the fitted customers who stay in the cluster that last time's centroids give them; null without a fit before. */
  readonly keptShare: number | null;
  /** In squared standard deviations, on the fitted customers. */
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** Which of the two made the last steps; see `publishedFit`. Absent in fits of before there was a choice. */
  readonly fitter?: Fitter;
  /** These three of the clusters as they are published, also where those stay near last time's. */
  readonly silhouette: number;
  readonly daviesBouldin: number;
  readonly calinskiHarabasz: number;
  /** Adjusted Rand index with Ward's hierarchical clusters on a sample. */
  readonly wardAgreement: number;
  readonly wardRows: number;
  /** Adjusted Rand index with fits on resamples, mean and least. */
  readonly stability: number | null;
  readonly leastStability: number | null;
}

/** The centroids as a matrix; without features, one row of no columns for each cluster. */
export function centroidMatrix(fitted: Pick<BehaviourClustersFitted, 'scaling' | 'clusters'>): FeatureMatrix {
  const columns = fitted.scaling.length;
  return {
    rows: fitted.clusters.length,
    columns,
    values: Float64Array.from(fitted.clusters.flatMap(({ centroid }) => centroid)),
  };
}

export interface RowPlace {
  /** Index of the nearest centroid, the lowest where two are equally near. */
  readonly cluster: number;
  /** To each centroid, in standard deviations. */
  readonly distances: readonly number[];
  /** Features that were missing and stand at the median. */
  readonly missing: number;
}

/** Where one row lies, by itself: the one rule of `score` and of `explain`. `scratch` has one entry a feature. */
export function placeRow(
  scaling: readonly ScaledFeature[],
  centroids: FeatureMatrix,
  features: CustomerFeatures,
  row: number,
  scratch: Float64Array,
): RowPlace {
  const missing = scaleRow(scaling, features, row, scratch, 0);
  const distances: number[] = [];
  for (let index = 0; index < centroids.rows; index++) {
    const offset = index * centroids.columns;
    distances.push(Math.sqrt(squaredDistance(scratch, 0, centroids.values, offset, centroids.columns)));
  }
  return { cluster: nearestCentroid(scratch, 0, centroids), distances, missing };
}
