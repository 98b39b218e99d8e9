import type { InputFormat } from '../format.js';
import { hasWorth, headerHas } from '../rows/entities.js';

/** A plain log: a row is an order of a customer, or a line of one, with a date and an amount (CDNOW and the like). */
export const transactionLog: InputFormat = {
  key: 'transaction-log',
  title: 'transactions',
  entity: 'sales',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    (headerHas(header, 'sales', 'customer_id') || headerHas(header, 'sales', 'email')) &&
    headerHas(header, 'sales', 'placed_at') &&
    hasWorth(header),
};
