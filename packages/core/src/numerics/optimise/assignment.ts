import { InvalidInputError } from '../../errors.js';

/**
 * Optimal assignment: gives each row at most one column and each column at most one row, so that as many pairs as possible
 * are made and their costs add up to the least.
 * @param costs rows x columns, every value finite; may be empty, not square, negative
 * @returns for each row its column, or -1 where there are more rows than columns and it got none
 * @throws InvalidInputError when rows differ in length or a cost is not finite
 * O(n^2 m) with n the smaller side. Kuhn (1955) and Munkres (1957), as shortest augmenting paths with potentials: Jonker and
 * Volgenant (1987).
 */
export function assign(costs: readonly (readonly number[])[]): number[] {
  const rows = costs.length;
  const columns = costs[0]?.length ?? 0;
  for (const row of costs) {
    if (row.length !== columns) {
      throw new InvalidInputError(`assign requires rows of ${columns} costs, got ${row.length}`);
    }
    for (const cost of row) {
      if (!Number.isFinite(cost)) throw new InvalidInputError(`assign requires finite costs, got ${cost}`);
    }
  }
  if (rows <= columns) return assignWide(costs, rows, columns);
  const transposed = Array.from({ length: columns }, (_, column) => costs.map((row) => row[column]!));
  const rowOf = assignWide(transposed, columns, rows);
  const result: number[] = new Array(rows).fill(-1);
  rowOf.forEach((row, column) => {
    result[row] = column;
  });
  return result;
}

/** Assumes no more rows than columns. Index 0 of every array is a stand-in for "none". */
function assignWide(costs: readonly (readonly number[])[], rows: number, columns: number): number[] {
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  const rowOfColumn = new Int32Array(columns + 1);
  const cameFrom = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const slack = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY);
    const visited = new Uint8Array(columns + 1);
    rowOfColumn[0] = row;
    let column = 0;
    do {
      visited[column] = 1;
      const current = rowOfColumn[column]!;
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let candidate = 1; candidate <= columns; candidate++) {
        if (visited[candidate] === 1) continue;
        const reduced = costs[current - 1]![candidate - 1]! - rowPotential[current]! - columnPotential[candidate]!;
        if (reduced < slack[candidate]!) {
          slack[candidate] = reduced;
          cameFrom[candidate] = column;
        }
        if (slack[candidate]! < step) {
          step = slack[candidate]!;
          next = candidate;
        }
      }
      for (let candidate = 0; candidate <= columns; candidate++) {
        if (visited[candidate] === 1) {
          rowPotential[rowOfColumn[candidate]!]! += step;
          columnPotential[candidate]! -= step;
        } else {
          slack[candidate]! -= step;
        }
      }
      column = next;
    } while (rowOfColumn[column] !== 0);
    // Walk back along the path and hand every column on to the row before.
    while (column !== 0) {
      const previous = cameFrom[column]!;
      rowOfColumn[column] = rowOfColumn[previous]!;
      column = previous;
    }
  }
  const result: number[] = new Array(rows).fill(-1);
  for (let column = 1; column <= columns; column++) {
    if (rowOfColumn[column]! > 0) result[rowOfColumn[column]! - 1] = column - 1;
  }
  return result;
}
