import { SEGMENTATIONS } from '@tessera/core/models.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { behaviourClusters } from '@tessera/core/segmentation/behaviour-clusters/behaviour-clusters.js';
import { outliers } from '@tessera/core/segmentation/outliers/outliers.js';
import { describe, expect, it } from 'vitest';
import { anyEnglish } from '../../../support/words.js';
import { featuresOf, GADGET_SHOP, simulateShop } from '../simulated-shops.js';

const { features } = simulateShop(GADGET_SHOP, 1_500, 3);

describe.each(SEGMENTATIONS.map((model) => [model.key, model] as const))('the quality of %s', (_, model) => {
  it.each([
    ['a shop', features],
    ['no customers', featuresOf([])],
    ['one customer', featuresOf([{ orders: 1, recencyDays: 3, netRevenue: 5, tenureDays: 3, averageOrderValue: 5 }])],
  ])('of %s is plain JSON with measures in their range', (_title, some) => {
    const quality = model.quality(model.fit(some, model.defaults, seededRandom(1)));
    expect(JSON.parse(JSON.stringify(quality))).toEqual(quality);
    for (const measure of [quality.silhouette, quality.stability]) {
      if (measure === null) continue;
      expect(measure).toBeGreaterThanOrEqual(-1);
      expect(measure).toBeLessThanOrEqual(1);
    }
    expect(anyEnglish(quality.reason)).toMatch(/\S/);
  });
});

describe('the quality of behaviour clusters', () => {
  const fitted = behaviourClusters.fit(features, behaviourClusters.defaults, seededRandom(1));
  const quality = behaviourClusters.quality(fitted);

  it('has the elbow from two clusters on, its inertia falling', () => {
    expect(quality.elbow.map(({ clusterCount }) => clusterCount)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    quality.elbow.forEach(({ inertia }, index) => {
      if (index > 0) expect(inertia).toBeLessThan(quality.elbow[index - 1]!.inertia);
    });
    const chosen = quality.elbow.find(({ clusterCount }) => clusterCount === fitted.clusters.length)!;
    expect(quality.silhouette).toBe(chosen.silhouette);
    expect(anyEnglish(quality.reason)).toContain(`${fitted.clusters.length} clusters (silhouette `);
  });

  it('says so where the number of clusters was set', () => {
    const set = behaviourClusters.fit(features, { ...behaviourClusters.defaults, clusterCount: 4 }, seededRandom(1));
    expect(anyEnglish(behaviourClusters.quality(set).reason)).toBe('4 clusters: the number was set, not chosen');
    expect(set.clusters).toHaveLength(4);
  });

  it('has components of unit length, the first explaining the most', () => {
    expect(quality.components.map(({ index }) => index)).toEqual([1, 2]);
    for (const { loadings } of quality.components) {
      expect(loadings.map(({ feature }) => feature)).toEqual(fitted.scaling.map(({ feature }) => feature));
      expect(loadings.reduce((sum, { loading }) => sum + loading ** 2, 0)).toBeCloseTo(1, 10);
    }
    const [first, second] = quality.components.map(({ explainedShare }) => explainedShare);
    expect(first).toBeGreaterThan(second!);
  });

  it('has the middle of each cluster on the map on which scores put its customers', () => {
    const { segment, columns } = behaviourClusters.score(fitted, features);
    expect(quality.map.map(({ segmentKey }) => segmentKey)).toEqual(fitted.clusters.map(({ key }) => key));
    quality.map.forEach(({ x, y }, cluster) => {
      const rows = [...segment.keys()].filter((row) => segment[row] === cluster);
      const mean = (column: Float64Array) => rows.reduce((sum, row) => sum + column[row]! / rows.length, 0);
      expect(x).toBeCloseTo(mean(columns.mapX!), 9);
      expect(y).toBeCloseTo(mean(columns.mapY!), 9);
    });
  });

  it('says how much each feature has to do with it, in shares of the whole', () => {
    expect(quality.importance.map(({ feature }) => feature).sort()).toEqual(
      fitted.scaling.map(({ feature }) => feature).sort(),
    );
    expect(quality.importance.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const [index, { share, explained }] of quality.importance.entries()) {
      if (index > 0) expect(share).toBeLessThanOrEqual(quality.importance[index - 1]!.share);
      expect(explained).toBeGreaterThan(0);
      expect(explained).toBeLessThanOrEqual(1);
    }
  });

  it('has the agreement with Ward on its sample', () => {
    expect(quality.agreement).toEqual([
      { with: 'ward', adjustedRandIndex: fitted.quality!.wardAgreement, sampleSize: 1_500 },
    ]);
    expect(quality.agreement[0]!.adjustedRandIndex).toBeGreaterThan(0.95);
  });
});

it('the quality of outliers names the radius and the share of outliers', () => {
  const fitted = outliers.fit(features, outliers.defaults, seededRandom(1));
  expect(anyEnglish(outliers.quality(fitted).reason)).toContain(
    `${fitted.minPoints} customers within ${fitted.radius.toFixed(2)} standard`,
  );
  expect(anyEnglish(outliers.quality(fitted).reason)).toContain(
    `${(100 * fitted.outlierShare).toFixed(1)} % are outliers`,
  );
});
