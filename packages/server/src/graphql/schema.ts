import { lexicographicSortSchema, printSchema } from 'graphql';
import { builder } from './builder.js';
// THE LIST of types: each file holds a type, its queries and its mutations.
import './types/action.js';
import './types/clv.js';
import './types/cohort.js';
import './types/customer.js';
import './types/customer-lookup.js';
import './types/exploration.js';
import './types/fitted-model.js';
import './types/import.js';
import './types/import-mutations.js';
import './types/key.js';
import './types/live.js';
import './types/product.js';
import './types/recommendation.js';
import './types/run.js';
import './types/segment-flow.js';
import './types/segment-membership.js';
import './types/segment-quality.js';
import './types/segmentation.js';
import './types/shop.js';
import './types/viewer.js';

export const schema = builder.toSchema();

/** The text of `schema.graphql`. */
export const schemaText = () => `${printSchema(lexicographicSortSchema(schema))}\n`;
