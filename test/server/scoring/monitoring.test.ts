import { seededRandom } from '@tessera/core/numerics/random.js';
import { rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import { scoreLines } from '@tessera/server/cli/score.js';
import { monitorModel, realisedWarning } from '@tessera/server/scoring/monitoring.js';
import { describe, expect, it } from 'vitest';
import { buyer, featuresOf } from '../../support/shop-data-features.js';
import { allEnglish, anyEnglish, english } from '../../support/words.js';

describe('a run after another', () => {
  const shop = (spend: number) => {
    const rows = Array.from({ length: 400 }, (_, i) =>
      buyer({ netRevenue: spend * (1 + i), recencyDays: 1 + (i % 90) }),
    );
    const features = featuresOf(rows);
    return { ...features, outputs: { 'window.revenueLast90Days': features.columns.netRevenue } };
  };
  const learn = (features: ReturnType<typeof shop>) => ({
    model: rfm,
    fitted: rfm.fit(features, rfm.defaults, seededRandom(1)),
  });
  const first = monitorModel(learn(shop(1)), shop(1), null);

  it('has no drift when there is none to compare with', () => {
    expect(first.drift).toBeNull();
  });

  it('of the same customers is stable in every column, those of the windows among them', () => {
    const { drift } = monitorModel(learn(shop(1)), shop(1), first.distributions);
    expect(allEnglish(drift)).toMatchObject({ level: 'STABLE', sentence: 'no column has moved since the run before' });
    expect(drift!.columns.map(({ column }) => column)).toContain('window.revenueLast90Days');
  });

  it('names the column that moved most', () => {
    const { drift } = monitorModel(learn(shop(50)), shop(50), first.distributions);
    expect(drift!.level).toBe('STALE');
    expect(english(drift!.sentence)).toMatch(/ has moved far since the run before \(stability index [\d.]+\)$/);
    expect(drift!.columns.find(({ column }) => column === 'recencyDays')!.level).toBe('STABLE');
  });

  it('raises no alarm because everybody has been a customer for longer', () => {
    const later = shop(1);
    later.columns.tenureDays.set(later.columns.tenureDays.map((days) => days + 500));
    const { drift } = monitorModel(learn(later), later, first.distributions);
    expect(drift!.columns[0]).toMatchObject({ column: 'tenureDays', level: 'STALE' });
    expect(allEnglish(drift)).toMatchObject({ level: 'STABLE', sentence: 'no column has moved since the run before' });
  });
});

describe('predictions whose time has passed', () => {
  const realised = (actualTotal: number, ratio: number | null = actualTotal / 100) => ({
    runId: 7,
    asOf: '2026-01-01',
    customers: 10,
    predictedTotal: 100,
    actualTotal,
    ratio,
  });

  it('are good while their total came out within half as much again', () => {
    for (const total of [67, 100, 149]) expect(realisedWarning(realised(total))).toBeNull();
    expect(realisedWarning(null)).toBeNull();
    expect(realisedWarning(realised(5, null))).toBeNull();
  });

  it('are stale beyond, and the sentence says by how much and of which run', () => {
    expect(anyEnglish(realisedWarning(realised(160)))).toBe(
      'customers brought 1.60 times what run 7 predicted: the model has gone stale',
    );
    expect(anyEnglish(realisedWarning(realised(0)))).toContain('0.00 times');
  });

  it('are not stale where so few customers may come out so far by chance', () => {
    expect(realisedWarning({ ...realised(160), standardError: 40 })).toBeNull();
    expect(anyEnglish(realisedWarning({ ...realised(160), standardError: 20 }))).toContain('1.60 times');
  });

  it('are told after the next run, below its own lines', () => {
    const story = { kind: 'current', steps: [], models: { refitted: ['clv'], kept: [] } } as const;
    const report = {
      runId: 8,
      asOf: '2026-05-01',
      customers: 10,
      changes: 2,
      late: 0,
      ahead: null,
      seconds: 1,
      ...story,
    };
    expect(scoreLines({ ...report, warnings: ['the model has gone stale'] }).at(-1)).toBe('  the model has gone stale');
    expect(scoreLines({ ...report, warnings: [] })).toHaveLength(4);
  });
});
