import type { CustomerFeatures } from '../customers/customer-features.js';
import { CLUSTER_FEATURES, type ClusterFeature, featureOf } from '../customers/features.js';
import type { FeatureMatrix } from '../numerics/linear-algebra/feature-matrix.js';
import { said, type Wording } from '../words/reasons.js';

/** Order value is left out by default: its logarithm is that of spend less that of orders, so it would count them twice. */
export const DEFAULT_FEATURES: readonly ClusterFeature[] = CLUSTER_FEATURES.slice(0, 6);

/** How one feature becomes a number of standard deviations from the mean of all buyers. Plain JSON. */
export interface ScaledFeature {
  readonly feature: ClusterFeature;
  readonly transform: 'log1p' | 'linear';
  /** Values beyond these count as these, in units of the feature. */
  readonly low: number;
  readonly high: number;
  /** Mean and population standard deviation after clipping and transforming. */
  readonly mean: number;
  readonly deviation: number;
  /** Stands in for a missing value: the median, in units of the feature. */
  readonly typical: number;
  /** Of `returnRate`: the rate of all pieces together, to which customers with few pieces are drawn; else 0. */
  readonly prior: number;
}

export interface DroppedFeature {
  readonly feature: ClusterFeature;
  readonly reason: Wording;
}

export interface Scaling {
  readonly used: readonly ScaledFeature[];
  readonly dropped: readonly DroppedFeature[];
}

/**
 * Share of the values that is clipped at each end, and one value at least, which in a shop of fewer than 201 is more: enough
 * that one wholesale order cannot own a cluster.
 */
const CLIPPED_SHARE = 0.005;
/** A feature known for fewer of the buyers than this would mostly be guesses. */
const LEAST_KNOWN_SHARE = 0.5;
/**
 * Return rates serve only where at least so many customers return: the few pieces of the others would make a cluster of
 * everybody who ever sent back one. Between these two quantiles there must lie a standard deviation.
 */
const TAIL_SHARE = 0.15;
/** Two features that agree this much say one thing twice. */
const MOST_CORRELATION = 0.95;
/** The first three are what every shop knows its customers by: they stay even where they agree. */
const ALWAYS_KEPT = 3;
/** Spread below which standardising would blow up noise: 10 % of a value on the log scale, two points of a share. */
const LEAST_SPREAD = { log1p: 0.1, linear: 0.02 };
/** Pieces at the shop's own return rate that every customer is credited with: one return of one piece is not 100 %. */
const PRIOR_PIECES = 5;

/** The value of one row in the feature's own units; NaN or infinite where it is not known. */
export function rawValue(feature: ClusterFeature, { columns }: CustomerFeatures, row: number, prior: number): number {
  if (feature !== 'returnRate') return columns[feature][row]!;
  const delivered = columns.itemsDelivered[row]!;
  const returned = columns.itemsReturned[row]!;
  if (!Number.isFinite(delivered) || !Number.isFinite(returned)) return Number.NaN;
  return (returned + prior * PRIOR_PIECES) / (delivered + PRIOR_PIECES);
}

/** Of the pieces of a customer, the share returned that stands behind a rate drawn to the shop's; NaN without a piece. */
export function plainReturnRate(drawn: number, prior: number, { columns }: CustomerFeatures, row: number): number {
  const delivered = columns.itemsDelivered[row]!;
  return delivered > 0 ? (drawn * (delivered + PRIOR_PIECES) - prior * PRIOR_PIECES) / delivered : Number.NaN;
}

function pooledReturnRate({ columns }: CustomerFeatures, rows: Int32Array): number {
  let delivered = 0;
  let returned = 0;
  for (const row of rows) {
    if (!Number.isFinite(columns.itemsDelivered[row]!) || !Number.isFinite(columns.itemsReturned[row]!)) continue;
    delivered += columns.itemsDelivered[row]!;
    returned += columns.itemsReturned[row]!;
  }
  return delivered > 0 ? returned / delivered : 0;
}

/** Linear interpolation between order statistics. Assumes ascending, not empty. */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

/** Below zero, spend is a shop's loss on returns: on the log scale it counts as none. */
export const transformed = (transform: ScaledFeature['transform'], value: number) =>
  transform === 'log1p' ? Math.log1p(Math.max(value, 0)) : value;

function momentsOf(values: Float64Array, transform: ScaledFeature['transform']) {
  let mean = 0;
  for (const value of values) mean += transformed(transform, value) / values.length;
  let second = 0;
  let third = 0;
  for (const value of values) {
    const difference = transformed(transform, value) - mean;
    second += (difference * difference) / values.length;
    third += (difference * difference * difference) / values.length;
  }
  const deviation = Math.sqrt(second);
  return { mean, deviation, skewness: deviation > 0 ? third / (second * deviation) : 0 };
}

/** The number that distances are measured in: standard deviations from the mean, clipped. */
export function scaledValue(scaled: ScaledFeature, raw: number): number {
  const known = Number.isFinite(raw) ? raw : scaled.typical;
  const clipped = Math.min(Math.max(known, scaled.low), scaled.high);
  return (transformed(scaled.transform, clipped) - scaled.mean) / scaled.deviation;
}

