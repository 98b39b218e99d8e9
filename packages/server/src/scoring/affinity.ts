import { basketsOf, FEWEST_IN_SEGMENT, fitNeighbours, type Neighbours } from '@tessera/core';
import {
  type AffinityOptions,
  countItems,
  createFacts,
  createLines,
  createPopular,
  dropAffinity,
  type NeighbourRow,
  readBaskets,
} from '../db/queries/recommendations/affinity.js';
import type { Workspace } from '../db/queries/runs/workspace.js';

/** Lines whose pairs one run counts: about 200 MB at once. Of more, those of a sample of the customers. */
const MOST_LINES = 5_000_000;

export interface AffinityCounts {
  readonly products: number;
  readonly orders: number;
  readonly customers: number;
  readonly pairs: number;
  readonly sampledShare: number;
  readonly oversizedOrders: number;
  readonly usualReturnRate: number;
  /** Customers whose baskets were counted, by RFM segment. */
  readonly segmentCustomers: Readonly<Record<string, number>>;
}

/**
 * Everything that recommendations learn from the orders before a moment, into the workspace's `lines`, `facts` (one
 * row a product) and `popular`. The database makes the baskets; the pairs in them are counted
 * here, product by product: for Online Retail's 16 million PostgreSQL took 68 s where this took 9, on the same busy machine.
 * @param mostLines for tests: lines to count at most
 */
export async function createAffinity(
  workspace: Workspace,
  options: AffinityOptions,
  mostLines = MOST_LINES,
): Promise<AffinityCounts> {
  await dropAffinity(workspace);
  const usualReturnRate = await createLines(workspace, options);
  const items = await countItems(workspace);
  const { orders, customers, segments, ...read } = await readBaskets(workspace, options.profiles, mostLines);
  const names = [...new Set(segments.filter((segment) => segment !== null))].sort();
  const groups = { of: Int32Array.from(segments, (segment) => names.indexOf(segment ?? '')), count: names.length };
  const found = fitNeighbours(
    basketsOf(orders.basket, orders.item, items),
    basketsOf(customers.basket, customers.item, items),
    undefined,
    groups,
  );
  await createFacts(workspace, neighbourRows(found, names));
  await createPopular(workspace, options);
  const sizes = names.map((_, group) => groups.of.filter((own) => own === group).length);
  return {
    ...read,
    products: items,
    orders: found.orderCount,
    customers: found.customerCount,
    pairs: found.items.length,
    usualReturnRate,
    segmentCustomers: Object.fromEntries(names.map((name, group) => [name, sizes[group]!])),
  };
}

/** Six decimals of a strength: what more there is never decides a place. */
const rounded = (strength: number) => Number(strength.toFixed(6));

function neighbourRows(found: Neighbours, segments: readonly string[]): NeighbourRow[] {
  const rows: NeighbourRow[] = [];
  const { offsets, items, itemOrders, itemCustomers, itemGroups } = found;
  const width = segments.length;
  for (let item = 0; item + 1 < offsets.length; item++) {
    const neighbours: [number, number][] = [];
    const evidence: [number, unknown][] = [];
    for (let at = offsets[item]!; at < offsets[item + 1]!; at++) {
      const other = items[at]!;
      neighbours.push([other, rounded(found.strengths[at]!)]);
      const bySegment = segments.flatMap((name, group) => {
        const both = found.groups[at * width + group]!;
        const counts = [both, itemGroups[item * width + group]!, itemGroups[other * width + group]!];
        return both < FEWEST_IN_SEGMENT ? [] : [[name, counts] as const];
      });
      evidence.push([
        other,
        {
          orders: [found.orders[at], itemOrders[item], itemOrders[other]],
          customers: [found.customers[at], itemCustomers[item], itemCustomers[other]],
          segments: Object.fromEntries(bySegment),
        },
      ]);
    }
    if (neighbours.length > 0) {
      rows.push({ item, neighbours: JSON.stringify(neighbours), evidence: JSON.stringify(evidence) });
    }
  }
  return rows;
}
