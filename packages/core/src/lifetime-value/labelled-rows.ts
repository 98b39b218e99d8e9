import type { CategoryColumn, CustomerFeatures } from '../customers/customer-features.js';
import { type FeatureName, MODEL_OUTPUTS } from '../customers/features.js';

/**
 * Columns of `features.outputs` that lifetime value reads besides the features. The first is needed to learn; without
 * the others the model makes do.
 */
export const CLV_INPUTS = {
  /** Which moment the row is as of: TRAIN_WINDOW, TEST_WINDOW or SCORE_WINDOW. */
  window: 'window.index',
  /** Revenue, before returns, in the 90 days from the row's moment; NaN where they have not passed. */
  revenueNext90Days: 'window.revenueNext90Days',
  /** Those of THE LIST of features. Without `purchaseDays` orders do, without `repeatMeanValue` averageOrderValue. */
  ...MODEL_OUTPUTS,
} as const;

export const TRAIN_WINDOW = 0;
export const TEST_WINDOW = 1;
export const SCORE_WINDOW = 2;

/** The customers at the given rows, in that order; every column is copied. O(rows x columns). */
export function takeCustomers(features: CustomerFeatures, rows: ArrayLike<number>): CustomerFeatures {
  const take = (column: Float64Array) => {
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!;
    return taken;
  };
  const each = <Column, Taken>(record: Readonly<Record<string, Column>>, of: (column: Column) => Taken) =>
    Object.fromEntries(Object.entries(record).map(([name, column]) => [name, of(column)]));
  const takeCodes = ({ codes, labels }: CategoryColumn): CategoryColumn => ({
    codes: Int32Array.from({ length: rows.length }, (_, i) => codes[rows[i]!]!),
    labels,
  });
  return {
    count: rows.length,
    columns: each(features.columns, take) as Record<FeatureName, Float64Array>,
    categories: each(features.categories, takeCodes),
    outputs: each(features.outputs, take),
  };
}

/** Buyers as of one moment; a row without orders is nobody's purchase history. */
export function buyersOfWindow(features: CustomerFeatures, window: number): CustomerFeatures {
  const windows = features.outputs[CLV_INPUTS.window];
  const rows: number[] = [];
  for (let row = 0; row < features.count; row++) {
    const own = windows === undefined ? SCORE_WINDOW : windows[row]!;
    if (own === window && features.columns.orders[row]! >= 1) rows.push(row);
  }
  return takeCustomers(features, rows);
}
