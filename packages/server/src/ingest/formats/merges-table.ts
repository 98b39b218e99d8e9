import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Customers who turned out to be one: the old id and the one that stays. */
export const mergesTable: InputFormat = {
  key: 'merges-table',
  title: 'customer merges',
  entity: 'merges',
  reading: { kind: 'csv' },
  recognises: ({ header }) => headerHas(header, 'merges', 'from_customer_id', 'customer_id') && header.length <= 4,
};
