import type { ClusterFeature } from '../customers/features.js';
import { moneyInWords } from '../customers/money.js';
import { type ScaledFeature, unscaledValue } from './scaling.js';

/** What a feature is called in a sentence. */
export const FEATURE_WORDS: Readonly<Record<ClusterFeature, string>> = {
  recencyDays: 'days since the last order',
  orders: 'orders',
  netRevenue: 'net spend',
  tenureDays: 'days since the first order',
  discountShare: 'share saved by discounts',
  returnRate: 'share of pieces returned',
  averageOrderValue: 'value an order',
  distinctCategories: 'categories bought',
};

/** A value as a person writes it: shares in percent, money with two decimals and its currency, counts and days without. */
export function valueInWords(feature: ClusterFeature, value: number, currency?: string): string {
  if (feature === 'discountShare' || feature === 'returnRate') return `${Math.round(100 * value)} %`;
  if (feature === 'netRevenue' || feature === 'averageOrderValue') return moneyInWords(value, currency);
  return value.toFixed(feature === 'orders' && value < 10 ? 1 : 0).replace(/\.0$/, '');
}

const MOST_TRAITS = 3;

/** The features that lie farthest from the mean of all buyers, in words: "orders 14, usually 5.2". */
export function traitsInWords(scaling: readonly ScaledFeature[], place: readonly number[], currency?: string): string {
  return [...place.keys()]
    .sort((a, b) => Math.abs(place[b]!) - Math.abs(place[a]!))
    .slice(0, MOST_TRAITS)
    .map((column) => {
      const scaled = scaling[column]!;
      const own = valueInWords(scaled.feature, unscaledValue(scaled, place[column]!), currency);
      const usual = valueInWords(scaled.feature, unscaledValue(scaled, 0), currency);
      return `${FEATURE_WORDS[scaled.feature]} ${own}, usually ${usual}`;
    })
    .join('; ');
}
