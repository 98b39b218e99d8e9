import { InvalidInputError } from '../../errors.js';
import { type FeatureMatrix, matrixFromColumns, requireFinite } from '../linear-algebra/feature-matrix.js';
import { groupRows } from '../weighted-patterns.js';
import { KdTree } from './kd-tree.js';

/** The farthest hundredth is left out of the curve of distances: one giant must not set its scale. */
const CURVE_SHARE = 0.99;

/** The label of a row in no cluster. */
export const NOISE = -1;

export interface DensityClusters {
  /** Length rows: 0 to clusterCount - 1 in the order of their first core row, or `NOISE`. */
  readonly labels: Int32Array;
  /** Length rows: 1 where the row has enough neighbours. */
  readonly core: Uint8Array;
  readonly clusterCount: number;
}

/**
 * DBSCAN: rows with many neighbours within a radius grow into clusters, rows in reach of none are noise.
 * A row in reach of several clusters joins that of the core row with the lowest index.
 * @param features rows x columns, every value finite; not modified
 * @param radius above 0, in feature units; a neighbour is no farther than it
 * @param minPoints at least 1; rows within the radius that make a core row, itself counted
 * @throws InvalidInputError when radius or minPoints is out of range or a value is not finite
 * Every row's neighbours are visited once: O(rows log rows + neighbours). Ester et al. (1996), section 4.1.
 */
export function dbscan(features: FeatureMatrix, radius: number, minPoints: number): DensityClusters {
  requireFinite(features, 'dbscan');
  if (!(radius > 0)) throw new InvalidInputError(`dbscan requires a radius above 0, got ${radius}`);
  if (!(minPoints >= 1)) throw new InvalidInputError(`dbscan requires minPoints of at least 1, got ${minPoints}`);
  const { rows, columns, values } = features;
  const tree = new KdTree(features);
  const core = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    let neighbours = 0;
    tree.eachWithin(values, row * columns, radius, () => {
      neighbours++;
    });
    core[row] = neighbours >= minPoints ? 1 : 0;
  }
  const labels = new Int32Array(rows).fill(NOISE);
  const claimedBy = new Int32Array(rows).fill(rows);
  let clusterCount = 0;
  const stack: number[] = [];
  for (let first = 0; first < rows; first++) {
    if (core[first] === 0 || labels[first] !== NOISE) continue;
    const cluster = clusterCount++;
    labels[first] = cluster;
    stack.push(first);
    while (stack.length > 0) {
      const row = stack.pop()!;
      tree.eachWithin(values, row * columns, radius, (other) => {
        if (core[other] === 1) {
          if (labels[other] !== NOISE) return;
          labels[other] = cluster;
          stack.push(other);
        } else if (row < claimedBy[other]!) {
          claimedBy[other] = row;
          labels[other] = cluster;
        }
      });
    }
  }
  return { labels, core, clusterCount };
}

/**
 * A radius for `dbscan` from the data: the bend of the sorted distances to the minPoints-th neighbour, where rows of the
 * crowd end and stragglers begin.
 * @param features at least 1 row, every value finite; not modified
 * @param minPoints as for `dbscan`, at most rows
 * @param coreShare 0 to 1: the radius is made large enough for this share of the rows to be core rows
 * @returns above 0 wherever two rows differ; 0 where all are equal
 * @throws InvalidInputError when minPoints is out of range or a value is not finite
 * O(rows x minPoints x log rows). Ester et al. (1996), section 4.2; the bend is the farthest point below the chord between
 * the ends of the curve (Satopaa et al., "Finding a kneedle in a haystack", 2011).
 */
export function suggestRadius(features: FeatureMatrix, minPoints: number, coreShare = 0): number {
  requireFinite(features, 'suggestRadius');
  const { rows, columns, values } = features;
  if (!(minPoints >= 1 && minPoints <= rows)) {
    throw new InvalidInputError(`suggestRadius requires minPoints between 1 and ${rows} (rows), got ${minPoints}`);
  }
  const tree = new KdTree(features);
  const distances = new Float64Array(rows);
  for (let row = 0; row < rows; row++) distances[row] = tree.distanceToRank(values, row * columns, minPoints);
  distances.sort();
  const last = Math.floor(CURVE_SHARE * (rows - 1));
  const least = distances[0]!;
  const most = distances[last]!;
  let bend = most;
  let deepest = 0;
  for (let rank = 0; rank <= last && most > least; rank++) {
    const depth = rank / last - (distances[rank]! - least) / (most - least);
    if (depth > deepest) {
      deepest = depth;
      bend = distances[rank]!;
    }
  }
  bend = Math.max(bend, distances[Math.max(Math.ceil(coreShare * rows) - 1, 0)]!);
  // Where most rows have enough equal ones the bend is at 0, and no radius: the smallest distance above it is.
  return bend > 0 ? bend : (distances.find((distance) => distance > 0) ?? halfSmallestGap(features));
}

/** A radius for rows that all have enough equal ones: it reaches nobody else, so each kind of row is a crowd. */
function halfSmallestGap({ rows, columns, values }: FeatureMatrix): number {
  const kinds = groupRows(
    Array.from({ length: columns }, (_, column) =>
      Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!),
    ),
  );
  const distinct = matrixFromColumns(kinds.columns);
  if (distinct.rows < 2) return 0;
  const tree = new KdTree(distinct);
  let gap = Number.POSITIVE_INFINITY;
  for (let row = 0; row < distinct.rows; row++) {
    gap = Math.min(gap, tree.distanceToRank(distinct.values, row * columns, 2));
  }
  return gap / 2;
}
