import { type QuintileCutOffs, quintileScore } from '../../numerics/quantiles/quintiles.js';
import type { FittedThresholds, ScoreThresholds } from '../score-thresholds.js';

export const RFM_MEASURES = ['recency', 'frequency', 'monetary'] as const;
export type RfmMeasure = (typeof RFM_MEASURES)[number];

/** How a measure's five scores are filled. Plain JSON. */
export interface ScoreHealth {
  readonly measure: RfmMeasure;
  readonly method: ScoreThresholds['method'];
  /** Buyers with score 1, 2, 3, 4 and 5. */
  readonly customers: readonly number[];
  /** The same as shares of the buyers who have a score, 0 to 1. */
  readonly shares: readonly number[];
  /** Scores that no value can have, because cut-offs coincide. */
  readonly cannotOccur: readonly number[];
  /** Of natural breaks: share of the variance that lies between the classes. */
  readonly goodnessOfFit: number | null;
  readonly warnings: readonly string[];
}

const SCORES = [1, 2, 3, 4, 5] as const;
/** A score that holds more of the buyers than this says next to nothing about them. */
const CROWDED_SHARE = 0.6;
/** Fewer than this share a value by chance; more are what empties scores. */
const NOTABLE_TIE = 0.2;

const percent = (share: number) => `${Math.round(100 * share)} %`;
const listed = (numbers: readonly number[]) =>
  numbers.length < 2 ? numbers.join('') : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
const plural = (numbers: readonly number[]) => (numbers.length === 1 ? 'score' : 'scores');

/** A value of a measure in words; recency is negated days. */
const WORDS: Readonly<Record<RfmMeasure, (value: number) => string>> = {
  recency: (value) => `ordered last ${-value} ${value === -1 ? 'day' : 'days'} ago`,
  frequency: (value) => (value === 1 ? 'ordered once' : `ordered ${value} times`),
  monetary: (value) => `spent ${value.toFixed(2)}`,
};

/** Scores between two equal cut-offs; the lowest where nothing lies below them. */
function impossibleScores(cutOffs: QuintileCutOffs): number[] {
  return SCORES.filter((score) => {
    const upper = score === 5 ? Number.POSITIVE_INFINITY : cutOffs[score - 1];
    const lower = score === 1 ? Number.NEGATIVE_INFINITY : cutOffs[score - 2];
    return upper === null || upper === lower;
  });
}

/** The value that most buyers share, the smallest of equal ones; NaN is left out. */
function largestTie(values: Float64Array): { readonly value: number; readonly count: number } {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  let value = Number.NaN;
  let count = 0;
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > count) {
      value = sorted[start]!;
      count = end - start;
    }
    start = end;
  }
  return { value, count };
}

/**
 * Counts the scores of the buyers of a fit and says what is wrong with them.
 * @param values one a buyer, larger is better; NaN has no score and is left out
 */
export function scoreHealth(
  measure: RfmMeasure,
  thresholds: ScoreThresholds,
  { cutOffs, goodnessOfFit }: FittedThresholds,
  values: Float64Array,
): ScoreHealth {
  const customers = [0, 0, 0, 0, 0];
  for (const value of values) {
    const score = quintileScore(cutOffs, value);
    if (!Number.isNaN(score)) customers[score - 1]!++;
  }
  const scored = customers.reduce((sum, count) => sum + count, 0);
  const shares = customers.map((count) => (scored > 0 ? count / scored : 0));
  const cannotOccur = scored === 0 ? [] : impossibleScores(cutOffs);
  const empty =
    scored === 0 ? [] : SCORES.filter((score) => customers[score - 1] === 0 && !cannotOccur.includes(score));
  const tie = largestTie(values);
  const tied = scored > 0 && tie.count / scored >= NOTABLE_TIE;
  const because = tied ? `: ${percent(tie.count / scored)} of buyers ${WORDS[measure](tie.value)}` : '';
  const crowded = SCORES.filter((score) => shares[score - 1]! > CROWDED_SHARE);
  return {
    measure,
    method: thresholds.method,
    customers,
    shares,
    cannotOccur,
    goodnessOfFit,
    warnings: [
      ...(cannotOccur.length > 0
        ? [`${measure} ${plural(cannotOccur)} ${listed(cannotOccur)} cannot occur${because}`]
        : []),
      ...(empty.length > 0 ? [`nobody has ${measure} ${plural(empty)} ${listed(empty)}${because}`] : []),
      ...crowded.map((score) => `${percent(shares[score - 1]!)} of buyers have ${measure} score ${score}`),
    ],
  };
}
