import type { FeatureName } from '../../customers/features.js';
import { type ConditionGrammar, conditionInWords, fieldsInWords } from '../conditions.js';
import type { ClusterRole, Difference, ModelKey, SegmentKind, ShippedSegment, Tier, Trait } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONDITIONS: ConditionGrammar = {
  everybodyElse: 'none of the rules before it',
  bounds: { gte: 'at least #', gt: 'above #', lte: 'at most #', lt: 'below #' },
  both: ' and ',
  and: ', and ',
  or: ', or ',
  score: (measure) => `${measure} score`,
  scores: (names, count, word, bounds) => {
    const many = word === 'and' && count > 1;
    return `${names} ${many ? 'scores' : 'score'} ${many && count > 2 ? 'all ' : ''}${bounds}`;
  },
  comparison: (name, bounds) => `${name} ${bounds}`,
  brackets: ['(', ')'],
};

const ORDERS = { one: '# order', other: '# orders' };
const MORE_DAYS = { one: '# more day', other: '# more days' };
const BUYERS = { one: '# buyer', other: '# buyers' };
const DEVIATIONS = 'standard deviations';

const moves = (count: number) => (count === 1 ? 'moves' : 'move');
const sides = { above: 'above', below: 'below' } as const;

const TITLES: Readonly<Record<ShippedSegment, string>> = {
  'rfm:vip': 'VIP',
  'rfm:loyal': 'Loyal',
  'rfm:potential-loyalist': 'Potential Loyalist',
  'rfm:at-risk': 'At Risk',
  'rfm:dormant': 'Dormant',
  'rfm:regulars': 'Regulars',
  'value:premium': 'Premium',
  'value:loyal': 'Loyal',
  'value:regular': 'Regular',
  'value:occasional': 'Occasional',
  'value:at-risk': 'At Risk',
  'behaviour:all-customers': 'All Customers',
  'outliers:typical': 'Typical',
  'outliers:small-groups': 'Small Groups',
  'outliers:outliers': 'Outliers',
  prospect: 'Prospect',
};

const DESCRIPTIONS: Readonly<Record<Exclude<ShippedSegment, `value:${Tier}`>, string>> = {
  'rfm:vip': 'Bought recently, buys often and spends the most.',
  'rfm:loyal': 'Bought recently, and either buys often or spends a lot.',
  'rfm:potential-loyalist': 'Fairly recent and already more than a one-time buyer.',
  'rfm:at-risk': 'Strong history, but has not bought for long.',
  'rfm:dormant': 'Bought long ago, rarely and little.',
  'rfm:regulars': 'Everybody else: mostly one order of modest value, not long ago.',
  'behaviour:all-customers': 'Everybody who has ordered: there is not enough to tell them apart by.',
  'outliers:typical': 'Everybody who has ordered: too few or too alike for outliers.',
  'outliers:small-groups': 'Small crowds, each of customers alike among themselves.',
  'outliers:outliers': 'Like nobody else: very large, very frequent or otherwise unusual, worth a look one by one.',
  prospect: 'Known to the shop, has not ordered yet.',
};
/** Those above that hold a number word. */
const PLAIN_DESCRIPTIONS: Partial<typeof DESCRIPTIONS> = {
  'rfm:potential-loyalist': 'Fairly recent and already bought again.',
  'rfm:regulars': 'Everybody else: mostly a single order of modest value, not long ago.',
  'outliers:outliers': 'Like nobody else: very large, very frequent or otherwise unusual, worth a closer look.',
};

const RANKS: Readonly<Record<Tier, string>> = {
  premium: 'The highest value score',
  loyal: 'A high value score',
  regular: 'A middling value score',
  occasional: 'A low value score',
  'at-risk': 'The lowest value score',
};
const OF_VALUE = 'It speaks of value, not of recency.';

