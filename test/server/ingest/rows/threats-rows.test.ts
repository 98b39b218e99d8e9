import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { retryQuarantined } from '@tessera/server/ingest/retry-quarantined.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testFolder } from '../../../support/database.js';
import { startTestServer, type TestServer } from '../../../support/server.js';
import { SHOPIFY_BODIES, SHOPIFY_SECRET, sendWebhook, WOO_ORDER, WOO_SECRET } from '../../../support/webhooks.js';

const CONFIG = { shopifyWebhookSecrets: [SHOPIFY_SECRET], woocommerceWebhookSecrets: [WOO_SECRET] };
const SHOP = { timeZone: 'UTC', currency: 'USD' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 0, config: CONFIG });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.database
    .sql`truncate customers, orders, order_items, returns, products, events, imports, quarantined_rows, webhook_deliveries, webhook_orders`;
});

/** What PostgreSQL cannot hold, and what it would hold as one and the same U+FFFD. */
const DAMAGE: readonly (readonly [string, string, RegExp])[] = [
  ['a NUL', '\0', /^holds a NUL character$/],
  ['the first half of a pair', '\ud83d', /^holds half of a surrogate pair/],
  ['the second half of a pair', '\ude00', /^holds half of a surrogate pair/],
  ['two halves in the wrong order', '\ude00\ud83d', /^holds half of a surrogate pair/],
];

const RESULT = `{ ... on ImportSucceeded { rowsRead rowsQuarantined inserted problems { row field value reason } } ... on UserError { code message } }`;

interface Result {
  rowsRead: number;
  rowsQuarantined: number;
  inserted: number;
  problems: { row: number; field: string; value: string; reason: string }[];
}

interface Kind {
  readonly type: string;
  /** A good row, by its number. */
  row(i: number): Record<string, unknown>;
  /** Every input field of the type that holds text, with the id among them. */
  readonly texts: readonly string[];
  readonly table: string;
  readonly id: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  importCustomers: {
    type: 'CustomerInput',
    row: (i) => ({ externalId: `c-${i}`, email: `c${i}@shop.example` }),
    texts: ['externalId', 'email', 'firstName', 'lastName', 'gender', 'country', 'state', 'city', 'channel'],
    table: 'customers',
    id: 'customer_id',
  },
  importProducts: {
    type: 'ProductInput',
    row: (i) => ({ externalId: `p-${i}`, name: 'Mug' }),
    texts: ['externalId', 'name', 'category', 'brand', 'department', 'sku'],
    table: 'products',
    id: 'product_id',
  },
  importOrders: {
    type: 'OrderInput',
    row: (i) => ({
      externalId: `o-${i}`,
      customerId: 'c',
      placedAt: '2026-02-01T10:00:00Z',
      lines: [{ amount: '1.00' }],
    }),
    texts: ['externalId', 'customerId', 'status', 'currency'],
    table: 'orders',
    id: 'order_id',
  },
  recordEvents: {
    type: 'EventInput',
    row: (i) => ({ externalId: `e-${i}`, customerId: 'c', kind: 'visit', occurredAt: '2026-02-01T10:00:00Z' }),
    texts: ['externalId', 'customerId', 'kind', 'campaignId'],
    table: 'events',
    id: 'event_id',
  },
};

async function call(mutation: string, input: readonly unknown[]): Promise<Result> {
  const query = `mutation ($input: [${KINDS[mutation]!.type}!]!) { result: ${mutation}(input: $input) ${RESULT} }`;
  const { status, data, errors } = await server.query<{ result: Result }>(query, { input });
  expect([status, errors]).toEqual([200, undefined]);
  return data.result;
}

const idsOf = async ({ table, id }: Pick<Kind, 'table' | 'id'>) =>
  (await server.database.sql.unsafe<{ id: string }[]>(`select ${id} as id from ${table} order by 1`)).map(
    (row) => row.id,
  );

