import { seededRandom } from '@tessera/core/numerics/random.js';
import { rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import { valueScore } from '@tessera/core/segmentation/value-score/value-score.js';
import { expect, it } from 'vitest';
import {
  expectAbsolute,
  expectDistribution,
  expectRelative,
  mean,
  quantilesOf,
  rfmReference,
  sum,
} from '../../../support/reference.js';
import { describeWithSet } from '../../../support/shared.js';
import { english } from '../../../support/words.js';
import { onlineRetailPurchases, type Purchase, rfmColumns } from '../../numerics/clustering/clustering-data.js';
import { featuresOfRfm } from '../simulated-shops.js';

// The shop itself nets returns, so what the reference counts, purchases alone, is read from the file here; the sets that an
// import reads as the reference does are compared in test/server/scoring/rfm-reference.test.ts.
const { rfm: reference, composite } = rfmReference('online-retail');

/** Whole elapsed days between the first and the last purchase, the time of the day counted, by row. */
function elapsedSpans(purchases: readonly Purchase[], rowOf: ReadonlyMap<number, number>): Float64Array {
  const first = new Float64Array(rowOf.size).fill(Number.POSITIVE_INFINITY);
  const last = new Float64Array(rowOf.size).fill(Number.NEGATIVE_INFINITY);
  for (const { customer, day, time } of purchases) {
    const row = rowOf.get(customer)!;
    first[row] = Math.min(first[row]!, day + time);
    last[row] = Math.max(last[row]!, day + time);
  }
  // A millisecond of slack: fractions of a day are no whole numbers of anything.
  return last.map((moment, row) => Math.floor(moment - first[row]! + 1 / 86_400_000));
}

const rowsOf = (segment: Int32Array, index: number) => [...segment.keys()].filter((row) => segment[row] === index);

describeWithSet('online-retail')('rfm on online-retail', () => {
  const purchases = onlineRetailPurchases();
  const columns = rfmColumns(purchases);
  const features = featuresOfRfm(columns);
  const rowOf = new Map(columns.customers.map((customer, row) => [customer, row]));
  const { orders, netRevenue, recencyDays, tenureDays, averageOrderValue } = features.columns;

  it('sees the customers, orders, revenue and distributions of the reference', () => {
    expect(features.count).toBe(reference.customers);
    expect(sum(orders)).toBe(reference.orders);
    expectRelative(sum(netRevenue), reference.revenue, 'revenue');
    const levels = reference.quantile_levels;
    expectDistribution(recencyDays, reference.recency_days, levels, 'recency');
    expectDistribution(orders, reference.frequency, levels, 'frequency');
    expectDistribution(netRevenue, reference.monetary, levels, 'monetary');
    expectDistribution(averageOrderValue, reference.aov, levels, 'order value');
    expectDistribution(tenureDays, reference.tenure_days, levels, 'tenure');
  });

  it('has the scores, cells and segments of the average tie rule', () => {
    const { average } = reference.tie_rules;
    const fitted = rfm.fit(features, rfm.defaults, seededRandom(1));
    const { columns: scores, segment } = rfm.score(fitted, features);
    const counts = (column: Float64Array) =>
      [1, 2, 3, 4, 5].map((score) => column.filter((each) => each === score).length);
    expect({ r: counts(scores.recency!), f: counts(scores.frequency!), m: counts(scores.monetary!) }).toEqual(
      average.score_counts,
    );
    const cells: Record<string, number> = {};
    for (let row = 0; row < features.count; row++) {
      const cell = `${scores.recency![row]}${scores.frequency![row]}${scores.monetary![row]}`;
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    expect(cells).toEqual(average.rfm_cells);
    rfm.segments(fitted).forEach((own, index) => {
      const title = english(own.title);
      const expected = average.segments[title];
      if (expected === undefined) return;
      const rows = rowsOf(segment, index);
      const of = (column: Float64Array) => rows.map((row) => column[row]!);
      expect([title, rows.length, sum(of(orders))]).toEqual([title, expected.customers, expected.orders]);
      expectRelative(sum(of(netRevenue)), expected.revenue, `revenue of ${title}`);
      if (rows.length > 0) expectRelative(mean(of(recencyDays)), expected.mean_recency, `recency of ${title}`);
    });
  });

  it('has the composite scores and tiers of frequency by span', () => {
    const elapsed = { ...features, columns: { ...features.columns, elapsedSpanDays: elapsedSpans(purchases, rowOf) } };
    const options = { ...valueScore.defaults, frequency: 'span' } as const;
    const fitted = valueScore.fit(elapsed, options, seededRandom(1));
    const { columns: scored, segment } = valueScore.score(fitted, elapsed);
    const scores = scored.score!;
    expectAbsolute(mean(scores), composite.score_mean, 'mean score');
    quantilesOf(scores, composite.score_quantile_levels).forEach((value, i) => {
      expectAbsolute(value, composite.score_quantiles[i]!, `quantile ${composite.score_quantile_levels[i]}`);
    });
    for (const customer of composite.sample) {
      const row = rowOf.get(Number(customer.customer_id))!;
      expectAbsolute(scores[row]!, customer.score, `score of ${customer.customer_id}`);
      expect(Math.max(1, elapsed.columns.elapsedSpanDays[row]!)).toBe(customer.span);
    }
    const movable = sum(Object.values(composite['scores_within_1e-9_of_a_threshold']));
    valueScore.segments(fitted).forEach((tier, index) => {
      const title = english(tier.title);
      const expected = composite.segments[title];
      if (expected === undefined) return;
      expect(Math.abs(rowsOf(segment, index).length - expected.customers), title).toBeLessThanOrEqual(movable);
    });
  });
});