/** `beside`: the title where the shop has bargain hunters. `quiet`: where most have not ordered for half a year. */
const CLUSTERS: Readonly<Record<ClusterRole, { title: string; beside?: string; phrase: string; quiet?: string }>> = {
  best: {
    title: 'High-Value Loyalists',
    beside: 'VIP',
    phrase: 'Buy often, lately and for the most',
    quiet: 'Have bought more often than others and for the most',
  },
  frequent: {
    title: 'Frequent Buyers',
    beside: 'Loyal Regulars',
    phrase: 'Come back steadily and spend moderately',
    quiet: 'Have come back and spent moderately',
  },
  'big-basket': { title: 'Big-Basket Buyers', phrase: 'Order seldom, but a lot at once' },
  bargain: { title: 'Bargain Hunters', phrase: 'Buy when there is a discount' },
  occasional: {
    title: 'Occasional Shoppers',
    phrase: 'Buy now and then, with room to grow',
    quiet: 'Have bought now and then',
  },
  new: { title: 'New Customers', phrase: 'Came lately and have hardly begun' },
  'new-inactive': { title: 'New/Inactive', phrase: 'Bought once or twice, some lately, some long ago' },
  returning: { title: 'Frequent Returners', phrase: 'Send back much of what they buy' },
  'at-risk': { title: 'At-Risk', phrase: 'Have bought well, but not for long' },
  dormant: { title: 'Dormant', beside: 'Inactive', phrase: 'Bought rarely, little and long ago' },
};

const MORE_AND_LESS: Readonly<Partial<Record<FeatureName, readonly [more: string, less: string]>>> = {
  recencyDays: ['Longer Ago', 'More Recent'],
  orders: ['More Orders', 'Fewer Orders'],
  netRevenue: ['Higher Spend', 'Lower Spend'],
  tenureDays: ['Longer Known', 'Newer'],
  discountShare: ['More Discounts', 'Fewer Discounts'],
  returnRate: ['More Returns', 'Fewer Returns'],
  averageOrderValue: ['Larger Orders', 'Smaller Orders'],
  distinctCategories: ['More Categories', 'Fewer Categories'],
};
const differs = ({ feature, side }: Difference, speaker: Speaker) =>
  MORE_AND_LESS[feature]?.[side === 'more' ? 0 : 1] ??
  `${side === 'more' ? 'More' : 'Less'}: ${speaker.plainFeature(feature)}`;

/** A title with what tells it from its namesake. */
const distinct = (title: string, difference: Difference | null, number: number | null, speaker: Speaker) =>
  difference !== null
    ? `${title}, ${differs(difference, speaker)}`
    : number === null
      ? title
      : `${title} ${speaker.count(number)}`;

const traits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(
      ({ feature, own, usual }) => `${s.feature(feature)} ${s.about(feature, own)}, usually ${s.about(feature, usual)}`,
    )
    .join('; ');
/** The same without figures: which way each feature is off. */
const plainTraits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(({ feature, own, usual }) => `${s.plainFeature(feature)} ${own > usual ? 'higher' : 'lower'} than usual`)
    .join('; ');

const MODELS: Readonly<Record<ModelKey, readonly [title: string, method: string]>> = {
  rfm: [
    'RFM',
    'scores of recency, frequency and net revenue, quintiles unless set otherwise; ordered rules, first match wins',
  ],
  value: ['Value score', 'weighted percentiles of net revenue, purchase frequency and order value, in five tiers'],
  behaviour: [
    'Behaviour',
    'k-means on standardised features, number of clusters by elbow and silhouette, keys kept from fit to fit',
  ],
  outliers: ['Outliers', 'DBSCAN on standardised features, radius from the k-distance curve'],
  clv: ['Lifetime value', 'Tweedie regression or BG/NBD with Gamma-Gamma, whichever proved better on the last 90 days'],
  recommendations: ['Recommendations', 'items bought together, re-buy intervals and recent popularity, blended'],
};
const PLAIN_METHODS: Partial<Record<ModelKey, string>> = {
  value: 'weighted percentiles of net revenue, purchase frequency and order value, in tiers',
  clv: 'Tweedie regression or BG/NBD with Gamma-Gamma, whichever proved better of late',
};

const TERMS = { spend: 'net spend', frequency: 'purchase frequency', orderValue: 'order value' } as const;

