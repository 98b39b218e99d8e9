import { type CustomerFeatures, emptyFeatures } from '@tessera/core/customers/customer-features.js';
import type { FeatureName } from '@tessera/core/customers/features.js';
import { type Random, seededRandom } from '@tessera/core/numerics/random.js';
import { normal, type RfmColumns } from '../numerics/clustering/clustering-data.js';

export type SimulatedCustomer = Partial<Record<FeatureName, number>>;

/** Features of the given customers; what is not given is NaN, no orders means none of the rest. */
export function featuresOf(customers: readonly SimulatedCustomer[]): CustomerFeatures {
  const features = emptyFeatures(customers.length);
  customers.forEach((customer, row) => {
    for (const [name, value] of Object.entries(customer)) features.columns[name as FeatureName][row] = value;
  });
  return features;
}

/** A group of customers of seeds 002 and 004: medians, and how far customers scatter around them on the log scale. */
export interface SimulatedGroup {
  readonly name: string;
  /** Share of the customers, 0 to 1. */
  readonly share: number;
  readonly orders: number;
  readonly orderValue: number;
  readonly recencyDays: number | readonly [from: number, to: number];
  /** Days between the first and the last order. */
  readonly spanDays: number;
  readonly discountShare?: number;
}

const SCATTER = 0.15;

function drawCustomer(group: SimulatedGroup, random: Random): SimulatedCustomer {
  const around = (median: number, scatter = SCATTER) => median * Math.exp(scatter * normal(random));
  const orders = Math.max(1, Math.round(around(group.orders)));
  const recencyDays = Math.max(
    0,
    Math.round(
      typeof group.recencyDays === 'number'
        ? around(group.recencyDays)
        : group.recencyDays[0] + random() * (group.recencyDays[1] - group.recencyDays[0]),
    ),
  );
  const spanDays = orders === 1 ? 0 : Math.round(around(group.spanDays));
  const averageOrderValue = around(group.orderValue);
  const discount = group.discountShare === undefined ? Number.NaN : group.discountShare + 0.04 * normal(random);
  return {
    orders,
    recencyDays,
    spanDays,
    elapsedSpanDays: spanDays,
    tenureDays: recencyDays + spanDays,
    netRevenue: orders * averageOrderValue,
    grossRevenue: orders * averageOrderValue,
    averageOrderValue,
    itemsDelivered: 2 * orders,
    itemsReturned: random() < 0.1 ? 1 : 0,
    discountShare: Math.max(discount, 0),
  };
}

export interface SimulatedShop {
  readonly features: CustomerFeatures;
  /** The group of each customer, as an index into the groups. */
  readonly planted: Int32Array;
}

/** Draws a shop; customers of the groups are mixed. */
export function simulateShop(groups: readonly SimulatedGroup[], count: number, seed: number): SimulatedShop {
  const random = seededRandom(seed);
  const planted = new Int32Array(count);
  const customers = Array.from({ length: count }, (_, row) => {
    let mark = random();
    let index = 0;
    while (index < groups.length - 1 && mark >= groups[index]!.share) mark -= groups[index++]!.share;
    planted[row] = index;
    return drawCustomer(groups[index]!, random);
  });
  return { features: featuresOf(customers), planted };
}

/** A shop of gadgets with five segments. */
export const GADGET_SHOP: readonly SimulatedGroup[] = [
  { name: 'High-Value Loyalists', share: 0.12, orders: 24, orderValue: 160, recencyDays: 12, spanDays: 800 },
  { name: 'Frequent Buyers', share: 0.22, orders: 14, orderValue: 45, recencyDays: 20, spanDays: 500 },
  { name: 'Occasional Shoppers', share: 0.28, orders: 3, orderValue: 50, recencyDays: 80, spanDays: 350 },
  { name: 'At-Risk', share: 0.2, orders: 7, orderValue: 70, recencyDays: 400, spanDays: 450 },
  { name: 'New Customers', share: 0.18, orders: 1, orderValue: 50, recencyDays: 15, spanDays: 10 },
];

/** A discount shop: its four segments with their shares; 15 % of the customers bring most of the revenue. */
export const DISCOUNT_SHOP: readonly SimulatedGroup[] = [
  { name: 'VIP', share: 0.15, orders: 22, orderValue: 150, recencyDays: 12, spanDays: 600, discountShare: 0.05 },
  {
    name: 'Loyal Regulars',
    share: 0.28,
    orders: 9,
    orderValue: 60,
    recencyDays: 25,
    spanDays: 450,
    discountShare: 0.08,
  },
  {
    name: 'Bargain Hunters',
    share: 0.35,
    orders: 4,
    orderValue: 35,
    recencyDays: 60,
    spanDays: 300,
    discountShare: 0.4,
  },
  {
    name: 'New/Inactive',
    share: 0.22,
    orders: 1,
    orderValue: 30,
    recencyDays: [5, 400],
    spanDays: 10,
    discountShare: 0.08,
  },
];

/** Features of a real shop from its recency, tenure, frequency and spend. */
export function featuresOfRfm({ recencyDays, tenureDays, frequency, monetary }: RfmColumns): CustomerFeatures {
  const features = emptyFeatures(recencyDays.length);
  features.columns.recencyDays.set(recencyDays);
  features.columns.tenureDays.set(tenureDays);
  features.columns.spanDays.set(tenureDays.map((tenure, row) => tenure - recencyDays[row]!));
  features.columns.elapsedSpanDays.set(features.columns.spanDays);
  features.columns.orders.set(frequency);
  features.columns.netRevenue.set(monetary);
  features.columns.grossRevenue.set(monetary);
  features.columns.averageOrderValue.set(monetary.map((spend, row) => spend / frequency[row]!));
  return features;
}
