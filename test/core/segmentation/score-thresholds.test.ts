import { naturalBreaks } from '@tessera/core/numerics/quantiles/natural-breaks.js';
import { quintileScore } from '@tessera/core/numerics/quantiles/quintiles.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import {
  fitFewerDaysAreBetter,
  fitMoreIsBetter,
  naturalBreaksOfMany,
} from '@tessera/core/segmentation/score-thresholds.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const NATURAL = { method: 'natural-breaks' } as const;
const fixed = (...atMost: number[]) => ({ method: 'fixed', atMost }) as const;
const scores = (values: readonly number[], thresholds: Parameters<typeof fitMoreIsBetter>[1]) => {
  const { cutOffs } = fitMoreIsBetter(Float64Array.from(values), thresholds);
  return values.map((value) => quintileScore(cutOffs, value));
};

describe('fixed thresholds', () => {
  it('give a value on a bound the score below it', () => {
    expect(scores([0, 1, 2, 3, 4, 5, 6, 100], fixed(1, 2, 3, 5))).toEqual([1, 1, 2, 3, 4, 4, 5, 5]);
  });

  it('of days give the fewest days the best score', () => {
    const { cutOffs } = fitFewerDaysAreBetter(new Float64Array(0), fixed(30, 90, 180, 365));
    const score = (days: number) => quintileScore(cutOffs, -days);
    expect([0, 30, 31, 90, 91, 180, 181, 365, 366, 5000].map(score)).toEqual([5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
  });

  it.each([[[1, 2, 3]], [[1, 2, 2, 3]], [[4, 3, 2, 1]], [[1, 2, 3, Number.NaN]], [[1, 2, 3, 4, 5]], [[]]])(
    'are refused as %j',
    (atMost) => {
      expect(() => fitMoreIsBetter(new Float64Array(0), fixed(...atMost))).toThrow(/requires four ascending numbers/);
      expect(() => fitFewerDaysAreBetter(new Float64Array(0), fixed(...atMost))).toThrow(
        /requires four ascending numbers/,
      );
    },
  );

  it('of days are whole', () => {
    expect(() => fitFewerDaysAreBetter(new Float64Array(0), fixed(1, 2.5, 3, 4))).toThrow(
      'fitFewerDaysAreBetter requires whole days, got 1, 2.5, 3, 4',
    );
  });
});

describe('natural breaks as thresholds', () => {
  it('score each class of five by its place', () => {
    expect(scores([1, 2, 11, 12, 51, 52, 101, 102, 501, 502], NATURAL)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  it('spread fewer than five distinct values evenly over the scores', () => {
    expect(scores([7, 7, 7], NATURAL)).toEqual([3, 3, 3]);
    expect(scores([1, 1, 9], NATURAL)).toEqual([2, 2, 4]);
    expect(scores([1, 5, 9], NATURAL)).toEqual([1, 3, 5]);
    expect(scores([1, 2, 3, 4], NATURAL)).toEqual([1, 2, 4, 5]);
  });

  it('leave missing values out', () => {
    const values = [Number.NaN, 1, 2, 3, 4, Number.POSITIVE_INFINITY, 5];
    expect(fitMoreIsBetter(Float64Array.from(values), NATURAL)).toEqual(
      fitMoreIsBetter(Float64Array.of(1, 2, 3, 4, 5), NATURAL),
    );
    expect(fitMoreIsBetter(new Float64Array(0), NATURAL).cutOffs).toEqual([null, null, null, null]);
  });

  it('give larger values no smaller score, and equal values equal scores', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 400 }), { maxLength: 60 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const given = scores(sorted, NATURAL);
        given.forEach((score, index) => {
          expect(score).toBeGreaterThanOrEqual(1);
          expect(score).toBeLessThanOrEqual(5);
          if (index === 0) return;
          expect(score).toBeGreaterThanOrEqual(given[index - 1]!);
          if (sorted[index] === sorted[index - 1]) expect(score).toBe(given[index - 1]);
        });
      }),
    );
  });
});

describe('natural breaks of many values', () => {
  const random = seededRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = (count: number) =>
    Float64Array.from({ length: count }, () => Math.round(1e4 * Math.exp(4 + normal())) / 1e4);

  it('are exact for up to 200,000 of them', () => {
    const values = draw(20_000);
    expect(naturalBreaksOfMany(values, 5)).toEqual(naturalBreaks(values, 5));
  });

  it('of more leave no more of the variance unexplained than the exact ones, to a thousandth of it', () => {
    const values = draw(201_000);
    const before = values.slice(0, 5);
    const { upperBounds } = naturalBreaksOfMany(values, 5);
    expect(values.slice(0, 5)).toEqual(before);
    const exact = naturalBreaks(values, 5);
    const squares = (bounds: readonly number[]) => {
      const sums = bounds.map(() => ({ count: 0, sum: 0, squares: 0 }));
      for (const value of values) {
        let place = 0;
        while (place < bounds.length - 1 && value > bounds[place]!) place++;
        const held = sums[place]!;
        held.count++;
        held.sum += value;
        held.squares += value * value;
      }
      return sums.reduce((total, held) => total + held.squares - held.sum ** 2 / held.count, 0);
    };
    const lost = squares(upperBounds) - squares(exact.upperBounds);
    // No split is better than the exact one; rounding of sums of 201,000 squares is far below a millionth of the whole.
    expect(lost / squares([Number.POSITIVE_INFINITY])).toBeGreaterThan(-1e-6);
    expect(lost / squares([Number.POSITIVE_INFINITY])).toBeLessThan(1e-3);
  });
});
