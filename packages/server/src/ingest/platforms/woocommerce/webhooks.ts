import { z } from 'zod';
import type { WebhookSource } from '../source.js';
import { groupsOfWooOrder, wooOrder } from './webhook-rows.js';

const TOPICS = new Set(['order.created', 'order.updated']);
/** A cart at the till, not an order yet. */
const DRAFTS = new Set(['checkout-draft', 'auto-draft']);

/** `https://shop.example/wp-json/wc/v3/orders/727` */
const ADDRESS = /\/wp-json\/wc\/v\d+\/(?:[\w-]+\/\d+\/)*([\w-]+)\/\d+\/?$/;
/** Of subscriptions, products, variations, coupons and customers: the first of them look like orders. */
const MARKS_OF_OTHERS = [
  'billing_period',
  'billing_interval',
  'regular_price',
  'discount_type',
  'is_paying_customer',
  'username',
];

const links = z.object({ _links: z.object({ self: z.array(z.object({ href: z.string() })).min(1) }) });

/** Whether a body tells by its own fields that it is no order. */
function isOther(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  if (MARKS_OF_OTHERS.some((name) => Object.hasOwn(message, name))) return true;
  const told = links.safeParse(message);
  const [, collection = 'orders'] = ADDRESS.exec(told.data?._links.self[0]?.href ?? '') ?? [];
  return collection !== 'orders';
}

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
    if (isOther(message)) return { refused: 'this body is no order, as its topic says' };
    const order = wooOrder.parse(message);
    return DRAFTS.has(order.status) ? { ignored: 'a draft' } : { groups: groupsOfWooOrder(order) };
  },
};
