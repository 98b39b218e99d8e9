import { type OrderLineRow, type OrderRow, readOrderLines } from '../../db/queries/orders/orders.js';
import { LIFECYCLE } from '../../db/tables.js';
import { builder } from '../builder.js';
import { CUSTOMERS_READ, Money } from '../common.js';
import { connectionType } from '../paging/connection.js';

export const OrderStatus = builder.enumType('OrderStatus', {
  values: Object.fromEntries(LIFECYCLE.map((word) => [word.toUpperCase(), { value: word }])) as Record<
    Uppercase<(typeof LIFECYCLE)[number]>,
    { value: (typeof LIFECYCLE)[number] }
  >,
});

export const OrderLine = builder.objectRef<OrderLineRow>('OrderLine').implement({
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    externalId: t.exposeString('itemId'),
    productExternalId: t.exposeString('productId', { nullable: true }),
    productName: t.exposeString('productName', { nullable: true }),
    category: t.exposeString('category', { nullable: true }),
    quantity: t.exposeFloat('quantity', { description: 'Pieces, or what the goods are measured in.' }),
    amount: t.field({
      type: Money,
      resolve: async ({ amount }, _args, context) => ({ amount, currency: (await context.shop()).currency }),
    }),
    status: t.field({ type: OrderStatus, nullable: true, resolve: ({ status }) => status }),
    returnedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ returnedAt }) => returnedAt }),
  }),
});

export const Order = builder.objectRef<OrderRow>('Order').implement({
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    externalId: t.exposeString('orderId'),
    status: t.field({ type: OrderStatus, resolve: ({ status }) => status }),
    placedAt: t.field({ type: 'DateTime', resolve: ({ placedAt }) => placedAt }),
    shippedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ shippedAt }) => shippedAt }),
    deliveredAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ deliveredAt }) => deliveredAt }),
    cancelledAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ cancelledAt }) => cancelledAt }),
    returnedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ returnedAt }) => returnedAt }),
    amount: t.field({
      type: Money,
      description: 'All of its lines, whatever became of them.',
      resolve: async ({ amount }, _args, context) => ({ amount, currency: (await context.shop()).currency }),
    }),
    lines: t.field({
      type: [OrderLine],
      resolve: ({ customerId, orderId }, _args, { database: { drizzle } }) =>
        readOrderLines(drizzle, customerId, orderId),
    }),
  }),
});

export const OrderConnection = connectionType('Order', Order);
