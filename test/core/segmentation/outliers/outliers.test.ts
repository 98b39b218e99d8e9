import type { CustomerFeatures } from '@tessera/core/customers/customer-features.js';
import { dbscan, NOISE } from '@tessera/core/numerics/clustering/dbscan.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { type OutlierOptions, outliers } from '@tessera/core/segmentation/outliers/outliers.js';
import { scaleRows } from '@tessera/core/segmentation/scaling.js';
import { describe, expect, it } from 'vitest';
import { anyEnglish, english, inEnglish, numberIn } from '../../../support/words.js';
import { featuresOf, GADGET_SHOP, simulateShop } from '../simulated-shops.js';

const fitOutliers = (features: CustomerFeatures, options: Partial<OutlierOptions> = {}) =>
  outliers.fit(features, { ...outliers.defaults, ...options }, seededRandom(1));

const one = (features: CustomerFeatures, row: number): CustomerFeatures => ({
  ...features,
  count: 1,
  columns: Object.fromEntries(
    Object.entries(features.columns).map(([name, column]) => [name, column.slice(row, row + 1)]),
  ) as CustomerFeatures['columns'],
});

const keyOf = (fitted: ReturnType<typeof fitOutliers>, features: CustomerFeatures, row: number) =>
  outliers.segments(fitted)[outliers.score(fitted, features).segment[row]!]!.key;

