import type { CustomerFeatures } from '../../customers/customer-features.js';
import { InvalidInputError } from '../../errors.js';
import type { BasisStatus, Explanation, Segmentation, SegmentDistance } from '../../model.js';
import { hasNoOrder, NO_QUALITY, PROSPECT } from '../../model.js';
import { fitPercentiles, type PercentileTable, percentileOf } from '../../numerics/quantiles/percentile-table.js';
import { type Named, said, type Wording } from '../../words/reasons.js';
import { type NextStep, stepByOrders, stepByWaiting } from '../next-steps.js';
import { reviewSegments, type SegmentSize, sizeSegments } from '../quality/segment-review.js';
import {
  FIXED_TIERS,
  fitTiers,
  TIER_COUNT,
  type TierCutOffs,
  tierDefinitions,
  tierOf,
  UNSCORED_TIER,
} from './value-tiers.js';

const DAYS_PER_YEAR = 365.25;
/** A customer younger than this is treated as this old: one order yesterday is not 365 orders a year. */
const MINIMUM_TENURE_DAYS = 90;

export interface ValueScoreOptions {
  /** Shares of spend, frequency and order value in the score; each at least 0, together 1. */
  readonly weights: { readonly spend: number; readonly frequency: number; readonly orderValue: number };
  /**
   * `corrected`: (orders - 1) x 365.25 / max(tenureDays, 90), repeat orders a year.
   * `span`: orders / max(elapsedSpanDays, 1), where a single order counts as one a day; kept for comparison.
   */
  readonly frequency: 'corrected' | 'span';
  /** The scores from which a tier begins; the default ones when left out. */
  readonly cutOffs?: TierCutOffs;
}

export interface ValueScoreFitted {
  readonly options: ValueScoreOptions;
  readonly buyers: number;
  readonly spend: PercentileTable;
  readonly frequency: PercentileTable;
  readonly orderValue: PercentileTable;
  /** The distribution of the score itself, for its percentile. */
  readonly score: PercentileTable;
  /** The lowest score of each tier but the last, best first; the default ones when left out. */
  readonly tiersFrom?: readonly number[];
  readonly binHealth?: ValueBinHealth;
}

/** How well the tiers fit the buyers of the fit. */
export interface ValueBinHealth {
  readonly segments: readonly SegmentSize[];
  /** Share of the score's variance that lies between the tiers, 0 to 1; of natural breaks only. */
  readonly goodnessOfFit: number | null;
  readonly warnings: readonly Wording[];
}

/** Equal spend in unequal cents of a float must tie, so ranks are taken of values rounded to 10 decimals. */
const roundForRank = (value: number) => Number(value.toFixed(10));

function frequencyOf(options: ValueScoreOptions, columns: CustomerFeatures['columns'], row: number): number {
  const orders = columns.orders[row]!;
  return options.frequency === 'span'
    ? roundForRank(orders / Math.max(columns.elapsedSpanDays[row]!, 1))
    : roundForRank(((orders - 1) * DAYS_PER_YEAR) / Math.max(columns.tenureDays[row]!, MINIMUM_TENURE_DAYS));
}

interface RowParts {
  readonly spend: number;
  readonly frequency: number;
  readonly orderValue: number;
  readonly score: number;
}

function partsOf(fitted: Omit<ValueScoreFitted, 'score'>, { columns }: CustomerFeatures, row: number): RowParts | null {
  if (!(columns.orders[row]! > 0)) return null;
  const { weights } = fitted.options;
  const spend = percentileOf(fitted.spend, columns.netRevenue[row]!);
  const frequency = percentileOf(fitted.frequency, frequencyOf(fitted.options, columns, row));
  const orderValue = percentileOf(fitted.orderValue, roundForRank(columns.averageOrderValue[row]!));
  const score = weights.spend * spend + weights.frequency * frequency + weights.orderValue * orderValue;
  return { spend, frequency, orderValue, score };
}

