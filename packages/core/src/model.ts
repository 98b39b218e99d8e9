import type { CustomerFeatures } from './customers/customer-features.js';
import type { Random } from './numerics/random.js';

/** How a value came about; the same words as in the API. */
export type BasisStatus = 'MODELLED' | 'GROUP_AVERAGE' | 'NOT_ENOUGH_DATA' | 'NOT_APPLICABLE';

/** One cause of a value, in words and in numbers. */
export interface Reason {
  readonly text: string;
  /** The feature or score it speaks of, as named in `FEATURE_NAMES` or in the model's outputs. */
  readonly feature: string;
  readonly value?: number;
  readonly cutOff?: number;
  /** A multiplier of the prediction, or points of a score. */
  readonly effect?: number;
}

/** What it would take to be in another segment. */
export interface SegmentDistance {
  readonly segmentKey: string;
  readonly text: string;
}

export interface Explanation {
  readonly reasons: readonly Reason[];
  readonly nearest: readonly SegmentDistance[];
}

/** What a model says of every customer: one entry a row, in the order of the features. */
export interface Scores {
  /** Named outputs; NaN where there is none. */
  readonly columns: Readonly<Record<string, Float64Array>>;
  readonly statuses: readonly BasisStatus[];
}

/** What a segmentation says: its outputs, and for each row an index into `segments(fitted)`. */
export interface SegmentScores extends Scores {
  readonly segment: Int32Array;
}

export interface SegmentDefinition {
  /** Kebab-case title, unique within its segmentation. */
  readonly key: string;
  readonly title: string;
  /** One sentence that a marketer understands. */
  readonly description: string;
  /** `#rrggbb`, for a dot beside the title; text never stands on it. */
  readonly color: string;
  /** What a shopper may read; null shows nothing. */
  readonly publicLabel: string | null;
}

/** Two models that a person can compare at a glance: parameters and quality, both plain JSON. */
export interface FittedSummary {
  readonly parameters: unknown;
  readonly metrics: unknown;
  readonly converged: boolean;
  readonly note: string | null;
}

/**
 * THE CONTRACT every model keeps. `Fitted` is plain JSON: it is stored with the run and read back to score single rows.
 *
 * - `fit` sees the population once. Its only randomness is the parameter.
 * - `score` is a pure function of each row and Fitted: a row scores the same alone as in a batch of a million.
 * - `explain` says which rule fired or which terms moved the number, and how far it is to the next segment.
 */
export interface Model<Options, Fitted, Output extends Scores = Scores> {
  readonly key: string;
  readonly title: string;
  /** Changes when the meaning of an output or of Fitted changes. */
  readonly version: string;
  /** The method in a few words, shown beside its numbers. */
  readonly method: string;
  readonly defaults: Options;
  /** The options of a fit that follows another, for models that keep what the one before found where it still holds. */
  optionsAfter?(previous: Fitted): Options;
  fit(features: CustomerFeatures, options: Options, random: Random): Fitted;
  score(fitted: Fitted, features: CustomerFeatures): Output;
  explain(fitted: Fitted, features: CustomerFeatures, row: number): Explanation;
  summarise(fitted: Fitted): FittedSummary;
}

/** A model that puts every customer into exactly one segment. */
export interface Segmentation<Options, Fitted> extends Model<Options, Fitted, SegmentScores> {
  /** Best first; the last is always Prospect. Learned segmentations read theirs from Fitted. */
  segments(fitted: Fitted): readonly SegmentDefinition[];
}

/** Customers without an order, the same in every segmentation. */
export const PROSPECT: SegmentDefinition = {
  key: 'prospect',
  title: 'Prospect',
  description: 'Known to the shop, has not ordered yet.',
  color: '#8a94a6',
  publicLabel: null,
};
