import {
  fitPredictionBands,
  predictionInterval,
  untestedInterval,
} from '@tessera/core/lifetime-value/clv/prediction-interval.js';
import { backtest, type Contestant } from '@tessera/core/lifetime-value/judging/backtest.js';
import { driftOf, fitDistribution } from '@tessera/core/lifetime-value/judging/drift.js';
import {
  captureAt,
  decileCalibration,
  gainsCurve,
  rankCorrelation,
} from '@tessera/core/lifetime-value/judging/gains.js';
import { verdictOf } from '@tessera/core/lifetime-value/judging/verdict.js';
import { trainingWindows } from '@tessera/core/lifetime-value/training-windows.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, test } from 'vitest';
import { english } from '../../../support/words.js';
import { exponential } from '../simulation.js';

describe('gains', () => {
  const score = Float64Array.of(5, 1, 4, 2, 3);
  const actual = Float64Array.of(10, 0, 20, 30, 40);

  test('are the share of the total that the first customers hold', () => {
    expect(gainsCurve(score, actual, [0, 0.2, 0.4, 0.6, 1]).map(({ captured }) => captured)).toEqual([
      0, 0.1, 0.3, 0.7, 1,
    ]);
    expect(captureAt(score, actual, 0.21)).toBe(0.3);
  });

  test('of nothing are 0', () => {
    expect(captureAt(score, new Float64Array(5), 0.2)).toBe(0);
    expect(captureAt(new Float64Array(0), new Float64Array(0), 0.2)).toBe(0);
  });

  test('count equal scores in row order', () => {
    expect(captureAt(new Float64Array(5), actual, 0.2)).toBe(0.1);
  });

  test('by deciles compare predicted with actual means', () => {
    const deciles = decileCalibration(score, actual);
    expect(deciles.map(({ customers }) => customers)).toEqual([1, 1, 1, 1, 1]);
    expect(deciles[1]).toMatchObject({ predictedMean: 4, actualMean: 20, actualShare: 0.2 });
  });

  test('rank correlation is 1 for any rising function, ties at their average rank', () => {
    expect(rankCorrelation(score, score.map(Math.exp))).toBeCloseTo(1, 12);
    // Ranks 1.5, 1.5, 3 against 1, 2, 3, worked by hand: 1.5 / sqrt(1.5 x 2).
    expect(rankCorrelation(Float64Array.of(1, 1, 2), Float64Array.of(1, 2, 3))).toBeCloseTo(1.5 / Math.sqrt(3), 12);
    expect(rankCorrelation(Float64Array.of(1, 1), Float64Array.of(1, 2))).toBe(0);
  });
});

