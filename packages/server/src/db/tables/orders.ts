import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, finite, moment, shopId } from './columns.js';

export const products = pgTable('products', {
  productId: shopId('product_id').primaryKey(),
  name: text('name'),
  category: text('category'),
  brand: text('brand'),
  department: text('department'),
  sku: text('sku'),
  cost: numeric('cost'),
  listPrice: numeric('list_price'),
  /** False where the shop does not sell it any more; null where the source does not say. */
  active: boolean('active'),
  /** Pieces that can be sold; null where the source does not say. */
  stock: integer('stock'),
  importId: counter('import_id'),
});

/** What a status word means, whatever the platform calls it. A pending order is not paid for and does not count. */
export const LIFECYCLE = ['pending', 'placed', 'shipped', 'delivered', 'cancelled', 'returned', 'refunded'] as const;

export type Lifecycle = (typeof LIFECYCLE)[number];

export const orders = pgTable(
  'orders',
  {
    customerId: shopId('customer_id').notNull(),
    orderId: shopId('order_id').notNull(),
    status: text('status', { enum: LIFECYCLE }).notNull(),
    placedAt: moment('placed_at').notNull(),
    shippedAt: moment('shipped_at'),
    deliveredAt: moment('delivered_at'),
    cancelledAt: moment('cancelled_at'),
    returnedAt: moment('returned_at'),
    paidAt: moment('paid_at'),
    promisedAt: moment('promised_at'),
    channel: text('channel'),
    shipCountry: text('ship_country'),
    shipRegion: text('ship_region'),
    carrier: text('carrier'),
    /** The e-mail address, in lower case, of an order without an account: the order goes where its address goes. */
    guest: shopId('guest'),
    coupons: text('coupons').array(),
    /** What the source states beside the goods, in the shop's currency; null where it does not. */
    discount: numeric('discount'),
    tax: numeric('tax'),
    shipping: numeric('shipping'),
    tip: numeric('tip'),
    totalStated: numeric('total_stated'),
    /** The currency of its source, and what one unit of it was worth in the shop's; null where it is the shop's. */
    currency: text('currency'),
    rate: numeric('rate'),
    version: moment('version'),
    importId: counter('import_id'),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.orderId] }),
    index('orders_order_id').on(table.orderId),
    index('orders_guest').on(table.guest).where(sql`${table.guest} is not null`),
  ],
);

export const orderItems = pgTable(
  'order_items',
  {
    customerId: shopId('customer_id').notNull(),
    orderId: shopId('order_id').notNull(),
    itemId: shopId('item_id').notNull(),
    productId: shopId('product_id'),
    variant: text('variant'),
    size: text('size'),
    colour: text('colour'),
    /** Pieces, or what the goods are measured in: kilograms, metres, hours. */
    quantity: numeric('quantity').notNull(),
    /** The price of a piece before any reduction; null where the source does not say. */
    listPrice: numeric('list_price'),
    /** What was taken off the line and its share of what was taken off the order. */
    discount: numeric('discount'),
    /** A gift card that was sold: a debt of the shop, so its amount is 0. */
    giftCard: boolean('gift_card'),
    /** What was asked for the line in all, after every discount, with the digits of its source. */
    amount: numeric('amount').notNull(),
    /** Null where the source states it for the order only. */
    status: text('status', { enum: LIFECYCLE }),
    shippedAt: moment('shipped_at'),
    deliveredAt: moment('delivered_at'),
    cancelledAt: moment('cancelled_at'),
    returnedAt: moment('returned_at'),
    importId: counter('import_id'),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.orderId, table.itemId] }),
    index('order_items_order_id').on(table.orderId),
    check('order_items_amount_finite', finite('amount')),
  ],
);

/**
 * Returns and refunds that come apart from their lines: as negative lines, in tables of their own, or as messages. A
 * refund without pieces has quantity 0. Whatever its order is worth no longer is not taken a second time (`orderFacts`).
 */
export const returns = pgTable(
  'returns',
  {
    customerId: shopId('customer_id').notNull(),
    returnId: shopId('return_id').notNull(),
    /** Null where the source does not say which order came back. */
    orderId: shopId('order_id'),
    /** Null where the source does not say which line. */
    itemId: shopId('item_id'),
    productId: shopId('product_id'),
    reason: text('reason'),
    quantity: numeric('quantity').notNull(),
    /** What was paid back, as a positive number. */
    amount: numeric('amount').notNull(),
    returnedAt: moment('returned_at').notNull(),
    importId: counter('import_id'),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.returnId] }),
    index('returns_return_id').on(table.returnId),
    check('returns_amount_finite', finite('amount')),
  ],
);
