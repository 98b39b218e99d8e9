import { FEATURE_NAMES, MODEL_CATEGORIES, RULE_FEATURES } from '@tessera/core/customers/features.js';
import type {
  ClusterRole,
  Measure,
  ModelKey,
  Named,
  RankingFigures,
  ReasonKind,
  ReasonValues,
  RunFailure,
  ShippedAction,
  ShippedPerk,
  ShippedSegment,
  Tier,
  WayToFix,
} from '@tessera/core/words/reasons.js';

/** Counts of every plural form of the five languages, with the extremes. */
export const COUNTS = [0, 1, 2, 3, 11, 21, 100, 101, 1_000, 1_000_000, 1_000_000_000];
const AMOUNTS = [0, 1, 12.5, 999.999, 1e9, -3.456];
const SHARES = [0, 0.0004, 0.07, 0.5, 1, -0.2];
const SCORES = [1, 2, 3, 4, 5];

/** Titles without a figure, as shops write them: long, with markup, from right to left. */
export const SEGMENTS: readonly Named[] = [
  { key: 'vip', title: { kind: 'segment-title', values: { segment: 'rfm:vip' } } },
  { key: 'long', title: 'Customers of whom we know a lot '.repeat(8).trim() },
  { key: 'markup', title: '<b>Fans & "Friends"</b> $&' },
  { key: 'rtl', title: 'عملاء المتجر الأوفياء' },
  { key: 'own', title: { de: 'Eigene Kunden', ja: '自社の顧客' } },
];
const vip = SEGMENTS[0]!;
const rtl = SEGMENTS[3]!;

const MEASURES: readonly Measure[] = ['recency', 'frequency', 'monetary'];
const TIERS: readonly Tier[] = ['premium', 'loyal', 'regular', 'occasional', 'at-risk'];
const MODELS: readonly ModelKey[] = ['rfm', 'value', 'behaviour', 'outliers', 'clv', 'recommendations'];
const ROLES: Readonly<Record<ClusterRole, true>> = {
  best: true,
  bargain: true,
  'new-inactive': true,
  new: true,
  'at-risk': true,
  dormant: true,
  returning: true,
  frequent: true,
  'big-basket': true,
  occasional: true,
};
const roles = Object.keys(ROLES) as ClusterRole[];
const SHIPPED: Readonly<Record<ShippedSegment, true>> = {
  'rfm:vip': true,
  'rfm:loyal': true,
  'rfm:potential-loyalist': true,
  'rfm:at-risk': true,
  'rfm:dormant': true,
  'rfm:regulars': true,
  'value:premium': true,
  'value:loyal': true,
  'value:regular': true,
  'value:occasional': true,
  'value:at-risk': true,
  'behaviour:all-customers': true,
  'outliers:typical': true,
  'outliers:small-groups': true,
  'outliers:outliers': true,
  prospect: true,
};
export const SHIPPED_SEGMENTS = Object.keys(SHIPPED) as ShippedSegment[];
const ACTIONS: Readonly<Record<ShippedAction, true>> = {
  'ultra-vip-care': true,
  'vip-early-access': true,
  'loyalty-tier': true,
  referral: true,
  'upsell-potential': true,
  onboarding: true,
  'post-purchase': true,
  'easy-reorder': true,
  'win-back': true,
  'soft-nudge': true,
  'retention-call': true,
  'fit-help': true,
  'dormant-wake': true,
  'dormant-low-touch': true,
  'sale-news': true,
  're-engage-new': true,
  'first-order': true,
  'second-category': true,
};
const actions = Object.keys(ACTIONS) as ShippedAction[];
const PERKS: readonly ShippedPerk[] = ['ultra-vip-care', 'vip-early-access', 'loyalty-tier', 'referral'];
const WAYS: readonly WayToFix[] = [
  ...(['as-said', 'name-status', 'fill-cell', 'write-date', 'correct-number', 'quote-cells'] as const),
  ...(['name-rate', 'correct-row'] as const),
];
export const FACTORS = [
  ...['recencyDays', 'orders', 'netRevenue', 'averageOrderValue', 'tenureDays', 'elapsedSpanDays'],
  ...['medianDaysBetweenOrders', 'distinctCategories', 'discountShare', 'returnShare', 'visits30d', 'emailOpens90d'],
  ...['serviceContacts90d', 'window.revenueLast90Days', 'window.revenueSameSeason', 'customer.age'],
  ...['purchases.topSpendCategoryShare', 'shop.ownColumn'],
];

