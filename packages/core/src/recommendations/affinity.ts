import { InvalidInputError } from '../errors.js';

/** How often two products meet in the same baskets. A basket is an order, or all that one customer bought. */
export interface PairCounts {
  /** Baskets with both, with the first, with the second, and all. */
  readonly both: number;
  readonly first: number;
  readonly second: number;
  readonly baskets: number;
}

export interface Affinity {
  /** Share of all baskets that hold both, 0 to 1. */
  readonly support: number;
  /** Share of the baskets with the first that hold the second too, 0 to 1. */
  readonly confidence: number;
  /** confidence / share of all baskets that hold the second; 1 where the two are independent. */
  readonly lift: number;
}

/** Each distinct product of a basket once: basket `b` holds `items[offsets[b]]` up to but not `items[offsets[b + 1]]`. */
export interface Baskets {
  /** Length baskets + 1, ascending from 0. */
  readonly offsets: Int32Array;
  /** Indexes of products, 0 to itemCount - 1. */
  readonly items: Int32Array;
  readonly itemCount: number;
}

/** Baskets of customers parted into groups, such as segments. */
export interface BasketGroups {
  /** By basket its group, 0 to count - 1; -1 for none. */
  readonly of: Int32Array;
  readonly count: number;
}

/** For each product the ones bought with it, the strongest first. Columns of one entry a neighbour, unless said otherwise. */
export interface Neighbours {
  /** Length itemCount + 1: the neighbours of item `i` stand from `offsets[i]`. */
  readonly offsets: Int32Array;
  readonly items: Int32Array;
  readonly strengths: Float64Array;
  /** Orders and customers with both. */
  readonly orders: Int32Array;
  readonly customers: Int32Array;
  /** Customers with both by group: neighbour x group, row-major. */
  readonly groups: Int32Array;
  /** One entry an item: orders and customers that hold it; by group item x group, row-major. */
  readonly itemOrders: Int32Array;
  readonly itemCustomers: Int32Array;
  readonly itemGroups: Int32Array;
  readonly orderCount: number;
  readonly customerCount: number;
}

/**
 * Baskets that a confidence is drawn towards independence with: the m of Cestnik's m-estimate. A pair seen in 2 of 3 baskets
 * says less than one seen in 200 of 300.
 */
export const PRIOR_BASKETS = 10;
/**
 * How much a product's own popularity is discounted, so that neighbours are not merely what everybody buys: the exponent
 * alpha of the conditional-probability similarity of Deshpande and Karypis (2004), "Item-based top-N recommendation
 * algorithms". 0 is the confidence alone, 1 the lift; 0.3 was the best of 0, 0.3 and 0.5 (`RANKING` says on what).
 */
export const POPULARITY_DISCOUNT = 0.3;
export const MOST_NEIGHBOURS = 20;
/** A pair that fewer share is chance, or tells of one person. */
export const FEWEST_SHARED = 2;

/**
 * Support, confidence and lift of the rule first => second (Agrawal, Imielinski and Swami, 1993; Brin et al., 1997).
 * @throws InvalidInputError when a count is more than it can be
 */
export function affinityOf(counts: PairCounts): Affinity {
  const { both, first, second, baskets } = counts;
  if (!(both >= 0 && both <= first && both <= second && first <= baskets && second <= baskets && first > 0)) {
    throw new InvalidInputError(
      `affinityOf requires 0 <= both <= first, second <= baskets and first above 0, got ${both}, ${first}, ${second}, ${baskets}`,
    );
  }
  const confidence = both / first;
  return { support: both / baskets, confidence, lift: second === 0 ? 0 : (confidence * baskets) / second };
}

/**
 * The confidence of first => second for small counts: (both + m x p) / (first + m), p the share of baskets with the second.
 * Cestnik (1990), "Estimating probabilities: a crucial task in machine learning".
 */
export function shrunkConfidence({ both, first, second, baskets }: PairCounts): number {
  return (both + (PRIOR_BASKETS * second) / baskets) / (first + PRIOR_BASKETS);
}

