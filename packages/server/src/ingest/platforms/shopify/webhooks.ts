import type { WebhookContent, WebhookSource } from '../source.js';
import {
  groupsOfShopifyOrder,
  isTestRefund,
  rowOfShopifyCustomer,
  rowsOfShopifyRefund,
  shopifyCustomer,
  shopifyOrder,
  shopifyRefund,
} from './webhook-rows.js';

function readOrder(message: unknown): WebhookContent {
  const order = shopifyOrder.parse(message);
  if (order.test === true) return { ignored: 'a test order' };
  return { groups: groupsOfShopifyOrder(order), platformOrder: { id: order.id, orderId: order.name } };
}

function readRefund(message: unknown): WebhookContent {
  const refund = shopifyRefund.parse(message);
  if (isTestRefund(refund)) return { ignored: 'a test refund' };
  const rows = rowsOfShopifyRefund(refund, refund.order_id);
  if (rows.length === 0) return { ignored: 'a refund of nothing' };
  return { groups: [{ entity: 'returns', rows }], platformOrder: { id: refund.order_id } };
}

const readCustomer = (message: unknown): WebhookContent => ({
  groups: [{ entity: 'customers', rows: [rowOfShopifyCustomer(shopifyCustomer.parse(message))] }],
});

const TOPICS: ReadonlyMap<string, (message: unknown) => WebhookContent> = new Map([
  ['orders/create', readOrder],
  ['orders/updated', readOrder],
  ['orders/cancelled', readOrder],
  ['orders/paid', readOrder],
  ['orders/fulfilled', readOrder],
  ['refunds/create', readRefund],
  ['customers/create', readCustomer],
  ['customers/update', readCustomer],
]);

export const shopify: WebhookSource = {
  key: 'shopify',
  secrets: ({ shopifyWebhookSecrets = [] }) => shopifyWebhookSecrets,
  headers: {
    signature: 'x-shopify-hmac-sha256',
    topic: 'x-shopify-topic',
    delivery: 'x-shopify-webhook-id',
    sentAt: 'x-shopify-triggered-at',
  },
  read: (topic, message) => TOPICS.get(topic)?.(message) ?? { ignored: 'a topic that is not read' },
};
