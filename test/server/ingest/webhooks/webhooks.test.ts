import { createHmac } from 'node:crypto';
import { orderFacts } from '@tessera/server/db/queries/orders/order-facts.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../../support/server.js';

const OLD_SECRET = 'shpss_0123456789abcdef0123456789abcdef';
const NEW_SECRET = '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';
const WOO_SECRET = 'wc-a-secret-of-its-own-0123456789';

let server: TestServer;
let made = 0;

beforeAll(async () => {
  server = await startTestServer({
    demoCustomers: 0,
    config: { shopifyWebhookSecrets: [NEW_SECRET, OLD_SECRET], woocommerceWebhookSecrets: [WOO_SECRET] },
  });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.database
    .sql`truncate customers, orders, order_items, returns, products, imports, quarantined_rows, webhook_deliveries, webhook_orders`;
});

const sign = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('base64');

interface Sending {
  id?: string;
  secret?: string;
  signature?: string;
  headers?: Record<string, string>;
}

async function send(path: string, headers: Record<string, string>, body: string) {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, text, json: JSON.parse(text) as Record<string, unknown> };
}

function shopify(topic: string, payload: unknown, { id, secret = NEW_SECRET, signature, headers }: Sending = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return send(
    '/webhooks/shopify',
    {
      'x-shopify-topic': topic,
      'x-shopify-webhook-id': id ?? `delivery-${++made}`,
      'x-shopify-hmac-sha256': signature ?? sign(body, secret),
      ...headers,
    },
    body,
  );
}

function woo(topic: string, payload: unknown, id = `${++made}`) {
  const body = JSON.stringify(payload);
  const headers = {
    'x-wc-webhook-topic': topic,
    'x-wc-webhook-delivery-id': id,
    'x-wc-webhook-signature': sign(body, WOO_SECRET),
  };
  return send('/webhooks/woocommerce', headers, body);
}

const line = (over: Record<string, unknown> = {}) => ({
  id: 11,
  sku: 'MUG-1',
  product_id: 501,
  title: 'Mug',
  quantity: 2,
  price: '12.50',
  discount_allocations: [{ amount: '2.50' }],
  ...over,
});

const order = (over: Record<string, unknown> = {}) => ({
  id: 4501,
  name: '#1001',
  email: 'ann@shop.example',
  currency: 'USD',
  created_at: '2026-03-01T10:00:00-05:00',
  updated_at: '2026-03-01T10:00:00-05:00',
  financial_status: 'paid',
  fulfillment_status: null,
  customer: { id: 77, email: 'ann@shop.example', first_name: 'Ann', last_name: 'Lee' },
  billing_address: { country_code: 'US' },
  line_items: [
    line(),
    line({ id: 12, sku: 'TEA-2', product_id: 502, title: 'Tea', quantity: 1, price: '8.00', discount_allocations: [] }),
  ],
  refunds: [],
  ...over,
});

const refund = (over: Record<string, unknown> = {}) => ({
  id: 9001,
  order_id: 4501,
  created_at: '2026-03-05T09:00:00Z',
  refund_line_items: [
    {
      id: 1,
      line_item_id: 12,
      quantity: 1,
      restock_type: 'return',
      subtotal: 8.0,
      line_item: { sku: 'TEA-2', product_id: 502 },
    },
  ],
  transactions: [{ kind: 'refund', status: 'success', amount: '8.00' }],
  ...over,
});

/** Everything that the shop's tables hold, without what an import numbers. */
async function tables() {
  const { sql } = server.database;
  return {
    customers: await sql`select customer_id, email, first_name, country from customers order by 1`,
    orders: await sql`select customer_id, order_id, status, placed_at, cancelled_at, version from orders order by 1, 2`,
    items:
      await sql`select customer_id, order_id, item_id, product_id, quantity::float8, amount from order_items order by 1, 2, 3`,
    returns:
      await sql`select customer_id, return_id, order_id, quantity::float8, amount, returned_at from returns order by 1, 2`,
  };
}

/** What an order is worth as the scores see it. */
async function netOf(orderId: string): Promise<string | undefined> {
  const facts = orderFacts({ asOf: new Date('2027-01-01'), timeZone: 'UTC', orders: 'placed', status: 'asOf' });
  const rows = await server.database.sql.unsafe<{ order: string; net: string }[]>(
    `with ${facts} select order_id as order, net::text from per_order`,
  );
  return rows.find(({ order }) => order === orderId)?.net;
}

