/** A run of equal values in sorted order. */
export interface TieGroup {
  readonly value: number;
  /** How many values are smaller. */
  readonly below: number;
  /** How many values equal this one, at least 1. */
  readonly equal: number;
}

/**
 * The distinct values in ascending order with their counts, NaN left out.
 * @param values any length, not modified
 * O(n log n).
 */
export function tieGroups(values: Float64Array): TieGroup[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const groups: TieGroup[] = [];
  for (let start = 0; start < sorted.length; ) {
    const value = sorted[start]!;
    let end = start + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    groups.push({ value, below: start, equal: end - start });
    start = end;
  }
  return groups;
}