describe('backtest', () => {
  const random = seededRandom(1);
  const rows = 3_000;
  const mean = Float64Array.from({ length: rows }, () => exponential(random) ** 2);
  const actual = mean.map((value) => (random() < 0.3 ? value * exponential(random) * 3 : 0));
  const noise = mean.map(() => random());
  const model = (key: string, scores: Float64Array): Contestant => ({
    key,
    title: `the ${key} model`,
    kind: 'model',
    scores,
  });
  const baseline = (key: string, scores: Float64Array): Contestant => ({
    key,
    title: `ranking by ${key}`,
    kind: 'baseline',
    scores,
  });
  const run = (contestants: Contestant[], seed = 2) =>
    backtest(actual, contestants, { power: 1.5 }, seededRandom(seed));

  test('gives every figure with an interval that narrows around it', () => {
    const [good] = run([model('good', mean)]).results;
    for (const figure of [
      good!.capture10,
      good!.capture20,
      good!.rankCorrelation,
      good!.bias!,
      good!.devianceExplained!,
    ]) {
      expect(figure.low).toBeLessThan(figure.value);
      expect(figure.high).toBeGreaterThan(figure.value);
      expect(figure.high - figure.low).toBeLessThan(0.4);
    }
    expect(good!.deciles).toHaveLength(10);
    expect(
      good!.deciles!.every(({ actual: { low, high }, actualMean }) => low <= actualMean && actualMean <= high),
    ).toBe(true);
  });

  test('covers the true capture in about 9 of 10 repetitions', () => {
    let covered = 0;
    const truth = captureAt(mean, mean, 0.2);
    for (let repetition = 0; repetition < 60; repetition++) {
      const own = seededRandom(100 + repetition);
      const drawn = mean.map((value) => value * exponential(own));
      const result = backtest(drawn, [model('good', mean)], { power: 1.5 }, own).results[0]!.capture20;
      if (result.low <= truth && truth <= result.high) covered++;
    }
    expect(covered).toBeGreaterThan(48);
  });

  test('gives each point of the curve an interval, and all customers all of the revenue', () => {
    const { gains, capture20 } = run([model('good', mean)]).results[0]!;
    for (const { low, captured, high } of gains) {
      expect(low).toBeLessThanOrEqual(captured);
      expect(high).toBeGreaterThanOrEqual(captured);
    }
    expect(gains.find(({ share }) => share === 0.2)).toEqual({
      share: 0.2,
      captured: capture20.value,
      low: capture20.low,
      high: capture20.high,
    });
    expect(gains.at(-1)).toEqual({ share: 1, captured: 1, low: 1, high: 1 });
  });

  test('lets equal scores share what they hold, in whatever order the rows stand', () => {
    // The best customers come first: by row order a score that says nothing would look like a perfect one.
    const sorted = actual.slice().sort().reverse();
    const { results } = backtest(
      sorted,
      [
        model('constant', new Float64Array(rows).fill(2)),
        baseline(
          'two groups',
          sorted.map((_, row) => (row % 2 ? 1 : 0)),
        ),
      ],
      { power: 1.5 },
      seededRandom(2),
    );
    expect(results[0]!.capture20.value).toBeCloseTo(0.2, 12);
    expect(results[0]!.capture10.low).toBeCloseTo(0.1, 12);
    expect(results[0]!.capture10.high).toBeCloseTo(0.1, 12);
    expect(results[1]!.capture20.value).toBeGreaterThan(0.18);
    expect(results[1]!.capture20.value).toBeLessThan(0.22);
    expect(
      verdictOf(backtest(sorted, [model('constant', new Float64Array(rows).fill(2))], { power: 1.5 }, seededRandom(2)))
        .kind,
    ).toBe('NO_RANKING');
  });

  test('depends on nothing but its input and the seed', () => {
    expect(run([model('good', mean)])).toEqual(run([model('good', mean)]));
    expect(run([model('good', mean)], 3)).not.toEqual(run([model('good', mean)]));
  });

  test('with no customers is an answer', () => {
    const empty = backtest(new Float64Array(0), [model('good', new Float64Array(0))], { power: 1.5 }, seededRandom(1));
    expect(empty).toMatchObject({ customers: 0, actualMean: 0 });
    expect(verdictOf(empty).kind).toBe('NOT_TESTED');
  });

  test('refuses scores of another length', () => {
    expect(() => run([model('short', new Float64Array(2))])).toThrow('got 2');
  });

  describe('and its verdict', () => {
    test('uses a model that is clearly ahead, and says by how much', () => {
      const verdict = verdictOf(run([model('good', mean), baseline('noise', noise)]));
      expect(verdict).toMatchObject({ kind: 'USE_MODEL', use: 'good' });
      expect(english(verdict.sentence)).toMatch(
        /^use the good model: it beats ranking by noise by [\d.]+ points, 90 % interval [\d.]+ to/,
      );
    });

    test('uses the plain ranking where the model is no better', () => {
      const verdict = verdictOf(
        run([
          model('good', mean),
          baseline(
            'spend',
            mean.map((value) => 2 * value),
          ),
        ]),
      );
      expect(verdict).toMatchObject({ kind: 'USE_BASELINE', use: 'spend' });
      expect(english(verdict.sentence)).toBe(
        'no better than ranking by spend (0 points, 90 % interval 0 to 0): rank by spend',
      );
    });

    test('offers no ranking where nothing beats chance', () => {
      const verdict = verdictOf(
        run([
          model('blind', noise),
          baseline(
            'spend',
            mean.map(() => random()),
          ),
        ]),
      );
      expect(verdict).toMatchObject({ kind: 'NO_RANKING', use: null });
      expect(english(verdict.sentence)).toContain('nothing ranks these customers better than chance');
    });

    test('names the plain ranking, and ranks by no model, where only that beats chance', () => {
      const verdict = verdictOf(run([model('blind', noise), baseline('spend', mean)]));
      expect(verdict).toMatchObject({ kind: 'USE_BASELINE', use: 'spend', model: 'blind', ranks: false });
      expect(english(verdict.sentence)).toMatch(
        /^no model ranks these customers better than chance, ranking by spend does: the best 20 % by it brought [\d.]+ % of the revenue: rank by spend$/,
      );
    });

    test('takes a model that beats chance before one that does not', () => {
      const verdict = verdictOf(run([model('blind', noise), model('good', mean), baseline('noise', noise)]));
      expect(verdict).toMatchObject({ kind: 'USE_MODEL', use: 'good', ranks: true });
    });

    test('prefers a later model only when its lead is certain', () => {
      expect(verdictOf(run([model('first', noise), model('second', mean)])).model).toBe('second');
      expect(verdictOf(run([model('first', mean), model('second', mean)])).model).toBe('first');
    });

    test('prefers a later model that ranks alike where its amounts are certainly nearer', () => {
      const doubled = mean.map((value) => 2 * value);
      const shown = run([model('first', doubled), model('second', mean), baseline('noise', noise)]);
      expect(
        shown.leads.find(({ key, over }) => key === 'second' && over === 'first')!.devianceExplained!.low,
      ).toBeGreaterThan(0);
      expect(verdictOf(shown)).toMatchObject({ kind: 'USE_MODEL', model: 'second' });
      expect(verdictOf(run([model('first', mean), model('second', doubled)])).model).toBe('first');
      // Amounts that are nearer do not make up for a ranking that is certainly worse.
      const blurred = mean.map((value, row) => 0.5 * value + 3 * noise[row]!);
      expect(
        verdictOf(
          run([
            model(
              'first',
              mean.map((value) => 20 * value),
            ),
            model('second', blurred),
          ]),
        ).model,
      ).toBe('first');
    });

    test('never takes an opinion, however good', () => {
      const opinion: Contestant = { key: 'third', title: 'a third opinion', kind: 'opinion', scores: mean };
      const shown = run([model('blind', noise), opinion]);
      expect(shown.results[1]!.bias).not.toBeNull();
      expect(verdictOf(shown)).toMatchObject({ kind: 'NO_RANKING', model: 'blind' });
    });

    test('is NOT_TESTED without a back-test', () => {
      expect(verdictOf(null)).toMatchObject({ kind: 'NOT_TESTED', use: null, lead: null });
    });
  });
});