describe('outliers', () => {
  const { features } = simulateShop(GADGET_SHOP, 1_500, 1);
  features.columns.netRevenue[7] = 5e6;
  features.columns.orders[8] = 4_000;
  const fitted = fitOutliers(features);

  it('finds a wholesale order and a reseller among ordinary customers', () => {
    expect(keyOf(fitted, features, 7)).toBe('outliers');
    expect(keyOf(fitted, features, 8)).toBe('outliers');
    expect(fitted.outlierShare).toBeLessThan(0.2);
    expect(fitted.groups[0]!.key).toBe('typical');
    expect(fitted.groups.map(({ customers }) => customers)).toEqual(
      [...fitted.groups.map(({ customers }) => customers)].sort((a, b) => b - a),
    );
  });

  it('calls crowds after what sets them apart, each by a name of its own', () => {
    const crowd = (count: number, orders: number, recencyDays: number) =>
      Array.from({ length: count }, (_, row) => ({
        orders: orders + (row % 2),
        recencyDays: recencyDays + (row % 5),
        netRevenue: 40 + (row % 7),
        tenureDays: 500 + (row % 11),
      }));
    const crowds = featuresOf([...crowd(300, 2, 10), ...crowd(120, 90, 12), ...crowd(80, 2, 450)]);
    const { groups } = fitOutliers(crowds, { radius: 1 });
    expect(groups.map(({ key, title, customers }) => ({ key, title: english(title), customers }))).toEqual([
      { key: 'typical', title: 'Typical', customers: 300 },
      { key: 'crowd-more-orders', title: 'Crowd, More Orders', customers: 120 },
      { key: 'crowd-longer-ago', title: 'Crowd, Longer Ago', customers: 80 },
    ]);
  });

  it('scores a fitted customer as DBSCAN did: noise stays noise, the others keep their group', () => {
    const rows = Int32Array.from({ length: features.count }, (_, row) => row);
    const { labels, core } = dbscan(scaleRows(fitted.scaling, features, rows), fitted.radius, fitted.minPoints);
    const { segment } = outliers.score(fitted, features);
    labels.forEach((label, row) => {
      expect(segment[row] === fitted.groups.length).toBe(label === NOISE);
    });
    const coreSegments = [...core.keys()].filter((row) => core[row] === 1).map((row) => segment[row]);
    expect(coreSegments).toEqual(fitted.coreGroups);
  });

  it('gives a row the same scores alone as in the batch, exactly', () => {
    const batch = outliers.score(fitted, features);
    for (let row = 0; row < 300; row++) {
      const alone = outliers.score(fitted, one(features, row));
      expect(alone.segment[0]).toBe(batch.segment[row]);
      expect(alone.statuses[0]).toBe(batch.statuses[row]);
      expect(Object.is(alone.columns.distance![0], batch.columns.distance![row])).toBe(true);
    }
  });

  it('explains how far a customer is from the nearest crowd', () => {
    const { reasons, nearest } = inEnglish(outliers.explain(fitted, features, 7));
    expect(reasons[0]!.text).toMatch(/standard deviations away, farther than the radius/);
    expect(reasons[1]!.text).toMatch(/^unusual: net spend 5000000\.00, usually/);
    expect(nearest[0]!.segmentKey).not.toBe('outliers');
    const { distance } = outliers.score(fitted, features).columns;
    const core = [...distance!.keys()].find((row) => distance![row] === 0)!;
    const border = [...distance!.keys()].find((row) => distance![row]! > 0)!;
    expect(inEnglish(outliers.explain(fitted, features, core)).reasons[0]!.text).toMatch(
      new RegExp(`^in the middle of .+: at least ${fitted.minPoints} customers lie within \\d`),
    );
    expect(inEnglish(outliers.explain(fitted, features, border)).reasons[0]!.text).toMatch(/within the radius/);
  });

  it('tells what really happens when the orders or days that it speaks of come true', () => {
    let tried = 0;
    for (let row = 0; row < 150; row++) {
      const { nearest } = inEnglish(outliers.explain(fitted, features, row));
      expect(new Set(nearest.map(({ segmentKey }) => segmentKey)).size).toBe(nearest.length);
      for (const { segmentKey, text } of nearest) {
        const said = /^(one|\d+) more (orders? of the usual size now|days? without an order) moves? to (.+)$/.exec(
          text,
        );
        if (said === null) continue;
        const keyAfter = (steps: number) => {
          const changed = one(features, row);
          const { orders, netRevenue, recencyDays, tenureDays, averageOrderValue } = changed.columns;
          if (said[2]!.startsWith('day')) {
            recencyDays[0]! += steps;
            tenureDays[0]! += steps;
          } else if (steps > 0) {
            orders[0]! += steps;
            netRevenue[0]! += steps * averageOrderValue[0]!;
            recencyDays[0] = 0;
          }
          return keyOf(fitted, changed, 0);
        };
        expect(keyAfter(numberIn(said[1]!))).toBe(segmentKey);
        expect(keyAfter(numberIn(said[1]!) - 1)).toBe(keyOf(fitted, features, row));
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(50);
  });

  it('survives being stored as JSON, and is the same for the same seed', () => {
    const stored = JSON.parse(JSON.stringify(fitted));
    expect(outliers.score(stored, features)).toEqual(outliers.score(fitted, features));
    expect(fitOutliers(features)).toEqual(fitted);
  });

  it('stores at most as many core points as rows are fitted', () => {
    const sampled = fitOutliers(features, { fitRows: 400 });
    expect(sampled.fitRows).toBe(400);
    expect(sampled.coreGroups.length).toBeLessThanOrEqual(400);
    expect(sampled.corePoints).toHaveLength(sampled.coreGroups.length * sampled.scaling.length);
  });

  it('takes a given radius and number of points', () => {
    const given = fitOutliers(features, { radius: 100, minPoints: 3 });
    expect(given.radius).toBe(100);
    expect(given.groups).toHaveLength(1);
    expect(given.outlierShare).toBe(0);
  });

  it.each([0, 1, 2, 19])('calls %i buyers typical, for want of a crowd', (count) => {
    const few = featuresOf(
      Array.from({ length: count }, (_, row) => ({ orders: 1, recencyDays: row, netRevenue: row })),
    );
    const small = fitOutliers(few);
    expect(anyEnglish(small.note)).toBe(`${count} ${count === 1 ? 'buyer' : 'buyers'}; outliers need a crowd of 20`);
    const later = featuresOf([{ orders: 3, recencyDays: 1, netRevenue: 5 }]);
    expect(keyOf(small, later, 0)).toBe('typical');
    expect(outliers.score(small, later).statuses[0]).toBe('NOT_ENOUGH_DATA');
  });

  it('calls buyers all alike typical', () => {
    const alike = featuresOf(Array.from({ length: 50 }, () => ({ orders: 2, recencyDays: 3, netRevenue: 4 })));
    expect(anyEnglish(fitOutliers(alike).note)).toBe('all buyers are alike in every feature');
    expect(keyOf(fitOutliers(alike), alike, 0)).toBe('typical');
  });

  it('makes a crowd of each kind in a shop of two kinds of buyers', () => {
    const kinds = featuresOf(
      Array.from({ length: 60 }, (_, row) => ({
        orders: row % 2 === 0 ? 2 : 20,
        netRevenue: row % 2 === 0 ? 80 : 800,
        recencyDays: 40,
        tenureDays: 200,
      })),
    );
    const fitted = fitOutliers(kinds);
    expect(fitted.groups.map(({ customers }) => customers)).toEqual([30, 30]);
    expect(fitted.outlierShare).toBe(0);
    expect(keyOf(fitted, kinds, 0)).not.toBe(keyOf(fitted, kinds, 1));
  });

  it('puts customers without orders into Prospect, and NaN of bad data at the median', () => {
    const broken = simulateShop(GADGET_SHOP, 300, 2).features;
    broken.columns.orders[0] = 0;
    broken.columns.netRevenue[1] = Number.NaN;
    const brokenFit = fitOutliers(broken);
    expect(keyOf(brokenFit, broken, 0)).toBe('prospect');
    expect(outliers.score(brokenFit, broken).statuses.slice(0, 3)).toEqual([
      'NOT_APPLICABLE',
      'GROUP_AVERAGE',
      'MODELLED',
    ]);
    expect(inEnglish(outliers.explain(brokenFit, broken, 0)).reasons[0]!.text).toBe('has no order yet');
  });
});
