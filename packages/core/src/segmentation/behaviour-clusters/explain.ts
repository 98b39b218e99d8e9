import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { ClusterFeature } from '../../customers/features.js';
import type { Explanation, Reason, SegmentDistance } from '../../model.js';
import { FEATURE_WORDS, valueInWords } from '../naming-words.js';
import { stepByOrders, stepByWaiting } from '../next-steps.js';
import { plainReturnRate, rawValue, type ScaledFeature, unscaledValue } from '../scaling.js';
import { type BehaviourClustersFitted, centroidMatrix, placeRow } from './fitted.js';

/** How many things about a cluster a person reads. */
const MOST_REASONS = 3;
/** Which way a customer can still go in a feature; orders and days are stepped through, and nobody takes an order back. */
const WAYS: Readonly<Record<ClusterFeature, 'above' | 'either' | 'none'>> = {
  recencyDays: 'none',
  orders: 'none',
  tenureDays: 'none',
  netRevenue: 'above',
  distinctCategories: 'above',
  discountShare: 'either',
  returnRate: 'either',
  averageOrderValue: 'either',
};

/** What sets the cluster apart from all buyers, most first, beside the customer's own value. */
function traits(
  fitted: BehaviourClustersFitted,
  cluster: number,
  features: CustomerFeatures,
  row: number,
  currency?: string,
): Reason[] {
  const inWords = (feature: ClusterFeature, value: number) => valueInWords(feature, value, currency);
  const { centroid, title } = fitted.clusters[cluster]!;
  return [...centroid.keys()]
    .sort((a, b) => Math.abs(centroid[b]!) - Math.abs(centroid[a]!))
    .slice(0, MOST_REASONS)
    .map((column) => {
      const scaled = fitted.scaling[column]!;
      if (scaled.feature === 'returnRate') return returnsTrait(fitted, cluster, column, features, row);
      const own = rawValue(scaled.feature, features, row, scaled.prior);
      const usual = inWords(scaled.feature, unscaledValue(scaled, centroid[column]!));
      const all = inWords(scaled.feature, unscaledValue(scaled, 0));
      const mine = Number.isFinite(own) ? `here ${inWords(scaled.feature, own)}` : 'here unknown, taken as usual';
      const text = `${FEATURE_WORDS[scaled.feature]}: ${title} ${usual}, all buyers ${all}; ${mine}`;
      const reason = { text, feature: scaled.feature, effect: centroid[column]! };
      return Number.isFinite(own) ? { ...reason, value: own } : reason;
    });
}

/** Return rates as they are: those that distances are measured with are drawn to the rate of the shop. */
function returnsTrait(
  fitted: BehaviourClustersFitted,
  cluster: number,
  column: number,
  { columns }: CustomerFeatures,
  row: number,
): Reason {
  const { centroid, title, profile } = fitted.clusters[cluster]!;
  const scaled = fitted.scaling[column]!;
  const usual = profile.returnRate ?? unscaledValue(scaled, centroid[column]!);
  const delivered = columns.itemsDelivered[row]!;
  const returned = columns.itemsReturned[row]!;
  const isKnown = delivered > 0 && Number.isFinite(returned);
  const mine = isKnown ? `here ${returned} of ${delivered} pieces` : 'here nothing delivered, taken as all buyers';
  const text = `${FEATURE_WORDS.returnRate}: ${title} ${valueInWords('returnRate', usual)}, all buyers ${valueInWords('returnRate', scaled.prior)}; ${mine}`;
  const reason = { text, feature: scaled.feature, effect: centroid[column]! };
  return isKnown ? { ...reason, value: returned / delivered } : reason;
}

/** The one feature in which the least change that a customer can make reaches another cluster, in words; null for none. */
function shortestWay(
  scaling: readonly ScaledFeature[],
  features: CustomerFeatures,
  row: number,
  scaledRow: Float64Array,
  own: readonly number[],
  other: readonly number[],
  currency?: string,
) {
  let gap = 0;
  for (let column = 0; column < own.length; column++) {
    gap += (scaledRow[column]! - other[column]!) ** 2 - (scaledRow[column]! - own[column]!) ** 2;
  }
  let best: { column: number; step: number } | null = null;
  for (let column = 0; column < own.length; column++) {
    // Along one feature the two squared distances differ by a linear function, which crosses 0 at this step.
    const step = gap / (2 * (other[column]! - own[column]!));
    const way = WAYS[scaling[column]!.feature];
    if (way === 'none' || (way === 'above' && step < 0)) continue;
    if (Number.isFinite(step) && (best === null || Math.abs(step) < Math.abs(best.step))) best = { column, step };
  }
  if (best === null) return null;
  const scaled = scaling[best.column]!;
  const target = unscaledValue(scaled, scaledRow[best.column]! + best.step);
  if (target < scaled.low || target > scaled.high) return null;
  const shown = scaled.feature === 'returnRate' ? plainReturnRate(target, scaled.prior, features, row) : target;
  if (scaled.feature === 'returnRate' && !(shown >= 0 && shown <= 1)) return null;
  return `${FEATURE_WORDS[scaled.feature]} ${best.step > 0 ? 'above' : 'below'} ${valueInWords(scaled.feature, shown, currency)}`;
}

const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;

/**
 * Why a customer is in a cluster: how near it lies to the centroids, what sets the cluster apart, and what would change it -
 * more orders of the usual size, days without one, or the one feature that separates it least from another cluster and that
 * the customer can still change.
 */
export function explainMembership(
  fitted: BehaviourClustersFitted,
  features: CustomerFeatures,
  row: number,
  currency?: string,
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
  reasons.push(...traits(fitted, cluster, features, row, currency));

  const found = new Map<number, string>();
  const stepped = new Float64Array(fitted.scaling.length);
  const segmentOf = (changed: CustomerFeatures) => placeRow(fitted.scaling, centroids, changed, 0, stepped).cluster;
  for (const stepBy of [stepByOrders, stepByWaiting]) {
    const step = stepBy(features, row, segmentOf, (segment) => segment !== cluster);
    if (step === null || found.has(step.segment)) continue;
    found.set(step.segment, `${step.text} to ${fitted.clusters[step.segment]!.title}`);
  }
  for (const other of byDistance) {
    if (other === cluster || found.has(other)) continue;
    const way = shortestWay(
      fitted.scaling,
      features,
      row,
      scratch,
      own.centroid,
      fitted.clusters[other]!.centroid,
      currency,
    );
    if (way !== null) found.set(other, `${way} would be nearer to ${fitted.clusters[other]!.title}, all else equal`);
  }
  const nearest: SegmentDistance[] = byDistance
    .filter((other) => found.has(other))
    .map((other) => ({ segmentKey: fitted.clusters[other]!.key, text: found.get(other)! }));
  return { reasons, nearest };
}
