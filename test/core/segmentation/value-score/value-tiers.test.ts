import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { emptyFeatures } from '@tessera/core/customers/customer-features.js';
import { InvalidInputError } from '@tessera/core/errors.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import {
  type ValueScoreFitted,
  type ValueScoreOptions,
  valueScore,
} from '@tessera/core/segmentation/value-score/value-score.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { momentOf, type RfmReference } from '../../../support/reference.js';
import { sharedJson, sharedPath } from '../../../support/shared.js';
import { anyCustomer, buyer, type FeatureRow, featuresOf } from '../../../support/shop-data-features.js';
import { english, inEnglish, numberIn } from '../../../support/words.js';

const DAY_MS = 86_400_000;
const NATURAL: ValueScoreOptions = { ...valueScore.defaults, cutOffs: { method: 'natural-breaks' } };

const fitOn = (rows: readonly FeatureRow[], options: ValueScoreOptions) =>
  valueScore.fit(featuresOf(rows), options, seededRandom(1));

/** The orders of the R package rfm, as features at the snapshot of the reference. */
function rfmOrders(snapshot: string) {
  const text = gunzipSync(readFileSync(sharedPath('data', 'rfm-orders', 'rfm_data_orders.csv.gz'))).toString('utf8');
  const customers = new Map<string, { orders: number; revenue: number; first: number; last: number }>();
  for (const line of text.trimEnd().split('\n').slice(1)) {
    const [, customer, date, revenue] = /^"([^"]*)","([^"]*)",([\d.]+),/.exec(line)!;
    const day = Date.parse(`${date}T00:00:00Z`) / DAY_MS;
    const known = customers.get(customer!) ?? { orders: 0, revenue: 0, first: day, last: day };
    customers.set(customer!, {
      orders: known.orders + 1,
      revenue: known.revenue + Number(revenue),
      first: Math.min(known.first, day),
      last: Math.max(known.last, day),
    });
  }
  const today = momentOf(snapshot).getTime() / DAY_MS;
  const features = emptyFeatures(customers.size);
  [...customers.values()].forEach(({ orders, revenue, first, last }, row) => {
    features.columns.orders[row] = orders;
    features.columns.netRevenue[row] = revenue;
    features.columns.averageOrderValue[row] = revenue / orders;
    features.columns.elapsedSpanDays[row] = last - first;
    features.columns.recencyDays[row] = today - last;
    features.columns.tenureDays[row] = today - first;
  });
  return features;
}

interface JenksReference {
  readonly upper_bounds: number[];
  readonly lower_bounds: number[];
  readonly counts: number[];
  readonly gvf: number;
}

describe('the orders of the R package rfm', () => {
  let reference: { rfm: RfmReference; jenks_on_composite: { k5: JenksReference } };
  let features: ReturnType<typeof rfmOrders>;
  beforeAll(() => {
    reference = sharedJson('reference', 'rfm-rfm-orders.json');
    features = rfmOrders(reference.rfm.snapshot);
  });

  it('fall into the Fisher-Jenks classes of the reference, by natural breaks of the composite score', () => {
    const expected = reference.jenks_on_composite.k5;
    const fitted = valueScore.fit(features, { ...NATURAL, frequency: 'span' }, seededRandom(1));
    const { segments, goodnessOfFit } = fitted.binHealth!;
    expect(segments.map(({ customers }) => customers)).toEqual([...expected.counts].reverse());
    // Bounds are data values of at most 10 printed digits: absolute 1e-9, as the reference asks for.
    expect(Math.abs(goodnessOfFit! - expected.gvf)).toBeLessThan(1e-9);
    const lowest = [...expected.lower_bounds].reverse().slice(0, 4);
    lowest.forEach((bound, tier) => {
      expect(Math.abs(fitted.tiersFrom![tier]! - bound)).toBeLessThan(1e-9);
    });
    const { columns, segment } = valueScore.score(fitted, features);
    [...expected.upper_bounds].reverse().forEach((bound, tier) => {
      const inTier = columns.score!.filter((_, row) => segment[row] === tier);
      expect(Math.abs(Math.max(...inTier) - bound)).toBeLessThan(1e-9);
    });
  });

  it('have the scores and segments of the tie rule "average"', () => {
    const expected = reference.rfm.tie_rules.average;
    const { scores, segments } = rfm.fit(features, rfm.defaults, seededRandom(1)).binHealth!;
    const counts = Object.fromEntries(scores.map(({ measure, customers }) => [measure.charAt(0), customers]));
    expect(counts).toEqual(expected.score_counts);
    const titles = rfm.defaults.rules.map(({ title }) => english(title));
    const revenue = Object.fromEntries(
      segments.map(({ customers, averageNetRevenue }, index) => [
        titles[index],
        [customers, averageNetRevenue! * customers],
      ]),
    );
    for (const [title, { customers, revenue: sum }] of Object.entries(expected.segments)) {
      expect(revenue[title]![0], title).toBe(customers);
      expect(Math.abs(revenue[title]![1]! - sum), title).toBeLessThanOrEqual(1e-9 * sum);
    }
  });
});

