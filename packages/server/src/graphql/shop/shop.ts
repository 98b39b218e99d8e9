import { type Coverage, readCoverage } from '../../db/queries/imports/imports.js';
import { readRun } from '../../db/queries/runs/run-records.js';
import type { Shop } from '../../db/queries/shop/settings.js';
import { readCounts, readDataSpan, type ShopCounts } from '../../db/queries/shop/shop.js';
import { builder } from '../builder.js';
import { REPORTS_READ } from '../common.js';
import { Run } from '../runs/run.js';

const Counts = builder.objectRef<ShopCounts>('ShopCounts').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    customers: t.exposeInt('customers'),
    products: t.exposeInt('products'),
    orders: t.exposeInt('orders'),
    orderLines: t.exposeInt('orderLines'),
  }),
});

const DataGaps = builder.objectRef<Coverage>('DataGaps').implement({
  description: 'What the data lacks, over all imports.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    ordersWithoutLines: t.exposeInt('ordersWithoutLines'),
    linesWithoutOrders: t.exposeInt('linesWithoutOrders'),
    customersWithoutOrders: t.exposeInt('customersWithoutOrders'),
  }),
});

export const ShopType = builder.objectRef<Shop>('Shop').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    name: t.exposeString('name'),
    currency: t.exposeString('currency'),
    timeZone: t.exposeString('timeZone'),
    dataFrom: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The oldest order.',
      resolve: async (_shop, _args, { database }) => (await readDataSpan(database.reader)).dataFrom,
    }),
    dataTo: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The newest order.',
      resolve: async (_shop, _args, { database }) => (await readDataSpan(database.reader)).dataTo,
    }),
    counts: t.field({ type: Counts, resolve: (_shop, _args, { database }) => readCounts(database.reader) }),
    gaps: t.field({ type: DataGaps, resolve: (_shop, _args, { database }) => readCoverage(database.reader) }),
    currentRun: t.field({
      type: Run,
      nullable: true,
      resolve: async (_shop, _args, context) => {
        const current = await context.currentRun();
        return current === null ? null : readRun(context.database.drizzle, current.runId);
      },
    }),
  }),
});

builder.queryField('shop', (t) =>
  t.field({ type: ShopType, authScopes: REPORTS_READ, resolve: (_root, _args, context) => context.shop() }),
);
