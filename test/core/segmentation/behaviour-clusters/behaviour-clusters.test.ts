import type { CustomerFeatures } from '@tessera/core/customers/customer-features.js';
import { InvalidInputError } from '@tessera/core/errors.js';
import { adjustedRandIndex, clusterIndexes } from '@tessera/core/numerics/clustering/cluster-indexes.js';
import { silhouette } from '@tessera/core/numerics/clustering/silhouette.js';
import { columnMoments } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { behaviourClusters } from '@tessera/core/segmentation/behaviour-clusters/behaviour-clusters.js';
import type { BehaviourClusterOptions } from '@tessera/core/segmentation/behaviour-clusters/fitted.js';
import { ML_KMEANS_ROWS } from '@tessera/core/segmentation/behaviour-clusters/published-fit.js';
import { scaleRows } from '@tessera/core/segmentation/scaling.js';
import { describe, expect, it } from 'vitest';
import { type DataSet, testWithSet } from '../../../support/shared.js';
import { allEnglish, anyEnglish, english, inEnglish, numberIn } from '../../../support/words.js';
import {
  cdnowPurchases,
  onlineRetailPurchases,
  type Purchase,
  rfmColumns,
} from '../../numerics/clustering/clustering-data.js';
import {
  DISCOUNT_SHOP,
  featuresOf,
  featuresOfRfm,
  GADGET_SHOP,
  type SimulatedCustomer,
  type SimulatedGroup,
  simulateShop,
} from '../simulated-shops.js';

const fitClusters = (features: CustomerFeatures, options: Partial<BehaviourClusterOptions> = {}, seed = 1) =>
  behaviourClusters.fit(features, { ...behaviourClusters.defaults, ...options }, seededRandom(seed));

const one = (features: CustomerFeatures, row: number): CustomerFeatures => ({
  ...features,
  count: 1,
  columns: Object.fromEntries(
    Object.entries(features.columns).map(([name, column]) => [name, column.slice(row, row + 1)]),
  ) as CustomerFeatures['columns'],
});

const buyer = (changes: SimulatedCustomer = {}): SimulatedCustomer => ({
  orders: 2,
  recencyDays: 40,
  tenureDays: 200,
  netRevenue: 80,
  averageOrderValue: 40,
  ...changes,
});

/** Customers who are all of one kind. */
const CROWD: SimulatedGroup = { name: '', share: 1, orders: 6, orderValue: 50, recencyDays: 60, spanDays: 300 };

