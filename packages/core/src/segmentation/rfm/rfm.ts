import type { CustomerFeatures } from '../../customers/customer-features.js';
import { featureOf } from '../../customers/features.js';
import { moneyInWords } from '../../customers/money.js';
import { InvalidInputError } from '../../errors.js';
import type { BasisStatus, Explanation, Reason, Segmentation } from '../../model.js';
import { NO_QUALITY, PROSPECT } from '../../model.js';
import { reviewSegments, sizeSegments } from '../quality/segment-review.js';
import { checkRules } from '../rules/rule-check.js';
import { conditionInWords, fieldInWords } from '../rules/rule-words.js';
import { comparisonsOf, compileCondition, isScore, SEED_003_RULES, type SegmentRule } from '../rules/segment-rules.js';
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

const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`;
const orders = (count: number) => `${count} ${count === 1 ? 'order' : 'orders'}`;

const definitionOf = ({ key, title, description, color, publicLabel }: SegmentRule) => ({
  key,
  title,
  description,
  color,
  publicLabel,
});

const scoreInWords = (score: number) => (Number.isNaN(score) ? 'missing' : `${score} of 5`);

/** One sentence a score; `cutOff` is the bound that the value had to pass for it, none for the lowest score. */
function scoreReason(
  name: string,
  value: number,
  text: string,
  score: number,
  cutOff: number | null | undefined,
): Reason {
  if (!Number.isFinite(value)) return { text: `${name} score ${scoreInWords(score)}: not known`, feature: name };
  const reason = { text: `${name} score ${score} of 5: ${text}`, feature: name, value };
  return cutOff === null || cutOff === undefined ? reason : { ...reason, cutOff };
}

/** The features themselves that the rule asked for and that met it. */
function featureReasons(
  { when }: SegmentRule,
  { columns }: CustomerFeatures,
  row: number,
  currency?: string,
): Reason[] {
  const asked = { recencyScore: 0, frequencyScore: 0, monetaryScore: 0, columns, row };
  return comparisonsOf(when).flatMap((comparison) => {
    if (isScore(comparison.field) || !compileCondition(comparison)(asked)) return [];
    const value = columns[comparison.field][row]!;
    const cutOff = comparison.gte ?? comparison.gt ?? comparison.lte ?? comparison.lt!;
    const number = Number.isInteger(value) ? String(value) : value.toFixed(2);
    const shown = featureOf(comparison.field)?.unit === 'money' ? moneyInWords(value, currency) : number;
    return [{ text: `${fieldInWords(comparison.field)}: ${shown}`, feature: comparison.field, value, cutOff }];
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
 * Recency, frequency, monetary: scores 1 to 5 (5 is best) and ordered rules, those of seed 003 unless the shop has its own.
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
  title: 'RFM',
  version: '2',
  method:
    'scores of recency, frequency and net revenue, quintiles unless set otherwise; ordered rules, first match wins',
  defaults: { thresholds: QUINTILES, rules: SEED_003_RULES },

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

  explain(fitted, features, row, currency): Explanation {
    const scores = rowScorer(fitted)(features.columns, row);
    if (scores === null) {
      return { reasons: [{ text: 'has no order yet', feature: 'orders', value: 0 }], nearest: [] };
    }
    const { recencyDays, orders: orderCounts, netRevenue } = features.columns;
    const rule = rulesOf(fitted)[scores.segment]!;
    if (hasTooFewBuyers(fitted)) {
      const text = `only ${fitted.buyers} of the ${MINIMUM_BUYERS} buyers that scores need: everybody counts as ${rule.title}`;
      return { reasons: [{ text, feature: 'orders', value: orderCounts[row]! }], nearest: [] };
    }
    const recencyCutOff = fitted.recency[scores.recency - 2] ?? null;
    return {
      reasons: [
        { text: `${rule.title}: ${conditionInWords(rule.when)}`, feature: 'segment' },
        ...featureReasons(rule, features, row, currency),
        scoreReason(
          'recency',
          recencyDays[row]!,
          `last order ${days(recencyDays[row]!)} ago`,
          scores.recency,
          recencyCutOff === null ? null : -recencyCutOff,
        ),
        scoreReason(
          'frequency',
          orderCounts[row]!,
          orders(orderCounts[row]!),
          scores.frequency,
          fitted.frequency[scores.frequency - 2],
        ),
        scoreReason(
          'monetary',
          netRevenue[row]!,
          `net spend ${moneyInWords(netRevenue[row]!, currency)}`,
          scores.monetary,
          fitted.monetary[scores.monetary - 2],
        ),
      ],
      nearest: nearestSegments(fitted, features, row, scores, currency),
    };
  },

  summarise(fitted) {
    return {
      parameters: {
        thresholds: fitted.thresholds ?? QUINTILES,
        recencyDaysAtMost: fitted.recency.map((cutOff) => (cutOff === null ? null : -cutOff)),
        ordersAtMost: fitted.frequency,
        netRevenueAtMost: fitted.monetary,
        rules: rulesOf(fitted).map(({ key, when }) => ({ segment: key, rule: conditionInWords(when) })),
      },
      metrics: { buyers: fitted.buyers, binHealth: fitted.binHealth ?? null },
      converged: true,
      note: hasTooFewBuyers(fitted) ? `${fitted.buyers} buyers; quintiles need ${MINIMUM_BUYERS}` : null,
    };
  },

  quality: (fitted) => ({
    ...NO_QUALITY,
    binHealth: fitted.binHealth ?? null,
    warnings: fitted.binHealth?.warnings ?? [],
    reason: `${rulesOf(fitted).length} segments: as many as there are rules`,
  }),

  segments: (fitted) => [...rulesOf(fitted).map(definitionOf), PROSPECT],
};
