import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { PurchaseHistories } from '@tessera/core/lifetime-value/purchase-models/purchase-histories.js';
import { sharedPath } from '../../support/shared.js';

/** One order: whose, on which day (days since 1970), at which time (days, with a fraction), worth how much. */
export interface Order {
  readonly customer: number;
  readonly day: number;
  readonly time: number;
  readonly value: number;
}

const DAY_MS = 86_400_000;

export function dayOf(date: string): number {
  return Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY_MS);
}

function linesOf(...parts: string[]): string[] {
  const text = gunzipSync(readFileSync(sharedPath('data', ...parts))).toString('utf8');
  return text.split(/\r?\n/).slice(1).filter(Boolean);
}

function timeOf(stamp: string): number {
  return Date.parse(`${stamp.slice(0, 19).replace(' ', 'T')}Z`) / DAY_MS;
}

function order(customer: number, time: number, value: number): Order {
  return { customer, day: Math.floor(time), time, value };
}

/** One line is one order. */
export function readCdnow(file: 'cdnow_sample' | 'cdnow_master'): Order[] {
  return linesOf('cdnow', `${file}.csv.gz`).map((line) => {
    const cells = line.split(',');
    const [customer, date, , amount] = file === 'cdnow_sample' ? cells.slice(1) : cells;
    return order(Number(customer), dayOf(date!), Number(amount));
  });
}

/** The lines that the references count (customer present, no cancellation, quantity and price above 0), by invoice. */
export function readOnlineRetail(): Order[] {
  const invoices = new Map<string, Order>();
  for (const line of linesOf('online-retail', 'online_retail.csv.gz')) {
    const [invoice] = line.split(',', 1) as [string];
    // The description may hold commas, so the other columns are counted from the end.
    const cells = line.split(',');
    const at = cells.length;
    const customer = cells[at - 2]!;
    const price = Number(cells[at - 3]);
    const stamp = cells[at - 4]!;
    const quantity = Number(cells[at - 5]);
    if (customer === '' || invoice.startsWith('C') || !(quantity > 0) || !(price > 0)) continue;
    const sum = (invoices.get(`${customer}/${invoice}`)?.value ?? 0) + quantity * price;
    const first = invoices.get(`${customer}/${invoice}`)?.time ?? Number.POSITIVE_INFINITY;
    invoices.set(`${customer}/${invoice}`, order(Number(customer), Math.min(first, timeOf(stamp)), sum));
  }
  return [...invoices.values()];
}

/** Orders with a kept item (neither cancelled nor returned), worth what was kept, at the order's time. */
export function readThelook(): Order[] {
  const orders = new Map<string, { customer: number; time: number; kept: boolean }>();
  for (const line of linesOf('thelook-gen', 'orders.csv.gz')) {
    const [id, customer, status, , created] = line.split(',') as [string, string, string, string, string];
    const kept = status !== 'Cancelled' && status !== 'Returned';
    orders.set(id, { customer: Number(customer), time: timeOf(created), kept });
  }
  const values = new Map<string, number>();
  for (const line of linesOf('thelook-gen', 'order_items.csv.gz')) {
    const cells = line.split(',');
    const id = cells[1]!;
    const price = Number(cells[10]);
    if (orders.get(id)?.kept) values.set(id, (values.get(id) ?? 0) + Math.round(price * 100) / 100);
  }
  return [...values].map(([id, value]) => order(orders.get(id)!.customer, orders.get(id)!.time, value));
}

export interface SummaryRow {
  readonly customer: number;
  readonly x: number;
  readonly tx: number;
  readonly T: number;
  readonly z: number;
}

export function readCdnowSummary(): SummaryRow[] {
  const text = readFileSync(sharedPath('data', 'cdnow', 'cdnow_summary_lifetimes.csv'), 'utf8');
  return text
    .split(/\r?\n/)
    .slice(1)
    .filter(Boolean)
    .map((line) => {
      const [customer, x, tx, T, z] = line.split(',').map(Number) as [number, number, number, number, number];
      return { customer, x, tx, T, z };
    });
}

/** Purchase histories from orders up to and including a day; a day's orders are one purchase. */
export function summarisePurchases(orders: readonly Order[], lastDay: number, unitDays: number): SummaryRow[] {
  const byCustomer = new Map<number, Map<number, number>>();
  for (const { customer, day, value } of orders) {
    if (day > lastDay) continue;
    const days = byCustomer.get(customer) ?? new Map<number, number>();
    days.set(day, (days.get(day) ?? 0) + value);
    byCustomer.set(customer, days);
  }
  return [...byCustomer]
    .sort(([left], [right]) => left - right)
    .map(([customer, days]) => {
      const sorted = [...days.keys()].sort((left, right) => left - right);
      const first = sorted[0]!;
      const repeats = sorted.slice(1);
      const spent = repeats.reduce((sum, day) => sum + days.get(day)!, 0);
      return {
        customer,
        x: repeats.length,
        tx: (sorted.at(-1)! - first) / unitDays,
        T: (lastDay - first) / unitDays,
        z: repeats.length === 0 ? 0 : spent / repeats.length,
      };
    });
}

export function toHistories(rows: readonly Pick<SummaryRow, 'x' | 'tx' | 'T'>[]): PurchaseHistories {
  return {
    repeatPurchases: Float64Array.from(rows, (row) => row.x),
    recencyAtLastPurchase: Float64Array.from(rows, (row) => row.tx),
    observedTime: Float64Array.from(rows, (row) => row.T),
  };
}

/** The largest relative difference between two equally long lists; 0 for two zeros. */
export function worstRelative(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!);
    const relative = gap === 0 ? 0 : gap / Math.max(Math.abs(expected[i]!), Number.MIN_VALUE);
    worst = Math.max(worst, relative);
  }
  return worst;
}
