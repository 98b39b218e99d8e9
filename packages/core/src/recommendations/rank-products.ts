/** A product that the customer bought and did not send back. */
export interface BoughtProduct {
  readonly product: string;
  /** Whole days since he last bought it, 0 or more. */
  readonly daysAgo: number;
  /** Days on which he bought it, 1 or more, and days between the first and the last of them. */
  readonly purchaseDays: number;
  readonly spanDays: number;
}

/** What a run learned of a product; a product that nobody bought has none. */
export interface ProductFacts {
  /** Of its customers those who bought it on more than one day, 0 to 1. */
  readonly rebuyShare: number;
  /** Mean days from one purchase of it to the next; null where nobody bought it twice. */
  readonly rebuyDays: number | null;
  /** The products bought with it: which, how strongly, and the share of their pieces that came back. */
  readonly neighbours: readonly (readonly [product: string, strength: number, returnRate: number])[];
}

/** A product among the most bought of a segment, or of the shop. */
export interface PopularProduct {
  readonly product: string;
  /** Of the customers who bought anything in the last 90 days, each halved every 30 days; 0 to 1. */
  readonly recentShare: number;
  readonly returnRate: number;
}

/** Everything that one customer's list is made from. */
export interface CustomerSignals {
  /** The last bought first; those after the 30th count for re-buying only. */
  readonly bought: readonly BoughtProduct[];
  /** Products that he sent back: never offered again. */
  readonly sentBack: readonly string[];
  readonly facts: ReadonlyMap<string, ProductFacts>;
  readonly segmentPopular: readonly PopularProduct[];
  readonly shopPopular: readonly PopularProduct[];
  /** Pieces delivered to him, and those of them that came back. */
  readonly itemsDelivered: number;
  readonly itemsReturned: number;
  /** Of all delivered pieces of the shop, 0 to 1. */
  readonly usualReturnRate: number;
}

export type RecommendationKind = 'REBUY' | 'BOUGHT_WITH' | 'POPULAR_IN_SEGMENT' | 'POPULAR';

export interface RankedProduct {
  readonly product: string;
  readonly score: number;
  /** Which of its terms is the largest: what its reason speaks of. */
  readonly kind: RecommendationKind;
  /** The bought product that speaks most for it; null but for `BOUGHT_WITH`. */
  readonly because: string | null;
  /** Of `REBUY`: how often, how long ago and how far apart. */
  readonly rebuy: { readonly purchaseDays: number; readonly daysAgo: number; readonly intervalDays: number } | null;
  /** What the score was multiplied by for returns, above 0 to 1. */
  readonly returnFactor: number;
}

/**
 * Weights of the terms, all of which are shares of customers and so of one scale. Chosen in steps of a factor of 3 on Online
 * Retail as of 1 July 2011 with the 30 days after it; its later windows, among them the one that is reported, were seen too.
 */
export const RANKING = {
  rebuy: 1,
  affinity: 1,
  segment: 0.2,
  shop: 0.1,
  /** Products whose neighbours are looked at. */
  historyProducts: 30,
  /** What was bought this long ago speaks half as loud. */
  halfLifeDays: 90,
  /** A product is due again from this part of its interval on... */
  dueFrom: 0.7,
  /** ... and each further interval after this many halves the chance that he still wants it. */
  lateAfter: 1.5,
  /** Below this share of customers who buy it again, a product bought once is not offered again. */
  rebuyShare: 0.2,
  /** Pieces with the usual rate that a customer's return rate starts from. */
  priorPieces: 10,
} as const;

interface Candidate {
  affinity: number;
  strongest: number;
  because: string | null;
  segment: number;
  shop: number;
  returnRate: number;
}

/**
 * When the customer would buy a product again, out of his own gaps and, as one more gap, everybody's.
 * @returns the interval in days and how strongly he is held to buy it again, 0 to 1; null for what is not bought again
 */
export function rebuyOf(
  bought: BoughtProduct,
  facts: ProductFacts | undefined,
): { days: number; chance: number } | null {
  const gaps = bought.purchaseDays - 1;
  const usual = facts?.rebuyDays ?? null;
  const share = facts?.rebuyShare ?? 0;
  if (gaps === 0 && (usual === null || share < RANKING.rebuyShare)) return null;
  const days = usual === null ? bought.spanDays / gaps : (bought.spanDays + usual) / (gaps + 1);
  return { days: Math.max(1, days), chance: (gaps + share) / (bought.purchaseDays + 1) };
}

