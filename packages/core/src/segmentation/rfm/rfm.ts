import type { CustomerFeatures } from '../../customers/customer-features.js';
import { InvalidInputError } from '../../errors.js';
import type { BasisStatus, Explanation, Reason, Segmentation } from '../../model.js';
import { hasNoOrder, NO_QUALITY, PROSPECT } from '../../model.js';
import { type Measure, type Said, said } from '../../words/reasons.js';
import { reviewSegments, sizeSegments } from '../quality/segment-review.js';
import { checkRules } from '../rules/rule-check.js';
import { comparisonsOf, isScore } from '../rules/rule-condition.js';
import { compileCondition, RFM_RULES, type SegmentRule } from '../rules/segment-rules.js';
import { fitFewerDaysAreBetter, fitMoreIsBetter } from '../score-thresholds.js';
import { scoreHealth } from './bin-health.js';
import {
  type BinHealth,
  hasTooFewBuyers,
  MINIMUM_BUYERS,
  QUINTILES,
  type RfmFitted,
  type RfmOptions,
  rowScorer,
  rulesOf,
} from './rfm-fitted.js';
import { nearestSegments } from './rfm-nearest.js';

export type { RfmFitted, RfmOptions };

const definitionOf = ({ key, title, description, color, publicLabel }: SegmentRule) => ({
  key,
  title,
  description,
  color,
  publicLabel,
});

/** One reason a score; `cutOff` is the bound that the value had to pass for it, none for the lowest score. */
function scoreReason(
  measure: Measure,
  value: number,
  score: number,
  told: Said,
  cutOff: number | null | undefined,
): Reason {
  if (!Number.isFinite(value)) {
    return { ...said('score-unknown', { measure, score: Number.isNaN(score) ? null : score }), feature: measure };
  }
  const reason = { ...told, feature: measure, value };
  return cutOff === null || cutOff === undefined ? reason : { ...reason, cutOff };
}

/** The features themselves that the rule asked for and that met it. */
function featureReasons({ when }: SegmentRule, { columns }: CustomerFeatures, row: number): Reason[] {
  const asked = { recencyScore: 0, frequencyScore: 0, monetaryScore: 0, columns, row };
  return comparisonsOf(when).flatMap((comparison): Reason[] => {
    const { field, gte, gt, lte, lt } = comparison;
    if (isScore(field) || !compileCondition(comparison)(asked)) return [];
    const value = columns[field][row]!;
    return [
      { ...said('feature-value', { feature: field, value }), feature: field, value, cutOff: gte ?? gt ?? lte ?? lt! },
    ];
  });
}

/** Only the buyers' columns of what scores and reviews are made of. */
function buyersIn({ columns, count }: CustomerFeatures) {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (columns.orders[row]! > 0) rows.push(row);
  const take = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]!);
  return {
    rows,
    recencyDays: take(columns.recencyDays),
    orders: take(columns.orders),
    netRevenue: take(columns.netRevenue),
  };
}

/**
 * Recency, frequency, monetary: scores 1 to 5 (5 is best) and ordered rules, the default ones unless the shop has its own.
 *
 * Recency is days since the last order (fewer is better), frequency the number of orders, monetary the net revenue. Scores are
 * tie-safe quintiles (`numerics/quintiles.ts`), natural breaks or fixed bounds, each measure for itself
 * (`score-thresholds.ts`); in each case equal values get equal scores. Rules ask for scores and features
 * (`segment-rules.ts`); the first that a customer meets gives the segment, and the last catches everybody who is left. With
 * fewer than five buyers only fixed bounds give scores: else the status is NOT_ENOUGH_DATA and the segment that of the last
 * rule. Customers without orders are Prospects with NaN scores. Outputs: recency, frequency, monetary, each 1 to 5 or NaN.
 */
