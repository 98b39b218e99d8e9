import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../support/credentials.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../support/server.js';
import { SHOPIFY_SECRET } from '../../support/webhooks.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    demoCustomers: 0,
    config: { shopifyWebhookSecrets: [SHOPIFY_SECRET], maxUploadMb: 1 },
  });
});
afterAll(() => server.close());

const MIB = 1_048_576;
const KEY = `authorization: Bearer ${ADMIN_KEY}`;
const JSON_TYPE = 'content-type: application/json';
const SIGNED = `x-shopify-hmac-sha256: ${createHmac('sha256', SHOPIFY_SECRET).update('x').digest('base64')}`;

const PAGE = 'https://shop.example';
const publishableKey = async () =>
  (await makeKey(server.database.sql, { kind: 'publishable', origins: [PAGE] })).secret;

interface Sending {
  readonly path: string;
  readonly method?: string;
  readonly headers: readonly string[];
  /** The body's first bytes, after which it goes on for ever. */
  readonly start?: string | Buffer;
  /** In chunks of unknown length, or as one body of this length. */
  readonly length?: number;
}

interface Heard {
  readonly status: number;
  readonly isTold: boolean;
  /** What went into the connection before it was over, with all that the system's buffers hold. */
  readonly sent: number;
  readonly seconds: number;
}

