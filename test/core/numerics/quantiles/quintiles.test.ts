import { fitQuintiles, quintileScore } from '@tessera/core/numerics/quantiles/quintiles.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const cutOffsOf = (values: readonly number[]) => fitQuintiles(Float64Array.from(values));
const scoresOf = (values: readonly number[]) => {
  const cutOffs = cutOffsOf(values);
  return values.map((value) => quintileScore(cutOffs, value));
};
const repeat = (count: number, value: number) => new Array<number>(count).fill(value);

describe('quintile scores', () => {
  it('give 68, 22 and 10 percent of one, two and three orders the scores 2, 4 and 5', () => {
    // Average ranks of 100: 34.5, 79.5, 95.5; times 5 / 100 and rounded up.
    const cutOffs = cutOffsOf([...repeat(68, 1), ...repeat(22, 2), ...repeat(10, 3)]);
    expect([1, 2, 3].map((orders) => quintileScore(cutOffs, orders))).toEqual([2, 4, 5]);
    expect(cutOffs).toEqual([null, 1, 1, 2]);
  });

  it('are 1 to 5 for five different values', () => {
    expect(scoresOf([30, 10, 50, 20, 40])).toEqual([3, 1, 5, 2, 4]);
  });

  it('are the same whole fifths for ten different values', () => {
    expect(scoresOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  it('of fewer than five values skip scores', () => {
    // Ranks 1, 2, 3 of 3: 5/3, 10/3 and 5 rounded up.
    expect(scoresOf([7, 8, 9])).toEqual([2, 4, 5]);
    expect(scoresOf([7, 9])).toEqual([3, 5]);
  });

  it('are 3 when all values are equal', () => {
    // The average rank of n equal values is (n + 1) / 2: five times that over n is just above 2.5, so 3 from n = 5 on.
    for (const count of [5, 6, 100, 1001]) expect(scoresOf(repeat(count, 4))).toEqual(repeat(count, 3));
  });

  it('of one value alone are 5, below it 1 and above it 5', () => {
    const cutOffs = cutOffsOf([42]);
    expect(cutOffs).toEqual([null, null, null, null]);
    expect(quintileScore(cutOffs, 42)).toBe(5);
  });

  it('of no values have no cut-offs, and everything scores 5', () => {
    expect(cutOffsOf([])).toEqual([null, null, null, null]);
    expect(cutOffsOf([Number.NaN])).toEqual([null, null, null, null]);
    expect(quintileScore(cutOffsOf([]), -1e300)).toBe(5);
  });

  it('of values between and outside of those of the fit are those of the nearest gap', () => {
    const cutOffs = cutOffsOf([10, 20, 30, 40, 50]);
    expect([-1e308, 9.99, 10.01, 35, 50.01, 1e308].map((value) => quintileScore(cutOffs, value))).toEqual([
      1, 1, 2, 4, 5, 5,
    ]);
  });

  it('of NaN are NaN and leave the others alone', () => {
    expect(scoresOf([10, Number.NaN, 20, 30, 40, 50])).toEqual([1, Number.NaN, 2, 3, 4, 5]);
  });

  it('take the two zeros for equal', () => {
    expect(new Set(scoresOf([0, -0, 0, -0, 0, 5])).size).toBe(2);
  });

  it('equal ceil(5 x average rank / n) in whole numbers, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 60 }), (values) => {
        const expected = values.map((value) => {
          const below = values.filter((other) => other < value).length;
          const equal = values.filter((other) => other === value).length;
          // Average rank = below + (equal + 1) / 2; both sides doubled to stay whole.
          const numerator = 5 * (2 * below + equal + 1);
          const denominator = 2 * values.length;
          return (numerator - (((numerator - 1) % denominator) + 1)) / denominator + 1;
        });
        expect(scoresOf(values)).toEqual(expected);
      }),
    );
  });

  it('do not depend on the order of the values and never fall as the value rises', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 60 }), (values) => {
        const cutOffs = cutOffsOf(values);
        expect(cutOffsOf([...values].reverse())).toEqual(cutOffs);
        const scores = [...values].sort((a, b) => a - b).map((value) => quintileScore(cutOffs, value));
        for (let i = 1; i < scores.length; i++) expect(scores[i]).toBeGreaterThanOrEqual(scores[i - 1]!);
      }),
    );
  });
});
