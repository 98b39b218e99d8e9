import type { InputFormat } from '../format.js';
import { headerHas } from '../rows/entities.js';

/** Invoice lines with their customer, date and price in each row; a negative quantity is a return (UCI Online Retail and the like). */
export const invoiceLines: InputFormat = {
  key: 'invoice-lines',
  title: 'invoice lines',
  entity: 'sales',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    headerHas(header, 'sales', 'order_id', 'product_id', 'quantity', 'placed_at', 'unit_price') &&
    !headerHas(header, 'items', 'status'),
};