describe('a signature', () => {
  it('of the raw body is taken, with the new secret and with the old one that is still listed', async () => {
    expect(await shopify('orders/create', order())).toMatchObject({
      status: 200,
      json: { duplicate: false, inserted: 2 },
    });
    expect((await shopify('orders/create', order(), { secret: OLD_SECRET })).status).toBe(200);
  });

  it('that does not fit answers 401 with one same body, and changes nothing', async () => {
    const body = JSON.stringify(order());
    const good = sign(body, NEW_SECRET);
    const flipped = `${good[0] === 'A' ? 'B' : 'A'}${good.slice(1)}`;
    // The last letter before the padding carries two bits that base64 drops.
    const spelledOtherwise = good.replace(
      /(.)=$/,
      (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}=`,
    );
    const reserialised = JSON.stringify(order(), null, 2);
    const stale = { 'x-shopify-triggered-at': new Date(Date.now() - 251 * 60_000).toISOString() };
    // A minute more than the window: the time goes on while the messages before it are sent.
    const early = { 'x-shopify-triggered-at': new Date(Date.now() + 360_000).toISOString() };
    const answers = [
      await shopify('orders/create', body, { signature: flipped }),
      await shopify('orders/create', body, { signature: spelledOtherwise }),
      await shopify('orders/create', body, { signature: '' }),
      await shopify('orders/create', body, { signature: Buffer.from(good, 'base64').toString('hex') }),
      await shopify('orders/create', reserialised, { signature: good }),
      await shopify('orders/create', body.replace('12.50', '12.51'), { signature: good }),
      await shopify('orders/create', body, { secret: 'shpss_of_another_shop_0123456789' }),
      await shopify('orders/create', body, { headers: stale }),
      await shopify('orders/create', body, { headers: early }),
      await shopify('orders/create', body, { headers: { 'x-shopify-triggered-at': 'yesterday' } }),
      await shopify('orders/create', body, { id: '' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await server.database.sql`select from orders`).toHaveLength(0);
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });

  it('sent in the four hours for which Shopify tries again is taken', async () => {
    for (const minutes of [0, 6, 239, 245]) {
      const sentAt = { 'x-shopify-triggered-at': new Date(Date.now() - minutes * 60_000).toISOString() };
      expect((await shopify('orders/create', order(), { headers: sentAt })).status, `${minutes} minutes`).toBe(200);
    }
  });

  it('is not asked for where no secret is set: the address answers 404', async () => {
    const closed = await startTestServer({ demoCustomers: 0 });
    try {
      for (const path of ['shopify', 'woocommerce', 'magento', '__proto__']) {
        const answer = await fetch(`${closed.url}/webhooks/${path}`, { method: 'POST', body: '{}' });
        expect(answer.status, path).toBe(404);
      }
    } finally {
      await closed.close();
    }
  });

  it('is not asked for by other methods, nor of a body above 1 MiB', async () => {
    expect((await fetch(`${server.url}/webhooks/shopify`)).status).toBe(405);
    const large = JSON.stringify(order({ note: 'x'.repeat(1_100_000) }));
    expect((await shopify('orders/create', large)).status).toBe(413);
  });
});

describe('a delivery', () => {
  it('that comes fifty times has one effect', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => shopify('orders/create', order(), { id: 'the-same' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.filter(({ json }) => json.duplicate === false)).toHaveLength(1);
    expect(answers.filter(({ text }) => text === '{"duplicate":true}')).toHaveLength(49);
    expect(await server.database.sql`select state from imports`).toEqual([{ state: 'done' }]);
    expect((await tables()).items).toHaveLength(2);
  });

  it('that is replayed under another id changes nothing after the order has changed', async () => {
    const created = order();
    await shopify('orders/create', created);
    await shopify(
      'orders/updated',
      order({ updated_at: '2026-03-02T10:00:00-05:00', line_items: [line({ quantity: 5 })] }),
    );
    const before = await tables();
    expect(before.items).toMatchObject([{ item_id: 'MUG-1:1', quantity: 5, amount: '60.00' }]);
    expect((await shopify('orders/create', created)).json).toMatchObject({ inserted: 0, updated: 0, read: 2 });
    expect(await tables()).toEqual(before);
  });

  it('of an unknown topic or of a test order is answered and changes nothing', async () => {
    expect((await shopify('products/update', { id: 1 })).json).toEqual({ ignored: 'a topic that is not read' });
    expect((await shopify('orders/create', order({ test: true }))).json).toEqual({ ignored: 'a test order' });
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });

  it('of another shape is on record as a row in quarantine', async () => {
    expect((await shopify('orders/create', { id: 1, name: '#1' })).json).toMatchObject({ quarantined: 1, inserted: 0 });
    expect(await server.database.sql`select field from quarantined_rows`).toEqual([{ field: 'created_at' }]);
  });

  it('that is no JSON is refused', async () => {
    expect((await shopify('orders/create', '{"id": 1,}')).status).toBe(400);
  });
});

describe('an order of Shopify', () => {
  it('has its lines at what they cost after discounts, under the ids of its export', async () => {
    await shopify('orders/create', order());
    expect(await tables()).toEqual({
      customers: [{ customer_id: '77', email: 'ann@shop.example', first_name: 'Ann', country: 'US' }],
      orders: [
        {
          customer_id: '77',
          order_id: '#1001',
          status: 'placed',
          placed_at: new Date('2026-03-01T15:00:00Z'),
          cancelled_at: null,
          version: new Date('2026-03-01T15:00:00Z'),
        },
      ],
      items: [
        { customer_id: '77', order_id: '#1001', item_id: 'MUG-1:1', product_id: 'MUG-1', quantity: 2, amount: '22.50' },
        { customer_id: '77', order_id: '#1001', item_id: 'TEA-2:1', product_id: 'TEA-2', quantity: 1, amount: '8.00' },
      ],
      returns: [],
    });
  });

  it('keeps ids that are longer than a double holds', async () => {
    const body = JSON.stringify(order()).replace('"id":77', '"id":820982911946154508');
    await shopify('orders/create', body);
    expect((await tables()).orders).toMatchObject([{ customer_id: '820982911946154508' }]);
  });

  it('loses the lines that it no longer has, and is cancelled when it is', async () => {
    await shopify('orders/create', order());
    const changed = { line_items: [line()], updated_at: '2026-03-02T00:00:00Z', cancelled_at: '2026-03-02T00:00:00Z' };
    await shopify('orders/cancelled', order(changed));
    const { items, orders } = await tables();
    expect(items).toMatchObject([{ item_id: 'MUG-1:1' }]);
    expect(orders).toMatchObject([{ status: 'cancelled', cancelled_at: new Date('2026-03-02T00:00:00Z') }]);
  });

  it('has the same net revenue whichever of its messages comes first', async () => {
    const created = () => shopify('orders/create', order());
    const refunded = () => shopify('refunds/create', refund());
    const updated = () =>
      shopify(
        'orders/updated',
        order({ updated_at: '2026-03-05T09:00:01Z', refunds: [refund()], financial_status: 'partially_refunded' }),
      );
    const ways = [
      [created, refunded, updated],
      [created, updated, refunded],
      [refunded, created, updated],
      [refunded, updated, created],
      [updated, created, refunded],
      [updated, refunded, created],
    ];
    const ends: Awaited<ReturnType<typeof tables>>[] = [];
    for (const way of ways) {
      await server.database
        .sql`truncate customers, orders, order_items, returns, products, imports, webhook_deliveries, webhook_orders`;
      for (const step of way) expect((await step()).status).toBe(200);
      expect(await netOf('#1001')).toBe('22.50');
      ends.push(await tables());
    }
    expect(ends).toEqual(ends.map(() => ends[0]));
  });

  it('takes a refund that came before it', async () => {
    await shopify('refunds/create', refund());
    expect((await tables()).returns).toMatchObject([{ customer_id: '', order_id: '4501' }]);
    await shopify('orders/create', order());
    expect((await tables()).returns).toMatchObject([{ customer_id: '77', order_id: '#1001', amount: '8' }]);
    expect(await netOf('#1001')).toBe('22.50');
  });

  it('takes a refund of an amount alone as what was paid back', async () => {
    await shopify('orders/create', order());
    const transactions = [
      { kind: 'refund', status: 'success', amount: '3.10' },
      { kind: 'refund', status: 'failure', amount: '99.00' },
      { kind: 'refund', status: 'success', amount: '0.20' },
    ];
    await shopify('refunds/create', refund({ refund_line_items: [], transactions }));
    expect((await tables()).returns).toMatchObject([{ return_id: '9001', quantity: 0, amount: '3.30' }]);
  });

  it('in a currency without a rate goes to quarantine', async () => {
    expect((await shopify('orders/create', order({ currency: 'EUR' }))).json).toMatchObject({
      quarantined: 2,
      inserted: 0,
    });
    expect((await tables()).orders).toEqual([]);
  });
});

describe('a customer of Shopify', () => {
  it('is written, and an older message does not bring his old name back', async () => {
    const ann = { id: 77, email: 'ann@shop.example', first_name: 'Ann', updated_at: '2026-03-01T00:00:00Z' };
    await shopify('customers/create', { ...ann, default_address: { country_code: 'US' } });
    await shopify('customers/update', { ...ann, first_name: 'Anna', updated_at: '2026-03-03T00:00:00Z' });
    await shopify('customers/update', ann);
    expect((await tables()).customers).toEqual([
      { customer_id: '77', email: 'ann@shop.example', first_name: 'Anna', country: 'US' },
    ]);
  });
});

describe('an order of WooCommerce', () => {
  const wooOrder = (over: Record<string, unknown> = {}) => ({
    id: 727,
    number: '727',
    status: 'processing',
    currency: 'USD',
    date_created_gmt: '2026-03-22T16:28:02',
    date_modified_gmt: '2026-03-22T16:28:08',
    customer_id: 26,
    billing: { email: 'joe@shop.example', first_name: 'Joe', last_name: 'Doe', country: 'US' },
    line_items: [{ id: 315, name: 'Cap', sku: '', product_id: 93, quantity: 2, total: '6.00' }],
    refunds: [],
    ...over,
  });

  it('is written with its refund, once, however often it is told', async () => {
    expect((await woo('order.created', wooOrder())).json).toMatchObject({ duplicate: false, inserted: 1 });
    const refunded = wooOrder({
      date_modified_gmt: '2026-03-25T00:00:00',
      refunds: [{ id: 801, reason: '', total: '-2.00' }],
    });
    await woo('order.updated', refunded);
    await woo('order.updated', { ...refunded, date_modified_gmt: '2026-04-25T00:00:00', status: 'completed' });
    const { orders, items, returns } = await tables();
    expect(orders).toMatchObject([{ customer_id: '26', order_id: '727', status: 'delivered' }]);
    expect(items).toMatchObject([{ item_id: ':1', product_id: '93', amount: '6.00' }]);
    expect(returns).toMatchObject([
      { return_id: '801', amount: '2.00', returned_at: new Date('2026-03-25T00:00:00Z') },
    ]);
    expect(await netOf('727')).toBe('4.00');
  });

  it('of a guest belongs to his e-mail address', async () => {
    await woo('order.created', wooOrder({ customer_id: 0 }));
    expect((await tables()).orders).toMatchObject([{ customer_id: 'joe@shop.example' }]);
  });

  it('needs its signature, but the ping that saves a webhook does not', async () => {
    const unsigned = await send(
      '/webhooks/woocommerce',
      { 'x-wc-webhook-topic': 'order.created' },
      JSON.stringify(wooOrder()),
    );
    expect(unsigned.status).toBe(401);
    const ping = await send(
      '/webhooks/woocommerce',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'webhook_id=12',
    );
    expect(ping).toMatchObject({ status: 200, json: { ping: true } });
  });

  it('that is still a draft is no order', async () => {
    expect((await woo('order.created', wooOrder({ status: 'checkout-draft' }))).json).toEqual({ ignored: 'a draft' });
  });
});

describe('a large import at work', () => {
  it('makes a webhook come again instead of keeping its sender waiting', async () => {
    // What this machine takes at this moment without an import in the way.
    const startedAt = performance.now();
    const another = order({ id: 1, line_items: [line({ id: 1, sku: 'PEN-1', product_id: 1 })] });
    expect((await shopify('orders/create', another, { id: 'not-kept-waiting' })).status).toBe(200);
    const usual = performance.now() - startedAt;
    let release = () => {};
    let holding = Promise.resolve();
    await new Promise<void>((held) => {
      holding = server.database.sql.begin(async (transaction) => {
        await transaction`select pg_advisory_xact_lock(7305003)`;
        await new Promise<void>((resolve) => {
          release = resolve;
          held();
        });
      });
    });
    const askedAt = performance.now();
    const answer = await shopify('orders/create', order(), { id: 'kept-waiting' });
    expect(answer.status).toBe(503);
    expect(performance.now() - askedAt - usual).toBeLessThan(5000);
    release();
    await holding;
    expect((await shopify('orders/create', order(), { id: 'kept-waiting' })).json).toMatchObject({
      duplicate: false,
      inserted: 2,
    });
  });
});
