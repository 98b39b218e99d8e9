import { InvalidInputError } from '../errors.js';
import type { SegmentDefinition } from '../model.js';
import { adjustedRandIndex } from '../numerics/cluster-indexes.js';

/** One segmentation's answer for a list of customers: what `segments(fitted)` and `score(...).segment` give. */
export interface SegmentedCustomers {
  readonly segments: readonly SegmentDefinition[];
  /** For each customer an index into `segments`. */
  readonly segment: Int32Array;
}

export interface Agreement {
  /** 1 where both split the customers alike, about 0 where they agree no more than chance does. */
  readonly adjustedRandIndex: number;
  readonly rowKeys: readonly string[];
  readonly columnKeys: readonly string[];
  /** Customers in each pair of segments, one row a segment of the first. */
  readonly counts: readonly (readonly number[])[];
}

/**
 * The cross table of two segmentations of the same customers, and how far they agree.
 * @param first, second in the same order of customers
 * @throws InvalidInputError when the numbers of customers differ
 * O(customers).
 */
export function segmentAgreement(first: SegmentedCustomers, second: SegmentedCustomers): Agreement {
  if (first.segment.length !== second.segment.length) {
    throw new InvalidInputError(
      `segmentAgreement requires the same customers twice, got ${first.segment.length} and ${second.segment.length}`,
    );
  }
  const counts = first.segments.map(() => second.segments.map(() => 0));
  first.segment.forEach((segment, customer) => {
    counts[segment]![second.segment[customer]!]!++;
  });
  return {
    adjustedRandIndex: adjustedRandIndex(first.segment, second.segment),
    rowKeys: first.segments.map(({ key }) => key),
    columnKeys: second.segments.map(({ key }) => key),
    counts,
  };
}
