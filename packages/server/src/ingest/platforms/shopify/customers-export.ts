import type { InputFormat } from '../../format.js';

/** Shopify's customer export. */
export const shopifyCustomers: InputFormat = {
  key: 'shopify-customers',
  title: 'Shopify customer export',
  entity: 'customers',
  reading: { kind: 'csv' },
  recognises: ({ header }) =>
    ['customer_id', 'first_name', 'total_spent', 'accepts_email_marketing'].every((name) => header.includes(name)),
};