describe('behaviour clusters of simulated shops', () => {
  it.each([
    ['gadgets', GADGET_SHOP],
    ['discounts', DISCOUNT_SHOP],
  ])('have the names and the customers of a shop of %s', (_, groups) => {
    for (const seed of [1, 2, 3]) {
      const { features, planted } = simulateShop(groups, 3_000, seed);
      const fitted = fitClusters(features);
      const segments = behaviourClusters.segments(fitted);
      expect(segments.slice(0, -1).map(({ title }) => english(title))).toHaveLength(groups.length);
      expect(new Set(segments.slice(0, -1).map(({ title }) => english(title)))).toEqual(
        new Set(groups.map(({ name }) => name)),
      );
      const { segment } = behaviourClusters.score(fitted, features);
      expect(adjustedRandIndex(segment, planted)).toBeGreaterThanOrEqual(0.95);
      expect(fitted.quality!.stability).toBeGreaterThan(0.95);
      expect(fitted.quality!.fitter).toBe(fitted.fitRows <= ML_KMEANS_ROWS ? 'ml-kmeans' : 'own');
    }
  });

  it('are the same for the same seed', () => {
    const { features } = simulateShop(GADGET_SHOP, 1_000, 4);
    expect(fitClusters(features)).toEqual(fitClusters(features));
  });

  it('survive being stored as JSON', () => {
    const { features } = simulateShop(DISCOUNT_SHOP, 1_000, 5);
    const fitted = fitClusters(features);
    const stored = JSON.parse(JSON.stringify(fitted));
    expect(behaviourClusters.score(stored, features)).toEqual(behaviourClusters.score(fitted, features));
  });

  it('give a row the same scores alone as in the batch, exactly', () => {
    const { features } = simulateShop(DISCOUNT_SHOP, 600, 6);
    const fitted = fitClusters(features);
    const batch = behaviourClusters.score(fitted, features);
    for (let row = 0; row < features.count; row++) {
      const alone = behaviourClusters.score(fitted, one(features, row));
      expect(alone.segment[0]).toBe(batch.segment[row]);
      expect(alone.statuses[0]).toBe(batch.statuses[row]);
      for (const [name, column] of Object.entries(batch.columns)) {
        expect(Object.is(alone.columns[name]![0], column[row])).toBe(true);
      }
    }
  });

  it('are fitted on a sample of a large shop and still score everybody', () => {
    const { features, planted } = simulateShop(GADGET_SHOP, 8_000, 7);
    const fitted = fitClusters(features, { fitRows: 1_500 });
    expect(fitted.fitRows).toBe(1_500);
    expect(fitted.clusters.reduce((sum, { profile }) => sum + profile.customers, 0)).toBe(8_000);
    expect(adjustedRandIndex(behaviourClusters.score(fitted, features).segment, planted)).toBeGreaterThanOrEqual(0.95);
  });

  it('come with profiles, importance and a map that add up', () => {
    const { features } = simulateShop(DISCOUNT_SHOP, 2_000, 8);
    const fitted = fitClusters(features);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(fitted.clusters.map(({ profile }) => profile.customerShare))).toBeCloseTo(1, 12);
    expect(sum(fitted.clusters.map(({ profile }) => profile.revenueShare!))).toBeCloseTo(1, 12);
    expect(sum(fitted.importance.map(({ share }) => share))).toBeCloseTo(1, 12);
    expect(english(fitted.clusters[0]!.title)).toBe('VIP');
    // VIP are 15 % of the customers and bring most of the revenue.
    expect(fitted.clusters[0]!.profile.revenueShare).toBeGreaterThan(0.6);
    expect(fitted.map!.components).toHaveLength(2);
    expect(fitted.importance.map(({ feature }) => feature)).toContain('discountShare');
  });

  it('agree with Ward where the groups are really there', () => {
    const { features } = simulateShop(GADGET_SHOP, 2_000, 9);
    expect(fitClusters(features).quality!.wardAgreement).toBeGreaterThan(0.95);
  });
});

