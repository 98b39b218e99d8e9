import { createHmac } from 'node:crypto';

export const SHOPIFY_SECRET = 'shpss_0123456789abcdef0123456789abcdef';
export const WOO_SECRET = 'wc-a-secret-of-its-own-0123456789';

let made = 0;

export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** A webhook as a platform sends it, over HTTP. */
export interface Webhook {
  readonly platform: 'shopify' | 'woocommerce';
  readonly topic: string;
  /** An object, or the very bytes. */
  readonly body: unknown;
  readonly id?: string;
  /** Null sends none. */
  readonly secret?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const NAMES = {
  shopify: ['x-shopify-topic', 'x-shopify-webhook-id', 'x-shopify-hmac-sha256', SHOPIFY_SECRET],
  woocommerce: ['x-wc-webhook-topic', 'x-wc-webhook-delivery-id', 'x-wc-webhook-signature', WOO_SECRET],
} as const;

export async function sendWebhook(url: string, webhook: Webhook): Promise<WebhookAnswer> {
  const [topic, delivery, signature, own] = NAMES[webhook.platform];
  const { body: given, secret = own } = webhook;
  const body = Buffer.isBuffer(given) ? given : Buffer.from(typeof given === 'string' ? given : JSON.stringify(given));
  const answer = await fetch(`${url}/webhooks/${webhook.platform}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [topic]: webhook.topic,
      [delivery]: webhook.id ?? `made-${process.pid}-${++made}`,
      ...(secret === null ? {} : { [signature]: createHmac('sha256', secret).update(body).digest('base64') }),
      ...webhook.headers,
    },
    body: new Uint8Array(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: JSON.parse(text) as Record<string, unknown> };
}

/** Bodies with the fields that tell them apart in the platforms' own messages. */
export const SHOPIFY_BODIES = {
  order: {
    id: 4501,
    admin_graphql_api_id: 'gid://shopify/Order/4501',
    name: '#1001',
    order_number: 1001,
    email: 'ann@shop.example',
    currency: 'USD',
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
    financial_status: 'paid',
    fulfillment_status: null,
    customer: { id: 77, email: 'ann@shop.example', first_name: 'Ann', last_name: 'Lee' },
    line_items: [{ id: 11, sku: 'MUG-1', product_id: 501, title: 'Mug', quantity: 2, price: '12.50' }],
    refunds: [],
  },
  refund: {
    id: 9001,
    admin_graphql_api_id: 'gid://shopify/Refund/9001',
    order_id: 4501,
    created_at: '2026-03-05T09:00:00Z',
    refund_line_items: [{ id: 1, quantity: 1, restock_type: 'return', subtotal: 8, line_item: { sku: 'MUG-1' } }],
    transactions: [{ kind: 'refund', status: 'success', amount: '8.00' }],
  },
  customer: {
    id: 77,
    admin_graphql_api_id: 'gid://shopify/Customer/77',
    email: 'ann@shop.example',
    first_name: 'Ann',
    last_name: 'Lee',
    created_at: '2026-02-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
    default_address: { country_code: 'US', province_code: 'NY', city: 'New York' },
  },
} as const;

export const WOO_ORDER = {
  id: 727,
  number: '727',
  order_key: 'wc_order_58d2d042d1d',
  status: 'processing',
  currency: 'USD',
  date_created_gmt: '2026-03-22T16:28:02',
  date_modified_gmt: '2026-03-22T16:28:08',
  customer_id: 26,
  billing: { email: 'joe@shop.example', first_name: 'Joe', last_name: 'Doe', country: 'US' },
  line_items: [{ id: 315, name: 'Cap', sku: '', product_id: 93, quantity: 2, total: '6.00' }],
  refunds: [],
  _links: { self: [{ href: 'https://shop.example/wp-json/wc/v3/orders/727' }] },
} as const;
