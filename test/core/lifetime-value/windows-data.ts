import type { DesignMatrix } from '@tessera/core/numerics/linear-algebra/design-matrix.js';
import { dayOf, type Order, readCdnow, readOnlineRetail, readThelook } from './purchase-data.js';

/** What the reference knows of a customer before a moment, and what happened in the 90 days from it. */
export interface WindowRow {
  readonly customer: number;
  readonly recencyDays: number;
  readonly frequency: number;
  readonly monetary: number;
  readonly aov: number;
  readonly tenureDays: number;
  readonly label: number;
  /** Orders in the 90 days after, spend in the 90 days before. */
  readonly nextOrders: number;
  readonly lastSpend: number;
  /** For the purchase models: days with a purchase, and the mean of the days after the first. */
  readonly purchaseDays: number;
  readonly spanDays: number;
  readonly repeatMean: number;
}

/** Features before the moment and labels from it, one row a customer who had bought by then, in id order. */
export function windowRows(orders: readonly Order[], moment: string): WindowRow[] {
  const cut = dayOf(moment);
  const before = new Map<number, Order[]>();
  const after = new Map<number, { spend: number; orders: number }>();
  for (const order of orders) {
    if (order.day < cut) {
      const own = before.get(order.customer);
      if (own) own.push(order);
      else before.set(order.customer, [order]);
    } else if (order.day < cut + 90) {
      const next = after.get(order.customer) ?? { spend: 0, orders: 0 };
      after.set(order.customer, { spend: next.spend + order.value, orders: next.orders + 1 });
    }
  }
  return [...before]
    .sort(([left], [right]) => left - right)
    .map(([customer, own]) => {
      const days = own.map(({ day }) => day);
      const first = Math.min(...days);
      const last = Math.max(...days);
      const monetary = own.reduce((sum, { value }) => sum + value, 0);
      const repeats = own.filter(({ day }) => day > first);
      const purchaseDays = new Set(days).size;
      return {
        customer,
        recencyDays: cut - last,
        frequency: own.length,
        monetary,
        aov: monetary / own.length,
        tenureDays: cut - first,
        label: after.get(customer)?.spend ?? 0,
        nextOrders: after.get(customer)?.orders ?? 0,
        lastSpend: own.filter(({ day }) => day >= cut - 90).reduce((sum, { value }) => sum + value, 0),
        purchaseDays,
        spanDays: last - first,
        repeatMean: purchaseDays > 1 ? repeats.reduce((sum, { value }) => sum + value, 0) / (purchaseDays - 1) : 0,
      };
    });
}

export const REFERENCE_FEATURES = ['recencyDays', 'frequency', 'monetary', 'aov', 'tenureDays'] as const;

/** The reference's five features, raw or log1p, not yet standardised; row-major. */
export function referenceMatrix(rows: readonly WindowRow[], kind: 'raw' | 'log'): DesignMatrix {
  const columns = REFERENCE_FEATURES.length;
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    REFERENCE_FEATURES.forEach((name, j) => {
      values[i * columns + j] = kind === 'log' ? Math.log1p(row[name]) : row[name];
    });
  });
  return { rows: rows.length, columns, values };
}

/** Standardised with the given means and variances. */
export function standardised(
  matrix: DesignMatrix,
  scaler: { scaler_mean: number[]; scaler_var: number[] },
): DesignMatrix {
  const values = matrix.values.map((value, i) => {
    const column = i % matrix.columns;
    return (value - scaler.scaler_mean[column]!) / Math.sqrt(scaler.scaler_var[column]!);
  });
  return { ...matrix, values };
}

export const SHOPS: { name: string; file: string; read: () => Order[] }[] = [
  { name: 'CDNOW sample', file: 'clv90-cdnow-sample.json', read: () => readCdnow('cdnow_sample') },
  { name: 'CDNOW master', file: 'clv90-cdnow-master.json', read: () => readCdnow('cdnow_master') },
  { name: 'Online Retail', file: 'clv90-online-retail.json', read: readOnlineRetail },
  { name: 'thelook', file: 'clv90-thelook.json', read: readThelook },
];
