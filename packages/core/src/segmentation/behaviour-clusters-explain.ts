import {
  type CustomerFeatures,
  emptyFeatures,
  FEATURE_NAMES,
  type FeatureName,
} from '../customers/customer-features.js';
import type { Explanation, Reason, SegmentDistance } from '../model.js';
import type { FeatureMatrix } from '../numerics/feature-matrix.js';
import { type BehaviourClustersFitted, centroidMatrix, placeRow } from './behaviour-clusters-fitted.js';
import { rawValue, type ScaledFeature, unscaledValue } from './behaviour-clusters-scaling.js';
import { FEATURE_WORDS, valueInWords } from './naming-words.js';

/** How many things about a cluster a person reads. */
const MOST_REASONS = 3;
/** Steps that are tried: further ones are not advice. */
const MOST_ORDERS = 12;
const MOST_DAYS = 730;

/** What sets the cluster apart from all buyers, most first, beside the customer's own value. */
function traits(fitted: BehaviourClustersFitted, cluster: number, features: CustomerFeatures, row: number): Reason[] {
  const { centroid, title } = fitted.clusters[cluster]!;
  return [...centroid.keys()]
    .sort((a, b) => Math.abs(centroid[b]!) - Math.abs(centroid[a]!))
    .slice(0, MOST_REASONS)
    .map((column) => {
      const scaled = fitted.scaling[column]!;
      const own = rawValue(scaled.feature, features, row, scaled.prior);
      const usual = valueInWords(scaled.feature, unscaledValue(scaled, centroid[column]!));
      const all = valueInWords(scaled.feature, unscaledValue(scaled, 0));
      const mine = Number.isFinite(own) ? `here ${valueInWords(scaled.feature, own)}` : 'here unknown, taken as usual';
      const text = `${FEATURE_WORDS[scaled.feature]}: ${title} ${usual}, all buyers ${all}; ${mine}`;
      const reason = { text, feature: scaled.feature, effect: centroid[column]! };
      return Number.isFinite(own) ? { ...reason, value: own } : reason;
    });
}

/** One row's columns on their own, to be changed. */
function copyRow(
  { columns }: CustomerFeatures,
  row: number,
): CustomerFeatures & { columns: Record<FeatureName, Float64Array> } {
  const copy = emptyFeatures(1);
  for (const name of FEATURE_NAMES) copy.columns[name][0] = columns[name][row]!;
  return copy;
}

/** The first cluster that other steps of one kind lead to, and after how many; null where none does. */
function firstMove(
  fitted: BehaviourClustersFitted,
  centroids: FeatureMatrix,
  own: number,
  most: number,
  after: (steps: number) => CustomerFeatures,
): { cluster: number; steps: number } | null {
  const scratch = new Float64Array(fitted.scaling.length);
  for (let steps = 1; steps <= most; steps++) {
    const { cluster } = placeRow(fitted.scaling, centroids, after(steps), 0, scratch);
    if (cluster !== own) return { cluster, steps };
  }
  return null;
}

/** The customer as of now after more orders of the usual size, the last one today. */
function withOrders(features: CustomerFeatures, row: number, steps: number): CustomerFeatures {
  const changed = copyRow(features, row);
  const { orders, netRevenue, recencyDays, averageOrderValue } = changed.columns;
  const usual = Number.isFinite(averageOrderValue[0]!) ? averageOrderValue[0]! : 0;
  orders[0]! += steps;
  netRevenue[0]! += steps * usual;
  recencyDays[0] = 0;
  return changed;
}

/** The customer after days without an order. */
function afterDays(features: CustomerFeatures, row: number, steps: number): CustomerFeatures {
  const changed = copyRow(features, row);
  changed.columns.recencyDays[0]! += steps;
  changed.columns.tenureDays[0]! += steps;
  return changed;
}