describe('the keys of behaviour clusters', () => {
  it('stay with the customers when the shop is fitted again with another seed', () => {
    const { features } = simulateShop(GADGET_SHOP, 2_000, 10);
    const before = fitClusters(features, {}, 1);
    const after = fitClusters(features, { previous: before }, 99);
    expect(after.clusters.every(({ continued }) => continued)).toBe(true);
    expect(after.clusters.map(({ key }) => key)).toEqual(before.clusters.map(({ key }) => key));
    expect(behaviourClusters.score(after, features).segment).toEqual(behaviourClusters.score(before, features).segment);
  });

  it('stay when the clusters change order, and a new cluster gets a new one', () => {
    const { features } = simulateShop(GADGET_SHOP, 2_000, 11);
    const before = fitClusters(features, { clusterCount: 4 });
    const after = fitClusters(features, { clusterCount: 5, previous: before });
    const keys = after.clusters.map(({ key }) => key);
    expect(new Set(keys).size).toBe(5);
    expect(after.clusters.filter(({ continued }) => !continued).length).toBeGreaterThanOrEqual(1);
  });

  it('are made of the features that the shop chose now, not of those that it chose before', () => {
    const { features } = simulateShop(GADGET_SHOP, 2_000, 12);
    const few = fitClusters(features, { features: ['orders', 'netRevenue'] });
    expect(few.scaling.map(({ feature }) => feature)).toEqual(['orders', 'netRevenue']);
    const back = fitClusters(features, { previous: few });
    expect(back.scaling).toEqual(fitClusters(features).scaling);
  });

  it('stay by clusters that lag behind the best fit, and their quality is that of the clusters as they are', () => {
    const { features } = simulateShop([CROWD], 1_500, 20);
    const before = fitClusters(features);
    // As if customers near the borders had wandered off since: the best fit now lies elsewhere.
    const elsewhere = before.clusters.map((cluster, index) => ({
      ...cluster,
      centroid: cluster.centroid.map((value, column) => value + (column === index % 2 ? 0.5 : -0.2)),
    }));
    const after = fitClusters(features, { previous: { ...before, clusters: elsewhere } });
    const { stepTaken, keptShare, silhouette: told } = after.quality!;
    expect(stepTaken).toBeLessThan(1);
    expect(keptShare).toBeGreaterThanOrEqual(0.97);
    expect(anyEnglish(after.note)).toContain(`the centres went ${Math.round(100 * stepTaken)} % of the way`);

    const everybody = Int32Array.from({ length: features.count }, (_, row) => row);
    const matrix = scaleRows(after.scaling, features, everybody);
    const { segment } = behaviourClusters.score(after, features);
    expect(told).toBeCloseTo(silhouette(matrix, segment), 12);
    const { withinSs, daviesBouldin } = clusterIndexes(matrix, segment);
    expect(after.quality!.daviesBouldin).toBeCloseTo(daviesBouldin, 12);
    // What lies between the clusters and within them is all there is, feature by feature.
    const totalSs = clusterIndexes(matrix, new Int32Array(features.count)).withinSs;
    const { variance } = columnMoments(matrix);
    const between = after.importance.reduce((sum, { feature, explained }) => {
      const column = after.scaling.findIndex((scaled) => scaled.feature === feature);
      return sum + explained * variance[column]! * features.count;
    }, 0);
    expect((between + withinSs) / totalSs).toBeCloseTo(1, 10);
  });

  const monthly: { set: DataSet; read: () => Purchase[] }[] = [
    { set: 'cdnow-master', read: () => cdnowPurchases('cdnow_master.csv.gz') },
    { set: 'online-retail', read: onlineRetailPurchases },
  ];

  testWithSet(monthly)(
    'stay with nineteen of twenty unmoved customers of $set, over five monthly refits',
    ({ read }) => {
      // Fewer starts and rows of silhouettes than by default: what is tested here is what happens from fit to fit.
      const quick = { restarts: 3, silhouetteRows: 2_000, stabilityRows: 1_000 };
      const purchases = read();
      const end = purchases.reduce((latest, { day }) => Math.max(latest, day), 0) + 1;
      const keysOf = (fitted: ReturnType<typeof fitClusters>, features: CustomerFeatures) => {
        const segments = behaviourClusters.segments(fitted);
        return Array.from(behaviourClusters.score(fitted, features).segment, (index) => segments[index]!.key);
      };
      let columns = rfmColumns(purchases, end - 150);
      let features = featuresOfRfm(columns);
      let fitted = fitClusters(features, quick);
      for (const monthsBack of [4, 3, 2, 1, 0]) {
        const keyBefore = new Map<number, string>();
        keysOf(fitted, features).forEach((key, row) => {
          keyBefore.set(columns.customers[row]!, key);
        });
        columns = rfmColumns(purchases, end - 30 * monthsBack);
        features = featuresOfRfm(columns);
        const oldKeys = keysOf(fitted, features);
        fitted = fitClusters(features, { ...quick, previous: fitted });
        const newKeys = keysOf(fitted, features);
        const unmoved = columns.customers
          .map((_, row) => row)
          .filter((row) => {
            return keyBefore.get(columns.customers[row]!) === oldKeys[row];
          });
        const kept = unmoved.filter((row) => newKeys[row] === oldKeys[row]).length;
        expect(kept / unmoved.length).toBeGreaterThanOrEqual(0.95);
      }
    },
    180_000,
  );
});

