import { InvalidInputError } from '../../errors.js';
import { type FeatureMatrix, requireFinite, squaredDistance } from '../linear-algebra/feature-matrix.js';

/** More rows than this take long for a check: 5,000 take a second, and the time grows with the square. */
export const WARD_MAX_ROWS = 5_000;

export interface WardMerge {
  /** Clusters joined: below rows a single row, else rows + the index of an earlier merge. */
  readonly left: number;
  readonly right: number;
  /** Rise of the within-cluster sum of squares by this merge, in squared feature units; never falls from merge to merge. */
  readonly increase: number;
}

interface Joined {
  readonly left: number;
  readonly right: number;
  readonly increase: number;
}

/**
 * Ward's hierarchical clustering by the nearest-neighbour chain: follow nearest neighbours until two clusters are each
 * other's, join them, go on from where the chain broke. Clusters are kept as size and mean, so no distance matrix is held.
 * @param features 1 to 5,000 rows, every value finite; not modified
 * @returns rows - 1 merges, least increase first
 * @throws InvalidInputError when rows are out of range or a value is not finite
 * O(rows^2 x columns) time, O(rows x columns) memory. Murtagh and Legendre, "Ward's hierarchical agglomerative clustering
 * method" (2014), criterion 1; Murtagh, "A survey of recent advances in hierarchical clustering algorithms" (1983).
 */
export function ward(features: FeatureMatrix): WardMerge[] {
  requireFinite(features, 'ward');
  const { rows, columns } = features;
  if (rows < 1 || rows > WARD_MAX_ROWS) {
    throw new InvalidInputError(`ward requires 1 to ${WARD_MAX_ROWS} rows, got ${rows}`);
  }
  const means = features.values.slice();
  const sizes = new Int32Array(rows).fill(1);
  /** Slots that hold a cluster, in no order; a joined pair lives on in the slot of its left half. */
  const active = Array.from({ length: rows }, (_, row) => row);
  const placeOf = Int32Array.from(active);
  const joined: Joined[] = [];
  const chain: number[] = [];
  while (active.length > 1) {
    if (chain.length === 0) chain.push(active[0]!);
    const end = chain[chain.length - 1]!;
    const before = chain[chain.length - 2] ?? -1;
    // Starting from the previous link makes a tie end the chain instead of going round.
    let nearest = before;
    let least = before < 0 ? Number.POSITIVE_INFINITY : increaseOf(means, sizes, end, before, columns);
    for (const other of active) {
      if (other === end) continue;
      const increase = increaseOf(means, sizes, end, other, columns);
      if (increase < least) {
        least = increase;
        nearest = other;
      }
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    joined.push({ left: before, right: end, increase: least });
    const size = sizes[before]! + sizes[end]!;
    for (let c = 0; c < columns; c++) {
      const left = means[before * columns + c]!;
      means[before * columns + c] = left + ((means[end * columns + c]! - left) * sizes[end]!) / size;
    }
    sizes[before] = size;
    const last = active.pop()!;
    if (last !== end) {
      active[placeOf[end]!] = last;
      placeOf[last] = placeOf[end]!;
    }
  }
  return inOrder(joined, rows);
}

function increaseOf(means: Float64Array, sizes: Int32Array, left: number, right: number, columns: number): number {
  const share = (sizes[left]! * sizes[right]!) / (sizes[left]! + sizes[right]!);
  return share * squaredDistance(means, left * columns, means, right * columns, columns);
}

/** The chain finds merges out of order; sorted by increase they are the merges of the usual algorithm. */
function inOrder(joined: readonly Joined[], rows: number): WardMerge[] {
  const order = joined.map((_, index) => index).sort((a, b) => joined[a]!.increase - joined[b]!.increase || a - b);
  const clusterOf = Int32Array.from({ length: rows }, (_, row) => row);
  return order.map((index, position) => {
    const { left, right, increase } = joined[index]!;
    const merge = { left: clusterOf[left]!, right: clusterOf[right]!, increase };
    clusterOf[left] = rows + position;
    return merge;
  });
}

/**
 * Cuts the tree of `ward` into clusters.
 * @param merges as returned by `ward`
 * @param clusterCount 1 to rows
 * @returns labels of length rows, 0 to clusterCount - 1 in the order of their first row
 * @throws InvalidInputError when clusterCount is out of range
 */
export function cutTree(merges: readonly WardMerge[], clusterCount: number): Int32Array {
  const rows = merges.length + 1;
  if (!(clusterCount >= 1 && clusterCount <= rows)) {
    throw new InvalidInputError(`cutTree requires clusterCount between 1 and ${rows} (rows), got ${clusterCount}`);
  }
  const parent = Int32Array.from({ length: rows + merges.length }, (_, cluster) => cluster);
  merges.slice(0, rows - clusterCount).forEach(({ left, right }, index) => {
    parent[left] = rows + index;
    parent[right] = rows + index;
  });
  const labels = new Int32Array(rows);
  const labelOf = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    let root = row;
    while (parent[root] !== root) root = parent[root]!;
    if (!labelOf.has(root)) labelOf.set(root, labelOf.size);
    labels[row] = labelOf.get(root)!;
  }
  return labels;
}
