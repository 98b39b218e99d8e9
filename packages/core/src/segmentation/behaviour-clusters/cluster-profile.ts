import type { CustomerFeatures } from '../../customers/customer-features.js';
import { FEATURE_NAMES, type FeatureName } from '../../customers/features.js';
import { columnMoments, type FeatureMatrix } from '../../numerics/linear-algebra/feature-matrix.js';
import { said, type Wording } from '../../words/reasons.js';
import type { ClusterName } from '../naming.js';

/** Who is in a cluster, in the shop's own units. */
export interface ClusterProfile {
  readonly customers: number;
  /** Share of the buyers, 0 to 1. */
  readonly customerShare: number;
  /** Share of the buyers' net revenue; null where that is not positive. */
  readonly revenueShare: number | null;
  /** Mean of the known values of each feature; null where none is known. */
  readonly mean: Readonly<Record<FeatureName, number | null>>;
  /** Pieces returned of pieces delivered, all customers together; null where nothing was delivered. */
  readonly returnRate: number | null;
}

/**
 * Profiles of all customers by cluster.
 * @param labels length of the customers, 0 to clusterCount - 1, or anything else for a customer in no cluster
 * O(customers x features).
 */
export function profileClusters(
  features: CustomerFeatures,
  labels: Int32Array,
  clusterCount: number,
): ClusterProfile[] {
  const customers = new Float64Array(clusterCount);
  for (const label of labels) if (label >= 0 && label < clusterCount) customers[label]!++;
  const sums = {} as Record<FeatureName, Float64Array>;
  const means = {} as Record<FeatureName, (number | null)[]>;
  for (const name of FEATURE_NAMES) {
    const column = features.columns[name];
    const sum = new Float64Array(clusterCount);
    const known = new Float64Array(clusterCount);
    for (let row = 0; row < features.count; row++) {
      const label = labels[row]!;
      if (!(label >= 0 && label < clusterCount) || !Number.isFinite(column[row]!)) continue;
      sum[label]! += column[row]!;
      known[label]!++;
    }
    sums[name] = sum;
    means[name] = Array.from(sum, (total, cluster) => (known[cluster]! > 0 ? total / known[cluster]! : null));
  }
  const buyers = customers.reduce((total, count) => total + count, 0);
  const revenue = sums.netRevenue.reduce((total, value) => total + value, 0);
  return Array.from(customers, (count, cluster) => {
    const mean = {} as Record<FeatureName, number | null>;
    for (const name of FEATURE_NAMES) mean[name] = means[name][cluster]!;
    const delivered = sums.itemsDelivered[cluster]!;
    return {
      customers: count,
      customerShare: buyers > 0 ? count / buyers : 0,
      revenueShare: revenue > 0 ? sums.netRevenue[cluster]! / revenue : null,
      mean,
      returnRate: delivered > 0 ? sums.itemsReturned[cluster]! / delivered : null,
    };
  });
}

/** How much of the separation each feature carries. */
export interface FeatureImportance {
  readonly feature: string;
  /** Share of the sum of squares between clusters that lies along the feature; all shares add up to 1. */
  readonly share: number;
  /** Share of the feature's own variance that the clusters explain, 0 to 1 (eta squared). */
  readonly explained: number;
}

/**
 * Importance of each column, the largest first, around the means of the clusters: the published centroids may lie beside them.
 * @param features standardised; @param labels length rows, 0 to clusterCount - 1
 */
export function featureImportance(
  names: readonly string[],
  features: FeatureMatrix,
  labels: Int32Array,
  clusterCount: number,
): FeatureImportance[] {
  const { columns, values } = features;
  const { mean, variance } = columnMoments(features);
  const sizes = new Float64Array(clusterCount);
  const sums = new Float64Array(clusterCount * columns);
  labels.forEach((label, row) => {
    sizes[label]!++;
    for (let column = 0; column < columns; column++) {
      sums[label * columns + column]! += values[row * columns + column]! - mean[column]!;
    }
  });
  const between = new Float64Array(columns);
  sums.forEach((sum, index) => {
    const size = sizes[Math.floor(index / columns)]!;
    if (size > 0) between[index % columns]! += (sum * sum) / size;
  });
  const total = between.reduce((sum, value) => sum + value, 0);
  return names
    .map((feature, column) => ({
      feature,
      share: total > 0 ? between[column]! / total : 0,
      explained: variance[column]! > 0 ? between[column]! / features.rows / variance[column]! : 0,
    }))
    .sort((a, b) => b.share - a.share);
}

/** What sets a cluster apart, and its means. */
export function describeCluster(
  { role, quiet }: Pick<ClusterName, 'role' | 'quiet'>,
  { mean, customerShare, revenueShare }: ClusterProfile,
): Wording {
  const { orders, netRevenue, recencyDays } = mean;
  return said('cluster-description', { role, quiet, orders, netRevenue, recencyDays, customerShare, revenueShare });
}
