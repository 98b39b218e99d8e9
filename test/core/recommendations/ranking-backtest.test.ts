import { seededRandom } from '@tessera/core/numerics/random.js';
import { backtestRanking, judgeList } from '@tessera/core/recommendations/ranking-backtest.js';
import { describe, expect, it } from 'vitest';
import { allEnglish, english } from '../../support/words.js';

describe('judgeList', () => {
  it('gives hit and NDCG of a case worked by hand', () => {
    // Hits at places 1 and 3 of 2 bought: (1 + 1/2) / (1 + 1/log2(3)).
    const { hit, ndcg } = judgeList(['a', 'x', 'b'], new Set(['a', 'b']));
    expect(hit).toBe(1);
    expect(ndcg).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3)), 12);
  });

  it('counts nothing after the list ends', () => {
    expect(judgeList(['x', 'y', 'a'], new Set(['a']), 2)).toEqual({ hit: 0, ndcg: 0 });
    expect(judgeList([], new Set(['a']))).toEqual({ hit: 0, ndcg: 0 });
    expect(judgeList(['a'], new Set(['a']))).toEqual({ hit: 1, ndcg: 1 });
  });

  it('refuses a list of which nothing can be right', () => {
    expect(() => judgeList(['a'], new Set())).toThrow(/at least one bought product/);
  });
});

describe('backtestRanking', () => {
  const random = seededRandom(11);
  const columns = (rate: number, lists: number) => {
    const hits = Float64Array.from({ length: lists }, () => (random() < rate ? 1 : 0));
    return { hits, ndcg: hits.map((hit) => hit / 2) };
  };

  it('finds a recommender that is better', () => {
    const result = backtestRanking(columns(0.5, 1000), columns(0.3, 1000), seededRandom(3));
    expect(result.verdict.kind).toBe('BEATS_POPULARITY');
    expect(english(result.verdict.sentence)).toMatch(/^beats popularity: .* % of lists of 10 .*; n = 1000$/);
  });

  it('has an interval that holds the true lead in about 90 of 100 simulated tests', () => {
    let holds = 0;
    for (let round = 0; round < 100; round++) {
      const { hitRate } = backtestRanking(columns(0.5, 300), columns(0.3, 300), random).lead;
      if (hitRate.low <= 0.2 && hitRate.high >= 0.2) holds++;
    }
    // Within three standard errors of a share of 0.9 of 100.
    expect(holds).toBeGreaterThanOrEqual(81);
    expect(holds).toBeLessThanOrEqual(99);
  });

  it('says that one which is no better is no better', () => {
    const own = columns(0.4, 500);
    const same = backtestRanking(own, own, seededRandom(3));
    expect(same.verdict.kind).toBe('NO_BETTER_THAN_POPULARITY');
    const worse = backtestRanking(columns(0.2, 500), columns(0.6, 500), seededRandom(3));
    expect(worse.verdict.kind).toBe('NO_BETTER_THAN_POPULARITY');
    expect(english(worse.verdict.sentence)).toMatch(/^not proved better than popularity/);
  });

  it('claims nothing of a handful of customers, or of none', () => {
    expect(allEnglish(backtestRanking(columns(0.9, 12), columns(0.1, 12), seededRandom(3)).verdict)).toEqual({
      kind: 'NOT_TESTED',
      sentence: 'not tested yet: only 12 customers bought again in the test window, 30 are needed',
    });
    expect(backtestRanking(columns(0, 0), columns(0, 0), seededRandom(3)).verdict.kind).toBe('NOT_TESTED');
  });
});
