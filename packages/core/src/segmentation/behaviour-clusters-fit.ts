import { kmeans as mlKmeans } from 'ml-kmeans';
import type { CustomerFeatures } from '../customers/customer-features.js';
import { InvalidInputError } from '../errors.js';
import { adjustedRandIndex } from '../numerics/cluster-indexes.js';
import { type FeatureMatrix, selectRows } from '../numerics/feature-matrix.js';
import { assignToCentroids, type KMeansFit, lloyd, nearestCentroid } from '../numerics/k-means.js';
import { principalComponents } from '../numerics/principal-components.js';
import type { Random } from '../numerics/random.js';
import { sampleRows } from '../numerics/row-sample.js';
import { cutTree, WARD_MAX_ROWS, ward } from '../numerics/ward.js';
import type {
  BehaviourCluster,
  BehaviourClusterOptions,
  BehaviourClustersFitted,
  ClusterQuality,
} from './behaviour-clusters-fitted.js';
import { centroidsIn, matchClusters, type PlacedClusters } from './behaviour-clusters-matching.js';
import { fitScaling, type ScaledFeature, type Scaling, scaleRow, scaleRows } from './behaviour-clusters-scaling.js';
import { chooseClusterCount, searchClusterCounts, WEAK_STRUCTURE_SILHOUETTE } from './cluster-count.js';
import { type ClusterProfile, describeCluster, featureImportance, profileClusters } from './cluster-profile.js';
import { type ClusterTraits, nameClusters } from './naming.js';
import { clusterStability, type Stability } from './stability.js';

/** Fewer buyers than this make no clusters worth a name. */
const MINIMUM_BUYERS = 10;
/** Rows x restarts that a small shop gets at least, up to `MOST_RESTARTS`: fewer rows have more poor local optima. */
const LEAST_WORK = 50_000;
const MOST_RESTARTS = 60;
/** A fit continued from last time's centroids is taken where its inertia is at most this much above the best found. */
const CONTINUED_FIT_SLACK = 1.01;
/** Relative: ml-kmeans adds up in another order. */
const SAME_INERTIA = 1 + 1e-9;
const RESAMPLES = 10;
/** As `lloyd`; 0 would mean for ever to ml-kmeans. */
const ML_KMEANS_ITERATIONS = 500;
/** A quarter and half a year, as `ClusterTraits` says. */
const NEW_DAYS = 90;
const INACTIVE_DAYS = 180;
/** Customers who must keep their cluster from fit to fit when nothing but the fit changes; 95 % is promised. */
const KEPT_SHARE = 0.97;
const STEPS = [1, 0.75, 0.5, 0.25, 0] as const;

function buyersOf({ columns, count }: CustomerFeatures): Int32Array {
  const rows = new Int32Array(count);
  let buyers = 0;
  for (let row = 0; row < count; row++) if (columns.orders[row]! > 0) rows[buyers++] = row;
  return rows.slice(0, buyers);
}

/**
 * The scaling with last time's features where all of them still serve, else with those that serve today. A candidate that
 * last time was none gets its chance: the shop has chosen other features since.
 */
function scalingOf(features: CustomerFeatures, rows: Int32Array, options: BehaviourClusterOptions): Scaling {
  const before = options.previous?.scaling ?? [];
  const names = before.map(({ feature }) => feature).filter((feature) => options.features.includes(feature));
  const candidates = new Set([...before, ...(options.previous?.dropped ?? [])].map(({ feature }) => feature));
  const isSameChoice = options.features.every((feature) => candidates.has(feature));
  if (isSameChoice && names.length > 0 && names.length === before.length) {
    const kept = fitScaling(features, rows, names, before);
    if (kept.used.length === names.length) return { used: kept.used, dropped: options.previous!.dropped };
  }
  return fitScaling(features, rows, options.features, before);
}

const nested = ({ rows, columns, values }: FeatureMatrix) =>
  Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)]);

/**
 * ml-kmeans from given centroids until they stand still: the check on our own fit.
 *
 * ml-kmeans 7 takes rows as arrays and measures every distance in every iteration. On 50,000 x 5 and k = 8 it took the same 148
 * iterations to the same inertia as `lloyd`, in 17 times the time; so `numerics/k-means.ts` searches, and this only continues
 * the one fit that is published, where an iteration or two are left.
 * @param start one row a cluster; @returns as many centroids, an empty cluster's where it was
 */
export function continueWithMlKmeans(features: FeatureMatrix, start: FeatureMatrix) {
  const check = mlKmeans(nested(features), start.rows, {
    initialization: nested(start),
    tolerance: 0,
    maxIterations: ML_KMEANS_ITERATIONS,
  });
  const centroids = { ...start, values: Float64Array.from(check.centroids.flat()) };
  const { inertia } = assignToCentroids(features, centroids);
  return { centroids, inertia, iterations: check.iterations };
}

