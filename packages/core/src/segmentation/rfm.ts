import type { CustomerFeatures } from '../customers/customer-features.js';
import type { BasisStatus, Explanation, Reason, Segmentation, SegmentDefinition, SegmentDistance } from '../model.js';
import { PROSPECT } from '../model.js';
import { fitQuintiles, type QuintileCutOffs, quintileScore } from '../numerics/quintiles.js';

/** Fewer buyers than this cannot fill five bins: everybody is a Regular and the basis says why. */
const MINIMUM_BUYERS = 5;

/**
 * The six rule segments of seed 003, best first. First match wins, so the order is part of the definition.
 * The bounds are inclusive; a missing bound is no condition.
 */
const RULES: readonly (SegmentDefinition & { matches(r: number, f: number, m: number): boolean; rule: string })[] = [
  {
    key: 'vip',
    title: 'VIP',
    description: 'Bought recently, buys often and spends the most.',
    color: '#7c3aed',
    publicLabel: 'VIP',
    rule: 'recency, frequency and monetary scores all at least 4',
    matches: (r, f, m) => r >= 4 && f >= 4 && m >= 4,
  },
  {
    key: 'loyal',
    title: 'Loyal',
    description: 'Bought recently, and either buys often or spends a lot.',
    color: '#2563eb',
    publicLabel: null,
    rule: 'recency score at least 4, and frequency or monetary score at least 4',
    matches: (r, f, m) => r >= 4 && (f >= 4 || m >= 4),
  },
  {
    key: 'potential-loyalist',
    title: 'Potential Loyalist',
    description: 'Fairly recent and already more than a one-time buyer.',
    color: '#0d9488',
    publicLabel: null,
    rule: 'recency and frequency scores at least 3',
    matches: (r, f) => r >= 3 && f >= 3,
  },
  {
    key: 'at-risk',
    title: 'At Risk',
    description: 'Strong history, but has not bought for long.',
    color: '#dc6803',
    publicLabel: null,
    rule: 'recency score at most 2, and frequency or monetary score at least 3',
    matches: (r, f, m) => r <= 2 && (f >= 3 || m >= 3),
  },
  {
    key: 'dormant',
    title: 'Dormant',
    description: 'Bought long ago, rarely and little.',
    color: '#64748b',
    publicLabel: null,
    rule: 'all three scores at most 2',
    matches: (r, f, m) => r <= 2 && f <= 2 && m <= 2,
  },
  {
    key: 'regulars',
    title: 'Regulars',
    description: 'Everybody else: mostly one order of modest value, not long ago.',
    color: '#16a34a',
    publicLabel: null,
    rule: 'none of the rules before it',
    matches: () => true,
  },
];

const REGULARS = RULES.length - 1;
const PROSPECT_INDEX = RULES.length;
const SEGMENTS: readonly SegmentDefinition[] = [
  ...RULES.map(({ key, title, description, color, publicLabel }) => ({ key, title, description, color, publicLabel })),
  PROSPECT,
];

export interface RfmFitted {
  /** Buyers in the fit. */
  readonly buyers: number;
  /** Cut-offs of recencyDays negated, so that larger is better as in the other two. */
  readonly recency: QuintileCutOffs;
  readonly frequency: QuintileCutOffs;
  readonly monetary: QuintileCutOffs;
}

/** The index into `RULES` of the first rule that matches the three scores, each 1 to 5. */
function firstMatch(recency: number, frequency: number, monetary: number): number {
  return RULES.findIndex((rule) => rule.matches(recency, frequency, monetary));
}

