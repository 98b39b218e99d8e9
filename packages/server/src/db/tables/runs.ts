import {
  boolean,
  date,
  doublePrecision,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
} from 'drizzle-orm/pg-core';
import { FEATURE_COLUMNS } from '../queries/features/features.js';
import { counter, moment, shopId } from './columns.js';

export const runs = pgTable('runs', {
  /** In the order in which runs build on each other. Those of the `past` kind lie below 0, so that they come before the first. */
  id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
  state: text('state', { enum: ['waiting', 'running', 'published', 'failed', 'cancelled', 'dropped'] }).notNull(),
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
  /** What kind of failure it was, as `runs/failures.ts` lists them. */
  failure: text('failure'),
  /**
   * A `current` run is what readers see from its end on. A `look` speaks of an earlier moment than the current run: it is kept
   * until somebody removes it. A `past` one stands for a run that the shop would have made before its first.
   */
  kind: text('kind', { enum: ['current', 'look', 'past'] })
    .notNull()
    .default('current'),
  name: text('name'),
  /** The job that made it; null where a person's command did. */
  jobId: counter('job_id'),
  cancelRequested: boolean('cancel_requested').notNull().default(false),
  /** What took how long, in order: see `runs/run-story.ts`. */
  steps: jsonb('steps').notNull().default([]),
  /** By how long the runs before it took; null while none is on record. */
  estimatedEnd: moment('estimated_end'),
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
  registeredAt: moment('registered_at'),
  firstOrderAt: moment('first_order_at'),
  lastOrderAt: moment('last_order_at'),
  /** First day of the month of the first order, in the shop's zone. */
  cohort: date('cohort'),
  /** One a feature, as `queries/features/` computes it. */
  ...FEATURE_COLUMNS,
  rfmRecency: smallint('rfm_recency'),
  rfmFrequency: smallint('rfm_frequency'),
  rfmMonetary: smallint('rfm_monetary'),
  valueScore: doublePrecision('value_score'),
  valuePercentile: doublePrecision('value_percentile'),
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
