import { type QuintileCutOffs, quintileScore } from '../../numerics/quantiles/quintiles.js';
import { said, type Tie, type Wording } from '../../words/reasons.js';
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
  readonly warnings: readonly Wording[];
}

const SCORES = [1, 2, 3, 4, 5] as const;
/** A score that holds more of the buyers than this says next to nothing about them. */
const CROWDED_SHARE = 0.6;
/** Fewer than this share a value by chance; more are what empties scores. */
const NOTABLE_TIE = 0.2;

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
  const { value, count } = largestTie(values);
  const isNotable = scored > 0 && count / scored >= NOTABLE_TIE;
  // Of recency, days stand negated.
  const tie: Tie | null = isNotable ? { share: count / scored, value: measure === 'recency' ? -value : value } : null;
  const crowded = SCORES.filter((score) => shares[score - 1]! > CROWDED_SHARE);
  return {
    measure,
    method: thresholds.method,
    customers,
    shares,
    cannotOccur,
    goodnessOfFit,
    warnings: [
      ...(cannotOccur.length > 0 ? [said('scores-impossible', { measure, scores: cannotOccur, tie })] : []),
      ...(empty.length > 0 ? [said('scores-empty', { measure, scores: empty, tie })] : []),
      ...crowded.map((score) => said('score-crowded', { measure, score, share: shares[score - 1]! })),
    ],
  };
}
