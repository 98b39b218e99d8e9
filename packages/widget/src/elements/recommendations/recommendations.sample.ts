import type { ElementSample } from '../../element-sample.js';

const product = (externalId: string, name: string, brand: string, category: string, price: string, reason: string) => ({
  product: { externalId, name, brand, category, listPrice: { amount: price, currency: 'EUR' } },
  reason,
});

export const PRODUCTS = [
  product(
    'p1',
    'Canvas tote',
    'Nordlicht',
    'Bags',
    '39.00',
    'bought by 31 % of VIP who bought Leather wallet, lift 2.4, n = 212',
  ),
  product(
    'p2',
    'Wool scarf',
    'Aldersey',
    'Accessories',
    '54.90',
    'bought by 12 % of VIP who ordered in the last 90 days, n = 40',
  ),
  product(
    'p3',
    'Rain jacket',
    'Fjordvik',
    'Outdoor',
    '149.00',
    'buys it about every 60 days, last 57 days ago, n = 4 times',
  ),
  product(
    'p4',
    'Oak serving board',
    'Holm & Sohn',
    'Kitchen',
    '32.50',
    'bought by 5 % of customers who ordered in the last 90 days, n = 80',
  ),
  product(
    'p5',
    'Linen shirt',
    'Aldersey',
    'Shirts',
    '79.00',
    'bought by 9 % of customers who bought Canvas tote, lift 1.8, n = 61',
  ),
  product(
    'p6',
    'Enamel mug',
    'Fjordvik',
    'Kitchen',
    '14.00',
    'bought by 4 % of customers who ordered in the last 90 days, n = 66',
  ),
];

const SHOPPER_REASONS = [
  { reason: 'Often bought with Leather wallet', kind: 'BOUGHT_WITH', boughtWith: 'Leather wallet' },
  { reason: 'Popular right now', kind: 'POPULAR', boughtWith: null },
  { reason: 'Time to buy it again', kind: 'REBUY', boughtWith: null },
];

/** As the shopper reads them: no segment, no number. */
export const SHOPPER_PRODUCTS = PRODUCTS.map(({ product }, index) => ({ product, ...SHOPPER_REASONS[index % 3]! }));

export const sample: ElementSample = {
  about: 'Products for one customer: a list for an agent, a shelf for the storefront.',
  looks: [
    { title: 'For the shopper', attributes: { audience: 'shopper', count: '4' } },
    { title: 'With a heading of the page', attributes: { count: '2' }, heading: 'Goes well with the order' },
  ],
  agent: (externalId, first) => ({ externalId, recommendations: PRODUCTS.slice(0, first) }),
  shopper: (externalId, first) => ({ externalId, shopper: { recommendations: SHOPPER_PRODUCTS.slice(0, first) } }),
  nothing: { recommendations: [], shopper: { recommendations: [] } },
};
