import type { ContestantKey, Named, RankingFigures, RunFailure, ValueKind } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONTESTANTS: Readonly<Record<ContestantKey, string>> = {
  tweedie: 'the regression on behaviour',
  purchases: 'the purchase model',
  'pareto-nbd': 'the purchase model by Pareto/NBD',
  'tweedie-without-demographics': 'the regression without demographics',
  spend: 'ranking by spend',
  recency: 'ranking by recency',
  'spend-last-90-days': 'ranking by spend of the last 90 days',
};
const PLAIN_CONTESTANTS: Partial<typeof CONTESTANTS> = { 'spend-last-90-days': 'ranking by spend of late' };

const RUN_FAILURES: Readonly<Record<RunFailure, string>> = {
  busy: 'another run was at work: this run is tried again after it',
  interrupted: 'the process that worked on it ended: nothing has to be done, it is tried again by itself',
  'disk-full': 'the disk of the database is full: make room, then it is tried again by itself',
  'out-of-memory':
    'the machine had too little memory: give it more or let it do less beside the run; it is tried again by itself',
  'database-away': 'the database did not answer: see that it runs and takes connections; it is tried again by itself',
  locked: 'other work in the database held what the run needed: it is tried again by itself',
  settings: 'the shop or its settings do not allow it: the message says what to change; it is tried again by itself',
  unexpected: 'something went wrong that should not: the log says more (LOG_LEVEL=debug); it is tried again by itself',
};

/** "ranking by spend" as an order: "rank by spend". */
const short = (title: string) => title.replace(/^ranking by /, '');
const interval = (low: number, high: number, s: Speaker) => `90 % interval ${s.points(low)} to ${s.points(high)}`;

const MOVED = { STABLE: 'is spread as before', SHIFTED: 'has shifted', STALE: 'has moved far' } as const;

const whom = (segment: Named | null, s: Speaker) => (segment === null ? 'customers' : s.text(segment.title));

const figures = (v: RankingFigures, s: Speaker) => {
  const hits = `${s.percent(v.hits, 1)} of lists of ${s.count(v.length)} held something that was bought, ${s.percent(v.popularHits, 1)} of the popular products`;
  const points = (share: number) => s.fixed(100 * share, 1);
  const lead = `${points(v.lead)} points, 90 % interval ${points(v.leadLow)} to ${points(v.leadHigh)}`;
  const gain = `NDCG ${s.fixed(v.gain, 3)} ${v.gain < 0 ? 'lower' : 'higher'}, 90 % interval ${s.fixed(v.gainLow, 3)} to ${s.fixed(v.gainHigh, 3)}`;
  return `${hits} (${lead}); ${gain}; n = ${s.count(v.lists)}`;
};

const plainFactor = (name: string, factor: number) => `${name}: ${factor >= 1 ? 'raises' : 'lowers'} what is expected`;

const categoryWords = (category: string, label: string, s: Speaker) =>
  `${category === 'topSpendCategory' ? 'buys mostly from' : `${s.category(category)}:`} ${label}`;