const facts = (count: number | null, share: number | null) => ({
  orders: count,
  recencyDays: count,
  recentActivity: count,
  orderDue: share,
  valuePercentile: share,
  topOfSegment: share,
  returnRate: share,
  discountShare: share,
  averageOrderValue: count,
});
const FACTS = [facts(null, null), ...COUNTS.map((count) => facts(count, 0.3))];
const RANKING: readonly RankingFigures[] = SHARES.map((share) => ({
  lists: 1_000,
  length: 10,
  hits: Math.abs(share),
  popularHits: 0.02,
  lead: share,
  leadLow: -share,
  leadHigh: share,
  gain: share,
  gainLow: -share,
  gainHigh: share,
}));
const CONTESTANT = { kind: 'contestant', values: { contestant: 'spend' } } as const;
const NO_VALUES: readonly Readonly<Record<string, never>>[] = [{}];
const counted = <Name extends string>(name: Name) => COUNTS.map((count) => ({ [name]: count }) as Record<Name, number>);
const ofSegments = SEGMENTS.map((segment) => ({ segment }));
const TRAITS = FEATURE_NAMES.map((feature) => ({ feature, own: 3, usual: 11 }));
const condition = (value: number): ReasonValues['condition']['condition'] => ({
  all: [
    { field: 'recencyScore', gte: 4 },
    {
      any: [
        { field: 'frequencyScore', gte: 4 },
        { field: 'monetaryScore', gte: 4 },
      ],
    },
    ...RULE_FEATURES.map((field) => ({ field, gt: value, lte: value + 1 })),
  ],
});
const CONDITIONS: readonly ReasonValues['condition']['condition'][] = [
  null,
  { field: 'orders', lt: 3 },
  condition(0),
  condition(1e9),
];
const NEEDS = COUNTS.map((buyers) => ({ buyers, needed: 10 }));

