/** How a column was spread when a model was fitted: the bounds of ten equal groups and the share in each. Plain JSON. */
export interface Distribution {
  /** Ascending inner bounds; a value belongs to the first group whose bound is not below it. */
  readonly bounds: readonly number[];
  /** One more than bounds; sums to 1 with `missing`. */
  readonly shares: readonly number[];
  readonly missing: number;
  /** Values in all. Distributions that were stored without it count as being of very many. */
  readonly rows?: number;
}

export interface Drift {
  /** 0 for the same spread; the sum over groups of (now - then) ln(now / then). */
  readonly index: number;
  readonly level: 'STABLE' | 'SHIFTED' | 'STALE';
}

const GROUPS = 10;
/** How far a bound stays from a value that many share, in the distance between the first and the last bound. */
const MARGIN = 0.05;
/** An empty group counts as half a customer, of ten thousand at most, so that its logarithm exists. */
const smallestShare = (rows: number) => 0.5 / Math.max(1, Math.min(10_000, rows));
/** The limits in common use in credit scoring (Siddiqi, 2006): below 0.1 no change, above 0.25 refit. */
const SHIFTED = 0.1;
const STALE = 0.25;
/** The standard normal quantile that chance stays below in 99 of 100 comparisons. */
const RARE = 2.326;

/**
 * The spread of a column in at most ten groups of equal size; values that repeat share one group. A bound lies midway
 * between two values, and farther from one that many share: it stays in its group when it moves a little, as the average
 * that is shown to everybody who bought once does from day to day. O(n log n).
 */
export function fitDistribution(values: Float64Array): Distribution {
  const known = values.filter(Number.isFinite).sort();
  const quantile = (group: number) => known[Math.max(0, Math.ceil((group * known.length) / GROUPS) - 1)]!;
  const margin = MARGIN * (quantile(GROUPS - 1) - quantile(1));
  const many = Math.max(2, Math.ceil(known.length / (2 * GROUPS)));
  const isShared = (from: number) => known[from + many - 1] === known[from];
  const bounds: number[] = [];
  // Where the values end that the groups so far hold.
  let end = 0;
  for (let group = 1; group < GROUPS; group++) {
    const last = Math.ceil((group * known.length) / GROUPS) - 1;
    if (last < end) continue;
    const own = known[last]!;
    let begin = last;
    while (begin > end && known[begin - 1] === own) begin--;
    end = last;
    while (end < known.length && known[end] === own) end++;
    if (end === known.length) break;
    const next = known[end]!;
    const midway = own + (next - own) / 2;
    const bound = isShared(begin)
      ? Math.max(midway, own + margin)
      : isShared(end)
        ? Math.min(midway, next - margin)
        : midway;
    if (bounds.length === 0 || bound > bounds.at(-1)!) bounds.push(bound);
  }
  return { bounds, ...sharesWithin(bounds, values), rows: values.length };
}

function sharesWithin(bounds: readonly number[], values: Float64Array) {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let missing = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) missing++;
    else counts[groupOf(bounds, value)]!++;
  }
  const rows = Math.max(1, values.length);
  return { shares: counts.map((count) => count / rows), missing: missing / rows };
}

function groupOf(bounds: readonly number[], value: number): number {
  let group = 0;
  while (group < bounds.length && value > bounds[group]!) group++;
  return group;
}

/**
 * The index that two samples of the same spread stay below in 99 of 100 cases: a chi-squared quantile (by Wilson and
 * Hilferty) times 1 / before + 1 / now. Yurdakul (2018), "Statistical properties of population stability index".
 */
function indexByChance(groups: number, before: number, now: number): number {
  const freedom = Math.max(1, groups - 1);
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + RARE * Math.sqrt(spread)) ** 3 * (1 / Math.max(1, before) + 1 / Math.max(1, now));
}

/**
 * The population stability index of a column against its spread in an earlier run, missing values a group of their own.
 * @returns index 0 or more, and STALE where the model that was fitted then should be fitted again; STABLE whatever the
 *   index where so few customers can differ so much by chance
 */
export function driftOf(before: Distribution, values: Float64Array): Drift {
  const now = sharesWithin(before.bounds, values);
  let index = 0;
  const { rows: rowsBefore = Number.POSITIVE_INFINITY } = before;
  const add = (then: number, share: number) => {
    if (then === 0 && share === 0) return;
    const left = Math.max(then, smallestShare(rowsBefore));
    const right = Math.max(share, smallestShare(values.length));
    index += (right - left) * Math.log(right / left);
  };
  before.shares.forEach((share, group) => {
    add(share, now.shares[group]!);
  });
  add(before.missing, now.missing);
  const groups = before.shares.length + (before.missing > 0 || now.missing > 0 ? 1 : 0);
  const chance = indexByChance(groups, rowsBefore, values.length);
  return { index, level: index < Math.max(SHIFTED, chance) ? 'STABLE' : index < STALE ? 'SHIFTED' : 'STALE' };
}