describe('a damaged row of a mutation spoils itself and not its batch', () => {
  it.each(Object.entries(KINDS))('%s, in each of its texts', async (mutation, kind) => {
    const good = [kind.row(1), kind.row(2)];
    const cases = kind.texts.flatMap((field) => DAMAGE.map(([, sign, reason]) => ({ field, sign, reason })));
    const bad = cases.map(({ field, sign }, i) => ({ ...kind.row(100 + i), [field]: `a${sign}b` }));
    const { problems, ...counts } = await call(mutation, [good[0], ...bad, good[1]]);
    expect(counts).toMatchObject({ rowsRead: bad.length + 2, rowsQuarantined: bad.length, inserted: 2 });
    expect(problems.map(({ row, field }) => [row, field])).toEqual(cases.map(({ field }, i) => [i + 2, field]));
    for (const [i, { reason }] of cases.entries()) expect(problems[i]!.reason).toMatch(reason);
    expect(await idsOf(kind)).toEqual([kind.row(1).externalId, kind.row(2).externalId]);
  });

  it('importOrders, in each text of a line, whose order waits as a whole and keeps the lines that it had', async () => {
    const order = (lines: unknown[]) => ({ ...KINDS.importOrders!.row(1), lines });
    await call('importOrders', [order([{ externalId: 'l-1', amount: '1.00' }])]);
    for (const field of ['externalId', 'productId', 'productName', 'category']) {
      for (const [, sign, reason] of DAMAGE) {
        const line = { externalId: 'l-9', amount: '2.00', [field]: `a${sign}b` };
        const { problems } = await call('importOrders', [order([line, { externalId: 'l-2', amount: '3.00' }])]);
        expect(problems).toHaveLength(2);
        for (const problem of problems) expect(problem.reason).toMatch(reason);
      }
    }
    expect(await idsOf({ table: 'order_items', id: 'item_id' })).toEqual(['l-1']);
  });

  it('an id that ends as another one after its bad sign is merged with nobody', async () => {
    for (const [, sign] of DAMAGE) {
      await call('importCustomers', [{ externalId: `c${sign}`, firstName: 'Eve' }]);
      await call('importCustomers', [{ externalId: `c${sign}${sign}`, firstName: 'Mallory' }]);
    }
    expect(await idsOf(KINDS.importCustomers!)).toEqual([]);
    const whole = `c-\u{1f600}`;
    await call('importCustomers', [{ externalId: whole }]);
    expect(await idsOf(KINDS.importCustomers!)).toEqual([whole]);
  });

  it('an address too long for the index that holds it is left away, also of a guest', async () => {
    // No two of these letters are alike, so that the index cannot pack them.
    const email = `${Array.from({ length: 9000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join('')}@x.example`;
    const customers = [{ externalId: 'c-1', email }, KINDS.importCustomers!.row(2)];
    expect(await call('importCustomers', customers)).toMatchObject({ inserted: 2, problems: [] });
    const { quarantined, inserted } = (
      await sendWebhook(server.url, {
        platform: 'shopify',
        topic: 'orders/create',
        body: { ...SHOPIFY_BODIES.order, customer: null, email },
      })
    ).json;
    expect([quarantined, inserted]).toEqual([0, 1]);
  });

  it('a status word that every object knows, or that is cut within a sign, is a word like any other', async () => {
    const words = ['constructor', '__proto__', 'toString', `${'x'.repeat(199)}\u{1f600}`];
    const rows = words.map((status, i) => ({ ...KINDS.importOrders!.row(i), status }));
    const { problems, inserted } = await call('importOrders', [...rows, KINDS.importOrders!.row(9)]);
    expect(problems.map(({ field, reason }) => [field, reason])).toEqual(
      words.map(() => ['status', 'is a status word that is not known']),
    );
    expect(inserted).toBe(1);
    const [{ details }] = (await server.database.sql`select details from imports`) as unknown as [
      { details: { unknownStatuses: Record<string, number> } },
    ];
    expect(Object.values(details.unknownStatuses)).toEqual([1, 1, 1, 1]);
  });
});

describe('a damaged row of a webhook spoils itself', () => {
  const send = (topic: string, body: unknown) => sendWebhook(server.url, { platform: 'shopify', topic, body });
  const line = SHOPIFY_BODIES.order.line_items[0];

  it.each(DAMAGE)('with %s in an order, a refund or a customer', async (_what, sign) => {
    const { order, refund, customer } = SHOPIFY_BODIES;
    const bad: [string, unknown][] = [
      ['orders/create', { ...order, name: `#${sign}1` }],
      ['orders/create', { ...order, customer: { ...order.customer, id: `7${sign}` } }],
      ['orders/create', { ...order, created_at: `2026-03-01${sign}` }],
      ['refunds/create', { ...refund, id: `9${sign}` }],
      ['refunds/create', { ...refund, order_id: `4${sign}` }],
      ['customers/update', { ...customer, id: `7${sign}` }],
      ['customers/update', { ...customer, first_name: `A${sign}` }],
    ];
    for (const [topic, body] of bad) {
      const { status, json } = await send(topic, body);
      expect([topic, status, json.quarantined, json.inserted]).toEqual([topic, 200, 1, 0]);
    }
    expect(await idsOf(KINDS.importOrders!)).toEqual([]);
    expect(await idsOf(KINDS.importCustomers!)).toEqual([]);
    const lines = [
      { ...line, title: `Mug${sign}` },
      { ...line, sku: 'TEA-2', title: 'Tea' },
    ];
    expect((await send('orders/create', { ...order, line_items: lines })).json).toMatchObject({
      quarantined: 2,
      inserted: 0,
    });
    expect(await idsOf({ table: 'order_items', id: 'item_id' })).toEqual([]);
    const woo = { ...WOO_ORDER, number: `7${sign}` };
    const answer = await sendWebhook(server.url, { platform: 'woocommerce', topic: 'order.created', body: woo });
    expect(answer.json).toMatchObject({ quarantined: 1, inserted: 0 });
  });

  it("with an order's own id that no index holds: the order is stored all the same", async () => {
    const body = { ...SHOPIFY_BODIES.order, id: Array.from({ length: 5000 }, (_, i) => i).join('') };
    expect((await send('orders/create', body)).json).toMatchObject({ quarantined: 0, inserted: 1 });
  });

  it('with bytes that are no UTF-8 it is refused, as it would be read as somebody else', async () => {
    const json = JSON.stringify(SHOPIFY_BODIES.customer).replace('"id":77', '"id":"7?"');
    const bytes = Buffer.from(json);
    bytes[bytes.indexOf('?')] = 0xff;
    expect((await send('customers/update', bytes)).status).toBe(400);
    expect(await idsOf(KINDS.importCustomers!)).toEqual([]);
  });
});

