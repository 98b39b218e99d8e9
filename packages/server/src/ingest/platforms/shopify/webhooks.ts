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

type Kind = 'order' | 'refund' | 'customer';

const READERS: Readonly<Record<Kind, (message: unknown) => WebhookContent>> = {
  order: readOrder,
  refund: readRefund,
  customer: readCustomer,
};

const TOPICS: ReadonlyMap<string, Kind> = new Map([
  ['orders/create', 'order'],
  ['orders/updated', 'order'],
  ['orders/cancelled', 'order'],
  ['orders/paid', 'order'],
  ['orders/fulfilled', 'order'],
  ['refunds/create', 'refund'],
  ['customers/create', 'customer'],
  ['customers/update', 'customer'],
]);

/** `gid://shopify/Order/4501` */
const GLOBAL_ID = /^gid:\/\/shopify\/(\w+)\//;
/** Of drafts, checkouts, fulfilments, transactions, products, shops and privacy requests, which also have an id and dates. */
const MARKS_OF_OTHERS = ['line_items', 'order_id', 'customer_id', 'variants', 'shop_id', 'myshopify_domain'];
const MARKS_OF_CUSTOMERS = ['first_name', 'last_name', 'verified_email', 'addresses', 'default_address'];

/** What a body is by its own fields; null where they do not tell. */
function kindOf(message: unknown): string | null {
  if (typeof message !== 'object' || message === null) return null;
  const has = (name: string) => Object.hasOwn(message, name);
  const { admin_graphql_api_id: globalId } = message as { admin_graphql_api_id?: unknown };
  const told = typeof globalId === 'string' ? GLOBAL_ID.exec(globalId)?.[1] : undefined;
  if (told !== undefined) return told.toLowerCase();
  if (has('refund_line_items')) return 'refund';
  if (has('financial_status')) return 'order';
  if (MARKS_OF_OTHERS.some(has)) return 'something else';
  return MARKS_OF_CUSTOMERS.some(has) ? 'customer' : null;
}

function read(topic: string, message: unknown): WebhookContent {
  const kind = TOPICS.get(topic);
  if (kind === undefined) return { ignored: 'a topic that is not read' };
  const told = kindOf(message);
  // Of a thing that was deleted Shopify tells the id alone, which would make a customer of anything.
  const isRefused = told === null ? kind === 'customer' : told !== kind;
  if (isRefused) return { refused: `this body is no ${kind}, as its topic says` };
  return READERS[kind](message);
}

export const shopify: WebhookSource = {
  key: 'shopify',
  secrets: ({ shopifyWebhookSecrets = [] }) => shopifyWebhookSecrets,
  headers: {
    signature: 'x-shopify-hmac-sha256',
    topic: 'x-shopify-topic',
    delivery: 'x-shopify-webhook-id',
    sentAt: 'x-shopify-triggered-at',
  },
  read,
};
