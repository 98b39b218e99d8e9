import { type CustomerFeatures, emptyFeatures } from '@tessera/core/customers/customer-features.js';
import { CLV_INPUTS } from '@tessera/core/lifetime-value/labelled-rows.js';
import type { WindowRow } from '../windows-data.js';

/** Rows of one or more moments below each other, as the server stacks them. */
export function stackedFeatures(parts: readonly { window: number; rows: readonly WindowRow[] }[]): CustomerFeatures {
  const all = parts.flatMap(({ window, rows }) => rows.map((row) => ({ ...row, window })));
  const of = (value: (row: (typeof all)[number]) => number) => Float64Array.from(all, value);
  const features = emptyFeatures(all.length);
  Object.assign(features.columns, {
    orders: of((row) => row.frequency),
    recencyDays: of((row) => row.recencyDays),
    tenureDays: of((row) => row.tenureDays),
    elapsedSpanDays: of((row) => row.spanDays),
    netRevenue: of((row) => row.monetary),
    grossRevenue: of((row) => row.monetary),
    averageOrderValue: of((row) => row.aov),
  });
  return {
    ...features,
    outputs: {
      [CLV_INPUTS.window]: of((row) => row.window),
      [CLV_INPUTS.revenueNext90Days]: of((row) => row.label),
      [CLV_INPUTS.revenueLast90Days]: of((row) => row.lastSpend),
      [CLV_INPUTS.purchaseDays]: of((row) => row.purchaseDays),
      [CLV_INPUTS.repeatMeanValue]: of((row) => row.repeatMean),
    },
  };
}

/** A customer who ordered once, 30 days ago, for 20; change what matters. */
export function windowRow(change: Partial<WindowRow> = {}): WindowRow {
  const orders = change.frequency ?? 1;
  return {
    customer: 1,
    recencyDays: 30,
    frequency: orders,
    monetary: 20 * orders,
    aov: 20,
    tenureDays: 30,
    label: 0,
    nextOrders: 0,
    lastSpend: 20,
    purchaseDays: orders,
    spanDays: 0,
    repeatMean: 20,
    ...change,
  };
}
