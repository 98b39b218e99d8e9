import { seededRandom } from '@tessera/core/numerics/random.js';
import { rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import { valueScore } from '@tessera/core/segmentation/value-score/value-score.js';
import type { FeatureOptions } from '@tessera/server/db/queries/runs/run-features.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CompositeReference,
  expectAbsolute,
  expectDistribution,
  expectRelative,
  mean,
  momentOf,
  quantilesOf,
  type RfmReference,
  rfmReference,
  sum,
  type ThelookReference,
  thelookReference,
} from '../../support/reference.js';
import { type DataSet, describeWithSet, sharedPath } from '../../support/shared.js';
import {
  type ImportedShop,
  importedShop,
  type ReadFeatures,
  readFeatures,
  takeBuyers,
} from '../../support/shop-data.js';
import { english } from '../../support/words.js';

interface Case {
  readonly title: string;
  readonly orders: FeatureOptions['orders'];
  readonly reference: () => RfmReference;
  readonly composite?: () => CompositeReference;
}

interface Shop {
  readonly set: DataSet;
  readonly title: string;
  readonly paths: () => string[];
  readonly cases: readonly Case[];
}

const transactions = (title: string, set: DataSet, ...file: string[]): Shop => ({
  set,
  title,
  paths: () => [sharedPath('data', ...file)],
  cases: [
    {
      title: 'every line an order',
      orders: 'all',
      reference: () => rfmReference(set).rfm,
      composite: () => rfmReference(set).composite,
    },
  ],
});

const thelook = (title: string, set: DataSet, reference: () => ThelookReference): Shop => ({
  set,
  title,
  paths: () => [sharedPath('data', set)],
  cases: [
    { title: 'all orders', orders: 'all', reference: () => reference().rfm_all_orders },
    {
      title: 'kept orders only',
      orders: 'kept',
      reference: () => reference().rfm_net_orders,
      composite: () => reference().composite_net_orders,
    },
  ],
});

const SHOPS: readonly Shop[] = [
  transactions('the CDNOW sample', 'cdnow-sample', 'cdnow', 'cdnow_sample.csv.gz'),
  transactions('the CDNOW master', 'cdnow-master', 'cdnow', 'cdnow_master.csv.gz'),
  transactions('the orders of the R package rfm', 'rfm-orders', 'rfm-orders', 'rfm_data_orders.csv.gz'),
  thelook('thelook, clean', 'thelook-gen', () => thelookReference().generated),
  thelook('thelook in the noisy raw form', 'thelook-seed003-form', () => thelookReference().generated),
  thelook('the real subset of thelook', 'thelook-subset', () => thelookReference().real_subset),
];

/** Row numbers of the buyers by the title of their segment. */
function rowsBySegment(titles: readonly string[], segment: Int32Array): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  segment.forEach((index, row) => {
    const title = titles[index]!;
    rows.set(title, [...(rows.get(title) ?? []), row]);
  });
  return rows;
}

