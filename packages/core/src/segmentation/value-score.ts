import type { CustomerFeatures } from '../customers/customer-features.js';
import { InvalidInputError } from '../errors.js';
import type { BasisStatus, Explanation, Segmentation } from '../model.js';
import { PROSPECT } from '../model.js';
import { fitPercentiles, type PercentileTable, percentileOf } from '../numerics/percentile-table.js';

const DAYS_PER_YEAR = 365.25;
/** A customer younger than this is treated as this old: one order yesterday is not 365 orders a year. */
const MINIMUM_TENURE_DAYS = 90;

/** The five tiers of seed 000, best first. `from` is the lowest score of the tier. */
const TIERS = [
  {
    key: 'premium',
    title: 'Premium',
    from: 0.8,
    color: '#7c3aed',
    description: 'The highest value score: 0.8 and up.',
  },
  { key: 'loyal', title: 'Loyal', from: 0.6, color: '#2563eb', description: 'A high value score: 0.6 up to 0.8.' },
  {
    key: 'regular',
    title: 'Regular',
    from: 0.4,
    color: '#16a34a',
    description: 'A middling value score: 0.4 up to 0.6.',
  },
  {
    key: 'occasional',
    title: 'Occasional',
    from: 0.2,
    color: '#ca8a04',
    description: 'A low value score: 0.2 up to 0.4.',
  },
  {
    key: 'at-risk',
    title: 'At Risk',
    from: Number.NEGATIVE_INFINITY,
    color: '#dc6803',
    description: 'The lowest value score: below 0.2. It speaks of value, not of recency.',
  },
] as const;

const PROSPECT_INDEX = TIERS.length;
/** Where a buyer stands whose score does not exist, as with nobody to compare with. */
const UNSCORED_INDEX = TIERS.findIndex(({ key }) => key === 'regular');
const SEGMENTS = [
  ...TIERS.map(({ key, title, description, color }) => ({ key, title, description, color, publicLabel: null })),
  PROSPECT,
];

export interface ValueScoreOptions {
  /** Shares of spend, frequency and order value in the score; each at least 0, together 1. */
  readonly weights: { readonly spend: number; readonly frequency: number; readonly orderValue: number };
  /**
   * `corrected`: (orders - 1) x 365.25 / max(tenureDays, 90), repeat orders a year.
   * `seed000`: orders / max(spanDays, 1), as in seed 000, where a single order counts as one a day; kept for comparison.
   */
  readonly frequency: 'corrected' | 'seed000';
}

export interface ValueScoreFitted {
  readonly options: ValueScoreOptions;
  readonly buyers: number;
  readonly spend: PercentileTable;
  readonly frequency: PercentileTable;
  readonly orderValue: PercentileTable;
  /** The distribution of the score itself, for its percentile. */
  readonly score: PercentileTable;
}

/** Equal spend in unequal cents of a float must tie, so ranks are taken of values rounded to 10 decimals. */
const roundForRank = (value: number) => Number(value.toFixed(10));

