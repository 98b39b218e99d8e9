import { InvalidInputError } from '../../errors.js';
import { columnMoments, type FeatureMatrix, requireFinite, squaredDistance } from '../linear-algebra/feature-matrix.js';

export interface ClusterIndexes {
  /** Sum of squared distances to the own cluster's mean, in squared feature units. */
  readonly withinSs: number;
  /** Mean over clusters of the worst ratio of spread to separation; 0 is best. NaN with fewer than two clusters. */
  readonly daviesBouldin: number;
  /** Between-cluster over within-cluster variance; larger is better. NaN with fewer than two clusters or no row to spare. */
  readonly calinskiHarabasz: number;
}

function clusterMeans(features: FeatureMatrix, labels: Int32Array): { sizes: number[]; means: Float64Array } {
  const { rows, columns, values } = features;
  if (labels.length !== rows) {
    throw new InvalidInputError(`clusterIndexes requires ${rows} labels (rows), got ${labels.length}`);
  }
  const target = new Map<number, number>();
  for (const label of labels) if (!target.has(label)) target.set(label, target.size);
  const sizes: number[] = new Array(target.size).fill(0);
  const means = new Float64Array(target.size * columns);
  for (let row = 0; row < rows; row++) {
    const cluster = target.get(labels[row]!)!;
    sizes[cluster]!++;
    for (let c = 0; c < columns; c++) means[cluster * columns + c]! += values[row * columns + c]!;
  }
  for (let index = 0; index < means.length; index++) means[index]! /= sizes[Math.floor(index / columns)]!;
  return { sizes, means };
}

/**
 * Three indexes of how well labels fit rows; clusters are the labels that occur.
 * @param features rows x columns, every value finite; not modified
 * @param labels length rows, any integers
 * @throws InvalidInputError when the lengths differ or a value is not finite
 * O(rows x columns). Davies and Bouldin (1979) with Euclidean distances, spread as the mean distance to the cluster's
 * mean; Calinski and Harabasz (1974).
 */
export function clusterIndexes(features: FeatureMatrix, labels: Int32Array): ClusterIndexes {
  requireFinite(features, 'clusterIndexes');
  const { rows, columns, values } = features;
  const { sizes, means } = clusterMeans(features, labels);
  const clusterCount = sizes.length;
  const target = new Map<number, number>();
  for (const label of labels) if (!target.has(label)) target.set(label, target.size);
  const spread = new Float64Array(clusterCount);
  let withinSs = 0;
  for (let row = 0; row < rows; row++) {
    const cluster = target.get(labels[row]!)!;
    const squared = squaredDistance(values, row * columns, means, cluster * columns, columns);
    withinSs += squared;
    spread[cluster]! += Math.sqrt(squared) / sizes[cluster]!;
  }
  if (clusterCount < 2) return { withinSs, daviesBouldin: Number.NaN, calinskiHarabasz: Number.NaN };
  let daviesBouldin = 0;
  for (let left = 0; left < clusterCount; left++) {
    let worst = 0;
    for (let right = 0; right < clusterCount; right++) {
      if (left === right) continue;
      const apart = Math.sqrt(squaredDistance(means, left * columns, means, right * columns, columns));
      worst = Math.max(worst, (spread[left]! + spread[right]!) / apart);
    }
    daviesBouldin += worst / clusterCount;
  }
  const { mean } = columnMoments(features);
  let betweenSs = 0;
  sizes.forEach((size, cluster) => {
    betweenSs += size * squaredDistance(means, cluster * columns, mean, 0, columns);
  });
  const calinskiHarabasz =
    rows > clusterCount ? betweenSs / (clusterCount - 1) / (withinSs / (rows - clusterCount)) : Number.NaN;
  return { withinSs, daviesBouldin, calinskiHarabasz };
}

const pairs = (count: number) => (count * (count - 1)) / 2;

/** How many rows carry a pair of labels. */
export interface LabelPair<Label> {
  readonly left: Label;
  readonly right: Label;
  readonly count: number;
}

/**
 * Adjusted Rand index of two labelings from their cross table: 1 where they are the same up to names, about 0 where they
 * agree no more than chance does, at lowest -0.5.
 * @param table each pair of labels once, in any order; pairs that no row carries may be left out
 * @returns 1 where both put all rows into one cluster, or every row into its own; 1 without rows
 * O(pairs). Hubert and Arabie (1985), equation 5.
 */
export function adjustedRandIndexOfTable<Label>(table: Iterable<LabelPair<Label>>): number {
  const leftSizes = new Map<Label, number>();
  const rightSizes = new Map<Label, number>();
  let rows = 0;
  let together = 0;
  for (const { left, right, count } of table) {
    rows += count;
    together += pairs(count);
    leftSizes.set(left, (leftSizes.get(left) ?? 0) + count);
    rightSizes.set(right, (rightSizes.get(right) ?? 0) + count);
  }
  const sumPairs = (sizes: Map<Label, number>) => [...sizes.values()].reduce((sum, size) => sum + pairs(size), 0);
  const leftPairs = sumPairs(leftSizes);
  const rightPairs = sumPairs(rightSizes);
  const expected = rows < 2 ? 0 : (leftPairs * rightPairs) / pairs(rows);
  const most = (leftPairs + rightPairs) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

/**
 * Adjusted Rand index of two labelings of the same rows; see `adjustedRandIndexOfTable`.
 * @param left, right of equal length, any integers
 * @throws InvalidInputError when the lengths differ
 * O(rows).
 */
export function adjustedRandIndex(left: Int32Array, right: Int32Array): number {
  if (left.length !== right.length) {
    throw new InvalidInputError(`adjustedRandIndex requires equal lengths, got ${left.length} and ${right.length}`);
  }
  const cells = new Map<number, Map<number, number>>();
  for (let row = 0; row < left.length; row++) {
    let cell = cells.get(left[row]!);
    if (cell === undefined) {
      cell = new Map();
      cells.set(left[row]!, cell);
    }
    cell.set(right[row]!, (cell.get(right[row]!) ?? 0) + 1);
  }
  return adjustedRandIndexOfTable(
    [...cells].flatMap(([label, cell]) => [...cell].map(([other, count]) => ({ left: label, right: other, count }))),
  );
}