export const segments: Sentences<SegmentKind> = {
  'no-order-yet': () => 'has no order yet',
  'too-few-buyers': [
    ({ buyers, needed, segment }, s) =>
      `only ${s.count(buyers)} of the ${s.count(needed)} buyers that scores need: everybody counts as ${s.text(segment.title)}`,
    ({ segment }, s) => `too few buyers for scores: everybody counts as ${s.text(segment.title)}`,
  ],
  'rule-met': [
    ({ segment, condition }, s) => `${s.text(segment.title)}: ${conditionInWords(condition, CONDITIONS, s)}`,
    ({ segment, condition }, s) =>
      condition === null
        ? `${s.text(segment.title)}: ${CONDITIONS.everybodyElse}`
        : `${s.text(segment.title)}: decided by ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  condition: [
    ({ condition }, s) => conditionInWords(condition, CONDITIONS, s),
    ({ condition }, s) =>
      condition === null ? CONDITIONS.everybodyElse : `decided by ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  'feature-value': [
    ({ feature, value }, s) => `${s.feature(feature)}: ${s.value(feature, value)}`,
    ({ feature }, s) => `${s.plainFeature(feature)}: as the rule asks`,
  ],
  'recency-score': [
    ({ score, days }, s) => `recency score ${s.count(score)} of 5: last order ${s.days(days)} ago`,
    ({ score }) => `last order: ${['long ago', 'some time ago', 'a while ago', 'fairly recent', 'recent'][score - 1]}`,
  ],
  'frequency-score': [
    ({ score, orders }, s) => `frequency score ${s.count(score)} of 5: ${s.plural(orders, ORDERS)}`,
    ({ score }) => `orders: ${['rarely', 'seldom', 'now and then', 'often', 'very often'][score - 1]}`,
  ],
  'monetary-score': [
    ({ score, amount }, s) => `monetary score ${s.count(score)} of 5: net spend ${s.money(amount)}`,
    ({ score }) => `net spend: ${['very low', 'low', 'middling', 'high', 'very high'][score - 1]}`,
  ],
  'score-unknown': [
    ({ measure, score }, s) =>
      `${s.measure(measure)} score ${score === null ? 'missing' : `${s.count(score)} of 5`}: not known`,
    ({ measure }, s) => `${s.measure(measure)}: not known`,
  ],
  'order-moves': [
    ({ orders, size, segment }, s) =>
      `${orders === 1 ? 'one more order' : `${s.count(orders)} more orders`} ${size === 'any' ? '' : 'of the usual size '}now ${moves(orders)} to ${s.text(segment.title)}`,
    ({ orders, segment }, s) =>
      `${orders === 1 ? 'ordering again now' : 'ordering again several times now'} moves to ${s.text(segment.title)}`,
  ],
  'spend-moves': [
    ({ bound, now, segment }, s) =>
      `one more order that brings net spend above ${s.money(bound)} (now ${s.money(now)}) moves to ${s.text(segment.title)}`,
    ({ segment }, s) => `a larger order moves to ${s.text(segment.title)}`,
  ],
  'silence-moves': [
    ({ days, segment }, s) =>
      `without an order, moves to ${s.text(segment.title)} after ${s.days(days)} since the last one`,
    ({ segment }, s) => `without an order, moves to ${s.text(segment.title)} in time`,
  ],
  'waiting-moves': [
    ({ days, segment }, s) =>
      `${s.plural(days, MORE_DAYS)} without an order ${moves(days)} to ${s.text(segment.title)}`,
    ({ segment }, s) => `without an order, moves to ${s.text(segment.title)} in time`,
  ],
  'points-move': [
    ({ points, segment }, s) => `${s.fixed(points, 3)} points more move to ${s.text(segment.title)}`,
    ({ segment }, s) => `a higher value score moves to ${s.text(segment.title)}`,
  ],
  'value-score': [({ score }, s) => `value score ${s.fixed(score, 3)}`, () => 'by the value score'],
  'value-term': [
    ({ term, percentile, adds, most }, s) =>
      `${TERMS[term]} at or above ${s.percent(percentile)} of buyers adds ${s.fixed(adds, 3)} of at most ${s.shortest(most, 3)}`,
    ({ term, percentile }) =>
      `${TERMS[term]}: ${percentile >= 0.8 ? 'among the highest' : percentile >= 0.5 ? 'above the middle' : percentile >= 0.2 ? 'below the middle' : 'among the lowest'}`,
  ],
  'value-unscored': [
    ({ buyers, segment }, s) => `no value score among ${s.plural(buyers, BUYERS)}: counts as ${s.text(segment.title)}`,
    ({ segment }, s) => `no value score: counts as ${s.text(segment.title)}`,
  ],
  'cluster-only': ({ segment }, s) => `the only cluster is ${s.text(segment.title)}`,
  'cluster-nearest': [
    ({ segment, distance, next, nextDistance }, s) =>
      `nearest to ${s.text(segment.title)}: ${s.fixed(distance, 2)} ${DEVIATIONS} from its centre, ` +
      `${s.fixed(nextDistance, 2)} from that of ${s.text(next.title)}`,
    ({ segment, next }, s) => `behaves most like ${s.text(segment.title)}, then like ${s.text(next.title)}`,
  ],
  'features-missing': [
    ({ features }, s) =>
      `${s.plural(features, { one: '# feature', other: '# features' })} unknown, taken as the median of all buyers`,
    () => 'what is unknown is taken as the median of all buyers',
  ],
  'cluster-trait': [
    ({ feature, segment, usual, all, own }, s) =>
      `${s.feature(feature)}: ${s.text(segment.title)} ${s.about(feature, usual)}, all buyers ${s.about(feature, all)}; ` +
      (own === null ? 'here unknown, taken as usual' : `here ${s.about(feature, own)}`),
    ({ feature, segment, usual, all }, s) =>
      `${s.plainFeature(feature)}: ${usual > all ? 'higher' : 'lower'} in ${s.text(segment.title)} than among all buyers`,
  ],
  'cluster-returns': [
    ({ segment, usual, all, pieces }, s) =>
      `${s.feature('returnRate')}: ${s.text(segment.title)} ${s.percent(usual)}, all buyers ${s.percent(all)}; ` +
      (pieces === null
        ? 'here nothing delivered, taken as all buyers'
        : `here ${s.count(pieces.returned)} of ${s.count(pieces.delivered)} pieces`),
    ({ segment, usual, all }, s) =>
      `${s.plainFeature('returnRate')}: ${usual > all ? 'higher' : 'lower'} in ${s.text(segment.title)} than among all buyers`,
  ],
  'change-moves': [
    ({ feature, side, bound, segment }, s) =>
      `${s.feature(feature)} ${sides[side]} ${s.about(feature, bound)} would be nearer to ${s.text(segment.title)}, all else equal`,
    ({ feature, side, segment }, s) =>
      `${side === 'above' ? 'more' : 'less'} of this would be nearer to ${s.text(segment.title)}: ${s.plainFeature(feature)}`,
  ],
  'crowd-middle': [
    ({ segment, customers, radius }, s) =>
      `in the middle of ${s.text(segment.title)}: at least ${s.count(customers)} customers lie within ${s.fixed(radius, 2)} ${DEVIATIONS}`,
    ({ segment }, s) => `in the middle of ${s.text(segment.title)}`,
  ],
  'crowd-member': [
    ({ segment, distance, radius }, s) =>
      `${s.fixed(distance, 2)} ${DEVIATIONS} from a customer in the middle of ${s.text(segment.title)}, within the radius of ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `near the middle of ${s.text(segment.title)}`,
  ],
  'crowd-far': [
    ({ segment, distance, radius }, s) =>
      `the nearest crowd, ${s.text(segment.title)}, is ${s.fixed(distance, 2)} ${DEVIATIONS} away, farther than the radius of ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `far from the nearest crowd, ${s.text(segment.title)}`,
  ],
  unusual: [
    ({ traits: list }, s) => `unusual: ${traits(list, s)}`,
    ({ traits: list }, s) => `unusual: ${plainTraits(list, s)}`,
  ],
  'outlier-beyond': [
    ({ radius }, s) => `beyond ${s.fixed(radius, 2)} ${DEVIATIONS} from every crowd would be an outlier`,
    () => 'farther from every crowd would be an outlier',
  ],
  'nearer-joins': [
    ({ distance, segment }, s) =>
      `${s.fixed(distance, 2)} ${DEVIATIONS} nearer would belong to ${s.text(segment.title)}`,
    ({ segment }, s) => `nearer would belong to ${s.text(segment.title)}`,
  ],
  'stands-apart': [
    ({ feature, deviations }, s) =>
      `${s.feature(feature)} ${s.fixed(Math.abs(deviations), 1)} ${DEVIATIONS} ${deviations > 0 ? 'above' : 'below'} the average buyer`,
    ({ feature, deviations }, s) =>
      `${s.plainFeature(feature)} ${deviations > 0 ? 'above' : 'below'} the average buyer`,
  ],

  'segment-title': ({ segment }) => TITLES[segment],
  'segment-description': [
    ({ segment }) => DESCRIPTIONS[segment],
    ({ segment }) => PLAIN_DESCRIPTIONS[segment] ?? DESCRIPTIONS[segment],
  ],
  'public-label': () => 'VIP',
  'tier-description': [
    ({ tier, from, to }, s) => {
      if (to === null) return `${RANKS[tier]}: ${s.shortest(from ?? 0, 3)} and up.`;
      if (from === null) return `${RANKS[tier]}: below ${s.shortest(to, 3)}. ${OF_VALUE}`;
      return `${RANKS[tier]}: ${s.shortest(from, 3)} up to ${s.shortest(to, 3)}.`;
    },
    ({ tier, from }) => (from === null ? `${RANKS[tier]}. ${OF_VALUE}` : `${RANKS[tier]}.`),
  ],
  'cluster-title': ({ role, bargains, difference, number }, s) => {
    const { title, beside } = CLUSTERS[role];
    return distinct(bargains ? (beside ?? title) : title, difference, number, s);
  },
  'cluster-description': [
    ({ role, quiet, orders, netRevenue, recencyDays, customerShare, revenueShare }, s) => {
      const { phrase, quiet: quietly } = CLUSTERS[role];
      const average = (value: number | null) =>
        value === null ? 'unknown' : s.fixed(value, Math.abs(value) < 100 ? 1 : 0);
      const spent = netRevenue === null ? 'an unknown amount' : s.money(netRevenue);
      const revenue = revenueShare === null ? '' : ` with ${s.percent(revenueShare)} of the revenue`;
      return (
        `${quiet ? (quietly ?? phrase) : phrase}: on average ${average(orders)} orders, ${spent} spent, last order ` +
        `${average(recencyDays)} days ago; ${s.percent(customerShare)} of the customers${revenue}.`
      );
    },
    ({ role, quiet }) => {
      if (role === 'new-inactive') return 'Bought rarely, some lately, some long ago.';
      const { phrase, quiet: quietly } = CLUSTERS[role];
      return role === 'big-basket' ? 'Order seldom, but a lot at a time.' : `${quiet ? (quietly ?? phrase) : phrase}.`;
    },
  ],
  'crowd-title': ({ difference, number }, s) => distinct('Crowd', difference, number, s),
  'crowd-description': [
    ({ place, traits: list }, s) =>
      `${place === 'middle' ? 'The crowd of customers' : 'A crowd of its own'}: ${traits(list, s)}.`,
    ({ place, traits: list }, s) =>
      place === 'middle' ? 'The crowd of customers.' : `A crowd of its own: ${plainTraits(list, s)}.`,
  ],
  'small-crowds': [
    ({ crowds }, s) => `${s.count(crowds)} small crowds, each of customers alike among themselves.`,
    () => 'Small crowds, each of customers alike among themselves.',
  ],
  'model-title': ({ model }) => MODELS[model][0],
  'model-method': [({ model }) => MODELS[model][1], ({ model }) => PLAIN_METHODS[model] ?? MODELS[model][1]],
};