const tiersFromOf = (fitted: ValueScoreFitted) => fitted.tiersFrom ?? FIXED_TIERS;
/** Points missing to a bound, in thousandths that are never too few. */
const pointsUpTo = (bound: number, score: number) => Math.ceil((bound - score) * 1000) / 1000;

/**
 * What would change the tier: orders of the usual size, today, that lead to a better one, else the points that are missing to
 * the next one; and the days without an order after which it falls.
 */
function nearestTiers(
  fitted: ValueScoreFitted,
  features: CustomerFeatures,
  row: number,
  score: number,
): SegmentDistance[] {
  const from = tiersFromOf(fitted);
  const tiers = tierDefinitions(from);
  const own = tierOf(from, score);
  const segmentOf = (changed: CustomerFeatures) => tierOf(from, partsOf(fitted, changed, 0)!.score);
  const better = stepByOrders(features, row, segmentOf, (tier) => tier < own);
  const worse = stepByWaiting(features, row, segmentOf, (tier) => tier > own);
  const above = from.findLastIndex((bound) => bound > score);
  const named = (tier: number): Named => ({ key: tiers[tier]!.key, title: tiers[tier]!.title });
  const points = () =>
    above < 0
      ? []
      : [
          {
            segmentKey: tiers[above]!.key,
            ...said('points-move', { points: pointsUpTo(from[above]!, score), segment: named(above) }),
          },
        ];
  const steps = (step: NextStep | null) =>
    step === null ? [] : [{ segmentKey: tiers[step.segment]!.key, ...step.told(named(step.segment)) }];
  return [...(better === null ? points() : steps(better)), ...steps(worse)];
}

/**
 * The composite value score: 0.4 x percentile of net revenue + 0.3 x percentile of purchase frequency
 * + 0.3 x percentile of order value, between 0 and 1, in five tiers by fixed cut-offs or by
 * natural breaks of the scores of the fit.
 *
 * Percentiles are average-tie ranks among buyers. The frequency is repeat orders a year of tenure, because the seed's
 * own (orders / span, span 0 taken as one day) ranks one-time buyers above everybody (trap 1 of the inventory). The
 * score knows no recency. Prospects have NaN scores, and so have buyers when the fit saw none; those are Regular with the
 * status NOT_ENOUGH_DATA. Outputs: score, percentile, both 0 to 1 or NaN.
 */
