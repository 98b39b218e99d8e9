import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { FeatureMatrix } from '../../numerics/linear-algebra/feature-matrix.js';
import { type ClusterTraits, keyOfTitle, nameClusters } from '../naming.js';
import type { Stability } from '../quality/stability.js';
import type { ScaledFeature } from '../scaling.js';
import { type ClusterProfile, describeCluster } from './cluster-profile.js';
import type { BehaviourCluster, BehaviourClustersFitted } from './fitted.js';
import { matchClusters, type PlacedClusters } from './matching.js';

/** A quarter and half a year, as `ClusterTraits` says. */
const NEW_DAYS = 90;
const INACTIVE_DAYS = 180;

/** What naming looks at, for each cluster of the fitted customers. */
export function traitsOf(
  features: CustomerFeatures,
  rows: Int32Array,
  labels: Int32Array,
  scaling: readonly ScaledFeature[],
  centroids: FeatureMatrix,
): ClusterTraits[] {
  const { recencyDays, tenureDays } = features.columns;
  const sizes = new Float64Array(centroids.rows);
  const newcomers = new Float64Array(centroids.rows);
  const inactive = new Float64Array(centroids.rows);
  labels.forEach((label, index) => {
    sizes[label]!++;
    if (tenureDays[rows[index]!]! <= NEW_DAYS) newcomers[label]!++;
    if (recencyDays[rows[index]!]! > INACTIVE_DAYS) inactive[label]!++;
  });
  return Array.from(sizes, (size, cluster) => ({
    apart: Object.fromEntries(
      scaling.map(({ feature }, column) => [feature, centroids.values[cluster * centroids.columns + column]!]),
    ),
    newShare: newcomers[cluster]! / size,
    inactiveShare: inactive[cluster]! / size,
  }));
}

/** The clusters of the fit before; null where there are none that could go on. */
export const placedBefore = (previous: BehaviourClustersFitted | null): PlacedClusters | null =>
  previous === null || previous.scaling.length === 0
    ? null
    : { scaling: previous.scaling, centroids: previous.clusters.map(({ centroid }) => centroid) };

/** Keys and titles: those of the clusters continued, fresh ones for the others. Assumes everything best first. */
export function nameAndKeep(
  scaling: readonly ScaledFeature[],
  centroids: readonly (readonly number[])[],
  traits: readonly ClusterTraits[],
  profiles: readonly ClusterProfile[],
  stability: Stability,
  previous: BehaviourClustersFitted | null,
): BehaviourCluster[] {
  const old = placedBefore(previous);
  const matches = old === null ? centroids.map(() => -1) : matchClusters({ scaling, centroids }, old);
  const today = nameClusters(traits);
  const continuedKeys = matches.flatMap((index) => (index < 0 ? [] : [previous!.clusters[index]!.key]));
  const newcomers = centroids.map((_, cluster) => cluster).filter((cluster) => matches[cluster]! < 0);
  // Names of new clusters are chosen among all, but must not take a key that goes on.
  const fresh = nameClusters(traits, continuedKeys);
  const clash = new Set(newcomers.map((cluster) => today[cluster]!.key).filter((key) => continuedKeys.includes(key)));
  return centroids.map((centroid, cluster) => {
    const name = today[cluster]!;
    const kept = matches[cluster]! < 0 ? null : previous!.clusters[matches[cluster]!]!;
    const identity = kept ?? (clash.size > 0 ? fresh[cluster]! : name);
    const isSameTitle = keyOfTitle(identity.title) === keyOfTitle(name.title);
    return {
      key: identity.key,
      // A title that an older version stored in English is known in every language again.
      title: isSameTitle ? name.title : identity.title,
      description: describeCluster(name, profiles[cluster]!),
      color: identity.color,
      publicLabel: identity.publicLabel,
      centroid,
      profile: profiles[cluster]!,
      continued: kept !== null,
      titleToday: kept !== null && !isSameTitle ? name.title : null,
      stability: stability.clusterOverlap[cluster] ?? null,
    };
  });
}
