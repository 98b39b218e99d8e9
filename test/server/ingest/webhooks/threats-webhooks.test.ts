import { once } from 'node:events';
import http from 'node:http';
import { Refusals, senderOf } from '@tessera/server/access/refusals.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../support/server.js';
import {
  SHOPIFY_BODIES,
  SHOPIFY_SECRET,
  sendWebhook,
  type Webhook,
  WOO_ORDER,
  WOO_SECRET,
} from '../../../support/webhooks.js';

const CONFIG = { shopifyWebhookSecrets: [SHOPIFY_SECRET], woocommerceWebhookSecrets: [WOO_SECRET] };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 0, config: CONFIG });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.database
    .sql`truncate customers, orders, order_items, returns, products, imports, quarantined_rows, webhook_deliveries, webhook_orders`;
});

const shopify = (topic: string, body: unknown, more: Partial<Webhook> = {}) =>
  sendWebhook(server.url, { platform: 'shopify', topic, body, ...more });
const woo = (topic: string, body: unknown, more: Partial<Webhook> = {}) =>
  sendWebhook(server.url, { platform: 'woocommerce', topic, body, ...more });

/** How many rows each table holds that a message can write. */
async function written() {
  const counts: Record<string, number> = {};
  for (const table of ['customers', 'orders', 'order_items', 'returns', 'products', 'imports', 'webhook_deliveries']) {
    const [row] = await server.database.sql.unsafe<{ n: number }[]>(`select count(*)::int as n from ${table}`);
    counts[table] = row!.n;
  }
  return counts;
}
const NOTHING = {
  customers: 0,
  orders: 0,
  order_items: 0,
  returns: 0,
  products: 0,
  imports: 0,
  webhook_deliveries: 0,
};

type Kind = keyof typeof SHOPIFY_BODIES;
const SHOPIFY_TOPICS: readonly (readonly [string, Kind])[] = [
  ['orders/create', 'order'],
  ['orders/updated', 'order'],
  ['orders/cancelled', 'order'],
  ['orders/paid', 'order'],
  ['orders/fulfilled', 'order'],
  ['refunds/create', 'refund'],
  ['customers/create', 'customer'],
  ['customers/update', 'customer'],
];
const withoutGlobalId = ({ admin_graphql_api_id: _, ...body }: Record<string, unknown>) => body;

/** Signed messages of other topics, which anybody who has one may send again under a topic that is read. */
const OTHER_BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  'a draft order': {
    id: 3,
    name: '#D1',
    email: 'ann@shop.example',
    first_name: 'Ann',
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
    line_items: SHOPIFY_BODIES.order.line_items,
    invoice_url: 'https://shop.example/invoices/1',
    status: 'open',
  },
  'a draft order by its global id': {
    ...SHOPIFY_BODIES.order,
    admin_graphql_api_id: 'gid://shopify/DraftOrder/3',
  },
  'a checkout': {
    id: 4,
    name: '#98',
    token: 'b1946ac92492d2347c6235b4d2611184',
    email: 'ann@shop.example',
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
    line_items: SHOPIFY_BODIES.order.line_items,
  },
  'a fulfilment': {
    id: 5,
    order_id: 4501,
    name: '#1001.1',
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
    line_items: SHOPIFY_BODIES.order.line_items,
    status: 'success',
  },
  'a transaction': {
    id: 6,
    order_id: 4501,
    kind: 'refund',
    status: 'success',
    amount: '8.00',
    created_at: '2026-03-01',
  },
  'a product': {
    id: 7,
    admin_graphql_api_id: 'gid://shopify/Product/7',
    title: 'Mug',
    variants: [],
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
  },
  'a shop': {
    id: 8,
    name: 'Shop',
    email: 'owner@shop.example',
    myshopify_domain: 'shop.myshopify.com',
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T10:00:00Z',
  },
  "a customer's wish to be forgotten": {
    shop_id: 9,
    customer: { id: 77, email: 'ann@shop.example' },
    orders_to_redact: [],
  },
};

