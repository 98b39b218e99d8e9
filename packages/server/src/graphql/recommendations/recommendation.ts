import { SHOPPER_REASON_KINDS } from '@tessera/core';
import { apiError } from '../../errors.js';
import { builder } from '../builder.js';
import { ANY_VIEW, CUSTOMERS_READ, inLanguage } from '../common.js';
import { Customer, ShopperView } from '../customers/customer.js';
import { Product } from '../orders/product.js';
import { LARGEST_PAGE } from '../paging/keyset.js';
import { type RecommendedProduct, recommendationsOf } from './recommendation-lists.js';

/** How many of a list that has no pages. @throws BAD_USER_INPUT outside of 1 to 100 */
export function checkedFirst(first: number): number {
  if (first < 1 || first > LARGEST_PAGE) {
    throw apiError('BAD_USER_INPUT', `"first" is a number from 1 to ${LARGEST_PAGE}, got ${first}`);
  }
  return first;
}

export const listComplexity = ({ first }: { first: number }) => ({
  field: 1,
  multiplier: Math.min(Math.max(1, first), LARGEST_PAGE),
});

const ProductRecommendation = builder.objectRef<RecommendedProduct>('ProductRecommendation').implement({
  description: 'A product for a customer, and why. Never one that cannot be bought.',
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    product: t.field({ type: Product, resolve: ({ product }) => product }),
    score: t.float({
      description: 'Above 0, comparable within one list: about the share of customers in his place who would buy it.',
      resolve: ({ ranked }) => ranked.score,
    }),
    reason: t.string({
      description: 'For staff, with its numbers.',
      args: inLanguage,
      resolve: ({ reason }, { language }, context) => context.say(reason.told, language),
    }),
    kind: t.string({ description: 'What the reason says, for programs.', resolve: ({ reason }) => reason.told.kind }),
    values: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the reason was made from, by name; null for who may see no figures.',
      resolve: ({ reason }, _args, context) => context.valuesOf(reason.told),
    }),
    evidence: t.field({
      type: 'JSON',
      description:
        'What the reason was made from. kind is REBUY, BOUGHT_WITH, POPULAR_IN_SEGMENT or POPULAR; shares are 0 to 1, n counts customers (of REBUY his purchases).',
      resolve: async ({ reason }, _args, context) => (await context.words(null)).within(reason.evidence),
    }),
  }),
});

const ShopperReasonKind = builder.enumType('ShopperReasonKind', {
  description: 'What a reason for the shopper says, for pages that word it themselves.',
  values: SHOPPER_REASON_KINDS,
});

const ShopperRecommendation = builder.objectRef<RecommendedProduct>('ShopperRecommendation').implement({
  description: 'A product for the shopper himself; the reason names no segment, score or count.',
  authScopes: ANY_VIEW,
  fields: (t) => ({
    product: t.field({ type: Product, resolve: ({ product }) => product }),
    reason: t.string({
      args: inLanguage,
      resolve: ({ reason }, { language }, context) => context.say(reason.shopper, language),
    }),
    kind: t.field({ type: ShopperReasonKind, resolve: ({ reason }) => reason.shopperKind }),
    boughtWith: t.string({
      nullable: true,
      description: 'Of BOUGHT_WITH: the name of what he bought; null where it has none.',
      resolve: ({ reason }) => reason.boughtWith,
    }),
  }),
});

const FIRST = 5;

builder.objectField(Customer, 'recommendations', (t) =>
  t.field({
    type: [ProductRecommendation],
    description:
      'The best first: due to be bought again, bought with what he has, popular in his segment and in the shop. Empty where nothing was learned yet.',
    args: { first: t.arg.int({ defaultValue: FIRST, required: true, description: 'From 1 to 100.' }) },
    complexity: listComplexity,
    resolve: async (customer, { first }, context) => [
      ...(await recommendationsOf(context, customer, checkedFirst(first))),
    ],
  }),
);

builder.objectField(ShopperView, 'recommendations', (t) =>
  t.field({
    type: [ShopperRecommendation],
    args: { first: t.arg.int({ defaultValue: FIRST, required: true, description: 'From 1 to 100.' }) },
    complexity: listComplexity,
    resolve: async (customer, { first }, context) => [
      ...(await recommendationsOf(context, customer, checkedFirst(first))),
    ],
  }),
);