describe('training windows', () => {
  test('end with the data and never overlap', () => {
    expect(trainingWindows(0, 399)).toEqual({ horizonDays: 90, trainDay: 220, testDay: 310, scoreDay: 400 });
  });

  test('are one without a test when there is room for one, none in a young shop', () => {
    expect(trainingWindows(0, 150)).toMatchObject({ trainDay: 61, testDay: null });
    expect(trainingWindows(0, 6)).toEqual({ horizonDays: 90, trainDay: null, testDay: null, scoreDay: 7 });
  });

  test('refuse days in the wrong order', () => {
    expect(() => trainingWindows(5, 4)).toThrow('got 5 to 4');
  });
});

describe('prediction bands', () => {
  test('hold 9 of 10 outcomes of similar predictions', () => {
    const random = seededRandom(5);
    const predicted = Float64Array.from({ length: 5_000 }, () => 1 + 9 * random());
    const actual = predicted.map((value) => value * exponential(random));
    const bands = fitPredictionBands(predicted, actual)!;
    const inside = actual.filter((value, row) => {
      const { low, high } = predictionInterval(bands, predicted[row]!);
      return value >= low && value <= high;
    }).length;
    expect(inside / 5_000).toBeGreaterThan(0.88);
    expect(inside / 5_000).toBeLessThan(0.92);
  });

  test('before a back-test are those of a geometric count of orders, and hold the prediction', () => {
    // Two orders expected: P(more than k) = (2/3)^(k + 1) falls below 5 % at k = 7.
    expect(untestedInterval(60, 2)).toEqual({ low: 0, high: 210 });
    expect(untestedInterval(1, 0.01)).toEqual({ low: 0, high: 1 });
    expect(untestedInterval(0, 0)).toEqual({ low: 0, high: 0 });
    const { low, high } = untestedInterval(1000, 100);
    expect([low, high]).toEqual([50, 3010]);
  });

  test('are one for equal predictions and none for a handful of customers', () => {
    expect(fitPredictionBands(new Float64Array(200).fill(3), new Float64Array(200))!.bounds).toEqual([]);
    expect(fitPredictionBands(new Float64Array(10), new Float64Array(10))).toBeNull();
  });
});