/** The smallest step of money as the features round it. */
const SMALLEST_AMOUNT = 0.0001;
/** A bound in whole cents that is never below the exact one: who is above it is above that too. */
const upToCents = (amount: number) => Math.ceil(amount * 100 - 1e-6) / 100;
const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`;
const orders = (count: number) => `${count} ${count === 1 ? 'order' : 'orders'}`;

interface RowScores {
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
  readonly segment: number;
}

function scoreRow(fitted: RfmFitted, features: CustomerFeatures, row: number): RowScores | null {
  const { orders, recencyDays, netRevenue } = features.columns;
  if (!(orders[row]! > 0)) return null;
  const recency = quintileScore(fitted.recency, -recencyDays[row]!);
  const frequency = quintileScore(fitted.frequency, orders[row]!);
  const monetary = quintileScore(fitted.monetary, netRevenue[row]!);
  const segment = fitted.buyers < MINIMUM_BUYERS ? REGULARS : firstMatch(recency, frequency, monetary);
  return { recency, frequency, monetary, segment };
}

/** One sentence a score; `cutOff` is the bound that the value had to pass for it, none for the lowest score. */
function scoreReason(
  name: string,
  value: number,
  text: string,
  score: number,
  cutOff: number | null | undefined,
): Reason {
  const reason = { text: `${name} score ${score} of 5: ${text}`, feature: name, value };
  return cutOff === null || cutOff === undefined ? reason : { ...reason, cutOff };
}

/**
 * Every segment that one changed score reaches, nearest first: an order today, more orders, or more spend. Only steps
 * that a customer can take are named; nobody becomes less recent by acting.
 */
function nearestSegments(
  fitted: RfmFitted,
  features: CustomerFeatures,
  row: number,
  scores: RowScores,
): SegmentDistance[] {
  const found = new Map<string, string>();
  const note = (index: number, text: string) => {
    const key = RULES[index]!.key;
    if (index !== scores.segment && !found.has(key)) found.set(key, text);
  };
  const orderCount = features.columns.orders[row]!;
  const spend = features.columns.netRevenue[row]!;
  // An order today makes the customer as recent as can be and counts as one order more, before any spend.
  const next = firstMatch(
    quintileScore(fitted.recency, 0),
    quintileScore(fitted.frequency, orderCount + 1),
    scores.monetary,
  );
  note(next, `one more order now moves to ${RULES[next]!.title}`);
  for (const cutOff of fitted.frequency) {
    if (cutOff === null || cutOff < orderCount) continue;
    const needed = Math.floor(cutOff) + 1 - orderCount;
    const reached = firstMatch(
      quintileScore(fitted.recency, 0),
      quintileScore(fitted.frequency, orderCount + needed),
      scores.monetary,
    );
    note(
      reached,
      `${orders(needed).replace(/^(\d+) /, '$1 more ')} move${needed === 1 ? 's' : ''} to ${RULES[reached]!.title}`,
    );
  }
  for (const cutOff of fitted.monetary) {
    if (cutOff === null || cutOff < spend) continue;
    const bound = upToCents(cutOff);
    const reached = firstMatch(
      quintileScore(fitted.recency, 0),
      quintileScore(fitted.frequency, orderCount + 1),
      quintileScore(fitted.monetary, bound + SMALLEST_AMOUNT),
    );
    note(
      reached,
      `one more order that brings net spend above ${bound.toFixed(2)} (now ${spend.toFixed(2)}) moves to ${RULES[reached]!.title}`,
    );
  }
  // Without an order only time passes: the recency score falls step by step.
  for (let recency = scores.recency - 1; recency >= 1; recency--) {
    const limit = fitted.recency[recency - 1];
    if (limit === null || limit === undefined) break;
    // A score that nobody has repeats the cut-off below it, so the score is asked for and not taken from the loop.
    const reached = firstMatch(quintileScore(fitted.recency, limit), scores.frequency, scores.monetary);
    if (reached === scores.segment) continue;
    note(reached, `without an order, moves to ${RULES[reached]!.title} after ${days(-limit)} since the last one`);
    break;
  }
  return [...found].map(([segmentKey, text]) => ({ segmentKey, text }));
}

/**
 * Recency, frequency, monetary: quintile scores 1 to 5 (5 is best) and the six ordered rules of seed 003.
 *
 * Recency is days since the last order (fewer is better), frequency the number of orders, monetary the net revenue.
 * Equal values get equal scores (`numerics/quintiles.ts`). With fewer than five buyers no quintile exists: the status is
 * NOT_ENOUGH_DATA and the segment Regulars. Customers without orders are Prospects with NaN scores.
 * Outputs: recency, frequency, monetary, each 1 to 5 or NaN.
 */
export const rfm: Segmentation<Record<string, never>, RfmFitted> = {
  key: 'rfm',
  title: 'RFM',
  version: '1',
  method: 'quintile scores of recency, frequency and net revenue; ordered rules, first match wins',
  defaults: {},

  fit({ columns, count }) {
    const rows: number[] = [];
    for (let row = 0; row < count; row++) if (columns.orders[row]! > 0) rows.push(row);
    return {
      buyers: rows.length,
      recency: fitQuintiles(Float64Array.from(rows, (row) => -columns.recencyDays[row]!)),
      frequency: fitQuintiles(Float64Array.from(rows, (row) => columns.orders[row]!)),
      monetary: fitQuintiles(Float64Array.from(rows, (row) => columns.netRevenue[row]!)),
    };
  },

  score(fitted, features) {
    const recency = new Float64Array(features.count).fill(Number.NaN);
    const frequency = new Float64Array(features.count).fill(Number.NaN);
    const monetary = new Float64Array(features.count).fill(Number.NaN);
    const segment = new Int32Array(features.count).fill(PROSPECT_INDEX);
    const statuses: BasisStatus[] = new Array(features.count).fill('NOT_APPLICABLE');
    const buyerStatus = fitted.buyers < MINIMUM_BUYERS ? 'NOT_ENOUGH_DATA' : 'MODELLED';
    for (let row = 0; row < features.count; row++) {
      const scores = scoreRow(fitted, features, row);
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
    const scores = scoreRow(fitted, features, row);
    if (scores === null) {
      return {
        reasons: [{ text: 'has no order yet', feature: 'orders', value: 0 }],
        nearest: [],
      };
    }
    const { recencyDays, orders: orderCounts, netRevenue } = features.columns;
    const rule = RULES[scores.segment]!;
    if (fitted.buyers < MINIMUM_BUYERS) {
      return {
        reasons: [
          {
            text: `only ${fitted.buyers} of the ${MINIMUM_BUYERS} buyers that scores need: everybody counts as ${rule.title}`,
            feature: 'orders',
            value: orderCounts[row]!,
          },
        ],
        nearest: [],
      };
    }
    const recencyCutOff = fitted.recency[scores.recency - 2] ?? null;
    return {
      reasons: [
        { text: `${rule.title}: ${rule.rule}`, feature: 'segment' },
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
          `net spend ${netRevenue[row]!.toFixed(2)}`,
          scores.monetary,
          fitted.monetary[scores.monetary - 2],
        ),
      ],
      nearest: nearestSegments(fitted, features, row, scores),
    };
  },

  summarise(fitted) {
    return {
      parameters: {
        recencyDaysAtMost: fitted.recency.map((cutOff) => (cutOff === null ? null : -cutOff)),
        ordersAtMost: fitted.frequency,
        netRevenueAtMost: fitted.monetary,
        rules: RULES.map(({ key, rule }) => ({ segment: key, rule })),
      },
      metrics: { buyers: fitted.buyers },
      converged: true,
      note: fitted.buyers < MINIMUM_BUYERS ? `${fitted.buyers} buyers; quintiles need ${MINIMUM_BUYERS}` : null,
    };
  },

  segments: () => SEGMENTS,
};
