export type { Comparison } from '../db/queries/customers/conditions.js';

/** Membership in the segments of one segmentation, by their keys. */
export interface SegmentFilterInput {
  readonly segmentation?: string | null;
  readonly in?: readonly string[] | null;
  readonly notIn?: readonly string[] | null;
  readonly enteredAfter?: Date | null;
  readonly previousIn?: readonly string[] | null;
}

/** Has an order, not cancelled, with one of these. */
export interface PurchaseFilterInput {
  readonly in: readonly string[];
  readonly after?: Date | null;
  readonly before?: Date | null;
}

/**
 * Which customers are meant: every given field must hold, `and`, `or` and `not` nest, and `not` is the complement. Whatever
 * filters customers takes this, whoever asks.
 */
export interface CustomerFilterInput {
  readonly and?: readonly CustomerFilterInput[] | null;
  readonly or?: readonly CustomerFilterInput[] | null;
  readonly not?: CustomerFilterInput | null;
  readonly segment?: SegmentFilterInput | null;
  readonly boughtCategory?: PurchaseFilterInput | null;
  readonly boughtProduct?: PurchaseFilterInput | null;
  readonly boughtBrand?: PurchaseFilterInput | null;
  readonly search?: string | null;
  readonly [column: string]: unknown;
}