describe('a signed body under a topic that is not its own', () => {
  it.each(SHOPIFY_TOPICS)('is refused by Shopify, %s, and its own is taken', async (topic, kind) => {
    for (const [other, body] of Object.entries(SHOPIFY_BODIES)) {
      if (other === kind) continue;
      for (const sent of [body, withoutGlobalId(body)]) {
        const answer = await shopify(topic, sent);
        expect([other, answer.status]).toEqual([other, 400]);
        expect(answer.text).toContain(`this body is no ${kind}, as its topic says`);
      }
    }
    for (const [other, body] of Object.entries(OTHER_BODIES)) {
      expect([other, (await shopify(topic, body)).status]).toEqual([other, 400]);
    }
    expect(await written()).toEqual(NOTHING);
    for (const sent of [SHOPIFY_BODIES[kind], withoutGlobalId(SHOPIFY_BODIES[kind])]) {
      const answer = await shopify(topic, sent);
      expect([answer.status, answer.json.quarantined]).toEqual([200, 0]);
    }
  });

  it('makes no customer of the id of anything that was deleted', async () => {
    for (const topic of ['customers/create', 'customers/update']) {
      expect((await shopify(topic, { id: 820982911946154500 })).status).toBe(400);
      expect((await shopify(topic, { id: 5, updated_at: '2026-03-01T10:00:00Z' })).status).toBe(400);
    }
    expect(await written()).toEqual(NOTHING);
  });

  it.each(['order.created', 'order.updated'])('is refused by WooCommerce, %s, and its own is taken', async (topic) => {
    const { _links, ...bare } = WOO_ORDER;
    const at = (path: string) => ({ _links: { self: [{ href: `https://shop.example/wp-json/wc/v3/${path}` }] } });
    const others: Record<string, Record<string, unknown>> = {
      'a subscription': { ...bare, billing_period: 'month', billing_interval: '1' },
      'a subscription by its address': { ...bare, ...at('subscriptions/727') },
      'a refund of an order': { ...bare, ...at('orders/727/refunds/9') },
      'a product': { id: 93, name: 'Cap', status: 'publish', regular_price: '3.00', ...at('products/93') },
      'a coupon': { id: 1, code: 'ten', discount_type: 'percent', ...at('coupons/1') },
      'a customer': { id: 26, username: 'joe', is_paying_customer: true, ...at('customers/26') },
    };
    for (const [other, body] of Object.entries(others)) {
      expect([other, (await woo(topic, body)).status]).toEqual([other, 400]);
    }
    expect(await written()).toEqual(NOTHING);
    for (const sent of [WOO_ORDER, bare]) expect((await woo(topic, sent)).json).toMatchObject({ quarantined: 0 });
  });

  it('does not use up the delivery of the message itself', async () => {
    await shopify('customers/update', SHOPIFY_BODIES.order, { id: 'one' });
    // Of an unknown shape, and so on record.
    expect((await shopify('orders/create', { id: 1, name: '#1' }, { id: 'one' })).json).toMatchObject({
      quarantined: 1,
    });
    const own = await shopify('orders/create', SHOPIFY_BODIES.order, { id: 'one' });
    expect(own.json).toMatchObject({ duplicate: false, inserted: 1 });
    expect((await shopify('orders/create', SHOPIFY_BODIES.order, { id: 'one' })).json).toEqual({ duplicate: true });
  });
});

describe('a message that comes late or again', () => {
  const triggered = (minutesAgo: number) => ({
    headers: { 'x-shopify-triggered-at': new Date(Date.now() - minutesAgo * 60_000).toISOString() },
  });

  it('is taken for as long as Shopify tries, and not from the future', async () => {
    const sent = (minutes: number) => shopify('orders/create', SHOPIFY_BODIES.order, triggered(minutes));
    for (const minutes of [-4, 0, 60, 240, 249])
      expect([minutes, (await sent(minutes)).status]).toEqual([minutes, 200]);
    for (const minutes of [-6, -240, 251, 5000])
      expect([minutes, (await sent(minutes)).status]).toEqual([minutes, 401]);
  });

  it('changes nothing under its delivery id, at once or after all', async () => {
    const first = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        shopify('orders/create', SHOPIFY_BODIES.order, { id: 'again', ...triggered(i * 12) }),
      ),
    );
    expect(first.filter(({ json }) => json.duplicate === false)).toHaveLength(1);
    const before = await written();
    const late = await shopify('orders/create', SHOPIFY_BODIES.order, { id: 'again', ...triggered(240) });
    expect(late.json).toEqual({ duplicate: true });
    expect(await written()).toEqual(before);
  });
});

