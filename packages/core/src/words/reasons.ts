import type { FeatureName } from '../customers/features.js';
import type { RuleCondition } from '../segmentation/rules/rule-condition.js';

/** THE LIST of languages that sentences are made in; `words/<language>.ts` has each. */
export const LANGUAGES = ['en', 'de', 'es', 'ja', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** One text by language, as a shop writes it itself; a language that is left out is read in the first that is there. */
export type Translations = Readonly<Partial<Record<Language, string>>>;

/**
 * What a person will read, before it is put into words: a reason, a shop's own text in one or several languages. A plain
 * text is said as it stands; so is what an older version stored.
 */
export type Wording = string | Translations | Said;

/** A segment or a group that a sentence names. */
export interface Named {
  readonly key: string;
  readonly title: Wording;
}

export type Measure = 'recency' | 'frequency' | 'monetary';

/** Segments that come with the product, by `segmentation:segment`. */
export type ShippedSegment =
  | `rfm:${'vip' | 'loyal' | 'potential-loyalist' | 'at-risk' | 'dormant' | 'regulars'}`
  | `value:${Tier}`
  | 'behaviour:all-customers'
  | `outliers:${'typical' | 'small-groups' | 'outliers'}`
  | 'prospect';
export type Tier = 'premium' | 'loyal' | 'regular' | 'occasional' | 'at-risk';

/** What sets a cluster apart, and so what it is called. */
export type ClusterRole =
  | 'best'
  | 'bargain'
  | 'new-inactive'
  | 'new'
  | 'at-risk'
  | 'dormant'
  | 'returning'
  | 'frequent'
  | 'big-basket'
  | 'occasional';

/** Which way a group differs in a feature. */
export interface Difference {
  readonly feature: FeatureName;
  readonly side: 'more' | 'less';
}

/** A feature that is far from usual; both values in the feature's own unit. */
export interface Trait {
  readonly feature: FeatureName;
  readonly own: number;
  readonly usual: number;
}

/** Why a run ended without being published. */
export type RunFailure =
  | 'busy'
  | 'interrupted'
  | 'disk-full'
  | 'out-of-memory'
  | 'database-away'
  | 'locked'
  | 'settings'
  | 'unexpected';

export type ModelKey = 'rfm' | 'value' | 'behaviour' | 'outliers' | 'clv' | 'recommendations';
/** Who ranks customers in a back-test. */
export type ContestantKey =
  | 'tweedie'
  | 'purchases'
  | 'pareto-nbd'
  | 'tweedie-without-demographics'
  | 'spend'
  | 'recency'
  | 'spend-last-90-days';

/** Actions that come with the product, by the key of the playbook. */
export type ShippedAction =
  | 'ultra-vip-care'
  | 'vip-early-access'
  | 'loyalty-tier'
  | 'referral'
  | 'upsell-potential'
  | 'onboarding'
  | 'post-purchase'
  | 'easy-reorder'
  | 'win-back'
  | 'soft-nudge'
  | 'retention-call'
  | 'fit-help'
  | 'dormant-wake'
  | 'dormant-low-touch'
  | 'sale-news'
  | 're-engage-new'
  | 'first-order'
  | 'second-category';
/** Of these a shopper reads something. */
export type ShippedPerk = 'ultra-vip-care' | 'vip-early-access' | 'loyalty-tier' | 'referral';
/** By the name of the fact; null where it is not known. */
export type FactValues = Readonly<Record<string, number | null>>;

type Nothing = Readonly<Record<string, never>>;

/** Why a customer is in a segment, and what would change it. Money in the shop's currency, shares 0 to 1, days whole. */
interface SegmentReasons {
  'no-order-yet': Nothing;
  'too-few-buyers': { readonly buyers: number; readonly needed: number; readonly segment: Named };
  'rule-met': { readonly segment: Named; readonly condition: RuleCondition | null };
  condition: { readonly condition: RuleCondition | null };
  'feature-value': { readonly feature: FeatureName; readonly value: number };
  'recency-score': { readonly score: number; readonly days: number };
  'frequency-score': { readonly score: number; readonly orders: number };
  'monetary-score': { readonly score: number; readonly amount: number };
  /** The value of a measure is not known; it has a score all the same where every value has the same. */
  'score-unknown': { readonly measure: Measure; readonly score: number | null };
  /** `size` is `any` where one more order moves whatever it brings. */
  'order-moves': { readonly orders: number; readonly size: 'any' | 'usual'; readonly segment: Named };
  'spend-moves': { readonly bound: number; readonly now: number; readonly segment: Named };
  /** Days since the last order, on the first day of the other segment. */
  'silence-moves': { readonly days: number; readonly segment: Named };
  /** Days from now. */
  'waiting-moves': { readonly days: number; readonly segment: Named };
  'points-move': { readonly points: number; readonly segment: Named };
  'value-score': { readonly score: number };
  'value-term': {
    readonly term: 'spend' | 'frequency' | 'orderValue';
    readonly percentile: number;
    readonly adds: number;
    readonly most: number;
  };
  'value-unscored': { readonly buyers: number; readonly segment: Named };
  'cluster-only': { readonly segment: Named };
  /** Distances in standard deviations. */
  'cluster-nearest': {
    readonly segment: Named;
    readonly distance: number;
    readonly next: Named;
    readonly nextDistance: number;
  };
  'features-missing': { readonly features: number };
  'cluster-trait': {
    readonly feature: FeatureName;
    readonly segment: Named;
    readonly usual: number;
    readonly all: number;
    readonly own: number | null;
  };
  'cluster-returns': {
    readonly segment: Named;
    readonly usual: number;
    readonly all: number;
    readonly pieces: { readonly returned: number; readonly delivered: number } | null;
  };
  'change-moves': {
    readonly feature: FeatureName;
    readonly side: 'above' | 'below';
    readonly bound: number;
    readonly segment: Named;
  };
  'crowd-middle': { readonly segment: Named; readonly customers: number; readonly radius: number };
  'crowd-member': { readonly segment: Named; readonly distance: number; readonly radius: number };
  'crowd-far': { readonly segment: Named; readonly distance: number; readonly radius: number };
  unusual: { readonly traits: readonly Trait[] };
  'outlier-beyond': { readonly radius: number };
  'nearer-joins': { readonly distance: number; readonly segment: Named };
  /** Of a segment: standard deviations from the average buyer. */
  'stands-apart': { readonly feature: FeatureName; readonly deviations: number };
}

/** What segments and segmentations are called. */
interface SegmentTitles {
  'segment-title': { readonly segment: ShippedSegment };
  'segment-description': { readonly segment: Exclude<ShippedSegment, `value:${Tier}`> };
  'public-label': Nothing;
  /** From and up to a score; null at the ends. */
  'tier-description': { readonly tier: Tier; readonly from: number | null; readonly to: number | null };
  /** `bargains`: bargain hunters stand beside it, which changes the names of the others. A number tells namesakes apart. */
  'cluster-title': {
    readonly role: ClusterRole;
    readonly bargains: boolean;
    readonly difference: Difference | null;
    readonly number: number | null;
  };
  'cluster-description': {
    readonly role: ClusterRole;
    readonly quiet: boolean;
    readonly orders: number | null;
    readonly netRevenue: number | null;
    readonly recencyDays: number | null;
    readonly customerShare: number;
    readonly revenueShare: number | null;
  };
  'crowd-title': { readonly difference: Difference | null; readonly number: number | null };
  'crowd-description': { readonly place: 'middle' | 'apart'; readonly traits: readonly Trait[] };
  'small-crowds': { readonly crowds: number };
  'model-title': { readonly model: ModelKey };
  'model-method': { readonly model: ModelKey };
}

/** How far segments can be trusted, and why there are as many as there are. */
interface QualityReasons {
  'clusters-need-buyers': { readonly buyers: number; readonly needed: number };
  'outliers-need-buyers': { readonly buyers: number; readonly needed: number };
  'quintiles-need-buyers': { readonly buyers: number; readonly needed: number };
  'buyers-alike': Nothing;
  'buyers-too-alike': Nothing;
  'no-crowd': Nothing;
  'clusters-overlap': Nothing;
  'centres-held': { readonly share: number; readonly mostMoved: number };
  'feature-unknown': Nothing;
  'feature-rarely-known': { readonly share: number };
  'feature-same': Nothing;
  'returns-rare': Nothing;
  'feature-repeats': { readonly feature: FeatureName };
  'count-set': { readonly clusters: number };
  'count-kept': {
    readonly clusters: number;
    readonly silhouette: number;
    readonly other: number;
    readonly otherSilhouette: number;
  };
  /** How elbow and silhouette chose; `other` is the one that was not taken. */
  'count-chosen': {
    readonly because: 'no-bend' | 'agree' | 'separated' | 'says-more' | 'much-separated';
    readonly clusters: number;
    readonly silhouette: number;
    readonly other: number | null;
    readonly otherSilhouette: number | null;
  };
  'count-by-rules': { readonly segments: number };
  'count-by-scheme': { readonly tiers: number };
  'count-of-crowds': {
    readonly crowds: number;
    readonly customers: number;
    readonly radius: number;
    readonly outlierShare: number;
  };
  'scores-impossible': { readonly measure: Measure; readonly scores: readonly number[]; readonly tie: Tie | null };
  'scores-empty': { readonly measure: Measure; readonly scores: readonly number[]; readonly tie: Tie | null };
  'score-crowded': { readonly measure: Measure; readonly score: number; readonly share: number };
  'segment-empty': { readonly segment: Named };
  'segment-crowded': { readonly segment: Named; readonly share: number };
  /** Average net revenue, of a segment that should have more and of one that should have less. */
  'segments-upside-down': {
    readonly better: Named;
    readonly betterAverage: number;
    readonly worse: Named;
    readonly worseAverage: number;
  };
  'tiers-fixed': { readonly needed: number; readonly found: number };
  /** Several sentences one after the other. */
  notes: { readonly parts: readonly Wording[] };
}

/** The value that many buyers share: days, orders or net revenue, as the measure says. */
export interface Tie {
  readonly share: number;
  readonly value: number;
}

/** What a customer will be worth, and how far that can be trusted. */
interface ValueReasons {
  'nothing-to-predict': Nothing;
  'too-little-known': Nothing;
  'average-base': { readonly amount: number };
  /** A feature of the regression by its name, with its own value; null where there is none. The prediction times `factor`. */
  factor: { readonly feature: string; readonly value: number | null; readonly factor: number };
  'category-factor': { readonly category: string; readonly label: string; readonly factor: number };
  'everything-else': { readonly factor: number };
  'expected-orders': { readonly orders: number };
  'expected-order-value': { readonly amount: number };
  'group-order-value': { readonly amount: number };
  'still-customer': { readonly probability: number };
  'few-repeat-buyers': { readonly buyers: number };
  'no-values': Nothing;
  'ranked-by-score': Nothing;
  contestant: { readonly contestant: ContestantKey };
  'untested-short': Nothing;
  'untested-few': { readonly active: number; readonly needed: number };
  /** `captured`: what the best 20 % of the customers brought, 0 to 1. */
  'no-ranking': { readonly model: Wording; readonly captured: number };
  'use-model': { readonly model: Wording };
  /** `lead` in captured share, with the range that holds it in 90 of 100 cases. */
  'use-model-over': {
    readonly model: Wording;
    readonly baseline: Wording;
    readonly lead: number;
    readonly low: number;
    readonly high: number;
  };
  'use-baseline': { readonly baseline: Wording; readonly captured: number };
  'no-better': { readonly baseline: Wording; readonly lead: number; readonly low: number; readonly high: number };
  'returned-more': { readonly customers: number };
  'no-customers': Nothing;
  'rows-unusable': { readonly rows: number };
  'search-stopped': { readonly steps: number };
  'histories-silent': Nothing;
  'nobody-twice': Nothing;
  'leaving-alike': Nothing;
  'rates-at-bound': { readonly parameters: readonly string[] };
  'leaving-at-bound': { readonly parameters: readonly string[] };
  'values-too-wide': Nothing;
  'values-too-alike': Nothing;
  'columns-steady': Nothing;
  /** The stability index of the column that moved most, by its name. */
  'column-moved': {
    readonly column: string;
    readonly level: 'STABLE' | 'SHIFTED' | 'STALE';
    readonly index: number;
  };
  'no-run-before': Nothing;
  /** Orders later than now, and the day of the latest of them, as 2062-01-31. */
  'orders-ahead': { readonly orders: number; readonly newest: string };
  /** What came over what was predicted. */
  'predictions-missed': { readonly ratio: number; readonly runId: number };
  /** What a person can do about a run that failed. */
  'run-failed': { readonly failure: RunFailure };
}

/** Why a product is offered, and whether lists are better than what is popular. */
interface RecommendationReasons {
  /** `segment` null: all customers. `product` is the name of what was bought; null where it has none. */
  'bought-with': {
    readonly share: number;
    readonly segment: Named | null;
    readonly product: string | null;
    readonly productId: string;
    readonly lift: number;
    readonly customers: number;
  };
  'rebuy-own': { readonly intervalDays: number; readonly daysAgo: number; readonly purchases: number };
  'rebuy-usual': { readonly intervalDays: number; readonly daysAgo: number };
  popular: { readonly share: number; readonly segment: Named | null; readonly customers: number };
  /** For the shopper: no segment, score or count. */
  'shopper-goes-with': { readonly product: string | null };
  'shopper-again': Nothing;
  'shopper-popular': Nothing;
  'lists-few': { readonly lists: number; readonly needed: number };
  'beats-popularity': RankingFigures;
  'like-popularity': RankingFigures;
}

/** Hit rates 0 to 1; leads of the recommender with the range that holds them in 90 of 100 cases. */
export interface RankingFigures {
  readonly lists: number;
  readonly length: number;
  readonly hits: number;
  readonly popularHits: number;
  readonly lead: number;
  readonly leadLow: number;
  readonly leadHigh: number;
  readonly gain: number;
  readonly gainLow: number;
  readonly gainHigh: number;
}

/** What to do with a customer. */
interface ActionReasons {
  'action-title': { readonly action: ShippedAction };
  'action-description': { readonly action: ShippedAction };
  'action-kpi': { readonly action: ShippedAction };
  'action-perk': { readonly action: ShippedPerk };
  'action-why': { readonly action: ShippedAction; readonly segment: Named; readonly facts: FactValues };
  /** Of the shop's own playbook: its words, with the facts in braces. */
  'own-action-why': { readonly reason: string | Translations; readonly segment: Named; readonly facts: FactValues };
}

/** Why a row of an import cannot be used: the end of a sentence that begins with "the value". */
interface RowProblems {
  missing: Nothing;
  'missing-in-order': Nothing;
  'order-not-here': Nothing;
  'missing-amount-of-row': Nothing;
  'missing-amount-of-line': Nothing;
  'id-too-long': { readonly most: number };
  'text-too-long': { readonly most: number };
  'record-too-long': { readonly most: number };
  'holds-nul': Nothing;
  /** A half of a surrogate pair: no character. */
  'half-sign': Nothing;
  'nul-or-half-sign': Nothing;
  'nests-too-deep': Nothing;
  'wrong-encoding': Nothing;
  'rounded-id': Nothing;
  'too-large': Nothing;
  'not-whole': Nothing;
  'not-an-age': { readonly least: number; readonly most: number };
  'not-on-sale': Nothing;
  'not-yes-or-no': Nothing;
  'not-a-number': Nothing;
  'larger-than-amounts': Nothing;
  'decimal-or-thousands': Nothing;
  'short-year': Nothing;
  'day-or-month': Nothing;
  'no-such-day': Nothing;
  'no-such-time': Nothing;
  'no-such-zone': Nothing;
  'outside-years': { readonly first: number; readonly last: number };
  'spreadsheet-day': Nothing;
  'not-a-date': Nothing;
  'unknown-status': Nothing;
  'not-a-currency': Nothing;
  'no-rate': { readonly currency: string; readonly into: string };
  'not-an-object': Nothing;
  'not-json': Nothing;
  'cell-count': { readonly cells: number; readonly header: number };
  'open-quote': Nothing;
  'not-five-numbers': Nothing;
  'not-a-user-row': Nothing;
  'cut-off-user-row': Nothing;
  /** The beginning of the text that is no pair. */
  'not-a-pair': { readonly text: string };
  'not-of-topic': { readonly topic: string };
  /** What to do about it. */
  'way-to-fix': { readonly way: WayToFix };
}

export type WayToFix =
  | 'as-said'
  | 'name-status'
  | 'fill-cell'
  | 'write-date'
  | 'correct-number'
  | 'quote-cells'
  | 'name-rate'
  | 'correct-row';

/** THE LIST of kinds: what is said, and what it is said of. Each language has a sentence for every one. */
export interface ReasonValues
  extends SegmentReasons,
    SegmentTitles,
    QualityReasons,
    ValueReasons,
    RecommendationReasons,
    ActionReasons,
    RowProblems {}

export type ReasonKind = keyof ReasonValues;
/** Kinds by topic, as the words of a language are parted into files. */
export type SegmentKind = keyof (SegmentReasons & SegmentTitles);
export type QualityKind = keyof QualityReasons;
export type ValueKind = keyof (ValueReasons & RecommendationReasons);
export type ActionKind = keyof ActionReasons;
export type RowProblemKind = keyof RowProblems;

/** One thing to say: plain JSON, in no language. */
export type Said<Kind extends ReasonKind = ReasonKind> = Kind extends ReasonKind
  ? { readonly kind: Kind; readonly values: ReasonValues[Kind] }
  : never;

/** @returns a reason of that kind; the values are held to it by type */
export const said = <Kind extends ReasonKind>(kind: Kind, values: ReasonValues[Kind]) =>
  ({ kind, values }) as Said<Kind>;

/** Title and description of a segment that comes with the product. */
export const shippedSegment = (segment: Exclude<ShippedSegment, `value:${Tier}`>) => ({
  title: said('segment-title', { segment }),
  description: said('segment-description', { segment }),
});

/** A wording as a reason with a kind: a plain text, as older versions stored it, is a note of one part. */
export const asReason = (wording: Wording | null): Said => {
  if (wording === null) return said('buyers-alike', {});
  return typeof wording === 'object' && 'kind' in wording ? wording : said('notes', { parts: [wording] });
};

/** One wording of several; null for none. */
export function notes(parts: readonly Wording[]): Wording | null {
  const [first, ...others] = parts;
  if (first === undefined) return null;
  return others.length === 0 ? first : said('notes', { parts });
}
