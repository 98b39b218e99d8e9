import { fitPercentiles, percentileOf } from '@tessera/core/numerics/quantiles/percentile-table.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const tableOf = (values: readonly number[]) => fitPercentiles(Float64Array.from(values));

describe('percentile ranks', () => {
  it('are average-tie ranks over n, worked by hand', () => {
    const table = tableOf([5, 1, 5, 9]);
    expect(table.values).toEqual([1, 5, 9]);
    expect(table.ranks).toEqual([0.25, 0.625, 1]);
    expect(table.errorBound).toBe(0);
  });

  it('of values that the population lacks lie on the line between their neighbours', () => {
    const table = tableOf([5, 1, 5, 9]);
    expect([0, 1, 3, 7, 9, 10].map((value) => percentileOf(table, value))).toEqual([0, 0.25, 0.4375, 0.8125, 1, 1]);
  });

  it('of NaN and of anything in an empty table are NaN', () => {
    expect(percentileOf(tableOf([1]), Number.NaN)).toBeNaN();
    expect(percentileOf(tableOf([]), 1)).toBeNaN();
    expect(percentileOf(tableOf([Number.NaN]), 1)).toBeNaN();
  });

  it('of one value alone are 1', () => {
    expect(percentileOf(tableOf([3]), 3)).toBe(1);
  });

  it('of equal values are all (n + 1) / 2n', () => {
    expect(percentileOf(tableOf([3, 3, 3, 3]), 3)).toBe(0.625);
  });

  it('leave NaN out of the population', () => {
    expect(tableOf([Number.NaN, 1, 2])).toEqual(tableOf([1, 2]));
  });

  it('never fall as the value rises, and stay within 0 and 1', () => {
    const number = fc.double({ noNaN: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 40 }), fc.array(number), (values, asked) => {
        const table = tableOf(values);
        let before = 0;
        for (const value of [...asked, ...values].sort((a, b) => a - b)) {
          const rank = percentileOf(table, value);
          expect(rank).toBeGreaterThanOrEqual(before);
          expect(rank).toBeLessThanOrEqual(1);
          before = rank;
        }
      }),
    );
  });

  it('are exact up to 65,536 distinct values', () => {
    const table = fitPercentiles(Float64Array.from({ length: 65_536 }, (_, i) => i));
    expect(table.values).toHaveLength(65_536);
    expect(table.errorBound).toBe(0);
    expect(percentileOf(table, 4711)).toBe(4712 / 65_536);
  });

  it('above that keep at most 65,537 values and err by no more than the stated bound', () => {
    // Skewed, with ties of up to 50, so that the steps between kept values are of unequal height.
    const values: number[] = [];
    for (let i = 0; i < 100_000; i++)
      for (let copies = 0; copies <= (i % 1000 === 7 ? 50 : 0); copies++) values.push(i ** 2);
    const table = tableOf(values);
    expect(table.values.length).toBeLessThanOrEqual(65_537);
    expect(table.values.at(-1)).toBe(99_999 ** 2);
    expect(table.errorBound).toBeGreaterThan(0);
    expect(table.errorBound).toBeLessThan(0.001);
    let below = 0;
    let largestError = 0;
    for (let i = 0; i < 100_000; i++) {
      const equal = i % 1000 === 7 ? 51 : 1;
      const exact = (2 * below + equal + 1) / (2 * values.length);
      largestError = Math.max(largestError, Math.abs(percentileOf(table, i ** 2) - exact));
      below += equal;
    }
    expect(largestError).toBeLessThanOrEqual(table.errorBound);
  });
});
