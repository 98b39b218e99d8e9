import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentToken, customerToken, makeKey } from '../../support/credentials.js';
import { startTestServer, type TestServer } from '../../support/server.js';

const ALLOWED = 'https://shop.example';
const QUERY = '{ viewer { kind origins } }';

let server: TestServer;
let credentials: Readonly<Record<string, string>>;
let elsewhere: string;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 60 });
  server.persist(QUERY);
  const { sql } = server.database;
  const origins = [ALLOWED, 'http://localhost:3000'];
  const pk = await makeKey(sql, { kind: 'publishable', origins });
  const customers = await makeKey(sql, { kind: 'customer-signing', origins });
  const agents = await makeKey(sql, { kind: 'agent-signing', origins });
  credentials = {
    'a publishable key': pk.secret,
    "a customer's token": await customerToken(customers, '1'),
    "an agent's token": await agentToken(agents, ''),
  };
  // Another key of the same shop, for another site.
  elsewhere = (await makeKey(sql, { kind: 'publishable', origins: ['https://other.example'] })).secret;
});
afterAll(() => server.close());

interface Answer {
  status: number;
  cors: Record<string, unknown>;
  vary: string | undefined;
  body: string;
}

/** As it goes over the wire: `fetch` would set the origin itself. */
function send(method: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path: '/graphql', method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        const cors = Object.entries(answer.headers).filter(([name]) => name.startsWith('access-control'));
        resolve({
          status: answer.statusCode ?? 0,
          cors: Object.fromEntries(cors),
          vary: answer.headers.vary,
          body: text,
        });
      });
    });
    request.on('error', reject).end(body);
  });
}

const ask = (credential: string, origin: string | null) =>
  send(
    'POST',
    {
      'content-type': 'application/json',
      authorization: `Bearer ${credential}`,
      ...(origin === null ? {} : { origin }),
    },
    JSON.stringify({ query: QUERY }),
  );
const preflight = (origin: string, headers = 'authorization,content-type') =>
  send('OPTIONS', { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers });

const FOREIGN = [
  'null',
  'https://shop.example.evil.io',
  'https://evilshop.example',
  'https://evil.example',
  'https://shop.example:444',
  'https://shop.example:443',
  'http://shop.example',
  'HTTPS://SHOP.EXAMPLE',
  'https://Shop.example',
  'https://shop.example/',
  'https://shop.example/path',
  'https://www.shop.example',
  'https://shop.example@evil.example',
  'https://sh\u00f6p.example'.normalize(),
  'https://xn--shp-sna.example',
  'https://shop.example.',
  'https://shop.example, https://evil.example',
  'https://*.example',
  '*',
  'file://',
  'http://localhost:3001',
  'https://localhost:3000',
  'http://127.0.0.1:3000',
];

describe('T17: a page of another site', () => {
  it('may read nothing: exact origins only, and no header that says otherwise', async () => {
    for (const origin of FOREIGN) {
      const sent = Buffer.from(origin, 'utf8').toString('latin1');
      const asked = await preflight(sent);
      expect({ status: asked.status, cors: asked.cors }, origin).toEqual({ status: 403, cors: {} });
      for (const [who, credential] of Object.entries(credentials)) {
        const answer = await ask(credential, sent);
        expect({ status: answer.status, cors: answer.cors, vary: answer.vary }, `${who} ${origin}`).toEqual({
          status: 403,
          cors: {},
          vary: 'Origin, Accept-Language',
        });
        expect(answer.body).toContain('ORIGIN_NOT_ALLOWED');
        expect(answer.body).not.toMatch(/shop\.example|evil/);
      }
    }
  });

  it('of the same shop is answered by its own key only', async () => {
    expect((await preflight('https://other.example')).status).toBe(204);
    for (const [credential, origin] of [
      [credentials['a publishable key']!, 'https://other.example'],
      [elsewhere, ALLOWED],
    ] as const) {
      const answer = await ask(credential, origin);
      expect({ status: answer.status, cors: answer.cors }).toEqual({ status: 403, cors: {} });
    }
    expect((await ask(elsewhere, 'https://other.example')).cors).toMatchObject({
      'access-control-allow-origin': 'https://other.example',
    });
  });
});

describe('T17: a page of an origin of the key', () => {
  it('may read the answer, without cookies of its visitor', async () => {
    for (const origin of [ALLOWED, 'http://localhost:3000']) {
      for (const [who, credential] of Object.entries(credentials)) {
        const answer = await ask(credential, origin);
        expect({ ...answer, body: '' }, who).toEqual({
          status: 200,
          cors: { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' },
          vary: 'Origin, Accept-Language',
          body: '',
        });
      }
    }
  });

  it('is told before that it may send a token and JSON by POST', async () => {
    const answer = await preflight(ALLOWED);
    expect(answer).toEqual({
      status: 204,
      cors: {
        'access-control-allow-origin': ALLOWED,
        'access-control-expose-headers': 'retry-after',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': '600',
      },
      vary: 'Origin, Accept-Language',
      body: '',
    });
  });

  it('may read that its token has expired, so that it can ask for a new one', async () => {
    const answer = await ask('nonsense', ALLOWED);
    expect(answer.status).toBe(401);
    expect(answer.cors).toMatchObject({ 'access-control-allow-origin': ALLOWED });
    expect((await ask('nonsense', 'https://evil.example')).cors).toEqual({});
  });

  it('is no page any more once the key is revoked', async () => {
    const key = await makeKey(server.database.sql, { kind: 'publishable', origins: ['https://gone.example'] });
    expect((await ask(key.secret, 'https://gone.example')).status).toBe(200);
    await server.query(`mutation { revokeKey(id: "${key.id}") { __typename } }`);
    // In the same process it counts at once.
    expect((await ask(key.secret, 'https://gone.example')).status).toBe(401);
    expect((await preflight('https://gone.example')).status).toBe(403);
  });
});

describe('an origin', () => {
  it('is not asked of programs, which send none', async () => {
    for (const credential of Object.values(credentials)) {
      const answer = await ask(credential, null);
      expect({ status: answer.status, cors: answer.cors, vary: answer.vary }).toEqual({
        status: 200,
        cors: {},
        vary: 'Origin, Accept-Language',
      });
    }
  });

  it('may be narrowed by a token, and not widened', async () => {
    const agents = await makeKey(server.database.sql, {
      kind: 'agent-signing',
      origins: ['https://a.example', 'https://b.example'],
    });
    const token = await agentToken(agents, '', { claims: { origins: ['https://b.example', 'https://c.example'] } });
    const statuses = [];
    for (const site of ['a', 'b', 'c']) statuses.push((await ask(token, `https://${site}.example`)).status);
    expect(statuses).toEqual([403, 200, 403]);
  });

  it.each([
    'shop.example',
    'https://shop.example/path',
    'http://shop.example',
    'https://*.shop.example',
    'https://user@shop.example',
    'null',
    '*',
    'ftp://shop.example',
    'https://shop.example?x',
    '',
  ])('of a key that is none is refused with the way to write it: "%s"', async (origin) => {
    const { data } = await server.query<{ createKey: { code: string; message: string } }>(
      'mutation ($o: [String!]) { createKey(input: {kind: PUBLISHABLE, title: "x", origins: $o}) { ... on KeyRefused { code message } } }',
      { o: [origin] },
    );
    expect(data.createKey.code).toBe('KEY_INVALID');
    expect(data.createKey.message).toContain('write https://shop.example');
  });
});
