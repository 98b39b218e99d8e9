import type { SegmentDefinition } from '../../model.js';
import { type Named, type Said, said } from '../../words/reasons.js';

/** What a review of segments looks at. Plain JSON. */
export interface SegmentSize {
  readonly key: string;
  readonly customers: number;
  /** Of all buyers, 0 to 1. */
  readonly share: number;
  /** In the shop's currency; null of a segment that nobody is in. */
  readonly averageNetRevenue: number | null;
}

/** Fewer buyers than this leave segments empty and averages upside down by chance. */
const LEAST_BUYERS = 50;
/** A segment of more than this tells a shop nothing about most of its customers. */
const CROWDED_SHARE = 0.6;
/** Net revenue has 4 decimals: added up in whole parts, the sum does not depend on the order of the rows. */
const PARTS = 10_000;

/**
 * Sizes and averages of the buyers' segments.
 * @param segments without Prospect
 * @param segment for each buyer an index into `segments`; @param netRevenue of each; NaN counts for no average
 */
export function sizeSegments(
  segments: readonly SegmentDefinition[],
  segment: Int32Array,
  netRevenue: Float64Array,
): SegmentSize[] {
  const customers = new Float64Array(segments.length);
  const known = new Float64Array(segments.length);
  const sums = new Float64Array(segments.length);
  segment.forEach((index, buyer) => {
    customers[index]!++;
    const spend = netRevenue[buyer]!;
    if (Number.isNaN(spend)) return;
    known[index]!++;
    sums[index]! += Math.round(spend * PARTS);
  });
  return segments.map(({ key }, index) => ({
    key,
    customers: customers[index]!,
    share: segment.length > 0 ? customers[index]! / segment.length : 0,
    averageNetRevenue: known[index]! > 0 ? sums[index]! / PARTS / known[index]! : null,
  }));
}

/**
 * What a marketer should know before using the segments: empty ones, one that holds nearly everybody, and averages that
 * contradict the order.
 * @param ordered how many segments from the first on promise less net revenue each; of rules only the first is better than
 *   all others, because a later rule may describe valuable customers who went quiet
 * @returns nothing for fewer than fifty buyers
 */
export function reviewSegments(
  segments: readonly SegmentDefinition[],
  sizes: readonly SegmentSize[],
  ordered: 'first' | 'all',
): Said[] {
  if (sizes.reduce((sum, { customers }) => sum + customers, 0) < LEAST_BUYERS) return [];
  const named = (index: number): Named => ({ key: segments[index]!.key, title: segments[index]!.title });
  const warnings: Said[] = [];
  sizes.forEach(({ customers, share, averageNetRevenue }, index) => {
    if (customers === 0) warnings.push(said('segment-empty', { segment: named(index) }));
    if (share > CROWDED_SHARE) warnings.push(said('segment-crowded', { segment: named(index), share }));
    const better = ordered === 'first' ? [0] : Array.from({ length: index }, (_, other) => other);
    for (const other of better) {
      const above = sizes[other]!.averageNetRevenue;
      if (index === other || above === null || averageNetRevenue === null || above >= averageNetRevenue) continue;
      warnings.push(
        said('segments-upside-down', {
          better: named(other),
          betterAverage: above,
          worse: named(index),
          worseAverage: averageNetRevenue,
        }),
      );
    }
  });
  return warnings;
}