/** Sends a body for as long as the connection takes it, whatever it is answered. */
async function pour({ path, method = 'POST', headers, start = '', length }: Sending): Promise<Heard> {
  const { hostname, port } = new URL(server.url);
  const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  let answer = '';
  let answeredAt = 0;
  let closedAt = 0;
  socket.setEncoding('latin1').on('data', (text: string) => {
    answeredAt ||= performance.now();
    answer += text;
  });
  for (const over of ['end', 'close']) socket.once(over, () => (closedAt ||= performance.now()));
  const isChunked = length === undefined;
  const size = isChunked ? 'transfer-encoding: chunked' : `content-length: ${length}`;
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\n${[...headers, size].join('\r\n')}\r\n\r\n`);
  const chunk = (bytes: Buffer) =>
    isChunked ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]) : bytes;
  if (start.length > 0) socket.write(chunk(Buffer.from(start)));
  const piece = chunk(randomBytes(65_536));
  let sent = 0;
  while (!socket.destroyed && sent < 200 * MIB && closedAt === 0) {
    sent += piece.length;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close'), sleep(100)]);
    else await sleep(0);
  }
  const over = closedAt || performance.now();
  // Until the system says that nobody takes any more.
  while (!socket.destroyed && performance.now() - over < 3000) {
    socket.write(piece);
    await sleep(20);
  }
  const cutAt = performance.now();
  const isCut = socket.destroyed;
  socket.destroy();
  expect(isCut, 'the connection is cut').toBe(true);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0),
    isTold: /\r\nconnection: close\r\n/i.test(answer),
    sent,
    seconds: (cutAt - answeredAt) / 1000,
  };
}

describe('after a refused body the connection is over: the rest is not read', () => {
  const cases: readonly (readonly [string, number, () => Promise<Sending> | Sending])[] = [
    ['a webhook of 1 GB', 413, () => ({ path: '/webhooks/shopify', headers: [JSON_TYPE, SIGNED], length: 1e9 })],
    ['a webhook that never ends', 413, () => ({ path: '/webhooks/shopify', headers: [JSON_TYPE, SIGNED] })],
    ['a webhook without a signature', 401, () => ({ path: '/webhooks/shopify', headers: [JSON_TYPE] })],
    ['a webhook of a platform that is none', 404, () => ({ path: '/webhooks/magento', headers: [JSON_TYPE] })],
    ['an upload of 1 GB', 413, () => ({ path: '/import/a.csv', headers: [KEY], length: 1e9 })],
    ['an upload that never ends', 413, () => ({ path: '/import/a.csv', headers: [KEY] })],
    ['an upload without a key', 401, () => ({ path: '/import/a.csv', headers: [] })],
    [
      'an upload of a form',
      415,
      () => ({ path: '/import/a.csv', headers: [KEY, 'content-type: multipart/form-data'] }),
    ],
    ['an upload by a name that is none', 400, () => ({ path: '/import/..%2Fa', headers: [KEY] })],
    [
      'an upload of a damaged gzip',
      400,
      () => ({
        path: '/import/a.csv',
        headers: [KEY],
        start: Buffer.concat([gzipSync('a,b\n').subarray(0, 12), Buffer.alloc(500, 255)]),
      }),
    ],
    ['a query of 1 GB', 413, () => ({ path: '/graphql', headers: [KEY, JSON_TYPE], length: 1e9 })],
    ['a query that never ends', 413, () => ({ path: '/graphql', headers: [KEY, JSON_TYPE] })],
    ['a query without a key', 401, () => ({ path: '/graphql', headers: [JSON_TYPE] })],
    ['a query of another type', 415, () => ({ path: '/graphql', headers: [KEY, 'content-type: text/plain'] })],
    [
      'a query of a page that never ends',
      413,
      async () => ({
        path: '/graphql',
        headers: [`authorization: Bearer ${await publishableKey()}`, JSON_TYPE, `origin: ${PAGE}`],
      }),
    ],
    ['a body for a page', 405, () => ({ path: '/health', headers: [] })],
    ['a body with a GET', 200, () => ({ path: '/health', method: 'GET', headers: [] })],
  ];

  it.each(cases)('%s (%i)', async (_what, status, sending) => {
    const heard = await pour(await sending());
    expect([heard.status, heard.isTold]).toEqual([status, true]);
    // What the two ends of the system buffer, and the megabytes that a query or an upload may have.
    expect(heard.sent).toBeLessThan(30 * MIB);
    expect(heard.seconds).toBeLessThan(3);
  });

  it('but one that was read to its end leaves the connection open', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    let heard = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
    });
    const statuses = () => [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
    const ask = async (query: string) => {
      const before = statuses().length;
      const body = JSON.stringify({ query });
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\n${KEY}\r\n${JSON_TYPE}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      for (let i = 0; i < 200 && statuses().length === before; i++) await sleep(10);
    };
    for (const query of ['{ viewer { kind } }', '{ customers(first: 0) { totalCount } }', '{ viewer { kind } }']) {
      await ask(query);
    }
    expect(statuses()).toEqual([200, expect.any(Number), 200]);
    expect(heard).not.toMatch(/connection: close/i);
    socket.destroy();
  });
});

describe('a body whose length is a lie', () => {
  /** The bytes as they go over the wire. @returns the status of each answer until the connection is over */
  async function raw(text: string | Buffer): Promise<number[]> {
    const { hostname, port } = new URL(server.url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {});
    let heard = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      heard += part;
    });
    socket.end(text);
    await once(socket, 'close');
    return [...heard.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  }
  const post = (path: string, headers: string[], body: string) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
  const CSV = 'order_id,customer_id,status,placed_at\no-1,c-1,delivered,2026-01-01\n';

  it('imports nothing and brings nobody else down', async () => {
    const lies: string[] = [
      post('/import/a.csv', [KEY, 'content-length: 5000'], CSV),
      post('/import/a.csv', [KEY, 'content-length: -1'], CSV),
      post('/import/a.csv', [KEY, 'content-length: 10, 20'], CSV),
      post('/import/a.csv', [KEY, 'content-length: 10', 'transfer-encoding: chunked'], `5\r\n${CSV}`),
      post('/import/a.csv', [KEY, 'transfer-encoding: chunked'], `ffffffffffffffff\r\n${CSV}`),
      post('/import/a.csv', [KEY, 'transfer-encoding: chunked'], `40\r\n${CSV}`),
      post('/webhooks/shopify', [SIGNED, 'content-length: 5000'], '{}'),
      post('/graphql', [KEY, JSON_TYPE, 'content-length: 5000'], '{"query":"{viewer{kind}}"}'),
    ];
    for (const lie of lies) {
      for (const status of await raw(lie)) expect([lie.slice(0, 60), status >= 400]).toEqual([lie.slice(0, 60), true]);
    }
    expect(await server.database.sql`select from orders`).toHaveLength(0);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });
});
