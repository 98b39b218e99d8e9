import { type FeatureMatrix, squaredDistance } from '../linear-algebra/feature-matrix.js';

/** Points in a leaf: below this, looking at all of them is cheaper than descending. */
const LEAF_SIZE = 16;

export interface Neighbour {
  /** Index of the point, -1 where none lies within the radius. */
  readonly index: number;
  readonly squaredDistance: number;
}

/**
 * A k-d tree over the rows of a matrix, for neighbours within a radius. It holds the rows in its own order.
 * Median splits on the widest column. Bentley, "Multidimensional binary search trees" (1975).
 */
export class KdTree {
  readonly #columns: number;
  /** Row of each position, and the values in that order. */
  readonly #order: Int32Array;
  readonly #values: Float64Array;
  /** For each node, the root first: the split column, or -1 at a leaf; the split value; the nodes below and from it. */
  readonly #splitColumn: number[] = [];
  readonly #splitValue: number[] = [];
  readonly #below: number[] = [];
  readonly #from: number[] = [];
  readonly #start: number[] = [];
  readonly #end: number[] = [];

  /** @param points rows x columns, every value finite (not checked here); not modified. O(rows log^2 rows). */
  constructor(points: FeatureMatrix) {
    const { rows, columns } = points;
    this.#columns = columns;
    this.#order = Int32Array.from({ length: rows }, (_, row) => row);
    this.#build(points, 0, rows);
    this.#values = new Float64Array(rows * columns);
    this.#order.forEach((row, position) => {
      for (let c = 0; c < columns; c++) this.#values[position * columns + c] = points.values[row * columns + c]!;
    });
  }

  /** @returns the number of the node it made */
  #build(points: FeatureMatrix, start: number, end: number): number {
    const node = this.#start.push(start) - 1;
    this.#end.push(end);
    this.#splitColumn.push(-1);
    this.#splitValue.push(0);
    this.#below.push(-1);
    this.#from.push(-1);
    if (end - start <= LEAF_SIZE) return node;
    const { columns, values } = points;
    const rows = this.#order.subarray(start, end);
    let widest = 0;
    let width = 0;
    for (let column = 0; column < columns; column++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (const row of rows) {
        const value = values[row * columns + column]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high - low > width) {
        width = high - low;
        widest = column;
      }
    }
    // Equal points cannot be split: they stay one leaf, however many.
    if (width === 0) return node;
    rows.sort((a, b) => values[a * columns + widest]! - values[b * columns + widest]! || a - b);
    let middle = start + ((end - start) >> 1);
    const valueAt = (position: number) => values[this.#order[position]! * columns + widest]!;
    // All rows of the split value go right, so that a row's side depends on its value alone.
    const split = valueAt(middle) > valueAt(start) ? valueAt(middle) : this.#firstAbove(valueAt, middle, end);
    while (middle > start && valueAt(middle - 1) >= split) middle--;
    while (valueAt(middle) < split) middle++;
    this.#splitColumn[node] = widest;
    this.#splitValue[node] = split;
    this.#below[node] = this.#build(points, start, middle);
    this.#from[node] = this.#build(points, middle, end);
    return node;
  }

  #firstAbove(valueAt: (position: number) => number, from: number, end: number): number {
    const low = valueAt(from);
    for (let position = from; position < end; position++) if (valueAt(position) > low) return valueAt(position);
    return low;
  }

  /** Calls `visit` with every point no farther than the radius, in no order. */
  eachWithin(
    query: Float64Array,
    offset: number,
    radius: number,
    visit: (index: number, squaredDistance: number) => void,
  ): void {
    this.#search(0, query, offset, radius * radius, visit);
  }

  #search(
    node: number,
    query: Float64Array,
    offset: number,
    squaredRadius: number,
    visit: (index: number, squaredDistance: number) => void,
  ): void {
    const column = this.#splitColumn[node]!;
    const columns = this.#columns;
    if (column < 0) {
      for (let position = this.#start[node]!; position < this.#end[node]!; position++) {
        const distance = squaredDistance(query, offset, this.#values, position * columns, columns);
        if (distance <= squaredRadius) visit(this.#order[position]!, distance);
      }
      return;
    }
    // The distance to the splitting plane never exceeds the distance to a point behind it, not even after rounding.
    const difference = query[offset + column]! - this.#splitValue[node]!;
    const crosses = difference * difference <= squaredRadius;
    if (difference < 0 || crosses) this.#search(this.#below[node]!, query, offset, squaredRadius, visit);
    if (difference >= 0 || crosses) this.#search(this.#from[node]!, query, offset, squaredRadius, visit);
  }

  /** The child on the query's side of the splitting plane, then the other. */
  #sides(node: number, difference: number): [number, number] {
    const below = this.#below[node]!;
    const from = this.#from[node]!;
    return difference < 0 ? [below, from] : [from, below];
  }

  /** The nearest point no farther than the radius, the lowest index where several are equally near. */
  nearestWithin(query: Float64Array, offset: number, radius: number): Neighbour {
    return this.#nearest(0, query, offset, { index: -1, squaredDistance: radius * radius });
  }

  #nearest(node: number, query: Float64Array, offset: number, best: Neighbour): Neighbour {
    const column = this.#splitColumn[node]!;
    const columns = this.#columns;
    let nearest = best;
    if (column < 0) {
      for (let position = this.#start[node]!; position < this.#end[node]!; position++) {
        const distance = squaredDistance(query, offset, this.#values, position * columns, columns);
        const index = this.#order[position]!;
        if (isNearer(distance, index, nearest)) nearest = { index, squaredDistance: distance };
      }
      return nearest;
    }
    const difference = query[offset + column]! - this.#splitValue[node]!;
    const [near, far] = this.#sides(node, difference);
    nearest = this.#nearest(near, query, offset, nearest);
    return difference * difference <= nearest.squaredDistance ? this.#nearest(far, query, offset, nearest) : nearest;
  }

  /**
   * The distance from a point to its k-th nearest, the point itself counted when it stands in the tree.
   * @param rank 1 to the number of points
   */
  distanceToRank(query: Float64Array, offset: number, rank: number): number {
    const nearest = new Float64Array(rank).fill(Number.POSITIVE_INFINITY);
    this.#rank(0, query, offset, nearest);
    return Math.sqrt(nearest[rank - 1]!);
  }

  /** Keeps the squared distances to the nearest points in ascending order in `nearest`. */
  #rank(node: number, query: Float64Array, offset: number, nearest: Float64Array): void {
    const column = this.#splitColumn[node]!;
    const columns = this.#columns;
    const last = nearest.length - 1;
    if (column < 0) {
      for (let position = this.#start[node]!; position < this.#end[node]!; position++) {
        const distance = squaredDistance(query, offset, this.#values, position * columns, columns);
        if (distance >= nearest[last]!) continue;
        let place = last;
        for (; place > 0 && nearest[place - 1]! > distance; place--) nearest[place] = nearest[place - 1]!;
        nearest[place] = distance;
      }
      return;
    }
    const difference = query[offset + column]! - this.#splitValue[node]!;
    const [near, far] = this.#sides(node, difference);
    this.#rank(near, query, offset, nearest);
    if (difference * difference < nearest[last]!) this.#rank(far, query, offset, nearest);
  }
}

function isNearer(distance: number, index: number, best: Neighbour): boolean {
  if (distance !== best.squaredDistance) return distance < best.squaredDistance;
  return best.index < 0 || index < best.index;
}

/** What `KdTree.nearestWithin` says, by looking at every point: quicker for a handful of queries, and the same bits. */
export function nearestWithinByScan(
  points: FeatureMatrix,
  query: Float64Array,
  offset: number,
  radius: number,
): Neighbour {
  let best: Neighbour = { index: -1, squaredDistance: radius * radius };
  for (let index = 0; index < points.rows; index++) {
    const distance = squaredDistance(query, offset, points.values, index * points.columns, points.columns);
    if (isNearer(distance, index, best)) best = { index, squaredDistance: distance };
  }
  return best;
}