function frequencyOf(options: ValueScoreOptions, columns: CustomerFeatures['columns'], row: number): number {
  const orders = columns.orders[row]!;
  return options.frequency === 'seed000'
    ? roundForRank(orders / Math.max(columns.spanDays[row]!, 1))
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

const tierOf = (score: number) =>
  Number.isNaN(score) ? UNSCORED_INDEX : TIERS.findIndex((tier) => score >= tier.from);
/** Points missing to a bound, in thousandths that are never too few. */
const pointsUpTo = (bound: number, score: number) => (Math.ceil((bound - score) * 1000) / 1000).toFixed(3);
const percent = (share: number) => `${Math.round(share * 100)} %`;

/**
 * The composite value score of seed 000: 0.4 x percentile of net revenue + 0.3 x percentile of purchase frequency
 * + 0.3 x percentile of order value, between 0 and 1, in five tiers by fixed cut-offs.
 *
 * Percentiles are average-tie ranks among buyers. The frequency is repeat orders a year of tenure, because the seed's
 * own (orders / span, span 0 taken as one day) ranks one-time buyers above everybody (trap 1 of the inventory). The
 * score knows no recency. Prospects have NaN scores, and so have buyers when the fit saw none; those are Regular with the
 * status NOT_ENOUGH_DATA. Outputs: score, percentile, both 0 to 1 or NaN.
 */
export const valueScore: Segmentation<ValueScoreOptions, ValueScoreFitted> = {
  key: 'value',
  title: 'Value score',
  version: '1',
  method: 'weighted percentiles of net revenue, purchase frequency and order value; fixed cut-offs',
  defaults: { weights: { spend: 0.4, frequency: 0.3, orderValue: 0.3 }, frequency: 'corrected' },

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
    return { ...tables, score: fitPercentiles(scores) };
  },

  score(fitted, features) {
    const score = new Float64Array(features.count).fill(Number.NaN);
    const percentile = new Float64Array(features.count).fill(Number.NaN);
    const segment = new Int32Array(features.count).fill(PROSPECT_INDEX);
    const statuses: BasisStatus[] = new Array(features.count).fill('NOT_APPLICABLE');
    for (let row = 0; row < features.count; row++) {
      const parts = partsOf(fitted, features, row);
      if (parts === null) continue;
      score[row] = parts.score;
      percentile[row] = percentileOf(fitted.score, parts.score);
      segment[row] = tierOf(parts.score);
      statuses[row] = Number.isNaN(parts.score) ? 'NOT_ENOUGH_DATA' : 'MODELLED';
    }
    return { columns: { score, percentile }, segment, statuses };
  },

  explain(fitted, features, row): Explanation {
    const parts = partsOf(fitted, features, row);
    if (parts === null) return { reasons: [{ text: 'has no order yet', feature: 'orders', value: 0 }], nearest: [] };
    if (Number.isNaN(parts.score)) {
      const text = `no value score among ${fitted.buyers} buyers: counts as ${TIERS[UNSCORED_INDEX]!.title}`;
      return { reasons: [{ text, feature: 'orders', value: features.columns.orders[row]! }], nearest: [] };
    }
    const { weights } = fitted.options;
    const tier = TIERS[tierOf(parts.score)]!;
    const terms = [
      { feature: 'netRevenue', words: 'net spend', percentile: parts.spend, weight: weights.spend },
      { feature: 'frequency', words: 'purchase frequency', percentile: parts.frequency, weight: weights.frequency },
      { feature: 'averageOrderValue', words: 'order value', percentile: parts.orderValue, weight: weights.orderValue },
    ];
    const above = TIERS.findLast((candidate) => candidate.from > parts.score);
    return {
      reasons: [
        {
          text: `value score ${parts.score.toFixed(3)}`,
          feature: 'score',
          value: parts.score,
          ...(Number.isFinite(tier.from) ? { cutOff: tier.from } : {}),
        },
        ...terms.map(({ feature, words, percentile, weight }) => ({
          text: `${words} at or above ${percent(percentile)} of buyers adds ${(weight * percentile).toFixed(3)} of at most ${weight}`,
          feature,
          value: percentile,
          effect: weight * percentile,
        })),
      ],
      nearest:
        above === undefined
          ? []
          : [
              {
                segmentKey: above.key,
                text: `${pointsUpTo(above.from, parts.score)} points more move to ${above.title}`,
              },
            ],
    };
  },

  summarise(fitted) {
    const errorBound = Math.max(fitted.spend.errorBound, fitted.frequency.errorBound, fitted.orderValue.errorBound);
    return {
      parameters: {
        ...fitted.options,
        tiersFrom: TIERS.map(({ key, from }) => ({ tier: key, from: Number.isFinite(from) ? from : 0 })),
      },
      metrics: { buyers: fitted.buyers, percentileErrorBound: errorBound },
      converged: true,
      note: null,
    };
  },

  segments: () => SEGMENTS,
};
