import type { InputFormat } from '../format.js';
import { hasWorth, headerHas } from '../rows/entities.js';

/** Orders as a table with a status; their money stands in the lines, and so the table names none of its own. */
export const ordersTable: InputFormat = {
  key: 'orders-table',
  title: 'orders',
  entity: 'orders',
  reading: { kind: 'csv' },
  recognises: ({ header }) => headerHas(header, 'orders', 'order_id', 'status', 'placed_at') && !hasWorth(header),
};
