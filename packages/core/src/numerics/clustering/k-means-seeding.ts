import { type FeatureMatrix, squaredDistance } from '../linear-algebra/feature-matrix.js';
import type { Random } from '../random.js';

/**
 * Greedy k-means++: each next centroid is the best of a few rows drawn with probability proportional to their squared
 * distance from the centroids so far.
 * @param features rows x columns, every value finite (not checked here), at least one row; not modified
 * @param clusterCount at least 1
 * @returns clusterCount rows of the matrix as centroids, or fewer: one for each distinct point where there are fewer
 * O(rows x columns x clusterCount x log clusterCount). Arthur and Vassilvitskii (2007), section 2.2; the greedy choice
 * among 2 + ln(k) candidates is the one of their own experiments.
 */
export function seedCentroids(features: FeatureMatrix, clusterCount: number, random: Random): FeatureMatrix {
  const { rows, columns, values } = features;
  const centroids = new Float64Array(clusterCount * columns);
  const candidateCount = 2 + Math.floor(Math.log(clusterCount));
  let distances = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  let trial = new Float64Array(rows);
  let bestTrial = new Float64Array(rows);
  let chosen = Math.floor(random() * rows);
  let potential = closeUp(features, chosen, distances, distances);
  centroids.set(values.subarray(chosen * columns, (chosen + 1) * columns));
  let count = 1;
  for (; count < clusterCount && potential > 0; count++) {
    let least = Number.POSITIVE_INFINITY;
    for (let candidate = 0; candidate < candidateCount; candidate++) {
      const row = drawRow(distances, random() * potential);
      const remaining = closeUp(features, row, distances, trial);
      if (remaining < least) {
        least = remaining;
        chosen = row;
        [trial, bestTrial] = [bestTrial, trial];
      }
    }
    [distances, bestTrial] = [bestTrial, distances];
    potential = least;
    centroids.set(values.subarray(chosen * columns, (chosen + 1) * columns), count * columns);
  }
  return { rows: count, columns, values: centroids.slice(0, count * columns) };
}

/** Writes min(distances, squared distance to the row) into `target`. @returns its sum */
function closeUp(features: FeatureMatrix, row: number, distances: Float64Array, target: Float64Array): number {
  const { rows, columns, values } = features;
  let sum = 0;
  for (let other = 0; other < rows; other++) {
    const distance = squaredDistance(values, other * columns, values, row * columns, columns);
    const least = Math.min(distance, distances[other]!);
    target[other] = least;
    sum += least;
  }
  return sum;
}

/** The row whose stretch of the running sum of weights holds the mark; never one of weight zero. */
function drawRow(weights: Float64Array, mark: number): number {
  let sum = 0;
  let last = 0;
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row]!;
    if (weight <= 0) continue;
    sum += weight;
    last = row;
    if (sum > mark) return row;
  }
  // Rounding can leave the whole sum a hair below the mark.
  return last;
}