describe('explaining a behaviour cluster', () => {
  const { features } = simulateShop(GADGET_SHOP, 1_500, 12);
  const fitted = fitClusters(features);
  const { segment } = behaviourClusters.score(fitted, features);
  const rowOf = (title: string) => {
    const index = fitted.clusters.findIndex((cluster) => english(cluster.title) === title);
    return segment.indexOf(index);
  };

  it('names the distances, what sets the cluster apart, and the value of the customer', () => {
    const { reasons } = inEnglish(behaviourClusters.explain(fitted, features, rowOf('New Customers')));
    expect(reasons[0]!.text).toMatch(/^nearest to New Customers: \d+\.\d\d standard deviations from its centre/);
    expect(reasons.slice(1).map(({ feature }) => feature)).toContain('tenureDays');
    expect(reasons[1]!.text).toMatch(/here \d/);
  });

  it('tells what really happens when what it says would change it comes true', () => {
    let tried = 0;
    for (let row = 0; row < 200; row++) {
      for (const { segmentKey, text } of inEnglish(behaviourClusters.explain(fitted, features, row)).nearest) {
        const wait = /^(\d+) more days? without an order/.exec(text);
        const more = /^(one|\d+) more orders? of the usual size/.exec(text);
        if (wait === null && more === null) continue;
        const changed = one(features, row);
        if (wait !== null) {
          changed.columns.recencyDays[0]! += Number(wait[1]);
          changed.columns.tenureDays[0]! += Number(wait[1]);
        } else {
          changed.columns.orders[0]! += numberIn(more![1]!);
          changed.columns.netRevenue[0]! += numberIn(more![1]!) * changed.columns.averageOrderValue[0]!;
          changed.columns.recencyDays[0] = 0;
        }
        const moved = behaviourClusters.score(fitted, changed).segment[0]!;
        expect(behaviourClusters.segments(fitted)[moved]!.key).toBe(segmentKey);
        tried++;
      }
    }
    expect(tried).toBeGreaterThan(100);
  });
});

it('explaining a behaviour cluster advises nothing that a customer cannot do', () => {
  const { features } = simulateShop(DISCOUNT_SHOP, 600, 21);
  const fitted = fitClusters(features);
  const texts = Array.from({ length: features.count }, (_, row) =>
    inEnglish(behaviourClusters.explain(fitted, features, row)).nearest.map(({ text }) => text),
  ).flat();
  expect(texts.some((text) => /^share saved by discounts (above|below) \d+ % would be nearer/.test(text))).toBe(true);
  // Orders are not taken back, nor do the days since the first one grow fewer.
  for (const text of texts) expect(text).not.toMatch(/^(orders|days|net spend below|categories bought below)/);
});

it('explaining a behaviour cluster speaks of the pieces that were really sent back', () => {
  const customers = Array.from({ length: 300 }, (_, row) =>
    buyer({
      orders: 2 + (row % 3),
      netRevenue: 60 + (row % 50),
      recencyDays: 20 + (row % 40),
      itemsDelivered: 4,
      itemsReturned: row % 3 === 0 ? 4 : 0,
    }),
  );
  const features = featuresOf(customers);
  const fitted = fitClusters(features, { features: ['returnRate', 'orders'], clusterCount: 2 });
  const returns = (row: number) =>
    inEnglish(behaviourClusters.explain(fitted, features, row)).reasons.find(
      ({ feature }) => feature === 'returnRate',
    )!;
  expect(returns(0)).toMatchObject({
    value: 1,
    text: expect.stringMatching(/: .+ 100 %, all buyers 33 %; here 4 of 4/),
  });
  expect(returns(1)).toMatchObject({ value: 0, text: expect.stringMatching(/: .+ 0 %, all buyers 33 %; here 0 of 4/) });
  // What the sentence names is enough, to the rounding of a percent, and a little less is not.
  let tried = 0;
  for (let row = 0; row < 60; row++) {
    for (const { segmentKey, text } of inEnglish(behaviourClusters.explain(fitted, features, row)).nearest) {
      const named = /^share of pieces returned (above|below) (\d+) % would be nearer/.exec(text);
      if (named === null) continue;
      const keyAt = (percent: number) => {
        const changed = one(features, row);
        changed.columns.itemsReturned[0] = (4 * percent) / 100;
        return behaviourClusters.segments(fitted)[behaviourClusters.score(fitted, changed).segment[0]!]!.key;
      };
      const side = named[1] === 'above' ? 1 : -1;
      expect(keyAt(Number(named[2]) + side)).toBe(segmentKey);
      expect(keyAt(Number(named[2]) - side)).not.toBe(segmentKey);
      tried++;
    }
  }
  expect(tried).toBeGreaterThan(0);
});

