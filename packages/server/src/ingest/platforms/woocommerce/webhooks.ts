import type { WebhookSource } from '../source.js';
import { groupsOfWooOrder, wooOrder } from './webhook-rows.js';

const TOPICS = new Set(['order.created', 'order.updated']);
/** A cart at the till, not an order yet. */
const DRAFTS = new Set(['checkout-draft', 'auto-draft']);

export const woocommerce: WebhookSource = {
  key: 'woocommerce',
  secrets: ({ woocommerceWebhookSecrets = [] }) => woocommerceWebhookSecrets,
  headers: {
    signature: 'x-wc-webhook-signature',
    topic: 'x-wc-webhook-topic',
    delivery: 'x-wc-webhook-delivery-id',
  },
  // Saving a webhook sends one, and keeps the webhook only when it is answered with 200.
  isPing: (headers, body) =>
    headers['x-wc-webhook-signature'] === undefined && /^webhook_id=\d{1,12}$/.test(body.toString('latin1')),
  read(topic, message) {
    if (!TOPICS.has(topic)) return { ignored: 'a topic that is not read' };
    const order = wooOrder.parse(message);
    return DRAFTS.has(order.status) ? { ignored: 'a draft' } : { groups: groupsOfWooOrder(order) };
  },
};
