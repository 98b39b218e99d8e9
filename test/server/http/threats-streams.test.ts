import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MOST_STREAMS } from '@tessera/server/http/open-requests.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { agentToken, customerToken, makeKey, type SigningKey } from '../../support/credentials.js';
import { startTestServer, type TestServer } from '../../support/server.js';

/** Less than the 30 seconds that others give a request to arrive, as the tests wait for it. */
const REQUEST_TIMEOUT_MS = 4000;

let server: TestServer;
let agents: SigningKey;
let text: string;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 300, config: { requestTimeoutMs: REQUEST_TIMEOUT_MS } });
  agents = await makeKey(server.database.sql, { kind: 'agent-signing' });
  text = server.persist(
    'subscription ($ids: [String!]) { segmentChanged(externalIds: $ids) { segmentation to { key } } }',
  );
});
afterAll(() => server.close());

interface Stream {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  /** What has come so far. */
  text(): string;
  /** Resolves with the seconds that it was open. */
  readonly ended: Promise<number>;
  stop(): void;
}

async function open(credential: string | null, ids: readonly string[] = ['1'], document = text): Promise<Stream> {
  const controller = new AbortController();
  const startedAt = performance.now();
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
    },
    body: JSON.stringify({ query: document, variables: { ids } }),
    signal: controller.signal,
  });
  let came = '';
  const read = async () => {
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) came += part.value;
    } catch {
      // Stopped by the test.
    }
    return (performance.now() - startedAt) / 1000;
  };
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    headers: answer.headers,
    text: () => came,
    ended: read(),
    stop: () => controller.abort(),
  };
}

/** The beginning of a request, and no more of it. @returns what is answered */
async function halfARequest(): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = net.connect(Number(port), hostname);
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  let answer = '';
  for await (const part of socket) answer += part;
  return answer;
}

