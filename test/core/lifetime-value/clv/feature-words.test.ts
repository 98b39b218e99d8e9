import { wordsIn } from '@tessera/core';
import { CLV_INPUTS } from '@tessera/core/lifetime-value/labelled-rows.js';
import { expect, test } from 'vitest';

/** The words of a feature without the factor behind them. */
function describeFeature(name: string, value: number | undefined, currency?: string): string {
  const { say } = wordsIn('en', { currency });
  const [category = '', ...label] = name.split('=');
  const text =
    value === undefined
      ? say({ kind: 'category-factor', values: { category, label: label.join('='), factor: 1 } })
      : say({ kind: 'factor', values: { feature: name, value: Number.isNaN(value) ? null : value, factor: 1 } });
  expect(text).toMatch(/ \(x 1\.00\)$/);
  return text.replace(' (x 1.00)', '');
}

test.each([
  ['orders', 1, '1 order so far'],
  ['orders', 14, '14 orders so far'],
  ['recencyDays', 1, 'last ordered 1 day ago'],
  ['netRevenue', 1715.6, 'spent 1715.60 so far'],
  ['distinctCategories', 1, 'bought from 1 category'],
  ['medianDaysBetweenOrders', 86.5, 'usually 86.5 days between orders'],
  ['medianDaysBetweenOrders', Number.NaN, 'no time between orders to learn from yet'],
  ['discountShare', 0.0617, 'pays 6 % less than list prices'],
  ['discountShare', -0.25, 'pays 25 % more than list prices'],
  ['discountShare', 0.001, 'pays list prices'],
  ['returnShare', 0, 'sent nothing back'],
  ['returnShare', 0.4, 'sent back 40 % of what was delivered'],
  [CLV_INPUTS.topSpendCategoryShare, 0.75, '75 % of the spend is in one category'],
  ['country=United States', undefined, 'country: United States'],
  ['topSpendCategory=Tops = Tees', undefined, 'buys mostly from Tops = Tees'],
  ['shop.ownColumn', 2.345, 'shop.ownColumn 2.35'],
  ['shop.ownColumn', Number.NaN, 'shop.ownColumn is not known'],
])('%s of %s is said as "%s"', (name, value, text) => {
  expect(describeFeature(name, value)).toBe(text);
});

test('amounts are said with the currency that is given, counts and days are not', () => {
  expect(describeFeature('netRevenue', 1715.6, 'EUR')).toBe('spent 1715.60 EUR so far');
  expect(describeFeature(CLV_INPUTS.revenueSameSeason, 3, 'EUR')).toBe('spent 3.00 EUR in these 90 days of last year');
  expect(describeFeature('orders', 14, 'EUR')).toBe('14 orders so far');
});
