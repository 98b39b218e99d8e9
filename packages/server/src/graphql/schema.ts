import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.js';
// THE LIST of types: each file holds a type, its queries and its mutations.
import './recommendations/action.js';
import './value/clv.js';
import './cohorts/cohort.js';
import './customers/customer.js';
import './customers/customer-lookup.js';
import './customers/possible-merge.js';
import './exploration/exploration.js';
import './runs/fitted-model.js';
import './imports/import.js';
import './imports/import-mutations.js';
import './access/key.js';
import './segments/live.js';
import './orders/product.js';
import './recommendations/recommendation.js';
import './runs/run.js';
import './runs/run-progress.js';
import './runs/run-requests.js';
import './runs/schedule.js';
import './segments/segment-flow.js';
import './segments/segment-membership.js';
import './segments/segment-quality.js';
import './segments/segmentation.js';
import './shop/shop.js';
import './access/viewer.js';

export const schema = builder.toSchema();

/** The text of `schema.graphql`. */
export const schemaText = () => `${printSchema(lexicographicSortSchema(schema))}\n`;
