import { sql } from 'drizzle-orm';
import { index, integer, jsonb, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, moment, shopId } from './columns.js';

export const customers = pgTable(
  'customers',
  {
    customerId: shopId('customer_id').primaryKey(),
    email: text('email'),
    firstName: text('first_name'),
    lastName: text('last_name'),
    age: integer('age'),
    gender: text('gender'),
    country: text('country'),
    state: text('state'),
    city: text('city'),
    channel: text('channel'),
    registeredAt: moment('registered_at'),
    /** What the source told beyond these, by its own names. */
    attributes: jsonb('attributes'),
    /** When the source last changed the row: an older one never replaces a newer. */
    version: moment('version'),
    importId: counter('import_id'),
  },
  (table) => [index('customers_email').on(sql`lower(${table.email})`).where(sql`${table.email} is not null`)],
);

/** What customers did beside ordering: visits, opens, clicks, carts, service contacts, surveys. */
export const events = pgTable(
  'events',
  {
    customerId: shopId('customer_id').notNull(),
    eventId: shopId('event_id').notNull(),
    kind: text('kind').notNull(),
    occurredAt: moment('occurred_at').notNull(),
    campaignId: shopId('campaign_id'),
    value: numeric('value'),
    importId: counter('import_id'),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.eventId] })],
);

export const campaigns = pgTable('campaigns', {
  campaignId: shopId('campaign_id').primaryKey(),
  name: text('name'),
  channel: text('channel'),
  startsAt: moment('starts_at'),
  endsAt: moment('ends_at'),
  cost: numeric('cost'),
  importId: counter('import_id'),
});

/** Who was treated by a campaign, in which arm, and whether he redeemed the offer. */
export const treatments = pgTable(
  'treatments',
  {
    customerId: shopId('customer_id').notNull(),
    campaignId: shopId('campaign_id').notNull(),
    treatedAt: moment('treated_at').notNull(),
    arm: text('arm'),
    cost: numeric('cost'),
    redeemedAt: moment('redeemed_at'),
    importId: counter('import_id'),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.campaignId, table.treatedAt] })],
);

/** Ids of customers who were merged into another: rows that still come under them go to the one that stays. */
export const customerAliases = pgTable('customer_aliases', {
  customerId: shopId('customer_id').primaryKey(),
  mergedInto: shopId('merged_into').notNull(),
});

/** Two customers who share an address and each have an id of the shop's own: a person decides whether they are one. */
export const possibleMerges = pgTable(
  'possible_merges',
  {
    customerId: shopId('customer_id').notNull(),
    otherCustomerId: shopId('other_customer_id').notNull(),
    reason: text('reason').notNull(),
    importId: counter('import_id'),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.otherCustomerId] }),
    index('possible_merges_other').on(table.otherCustomerId),
  ],
);

/** Whether a customer agreed to marketing. A row that is missing means that nobody knows, which is no yes. */
export const consents = pgTable(
  'consents',
  {
    customerId: shopId('customer_id').notNull(),
    channel: text('channel', { enum: ['email', 'sms', 'ads'] }).notNull(),
    state: text('state', { enum: ['yes', 'no'] }).notNull(),
    /** When the customer said so; null where the source does not say. */
    statedAt: moment('stated_at'),
    source: text('source'),
    importId: counter('import_id'),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.channel] })],
);
