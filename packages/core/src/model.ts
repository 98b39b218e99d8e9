import type { CustomerFeatures } from './customers/customer-features.js';
import type { Random } from './numerics/random.js';
import { type Said, said, shippedSegment, type Wording } from './words/reasons.js';

/** How a value came about; the same words as in the API. */
export type BasisStatus = 'MODELLED' | 'GROUP_AVERAGE' | 'NOT_ENOUGH_DATA' | 'NOT_APPLICABLE';

/** One cause of a value: what is to be said of it, and its numbers. `words/words.ts` puts it into words. */
export type Reason = Said & {
  /** The feature or score it speaks of, as named in `FEATURE_NAMES` or in the model's outputs. */
  readonly feature: string;
  readonly value?: number;
  readonly cutOff?: number;
  /** A multiplier of the prediction, or points of a score. */
  readonly effect?: number;
};

/** What it would take to be in another segment. */
export type SegmentDistance = Said & { readonly segmentKey: string };

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
  readonly title: Wording;
  /** One sentence that a marketer understands. */
  readonly description: Wording;
  /** `#rrggbb`, for a dot beside the title; text never stands on it. */
  readonly color: string;
  /** What a shopper may read; null shows nothing. */
  readonly publicLabel: Wording | null;
}

/** Two models that a person can compare at a glance: parameters and quality, both plain JSON. */
export interface FittedSummary {
  readonly parameters: unknown;
  readonly metrics: unknown;
  readonly converged: boolean;
  readonly note: Wording | null;
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
  readonly title: Wording;
  /** Changes when the meaning of an output or of Fitted changes. */
  readonly version: string;
  /** The method in a few words, shown beside its numbers. */
  readonly method: Wording;
  readonly defaults: Options;
  /** The options of a fit that follows another, for models that keep what the one before found where it still holds. */
  optionsAfter?(previous: Fitted): Options;
  fit(features: CustomerFeatures, options: Options, random: Random): Fitted;
  score(fitted: Fitted, features: CustomerFeatures): Output;
  explain(fitted: Fitted, features: CustomerFeatures, row: number): Explanation;
  summarise(fitted: Fitted): FittedSummary;
}

/**
 * How far the segments of a fit can be trusted. Plain JSON; every measure is of the buyers that the fit saw, and null or empty
 * where it makes no sense for the method.
 */
export interface SegmentationQuality {
  /** -1 to 1: how much nearer customers are to their own cluster than to the next. */
  readonly silhouette: number | null;
  /** Mean adjusted Rand index with fits on resamples: 1 where every resample finds the same clusters. */
  readonly stability: number | null;
  /** What each number of clusters would have given, ascending. Inertia in squared standard deviations. */
  readonly elbow: readonly {
    readonly clusterCount: number;
    readonly inertia: number;
    readonly silhouette: number | null;
  }[];
  /** The main directions along which customers differ; index from 1, share of the variance 0 to 1, loadings of unit length. */
  readonly components: readonly {
    readonly index: number;
    readonly explainedShare: number;
    readonly loadings: readonly { readonly feature: string; readonly loading: number }[];
  }[];
  /** Where the middle of each segment lies on the plane of the first two components, in standard deviations along them. */
  readonly map: readonly { readonly segmentKey: string; readonly x: number; readonly y: number }[];
  /** How much of what sets the segments apart lies along each feature: shares of the whole, the largest first. */
  readonly importance: readonly {
    readonly feature: string;
    readonly share: number;
    /** Of the feature's own variance, what the segments explain, 0 to 1. */
    readonly explained: number;
  }[];
  /** How far another method parts the same customers alike: 1 wholly, about 0 no more than by chance. */
  readonly agreement: readonly {
    readonly with: string;
    readonly adjustedRandIndex: number;
    readonly sampleSize: number;
  }[];
  /** How many customers each score or class holds, and what is wrong with that; its shape is the model's own. */
  readonly binHealth: unknown;
  /** What a person should know before using the segments, one sentence each. */
  readonly warnings: readonly Wording[];
  /** Why there are as many segments as there are. */
  readonly reason: Wording | null;
}

/** Of a method that none of the measures fits. */
export const NO_QUALITY: SegmentationQuality = {
  silhouette: null,
  stability: null,
  elbow: [],
  components: [],
  map: [],
  importance: [],
  agreement: [],
  binHealth: null,
  warnings: [],
  reason: null,
};

/** Of a customer without an order, in every segmentation. */
export const hasNoOrder = (): Explanation => ({
  reasons: [{ ...said('no-order-yet', {}), feature: 'orders', value: 0 }],
  nearest: [],
});

/** A model that puts every customer into exactly one segment. */
export interface Segmentation<Options, Fitted> extends Model<Options, Fitted, SegmentScores> {
  /** Best first; the last is always Prospect. Learned segmentations and those with rules of the shop read theirs from Fitted. */
  segments(fitted: Fitted): readonly SegmentDefinition[];
  /** How far the segments can be trusted, from Fitted alone. */
  quality(fitted: Fitted): SegmentationQuality;
}

/** Customers without an order, the same in every segmentation. */
export const PROSPECT: SegmentDefinition = {
  key: 'prospect',
  ...shippedSegment('prospect'),
  color: '#8a94a6',
  publicLabel: null,
};
