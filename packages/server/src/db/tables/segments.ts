import { index, jsonb, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, moment, shopId } from './columns.js';

/** Who moved, from where, to where, when and why. The first run of a shop writes none: nobody has moved yet. */
export const segmentChanges = pgTable(
  'segment_changes',
  {
    customerId: shopId('customer_id').notNull(),
    segmentation: text('segmentation').notNull(),
    runId: counter('run_id').notNull(),
    changedAt: moment('changed_at').notNull(),
    /** Null for a customer whom the run before did not know. */
    fromSegment: text('from_segment'),
    toSegment: text('to_segment').notNull(),
    cause: text('cause', { enum: ['PURCHASE', 'RETURN', 'TIME', 'REFIT', 'DATA'] }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.segmentation, table.changedAt, table.runId] }),
    index('segment_changes_at').on(table.segmentation, table.changedAt),
  ],
);

/**
 * What each segment adds up to, one row a run, so that a page reads it instead of counting. Exact sums, so that a customer
 * who is scored again moves from one row to another without a remainder; averages and shares are made when read.
 */
export const segmentStats = pgTable(
  'segment_stats',
  {
    runId: counter('run_id').notNull(),
    segmentation: text('segmentation').notNull(),
    segment: text('segment').notNull(),
    size: counter('size').notNull(),
    /** Customers with an order. */
    buyers: counter('buyers').notNull().default(0),
    orders: counter('orders').notNull().default(0),
    netRevenue: numeric('net_revenue').notNull().default('0'),
    /** Sums of days over the buyers. */
    recencyDays: counter('recency_days').notNull().default(0),
    tenureDays: counter('tenure_days').notNull().default(0),
    itemsDelivered: counter('items_delivered').notNull().default(0),
    itemsReturned: counter('items_returned').notNull().default(0),
    clv90d: numeric('clv_90d').notNull().default('0'),
    /** By feature, how many standard deviations of all buyers the segment's average lies from theirs; as of the run. */
    zScores: jsonb('z_scores').notNull().default({}),
  },
  (table) => [primaryKey({ columns: [table.runId, table.segmentation, table.segment] })],
);
