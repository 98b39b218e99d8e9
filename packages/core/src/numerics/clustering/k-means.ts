import { InvalidInputError } from '../../errors.js';
import {
  columnMoments,
  type FeatureMatrix,
  requireFinite,
  selectRows,
  squaredDistance,
} from '../linear-algebra/feature-matrix.js';
import { type Random, seededRandom } from '../random.js';
import { sampleRows } from '../row-sample.js';
import { BoundedAssignment } from './k-means-bounds.js';
import { seedCentroids } from './k-means-seeding.js';

export interface KMeansFit {
  /** Clusters that hold at least one row: fewer than asked for where the rows have fewer distinct points. */
  readonly clusterCount: number;
  /** Length rows, 0 to clusterCount - 1: the nearest centroid of each row, the lowest index where two are equally near. */
  readonly labels: Int32Array;
  /** clusterCount x columns. */
  readonly centroids: FeatureMatrix;
  /** Sum of squared distances to the own centroid, in squared feature units. */
  readonly inertia: number;
  readonly iterations: number;
  /** False when the iteration cap came first. */
  readonly converged: boolean;
}

export interface LloydOptions {
  /** Cap on iterations, at least 1. */
  readonly maxIterations?: number;
  /**
   * Stops when the squared movements of all centroids together are at most this share of the mean column variance;
   * 0 runs until no row changes its cluster.
   */
  readonly tolerance?: number;
}

/** scikit-learn's `tol`: the inertia then lies within about 0.1 % of where the same start ends. */
const SEARCH_TOLERANCE = 1e-4;
/** Online Retail needs at most 80 iterations at k = 10, blobs cut against their shape up to 400. */
const MAX_ITERATIONS = 500;
/** Rows of the sample on which a start is refined; matrices of less than twice as many rows are not sampled. */
const REFINING_ROWS = 10_000;

/** One row's nearest centroid, the lowest index where two are equally near. The one rule for fitting and for scoring. */
export function nearestCentroid(values: Float64Array, offset: number, centroids: FeatureMatrix): number {
  const { rows, columns, values: centres } = centroids;
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let cluster = 0; cluster < rows; cluster++) {
    const distance = squaredDistance(values, offset, centres, cluster * columns, columns);
    if (distance < least) {
      least = distance;
      nearest = cluster;
    }
  }
  return nearest;
}

/**
 * Each row's nearest centroid and the sum of the squared distances to it.
 * @returns labels as `nearestCentroid`; inertia in squared feature units, added up in row order
 */
export function assignToCentroids(
  features: FeatureMatrix,
  centroids: FeatureMatrix,
): { labels: Int32Array; inertia: number } {
  const { rows, columns, values } = features;
  const labels = new Int32Array(rows);
  let inertia = 0;
  for (let row = 0; row < rows; row++) {
    const label = nearestCentroid(values, row * columns, centroids);
    labels[row] = label;
    inertia += squaredDistance(values, row * columns, centroids.values, label * columns, columns);
  }
  return { labels, inertia };
}