describe('T35: a stream', () => {
  it("is refused before its first byte without a token, with a wrong one, and with a shopper's", async () => {
    const expired = await agentToken(agents, '', { claims: { iat: 1_700_000_000, exp: 1_700_000_600 } });
    const shopper = await customerToken(await makeKey(server.database.sql, { kind: 'customer-signing' }), '1');
    for (const [credential, status] of [
      [null, 401],
      ['nonsense', 401],
      [expired, 401],
      [shopper, 403],
    ] as const) {
      const stream = await open(credential, ['2']);
      await stream.ended;
      expect(stream.status, String(credential)).toBe(status);
      expect(stream.text(), String(credential)).toMatch(/UNAUTHENTICATED|FORBIDDEN/);
      expect(stream.text()).not.toContain('segmentation');
    }
  });

  it('runs persisted documents only', async () => {
    const stream = await open(
      await agentToken(agents, ''),
      ['1'],
      'subscription { segmentChanged(externalIds: ["1"]) { at } }',
    );
    await stream.ended;
    expect(stream.status).toBe(403);
    expect(stream.text()).toContain('PERSISTED_ONLY');
  });

  it('is open for an agent: not held back, kept alive, and longer than a request may take to arrive', async () => {
    const slow = halfARequest();
    const startedAt = performance.now();
    const stream = await open(await agentToken(agents, ''));
    expect({ status: stream.status, type: stream.type }).toEqual({ status: 200, type: 'text/event-stream' });
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    expect(stream.headers.get('cache-control')).toMatch(/no-cache|no-store/);
    expect(stream.headers.get('content-length')).toBeNull();
    // A request of which half has come is given up meanwhile.
    expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - startedAt).toBeGreaterThan(REQUEST_TIMEOUT_MS - 100);
    // The tests' environment sends a comment every 300 ms, others every 12 s.
    const comments = () => stream.text().split(':\n\n').length;
    expect(comments()).toBeGreaterThan(2);
    const before = comments();
    await sleep(1500);
    expect(comments()).toBeGreaterThan(before);
    stream.stop();
    await stream.ended;
  });

  it('takes 1 to 500 ids', async () => {
    const token = await agentToken(agents, '');
    const most = Array.from({ length: 500 }, (_, i) => String(i));
    for (const ids of [[], [...most, 'x']]) {
      const stream = await open(token, ids);
      await stream.ended;
      expect(stream.text()).toContain('BAD_USER_INPUT');
    }
    const stream = await open(token, most);
    expect(stream.status).toBe(200);
    stream.stop();
  });

  it('ends with its token', async () => {
    // 30 seconds of skew are for the check at the door; a stream ends when the token says.
    const stream = await open(await agentToken(agents, '', { secondsToLive: 3 }));
    expect(stream.status).toBe(200);
    const seconds = await stream.ended;
    expect(seconds).toBeGreaterThan(1.5);
    expect(seconds).toBeLessThan(3 + 2);
    expect(stream.text()).toMatch(/event: complete\ndata:\n\n$/);
  });

  it('ends within 5 seconds of a revocation: of its key, by whatever process, or of its agent', async () => {
    const { sql } = server.database;
    const revoked = await makeKey(sql, { kind: 'agent-signing' });
    const shared = await makeKey(sql, { kind: 'agent-signing' });
    const restricted = await makeKey(sql, { kind: 'restricted', scopes: ['badge:read'] });
    const streams = [
      await open(await agentToken(revoked, '')),
      await open(restricted.secret),
      await open(await agentToken(shared, '', { agent: 'jo' })),
    ];
    const stays = await open(await agentToken(shared, '', { agent: 'max' }));
    expect([...streams, stays].map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const startedAt = performance.now();
    // As another process does it.
    await sql`update api_keys set revoked = true where id in ${sql([revoked.id, restricted.id])}`;
    await server.query(`mutation { revokeKey(id: "${shared.id}", agent: "jo") { __typename } }`);
    await Promise.all(streams.map(({ ended }) => ended));
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const more = await open(await agentToken(shared, '', { agent: 'max' }));
    expect(more.status).toBe(200);
    more.stop();
    const again = await open(
      await agentToken(shared, '', { agent: 'jo', claims: { iat: Math.floor(Date.now() / 1000) - 5 } }),
    );
    expect(again.status).toBe(401);
    await sleep(1500);
    expect(stays.text()).not.toContain('complete');
    stays.stop();
  });

  it('is one of ten that an agent may have open, and gives its place back', async () => {
    const token = await agentToken(agents, '', { agent: 'many' });
    const streams: Stream[] = [];
    for (let i = 0; i < MOST_STREAMS; i++) streams.push(await open(token));
    expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await open(token);
    await refused.ended;
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.text()).toContain('RATE_LIMITED');
    // Another agent is not in the way.
    const other = await open(await agentToken(agents, '', { agent: 'other' }));
    expect(other.status).toBe(200);
    other.stop();
    streams[0]!.stop();
    await vi.waitFor(async () => {
      const next = await open(token);
      next.stop();
      expect(next.status).toBe(200);
    }, 5000);
    for (const stream of streams) stream.stop();
  });
});

describe('a stream whose page is gone', () => {
  it('leaves nothing behind, however it went', async () => {
    for (let round = 0; round < 5; round++) {
      const tokens = await Promise.all(
        Array.from({ length: 40 }, (_, i) => agentToken(agents, '', { agent: `${round}-${i}` })),
      );
      const streams = await Promise.all(tokens.map((token) => open(token)));
      expect(new Set(streams.map(({ status }) => status))).toEqual(new Set([200]));
      for (const stream of streams) stream.stop();
    }
    await vi.waitFor(() => expect(server.streamCount()).toBe(0), 5000);
  });
});

describe('a server with open streams', () => {
  it('stops at once, and the streams end', async () => {
    const other = await startTestServer({ demoCustomers: 60 });
    const document = other.persist(text);
    const answer = await fetch(`${other.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${other.adminKey}`,
      },
      body: JSON.stringify({ query: document, variables: { ids: ['1'] } }),
    });
    expect(answer.status).toBe(200);
    const startedAt = performance.now();
    const all = answer.text();
    await other.close();
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(await all).toMatch(/event: complete/);
  });
});