/** The one feature along which the row would reach another cluster with the least change, in words; '' for none. */
function shortestWay(
  scaling: readonly ScaledFeature[],
  scaledRow: Float64Array,
  own: readonly number[],
  other: readonly number[],
) {
  let gap = 0;
  for (let column = 0; column < own.length; column++) {
    gap += (scaledRow[column]! - other[column]!) ** 2 - (scaledRow[column]! - own[column]!) ** 2;
  }
  let best: { column: number; step: number } | null = null;
  for (let column = 0; column < own.length; column++) {
    // Along one feature the two squared distances differ by a linear function, which crosses 0 at this step.
    const step = gap / (2 * (other[column]! - own[column]!));
    if (Number.isFinite(step) && (best === null || Math.abs(step) < Math.abs(best.step))) best = { column, step };
  }
  if (best === null) return null;
  const scaled = scaling[best.column]!;
  const target = unscaledValue(scaled, scaledRow[best.column]! + best.step);
  if (target < scaled.low || target > scaled.high) return null;
  return `${FEATURE_WORDS[scaled.feature]} ${best.step > 0 ? 'above' : 'below'} ${valueInWords(scaled.feature, target)}`;
}

const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;

/**
 * Why a customer is in a cluster: how near it lies to the centroids, what sets the cluster apart, and what would change it -
 * more orders of the usual size, days without one, or the one feature that separates it least from the next cluster.
 */
export function explainMembership(
  fitted: BehaviourClustersFitted,
  features: CustomerFeatures,
  row: number,
): Explanation {
  const orders = features.columns.orders[row]!;
  if (!(orders > 0)) return { reasons: [{ text: 'has no order yet', feature: 'orders', value: 0 }], nearest: [] };
  if (fitted.scaling.length === 0) {
    return {
      reasons: [{ text: fitted.note ?? 'all buyers are alike', feature: 'orders', value: orders }],
      nearest: [],
    };
  }
  const centroids = centroidMatrix(fitted);
  const scratch = new Float64Array(fitted.scaling.length);
  const { cluster, distances, missing } = placeRow(fitted.scaling, centroids, features, row, scratch);
  const byDistance = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
  const own = fitted.clusters[cluster]!;
  const next = byDistance.find((other) => other !== cluster);
  const nearness =
    next === undefined
      ? `the only cluster is ${own.title}`
      : `nearest to ${own.title}: ${distances[cluster]!.toFixed(2)} standard deviations from its centre, ` +
        `${distances[next]!.toFixed(2)} from that of ${fitted.clusters[next]!.title}`;
  const reasons: Reason[] = [{ text: nearness, feature: 'distance', value: distances[cluster]! }];
  if (missing > 0) {
    reasons.push({
      text: `${count(missing, 'feature')} unknown, taken as the median of all buyers`,
      feature: 'distance',
    });
  }
  reasons.push(...traits(fitted, cluster, features, row));

  const found = new Map<number, string>();
  const more = firstMove(fitted, centroids, cluster, MOST_ORDERS, (steps) => withOrders(features, row, steps));
  if (more !== null) {
    const { title } = fitted.clusters[more.cluster]!;
    found.set(
      more.cluster,
      `${count(more.steps, 'more order')} of the usual size now ${more.steps === 1 ? 'moves' : 'move'} to ${title}`,
    );
  }
  const waiting = firstMove(fitted, centroids, cluster, MOST_DAYS, (steps) => afterDays(features, row, steps));
  if (waiting !== null && !found.has(waiting.cluster)) {
    found.set(
      waiting.cluster,
      `${count(waiting.steps, 'more day')} without an order ${waiting.steps === 1 ? 'moves' : 'move'} to ${fitted.clusters[waiting.cluster]!.title}`,
    );
  }
  for (const other of byDistance) {
    if (other === cluster || found.has(other)) continue;
    const way = shortestWay(fitted.scaling, scratch, own.centroid, fitted.clusters[other]!.centroid);
    if (way !== null) found.set(other, `${way} would be nearer to ${fitted.clusters[other]!.title}, all else equal`);
  }
  const nearest: SegmentDistance[] = byDistance
    .filter((other) => found.has(other))
    .map((other) => ({ segmentKey: fitted.clusters[other]!.key, text: found.get(other)! }));
  return { reasons, nearest };
}
