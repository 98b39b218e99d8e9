import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** A plain log: one line is one order of one customer, with a date and an amount (CDNOW and the like). */
export const transactionLog: InputFormat = {
  key: 'transaction-log',
  title: 'transactions',
  entity: 'sales',
  reading: { kind: 'csv' },
  recognises: ({ header }) => headerHas(header, 'sales', 'customer_id', 'placed_at', 'amount'),
};
