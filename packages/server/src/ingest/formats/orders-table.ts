import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Orders as a table with a status; their money stands in the lines. */
export const ordersTable: InputFormat = {
  key: 'orders-table',
  title: 'orders',
  entity: 'orders',
  reading: { kind: 'csv' },
  recognises: ({ header }) => headerHas(header, 'orders', 'order_id', 'status', 'placed_at'),
};