export const valueScore: Segmentation<ValueScoreOptions, ValueScoreFitted> = {
  key: 'value',
  title: said('model-title', { model: 'value' }),
  version: '2',
  method: said('model-method', { model: 'value' }),
  defaults: {
    weights: { spend: 0.4, frequency: 0.3, orderValue: 0.3 },
    frequency: 'corrected',
    cutOffs: { method: 'fixed', from: [0.2, 0.4, 0.6, 0.8] },
  },

  fit(features, options) {
    const { spend, frequency, orderValue } = options.weights;
    if (
      ![spend, frequency, orderValue].every((weight) => weight >= 0) ||
      Math.abs(spend + frequency + orderValue - 1) > 1e-9
    ) {
      throw new InvalidInputError(
        `valueScore requires weights of at least 0 that add up to 1, got ${spend}, ${frequency}, ${orderValue}`,
      );
    }
    const { columns, count } = features;
    const rows: number[] = [];
    for (let row = 0; row < count; row++) if (columns.orders[row]! > 0) rows.push(row);
    const tables = {
      options,
      buyers: rows.length,
      spend: fitPercentiles(Float64Array.from(rows, (row) => columns.netRevenue[row]!)),
      frequency: fitPercentiles(Float64Array.from(rows, (row) => frequencyOf(options, columns, row))),
      orderValue: fitPercentiles(Float64Array.from(rows, (row) => roundForRank(columns.averageOrderValue[row]!))),
    };
    const scores = Float64Array.from(rows, (row) => partsOf(tables, features, row)!.score);
    const { from, goodnessOfFit, note } = fitTiers(scores, options.cutOffs);
    const tiers = tierDefinitions(from);
    const segment = Int32Array.from(scores, (score) => tierOf(from, score));
    const segments = sizeSegments(
      tiers,
      segment,
      Float64Array.from(rows, (row) => columns.netRevenue[row]!),
    );
    const warnings = [...(note === null ? [] : [note]), ...reviewSegments(tiers, segments, 'all')];
    return {
      ...tables,
      score: fitPercentiles(scores),
      tiersFrom: from,
      binHealth: { segments, goodnessOfFit, warnings },
    };
  },

  score(fitted, features) {
    const score = new Float64Array(features.count).fill(Number.NaN);
    const percentile = new Float64Array(features.count).fill(Number.NaN);
    const segment = new Int32Array(features.count).fill(TIER_COUNT);
    const statuses: BasisStatus[] = new Array(features.count).fill('NOT_APPLICABLE');
    const from = tiersFromOf(fitted);
    for (let row = 0; row < features.count; row++) {
      const parts = partsOf(fitted, features, row);
      if (parts === null) continue;
      score[row] = parts.score;
      percentile[row] = percentileOf(fitted.score, parts.score);
      segment[row] = tierOf(from, parts.score);
      statuses[row] = Number.isNaN(parts.score) ? 'NOT_ENOUGH_DATA' : 'MODELLED';
    }
    return { columns: { score, percentile }, segment, statuses };
  },

  explain(fitted, features, row): Explanation {
    const parts = partsOf(fitted, features, row);
    if (parts === null) return hasNoOrder();
    if (Number.isNaN(parts.score)) {
      const { key, title } = tierDefinitions(tiersFromOf(fitted))[UNSCORED_TIER]!;
      const unscored = said('value-unscored', { buyers: fitted.buyers, segment: { key, title } });
      return { reasons: [{ ...unscored, feature: 'orders', value: features.columns.orders[row]! }], nearest: [] };
    }
    const { weights } = fitted.options;
    const from = tiersFromOf(fitted);
    const tier = tierOf(from, parts.score);
    const terms = [
      { feature: 'netRevenue', term: 'spend', percentile: parts.spend, most: weights.spend },
      { feature: 'frequency', term: 'frequency', percentile: parts.frequency, most: weights.frequency },
      { feature: 'averageOrderValue', term: 'orderValue', percentile: parts.orderValue, most: weights.orderValue },
    ] as const;
    return {
      reasons: [
        {
          ...said('value-score', { score: parts.score }),
          feature: 'score',
          value: parts.score,
          ...(tier < from.length ? { cutOff: from[tier]! } : {}),
        },
        ...terms.map(({ feature, term, percentile, most }) => {
          const adds = most * percentile;
          return { ...said('value-term', { term, percentile, adds, most }), feature, value: percentile, effect: adds };
        }),
      ],
      nearest: nearestTiers(fitted, features, row, parts.score),
    };
  },

  summarise(fitted) {
    const errorBound = Math.max(fitted.spend.errorBound, fitted.frequency.errorBound, fitted.orderValue.errorBound);
    return {
      parameters: {
        ...fitted.options,
        tiersFrom: tierDefinitions(tiersFromOf(fitted)).map(({ key }, tier) => ({
          tier: key,
          from: tiersFromOf(fitted)[tier] ?? 0,
        })),
      },
      metrics: { buyers: fitted.buyers, percentileErrorBound: errorBound, binHealth: fitted.binHealth ?? null },
      converged: true,
      note: null,
    };
  },

  quality: (fitted) => ({
    ...NO_QUALITY,
    binHealth: fitted.binHealth ?? null,
    warnings: fitted.binHealth?.warnings ?? [],
    reason: said('count-by-scheme', { tiers: TIER_COUNT }),
  }),

  segments: (fitted) => [...tierDefinitions(tiersFromOf(fitted)), PROSPECT],
};
