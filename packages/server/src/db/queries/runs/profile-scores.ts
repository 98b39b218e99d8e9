/** One column of a profile that a model fills. */
export interface ProfileScore {
  readonly column: string;
  readonly type: 'text' | 'smallint' | 'float8' | 'numeric';
  readonly model: string;
  /** One of the model's columns; null for its status. */
  readonly output: string | null;
}

const of = (model: string) => (column: string, type: ProfileScore['type'], output: string | null) => ({
  model,
  column,
  type,
  output,
});
const rfm = of('rfm');
const value = of('value');
const clv = of('clv');

/** THE LIST of what models write into a profile beside the segments. Money is rounded to 4 decimals. */
export const PROFILE_SCORES: readonly ProfileScore[] = [
  rfm('status', 'text', null),
  rfm('rfm_recency', 'smallint', 'recency'),
  rfm('rfm_frequency', 'smallint', 'frequency'),
  rfm('rfm_monetary', 'smallint', 'monetary'),
  value('value_score', 'float8', 'score'),
  value('value_percentile', 'float8', 'percentile'),
  clv('clv_status', 'text', null),
  clv('clv_90d', 'numeric', 'predicted90Days'),
  clv('clv_90d_low', 'numeric', 'predicted90DaysLow'),
  clv('clv_90d_high', 'numeric', 'predicted90DaysHigh'),
  clv('clv_90d_net', 'numeric', 'netOfReturns90Days'),
  clv('clv_percentile', 'float8', 'percentile'),
  clv('clv_decile', 'smallint', 'decile'),
  clv('expected_orders_90d', 'float8', 'expectedOrders90Days'),
  clv('probability_alive', 'float8', 'probabilityAlive'),
  clv('expected_order_value', 'numeric', 'expectedOrderValue'),
  clv('lifetime_value', 'numeric', 'lifetimeValue'),
];