export const rfm: Segmentation<RfmOptions, RfmFitted> = {
  key: 'rfm',
  title: said('model-title', { model: 'rfm' }),
  version: '2',
  method: said('model-method', { model: 'rfm' }),
  defaults: { thresholds: QUINTILES, rules: RFM_RULES },

  /** @throws InvalidInputError when a rule or a threshold cannot be used */
  fit(features, { thresholds, rules }) {
    const problem = checkRules(rules).find(({ level }) => level === 'error');
    if (problem !== undefined) throw new InvalidInputError(`rfm requires sound rules: ${problem.path} ${problem.text}`);
    const buyers = buyersIn(features);
    const fits = {
      recency: fitFewerDaysAreBetter(buyers.recencyDays, thresholds.recency),
      frequency: fitMoreIsBetter(buyers.orders, thresholds.frequency),
      monetary: fitMoreIsBetter(buyers.netRevenue, thresholds.monetary),
    };
    const fitted: RfmFitted = {
      buyers: buyers.rows.length,
      recency: fits.recency.cutOffs,
      frequency: fits.frequency.cutOffs,
      monetary: fits.monetary.cutOffs,
      thresholds,
      rules,
    };
    const scores = [
      scoreHealth(
        'recency',
        thresholds.recency,
        fits.recency,
        buyers.recencyDays.map((value) => -value),
      ),
      scoreHealth('frequency', thresholds.frequency, fits.frequency, buyers.orders),
      scoreHealth('monetary', thresholds.monetary, fits.monetary, buyers.netRevenue),
    ];
    const scoreOf = rowScorer(fitted);
    const segment = Int32Array.from(buyers.rows, (row) => scoreOf(features.columns, row)!.segment);
    const segments = sizeSegments(rules, segment, buyers.netRevenue);
    const warnings = hasTooFewBuyers(fitted)
      ? []
      : [...scores.flatMap((health) => health.warnings), ...reviewSegments(rules, segments, 'first')];
    const binHealth: BinHealth = { scores, segments, warnings };
    return { ...fitted, binHealth };
  },

  score(fitted, features) {
    const recency = new Float64Array(features.count).fill(Number.NaN);
    const frequency = new Float64Array(features.count).fill(Number.NaN);
    const monetary = new Float64Array(features.count).fill(Number.NaN);
    const segment = new Int32Array(features.count).fill(rulesOf(fitted).length);
    const statuses: BasisStatus[] = new Array(features.count).fill('NOT_APPLICABLE');
    const buyerStatus = hasTooFewBuyers(fitted) ? 'NOT_ENOUGH_DATA' : 'MODELLED';
    const scoreOf = rowScorer(fitted);
    for (let row = 0; row < features.count; row++) {
      const scores = scoreOf(features.columns, row);
      if (scores === null) continue;
      recency[row] = scores.recency;
      frequency[row] = scores.frequency;
      monetary[row] = scores.monetary;
      segment[row] = scores.segment;
      statuses[row] = buyerStatus;
    }
    return { columns: { recency, frequency, monetary }, segment, statuses };
  },

  explain(fitted, features, row): Explanation {
    const scores = rowScorer(fitted)(features.columns, row);
    if (scores === null) return hasNoOrder();
    const { recencyDays, orders: orderCounts, netRevenue } = features.columns;
    const days = recencyDays[row]!;
    const orders = orderCounts[row]!;
    const amount = netRevenue[row]!;
    const { key, title, when } = rulesOf(fitted)[scores.segment]!;
    const segment = { key, title };
    if (hasTooFewBuyers(fitted)) {
      const tooFew = said('too-few-buyers', { buyers: fitted.buyers, needed: MINIMUM_BUYERS, segment });
      return { reasons: [{ ...tooFew, feature: 'orders', value: orders }], nearest: [] };
    }
    const { recency, frequency, monetary } = scores;
    const recencyCutOff = fitted.recency[recency - 2] ?? null;
    return {
      reasons: [
        { ...said('rule-met', { segment, condition: when }), feature: 'segment' },
        ...featureReasons(rulesOf(fitted)[scores.segment]!, features, row),
        scoreReason(
          'recency',
          days,
          recency,
          said('recency-score', { score: recency, days }),
          recencyCutOff === null ? null : -recencyCutOff,
        ),
        scoreReason(
          'frequency',
          orders,
          frequency,
          said('frequency-score', { score: frequency, orders }),
          fitted.frequency[frequency - 2],
        ),
        scoreReason(
          'monetary',
          amount,
          monetary,
          said('monetary-score', { score: monetary, amount }),
          fitted.monetary[monetary - 2],
        ),
      ],
      nearest: nearestSegments(fitted, features, row, scores),
    };
  },

  summarise(fitted) {
    return {
      parameters: {
        thresholds: fitted.thresholds ?? QUINTILES,
        recencyDaysAtMost: fitted.recency.map((cutOff) => (cutOff === null ? null : -cutOff)),
        ordersAtMost: fitted.frequency,
        netRevenueAtMost: fitted.monetary,
        rules: rulesOf(fitted).map(({ key, when }) => ({ segment: key, rule: said('condition', { condition: when }) })),
      },
      metrics: { buyers: fitted.buyers, binHealth: fitted.binHealth ?? null },
      converged: true,
      note: hasTooFewBuyers(fitted)
        ? said('quintiles-need-buyers', { buyers: fitted.buyers, needed: MINIMUM_BUYERS })
        : null,
    };
  },

  quality: (fitted) => ({
    ...NO_QUALITY,
    binHealth: fitted.binHealth ?? null,
    warnings: fitted.binHealth?.warnings ?? [],
    reason: said('count-by-rules', { segments: rulesOf(fitted).length }),
  }),

  segments: (fitted) => [...rulesOf(fitted).map(definitionOf), PROSPECT],
};
