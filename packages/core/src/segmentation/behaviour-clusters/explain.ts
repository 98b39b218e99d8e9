import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { ClusterFeature } from '../../customers/features.js';
import { type Explanation, hasNoOrder, type Reason, type SegmentDistance } from '../../model.js';
import { asReason, type Named, type ReasonValues, type Said, said } from '../../words/reasons.js';
import { stepByOrders, stepByWaiting } from '../next-steps.js';
import { plainReturnRate, rawValue, type ScaledFeature, unscaledValue } from '../scaling.js';
import { type BehaviourCluster, type BehaviourClustersFitted, centroidMatrix, placeRow } from './fitted.js';

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

const namedOf = ({ key, title }: BehaviourCluster): Named => ({ key, title });

/** What sets the cluster apart from all buyers, most first, beside the customer's own value. */
function traits(fitted: BehaviourClustersFitted, cluster: number, features: CustomerFeatures, row: number): Reason[] {
  const { centroid } = fitted.clusters[cluster]!;
  return [...centroid.keys()]
    .sort((a, b) => Math.abs(centroid[b]!) - Math.abs(centroid[a]!))
    .slice(0, MOST_REASONS)
    .map((column): Reason => {
      const scaled = fitted.scaling[column]!;
      const { feature } = scaled;
      if (feature === 'returnRate') return returnsTrait(fitted, cluster, column, features, row);
      const raw = rawValue(feature, features, row, scaled.prior);
      const own = Number.isFinite(raw) ? raw : null;
      const trait = said('cluster-trait', {
        feature,
        segment: namedOf(fitted.clusters[cluster]!),
        own,
        usual: unscaledValue(scaled, centroid[column]!),
        all: unscaledValue(scaled, 0),
      });
      const reason = { ...trait, feature, effect: centroid[column]! };
      return own === null ? reason : { ...reason, value: own };
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
  const { centroid, profile } = fitted.clusters[cluster]!;
  const scaled = fitted.scaling[column]!;
  const delivered = columns.itemsDelivered[row]!;
  const returned = columns.itemsReturned[row]!;
  const isKnown = delivered > 0 && Number.isFinite(returned);
  const trait = said('cluster-returns', {
    segment: namedOf(fitted.clusters[cluster]!),
    usual: profile.returnRate ?? unscaledValue(scaled, centroid[column]!),
    all: scaled.prior,
    pieces: isKnown ? { returned, delivered } : null,
  });
  const reason = { ...trait, feature: scaled.feature, effect: centroid[column]! };
  return isKnown ? { ...reason, value: returned / delivered } : reason;
}

/** The one feature in which the least change that a customer can make reaches another cluster, null for none. */
function shortestWay(
  scaling: readonly ScaledFeature[],
  features: CustomerFeatures,
  row: number,
  scaledRow: Float64Array,
  own: readonly number[],
  other: readonly number[],
): Omit<ReasonValues['change-moves'], 'segment'> | null {
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
  return { feature: scaled.feature, side: best.step > 0 ? 'above' : 'below', bound: shown };
}

/**
 * Why a customer is in a cluster: how near it lies to the centroids, what sets the cluster apart, and what would change it -
 * more orders of the usual size, days without one, or the one feature that separates it least from another cluster and that
 * the customer can still change.
 */
export function explainMembership(
  fitted: BehaviourClustersFitted,
  features: CustomerFeatures,
  row: number,
): Explanation {
  const orders = features.columns.orders[row]!;
  if (!(orders > 0)) return hasNoOrder();
  if (fitted.scaling.length === 0) {
    return { reasons: [{ ...asReason(fitted.note), feature: 'orders', value: orders }], nearest: [] };
  }
  const centroids = centroidMatrix(fitted);
  const scratch = new Float64Array(fitted.scaling.length);
  const { cluster, distances, missing } = placeRow(fitted.scaling, centroids, features, row, scratch);
  const byDistance = [...distances.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
  const own = fitted.clusters[cluster]!;
  const next = byDistance.find((other) => other !== cluster);
  const segment = namedOf(own);
  const nearness =
    next === undefined
      ? said('cluster-only', { segment })
      : said('cluster-nearest', {
          segment,
          distance: distances[cluster]!,
          next: namedOf(fitted.clusters[next]!),
          nextDistance: distances[next]!,
        });
  const reasons: Reason[] = [{ ...nearness, feature: 'distance', value: distances[cluster]! }];
  if (missing > 0) reasons.push({ ...said('features-missing', { features: missing }), feature: 'distance' });
  reasons.push(...traits(fitted, cluster, features, row));

  const found = new Map<number, Said>();
  const stepped = new Float64Array(fitted.scaling.length);
  const segmentOf = (changed: CustomerFeatures) => placeRow(fitted.scaling, centroids, changed, 0, stepped).cluster;
  for (const stepBy of [stepByOrders, stepByWaiting]) {
    const step = stepBy(features, row, segmentOf, (segment) => segment !== cluster);
    if (step === null || found.has(step.segment)) continue;
    found.set(step.segment, step.told(namedOf(fitted.clusters[step.segment]!)));
  }
  for (const other of byDistance) {
    if (other === cluster || found.has(other)) continue;
    const target = fitted.clusters[other]!;
    const way = shortestWay(fitted.scaling, features, row, scratch, own.centroid, target.centroid);
    if (way !== null) found.set(other, said('change-moves', { ...way, segment: namedOf(target) }));
  }
  const nearest: SegmentDistance[] = byDistance
    .filter((other) => found.has(other))
    .map((other) => ({ segmentKey: fitted.clusters[other]!.key, ...found.get(other)! }));
  return { reasons, nearest };
}
