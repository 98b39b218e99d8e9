import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Any table with one row a customer: what no field takes is kept as attributes. */
export const customerAttributes: InputFormat = {
  key: 'customer-attributes',
  title: 'customer attributes',
  entity: 'customers',
  reading: { kind: 'csv', keepsOtherColumns: true },
  recognises: ({ header }) =>
    headerHas(header, 'customers', 'customer_id') && header.length >= 4 && !headerHas(header, 'sales', 'order_id'),
};