export const values: Sentences<ValueKind> = {
  'nothing-to-predict': () => 'has not ordered yet, so there is nothing to predict from',
  'too-little-known': () =>
    'too little was known when the model was fitted: nothing is predicted until it is fitted again',
  'average-base': [
    ({ amount }, s) => `${s.money(amount)} is what a customer with average behaviour brings`,
    () => 'begins with what a customer with average behaviour brings',
  ],
  factor: [
    ({ feature, value, factor }, s) => {
      const unknown = value === null ? `${feature} is not known` : `${feature} ${s.count(value)}`;
      return `${s.factor(feature, value) ?? unknown} (x ${s.fixed(factor, 2)})`;
    },
    ({ feature, factor }, s) => plainFactor(s.plainFactor(feature), factor),
  ],
  'category-factor': [
    ({ category, label, factor }, s) => `${categoryWords(category, label, s)} (x ${s.fixed(factor, 2)})`,
    ({ category, factor }, s) => plainFactor(s.category(category), factor),
  ],
  'everything-else': () => 'everything else',
  'expected-orders': [
    ({ orders }, s) => `${s.fixed(orders, 2)} orders expected in the next 90 days`,
    () => 'by the orders that are expected',
  ],
  'expected-order-value': [
    ({ amount }, s) => `${s.money(amount)} expected an order`,
    () => 'by the value that is expected of an order',
  ],
  'group-order-value': [
    ({ amount }, s) => `${s.money(amount)} an order, the average of the group: this customer has not bought again yet`,
    () => 'by the average order of the group: this customer has not bought again yet',
  ],
  'still-customer': [
    ({ probability }, s) => `${s.percent(probability)} likely to be still a customer`,
    ({ probability }) =>
      probability >= 0.5 ? 'likely to be still a customer' : 'less likely than not to be still a customer',
  ],
  'few-repeat-buyers': [
    ({ buyers }, s) =>
      `${s.plural(buyers, { one: '# repeat buyer', other: '# repeat buyers' })} so far, too few or too new to tell customers apart: everybody is shown the group's average`,
    () => "too few repeat buyers or too new to tell customers apart: everybody is shown the group's average",
  ],
  'no-values': () => 'this run predicted no values',
  'ranked-by-score': () => 'no revenue is predicted: ranked by value score',
  contestant: [
    ({ contestant }) => CONTESTANTS[contestant],
    ({ contestant }) => PLAIN_CONTESTANTS[contestant] ?? CONTESTANTS[contestant],
  ],
  'untested-short': () => 'not tested yet: the history is too short for a test in time',
  'untested-few': [
    ({ active, needed }, s) =>
      `not tested yet: only ${s.plural(active, { one: '# customer', other: '# customers' })} bought in the test window, ${s.count(needed)} are needed`,
    () => 'not tested yet: too few customers bought in the test window',
  ],
  'no-ranking': [
    ({ model, captured }, s) =>
      `nothing ranks these customers better than chance: the best 20 % by ${s.text(model)} brought ` +
      `${s.points(captured)} % of the revenue, so no ranking is offered`,
    () => 'nothing ranks these customers better than chance, so no ranking is offered',
  ],
  'use-model': ({ model }, s) => `use ${s.text(model)}`,
  'use-model-over': [
    ({ model, baseline, lead, low, high }, s) =>
      `use ${s.text(model)}: it beats ${s.text(baseline)} by ${s.points(lead)} points, ${interval(low, high, s)}`,
    ({ model, baseline }, s) => `use ${s.text(model)}: it beats ${s.text(baseline)}`,
  ],
  'use-baseline': [
    ({ baseline, captured }, s) =>
      `no model ranks these customers better than chance, ${s.text(baseline)} does: the best 20 % by it brought ` +
      `${s.points(captured)} % of the revenue: rank by ${short(s.text(baseline))}`,
    ({ baseline }, s) =>
      `no model ranks these customers better than chance, ${s.text(baseline)} does: rank by ${short(s.text(baseline))}`,
  ],
  'no-better': [
    ({ baseline, lead, low, high }, s) =>
      `no better than ${s.text(baseline)} (${s.points(lead)} points, ${interval(low, high, s)}): rank by ${short(s.text(baseline))}`,
    ({ baseline }, s) => `no better than ${s.text(baseline)}: rank by ${short(s.text(baseline))}`,
  ],
  'returned-more': [
    ({ customers }, s) =>
      `${s.plural(customers, { one: '# customer', other: '# customers' })} returned more than they bought in the window; that counts as 0`,
    () => 'some customers returned more than they bought in the window; that counts as nothing',
  ],
  'no-customers': () => 'no customers to learn from',
  'rows-unusable': [
    ({ rows }, s) => `none of the ${s.count(rows)} rows can be used`,
    () => 'none of the rows can be used',
  ],
  'search-stopped': [
    ({ steps }, s) => `the search stopped after ${s.count(steps)} steps without reaching an optimum`,
    () => 'the search stopped without reaching an optimum',
  ],
  'histories-silent': () => 'the histories say nothing about some parameters; their starting values stand',
  'nobody-twice': [
    () => 'nobody has bought twice yet, so there is no rate to learn',
    () => 'nobody has bought again yet, so there is no rate to learn',
  ],
  'leaving-alike': () =>
    'leaving after a purchase cannot be told apart from customer to customer (a or b has no finite optimum); ' +
    'they were held at a bound',
  'rates-at-bound': ({ parameters }) =>
    `${parameters.join(' and ')} stand at a bound: customers differ too little to tell their rates apart`,
  'leaving-at-bound': ({ parameters }) =>
    `${parameters.join(' and ')} stand at a bound: nobody seems to leave, or customers differ too little to tell them apart`,
  'values-too-wide': [
    () => 'order values spread so widely that their mean hardly exists (q was held just above 1)',
    () => 'order values spread so widely that their mean hardly exists',
  ],
  'values-too-alike': [
    () =>
      'order values differ too little, within or between customers, to tell the two apart; parameters were held at a bound',
    () => 'order values differ too little, within or between customers; parameters were held at a bound',
  ],
  'columns-steady': () => 'no column has moved since the run before',
  'column-moved': [
    ({ column, level, index }, s) =>
      `${column} ${MOVED[level]} since the run before (stability index ${s.fixed(index, 2)})`,
    ({ level }) => `a column ${MOVED[level]} since the run before`,
  ],
  'no-run-before': () => 'there is no run before to compare with',
  'run-failed': ({ failure }) => RUN_FAILURES[failure],
  'orders-ahead': [
    ({ orders, newest }, s) =>
      `orders that lie ahead: ${s.count(orders)}, the newest of ${newest}; they are in no figure until their day comes`,
    () => 'some orders lie ahead: they are in no figure until their day comes',
  ],
  'predictions-missed': [
    ({ ratio, runId }, s) =>
      `customers brought ${s.fixed(ratio, 2)} times what run ${runId} predicted: the model has gone stale`,
    () => 'customers brought far from what was predicted: the model has gone stale',
  ],

  'bought-with': [
    ({ share, segment, product, productId, lift, customers }, s) =>
      `bought by ${s.smallPercent(share)} of ${whom(segment, s)} who bought ${product === null ? `product ${productId}` : product}, ` +
      `lift ${s.fixed(lift, 1)}, n = ${s.count(customers)}`,
    ({ product }) => (product === null ? 'goes with what was bought' : `often bought with ${product}`),
  ],
  'rebuy-own': [
    ({ intervalDays, daysAgo, purchases }, s) =>
      `buys it about every ${s.plural(Math.round(intervalDays), { one: 'day', other: '# days' })}, last ${s.days(daysAgo)} ago, ` +
      `n = ${s.plural(purchases, { one: '# time', other: '# times' })}`,
    () => 'buys it again and again, and it is time',
  ],
  'rebuy-usual': [
    ({ intervalDays, daysAgo }, s) =>
      `bought ${s.days(daysAgo)} ago; customers buy it again after about ${s.days(Math.round(intervalDays))}`,
    () => 'bought some time ago, and customers buy it again',
  ],
  popular: [
    ({ share, segment, customers }, s) =>
      `bought by ${s.smallPercent(share)} of ${whom(segment, s)} who ordered in the last 90 days, n = ${s.count(customers)}`,
    ({ segment }, s) => `popular of late with ${whom(segment, s)}`,
  ],
  'shopper-goes-with': ({ product }) =>
    product === null ? 'Goes with what you bought' : `Often bought with ${product}`,
  'shopper-again': () => 'Time to buy it again',
  'shopper-popular': () => 'Popular right now',
  'lists-few': [
    ({ lists, needed }, s) =>
      `not tested yet: only ${s.plural(lists, { one: '# customer', other: '# customers' })} bought again in the test window, ${s.count(needed)} are needed`,
    () => 'not tested yet: too few customers bought again in the test window',
  ],
  'beats-popularity': [(v, s) => `beats popularity: ${figures(v, s)}`, () => 'beats popularity'],
  'like-popularity': [
    (v, s) => `not proved better than popularity: ${figures(v, s)}`,
    () => 'not proved better than popularity',
  ],
};