/** Polishes a fit until no customer changes cluster; takes ml-kmeans' centroids where their inertia is as low. */
function publishedFit(features: FeatureMatrix, best: KMeansFit) {
  const polished = lloyd(features, best.centroids, { tolerance: 0 });
  const { centroids, inertia, iterations } = continueWithMlKmeans(features, polished.centroids);
  const agrees = inertia <= polished.inertia * SAME_INERTIA;
  return {
    polished,
    centroids: agrees ? centroids : polished.centroids,
    mlKmeans: { inertia, iterations, agrees },
  };
}

/** Continues from last time's centroids where that is nearly as good as the best fit: clusters then move, not jump. */
function continuedFit(
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
function dampedStep(
  features: FeatureMatrix,
  scaling: readonly ScaledFeature[],
  found: FeatureMatrix,
  previous: PlacedClusters | null,
): { centroids: FeatureMatrix; stepTaken: number; keptShare: number | null } {
  const whole = { centroids: found, stepTaken: 1, keptShare: null };
  if (previous === null || previous.centroids.length !== found.rows) return whole;
  const matches = matchClusters({ scaling, centroids: nested(found) }, previous);
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

/** What naming looks at, for each cluster of the fitted customers. */
function traitsOf(
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

/** The nearest centroid of every customer with orders; -1 for the others. */
function labelEverybody(
  features: CustomerFeatures,
  scaling: readonly ScaledFeature[],
  centroids: FeatureMatrix,
): Int32Array {
  const labels = new Int32Array(features.count).fill(-1);
  const scratch = new Float64Array(scaling.length);
  for (let row = 0; row < features.count; row++) {
    if (!(features.columns.orders[row]! > 0)) continue;
    scaleRow(scaling, features, row, scratch, 0);
    labels[row] = nearestCentroid(scratch, 0, centroids);
  }
  return labels;
}

/** How far another method, on a sample it can bear, finds the same clusters. */
function agreementWithWard(
  features: FeatureMatrix,
  labels: Int32Array,
  clusterCount: number,
  mostRows: number,
  random: Random,
) {
  const sample = sampleRows(features.rows, Math.min(mostRows, WARD_MAX_ROWS), random);
  const tree = cutTree(ward(selectRows(features, sample)), Math.min(clusterCount, sample.length));
  const own = Int32Array.from(sample, (row) => labels[row]!);
  return { agreement: adjustedRandIndex(tree, own), wardRows: sample.length };
}

/** Keys and titles: those of the clusters continued, fresh ones for the others. Assumes everything best first. */
function nameAndKeep(
  scaling: readonly ScaledFeature[],
  centroids: readonly (readonly number[])[],
  traits: readonly ClusterTraits[],
  profiles: readonly ClusterProfile[],
  stability: Stability,
  previous: BehaviourClustersFitted | null,
): BehaviourCluster[] {
  const old = previous === null || previous.scaling.length === 0 ? null : placed(previous);
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
    return {
      key: identity.key,
      title: identity.title,
      description: describeCluster(name.phrase, profiles[cluster]!),
      color: identity.color,
      publicLabel: kept === null || kept.title === name.title ? name.publicLabel : kept.publicLabel,
      centroid,
      profile: profiles[cluster]!,
      continued: kept !== null,
      titleToday: kept !== null && kept.title !== name.title ? name.title : null,
      stability: stability.clusterOverlap[cluster] ?? null,
    };
  });
}

const placed = ({ scaling, clusters }: BehaviourClustersFitted): PlacedClusters => ({
  scaling,
  centroids: clusters.map(({ centroid }) => centroid),
});

/** One cluster of everybody, for a shop whose customers cannot be told apart. */
function oneCluster(
  features: CustomerFeatures,
  buyers: Int32Array,
  dropped: Scaling['dropped'],
  note: string,
): BehaviourClustersFitted {
  const labels = new Int32Array(features.count).fill(-1);
  for (const row of buyers) labels[row] = 0;
  const profile = profileClusters(features, labels, 1)[0]!;
  const cluster: BehaviourCluster = {
    key: 'all-customers',
    title: 'All Customers',
    description: 'Everybody who has ordered: there is not enough to tell them apart by.',
    color: '#2563eb',
    publicLabel: null,
    centroid: [],
    profile,
    continued: false,
    titleToday: null,
    stability: null,
  };
  return {
    buyers: buyers.length,
    fitRows: 0,
    scaling: [],
    dropped,
    clusters: [cluster],
    choice: null,
    candidates: [],
    map: null,
    importance: [],
    quality: null,
    note,
  };
}

function requireOptions({
  clusterCount,
  leastClusterCount,
  mostClusterCount,
  restarts,
}: BehaviourClusterOptions): void {
  const least = clusterCount ?? leastClusterCount;
  const most = clusterCount ?? mostClusterCount;
  if (!(least >= 2 && most >= least && most <= 50)) {
    throw new InvalidInputError(`behaviourClusters requires 2 to 50 clusters, least first, got ${least} to ${most}`);
  }
  if (!(restarts >= 1))
    throw new InvalidInputError(`behaviourClusters requires restarts of at least 1, got ${restarts}`);
}

/**
 * Fits clusters; see `behaviourClusters`.
 * @throws InvalidInputError when the numbers of clusters or restarts are out of range
 * About 4 s at the default bounds, however many customers there are; 25 MB of scratch memory and 4 bytes a customer.
 */
export function fitBehaviourClusters(
  features: CustomerFeatures,
  options: BehaviourClusterOptions,
  random: Random,
): BehaviourClustersFitted {
  requireOptions(options);
  const buyers = buyersOf(features);
  if (buyers.length < MINIMUM_BUYERS) {
    return oneCluster(features, buyers, [], `${buyers.length} buyers; clusters need ${MINIMUM_BUYERS}`);
  }
  const rows = Int32Array.from(sampleRows(buyers.length, options.fitRows, random), (index) => buyers[index]!);
  const { used, dropped } = scalingOf(features, rows, options);
  if (used.length === 0) return oneCluster(features, buyers, dropped, 'all buyers are alike in every feature');
  const matrix = scaleRows(used, features, rows);
  const seed = Math.floor(random() * 2 ** 31);
  const restarts = Math.max(options.restarts, Math.min(MOST_RESTARTS, Math.floor(LEAST_WORK / rows.length)));
  const { fits, candidates } = searchClusterCounts(
    matrix,
    options.clusterCount ?? options.leastClusterCount,
    options.clusterCount ?? options.mostClusterCount,
    sampleRows(rows.length, options.silhouetteRows, random),
    { seed, restarts: { first: 0, end: restarts } },
  );
  if (fits.length === 0) return oneCluster(features, buyers, dropped, 'too few different buyers for clusters');
  const { previous } = options;
  const totalSs = assignToCentroids(matrix, { rows: 1, columns: used.length, values: new Float64Array(used.length) });
  const choice = {
    ...chooseClusterCount(totalSs.inertia, candidates, previous?.clusters.length ?? null),
    ...(options.clusterCount === null
      ? {}
      : { reason: `${options.clusterCount} clusters: the number was set, not chosen` }),
  };
  const chosen = candidates.findIndex(({ clusterCount }) => clusterCount === choice.clusterCount);
  const before = previous === null || previous.scaling.length === 0 ? null : placed(previous);
  const best = continuedFit(matrix, used, fits[chosen]!, before);
  const { polished, centroids: optimum, mlKmeans: check } = publishedFit(matrix, best);
  const { centroids: found, stepTaken, keptShare } = dampedStep(matrix, used, optimum, before);
  const unordered = profileClusters(features, labelEverybody(features, used, found), found.rows);
  const order = unordered
    .map((_, cluster) => cluster)
    .sort((a, b) => (unordered[b]!.mean.netRevenue ?? 0) - (unordered[a]!.mean.netRevenue ?? 0) || a - b);
  const centroids = selectRows(found, order);
  const { labels } = assignToCentroids(matrix, centroids);
  const profiles = order.map((cluster) => unordered[cluster]!);
  const { agreement, wardRows } = agreementWithWard(matrix, labels, centroids.rows, options.wardRows, random);
  const stabilitySample = sampleRows(rows.length, options.stabilityRows, random);
  const stability = clusterStability(
    selectRows(matrix, stabilitySample),
    Int32Array.from(stabilitySample, (row) => labels[row]!),
    centroids.rows,
    RESAMPLES,
    random,
  );
  const { silhouette, daviesBouldin, calinskiHarabasz } = candidates[chosen]!;
  const quality: ClusterQuality = {
    stepTaken,
    keptShare,
    inertia: assignToCentroids(matrix, centroids).inertia,
    iterations: best.iterations + polished.iterations,
    converged: best.converged && polished.converged,
    mlKmeans: check,
    silhouette,
    daviesBouldin,
    calinskiHarabasz,
    wardAgreement: agreement,
    wardRows,
    stability: stability.meanAgreement,
    leastStability: stability.leastAgreement,
  };
  const components = principalComponents(matrix);
  const centroidRows = nested(centroids);
  return {
    buyers: buyers.length,
    fitRows: rows.length,
    scaling: used,
    dropped,
    clusters: nameAndKeep(
      used,
      centroidRows,
      traitsOf(features, rows, labels, used, centroids),
      profiles,
      stability,
      previous,
    ),
    choice,
    candidates,
    map: {
      components: components.components.slice(0, 2),
      mean: components.mean,
      varianceShare: components.varianceShare.slice(0, 2),
    },
    importance: featureImportance(
      used.map(({ feature }) => feature),
      matrix,
      labels,
      centroids,
    ),
    quality,
    note: noteOf(silhouette, check.agrees),
  };
}

function noteOf(silhouette: number, agrees: boolean): string | null {
  const notes = [
    ...(silhouette < WEAK_STRUCTURE_SILHOUETTE
      ? ['the clusters overlap: they are useful cuts through one crowd rather than separate groups']
      : []),
    ...(agrees ? [] : ['ml-kmeans ended elsewhere: the centroids are those of our own fit']),
  ];
  return notes.length > 0 ? notes.join('; ') : null;
}