/** Of every kind values that are plausible, and the extremes. A kind that is missing here is an error of type. */
export const SAMPLES: { readonly [Kind in ReasonKind]: readonly ReasonValues[Kind][] } = {
  'no-order-yet': NO_VALUES,
  'too-few-buyers': NEEDS.flatMap((needs) => ofSegments.map((of) => ({ ...needs, ...of }))),
  'rule-met': CONDITIONS.flatMap((condition) => ofSegments.map((of) => ({ ...of, condition }))),
  condition: CONDITIONS.map((condition) => ({ condition })),
  'feature-value': FEATURE_NAMES.flatMap((feature) => AMOUNTS.map((value) => ({ feature, value }))),
  'recency-score': SCORES.flatMap((score) => COUNTS.map((days) => ({ score, days }))),
  'frequency-score': SCORES.flatMap((score) => COUNTS.map((orders) => ({ score, orders }))),
  'monetary-score': SCORES.flatMap((score) => AMOUNTS.map((amount) => ({ score, amount }))),
  'score-unknown': MEASURES.flatMap((measure) => [null, 3].map((score) => ({ measure, score }))),
  'order-moves': COUNTS.flatMap((orders) =>
    (['any', 'usual'] as const).flatMap((size) => ofSegments.map((of) => ({ orders, size, ...of }))),
  ),
  'spend-moves': AMOUNTS.flatMap((bound) => ofSegments.map((of) => ({ bound, now: -1, ...of }))),
  'silence-moves': COUNTS.flatMap((days) => ofSegments.map((of) => ({ days, ...of }))),
  'waiting-moves': COUNTS.flatMap((days) => ofSegments.map((of) => ({ days, ...of }))),
  'points-move': [0.001, 1].flatMap((points) => ofSegments.map((of) => ({ points, ...of }))),
  'value-score': SHARES.map((score) => ({ score })),
  'value-term': (['spend', 'frequency', 'orderValue'] as const).flatMap((term) =>
    SHARES.map((percentile) => ({ term, percentile, adds: percentile / 3, most: 1 / 3 })),
  ),
  'value-unscored': COUNTS.map((buyers) => ({ buyers, segment: vip })),
  'cluster-only': ofSegments,
  'cluster-nearest': ofSegments.map((of) => ({ ...of, distance: 0, next: rtl, nextDistance: 1e9 })),
  'features-missing': counted('features'),
  'cluster-trait': FEATURE_NAMES.flatMap((feature) =>
    [null, 0, 12.34, 1e9].map((own) => ({ feature, segment: rtl, usual: 3, all: 11, own })),
  ),
  'cluster-returns': [null, ...COUNTS.map((delivered) => ({ returned: 0, delivered }))].map((pieces) => ({
    segment: vip,
    usual: 1,
    all: 0,
    pieces,
  })),
  'change-moves': FEATURE_NAMES.flatMap((feature) =>
    (['above', 'below'] as const).map((side) => ({ feature, side, bound: 12.5, segment: vip })),
  ),
  'crowd-middle': COUNTS.map((customers) => ({ customers, segment: vip, radius: 0.5 })),
  'crowd-member': ofSegments.map((of) => ({ ...of, distance: 0.1, radius: 0.5 })),
  'crowd-far': ofSegments.map((of) => ({ ...of, distance: 1e9, radius: 0.5 })),
  unusual: [{ traits: TRAITS }],
  'outlier-beyond': [{ radius: 0.5 }],
  'nearer-joins': ofSegments.map((of) => ({ ...of, distance: 0.1 })),
  'stands-apart': FEATURE_NAMES.flatMap((feature) => [-2.34, 0.3].map((deviations) => ({ feature, deviations }))),
  'segment-title': SHIPPED_SEGMENTS.map((segment) => ({ segment })),
  'segment-description': SHIPPED_SEGMENTS.filter(
    (segment): segment is Exclude<ShippedSegment, `value:${Tier}`> => !segment.startsWith('value:'),
  ).map((segment) => ({ segment })),
  'public-label': NO_VALUES,
  'tier-description': TIERS.map((tier, i) => ({ tier, from: i === 4 ? null : 0.2, to: i === 0 ? null : 0.715 })),
  'cluster-title': roles.flatMap((role) =>
    [true, false].flatMap((bargains) => [
      { role, bargains, difference: null, number: null },
      ...FEATURE_NAMES.flatMap((feature) =>
        (['more', 'less'] as const).map((side) => ({ role, bargains, difference: { feature, side }, number: null })),
      ),
    ]),
  ),
  'cluster-description': roles.flatMap((role) =>
    [true, false].flatMap((quiet) => [
      { role, quiet, orders: null, netRevenue: null, recencyDays: null, customerShare: 0, revenueShare: null },
      { role, quiet, orders: 14.2, netRevenue: -1e9, recencyDays: 300, customerShare: 1, revenueShare: 0.4 },
    ]),
  ),
  'crowd-title': [
    { difference: null, number: null },
    ...FEATURE_NAMES.map((feature) => ({ difference: { feature, side: 'more' as const }, number: null })),
  ],
  'crowd-description': (['middle', 'apart'] as const).map((place) => ({ place, traits: TRAITS })),
  'small-crowds': counted('crowds'),
  'model-title': MODELS.map((model) => ({ model })),
  'model-method': MODELS.map((model) => ({ model })),
  'clusters-need-buyers': NEEDS,
  'outliers-need-buyers': NEEDS,
  'quintiles-need-buyers': NEEDS,
  'buyers-alike': NO_VALUES,
  'buyers-too-alike': NO_VALUES,
  'no-crowd': NO_VALUES,
  'clusters-overlap': NO_VALUES,
  'centres-held': [{ share: 0.75, mostMoved: 0.03 }],
  'feature-unknown': NO_VALUES,
  'feature-rarely-known': [{ share: 0.4 }],
  'feature-same': NO_VALUES,
  'returns-rare': NO_VALUES,
  'feature-repeats': FEATURE_NAMES.map((feature) => ({ feature })),
  'count-set': counted('clusters'),
  'count-kept': COUNTS.map((clusters) => ({ clusters, silhouette: 0.4, other: 3, otherSilhouette: 0.5 })),
  'count-chosen': (['no-bend', 'agree', 'separated', 'says-more', 'much-separated'] as const).flatMap((because) =>
    [null, 3].map((other) => ({ because, clusters: 2, silhouette: 0.4, other, otherSilhouette: other && 0.5 })),
  ),
  'count-by-rules': counted('segments'),
  'count-by-scheme': counted('tiers'),
  'count-of-crowds': COUNTS.map((crowds) => ({ crowds, customers: 12, radius: 0.5, outlierShare: 0.012 })),
  'scores-impossible': MEASURES.flatMap((measure) => [
    { measure, scores: [1], tie: null },
    ...COUNTS.map((value) => ({ measure, scores: [1, 3, 4], tie: { share: 0.67, value } })),
  ]),
  'scores-empty': MEASURES.flatMap((measure) => [
    { measure, scores: [1], tie: null },
    ...COUNTS.map((value) => ({ measure, scores: [4, 5], tie: { share: 0.67, value } })),
  ]),
  'score-crowded': MEASURES.map((measure) => ({ measure, score: 1, share: 0.68 })),
  'segment-empty': ofSegments,
  'segment-crowded': ofSegments.map((of) => ({ ...of, share: 0.61 })),
  'segments-upside-down': AMOUNTS.map((amount) => ({
    better: vip,
    betterAverage: amount,
    worse: rtl,
    worseAverage: 1e9,
  })),
  'tiers-fixed': COUNTS.map((found) => ({ needed: 5, found })),
  notes: [{ parts: ['as it was stored', { kind: 'clusters-overlap', values: {} }] }],
  'nothing-to-predict': NO_VALUES,
  'too-little-known': NO_VALUES,
  'average-base': AMOUNTS.map((amount) => ({ amount })),
  factor: FACTORS.flatMap((feature) =>
    [null, ...COUNTS, ...SHARES].map((value) => ({ feature, value, factor: value === 1 ? 0.5 : 1.42 })),
  ),
  'category-factor': [...MODEL_CATEGORIES, 'shop.ownCategory'].map((category) => ({
    category,
    label: 'Tops = Tees',
    factor: 2,
  })),
  'everything-else': [{ factor: 0.99 }],
  'expected-orders': AMOUNTS.map((orders) => ({ orders })),
  'expected-order-value': AMOUNTS.map((amount) => ({ amount })),
  'group-order-value': AMOUNTS.map((amount) => ({ amount })),
  'still-customer': [0, 0.43, 1].map((probability) => ({ probability })),
  'few-repeat-buyers': counted('buyers'),
  'no-values': NO_VALUES,
  'ranked-by-score': NO_VALUES,
  contestant: (
    [
      'tweedie',
      'purchases',
      'pareto-nbd',
      'tweedie-without-demographics',
      'spend',
      'recency',
      'spend-last-90-days',
    ] as const
  ).map((contestant) => ({ contestant })),
  'untested-short': NO_VALUES,
  'untested-few': COUNTS.map((active) => ({ active, needed: 20 })),
  'no-ranking': [{ model: CONTESTANT, captured: 0.213 }],
  'use-model': [{ model: CONTESTANT }],
  'use-model-over': SHARES.map((lead) => ({ model: CONTESTANT, baseline: CONTESTANT, lead, low: -0.1, high: 0.3 })),
  'use-baseline': [{ baseline: CONTESTANT, captured: 0.5 }],
  'no-better': SHARES.map((lead) => ({ baseline: CONTESTANT, lead, low: -0.0001, high: 0.3 })),
  'returned-more': counted('customers'),
  'no-customers': NO_VALUES,
  'rows-unusable': counted('rows'),
  'search-stopped': counted('steps'),
  'histories-silent': NO_VALUES,
  'nobody-twice': NO_VALUES,
  'leaving-alike': NO_VALUES,
  'rates-at-bound': [{ parameters: ['r', 'alpha'] }],
  'leaving-at-bound': [{ parameters: ['s'] }],
  'values-too-wide': NO_VALUES,
  'values-too-alike': NO_VALUES,
  'columns-steady': NO_VALUES,
  'column-moved': (['STABLE', 'SHIFTED', 'STALE'] as const).map((level) => ({ column: 'orders', level, index: 0.31 })),
  'no-run-before': NO_VALUES,
  'orders-ahead': [1, 2, 1_234].map((orders) => ({ orders, newest: '2062-01-31' })),
  'predictions-missed': [{ ratio: 1.6, runId: 1_234 }],
  'run-failed': (
    [
      'busy',
      'interrupted',
      'disk-full',
      'out-of-memory',
      'database-away',
      'locked',
      'settings',
      'unexpected',
    ] as RunFailure[]
  ).map((failure) => ({ failure })),
  'bought-with': SHARES.flatMap((share) =>
    [null, 'Slim <b>Jeans</b>', 'جينز'].flatMap((product) =>
      [null, rtl].map((segment) => ({ share, segment, product, productId: 'p', lift: 2.4, customers: 212 })),
    ),
  ),
  'rebuy-own': COUNTS.map((daysAgo) => ({ intervalDays: 29.6, daysAgo, purchases: daysAgo })),
  'rebuy-usual': COUNTS.map((daysAgo) => ({ intervalDays: daysAgo, daysAgo })),
  popular: SHARES.flatMap((share) => [null, vip].map((segment) => ({ share, segment, customers: 7 }))),
  'shopper-goes-with': [null, 'Slim Jeans'].map((product) => ({ product })),
  'shopper-again': NO_VALUES,
  'shopper-popular': NO_VALUES,
  'lists-few': COUNTS.map((lists) => ({ lists, needed: 30 })),
  'beats-popularity': RANKING,
  'like-popularity': RANKING,
  'action-title': actions.map((action) => ({ action })),
  'action-description': actions.map((action) => ({ action })),
  'action-kpi': actions.map((action) => ({ action })),
  'action-perk': PERKS.map((action) => ({ action })),
  'action-why': actions.flatMap((action) => FACTS.map((own) => ({ action, segment: rtl, facts: own }))),
  'own-action-why': FACTS.map((own) => ({
    reason: { en: '{segment}: {orders|order|orders}, {returnRate}', de: '{segment}' },
    segment: vip,
    facts: own,
  })),
  missing: NO_VALUES,
  'missing-in-order': NO_VALUES,
  'order-not-here': NO_VALUES,
  'missing-amount-of-row': NO_VALUES,
  'missing-amount-of-line': NO_VALUES,
  'id-too-long': [{ most: 200 }],
  'text-too-long': [{ most: 10_000 }],
  'record-too-long': [{ most: 1_000_000 }],
  'holds-nul': NO_VALUES,
  'half-sign': NO_VALUES,
  'nul-or-half-sign': NO_VALUES,
  'nests-too-deep': NO_VALUES,
  'wrong-encoding': NO_VALUES,
  'rounded-id': NO_VALUES,
  'too-large': NO_VALUES,
  'not-whole': NO_VALUES,
  'not-an-age': [{ least: 0, most: 130 }],
  'not-on-sale': NO_VALUES,
  'not-yes-or-no': NO_VALUES,
  'not-a-number': NO_VALUES,
  'larger-than-amounts': NO_VALUES,
  'decimal-or-thousands': NO_VALUES,
  'short-year': NO_VALUES,
  'day-or-month': NO_VALUES,
  'no-such-day': NO_VALUES,
  'no-such-time': NO_VALUES,
  'no-such-zone': NO_VALUES,
  'outside-years': [{ first: 1970, last: 2100 }],
  'spreadsheet-day': NO_VALUES,
  'not-a-date': NO_VALUES,
  'unknown-status': NO_VALUES,
  'not-a-currency': NO_VALUES,
  'no-rate': [{ currency: 'GBP', into: 'EUR' }],
  'not-an-object': NO_VALUES,
  'not-json': NO_VALUES,
  'cell-count': COUNTS.map((cells) => ({ cells, header: 11 })),
  'open-quote': NO_VALUES,
  'not-five-numbers': NO_VALUES,
  'not-a-user-row': NO_VALUES,
  'cut-off-user-row': NO_VALUES,
  'not-a-pair': [{ text: 'a note' }],
  'not-of-topic': [{ topic: 'orders/create' }],
  'way-to-fix': WAYS.map((way) => ({ way })),
};