describe('behaviour clusters at the edges', () => {
  const titles = (features: CustomerFeatures) =>
    behaviourClusters.segments(fitClusters(features)).map(({ title }) => english(title));

  it('of a shop without customers are one segment that waits for them', () => {
    const none = featuresOf([]);
    expect(titles(none)).toEqual(['All Customers', 'Prospect']);
    expect(behaviourClusters.score(fitClusters(none), none).segment).toHaveLength(0);
    const later = behaviourClusters.score(fitClusters(none), featuresOf([buyer()]));
    expect(later.segment[0]).toBe(0);
    expect(later.statuses[0]).toBe('NOT_ENOUGH_DATA');
  });

  it.each([1, 2, 9])('of %i buyers are one segment, and the note says what is missing', (count) => {
    const fitted = fitClusters(featuresOf(Array.from({ length: count }, (_, row) => buyer({ netRevenue: 10 + row }))));
    expect(fitted.clusters).toHaveLength(1);
    expect(anyEnglish(fitted.note)).toBe(`${count} ${count === 1 ? 'buyer' : 'buyers'}; clusters need 10`);
    expect(anyEnglish(behaviourClusters.summarise(fitted).note)).toBe(anyEnglish(fitted.note));
  });

  it('of buyers all alike are one segment', () => {
    const alike = featuresOf(Array.from({ length: 50 }, () => buyer()));
    const fitted = fitClusters(alike);
    expect(anyEnglish(fitted.note)).toBe('all buyers are alike in every feature');
    expect(behaviourClusters.score(fitted, alike).statuses[0]).toBe('NOT_ENOUGH_DATA');
    expect(inEnglish(behaviourClusters.explain(fitted, alike, 0)).reasons[0]!.text).toBe(anyEnglish(fitted.note));
  });

  it('are no more than there are distinct buyers', () => {
    const features = featuresOf(
      Array.from({ length: 60 }, (_, row) =>
        buyer({ orders: 1 + 4 * (row % 3), netRevenue: 50 * (1 + 9 * (row % 3)) }),
      ),
    );
    const fitted = fitClusters(features, { leastClusterCount: 2, mostClusterCount: 10 });
    expect(fitted.candidates.map(({ clusterCount }) => clusterCount)).toEqual([2, 3]);
    expect(fitted.clusters).toHaveLength(3);
  });

  it('put customers without orders into Prospect, with nothing but NaN', () => {
    const { features } = simulateShop(GADGET_SHOP, 300, 13);
    features.columns.orders[0] = 0;
    features.columns.orders[1] = Number.NaN;
    const { segment, statuses, columns } = behaviourClusters.score(fitClusters(features), features);
    const segments = behaviourClusters.segments(fitClusters(features));
    for (const row of [0, 1]) {
      expect(segments[segment[row]!]!.key).toBe('prospect');
      expect(statuses[row]).toBe('NOT_APPLICABLE');
      expect(columns.distance![row]).toBeNaN();
    }
    expect(inEnglish(behaviourClusters.explain(fitClusters(features), features, 0)).reasons[0]!.text).toBe(
      'has no order yet',
    );
  });

  it('do not let one extreme customer have a cluster or move the others', () => {
    const { features } = simulateShop(GADGET_SHOP, 2_000, 14);
    const before = behaviourClusters.score(fitClusters(features), features).segment;
    features.columns.netRevenue[5] = 1e12;
    features.columns.orders[5] = 1e6;
    const fitted = fitClusters(features);
    expect(Math.min(...fitted.clusters.map(({ profile }) => profile.customers))).toBeGreaterThan(100);
    expect(adjustedRandIndex(before, behaviourClusters.score(fitted, features).segment)).toBeGreaterThan(0.98);
  });

  it('do not let one extreme customer of a small shop have a cluster either', () => {
    const customers = Array.from({ length: 60 }, (_, row) =>
      buyer({ netRevenue: 50 + row, orders: 1 + (row % 4), recencyDays: row }),
    );
    const without = fitClusters(featuresOf(customers));
    const giant = fitClusters(featuresOf([...customers, buyer({ netRevenue: 1e15, orders: 1e9 })]));
    expect(giant.clusters).toHaveLength(without.clusters.length);
    expect(Math.min(...giant.clusters.map(({ profile }) => profile.customers))).toBeGreaterThan(5);
  });

  it('leave out a constant feature and say so', () => {
    const { features } = simulateShop(GADGET_SHOP, 500, 15);
    features.columns.tenureDays.fill(100);
    const fitted = fitClusters(features);
    expect(allEnglish(fitted.dropped)).toContainEqual({
      feature: 'tenureDays',
      reason: 'nearly the same for all customers',
    });
    expect(fitted.scaling.map(({ feature }) => feature)).toEqual(['recencyDays', 'orders', 'netRevenue']);
  });

  it('put NaN and infinite values of bad data at the median and say that it is a group average', () => {
    const { features } = simulateShop(GADGET_SHOP, 500, 16);
    features.columns.netRevenue[3] = Number.NaN;
    features.columns.recencyDays[4] = Number.POSITIVE_INFINITY;
    const fitted = fitClusters(features);
    const { statuses, segment, columns } = behaviourClusters.score(fitted, features);
    expect(statuses.slice(2, 6)).toEqual(['MODELLED', 'GROUP_AVERAGE', 'GROUP_AVERAGE', 'MODELLED']);
    expect(columns.distance!.every(Number.isFinite)).toBe(true);
    expect(segment[3]).toBeLessThan(fitted.clusters.length);
    expect(inEnglish(behaviourClusters.explain(fitted, features, 3)).reasons[1]!.text).toBe(
      '1 feature unknown, taken as the median of all buyers',
    );
  });

  it('use a feature only where half of the customers have it', () => {
    const { features } = simulateShop(DISCOUNT_SHOP, 500, 17);
    features.columns.discountShare.fill(Number.NaN, 0, 300);
    expect(allEnglish(fitClusters(features).dropped)).toContainEqual({
      feature: 'discountShare',
      reason: 'known for 40 % of the customers only',
    });
  });

  it('say when they are cuts through one crowd', () => {
    expect(anyEnglish(fitClusters(simulateShop([CROWD], 1_000, 18).features).note)).toMatch(/^the clusters overlap/);
  });

  it('refuse numbers of clusters that make no sense', () => {
    const { features } = simulateShop(GADGET_SHOP, 100, 19);
    expect(() => fitClusters(features, { clusterCount: 1 })).toThrow(InvalidInputError);
    expect(() => fitClusters(features, { leastClusterCount: 5, mostClusterCount: 4 })).toThrow(
      'behaviourClusters requires 2 to 50 clusters, least first, got 5 to 4',
    );
    expect(() => fitClusters(features, { restarts: 0 })).toThrow(
      'behaviourClusters requires restarts of at least 1, got 0',
    );
  });
});