interface Descent {
  readonly centroids: FeatureMatrix;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** One run of Lloyd's algorithm; `stillness` is the sum of squared movements at which it stops. */
function descend(
  features: FeatureMatrix,
  assignment: BoundedAssignment,
  start: FeatureMatrix,
  maxIterations: number,
  stillness: number,
): Descent {
  const { columns, values } = features;
  assignment.centroids.set(start.values);
  assignment.assignAll();
  let iterations = 1;
  let converged = false;
  while (iterations < maxIterations && !converged) {
    iterations++;
    const moved = assignment.moveCentroids();
    if (assignment.counts.includes(0) && assignment.reseedEmpty()) {
      assignment.assignAll();
      continue;
    }
    converged = assignment.assignUnproved() === 0 || moved <= stillness;
  }
  const centroids = { rows: start.rows, columns, values: assignment.centroids.slice() };
  let inertia = 0;
  for (let row = 0; row < features.rows; row++) {
    inertia += squaredDistance(values, row * columns, centroids.values, assignment.labels[row]! * columns, columns);
  }
  return { centroids, inertia, iterations, converged };
}

/** Labels by the rule of scoring, and only the clusters that hold a row. */
function finish(features: FeatureMatrix, descent: Descent): KMeansFit {
  const { iterations, converged } = descent;
  const { columns } = features;
  const { labels, inertia } = assignToCentroids(features, descent.centroids);
  const target = new Int32Array(descent.centroids.rows).fill(-1);
  for (const label of labels) target[label] = 0;
  let clusterCount = 0;
  const values: number[] = [];
  for (let cluster = 0; cluster < target.length; cluster++) {
    if (target[cluster]! < 0) continue;
    target[cluster] = clusterCount++;
    for (let column = 0; column < columns; column++) values.push(descent.centroids.values[cluster * columns + column]!);
  }
  const centroids = { rows: clusterCount, columns, values: Float64Array.from(values) };
  return { clusterCount, labels: labels.map((label) => target[label]!), centroids, inertia, iterations, converged };
}

/** The tolerance in squared feature units. */
function stillnessOf(features: FeatureMatrix, tolerance: number): number {
  if (tolerance === 0) return -1;
  const { variance } = columnMoments(features);
  return (tolerance * variance.reduce((sum, value) => sum + value, 0)) / features.columns;
}

/**
 * Lloyd's algorithm from the given centroids. A cluster that loses all its rows gets the row farthest from its centroid.
 * @param features rows x columns, every value finite; not modified
 * @param start one row a cluster, 1 to rows of them, as many columns; not modified
 * @throws InvalidInputError when a value is not finite or the shapes do not fit
 * O(rows x columns x clusters) for the first iteration, a fraction of it for the others (`k-means-bounds.ts`).
 */
export function lloyd(features: FeatureMatrix, start: FeatureMatrix, options: LloydOptions = {}): KMeansFit {
  const { maxIterations = MAX_ITERATIONS, tolerance = SEARCH_TOLERANCE } = options;
  requireFinite(features, 'lloyd');
  requireFinite(start, 'lloyd');
  if (start.rows < 1 || start.rows > features.rows || start.columns !== features.columns) {
    throw new InvalidInputError(
      `lloyd requires 1 to ${features.rows} centroids of ${features.columns} columns, got ${start.rows} of ${start.columns}`,
    );
  }
  const assignment = new BoundedAssignment(features, start.rows);
  return finish(features, descend(features, assignment, start, maxIterations, stillnessOf(features, tolerance)));
}

/**
 * k-means++ seeds, on a large matrix refined by Lloyd's algorithm on a sample of its rows: the full run then starts near
 * where it ends. Bradley and Fayyad, "Refining initial points for k-means clustering" (1998), with one sample a start.
 */
function refinedStart(
  features: FeatureMatrix,
  clusterCount: number,
  random: Random,
  maxIterations: number,
  tolerance: number,
): FeatureMatrix {
  if (features.rows < 2 * REFINING_ROWS) return seedCentroids(features, clusterCount, random);
  const sample = selectRows(features, sampleRows(features.rows, REFINING_ROWS, random));
  const start = seedCentroids(sample, clusterCount, random);
  // A sample of nearly equal rows can hold fewer distinct points than the whole.
  if (start.rows < clusterCount) return seedCentroids(features, clusterCount, random);
  const assignment = new BoundedAssignment(sample, start.rows);
  return descend(sample, assignment, start, maxIterations, stillnessOf(sample, tolerance)).centroids;
}

export interface KMeansSearch extends LloydOptions {
  /** Any integer: restart number r uses the random sequence of `seed + r`. */
  readonly seed: number;
  /** Restarts to run, from `first` up to but not including `end`: a caller may split the range between workers. */
  readonly restarts: { readonly first: number; readonly end: number };
}

/** The fit with less inertia, the earlier one where both are equal: joins the parts of a split range of restarts. */
export function betterFit(earlier: KMeansFit, later: KMeansFit): KMeansFit {
  return later.inertia < earlier.inertia ? later : earlier;
}

/**
 * Splits rows into clusters by Lloyd's algorithm from k-means++ seeds, the best of several restarts.
 * @param features rows x columns, every value finite; not modified
 * @param clusterCount 1 to rows; where fewer distinct points exist, the result has as many clusters as points
 * @param search the same seed and restart give the same clusters, whichever range they are run in
 * @throws InvalidInputError when clusterCount or the range is out of bounds, or a value is not finite
 * O(restarts x iterations x rows x columns x clusterCount) at worst. Seeding: Arthur and Vassilvitskii (2007), section 2.2.
 */
export function kMeans(features: FeatureMatrix, clusterCount: number, search: KMeansSearch): KMeansFit {
  const { seed, restarts, maxIterations = MAX_ITERATIONS, tolerance = SEARCH_TOLERANCE } = search;
  requireFinite(features, 'kMeans');
  if (!(clusterCount >= 1 && clusterCount <= features.rows)) {
    throw new InvalidInputError(
      `kMeans requires clusterCount between 1 and ${features.rows} (rows), got ${clusterCount}`,
    );
  }
  if (!(restarts.end > restarts.first)) {
    throw new InvalidInputError(`kMeans requires at least one restart, got ${restarts.first} up to ${restarts.end}`);
  }
  const stillness = stillnessOf(features, tolerance);
  let assignment = new BoundedAssignment(features, clusterCount);
  let best: Descent | null = null;
  for (let restart = restarts.first; restart < restarts.end; restart++) {
    const start = refinedStart(features, clusterCount, seededRandom(seed + restart), maxIterations, tolerance);
    if (assignment.counts.length !== start.rows) assignment = new BoundedAssignment(features, start.rows);
    const descent = descend(features, assignment, start, maxIterations, stillness);
    if (best === null || descent.inertia < best.inertia) best = descent;
  }
  return finish(features, best!);
}
