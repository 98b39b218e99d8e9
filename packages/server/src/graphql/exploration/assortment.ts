import type {
  CategoryTotals,
  CountryTotals,
  LongTail,
  ProductTotals,
} from '../../db/queries/exploration/assortment.js';
import { builder } from '../builder.js';
import { Money, REPORTS_READ } from '../common.js';
import { moneyOf, share } from './report.js';

export const CategoryType = builder.objectRef<CategoryTotals>('ExplorationCategory').implement({
  description: 'What a category sold, cancelled lines left out, as of the basis.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    category: t.exposeString('category', { nullable: true, description: 'Null where the product has none.' }),
    orders: t.exposeInt('orders', { description: 'With a line of it.' }),
    customers: t.exposeInt('customers'),
    unitsSold: t.exposeInt('unitsSold'),
    unitsDelivered: t.exposeInt('unitsDelivered'),
    unitsReturned: t.exposeInt('unitsReturned', { description: 'Of those delivered.' }),
    returnRate: t.exposeFloat('returnRate', { nullable: true, description: 'unitsReturned / unitsDelivered.' }),
    grossRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.grossRevenue, context) }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', { nullable: true, description: 'Of the net revenue of all lines.' }),
  }),
});

export const ProductRankingType = builder.enumType('ProductRanking', { values: ['UNITS', 'NET_REVENUE'] as const });

export const ProductType = builder.objectRef<ProductTotals>('ExplorationProduct').implement({
  description: 'What a product sold, cancelled lines left out, as of the basis.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    externalId: t.exposeString('productId'),
    name: t.exposeString('name', { nullable: true }),
    category: t.exposeString('category', { nullable: true }),
    brand: t.exposeString('brand', { nullable: true }),
    orders: t.exposeInt('orders'),
    customers: t.exposeInt('customers'),
    unitsSold: t.exposeInt('unitsSold'),
    unitsDelivered: t.exposeInt('unitsDelivered'),
    unitsReturned: t.exposeInt('unitsReturned', { description: 'Of those delivered.' }),
    returnRate: t.exposeFloat('returnRate', { nullable: true, description: 'unitsReturned / unitsDelivered.' }),
    grossRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.grossRevenue, context) }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', {
      nullable: true,
      description: 'Of the net revenue of all lines that name a product.',
    }),
  }),
});

export const CountryRankingType = builder.enumType('CountryRanking', { values: ['CUSTOMERS', 'NET_REVENUE'] as const });

export const CountryType = builder.objectRef<CountryTotals>('ExplorationCountry').implement({
  description: 'Customers of one country, as of the basis.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    country: t.exposeString('country', { nullable: true, description: 'Null where it is not known.' }),
    customers: t.exposeInt('customers', { description: 'Prospects too.' }),
    customerShare: t.exposeFloat('customerShare', { description: 'Of all customers, Prospects too.' }),
    buyers: t.exposeInt('buyers'),
    orders: t.exposeInt('orders'),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', {
      nullable: true,
      description: 'Of the net revenue of all countries; null where that is not above zero.',
    }),
  }),
});

const ConcentrationPoint = builder.objectRef<LongTail['curve'][number]>('ConcentrationPoint').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    products: t.exposeInt('products', { description: 'That many best products.' }),
    productShare: t.exposeFloat('productShare', {
      description: 'About that share of the products, rounded up to one.',
    }),
    revenueShare: t.exposeFloat('revenueShare', { description: 'They make this share of the net revenue.' }),
  }),
});

export const LongTailType = builder.objectRef<LongTail & { share: number }>('LongTail').implement({
  description: 'How the net revenue spreads over products, as of the basis.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    products: t.exposeInt('products', { description: 'With net revenue above zero: the base.' }),
    productsKnown: t.exposeInt('productsKnown', { description: 'In the catalogue.' }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    share: t.exposeFloat('share', { description: 'As asked for.' }),
    productsForShare: t.exposeInt('productsForShare', { description: 'The fewest products that make the share.' }),
    productShare: t.float({
      nullable: true,
      description: 'productsForShare / products.',
      resolve: ({ productsForShare, products }) => share(productsForShare, products),
    }),
    topProductShare: t.exposeFloat('topProductShare', {
      nullable: true,
      description: 'Of the net revenue, by the one best product.',
    }),
    curve: t.field({ type: [ConcentrationPoint], resolve: ({ curve }) => [...curve] }),
  }),
});
