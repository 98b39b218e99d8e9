import DataLoader from 'dataloader';
import { type CandidateRow, readProducts } from '../../db/queries/recommendations/recommendations.js';
import { apiError } from '../../errors.js';
import { builder } from '../builder.js';
import { ANYBODY, INTERNAL, Money } from '../common.js';
import type { RequestContext } from '../context.js';
import { OrderLine } from './order.js';

const MOST_A_BATCH = 500;
/** The catalogue is nobody's secret; a shopper meets it in his recommendations only. */
const CATALOGUE = { may: ['badge:read', 'customers:read', 'reports:read'] } as const;

const loaders = new WeakMap<RequestContext['profiles'], DataLoader<string, CandidateRow | null>>();

function productOf(context: RequestContext, productId: string): Promise<CandidateRow | null> {
  let loader = loaders.get(context.profiles);
  if (loader === undefined) {
    loader = new DataLoader(
      async (ids: readonly string[]) => {
        const rows = await readProducts(context.database.reader, ids);
        const byId = new Map(rows.map((row) => [row.productId, row]));
        return ids.map((id) => byId.get(id) ?? null);
      },
      { maxBatchSize: MOST_A_BATCH },
    );
    loaders.set(context.profiles, loader);
  }
  return loader.load(productId);
}

const globalId = (productId: string) => Buffer.from(`Product:${productId}`).toString('base64');

export const Product = builder.objectRef<CandidateRow>('Product').implement({
  description: 'A product as the catalogue knows it now.',
  authScopes: ANYBODY,
  fields: (t) => ({
    id: t.id({ resolve: ({ productId }) => globalId(productId) }),
    externalId: t.exposeString('productId', { description: "The shop's own id." }),
    name: t.exposeString('name', { nullable: true }),
    category: t.exposeString('category', { nullable: true }),
    brand: t.exposeString('brand', { nullable: true }),
    department: t.exposeString('department', { nullable: true }),
    sku: t.exposeString('sku', { nullable: true }),
    listPrice: t.field({
      type: Money,
      nullable: true,
      resolve: async ({ listPrice: amount }, _args, context) =>
        amount === null ? null : { amount, currency: (await context.shop()).currency },
    }),
    available: t.boolean({
      description: 'Whether it can be bought: sold and in stock, or the source says neither.',
      authScopes: INTERNAL,
      skipTypeScopes: true,
      resolve: ({ active, stock }) => active !== false && (stock === null || stock > 0),
    }),
    stock: t.exposeInt('stock', {
      nullable: true,
      description: 'Pieces; null where the source does not say.',
      authScopes: INTERNAL,
      skipTypeScopes: true,
    }),
  }),
});

builder.objectField(OrderLine, 'product', (t) =>
  t.field({
    type: Product,
    nullable: true,
    description: 'Null for a line without a product, or with one that the catalogue does not know.',
    resolve: ({ productId }, _args, context) => (productId === null ? null : productOf(context, productId)),
  }),
);

builder.queryField('product', (t) =>
  t.field({
    type: Product,
    nullable: true,
    description: 'Exactly one argument. Null for a product that is not known.',
    authScopes: CATALOGUE,
    args: { id: t.arg.globalID(), externalId: t.arg.string() },
    resolve: (_root, { id, externalId }, context) => {
      if ((id == null) === (externalId == null)) {
        throw apiError('BAD_USER_INPUT', '"product" takes exactly one of id and externalId');
      }
      if (id != null) return id.typename === 'Product' ? productOf(context, id.id) : null;
      return productOf(context, externalId!);
    },
  }),
);
