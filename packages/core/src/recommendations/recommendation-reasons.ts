import { affinityOf, type PairCounts, shrunkConfidence } from './affinity.js';
import type { RankedProduct } from './rank-products.js';

/** What is known of the pair that a `BOUGHT_WITH` rests on. */
export interface PairEvidence {
  /** Over orders: how many hold both, the bought one, the offered one, and all. */
  readonly orders: PairCounts;
  /** The same over customers. */
  readonly customers: PairCounts;
  /** The same over the customers of the reader's segment; null where too few of them bought both. */
  readonly segment: PairCounts | null;
}

/** How many bought a popular product in the 90 days before the run. */
export interface PopularityEvidence {
  readonly customers: number;
  /** Of those who bought anything then, 0 to 1. */
  readonly share: number;
}

export interface ReasonContext {
  /** Name of the product that it is bought with; null where it has none. */
  readonly becauseName: string | null;
  readonly segmentTitle: string;
  readonly pair: PairEvidence | null;
  readonly popularity: PopularityEvidence | null;
}

export const SHOPPER_REASON_KINDS = ['REBUY', 'BOUGHT_WITH', 'POPULAR'] as const;
export type ShopperReasonKind = (typeof SHOPPER_REASON_KINDS)[number];

export interface RecommendationReason {
  /** For staff, with its numbers. */
  readonly text: string;
  /** For the shopper: no segment, score or count. */
  readonly shopperText: string;
  /** What that text says, for whoever words it in another language. */
  readonly shopperKind: ShopperReasonKind;
  /** The name in it of what he bought; null where none stands there. */
  readonly boughtWith: string | null;
  /** Plain JSON: what the text was made from, and the parts of the score. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Fewer customers of a segment with both products say nothing of the segment. */
export const FEWEST_IN_SEGMENT = 5;
const LONGEST_NAME = 60;

const percent = (share: number) =>
  `${Math.max(share < 0.01 ? Number((100 * share).toPrecision(1)) : Math.round(100 * share), 0)} %`;
const times = (lift: number) => lift.toFixed(1);
const shorten = (name: string) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

function pairReason(ranked: RankedProduct, context: ReasonContext, pair: PairEvidence): RecommendationReason {
  const name = context.becauseName === null ? `product ${ranked.because}` : shorten(context.becauseName);
  const customers = affinityOf(pair.customers);
  const orders = affinityOf(pair.orders);
  const segment = pair.segment === null ? null : affinityOf(pair.segment);
  const counts = pair.segment ?? pair.customers;
  const shown = segment ?? customers;
  const whom = segment === null ? 'customers' : context.segmentTitle;
  // Of few customers a share is drawn towards everybody's, so that three of seven do not read as a rule.
  const confidence = shrunkConfidence(counts);
  const lift = (confidence * counts.baskets) / counts.second;
  const plain = ({ both, first }: PairCounts, { support, confidence, lift }: typeof shown) => ({
    ...{ both, base: first, support, confidence, lift },
  });
  return {
    text: `bought by ${percent(confidence)} of ${whom} who bought ${name}, lift ${times(lift)}, n = ${counts.both}`,
    shopperText: context.becauseName === null ? 'Goes with what you bought' : `Often bought with ${name}`,
    shopperKind: 'BOUGHT_WITH',
    boughtWith: context.becauseName === null ? null : name,
    evidence: {
      kind: ranked.kind,
      because: ranked.because,
      becauseName: context.becauseName,
      segment: segment === null ? null : context.segmentTitle,
      confidence: shown.confidence,
      lift: shown.lift,
      shrunkConfidence: confidence,
      shrunkLift: lift,
      n: counts.both,
      base: counts.first,
      customers: plain(pair.customers, customers),
      orders: plain(pair.orders, orders),
    },
  };
}

function rebuyReason({ kind, rebuy }: RankedProduct): RecommendationReason {
  const { purchaseDays, daysAgo, intervalDays } = rebuy!;
  const own = purchaseDays > 1;
  const interval = Math.round(intervalDays);
  return {
    text: own
      ? `buys it about every ${interval} days, last ${daysAgo} days ago, n = ${purchaseDays} times`
      : `bought ${daysAgo} days ago; customers buy it again after about ${interval} days`,
    shopperText: 'Time to buy it again',
    shopperKind: 'REBUY',
    boughtWith: null,
    evidence: { kind, purchases: purchaseDays, daysSinceLast: daysAgo, intervalDays, n: purchaseDays },
  };
}

function popularReason(ranked: RankedProduct, context: ReasonContext): RecommendationReason {
  const inSegment = ranked.kind === 'POPULAR_IN_SEGMENT';
  const whom = inSegment ? context.segmentTitle : 'customers';
  const { customers, share } = context.popularity ?? { customers: 0, share: 0 };
  return {
    text: `bought by ${percent(share)} of ${whom} who ordered in the last 90 days, n = ${customers}`,
    shopperText: 'Popular right now',
    shopperKind: 'POPULAR',
    boughtWith: null,
    evidence: { kind: ranked.kind, segment: inSegment ? context.segmentTitle : null, share, n: customers },
  };
}

/** Says why a product is offered: to staff with numbers, to the shopper without segment, score or count. */
export function explainRecommendation(ranked: RankedProduct, context: ReasonContext): RecommendationReason {
  const reason =
    ranked.kind === 'REBUY'
      ? rebuyReason(ranked)
      : ranked.kind === 'BOUGHT_WITH' && context.pair !== null
        ? pairReason(ranked, context, context.pair)
        : popularReason(ranked, context);
  return { ...reason, evidence: { ...reason.evidence, score: ranked.score, returnFactor: ranked.returnFactor } };
}
