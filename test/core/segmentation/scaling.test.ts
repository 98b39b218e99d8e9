import { columnMoments } from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { matchClusters } from '@tessera/core/segmentation/behaviour-clusters/matching.js';
import {
  DEFAULT_FEATURES,
  fitScaling,
  scaledValue,
  scaleRows,
  unscaledValue,
} from '@tessera/core/segmentation/scaling.js';
import { describe, expect, it } from 'vitest';
import { allEnglish } from '../../support/words.js';
import { DISCOUNT_SHOP, featuresOf, simulateShop } from './simulated-shops.js';

const { features } = simulateShop(DISCOUNT_SHOP, 1_000, 1);
const rows = Int32Array.from({ length: 1_000 }, (_, row) => row);
const { used } = fitScaling(features, rows, DEFAULT_FEATURES, []);

describe('the scaling of cluster features', () => {
  it('leaves every feature with mean 0 and population variance 1', () => {
    const { mean, variance } = columnMoments(scaleRows(used, features, rows));
    for (const value of mean) expect(value).toBeCloseTo(0, 12);
    for (const value of variance) expect(value).toBeCloseTo(1, 12);
  });

  it('takes skewed money on the log scale and shares as they are', () => {
    const transforms = Object.fromEntries(used.map(({ feature, transform }) => [feature, transform]));
    expect(transforms).toMatchObject({ netRevenue: 'log1p', discountShare: 'linear' });
  });

  it('is undone by its inverse within its bounds, and clipped beyond them', () => {
    for (const scaled of used) {
      expect(unscaledValue(scaled, scaledValue(scaled, scaled.typical))).toBeCloseTo(scaled.typical, 9);
      expect(scaledValue(scaled, 1e12)).toBe(scaledValue(scaled, scaled.high));
      expect(scaledValue(scaled, Number.NaN)).toBe(scaledValue(scaled, scaled.typical));
    }
  });

  it('leaves out what repeats an earlier feature, but never recency, orders or spend', () => {
    const customers = Array.from({ length: 50 }, (_, row) => ({
      orders: 1 + (row % 7),
      recencyDays: 1 + ((row * row * 31) % 83),
      netRevenue: 10 * (1 + (row % 7)),
      tenureDays: 100 + ((row * 29) % 300),
      distinctCategories: 1 + (row % 7),
    }));
    const scaling = fitScaling(
      featuresOf(customers),
      Int32Array.from(customers.keys()),
      [...DEFAULT_FEATURES, 'distinctCategories'],
      [],
    );
    expect(scaling.used.map(({ feature }) => feature)).toEqual(['recencyDays', 'orders', 'netRevenue', 'tenureDays']);
    expect(allEnglish(scaling.dropped)).toContainEqual({
      feature: 'distinctCategories',
      reason: 'says the same as orders',
    });
  });

  it('uses return rates only where more than a few customers return, drawn to the rate of the shop', () => {
    const returns = (share: number) =>
      featuresOf(
        Array.from({ length: 200 }, (_, row) => ({
          orders: 1 + (row % 5),
          recencyDays: row % 80,
          netRevenue: 5 + (row % 50),
          itemsDelivered: 10,
          itemsReturned: row < 200 * share ? 5 : 0,
        })),
      );
    const all = Int32Array.from({ length: 200 }, (_, row) => row);
    const find = (share: number) =>
      fitScaling(returns(share), all, ['returnRate'], []).used.find(({ feature }) => feature === 'returnRate');
    expect(find(0.05)).toBeUndefined();
    expect(find(0.4)!.prior).toBeCloseTo(0.2, 12);
    // Five of ten pieces at a shop rate of 0.2: (5 + 5 x 0.2) / 15.
    expect(find(0.4)!.high).toBeCloseTo(0.4, 12);
  });
});

describe('matchClusters', () => {
  const centroids = [
    [0, 0, 0, 0, 0],
    [2, 0, 0, 0, 0],
    [0, 2, 0, 0, 0],
  ];

  it('finds clusters that changed places, and leaves out one that moved too far', () => {
    const moved = [[0.1, 1.9, 0, 0, 0.1], [5, 5, 5, 5, 5], centroids[0]!];
    expect(matchClusters({ scaling: used, centroids: moved }, { scaling: used, centroids })).toEqual([2, -1, 0]);
  });

  it('measures in units that changed in between', () => {
    const shifted = used.map((scaled) => ({ ...scaled, mean: scaled.mean + 0.2 * scaled.deviation }));
    const seen = centroids.map((centroid) => centroid.map((value) => value - 0.2));
    expect(matchClusters({ scaling: shifted, centroids: seen }, { scaling: used, centroids })).toEqual([0, 1, 2]);
  });

  it('matches nothing without a feature in common', () => {
    const other = [{ ...used[0]!, feature: 'averageOrderValue' as const }];
    expect(matchClusters({ scaling: other, centroids: [[0]] }, { scaling: used, centroids })).toEqual([-1]);
  });
});
