import { moneyInWords } from '../../customers/money.js';
import { CLV_INPUTS } from '../labelled-rows.js';

const counted = (count: number, one: string, many: string) => `${shown(count)} ${count === 1 ? one : many}`;
const days = (count: number) => counted(count, 'day', 'days');
const percent = (share: number) => `${Math.round(100 * share)} %`;
const shown = (value: number) => String(Math.round(value * 100) / 100);

/** How a feature's value is said. */
const WORDS: Readonly<Record<string, (value: number, currency?: string) => string>> = {
  recencyDays: (count) => `last ordered ${days(count)} ago`,
  orders: (count) => `${counted(count, 'order', 'orders')} so far`,
  netRevenue: (amount, currency) => `spent ${moneyInWords(amount, currency)} so far`,
  averageOrderValue: (amount, currency) => `spends ${moneyInWords(amount, currency)} an order`,
  tenureDays: (count) => `first ordered ${days(count)} ago`,
  elapsedSpanDays: (count) => `${days(count)} between first and last order`,
  medianDaysBetweenOrders: (count) => `usually ${days(count)} between orders`,
  distinctCategories: (count) => `bought from ${counted(count, 'category', 'categories')}`,
  discountShare: (share) =>
    Math.round(100 * share) === 0
      ? 'pays list prices'
      : `pays ${percent(Math.abs(share))} ${share > 0 ? 'less' : 'more'} than list prices`,
  returnShare: (share) => (share > 0 ? `sent back ${percent(share)} of what was delivered` : 'sent nothing back'),
  [CLV_INPUTS.revenueLast90Days]: (amount, currency) => `spent ${moneyInWords(amount, currency)} in the last 90 days`,
  [CLV_INPUTS.revenueSameSeason]: (amount, currency) =>
    `spent ${moneyInWords(amount, currency)} in these 90 days of last year`,
  [CLV_INPUTS.topSpendCategoryShare]: (share) => `${percent(share)} of the spend is in one category`,
  visits30d: (count) => `${counted(count, 'visit', 'visits')} in the last 30 days`,
  emailOpens90d: (count) => `${counted(count, 'e-mail', 'e-mails')} opened in the last 90 days`,
  serviceContacts90d: (count) => `${counted(count, 'service contact', 'service contacts')} in the last 90 days`,
  [CLV_INPUTS.age]: (years) => `${counted(years, 'year', 'years')} old`,
};

/** How it is said that a value does not exist; the others always do. */
const UNKNOWN: Readonly<Record<string, string>> = {
  medianDaysBetweenOrders: 'no time between orders to learn from yet',
  discountShare: 'list prices are not known',
  returnShare: 'nothing was delivered yet',
  [CLV_INPUTS.topSpendCategoryShare]: 'categories are not known',
  [CLV_INPUTS.age]: 'age is not known',
};

/**
 * A feature of the regression in words.
 * @param name as in `encodedNames`; one that is not known here is shown as it is
 * @param value in the feature's own unit, NaN where it does not exist; absent for a level of a category
 * @param currency said after amounts of money
 */
export function describeFeature(name: string, value: number | undefined, currency?: string): string {
  if (value === undefined) return describeLevel(name);
  if (Number.isNaN(value)) return UNKNOWN[name] ?? `${name} is not known`;
  return WORDS[name]?.(value, currency) ?? `${name} ${shown(value)}`;
}

function describeLevel(name: string): string {
  const [category, ...label] = name.split('=');
  const title = category === 'topSpendCategory' ? 'buys mostly from' : `${category}:`;
  return `${title} ${label.join('=')}`;
}
