import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../packages/core/src/numerics/random.js';
import { segmentAgreement } from '../../../packages/core/src/segmentation/agreement.js';
import { behaviourClusters } from '../../../packages/core/src/segmentation/behaviour-clusters.js';
import { rfm } from '../../../packages/core/src/segmentation/rfm.js';
import { SEED_002, simulateShop } from './simulated-shops.js';

describe('segmentAgreement', () => {
  it('crosses behaviour clusters with RFM and counts every customer once', () => {
    const { features } = simulateShop(SEED_002, 1_000, 1);
    const clusters = behaviourClusters.fit(features, behaviourClusters.defaults, seededRandom(1));
    const scores = rfm.fit(features, rfm.defaults, seededRandom(1));
    const { counts, rowKeys, columnKeys, adjustedRandIndex } = segmentAgreement(
      { segments: behaviourClusters.segments(clusters), segment: behaviourClusters.score(clusters, features).segment },
      { segments: rfm.segments(scores), segment: rfm.score(scores, features).segment },
    );
    expect(counts.flat().reduce((sum, count) => sum + count, 0)).toBe(1_000);
    const loyalists = counts[rowKeys.indexOf('high-value-loyalists')]!;
    expect(Math.max(...loyalists)).toBe(loyalists[columnKeys.indexOf('vip')]);
    expect(adjustedRandIndex).toBeGreaterThan(0.2);
    expect(adjustedRandIndex).toBeLessThan(1);
  });

  it('refuses segmentations of different customers', () => {
    const none = { segments: [], segment: new Int32Array(0) };
    expect(() => segmentAgreement(none, { segments: [], segment: new Int32Array(2) })).toThrow(
      'segmentAgreement requires the same customers twice, got 0 and 2',
    );
  });
});
