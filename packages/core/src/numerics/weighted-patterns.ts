import { InvalidInputError } from '../errors.js';

/** The distinct rows of some columns and how often each occurs. */
export interface WeightedPatterns {
  /** As many columns as were given, one entry a distinct row, in order of first appearance. */
  readonly columns: readonly Float64Array[];
  /** Rows that are equal to each distinct row; at least 1. */
  readonly weights: Float64Array;
  /** For each given row the index of its distinct row. */
  readonly patternOf: Int32Array;
}

/**
 * Groups identical rows, so that a likelihood is paid for once a pattern instead of once a customer.
 * @param columns one or more of equal length, every value finite; not modified; 0 and -0 are the same
 * @throws InvalidInputError when the lengths differ
 * O(rows x columns), by open addressing over the bits of the values: no object or string a row.
 */
export function groupRows(columns: readonly Float64Array[]): WeightedPatterns {
  const rows = columns[0]?.length ?? 0;
  for (const column of columns) {
    if (column.length !== rows) {
      throw new InvalidInputError(`groupRows requires columns of equal length, got ${rows} and ${column.length}`);
    }
  }
  let capacity = 16;
  while (capacity < 2 * rows) capacity *= 2;
  const slots = new Int32Array(capacity).fill(-1);
  const firstRows = new Int32Array(rows);
  const counts = new Float64Array(rows);
  const patternOf = new Int32Array(rows);
  const value = new Float64Array(1);
  const words = new Int32Array(value.buffer);
  let patterns = 0;
  for (let row = 0; row < rows; row++) {
    let hash = 0;
    for (const column of columns) {
      value[0] = column[row]! + 0;
      hash = mix(mix(hash, words[0]!), words[1]!);
    }
    let slot = finish(hash) & (capacity - 1);
    let pattern = slots[slot]!;
    while (pattern !== -1 && !equalRows(columns, firstRows[pattern]!, row)) {
      slot = (slot + 1) & (capacity - 1);
      pattern = slots[slot]!;
    }
    if (pattern === -1) {
      pattern = patterns++;
      slots[slot] = pattern;
      firstRows[pattern] = row;
    }
    patternOf[row] = pattern;
    counts[pattern]!++;
  }
  return {
    columns: columns.map((column) => {
      const distinct = new Float64Array(patterns);
      for (let pattern = 0; pattern < patterns; pattern++) distinct[pattern] = column[firstRows[pattern]!]!;
      return distinct;
    }),
    weights: counts.slice(0, patterns),
    patternOf,
  };
}

function equalRows(columns: readonly Float64Array[], left: number, right: number): boolean {
  for (const column of columns) if (column[left] !== column[right]) return false;
  return true;
}

/** One round and the finaliser of MurmurHash3 (Appleby, public domain), whose low bits are usable as a slot. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const mixed = hash ^ Math.imul(k, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
