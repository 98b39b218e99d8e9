import { actions } from './en/actions.js';
import { imports } from './en/imports.js';
import { quality } from './en/quality.js';
import { segments } from './en/segments.js';
import { values } from './en/values.js';
import type { LanguageWords } from './speaker.js';

/** English. The glossary of the other languages is written against it: each names its words for these terms. */
export const en: LanguageWords = {
  // Lists without a comma before the "and".
  locale: 'en-GB',
  // As the sentences were written before there were other languages: programs that read them find the number as it was.
  grouping: false,
  percentGap: ' ',
  days: { one: '# day', other: '# days' },
  measures: { recency: 'recency', frequency: 'frequency', monetary: 'monetary' },
  features: {
    orders: 'orders',
    recencyDays: 'days since the last order',
    tenureDays: 'days since the first order',
    spanDays: 'days between the first and the last order',
    elapsedSpanDays: 'days between the first and the last order',
    netRevenue: 'net spend',
    grossRevenue: 'gross spend',
    averageOrderValue: 'value an order',
    itemsDelivered: 'pieces delivered',
    itemsReturned: 'pieces returned',
    medianDaysBetweenOrders: 'usual days between orders',
    discountShare: 'share saved by discounts',
    distinctCategories: 'categories bought',
    visits30d: { name: 'visits in 30 days', plain: 'recent visits' },
    emailOpens90d: { name: 'e-mails opened in 90 days', plain: 'e-mails opened of late' },
    serviceContacts90d: { name: 'contacts with the service in 90 days', plain: 'contacts with the service of late' },
    returnRate: 'share of pieces returned',
    promotionShare: 'share of orders bought at a discount',
  },
  categories: {
    country: 'country',
    channel: 'channel',
    topSpendCategory: 'category of most spend',
    gender: 'gender',
    state: 'state',
    city: 'city',
  },
  factors: {
    recencyDays: (value, s) => `last ordered ${s.days(value)} ago`,
    orders: (value, s) => `${s.plural(value, { one: '# order', other: '# orders' })} so far`,
    netRevenue: (value, s) => `spent ${s.money(value)} so far`,
    averageOrderValue: (value, s) => `spends ${s.money(value)} an order`,
    tenureDays: (value, s) => `first ordered ${s.days(value)} ago`,
    elapsedSpanDays: (value, s) => `${s.days(value)} between first and last order`,
    medianDaysBetweenOrders: (value, s) => `usually ${s.days(value)} between orders`,
    distinctCategories: (value, s) => `bought from ${s.plural(value, { one: '# category', other: '# categories' })}`,
    discountShare: (value, s) =>
      Math.round(100 * value) === 0
        ? 'pays list prices'
        : `pays ${s.percent(Math.abs(value))} ${value > 0 ? 'less' : 'more'} than list prices`,
    returnShare: (value, s) =>
      value > 0 ? `sent back ${s.percent(value)} of what was delivered` : 'sent nothing back',
    'window.revenueLast90Days': (value, s) => `spent ${s.money(value)} in the last 90 days`,
    'window.revenueSameSeason': (value, s) => `spent ${s.money(value)} in these 90 days of last year`,
    'purchases.topSpendCategoryShare': (value, s) => `${s.percent(value)} of the spend is in one category`,
    visits30d: (value, s) => `${s.plural(value, { one: '# visit', other: '# visits' })} in the last 30 days`,
    emailOpens90d: (value, s) =>
      `${s.plural(value, { one: '# e-mail', other: '# e-mails' })} opened in the last 90 days`,
    serviceContacts90d: (value, s) =>
      `${s.plural(value, { one: '# service contact', other: '# service contacts' })} in the last 90 days`,
    'customer.age': (value, s) => `${s.plural(value, { one: '# year', other: '# years' })} old`,
  },
  plainFactors: {
    returnShare: 'share of pieces returned',
    'window.revenueLast90Days': 'spend of late',
    'window.revenueSameSeason': 'spend in the same season last year',
    'purchases.topSpendCategoryShare': 'spend in a single category',
    'customer.age': 'age',
  },
  unknownFactors: {
    medianDaysBetweenOrders: 'no time between orders to learn from yet',
    discountShare: 'list prices are not known',
    returnShare: 'nothing was delivered yet',
    'purchases.topSpendCategoryShare': 'categories are not known',
    'customer.age': 'age is not known',
  },
  sentences: { ...segments, ...quality, ...values, ...actions, ...imports },
};
