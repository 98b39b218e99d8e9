import { doublePrecision, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, shopId } from './columns.js';

/**
 * What a run learned of each product that was bought: how often, how soon again, how often it came back, and what is bought
 * with it. One row a product, so that a customer's list is made from the rows of what he bought.
 */
export const itemAffinity = pgTable(
  'item_affinity',
  {
    runId: counter('run_id').notNull(),
    productId: shopId('product_id').notNull(),
    /** Orders and customers that hold it. */
    orders: counter('orders').notNull(),
    customers: counter('customers').notNull(),
    /** Of its customers those who bought it on more than one day, 0 to 1, and the mean days from one to the next. */
    rebuyShare: doublePrecision('rebuy_share').notNull(),
    rebuyDays: doublePrecision('rebuy_days'),
    /** Of its delivered pieces, 0 to 1, drawn towards the shop's. */
    returnRate: doublePrecision('return_rate').notNull(),
    /** The products bought with it, the strongest first: `[product, strength, return rate]`. */
    neighbours: jsonb('neighbours').notNull(),
    /** By neighbour what its place rests on; read for the few that are shown. */
    evidence: jsonb('evidence').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.productId] })],
);

/** What a segment, or with `''` the whole shop, bought most of late. */
export const popularProducts = pgTable(
  'popular_products',
  {
    runId: counter('run_id').notNull(),
    /** `segmentation:segment`, or `''`. */
    segment: text('segment').notNull(),
    productId: shopId('product_id').notNull(),
    /** Customers who bought it in the 90 days before the run, and their share of those who bought anything then. */
    customers: counter('customers').notNull(),
    share: doublePrecision('share').notNull(),
    /** The share with each customer's weight halved every 30 days. */
    recentShare: doublePrecision('recent_share').notNull(),
    returnRate: doublePrecision('return_rate').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.segment, table.productId] })],
);
