import { type CustomerFeatures, emptyFeatures } from '@tessera/core/customers/customer-features.js';
import { FEATURE_NAMES, type FeatureName } from '@tessera/core/customers/features.js';
import fc from 'fast-check';

export type FeatureRow = Partial<Record<FeatureName, number>>;

/** Columns from rows; a feature that a row leaves out is NaN. */
export function featuresOf(rows: readonly FeatureRow[]): CustomerFeatures {
  const features = emptyFeatures(rows.length);
  rows.forEach((row, i) => {
    for (const name of FEATURE_NAMES) features.columns[name][i] = row[name] ?? Number.NaN;
  });
  return features;
}

/** A customer with an order; what is not said is one order of 10.00 a hundred days ago. */
export function buyer(row: FeatureRow = {}): FeatureRow {
  const orders = row.orders ?? 1;
  const netRevenue = row.netRevenue ?? 10;
  const recencyDays = row.recencyDays ?? 100;
  return {
    orders,
    recencyDays,
    tenureDays: recencyDays,
    spanDays: 0,
    elapsedSpanDays: 0,
    netRevenue,
    grossRevenue: netRevenue,
    averageOrderValue: netRevenue / orders,
    itemsDelivered: orders,
    itemsReturned: 0,
    ...row,
  };
}

/** What an order of the usual size brings: what one kept, else what one was before it was sent back, else nothing. */
export function usualOrderValue({ averageOrderValue = 0, grossRevenue = 0, orders = 1 }: FeatureRow): number {
  if (averageOrderValue > 0) return averageOrderValue;
  return grossRevenue > 0 ? grossRevenue / orders : 0;
}

/** A customer without an order, as the database gives him. */
export const prospect = (): FeatureRow => ({
  orders: 0,
  netRevenue: 0,
  grossRevenue: 0,
  itemsDelivered: 0,
  itemsReturned: 0,
});

/** Money as the features round it, to 4 decimals; few enough values that ties happen. */
export const anyMoney = fc.oneof(
  fc.integer({ min: 0, max: 12 }).map((tens) => tens * 10),
  fc.integer({ min: -20_000, max: 900_000 }).map((parts) => parts / 10_000),
  fc.integer({ min: 0, max: 5_000_000 }).map((parts) => parts / 100),
);

/** Any buyer, with ties, same-day orders and spend that returns have made negative. */
export const anyBuyer: fc.Arbitrary<FeatureRow> = fc
  .record({
    orders: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 12 })),
    recencyDays: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 900 })),
    spanDays: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 700 })),
    netRevenue: anyMoney,
  })
  .map(({ spanDays, ...row }) => {
    const span = row.orders === 1 ? 0 : spanDays;
    return buyer({ ...row, spanDays: span, elapsedSpanDays: span, tenureDays: row.recencyDays + span });
  });

/** Any customer: buyers, Prospects, and rows in which a value is missing that should be there. */
export const anyCustomer: fc.Arbitrary<FeatureRow> = fc.oneof(
  { weight: 8, arbitrary: anyBuyer },
  { weight: 1, arbitrary: fc.constant(prospect()) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        anyBuyer,
        fc.constantFrom<FeatureName>(
          'recencyDays',
          'tenureDays',
          'spanDays',
          'elapsedSpanDays',
          'netRevenue',
          'averageOrderValue',
          'orders',
        ),
      )
      .map(([row, name]) => ({ ...row, [name]: Number.NaN })),
  },
);
