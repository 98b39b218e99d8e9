import type { CustomerFeatures } from '../../customers/customer-features.js';
import { type QuintileCutOffs, quintileScore } from '../../numerics/quantiles/quintiles.js';
import type { Wording } from '../../words/reasons.js';
import type { SegmentSize } from '../quality/segment-review.js';
import { compileRules, RFM_RULES, type RuleRow, type SegmentRule } from '../rules/segment-rules.js';
import type { ScoreThresholds } from '../score-thresholds.js';
import type { RfmMeasure, ScoreHealth } from './bin-health.js';

export interface RfmOptions {
  /** How each measure becomes a score. Of recency, fixed bounds are whole days. */
  readonly thresholds: Readonly<Record<RfmMeasure, ScoreThresholds>>;
  /** In order, first match wins; the last catches everybody who is left. */
  readonly rules: readonly SegmentRule[];
}

/** How well scores and rules fit the buyers of the fit. */
export interface BinHealth {
  readonly scores: readonly ScoreHealth[];
  readonly segments: readonly SegmentSize[];
  readonly warnings: readonly Wording[];
}

export interface RfmFitted {
  /** Buyers in the fit. */
  readonly buyers: number;
  /** Cut-offs of recencyDays negated, so that larger is better as in the other two. */
  readonly recency: QuintileCutOffs;
  readonly frequency: QuintileCutOffs;
  readonly monetary: QuintileCutOffs;
  /** How the cut-offs came about; quintiles when left out. */
  readonly thresholds?: RfmOptions['thresholds'];
  /** The default ones when left out. */
  readonly rules?: readonly SegmentRule[];
  readonly binHealth?: BinHealth;
}

/** Fewer buyers than this cannot fill five bins: everybody is in the last segment and the basis says why. */
export const MINIMUM_BUYERS = 5;

export const QUINTILES: RfmOptions['thresholds'] = {
  recency: { method: 'quintile' },
  frequency: { method: 'quintile' },
  monetary: { method: 'quintile' },
};

export const rulesOf = (fitted: RfmFitted) => fitted.rules ?? RFM_RULES;

/** Fixed thresholds need no buyers to compare with; all others do. */
export const hasTooFewBuyers = ({ buyers, thresholds = QUINTILES }: RfmFitted) =>
  buyers < MINIMUM_BUYERS && Object.values(thresholds).some(({ method }) => method !== 'fixed');

export interface RowScores {
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
  /** Index into the rules. */
  readonly segment: number;
}

type Columns = CustomerFeatures['columns'];

/**
 * Scores and segment of single rows, null for customers without orders: the one rule of `score`, of `explain` and of what
 * would change a segment.
 */
export function rowScorer(fitted: RfmFitted): (columns: Columns, row: number) => RowScores | null {
  const rules = rulesOf(fitted);
  const firstMatch = compileRules(rules);
  const tooFew = hasTooFewBuyers(fitted);
  return (columns, row) => {
    const { orders, recencyDays, netRevenue } = columns;
    if (!(orders[row]! > 0)) return null;
    const recency = quintileScore(fitted.recency, -recencyDays[row]!);
    const frequency = quintileScore(fitted.frequency, orders[row]!);
    const monetary = quintileScore(fitted.monetary, netRevenue[row]!);
    const asked: RuleRow = { recencyScore: recency, frequencyScore: frequency, monetaryScore: monetary, columns, row };
    return { recency, frequency, monetary, segment: tooFew ? rules.length - 1 : firstMatch(asked) };
  };
}