describe('a damaged row of a file spoils itself', () => {
  const ndjson = (damaged: readonly string[]) =>
    [
      JSON.stringify({ externalId: 'c-1', email: 'a@shop.example' }),
      ...damaged,
      '{"externalId":"c-2","email":null}',
      '',
    ].join('\n');
  const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const DEEP_OBJECT = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
  const damaged = [
    ...DAMAGE.flatMap(([, sign]) => [
      JSON.stringify({ externalId: `c${sign}`, email: 'a@shop.example' }),
      JSON.stringify({ externalId: 'c-9', email: 'a@shop.example', firstName: `A${sign}` }),
    ]),
    `{"externalId":"c-9","email":"a@shop.example","city":${DEEP}}`,
    `{"externalId":"c-9","email":"a@shop.example","city":${DEEP_OBJECT}}`,
  ];

  it('from the command line, and stays in quarantine when it is read again', async () => {
    const folder = await testFolder();
    writeFileSync(path.join(folder, 'people.ndjson'), ndjson(damaged));
    const { files } = await importPaths(server.database.sql, [folder], SHOP);
    expect(files[0]).toMatchObject({ read: damaged.length + 2, quarantined: damaged.length, inserted: 2 });
    expect(await idsOf(KINDS.importCustomers!)).toEqual(['c-1', 'c-2']);
    await retryQuarantined(server.database.sql, SHOP);
    // Ids of which nobody knows what they were are never made good; a name is, by leaving it empty.
    expect(await idsOf(KINDS.importCustomers!)).toEqual(['c-1', 'c-2', 'c-9']);
    const [{ first_name }] = (await server.database
      .sql`select first_name from customers where customer_id = 'c-9'`) as unknown as [{ first_name: string | null }];
    expect(first_name).toBeNull();
  });

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['gzipped', (text: string) => gzipSync(text)],
  ])('of an upload, %s', async (_how, pack) => {
    const answer = await fetch(`${server.url}/import/people.ndjson`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}` },
      body: new Uint8Array(pack(ndjson(damaged))),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ quarantined: damaged.length, inserted: 2 });
  });

  it('of a CSV, in an id, a text and an attribute', async () => {
    const folder = await testFolder();
    const attributes = 'customer_id,colour\nc-1,red\nc-2,bl\0ue\nc-3,"a\\u0000b"\nc-4,"a\\\\ud800"\n';
    writeFileSync(path.join(folder, 'attributes.csv'), attributes);
    const people = 'customer_id,first_name,email\nc-5,Ann,\nc\0-6,Eve,\nc-7,E\0ve,\n';
    writeFileSync(path.join(folder, 'people.csv'), people);
    const counts: [number, number][] = [];
    for (const [file, format] of [
      ['attributes.csv', 'customer-attributes'],
      ['people.csv', 'customers-table'],
    ]) {
      const { files } = await importPaths(server.database.sql, [path.join(folder, file!)], { ...SHOP, format });
      counts.push(...files.map(({ read, quarantined }): [number, number] => [read, quarantined]));
    }
    expect(counts).toEqual([
      [4, 1],
      [3, 2],
    ]);
    expect(await idsOf(KINDS.importCustomers!)).toEqual(['c-1', 'c-3', 'c-4', 'c-5']);
  });
});

describe('an import takes regular files only', () => {
  const refused = (target: string) => importPaths(server.database.sql, [target], SHOP);

  it('and says in one line what else a path is, without opening it', async () => {
    const folder = await testFolder();
    const fifo = path.join(folder, 'pipe.csv');
    execFileSync('mkfifo', [fifo]);
    const listening = createServer();
    const socket = path.join(folder, 'socket.csv');
    await new Promise<void>((resolve) => listening.listen(socket, resolve));
    try {
      const ending = 'an import takes regular files, and - for standard input';
      await expect(refused(fifo)).rejects.toThrow(`${fifo} is a FIFO: ${ending}`);
      await expect(refused(socket)).rejects.toThrow(`${socket} is a socket: ${ending}`);
      await expect(refused('/dev/null')).rejects.toThrow(`/dev/null is a device: ${ending}`);
      await expect(refused('/dev/zero')).rejects.toThrow('/dev/zero is a device');
      // Also where a folder or a link leads there.
      await expect(refused(folder)).rejects.toThrow(`${fifo} is a FIFO: ${ending}`);
      const link = path.join(await testFolder(), 'orders.csv');
      execFileSync('ln', ['-s', fifo, link]);
      await expect(refused(link)).rejects.toThrow(`${link} is a FIFO: ${ending}`);
    } finally {
      await new Promise((resolve) => listening.close(resolve));
    }
    expect(await server.database.sql`select from imports`).toHaveLength(0);
  });
});