describe('the tiers of the value score', () => {
  const rows = Array.from({ length: 60 }, (_, i) =>
    buyer({ netRevenue: 10 + i ** 2, orders: 1 + (i % 5), tenureDays: 100 + i }),
  );

  it('begin where the shop says, and say so', () => {
    const cutOffs = { method: 'fixed', from: [0.1, 0.3, 0.5, 0.95] } as const;
    const fitted = fitOn(rows, { ...valueScore.defaults, cutOffs });
    expect(fitted.tiersFrom).toEqual([0.95, 0.5, 0.3, 0.1]);
    expect(valueScore.segments(fitted).map(({ description }) => english(description))).toEqual([
      'The highest value score: 0.95 and up.',
      'A high value score: 0.5 up to 0.95.',
      'A middling value score: 0.3 up to 0.5.',
      'A low value score: 0.1 up to 0.3.',
      'The lowest value score: below 0.1. It speaks of value, not of recency.',
      'Known to the shop, has not ordered yet.',
    ]);
    const { columns, segment } = valueScore.score(fitted, featuresOf(rows));
    columns.score!.forEach((score, row) => {
      const tier = [0.95, 0.5, 0.3, 0.1].filter((from) => score < from).length;
      expect(segment[row]).toBe(tier);
    });
  });

  it('are the default ones unless something else is said', () => {
    const { cutOffs: _, ...without } = valueScore.defaults;
    expect(fitOn(rows, without).tiersFrom).toEqual([0.8, 0.6, 0.4, 0.2]);
    expect(fitOn(rows, valueScore.defaults).tiersFrom).toEqual([0.8, 0.6, 0.4, 0.2]);
  });

  it.each([
    [[0.2, 0.4, 0.6]],
    [[0.2, 0.4, 0.4, 0.8]],
    [[0, 0.4, 0.6, 0.8]],
    [[0.2, 0.4, 0.6, 1]],
    [[0.8, 0.6, 0.4, 0.2]],
  ])('are refused to begin at %j', (from) => {
    expect(() => fitOn(rows, { ...valueScore.defaults, cutOffs: { method: 'fixed', from } })).toThrow(
      InvalidInputError,
    );
  });

  it('by natural breaks hold scores that the tier above does not reach', () => {
    const fitted = fitOn(rows, NATURAL);
    const { columns, segment } = valueScore.score(fitted, featuresOf(rows));
    for (let tier = 0; tier < 4; tier++) {
      const above = columns.score!.filter((_, row) => segment[row] === tier);
      const below = columns.score!.filter((_, row) => segment[row] === tier + 1);
      expect(Math.min(...above)).toBe(fitted.tiersFrom![tier]);
      expect(Math.max(...below)).toBeLessThan(Math.min(...above));
    }
  });

  it('stay fixed, with a warning, where there are fewer than five different scores', () => {
    for (const some of [[], [buyer()], Array.from({ length: 60 }, () => buyer())]) {
      const fitted = fitOn(some, NATURAL);
      expect(fitted.tiersFrom).toEqual([0.8, 0.6, 0.4, 0.2]);
      expect(english(valueScore.quality(fitted).warnings[0]!)).toBe(
        `fixed cut-offs: natural breaks need 5 different scores, there are ${Math.min(some.length, 1)}`,
      );
    }
  });

  it('warn of a tier with a lower average net revenue than a later one', () => {
    const weights = { spend: 0, frequency: 1, orderValue: 0 };
    const contrary = Array.from({ length: 60 }, (_, i) =>
      buyer({ orders: 1 + i, netRevenue: 1_000 - 10 * i, tenureDays: 400, averageOrderValue: 1 }),
    );
    const { warnings } = valueScore.quality(fitOn(contrary, { ...valueScore.defaults, weights }));
    expect(english(warnings[0]!)).toMatch(
      /^Premium has a lower average net revenue than Loyal \(\d+\.\d\d against \d+\.\d\d\)$/,
    );
    expect(valueScore.quality(fitOn(rows, valueScore.defaults)).warnings).toEqual([]);
  });

  it('by natural breaks put every customer into one, alone as in the batch and after JSON', () => {
    fc.assert(
      fc.property(fc.array(anyCustomer, { maxLength: 40 }), fc.array(anyCustomer, { maxLength: 8 }), (known, later) => {
        const fitted = fitOn(known, NATURAL);
        const stored = JSON.parse(JSON.stringify(fitted)) as ValueScoreFitted;
        const all = [...known, ...later];
        const batch = valueScore.score(fitted, featuresOf(all));
        expect(valueScore.score(stored, featuresOf(all))).toEqual(batch);
        all.forEach((row, i) => {
          expect(valueScore.segments(fitted)[batch.segment[i]!]).toBeDefined();
          expect(valueScore.score(fitted, featuresOf([row])).segment[0]).toBe(batch.segment[i]);
        });
      }),
    );
  });

  it('by natural breaks say what is enough for a better one: so many orders of the usual size, or points', () => {
    const fitted = fitOn(rows, NATURAL);
    const features = featuresOf(rows);
    const { columns, segment } = valueScore.score(fitted, features);
    const segments = valueScore.segments(fitted);
    let ordersTried = 0;
    for (const [row, customer] of rows.entries()) {
      const better = inEnglish(valueScore.explain(fitted, features, row)).nearest.filter(
        ({ segmentKey }) => segments.findIndex(({ key }) => key === segmentKey) < segment[row]!,
      );
      expect(better).toHaveLength(segment[row] === 0 ? 0 : 1);
      if (better.length === 0) continue;
      const [{ text, segmentKey }] = better as [(typeof better)[number]];
      const orders = /^(one|\d+) more orders? of the usual size now moves? to /.exec(text);
      if (orders === null) {
        const points = Number(/^(\d\.\d{3}) points more move to /.exec(text)![1]);
        expect(columns.score![row]! + points).toBeGreaterThanOrEqual(fitted.tiersFrom![segment[row]! - 1]! - 1e-12);
        expect(segmentKey).toBe(segments[segment[row]! - 1]!.key);
        continue;
      }
      const usual = features.columns.averageOrderValue[row]!;
      const keyAfter = (steps: number) => {
        const more = { orders: customer.orders! + steps, netRevenue: customer.netRevenue! + steps * usual };
        const after = featuresOf([{ ...customer, ...more, averageOrderValue: usual }]);
        return segments[valueScore.score(fitted, after).segment[0]!]!.key;
      };
      expect(keyAfter(numberIn(orders[1]!))).toBe(segmentKey);
      expect(keyAfter(numberIn(orders[1]!) - 1)).toBe(segments[segment[row]!]!.key);
      ordersTried++;
    }
    expect(ordersTried).toBeGreaterThan(10);
  });
});
