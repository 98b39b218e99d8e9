import type { InputFormat } from '../../format.js';

/** WooCommerce's order export, one row a line. */
export const woocommerceOrders: InputFormat = {
  key: 'woocommerce-orders',
  title: 'WooCommerce order export',
  entity: 'sales',
  // Nobody has paid for these, as the platform's messages say too.
  words: {
    pending: 'pending',
    'wc-pending': 'pending',
    'on-hold': 'pending',
    'wc-on-hold': 'pending',
    'on hold': 'pending',
  },
  reading: { kind: 'csv' },
  columns: {
    order_id: 'order_number',
    customer_id: 'customer_user',
    status: 'order_status',
    placed_at: 'order_date',
    product_id: 'item_sku',
    product_name: 'item_name',
    quantity: 'item_quantity',
    unit_price: 'item_cost',
    currency: 'order_currency',
    email: 'billing_email_address',
    amount: '',
  },
  recognises: ({ header }) =>
    ['order_number', 'order_status', 'order_date', 'item_name'].every((name) => header.includes(name)),
};
