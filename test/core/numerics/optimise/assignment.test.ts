import { assign } from '@tessera/core/numerics/optimise/assignment.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, it } from 'vitest';

/** The least cost over every way to give the rows distinct columns. */
function leastCost(costs: readonly number[][], used: ReadonlySet<number> = new Set(), row = 0): number {
  if (row === costs.length) return 0;
  let least = Number.POSITIVE_INFINITY;
  costs[row]!.forEach((cost, column) => {
    if (!used.has(column)) least = Math.min(least, cost + leastCost(costs, new Set([...used, column]), row + 1));
  });
  return least;
}

describe('assign', () => {
  it('equals the case worked by hand, where the cheapest pair of each row is wrong', () => {
    expect(
      assign([
        [1, 2],
        [1, 9],
      ]),
    ).toEqual([1, 0]);
  });

  it('costs as little as the best of all permutations', () => {
    const random = seededRandom(2);
    for (let round = 0; round < 50; round++) {
      const rows = 1 + Math.floor(random() * 5);
      const columns = rows + Math.floor(random() * 3);
      const costs = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => Math.round(random() * 20) - 5),
      );
      const chosen = assign(costs);
      expect(new Set(chosen).size).toBe(rows);
      expect(chosen.reduce((sum, column, row) => sum + costs[row]![column]!, 0)).toBe(leastCost(costs));
    }
  });

  it('leaves out the dearest rows where there are more rows than columns', () => {
    expect(assign([[5], [1], [3]])).toEqual([-1, 0, -1]);
  });

  it('has nothing to do without rows or columns', () => {
    expect(assign([])).toEqual([]);
    expect(assign([[], []])).toEqual([-1, -1]);
  });

  it('refuses costs that are not finite', () => {
    expect(() => assign([[Number.NaN]])).toThrow('assign requires finite costs, got NaN');
  });
});
