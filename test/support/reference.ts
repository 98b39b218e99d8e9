import { expect } from 'vitest';
import { sharedJson } from './shared.js';

interface Distribution {
  mean: number;
  sd_sample: number;
  quantiles: number[];
}

interface SegmentTotals {
  customers: number;
  revenue: number;
  orders: number;
  mean_recency: number;
}

export interface RfmReference {
  customers: number;
  orders: number;
  revenue: number;
  snapshot: string;
  one_order_share: number;
  two_order_share: number;
  revenue_per_order: number;
  quantile_levels: number[];
  recency_days: Distribution;
  frequency: Distribution;
  monetary: Distribution;
  aov: Distribution;
  tenure_days: Distribution;
  tie_rules: {
    average: {
      score_counts: { r: number[]; f: number[]; m: number[] };
      segments: Record<string, SegmentTotals>;
      rfm_cells: Record<string, number>;
    };
  };
  sample_customers_first_qcut: {
    customer_id: string | number;
    recency_days: number;
    frequency: number;
    monetary: number;
    aov: number;
    tenure_days: number;
  }[];
}

export interface CompositeReference {
  score_quantile_levels: number[];
  score_quantiles: number[];
  score_mean: number;
  score_sum: number;
  segments: Record<string, Omit<SegmentTotals, 'mean_recency'>>;
  'scores_within_1e-9_of_a_threshold': Record<string, number>;
  sample: {
    customer_id: string | number;
    orders: number;
    total: number;
    span: number;
    aov: number;
    total_rank: number;
    freq_rank: number;
    aov_rank: number;
    score: number;
    segment: string;
  }[];
}

export interface ThelookReference {
  users: number;
  orders: number;
  items: number;
  products: number;
  users_with_orders: number;
  order_status: Record<string, number>;
  item_status: Record<string, number>;
  gross_item_revenue: number;
  net_item_revenue: number;
  delivered_items: number;
  returned_items: number;
  orders_per_ordering_user: Record<string, number>;
  rfm_all_orders: RfmReference;
  rfm_net_orders: RfmReference;
  composite_net_orders: CompositeReference;
}

export const rfmReference = (set: string) =>
  sharedJson<{ rfm: RfmReference; composite: CompositeReference }>('reference', `rfm-${set}.json`);
export const thelookReference = () =>
  sharedJson<{ generated: ThelookReference; real_subset: ThelookReference }>('reference', 'thelook.json');

/** Snapshots are written without a zone; the references count in UTC. */
export const momentOf = (text: string) => new Date(`${text.replace(' ', 'T')}Z`);

/** The files print 10 significant digits, so 5e-10 of the 1e-9 is theirs. */
export function expectRelative(actual: number, expected: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual} is not ${expected}`).toBeLessThanOrEqual(
    1e-9 * Math.abs(expected),
  );
}

export function expectAbsolute(actual: number, expected: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual} is not ${expected}`).toBeLessThanOrEqual(1e-9);
}

export const sum = (values: Iterable<number>) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
export const mean = (values: ArrayLike<number> & Iterable<number>) => sum(values) / values.length;

export function sampleDeviation(values: Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

/** Linear interpolation between order statistics, R's type 7, as pandas. */
export function quantilesOf(values: Float64Array, levels: readonly number[]): number[] {
  const sorted = values.slice().sort();
  return levels.map((level) => {
    const position = level * (sorted.length - 1);
    const low = Math.floor(position);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
  });
}

export function expectDistribution(
  values: Float64Array,
  reference: Distribution,
  levels: readonly number[],
  what: string,
): void {
  expectRelative(mean(values), reference.mean, `mean of ${what}`);
  expectRelative(sampleDeviation(values), reference.sd_sample, `standard deviation of ${what}`);
  quantilesOf(values, levels).forEach((value, i) => {
    expectRelative(value, reference.quantiles[i]!, `quantile ${levels[i]} of ${what}`);
  });
}
