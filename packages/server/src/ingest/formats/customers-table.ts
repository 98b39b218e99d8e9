import type { InputFormat } from '../format.js';
import { hasWorth, headerHas } from '../rows/entities.js';

/** Customers as a table with their attributes. */
export const customersTable: InputFormat = {
  key: 'customers-table',
  title: 'customers',
  entity: 'customers',
  reading: { kind: 'csv' },
  recognises: ({ header }) => headerHas(header, 'customers', 'customer_id', 'email') && !hasWorth(header),
};
