import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

/**
 * The schema. Rules that hold for every table (architecture, rule 6): ids are the shop's own text, compared byte by
 * byte; `customer_id` is in the primary key of every big table; no foreign key and no unique index crosses customers,
 * so that the same schema can be distributed by customer. An order without a customer stands under `''`.
 */

/** An id of the shop's: text in byte order, whatever the server's locale. */
const shopId = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' });
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 6 });
const counter = (name: string) => bigint(name, { mode: 'number' });

/** `numeric` takes NaN and the infinities; money must not. NaN is larger than everything to PostgreSQL. */
const finite = (column: string) => sql.raw(`${column} > '-Infinity'::numeric AND ${column} < 'Infinity'::numeric`);

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

/** What a status word means, whatever the platform calls it. */
export const LIFECYCLE = ['placed', 'shipped', 'delivered', 'cancelled', 'returned', 'refunded'] as const;
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
    version: moment('version'),
    importId: counter('import_id'),
  },
  (table) => [primaryKey({ columns: [table.customerId, table.orderId] }), index('orders_order_id').on(table.orderId)],
);

export const orderItems = pgTable(
  'order_items',
  {
    customerId: shopId('customer_id').notNull(),
    orderId: shopId('order_id').notNull(),
    itemId: shopId('item_id').notNull(),
    productId: shopId('product_id'),
    quantity: integer('quantity').notNull(),
    /** What the line costs in all: price x quantity, with the digits of its source. */
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
    productId: shopId('product_id'),
    quantity: integer('quantity').notNull(),
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

/** What a key is for: the three that a caller sends, and the two that a shop's backend signs short tokens with. */
export const KEY_KINDS = ['secret', 'restricted', 'publishable', 'customer-signing', 'agent-signing'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** Keys are stored as the SHA-256 of their text; the text is shown once. */
export const apiKeys = pgTable('api_keys', {
  hash: text('hash').primaryKey(),
  /** What people and tokens (`kid`) call it. */
  id: text('id').notNull().unique().default(sql`'key_' || left(replace(gen_random_uuid()::text, '-', ''), 16)`),
  kind: text('kind', { enum: KEY_KINDS }).notNull().default('secret'),
  /** The first characters, so that a person can tell keys apart. */
  prefix: text('prefix').notNull(),
  title: text('title').notNull(),
  /** What a restricted key may do; what an agent's token may be granted at most. */
  scopes: text('scopes').array().notNull().default([]),
  /** The sites whose pages may carry it, or the tokens that it signs. */
  origins: text('origins').array().notNull().default([]),
  /** Of a signing key: the one algorithm that its tokens are checked by. */
  algorithm: text('algorithm', { enum: ['HS256', 'ES256', 'RS256', 'EdDSA'] }),
  /** Of a signing key: the shop's public key, or the secret sealed with a key that is not in the database. */
  verifier: text('verifier'),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at'),
  revoked: boolean('revoked').notNull().default(false),
});

/** Agents whose tokens of one signing key stopped counting: those signed up to that moment. */
export const revokedAgents = pgTable(
  'revoked_agents',
  {
    keyId: text('key_id').notNull(),
    subject: text('subject').notNull(),
    revokedAt: moment('revoked_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.subject] })],
);

/** Who did what that has to be answered for. Ids and counts; never a name, an e-mail address or a secret. */
export const auditLog = pgTable('audit_log', {
  id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
  at: moment('at').notNull().defaultNow(),
  /** The class of the credential, or `command line`. */
  actor: text('actor').notNull(),
  keyId: text('key_id'),
  /** Of a token: whom it was signed for. */
  subject: text('subject'),
  action: text('action').notNull(),
  /** Ids of the keys or customers that it was done to. */
  targets: text('targets').array().notNull().default([]),
  details: jsonb('details').notNull().default({}),
});
