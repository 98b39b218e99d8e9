import {
  date,
  doublePrecision,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core';
import { counter, moment, shopId } from './columns.js';

export const runs = pgTable('runs', {
  id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
  state: text('state', { enum: ['running', 'published', 'failed', 'dropped'] }).notNull(),
  asOf: moment('as_of').notNull(),
  startedAt: moment('started_at').notNull().defaultNow(),
  finishedAt: moment('finished_at'),
  /** 0 to 1. */
  progress: doublePrecision('progress').notNull().default(0),
  step: text('step').notNull().default('starting'),
  options: jsonb('options').notNull().default({}),
  /** Of the rows that it read: equal fingerprints, options and version give equal scores. */
  dataFingerprint: text('data_fingerprint'),
  customerCount: counter('customer_count'),
  error: text('error'),
});

export const fittedModels = pgTable(
  'fitted_models',
  {
    runId: counter('run_id').notNull(),
    key: text('key').notNull(),
    version: text('version').notNull(),
    fitted: jsonb('fitted').notNull(),
    fittedAt: moment('fitted_at').notNull().defaultNow(),
    /** How the columns that it read and wrote were spread, by name, for the run after to compare with. */
    distributions: jsonb('distributions').notNull().default({}),
    /** Population stability against the run before; null in the first run. */
    drift: jsonb('drift'),
    /** What the predictions of this run came to, once their 90 days had passed. */
    realised: jsonb('realised'),
  },
  (table) => [primaryKey({ columns: [table.runId, table.key] })],
);

/**
 * One wide row a customer and run. Partitioned by run in the migration (drizzle cannot say it); each run's partition is
 * made, loaded and indexed alone, then attached, so it has its indexes and the parent has none.
 */
export const customerProfiles = pgTable('customer_profiles', {
  runId: counter('run_id').notNull(),
  customerId: shopId('customer_id').notNull(),
  /** The moment this row speaks of: the run's, or that of a later order which re-scored it. */
  asOf: moment('as_of').notNull(),
  computedAt: moment('computed_at').notNull(),
  status: text('status', { enum: ['MODELLED', 'GROUP_AVERAGE', 'NOT_ENOUGH_DATA', 'NOT_APPLICABLE'] }).notNull(),
  country: text('country'),
  state: text('state'),
  city: text('city'),
  gender: text('gender'),
  age: integer('age'),
  channel: text('channel'),
  registeredAt: moment('registered_at'),
  firstOrderAt: moment('first_order_at'),
  lastOrderAt: moment('last_order_at'),
  /** First day of the month of the first order, in the shop's zone. */
  cohort: date('cohort'),
  orders: integer('orders').notNull(),
  grossRevenue: numeric('gross_revenue').notNull(),
  netRevenue: numeric('net_revenue').notNull(),
  averageOrderValue: numeric('average_order_value'),
  recencyDays: integer('recency_days'),
  tenureDays: integer('tenure_days'),
  spanDays: integer('span_days'),
  ordersPerYear: doublePrecision('orders_per_year'),
  medianDaysBetweenOrders: doublePrecision('median_days_between_orders'),
  itemsDelivered: integer('items_delivered').notNull(),
  itemsReturned: integer('items_returned').notNull(),
  /** Of delivered pieces; null where nothing was delivered. */
  returnRate: doublePrecision('return_rate'),
  discountShare: doublePrecision('discount_share'),
  distinctCategories: integer('distinct_categories').notNull(),
  /** The category that most was spent on before returns, and its share of what was spent on all; null where none is known. */
  favouriteCategory: text('favourite_category'),
  favouriteCategoryShare: doublePrecision('favourite_category_share'),
  visits30d: integer('visits_30d').notNull(),
  emailOpens90d: integer('email_opens_90d').notNull(),
  serviceContacts90d: integer('service_contacts_90d').notNull(),
  rfmRecency: smallint('rfm_recency'),
  rfmFrequency: smallint('rfm_frequency'),
  rfmMonetary: smallint('rfm_monetary'),
  valueScore: doublePrecision('value_score'),
  valuePercentile: doublePrecision('value_percentile'),
  /** Days with at least one order. */
  purchaseDays: integer('purchase_days'),
  /** Mean revenue, before returns, of the purchase days after the first; null with one. */
  repeatMeanValue: numeric('repeat_mean_value'),
  /** Revenue, before returns, of the 90 days before the moment, and of the next 90 days of the calendar a year ago. */
  revenueLast90Days: numeric('revenue_last_90_days'),
  revenueSameSeason: numeric('revenue_same_season'),
  /** Lifetime value; null for Prospects and where nothing is predicted. */
  clvStatus: text('clv_status', { enum: ['MODELLED', 'GROUP_AVERAGE', 'NOT_ENOUGH_DATA', 'NOT_APPLICABLE'] }),
  clv90d: numeric('clv_90d'),
  clv90dLow: numeric('clv_90d_low'),
  clv90dHigh: numeric('clv_90d_high'),
  clv90dNet: numeric('clv_90d_net'),
  clvPercentile: doublePrecision('clv_percentile'),
  clvDecile: smallint('clv_decile'),
  expectedOrders90d: doublePrecision('expected_orders_90d'),
  probabilityAlive: doublePrecision('probability_alive'),
  expectedOrderValue: numeric('expected_order_value'),
  lifetimeValue: numeric('lifetime_value'),
  /** One entry a segmentation, `segmentation:segment`. */
  segments: text('segments').array().notNull(),
});
