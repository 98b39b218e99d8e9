import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Products as a table. */
export const productsTable: InputFormat = {
  key: 'products-table',
  title: 'products',
  entity: 'products',
  reading: { kind: 'csv' },
  recognises: ({ header }) => headerHas(header, 'products', 'product_id', 'category', 'list_price'),
};
