import { choleskyInPlace, inverseDiagonal, solveCholesky } from '@tessera/core/numerics/linear-algebra/linear-solve.js';
import { hessianAt, minimise, withWalls } from '@tessera/core/numerics/optimise/minimise.js';
import { minimiseBySimplex } from '@tessera/core/numerics/optimise/nelder-mead.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { decayIntegral, gaussLegendre, logAddExp } from '@tessera/core/numerics/special-functions.js';
import { groupRows } from '@tessera/core/numerics/weighted-patterns.js';
import { describe, expect, test } from 'vitest';

/** Rosenbrock's valley: its minimum is 0 at (1, 1). */
function valley(point: Float64Array, gradient: Float64Array): number {
  const [x, y] = point as unknown as [number, number];
  gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
  gradient[1] = 200 * (y - x * x);
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
}

describe('minimise', () => {
  test('follows a curved valley to its minimum', () => {
    const found = minimise(valley, [-1.2, 1]);
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(60);
    expect(found.point[0]).toBeCloseTo(1, 7);
    expect(found.point[1]).toBeCloseTo(1, 7);
  });

  test('agrees with the simplex, which knows no gradient', () => {
    const ignored = new Float64Array(2);
    const simplex = minimiseBySimplex((point) => valley(point, ignored), [-1.2, 1]);
    expect(simplex.converged).toBe(true);
    expect(simplex.point[0]).toBeCloseTo(1, 5);
    expect(simplex.point[1]).toBeCloseTo(1, 5);
  });

  test('reports a cap that was reached as not converged', () => {
    expect(minimise(valley, [-1.2, 1], { maxIterations: 3 })).toMatchObject({ converged: false, iterations: 3 });
  });

  test('backs away from where the objective is not finite', () => {
    const found = minimise(
      (point, gradient) => {
        gradient[0] = 1 - 1 / point[0]!;
        return point[0]! > 0 ? point[0]! - Math.log(point[0]!) : Number.NaN;
      },
      [0.01],
    );
    expect(found.point[0]).toBeCloseTo(1, 7);
  });

  test('stops just past a wall where the objective falls for ever', () => {
    const falling = withWalls(
      (point, gradient) => {
        gradient[0] = -Math.exp(-point[0]!);
        return Math.exp(-point[0]!);
      },
      [{ low: -5, high: 5 }],
    );
    const found = minimise(falling, [0]);
    expect(found.converged).toBe(true);
    expect(found.point[0]).toBeGreaterThan(5);
    expect(found.point[0]).toBeLessThan(5.01);
  });

  test('hessianAt gives the second derivatives', () => {
    const hessian = hessianAt(valley, Float64Array.of(1, 1));
    expect(Array.from(hessian, (item) => Math.round(item * 1e3) / 1e3)).toEqual([802, -400, -400, 200]);
  });
});

describe('special functions', () => {
  test('logAddExp neither overflows nor loses the smaller part', () => {
    expect(logAddExp(1000, 1000)).toBeCloseTo(1000 + Math.LN2, 12);
    expect(logAddExp(-1e300, 0)).toBe(0);
    expect(logAddExp(0, -30)).toBeCloseTo(Math.exp(-30), 20);
    expect(logAddExp(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
  });

  test('decayIntegral passes smoothly through a rate of 0', () => {
    expect(decayIntegral(0, 3)).toBe(3);
    expect(decayIntegral(1e-12, 3)).toBeCloseTo(3, 10);
    expect(decayIntegral(2, 3)).toBeCloseTo((1 - Math.exp(-6)) / 2, 14);
    expect(decayIntegral(-0.5, 2)).toBeCloseTo((Math.E - 1) / 0.5, 12);
  });

  test('gaussLegendre integrates a polynomial of degree 2n - 1 exactly', () => {
    const { nodes, weights } = gaussLegendre(24);
    let sum = 0;
    for (let i = 0; i < 24; i++) sum += weights[i]! * nodes[i]! ** 47;
    expect(sum * 48).toBeCloseTo(1, 12);
    expect(weights.reduce((total, weight) => total + weight, 0)).toBeCloseTo(1, 13);
  });
});

describe('groupRows', () => {
  test('keeps each distinct row once, with its count, and finds it again for every row', () => {
    const left = Float64Array.of(1, 2, 1, 0, -0, 1);
    const right = Float64Array.of(5, 5, 5, 7, 7, 6);
    const { columns, weights, patternOf } = groupRows([left, right]);
    expect(Array.from(weights)).toEqual([2, 1, 2, 1]);
    expect(Array.from(patternOf)).toEqual([0, 1, 0, 2, 2, 3]);
    expect(Array.from(columns[0]!)).toEqual([1, 2, 0, 1]);
    expect(Array.from(columns[1]!)).toEqual([5, 5, 7, 6]);
  });

  test('agrees with a map of strings on many random rows', () => {
    const random = seededRandom(3);
    const left = Float64Array.from({ length: 20_000 }, () => Math.floor(random() * 50));
    const right = Float64Array.from({ length: 20_000 }, () => Math.round(random() * 100) / 7);
    const expected = new Set(Array.from(left, (item, row) => `${item} ${right[row]}`));
    const { weights } = groupRows([left, right]);
    expect(weights.length).toBe(expected.size);
    expect(weights.reduce((total, weight) => total + weight, 0)).toBe(20_000);
  });

  test('takes no rows, and refuses columns of unequal length', () => {
    expect(groupRows([new Float64Array(0)]).weights.length).toBe(0);
    expect(() => groupRows([new Float64Array(2), new Float64Array(3)])).toThrow('got 2 and 3');
  });
});

describe('linear-solve', () => {
  const matrix = [4, 2, 0.6, 2, 5, 1, 0.6, 1, 3];

  test('solveCholesky gives the solution worked by hand', () => {
    const factor = Float64Array.from(matrix);
    expect(choleskyInPlace(factor, 3)).toBe(true);
    const right = Float64Array.of(4 + 4 + 1.8, 2 + 10 + 3, 0.6 + 2 + 9);
    solveCholesky(factor, 3, right);
    expect(Array.from(right, (item) => Math.round(item * 1e12) / 1e12)).toEqual([1, 2, 3]);
  });

  test('a matrix that is not positive definite is reported, not divided by', () => {
    expect(choleskyInPlace(Float64Array.of(1, 2, 2, 1), 2)).toBe(false);
    expect(inverseDiagonal(Float64Array.of(1, 2, 2, 1), 2)).toBeNull();
  });

  test('inverseDiagonal inverts a diagonal matrix', () => {
    expect(Array.from(inverseDiagonal(Float64Array.of(4, 0, 0, 16), 2)!)).toEqual([0.25, 0.0625]);
  });
});
