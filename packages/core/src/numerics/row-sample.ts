import type { Random } from './random.js';

/**
 * Picks rows without replacement, every subset equally likely, and returns them in ascending order.
 * @param population how many rows there are
 * @param size how many to pick; where it is not below population, every row is returned and no number is drawn
 * Partial Fisher-Yates shuffle (Knuth, The Art of Computer Programming, volume 2, algorithm P). O(population) memory.
 */
export function sampleRows(population: number, size: number, random: Random): Int32Array {
  const rows = new Int32Array(population);
  for (let row = 0; row < population; row++) rows[row] = row;
  if (size >= population) return rows;
  for (let position = 0; position < size; position++) {
    const chosen = position + Math.floor(random() * (population - position));
    const held = rows[position]!;
    rows[position] = rows[chosen]!;
    rows[chosen] = held;
  }
  return rows.slice(0, size).sort();
}
