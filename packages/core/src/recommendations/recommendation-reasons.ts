import { type Named, type Said, said } from '../words/reasons.js';
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
  /** The reader's segment; null where it is not known, so that all customers are meant. */
  readonly segment: Named | null;
  readonly pair: PairEvidence | null;
  readonly popularity: PopularityEvidence | null;
}

export const SHOPPER_REASON_KINDS = ['REBUY', 'BOUGHT_WITH', 'POPULAR'] as const;
export type ShopperReasonKind = (typeof SHOPPER_REASON_KINDS)[number];

export interface RecommendationReason {
  /** For staff, with its numbers. */
  readonly told: Said;
  /** For the shopper: no segment, score or count. */
  readonly shopper: Said;
  /** What that says, for whoever words it himself. */
  readonly shopperKind: ShopperReasonKind;
  /** The name in it of what he bought; null where none stands there. */
  readonly boughtWith: string | null;
  /** Plain JSON: what the reason was made from, and the parts of the score. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

/** Fewer customers of a segment with both products say nothing of the segment. */
export const FEWEST_IN_SEGMENT = 5;
const LONGEST_NAME = 60;

const shorten = (name: string) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name);

function pairReason(ranked: RankedProduct, context: ReasonContext, pair: PairEvidence): RecommendationReason {
  const product = context.becauseName === null ? null : shorten(context.becauseName);
  const customers = affinityOf(pair.customers);
  const orders = affinityOf(pair.orders);
  const segment = pair.segment === null ? null : affinityOf(pair.segment);
  const counts = pair.segment ?? pair.customers;
  const shown = segment ?? customers;
  const named = segment === null ? null : context.segment;
  // Of few customers a share is drawn towards everybody's, so that three of seven do not read as a rule.
  const confidence = shrunkConfidence(counts);
  const lift = (confidence * counts.baskets) / counts.second;
  const plain = ({ both, first }: PairCounts, { support, confidence, lift }: typeof shown) => ({
    both,
    base: first,
    support,
    confidence,
    lift,
  });
  return {
    told: said('bought-with', {
      share: confidence,
      segment: named,
      product,
      productId: ranked.because ?? '',
      lift,
      customers: counts.both,
    }),
    shopper: said('shopper-goes-with', { product }),
    shopperKind: 'BOUGHT_WITH',
    boughtWith: product,
    evidence: {
      kind: ranked.kind,
      because: ranked.because,
      becauseName: context.becauseName,
      segment: named === null ? null : named.title,
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
  return {
    told:
      purchaseDays > 1
        ? said('rebuy-own', { intervalDays, daysAgo, purchases: purchaseDays })
        : said('rebuy-usual', { intervalDays, daysAgo }),
    shopper: said('shopper-again', {}),
    shopperKind: 'REBUY',
    boughtWith: null,
    evidence: { kind, purchases: purchaseDays, daysSinceLast: daysAgo, intervalDays, n: purchaseDays },
  };
}

function popularReason(ranked: RankedProduct, context: ReasonContext): RecommendationReason {
  const segment = ranked.kind === 'POPULAR_IN_SEGMENT' ? context.segment : null;
  const { customers, share } = context.popularity ?? { customers: 0, share: 0 };
  return {
    told: said('popular', { share, segment, customers }),
    shopper: said('shopper-popular', {}),
    shopperKind: 'POPULAR',
    boughtWith: null,
    evidence: { kind: ranked.kind, segment: segment === null ? null : segment.title, share, n: customers },
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