/**
 * The shrunk confidence, discounted by the popularity of the second product against that of the average one.
 * @param averageShare mean over all products of the share of baskets that hold them; above 0
 * @returns 0 where the two never met
 */
export function discountedConfidence(counts: PairCounts, averageShare: number): number {
  if (counts.both === 0) return 0;
  return shrunkConfidence(counts) * ((averageShare * counts.baskets) / counts.second) ** POPULARITY_DISCOUNT;
}

/** Distinct products of each basket, in columns. @param item and basket one entry a line, in any order */
export function basketsOf(basket: Int32Array, item: Int32Array, itemCount: number): Baskets {
  const lines = Float64Array.from(basket, (b, line) => b * itemCount + item[line]!).sort();
  const items = new Int32Array(lines.length);
  const offsets = [0];
  let kept = 0;
  let current = Number.NaN;
  for (let line = 0; line < lines.length; line++) {
    if (line > 0 && lines[line] === lines[line - 1]) continue;
    const own = Math.floor(lines[line]! / itemCount);
    if (kept > 0 && own !== current) offsets.push(kept);
    current = own;
    items[kept++] = lines[line]! % itemCount;
  }
  if (kept > 0) offsets.push(kept);
  return { offsets: Int32Array.from(offsets), items: items.slice(0, kept), itemCount };
}

/** Counts what meets each item, one item after the other: memory for one row of pairs, never for all. */
export class CoCounter {
  /** Baskets that hold each item. */
  readonly itemBaskets: Int32Array;
  readonly basketCount: number;
  /** Mean share of baskets over the items that are in any. */
  readonly averageShare: number;
  /** By item the baskets shared with the one last asked for; 0 for all others. */
  readonly shared: Int32Array;
  private readonly basketsOfItem: Int32Array;
  private readonly itemOffsets: Int32Array;
  private readonly met: Int32Array;
  private metCount = 0;

  constructor(private readonly baskets: Baskets) {
    const { offsets, items, itemCount } = baskets;
    this.basketCount = Math.max(0, offsets.length - 1);
    this.itemBaskets = new Int32Array(itemCount);
    for (const item of items) this.itemBaskets[item]!++;
    this.itemOffsets = new Int32Array(itemCount + 1);
    for (let item = 0; item < itemCount; item++) {
      this.itemOffsets[item + 1] = this.itemOffsets[item]! + this.itemBaskets[item]!;
    }
    this.basketsOfItem = new Int32Array(items.length);
    const next = this.itemOffsets.slice();
    for (let basket = 0; basket < this.basketCount; basket++) {
      for (let at = offsets[basket]!; at < offsets[basket + 1]!; at++) this.basketsOfItem[next[items[at]!]!++] = basket;
    }
    this.shared = new Int32Array(itemCount);
    this.met = new Int32Array(itemCount);
    const present = this.itemBaskets.filter((count) => count > 0).length;
    this.averageShare = present === 0 ? 0 : items.length / (present * this.basketCount);
  }

  /** The baskets that hold an item, ascending; a view. */
  basketsWith(item: number): Int32Array {
    return this.basketsOfItem.subarray(this.itemOffsets[item]!, this.itemOffsets[item + 1]!);
  }

  /** Counts into `shared` the baskets that every item shares with this one, itself included. @returns the items met; a view */
  meet(item: number): Int32Array {
    const { offsets, items } = this.baskets;
    for (let at = 0; at < this.metCount; at++) this.shared[this.met[at]!] = 0;
    this.metCount = 0;
    for (const basket of this.basketsWith(item)) {
      for (let at = offsets[basket]!; at < offsets[basket + 1]!; at++) {
        const other = items[at]!;
        if (this.shared[other]!++ === 0) this.met[this.metCount++] = other;
      }
    }
    return this.met.subarray(0, this.metCount);
  }

