import {
  columnMoments,
  matrixFromColumns,
  requireFinite,
  selectRows,
  squaredDistance,
  standardise,
} from '@tessera/core/numerics/linear-algebra/feature-matrix.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { sampleRows } from '@tessera/core/numerics/row-sample.js';
import { describe, expect, it } from 'vitest';

const matrix = matrixFromColumns([Float64Array.of(1, 2, 3), Float64Array.of(5, 5, 5)]);

describe('a feature matrix', () => {
  it('stands row by row', () => {
    expect(matrix).toEqual({ rows: 3, columns: 2, values: Float64Array.of(1, 5, 2, 5, 3, 5) });
    expect(selectRows(matrix, [2, 0, 2]).values).toEqual(Float64Array.of(3, 5, 1, 5, 3, 5));
    expect(matrixFromColumns([])).toEqual({ rows: 0, columns: 0, values: new Float64Array(0) });
  });

  it('is standardised by the population variance, a constant column to zeros', () => {
    const { mean, variance } = columnMoments(matrix);
    expect([...mean, ...variance]).toEqual([2, 5, 2 / 3, 0]);
    const root = Math.sqrt(1.5);
    expect(standardise(matrix).values).toEqual(
      Float64Array.of(-1 / Math.sqrt(2 / 3), 0, 0, 0, 1 / Math.sqrt(2 / 3), 0),
    );
    expect(standardise(matrix).values[4]).toBeCloseTo(root, 15);
  });

  it('keeps its variance far from zero', () => {
    const shifted = matrixFromColumns([Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 3)]);
    expect(columnMoments(shifted).variance[0]).toBeCloseTo(2 / 3, 12);
  });

  it('measures the same distance in both directions', () => {
    expect(squaredDistance(matrix.values, 0, matrix.values, 4, 2)).toBe(4);
    expect(squaredDistance(matrix.values, 4, matrix.values, 0, 2)).toBe(4);
  });

  it('is refused with columns of unequal length, a wrong length or a value that is not finite', () => {
    expect(() => matrixFromColumns([Float64Array.of(1), Float64Array.of(1, 2)])).toThrow(
      'matrixFromColumns requires columns of equal length, got 1 and 2',
    );
    expect(() => requireFinite({ ...matrix, rows: 4 }, 'caller')).toThrow('caller requires 4 x 2 values, got 6');
    expect(() => requireFinite(matrixFromColumns([Float64Array.of(0, Number.POSITIVE_INFINITY)]), 'caller')).toThrow(
      'caller requires finite values, got Infinity in row 1, column 0',
    );
  });
});

describe('sampleRows', () => {
  it('picks distinct rows in ascending order, the same for the same seed', () => {
    const rows = sampleRows(1_000, 50, seededRandom(1));
    expect(rows).toHaveLength(50);
    expect([...new Set(rows)]).toEqual([...rows].sort((a, b) => a - b));
    expect(sampleRows(1_000, 50, seededRandom(1))).toEqual(rows);
  });

  it('returns every row where as many or more are asked for', () => {
    expect(sampleRows(3, 9, seededRandom(1))).toEqual(Int32Array.of(0, 1, 2));
    expect(sampleRows(0, 9, seededRandom(1))).toHaveLength(0);
  });

  it('picks every row equally often', () => {
    const random = seededRandom(2);
    const picked = new Float64Array(10);
    for (let round = 0; round < 4_000; round++) for (const row of sampleRows(10, 3, random)) picked[row]!++;
    // 1,200 times each, standard deviation 29.
    for (const times of picked) expect(Math.abs(times - 1_200)).toBeLessThan(130);
  });
});