describeWithSet(SHOPS)('$title', ({ paths, cases }) => {
  let shop: ImportedShop;
  beforeAll(async () => {
    shop = await importedShop(paths());
  });
  afterAll(() => shop.close());

  describe.each(cases)('by $title', ({ orders, reference: readReference, composite }) => {
    let reference: RfmReference;
    let buyers: ReadFeatures;
    beforeAll(async () => {
      reference = readReference();
      buyers = takeBuyers(
        await readFeatures(shop.sql, {
          asOf: momentOf(reference.snapshot),
          timeZone: 'UTC',
          orders,
          status: 'atExtraction',
        }),
      );
    });

    it('has the customers, orders and revenue of the reference', () => {
      const { orders: frequency, netRevenue } = buyers.features.columns;
      expect(buyers.features.count).toBe(reference.customers);
      expect(sum(frequency)).toBe(reference.orders);
      expectRelative(sum(netRevenue), reference.revenue, 'revenue');
      expectRelative(sum(netRevenue) / sum(frequency), reference.revenue_per_order, 'revenue per order');
      const share = (count: number) => frequency.filter((each) => each === count).length / frequency.length;
      expectRelative(share(1), reference.one_order_share, 'share of one-time buyers');
      expectRelative(share(2), reference.two_order_share, 'share of two-time buyers');
    });

    it('has the means, deviations and quantiles of recency, frequency, monetary, order value and tenure', () => {
      const { recencyDays, orders: frequency, netRevenue, averageOrderValue, tenureDays } = buyers.features.columns;
      const levels = reference.quantile_levels;
      expectDistribution(recencyDays, reference.recency_days, levels, 'recency');
      expectDistribution(frequency, reference.frequency, levels, 'frequency');
      expectDistribution(netRevenue, reference.monetary, levels, 'monetary');
      expectDistribution(averageOrderValue, reference.aov, levels, 'order value');
      expectDistribution(tenureDays, reference.tenure_days, levels, 'tenure');
    });

    it('has the same values for every customer that the reference shows', () => {
      const { recencyDays, orders: frequency, netRevenue, averageOrderValue, tenureDays } = buyers.features.columns;
      for (const customer of reference.sample_customers_first_qcut) {
        const row = buyers.ids.indexOf(String(customer.customer_id));
        expect([recencyDays[row], frequency[row], tenureDays[row]]).toEqual([
          customer.recency_days,
          customer.frequency,
          customer.tenure_days,
        ]);
        expectRelative(netRevenue[row]!, customer.monetary, `monetary of ${customer.customer_id}`);
        expectRelative(averageOrderValue[row]!, customer.aov, `order value of ${customer.customer_id}`);
      }
    });

    it('has the scores, cells and segments of the average tie rule', () => {
      const { average } = reference.tie_rules;
      const { features } = buyers;
      const fitted = rfm.fit(features, rfm.defaults, seededRandom(1));
      const { columns, segment } = rfm.score(fitted, features);
      const counts = (column: Float64Array) =>
        [1, 2, 3, 4, 5].map((score) => column.filter((each) => each === score).length);
      expect({
        r: counts(columns.recency!),
        f: counts(columns.frequency!),
        m: counts(columns.monetary!),
      }).toEqual(average.score_counts);

      const cells: Record<string, number> = {};
      for (let row = 0; row < features.count; row++) {
        const cell = `${columns.recency![row]}${columns.frequency![row]}${columns.monetary![row]}`;
        cells[cell] = (cells[cell] ?? 0) + 1;
      }
      expect(cells).toEqual(average.rfm_cells);

      const titles = rfm.segments(fitted).map(({ title }) => english(title));
      const members = rowsBySegment(titles, segment);
      for (const [title, expected] of Object.entries(average.segments)) {
        const rows = members.get(title) ?? [];
        const of = (column: Float64Array) => rows.map((row) => column[row]!);
        expect([title, rows.length, sum(of(features.columns.orders))]).toEqual([
          title,
          expected.customers,
          expected.orders,
        ]);
        expectRelative(sum(of(features.columns.netRevenue)), expected.revenue, `revenue of ${title}`);
        if (rows.length === 0) continue;
        expectRelative(mean(of(features.columns.recencyDays)), expected.mean_recency, `recency of ${title}`);
      }
    });

    if (composite === undefined) return;
    it('has the composite scores of frequency by span', () => {
      const expected = composite();
      const { features, ids } = buyers;
      const fitted = valueScore.fit(features, { ...valueScore.defaults, frequency: 'span' }, seededRandom(1));
      const { columns, segment } = valueScore.score(fitted, features);
      const scores = columns.score!;
      expectAbsolute(mean(scores), expected.score_mean, 'mean score');
      // The sum is printed with 10 digits, of which a large one takes four or five before the point.
      expectRelative(sum(scores), expected.score_sum, 'sum of scores');
      quantilesOf(scores, expected.score_quantile_levels).forEach((value, i) => {
        expectAbsolute(value, expected.score_quantiles[i]!, `score quantile ${expected.score_quantile_levels[i]}`);
      });

      const titles = valueScore.segments(fitted).map(({ title }) => english(title));
      for (const customer of expected.sample) {
        const row = ids.indexOf(String(customer.customer_id));
        expect([features.columns.orders[row], Math.max(1, features.columns.elapsedSpanDays[row]!)]).toEqual([
          customer.orders,
          customer.span,
        ]);
        expectRelative(features.columns.netRevenue[row]!, customer.total, `total of ${customer.customer_id}`);
        expectRelative(
          features.columns.averageOrderValue[row]!,
          customer.aov,
          `order value of ${customer.customer_id}`,
        );
        expectAbsolute(scores[row]!, customer.score, `score of ${customer.customer_id}`);
        expect(titles[segment[row]!]).toBe(customer.segment);
        const { reasons } = valueScore.explain(fitted, features, row);
        const percentile = (feature: string) => reasons.find((reason) => reason.feature === feature)!.value!;
        expectAbsolute(percentile('netRevenue'), customer.total_rank, `spend rank of ${customer.customer_id}`);
        expectAbsolute(percentile('frequency'), customer.freq_rank, `frequency rank of ${customer.customer_id}`);
        expectAbsolute(
          percentile('averageOrderValue'),
          customer.aov_rank,
          `order value rank of ${customer.customer_id}`,
        );
      }

      const near = expected['scores_within_1e-9_of_a_threshold'];
      const nearOurs = Object.fromEntries(
        Object.keys(near).map((threshold) => [
          threshold,
          scores.filter((score) => Math.abs(score - Number(threshold)) <= 1e-9).length,
        ]),
      );
      expect(nearOurs).toEqual(near);
      // Scores within 1e-9 of a threshold may fall to either side of it; all others are compared exactly.
      const bounds: Record<string, string[]> = {
        Premium: ['0.8'],
        Loyal: ['0.6', '0.8'],
        Regular: ['0.4', '0.6'],
        Occasional: ['0.2', '0.4'],
        'At Risk': ['0.2'],
      };
      const members = rowsBySegment(titles, segment);
      for (const [title, totals] of Object.entries(expected.segments)) {
        const rows = members.get(title) ?? [];
        const movable = sum(bounds[title]!.map((bound) => near[bound]!));
        expect(Math.abs(rows.length - totals.customers), `${title} has ${rows.length}`).toBeLessThanOrEqual(movable);
        if (rows.length !== totals.customers) continue;
        expect(sum(rows.map((row) => features.columns.orders[row]!))).toBe(totals.orders);
        expectRelative(
          sum(rows.map((row) => features.columns.netRevenue[row]!)),
          totals.revenue,
          `revenue of ${title}`,
        );
      }
    });
  });
});
