/**
 * The numeric features of a customer, all as of one moment. Money is in the shop's currency, in major units; days are
 * whole calendar days in the shop's time zone. `NaN` means that the value does not exist (no order, nothing delivered).
 */
export const FEATURE_NAMES = [
  /** Orders placed before the moment, cancelled ones left out; 0 for a Prospect. */
  'orders',
  /** Days from the last order's day to the moment's day; NaN without orders. */
  'recencyDays',
  /** Days from the first order's day to the moment's day; NaN without orders. */
  'tenureDays',
  /** Days between the first and the last order, as whole elapsed days; NaN without orders. */
  'spanDays',
  /** What was kept: line amounts less those cancelled, returned or refunded; rounded to 4 decimals so that equal spend ties. */
  'netRevenue',
  /** Line amounts of all orders that were not cancelled. */
  'grossRevenue',
  /** netRevenue / orders; NaN without orders. */
  'averageOrderValue',
  /** Pieces delivered before the moment. */
  'itemsDelivered',
  /** Pieces of those that came back before the moment. */
  'itemsReturned',
  /** Median days between one order and the next; NaN with fewer than two orders. */
  'medianDaysBetweenOrders',
  /** 1 - paid / list price over the lines whose list price is known; NaN when none is. */
  'discountShare',
  /** Product categories bought at least once. */
  'distinctCategories',
  /** Web visits in the 30 days before the moment. */
  'visits30d',
  /** Campaign e-mails opened in the 90 days before. */
  'emailOpens90d',
  /** Contacts with the shop's service in the 90 days before. */
  'serviceContacts90d',
] as const;

export type FeatureName = (typeof FEATURE_NAMES)[number];

/** A categorical column: `codes[row]` is an index into `labels`, -1 where the value is missing. */
export interface CategoryColumn {
  readonly codes: Int32Array;
  readonly labels: readonly string[];
}

/**
 * One column per feature, one entry per customer, in the same order everywhere. Models never change it. A model may
 * also read the columns of an earlier one, which stand in `outputs` under `model.column`.
 */
export interface CustomerFeatures {
  readonly count: number;
  readonly columns: Readonly<Record<FeatureName, Float64Array>>;
  readonly categories: Readonly<Record<string, CategoryColumn>>;
  readonly outputs: Readonly<Record<string, Float64Array>>;
}

/** Columns of the given length with every feature NaN, ready to be filled. */
export function emptyFeatures(count: number): CustomerFeatures & { columns: Record<FeatureName, Float64Array> } {
  const columns = Object.fromEntries(FEATURE_NAMES.map((name) => [name, new Float64Array(count).fill(Number.NaN)]));
  return { count, columns: columns as Record<FeatureName, Float64Array>, categories: {}, outputs: {} };
}
