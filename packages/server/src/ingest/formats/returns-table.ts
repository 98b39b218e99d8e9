import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Returns or refunds in a table of their own, each with its order, amount and date. */
export const returnsTable: InputFormat = {
  key: 'returns-table',
  title: 'returns and refunds',
  entity: 'returns',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    headerHas(header, 'returns', 'order_id', 'amount', 'returned_at') &&
    ['refund_id', 'return_id', 'refund_amount', 'refunded_at', 'refund'].some((name) => header.includes(name)),
};