/**
 * How much a product that often comes back is held back from a customer who often sends back: 1 / (1 + a x b), a and b how
 * far he and it lie above the usual rate, as multiples of it. 1 where either does not.
 */
export function returnFactorOf(customerRate: number, productRate: number, usualRate: number): number {
  if (!(usualRate > 0)) return 1;
  return 1 / (1 + Math.max(0, customerRate / usualRate - 1) * Math.max(0, productRate / usualRate - 1));
}

/**
 * A customer's products, the best first: due to be bought again, bought with what he bought (what is recent weighs more),
 * popular in his segment and in the shop. What he has is left out unless it is due; what he sent back always.
 * @param most of the list, 1 or more
 * @returns scores above 0, descending; ties by product
 */
export function rankProducts(signals: CustomerSignals, most: number): RankedProduct[] {
  const { bought, facts, usualReturnRate } = signals;
  const owned = new Set([...bought.map(({ product }) => product), ...signals.sentBack]);
  const candidates = new Map<string, Candidate>();
  const candidate = (product: string, returnRate: number): Candidate => {
    let found = candidates.get(product);
    if (found === undefined) {
      found = { affinity: 0, strongest: 0, because: null, segment: 0, shop: 0, returnRate };
      candidates.set(product, found);
    }
    return found;
  };
  addAffinity(signals, owned, candidate);
  for (const { product, recentShare, returnRate } of signals.segmentPopular) {
    if (!owned.has(product)) candidate(product, returnRate).segment = recentShare;
  }
  for (const { product, recentShare, returnRate } of signals.shopPopular) {
    if (!owned.has(product)) candidate(product, returnRate).shop = recentShare;
  }
  const prior = RANKING.priorPieces;
  const customerRate = (signals.itemsReturned + prior * usualReturnRate) / (signals.itemsDelivered + prior);
  const ranked: RankedProduct[] = [];
  for (const [product, terms] of candidates) {
    const returnFactor = returnFactorOf(customerRate, terms.returnRate, usualReturnRate);
    const affinity = RANKING.affinity * terms.affinity;
    const segment = RANKING.segment * terms.segment;
    const shop = RANKING.shop * terms.shop;
    const score = (affinity + segment + shop) * returnFactor;
    if (!(score > 0)) continue;
    const kind =
      affinity >= segment && affinity >= shop ? 'BOUGHT_WITH' : segment >= shop ? 'POPULAR_IN_SEGMENT' : 'POPULAR';
    ranked.push({
      product,
      score,
      kind,
      returnFactor,
      rebuy: null,
      because: kind === 'BOUGHT_WITH' ? terms.because : null,
    });
  }
  for (const own of bought) {
    const due = dueAgain(own, facts.get(own.product));
    if (due !== null) ranked.push(due);
  }
  return ranked.sort((a, b) => b.score - a.score || (a.product < b.product ? -1 : 1)).slice(0, most);
}

/** The weighted mean strength of each neighbour over what was bought last. */
function addAffinity(
  { bought, facts }: CustomerSignals,
  owned: ReadonlySet<string>,
  candidate: (product: string, returnRate: number) => Candidate,
): void {
  const recent = bought.slice(0, RANKING.historyProducts);
  // Against the newest, so that years of silence do not bring every weight to zero.
  const newest = Math.min(...recent.map(({ daysAgo }) => daysAgo));
  const weightOf = ({ daysAgo }: BoughtProduct) => 0.5 ** ((daysAgo - newest) / RANKING.halfLifeDays);
  const total = recent.reduce((sum, own) => sum + weightOf(own), 0);
  for (const own of recent) {
    const weight = weightOf(own) / total;
    for (const [product, strength, returnRate] of facts.get(own.product)?.neighbours ?? []) {
      if (owned.has(product)) continue;
      const found = candidate(product, returnRate);
      const part = weight * strength;
      found.affinity += part;
      if (part > found.strongest) {
        found.strongest = part;
        found.because = own.product;
      }
    }
  }
}

function dueAgain(own: BoughtProduct, facts: ProductFacts | undefined): RankedProduct | null {
  const rebuy = rebuyOf(own, facts);
  if (rebuy === null) return null;
  const passed = own.daysAgo / rebuy.days;
  if (passed < RANKING.dueFrom) return null;
  const score = RANKING.rebuy * rebuy.chance * 0.5 ** Math.max(0, passed - RANKING.lateAfter);
  return {
    product: own.product,
    score,
    kind: 'REBUY',
    because: null,
    returnFactor: 1,
    rebuy: { purchaseDays: own.purchaseDays, daysAgo: own.daysAgo, intervalDays: rebuy.days },
  };
}