  /** How often each of some items is in a basket with this one, by the group of the basket: some x group, row-major. */
  meetByGroup(item: number, some: Int32Array, places: Int32Array, { of, count }: BasketGroups): Int32Array {
    const { offsets, items } = this.baskets;
    const counted = new Int32Array(some.length * count);
    some.forEach((other, place) => {
      places[other] = place + 1;
    });
    for (const basket of this.basketsWith(item)) {
      const group = of[basket]!;
      if (group < 0) continue;
      for (let at = offsets[basket]!; at < offsets[basket + 1]!; at++) {
        const place = places[items[at]!]!;
        if (place > 0) counted[(place - 1) * count + group]!++;
      }
    }
    for (const other of some) places[other] = 0;
    return counted;
  }
}

const NO_GROUPS: BasketGroups = { of: new Int32Array(0), count: 0 };

/**
 * The strongest neighbours of every product. Strength is the mean of the two discounted confidences, in an order and over a
 * customer's orders; without customers, of the first alone. Pairs that fewer than two customers (without them, orders) share
 * are no neighbours.
 * @param customers null where orders name nobody
 * @param groups of the customers' baskets
 * O(sum of squared basket sizes) time, O(items x most + lines) memory.
 */
export function fitNeighbours(
  orders: Baskets,
  customers: Baskets | null,
  most = MOST_NEIGHBOURS,
  groups = NO_GROUPS,
): Neighbours {
  const { itemCount } = orders;
  const inOrders = new CoCounter(orders);
  const ofCustomers = customers === null ? null : new CoCounter(customers);
  const offsets = new Int32Array(itemCount + 1);
  const found = { items: [] as number[], strengths: [] as number[], orders: [] as number[], customers: [] as number[] };
  const byGroup: number[] = [];
  const itemGroups = new Int32Array(itemCount * groups.count);
  const places = new Int32Array(itemCount);
  const itself = new Int32Array(1);
  for (let item = 0; item < itemCount; item++) {
    const inOrder = inOrders.meet(item);
    const met = ofCustomers?.meet(item) ?? inOrder;
    const near: { other: number; strength: number }[] = [];
    for (const other of met) {
      if (other === item || (ofCustomers ?? inOrders).shared[other]! < FEWEST_SHARED) continue;
      const strength = confidenceIn(inOrders, item, other);
      near.push({ other, strength: ofCustomers ? (strength + confidenceIn(ofCustomers, item, other)) / 2 : strength });
    }
    near.sort((a, b) => b.strength - a.strength || a.other - b.other);
    near.splice(most);
    for (const { other, strength } of near) {
      found.items.push(other);
      found.strengths.push(strength);
      found.orders.push(inOrders.shared[other]!);
      found.customers.push(ofCustomers?.shared[other] ?? 0);
    }
    offsets[item + 1] = found.items.length;
    if (ofCustomers === null || groups.count === 0) continue;
    const others = Int32Array.from(near, ({ other }) => other);
    byGroup.push(...ofCustomers.meetByGroup(item, others, places, groups));
    itself[0] = item;
    itemGroups.set(ofCustomers.meetByGroup(item, itself, places, groups), item * groups.count);
  }
  return {
    offsets,
    itemGroups,
    items: Int32Array.from(found.items),
    strengths: Float64Array.from(found.strengths),
    orders: Int32Array.from(found.orders),
    customers: Int32Array.from(found.customers),
    groups: Int32Array.from(byGroup),
    itemOrders: inOrders.itemBaskets,
    itemCustomers: ofCustomers?.itemBaskets ?? new Int32Array(itemCount),
    orderCount: inOrders.basketCount,
    customerCount: ofCustomers?.basketCount ?? 0,
  };
}

/** Discounted confidence of item => other, once `item` is met; 0 where they share no basket. */
function confidenceIn(
  { itemBaskets, basketCount, averageShare, shared }: CoCounter,
  item: number,
  other: number,
): number {
  const counts = { both: shared[other]!, first: itemBaskets[item]!, second: itemBaskets[other]!, baskets: basketCount };
  return discountedConfidence(counts, averageShare);
}
