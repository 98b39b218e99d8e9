import { tieGroups } from './ranks.js';

/** For s = 1 to 4, the largest value that scores at most s; null where no value does. Plain JSON. */
export type QuintileCutOffs = readonly [number | null, number | null, number | null, number | null];

/**
 * Cut-offs of tie-safe quintile scores: score = ceil(5 x average rank / n), in integers, so that equal values always
 * score the same. A score that no value reaches repeats the cut-off below it.
 * @param values larger is better; NaN is left out
 * @returns four non-decreasing cut-offs; all null when there are no values (everything then scores 5)
 * O(n log n). Tie rule: `average` of pandas' rank, here without a float in between.
 */
export function fitQuintiles(values: Float64Array): QuintileCutOffs {
  const groups = tieGroups(values);
  const last = groups.at(-1);
  const count = last === undefined ? 0 : last.below + last.equal;
  const cutOffs: [number | null, number | null, number | null, number | null] = [null, null, null, null];
  for (const group of groups) {
    // Twice the average rank is (first + last), an integer: 5 x rank / n = 5 x (first + last) / 2n.
    const twiceAverageRank = group.below + 1 + (group.below + group.equal);
    const score = Math.ceil((5 * twiceAverageRank) / (2 * count));
    for (let s = score; s <= 4; s++) cutOffs[s - 1] = group.value;
  }
  return cutOffs;
}

/** The score 1 to 5 of one value: one more than the number of cut-offs below it. NaN scores NaN. */
export function quintileScore(cutOffs: QuintileCutOffs, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  let score = 1;
  for (const cutOff of cutOffs) if (cutOff === null || value > cutOff) score++;
  return score;
}
