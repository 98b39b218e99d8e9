import type { InputFormat } from '../format.js';

/** A PRODUCTS file: one JSON array, as the whole file or as the only cell of a CSV. */
export const productsJson: InputFormat = {
  key: 'products-json',
  title: 'products as a JSON array',
  entity: 'products',
  reading: { kind: 'json-array' },
  recognises: ({ text }) =>
    /^\s*(?:[^\n[{,]*\r?\n)?\s*"?\s*\[\s*(\{|\])/.test(text) &&
    !/order_?id|customer_?id|user_?id/i.test(text.slice(0, 2000)),
};
