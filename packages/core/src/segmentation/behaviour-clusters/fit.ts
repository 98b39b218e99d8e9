import type { CustomerFeatures } from '../../customers/customer-features.js';
import { InvalidInputError } from '../../errors.js';
import { adjustedRandIndex } from '../../numerics/clustering/cluster-indexes.js';
import { assignToCentroids, nearestCentroid } from '../../numerics/clustering/k-means.js';
import { cutTree, WARD_MAX_ROWS, ward } from '../../numerics/clustering/ward.js';
import { type FeatureMatrix, nestedRows, selectRows } from '../../numerics/linear-algebra/feature-matrix.js';
import { principalComponents } from '../../numerics/linear-algebra/principal-components.js';
import type { Random } from '../../numerics/random.js';
import { sampleRows } from '../../numerics/row-sample.js';
import { notes, said, shippedSegment, type Wording } from '../../words/reasons.js';
import { clusterStability } from '../quality/stability.js';
import { fitScaling, type ScaledFeature, type Scaling, scaleRow, scaleRows } from '../scaling.js';
import {
  chooseClusterCount,
  measureClusters,
  searchClusterCounts,
  WEAK_STRUCTURE_SILHOUETTE,
} from './cluster-count.js';
import { featureImportance, profileClusters } from './cluster-profile.js';
import { continuedFit, dampedStep } from './continuity.js';
import type { BehaviourCluster, BehaviourClusterOptions, BehaviourClustersFitted, ClusterQuality } from './fitted.js';
import { nameAndKeep, placedBefore, traitsOf } from './identity.js';
import { publishedFit } from './published-fit.js';

/** Fewer buyers than this make no clusters worth a name. */
const MINIMUM_BUYERS = 10;
/** Rows x restarts that a small shop gets at least, up to `MOST_RESTARTS`: fewer rows have more poor local optima. */
const LEAST_WORK = 50_000;
const MOST_RESTARTS = 60;
const RESAMPLES = 10;
/** Customers who would change cluster beyond this for the fit alone hold the centres back; `dampedStep` sees to it. */
const MOST_MOVED = 0.03;

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

/** One cluster of everybody, for a shop whose customers cannot be told apart. */
function oneCluster(
  features: CustomerFeatures,
  buyers: Int32Array,
  dropped: Scaling['dropped'],
  note: Wording,
): BehaviourClustersFitted {
  const labels = new Int32Array(features.count).fill(-1);
  for (const row of buyers) labels[row] = 0;
  const profile = profileClusters(features, labels, 1)[0]!;
  const cluster: BehaviourCluster = {
    key: 'all-customers',
    ...shippedSegment('behaviour:all-customers'),
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
    return oneCluster(
      features,
      buyers,
      [],
      said('clusters-need-buyers', { buyers: buyers.length, needed: MINIMUM_BUYERS }),
    );
  }
  const rows = Int32Array.from(sampleRows(buyers.length, options.fitRows, random), (index) => buyers[index]!);
  const { used, dropped } = scalingOf(features, rows, options);
  if (used.length === 0) return oneCluster(features, buyers, dropped, said('buyers-alike', {}));
  const matrix = scaleRows(used, features, rows);
  const seed = Math.floor(random() * 2 ** 31);
  const restarts = Math.max(options.restarts, Math.min(MOST_RESTARTS, Math.floor(LEAST_WORK / rows.length)));
  const silhouetteRows = sampleRows(rows.length, options.silhouetteRows, random);
  const { fits, candidates } = searchClusterCounts(
    matrix,
    options.clusterCount ?? options.leastClusterCount,
    options.clusterCount ?? options.mostClusterCount,
    silhouetteRows,
    { seed, restarts: { first: 0, end: restarts } },
  );
  if (fits.length === 0) return oneCluster(features, buyers, dropped, said('buyers-too-alike', {}));
  const { previous } = options;
  const totalSs = assignToCentroids(matrix, { rows: 1, columns: used.length, values: new Float64Array(used.length) });
  const choice = {
    ...chooseClusterCount(totalSs.inertia, candidates, previous?.clusters.length ?? null),
    ...(options.clusterCount === null ? {} : { reason: said('count-set', { clusters: options.clusterCount }) }),
  };
  const chosen = candidates.findIndex(({ clusterCount }) => clusterCount === choice.clusterCount);
  const before = placedBefore(previous);
  const best = continuedFit(matrix, used, fits[chosen]!, before);
  const optimum = publishedFit(matrix, best);
  const { centroids: found, stepTaken, keptShare } = dampedStep(matrix, used, optimum.centroids, before);
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
  // Clusters that stay near last time's are not quite those of the search.
  const isOfSearch = adjustedRandIndex(labels, fits[chosen]!.labels) === 1;
  const { silhouette, daviesBouldin, calinskiHarabasz } = isOfSearch
    ? candidates[chosen]!
    : measureClusters(matrix, labels, silhouetteRows);
  const quality: ClusterQuality = {
    stepTaken,
    keptShare,
    inertia: assignToCentroids(matrix, centroids).inertia,
    iterations: best.iterations + optimum.iterations,
    converged: best.converged && optimum.converged,
    fitter: optimum.fitter,
    silhouette,
    daviesBouldin,
    calinskiHarabasz,
    wardAgreement: agreement,
    wardRows,
    stability: stability.meanAgreement,
    leastStability: stability.leastAgreement,
  };
  const components = principalComponents(matrix);
  const centroidRows = nestedRows(centroids);
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
      centroids.rows,
    ),
    quality,
    note: noteOf(quality),
  };
}

function noteOf({ silhouette, stepTaken }: ClusterQuality): Wording | null {
  return notes([
    ...(silhouette < WEAK_STRUCTURE_SILHOUETTE ? [said('clusters-overlap', {})] : []),
    ...(stepTaken < 1 ? [said('centres-held', { share: stepTaken, mostMoved: MOST_MOVED })] : []),
  ]);
}