describe('drift', () => {
  const random = seededRandom(6);
  const before = Float64Array.from({ length: 5_000 }, () => random());

  test('is near 0 for a new sample of the same spread, large for a moved one', () => {
    const distribution = fitDistribution(before);
    expect(driftOf(distribution, before)).toMatchObject({ index: 0, level: 'STABLE' });
    expect(
      driftOf(
        distribution,
        before.map(() => random()),
      ).level,
    ).toBe('STABLE');
    expect(
      driftOf(
        distribution,
        before.map((value) => value + 0.15),
      ).level,
    ).not.toBe('STABLE');
    expect(
      driftOf(
        distribution,
        before.map((value) => value + 0.5),
      ).level,
    ).toBe('STALE');
  });

  test('is that worked by hand for two groups', () => {
    const distribution = { bounds: [0], shares: [0.5, 0.5], missing: 0 };
    const now = Float64Array.of(-1, 1, 1, 1);
    expect(driftOf(distribution, now).index).toBeCloseTo(-0.25 * Math.log(0.5) + 0.25 * Math.log(1.5), 12);
  });

  test('is none where a value that a third of the customers share moves by a hair', () => {
    const shared = (value: number) => before.map((own, row) => (row % 3 ? 1 + own : value));
    const distribution = fitDistribution(shared(0.2266));
    expect(distribution.shares[0]).toBeCloseTo(1 / 3, 3);
    for (const value of [0.2265, 0.2267]) {
      expect(driftOf(distribution, shared(value))).toMatchObject({ index: 0, level: 'STABLE' });
    }
    expect(driftOf(distribution, shared(1.5)).level).toBe('STALE');
    // Also in the midst of others, where the next value is near.
    const amidst = fitDistribution(shared(1.5));
    for (const value of [1.49, 1.51]) expect(driftOf(amidst, shared(value)).level).toBe('STABLE');
    expect(driftOf(amidst, shared(1.9)).level).toBe('STALE');
    // What repeats to the last value is one group, and no bound is left.
    expect(fitDistribution(Float64Array.of(3, 3, 3, 3))).toEqual({ bounds: [], shares: [1], missing: 0, rows: 4 });
  });

  test('counts missing values as a group, and takes a column without any value', () => {
    const distribution = fitDistribution(before);
    expect(
      driftOf(
        distribution,
        before.map((value, row) => (row % 2 ? Number.NaN : value)),
      ).level,
    ).toBe('STALE');
    expect(driftOf(fitDistribution(new Float64Array(0)), before).index).toBeGreaterThan(0);
  });

  test('of a few customers is what chance cannot do, not what it can', () => {
    // Thirty customers, then thirty others of the same spread: an index that would be alarming of thousands.
    let alarms = 0;
    for (let repetition = 0; repetition < 200; repetition++) {
      const then = Float64Array.from({ length: 30 }, () => random());
      const { index, level } = driftOf(
        fitDistribution(then),
        then.map(() => random()),
      );
      expect(index).toBeGreaterThan(0);
      if (level !== 'STABLE') alarms++;
    }
    expect(alarms).toBeLessThan(20);
    const few = Float64Array.from({ length: 30 }, () => random());
    expect(
      driftOf(
        fitDistribution(few),
        few.map((value) => value + 1),
      ).level,
    ).toBe('STALE');
  });
});
