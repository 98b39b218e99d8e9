import { integer, text } from 'drizzle-orm/pg-core';
import { featureGroup } from './feature.js';

/** Who somebody is, as the source has it. */
export const person = featureGroup({
  expressions: () => '',
  joins: '',
  features: {
    country: { column: text('country'), value: 'c.country', filterable: true },
    state: { column: text('state'), value: 'c.state', filterable: true },
    city: { column: text('city'), value: 'c.city', filterable: true },
    gender: { column: text('gender'), value: 'c.gender', filterable: true },
    age: { column: integer('age'), value: 'c.age', filterable: true },
    channel: { column: text('channel'), value: 'c.channel', filterable: true },
  },
});
