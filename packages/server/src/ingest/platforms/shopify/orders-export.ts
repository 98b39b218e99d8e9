import type { InputFormat } from '../../format.js';

/** Shopify's order export: one row a line; the order's own cells stand in its first row only. */
export const shopifyOrders: InputFormat = {
  key: 'shopify-orders',
  title: 'Shopify order export',
  entity: 'sales',
  // Nobody has paid for these, as the platform's messages say too.
  words: { pending: 'pending', unpaid: 'pending', expired: 'pending' },
  reading: { kind: 'csv' },
  columns: {
    order_id: 'name',
    customer_id: 'customer_id',
    status: 'financial_status',
    placed_at: 'created_at',
    shipped_at: 'fulfilled_at',
    cancelled_at: 'cancelled_at',
    product_id: 'lineitem_sku',
    product_name: 'lineitem_name',
    quantity: 'lineitem_quantity',
    unit_price: 'lineitem_price',
    country: 'billing_country',
    amount: '',
  },
  ignored: ['subtotal', 'shipping', 'taxes', 'total', 'outstanding_balance', 'tax_*', 'lineitem_compare_at_price'],
  recognises: ({ header }) =>
    ['name', 'financial_status', 'lineitem_name', 'lineitem_price'].every((name) => header.includes(name)),
};
