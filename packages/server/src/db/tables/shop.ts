import { pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { counter } from './columns.js';

/** One row: the shop's own settings and which run readers see. */
export const shop = pgTable('shop', {
  id: smallint('id').primaryKey().default(1),
  name: text('name').notNull(),
  currency: text('currency').notNull(),
  timeZone: text('time_zone').notNull(),
  /** `demo` when the generated demo shop was imported, so that own data never mixes with it. */
  kind: text('kind', { enum: ['own', 'demo'] }).notNull(),
  currentRunId: counter('current_run_id'),
});
