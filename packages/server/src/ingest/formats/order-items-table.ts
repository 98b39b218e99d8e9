import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Order lines as a table: order, product, price of a piece and, where there is one, quantity. */
export const orderItemsTable: InputFormat = {
  key: 'order-items-table',
  title: 'order lines',
  entity: 'items',
  reading: { kind: 'csv' },
  ignored: ['created_at', 'inventory_item_id'],
  recognises: ({ header }) => headerHas(header, 'items', 'order_id', 'unit_price'),
};
