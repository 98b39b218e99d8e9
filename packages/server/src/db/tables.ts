/**
 * The schema. Rules that hold for every table (architecture, rule 6): ids are the shop's own text, compared byte by
 * byte; `customer_id` is in the primary key of every big table; no foreign key and no unique index crosses customers,
 * so that the same schema can be distributed by customer. An order without a customer stands under `''`.
 */

/* THE LIST of tables, by topic; drizzle-kit reads it. */
export * from './tables/access.js';
export * from './tables/customers.js';
export * from './tables/imports.js';
export * from './tables/jobs.js';
export * from './tables/orders.js';
export * from './tables/recommendations.js';
export * from './tables/runs.js';
export * from './tables/segments.js';
export * from './tables/shop.js';