/** The value in the feature's own units that lies the given number of standard deviations from the mean. */
export function unscaledValue(scaled: ScaledFeature, value: number): number {
  const inner = scaled.mean + value * scaled.deviation;
  return scaled.transform === 'log1p' ? Math.expm1(inner) : inner;
}

/**
 * Writes one row's scaled values.
 * @returns how many of them were missing and stand at the median
 */
export function scaleRow(
  used: readonly ScaledFeature[],
  features: CustomerFeatures,
  row: number,
  target: Float64Array,
  offset: number,
): number {
  let missing = 0;
  for (let column = 0; column < used.length; column++) {
    const scaled = used[column]!;
    const raw = rawValue(scaled.feature, features, row, scaled.prior);
    if (!Number.isFinite(raw)) missing++;
    target[offset + column] = scaledValue(scaled, raw);
  }
  return missing;
}

/** The scaled values of the given rows. */
export function scaleRows(used: readonly ScaledFeature[], features: CustomerFeatures, rows: Int32Array): FeatureMatrix {
  const values = new Float64Array(rows.length * used.length);
  rows.forEach((row, index) => {
    scaleRow(used, features, row, values, index * used.length);
  });
  return { rows: rows.length, columns: used.length, values };
}

/** Why a feature cannot serve, or how it is scaled. */
function fitFeature(
  feature: ClusterFeature,
  features: CustomerFeatures,
  rows: Int32Array,
  keep: ScaledFeature | undefined,
): ScaledFeature | DroppedFeature {
  const prior = feature === 'returnRate' ? pooledReturnRate(features, rows) : 0;
  const known = Float64Array.from(rows, (row) => rawValue(feature, features, row, prior))
    .filter(Number.isFinite)
    .sort();
  if (known.length === 0) return { feature, reason: said('feature-unknown', {}) };
  if (known.length < LEAST_KNOWN_SHARE * rows.length) {
    return { feature, reason: said('feature-rarely-known', { share: known.length / rows.length }) };
  }
  const share = Math.max(CLIPPED_SHARE, 1 / Math.max(known.length - 1, 2));
  const low = quantileOfSorted(known, share);
  const high = quantileOfSorted(known, 1 - share);
  const typical = quantileOfSorted(known, 0.5);
  const clipped = known.map((value) => Math.min(Math.max(value, low), high));
  const linear = momentsOf(clipped, 'linear');
  const log1p = momentsOf(clipped, 'log1p');
  const canLog = featureOf(feature)?.unit !== 'share';
  const skewed = Math.abs(linear.skewness) > Math.abs(log1p.skewness);
  const transform = keep?.transform ?? (canLog && skewed ? 'log1p' : 'linear');
  const spread = canLog ? log1p.deviation : linear.deviation;
  if (!(spread >= LEAST_SPREAD[canLog ? 'log1p' : 'linear'])) {
    return { feature, reason: said('feature-same', {}) };
  }
  const { mean, deviation } = transform === 'log1p' ? log1p : linear;
  const bulk = quantileOfSorted(known, 1 - TAIL_SHARE) - quantileOfSorted(known, TAIL_SHARE);
  if (feature === 'returnRate' && bulk < deviation) return { feature, reason: said('returns-rare', {}) };
  return { feature, transform, low, high, mean, deviation, typical, prior };
}

function correlation(matrix: FeatureMatrix, left: number, right: number): number {
  let sum = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let offset = 0; offset < matrix.values.length; offset += matrix.columns) {
    const a = matrix.values[offset + left]!;
    const b = matrix.values[offset + right]!;
    sum += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  return sum / Math.sqrt(leftSquares * rightSquares);
}

/**
 * Chooses features and how each is scaled: those that are known for half of the customers, differ between them, and do not
 * repeat an earlier one. Each is clipped at its 0.5 % and 99.5 % quantiles, or at its second and last but one value, taken as
 * it is or on the log scale, whichever is less skewed, and standardised with its population variance.
 * @param rows of customers with orders, at least one
 * @param previous scalings whose choice between log and linear is kept, so that clusters do not jump between two fits
 * O(rows x candidates x (log rows + candidates)).
 */
export function fitScaling(
  features: CustomerFeatures,
  rows: Int32Array,
  candidates: readonly ClusterFeature[],
  previous: readonly ScaledFeature[],
): Scaling {
  const used: ScaledFeature[] = [];
  const dropped: DroppedFeature[] = [];
  for (const feature of candidates) {
    const keep = previous.find((scaled) => scaled.feature === feature);
    const fitted = fitFeature(feature, features, rows, keep);
    if ('reason' in fitted) dropped.push(fitted);
    else used.push(fitted);
  }
  const matrix = scaleRows(used, features, rows);
  const kept: number[] = [];
  used.forEach((scaled, column) => {
    const free = CLUSTER_FEATURES.indexOf(scaled.feature) >= ALWAYS_KEPT;
    const twin = kept.find((earlier) => free && Math.abs(correlation(matrix, earlier, column)) > MOST_CORRELATION);
    if (twin === undefined) kept.push(column);
    else dropped.push({ feature: scaled.feature, reason: said('feature-repeats', { feature: used[twin]!.feature }) });
  });
  return { used: kept.map((column) => used[column]!), dropped };
}