/** As a proxy or an attacker sends it: a body, its headers, and the address that it came from. */
async function unsigned(url: string, headers: Record<string, string>, body = '{}') {
  const answer = await fetch(`${url}/webhooks/shopify`, {
    method: 'POST',
    headers: { 'x-shopify-webhook-id': 'x', 'x-shopify-topic': 'orders/create', ...headers },
    body,
  });
  await answer.arrayBuffer();
  return answer;
}

describe('webhooks that are not signed', () => {
  it('are limited by address, and whoever signs is answered beside them', async () => {
    const own = await startTestServer({ demoCustomers: 0, config: CONFIG });
    try {
      const statuses: number[] = [];
      const forged = 'A'.repeat(43);
      for (let i = 0; i < 80; i++) {
        const signature: Record<string, string> = i % 2 === 0 ? {} : { 'x-shopify-hmac-sha256': `${forged}=` };
        statuses.push((await unsigned(own.url, { ...signature, 'x-forwarded-for': `203.0.113.${i}` })).status);
      }
      expect(statuses).toEqual([...Array.from({ length: 60 }, () => 401), ...Array.from({ length: 20 }, () => 429)]);
      const limited = await unsigned(own.url, {});
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(limited.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      const signed = { platform: 'shopify', topic: 'orders/create', body: SHOPIFY_BODIES.order } as const;
      expect((await sendWebhook(own.url, signed)).json).toMatchObject({ inserted: 1 });
    } finally {
      await own.close();
    }
  });

  it('are told apart behind a trusted proxy, by the address that the proxy adds', async () => {
    const own = await startTestServer({ demoCustomers: 0, config: { ...CONFIG, trustedProxies: ['loopback'] } });
    try {
      const from = (address: string) => unsigned(own.url, { 'x-forwarded-for': address });
      for (let i = 0; i < 60; i++) await from(`198.51.100.${i}, 203.0.113.7`);
      expect((await from('198.51.100.99, 203.0.113.7')).status).toBe(429);
      expect((await from('203.0.113.8')).status).toBe(401);
      // One sender has all of a network of IPv6.
      for (let i = 0; i < 60; i++) await from(`2001:db8:1:2::${i.toString(16)}`);
      expect((await from('2001:db8:1:2:ffff::1')).status).toBe(429);
      expect((await from('2001:db8:1:3::1')).status).toBe(401);
    } finally {
      await own.close();
    }
  });

  it('are not read: a body without a signature is refused before it has come', async () => {
    const { hostname, port } = new URL(server.url);
    const request = http.request({ hostname, port, path: '/webhooks/shopify', method: 'POST' });
    request.on('error', () => {});
    request.write('x'.repeat(200));
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    expect([answer.statusCode, answer.headers.connection]).toEqual([401, 'close']);
    request.destroy();
  });
});

describe('what is counted of refusals', () => {
  it('is a whole IPv4 address, or the network of an IPv6 one, however it is written', () => {
    expect(senderOf('203.0.113.7')).toBe('203.0.113.7');
    expect(senderOf('::ffff:203.0.113.7')).toBe('203.0.113.7');
    const same = ['2001:db8::1', '2001:DB8:0:0::2', '2001:0db8:0:0:ffff:ffff:ffff:ffff', '2001:db8::203.0.113.7'];
    expect(new Set(same.map(senderOf))).toEqual(new Set(['2001:db8:0:0']));
    expect(senderOf('fe80::1%eth0')).toBe(senderOf('fe80::2'));
    expect(senderOf('::1')).toBe('0:0:0:0');
    expect(senderOf('x'.repeat(10_000))).toHaveLength(45);
  });

  it('holds no more than 10,000 addresses however many there are, and ends with its minute', () => {
    let now = 0;
    const refusals = new Refusals(() => now);
    const isRefused = (address: string) => {
      try {
        refusals.take(address);
        return false;
      } catch {
        return true;
      }
    };
    let limited = 0;
    for (let i = 0; i < 30_000; i++) if (isRefused(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)) limited++;
    expect(refusals.size).toBeLessThanOrEqual(10_001);
    expect(limited).toBe(30_000 - 10_000 - 60);
    for (let i = 0; i < 60; i++) isRefused('10.0.0.1');
    expect(isRefused('10.0.0.1')).toBe(true);
    now = 60_000;
    expect(isRefused('10.0.0.1')).toBe(false);
    expect(refusals.size).toBe(1);
  });
});
