import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, moment, shopId } from './columns.js';

export const imports = pgTable('imports', {
  id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
  source: text('source').notNull(),
  format: text('format').notNull(),
  /** SHA-256 of the bytes as they came. */
  fingerprint: text('fingerprint'),
  state: text('state', { enum: ['running', 'done', 'failed'] }).notNull(),
  startedAt: moment('started_at').notNull().defaultNow(),
  finishedAt: moment('finished_at'),
  /** Every row read is exactly one of the four kinds below it. */
  rowsRead: counter('rows_read').notNull().default(0),
  rowsKept: counter('rows_kept').notNull().default(0),
  rowsRepaired: counter('rows_repaired').notNull().default(0),
  rowsQuarantined: counter('rows_quarantined').notNull().default(0),
  rowsDuplicate: counter('rows_duplicate').notNull().default(0),
  /** What the rows did to the tables. */
  inserted: counter('inserted').notNull().default(0),
  updated: counter('updated').notNull().default(0),
  unchanged: counter('unchanged').notNull().default(0),
  /** Repairs by kind and what else is worth knowing, as the report prints it. */
  details: jsonb('details').notNull().default({}),
  error: text('error'),
});

export const quarantinedRows = pgTable(
  'quarantined_rows',
  {
    importId: counter('import_id').notNull(),
    /** The line of the file where the row starts, 1 is the first. */
    line: counter('line').notNull(),
    field: text('field').notNull(),
    value: text('value'),
    /** In English, for who reads the table. */
    reason: text('reason').notNull(),
    /** The same without words, so that it can be said in any language; null of rows that an older version stored. */
    reasonKind: text('reason_kind'),
    reasonValues: jsonb('reason_values'),
    /** What was read of the row, by field, so that it can be read again under other rules; null where it has no cells. */
    cells: jsonb('cells'),
  },
  (table) => [primaryKey({ columns: [table.importId, table.line] })],
);

/** Webhooks that were taken, for ever: the same delivery again changes nothing. Written with the rows that it brought. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    source: text('source').notNull(),
    deliveryId: shopId('delivery_id').notNull(),
    receivedAt: moment('received_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.source, table.deliveryId] })],
);

/** What a platform's messages call an order, and the id that its exports print and `orders` has: refunds name the first. */
export const webhookOrders = pgTable(
  'webhook_orders',
  {
    source: text('source').notNull(),
    sourceOrderId: shopId('source_order_id').notNull(),
    orderId: shopId('order_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.sourceOrderId] })],
);
