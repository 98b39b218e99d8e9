import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEYS_FRESH_MS } from '@tessera/server/access/keys/key-ring.js';
import { makeFirstKey } from '@tessera/server/access/keys/keys.js';
import { PageTokens } from '@tessera/server/access/page-tokens.js';
import { AGENT_SCOPES } from '@tessera/server/access/scopes.js';
import { startServer } from '@tessera/server/app.js';
import { readConfig } from '@tessera/server/config.js';
import { UserError } from '@tessera/server/errors.js';
import { PAGE } from '@tessera/widget/data/operations.generated.js';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { agentToken, makeKey } from '../../support/credentials.js';
import { testDatabase } from '../../support/database.js';
import { codesOf, demoToken, post } from '../../support/graphql-shop.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../support/server.js';

const [pageHash] = PAGE.agent;
const CARD_PAGE = (
  JSON.parse(
    readFileSync(new URL('../../../packages/widget/persisted-operations.json', import.meta.url), 'utf8'),
  ) as Record<string, string>
)[pageHash]!;
const QUERY = JSON.stringify({ query: '{ viewer { kind scopes } }' });

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 300 });
  server.persist('{ viewer { kind scopes } }');
});
afterAll(() => server.close());

const ask = (headers: Record<string, string>, body = QUERY) => post(`${server.url}/graphql`, body, headers);
const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });

describe('a request without a good key', () => {
  const bad: readonly (readonly [string, Record<string, string>])[] = [
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['the scheme alone', { authorization: 'Bearer' }],
    ['the scheme and blanks', { authorization: 'Bearer    ' }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${ADMIN_KEY}`).toString('base64')}` }],
    ['the key without a scheme', { authorization: ADMIN_KEY }],
    ['a wrong key', bearer('sk_wrong')],
    ['the key but for its last letter', bearer(ADMIN_KEY.slice(0, -1))],
    ['the key in another case', bearer(ADMIN_KEY.toLowerCase())],
    ['the key and more', bearer(`${ADMIN_KEY}x`)],
    ['two keys', bearer(`${ADMIN_KEY} ${ADMIN_KEY}`)],
    ["the key's hash", bearer(createHash('sha256').update(ADMIN_KEY).digest('hex'))],
    ['a long key', bearer('k'.repeat(8000))],
    ['SQL', bearer(`'or'1'='1`)],
    ['letters beyond ASCII', { authorization: 'Bearer schl\u00fcssel' }],
    ['a token of three dots', bearer('...')],
    ['a token that is none', bearer('eyJhbGciOiJIUzI1NiJ9.e30.x')],
    ['a key in a cookie', { cookie: `authorization=Bearer ${ADMIN_KEY}` }],
    ['a key in another header', { 'x-api-key': ADMIN_KEY }],
  ];

  it('is answered 401 with one and the same body, whatever is wrong', async () => {
    const bodies = new Set<string>();
    for (const [what, headers] of bad) {
      const answer = await ask(headers);
      expect(answer.status, what).toBe(401);
      expect(answer.headers.get('www-authenticate'), what).toBe('Bearer');
      bodies.add(answer.text);
    }
    expect([...bodies]).toEqual([
      '{"errors":[{"message":"this needs a valid key: send the header \\"Authorization: Bearer KEY\\"","extensions":{"code":"UNAUTHENTICATED"}}]}',
    ]);
  });

  it('is refused before its body is looked at', async () => {
    expect((await ask({}, 'not json')).status).toBe(401);
    expect((await ask({}, '{"query":"{ nothing }"}')).status).toBe(401);
  });
});

describe('the secret key', () => {
  it('may ask, by any spelling of the scheme', async () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
      const { data } = await ask({ authorization: `${scheme} ${ADMIN_KEY}` });
      expect(data).toEqual({ viewer: { kind: 'SECRET_KEY', scopes: ['everything'] } });
    }
  });

  it('is refused when it comes from a page of another origin, and passes from its own', async () => {
    const own = new URL(server.url).origin;
    expect((await ask({ ...bearer(ADMIN_KEY), origin: own })).status).toBe(200);
    const foreign = [
      'https://shop.example',
      'null',
      `${own}.evil.example`,
      own.replace('http:', 'https:'),
      'http://127.0.0.1:1',
      '',
    ];
    for (const origin of foreign.filter((each) => each !== '')) {
      const answer = await ask({ ...bearer(ADMIN_KEY), origin });
      expect({ status: answer.status, codes: codesOf(answer) }, origin).toEqual({
        status: 403,
        codes: ['SECRET_KEY_IN_BROWSER'],
      });
      expect(answer.text).not.toContain(ADMIN_KEY);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('TESSERA_ADMIN_KEY', () => {
  const read = (key: string) => () => readConfig({}, { TESSERA_ADMIN_KEY: key });

  it.each([
    ['short', 'Zq8vN2xW5tR7yU1oP3aS6dF9gH4jK0l'],
    ['one letter', 'a'.repeat(64)],
    ['few letters', 'abcabcabc'.repeat(8)],
    ['guessable words', 'change-me-secret-admin-password-key'],
    ['guessable words in capitals', 'CHANGEME_SECRET_ADMIN_PASSWORD_TESSERA_1'],
    ['blanks', 'Zq8vN2xW5tR7 yU1oP3aS6dF9gH4jK0lMbV'],
    ['letters that no header carries', 'Zq8vN2xW5tR7äU1oP3aS6dF9gH4jK0lMbVc'],
  ])('is refused with status 1, unshown, when it is weak: %s', (_what, key) => {
    let refused: unknown;
    try {
      read(key)();
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as UserError).exitCode).toBe(1);
    expect((refused as UserError).message).toMatch(/^TESSERA_ADMIN_KEY /);
    expect((refused as UserError).message).not.toContain(key);
  });

  it('is taken when it cannot be guessed', () => {
    expect(read(ADMIN_KEY)().adminKey).toBe(ADMIN_KEY);
    expect(read('')().adminKey).toBeUndefined();
  });
});

describe('the first key', () => {
  it('is made once, opens the server, and is stored as its hash only', async () => {
    const database = await testDatabase();
    const key = await makeFirstKey(database.sql);
    expect(key).toMatch(/^sk_[\w-]{43}[0-9a-f]{8}$/);
    expect(await makeFirstKey(database.sql)).toBeNull();
    const [row] = await database.sql<{ everything: string; hash: string }[]>`
      select api_keys::text as everything, hash from api_keys`;
    expect(row!.hash).toBe(createHash('sha256').update(key!).digest('hex'));
    expect(row!.everything).not.toContain(key!.slice(11));
    const running = await startServer({ port: 0, host: '127.0.0.1', dataDir: '', production: true }, database);
    try {
      const answer = await post(`${running.url}/graphql`, QUERY, bearer(key!));
      expect(answer.data).toEqual({ viewer: { kind: 'SECRET_KEY', scopes: ['everything'] } });
      await database.sql`update api_keys set revoked = true`;
      // Another process may have done it: it counts within a second.
      await sleep(KEYS_FRESH_MS);
      expect((await post(`${running.url}/graphql`, QUERY, bearer(key!))).status).toBe(401);
    } finally {
      await running.close();
    }
  });

  it('is another one in every shop', async () => {
    const keys = [await makeFirstKey((await testDatabase()).sql), await makeFirstKey((await testDatabase()).sql)];
    expect(new Set(keys).size).toBe(2);
  });
});

describe('a demo token', () => {
  const MINUTE = 60_000;
  const atMinutesAgo = (minutes: number) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() - minutes * MINUTE);
  };
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lasts 15 minutes, and half a minute for clocks that differ', async () => {
    for (const [minutes, status] of [
      [16, 401],
      [14, 200],
    ] as const) {
      atMinutesAgo(minutes);
      const token = await demoToken(server.url, 'crm');
      vi.useRealTimers();
      expect((await ask(bearer(token))).status, String(minutes)).toBe(status);
    }
  });

  it('of another process, another algorithm, or changed, is answered 401', async () => {
    const token = await demoToken(server.url, 'storefront');
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const secret = new Uint8Array(32);
    const kid = 'demo-customer-signing';
    const signed = (alg: string, typ = 'customer+jwt') =>
      new SignJWT(claims).setProtectedHeader({ alg, typ, kid }).sign(secret);
    const forged: Record<string, string> = {
      'of another process': await new PageTokens('tessera').issue({ view: 'agent', customers: ['1'] }),
      'without a signature': `${header}.${payload}.`,
      'of no algorithm': new UnsecuredJWT(claims).encode(),
      'of no algorithm, with the signature left on': `${encode({ alg: 'none', typ: 'customer+jwt', kid })}.${payload}.${signature}`,
      'of another algorithm': `${encode({ alg: 'HS512', typ: 'customer+jwt', kid })}.${payload}.${signature}`,
      'signed with zeros': await signed('HS256'),
      'signed with zeros by HS512': await signed('HS512'),
      'of another type': await signed('HS256', 'agent+jwt'),
      "an agent's, changed from a shopper's": `${encode({ alg: 'HS256', typ: 'agent+jwt', kid: 'demo-agent-signing' })}.${payload}.${signature}`,
      "another shopper's": `${header}.${encode({ ...claims, sub: '1' })}.${signature}`,
      'with a longer life': `${header}.${encode({ ...claims, exp: claims.exp + 86_400 })}.${signature}`,
      'cut off': token.slice(0, -3),
      'with a part more': `${token}.${signature}`,
      'with an unknown critical header': `${encode({ alg: 'HS256', typ: 'customer+jwt', kid, crit: ['x'], x: 1 })}.${payload}.${signature}`,
    };
    expect((await ask(bearer(token))).status).toBe(200);
    for (const [what, each] of Object.entries(forged)) expect((await ask(bearer(each))).status, what).toBe(401);
  });

  it('opens nothing where the demo is closed', async () => {
    const running = await startServer(
      { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, production: true },
      server.database,
    );
    try {
      const answer = await post(`${running.url}/graphql`, QUERY, bearer(await demoToken(server.url, 'crm')));
      expect(answer.status).toBe(401);
    } finally {
      await running.close();
    }
  });

  it('comes from the pages of its own server only', async () => {
    const token = await demoToken(server.url, 'crm');
    expect((await ask({ ...bearer(token), origin: new URL(server.url).origin })).status).toBe(200);
    const answer = await ask({ ...bearer(token), origin: 'https://shop.example' });
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status: 403, codes: ['ORIGIN_NOT_ALLOWED'] });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe("a shopper's token", () => {
  it('finds its own customer and no other, by whatever way', async () => {
    const token = await demoToken(server.url, 'storefront');
    const own = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sub as string;
    const [other] = await server.database.sql<{ id: string; email: string }[]>`
      select p.customer_id as id, coalesce(c.email, 'none') as email from customer_profiles p join customers c using (customer_id)
      where customer_id <> ${own} and 'rfm:vip' = any(segments) limit 1`;
    const id = (externalId: string) => Buffer.from(`Customer:${externalId}`).toString('base64');
    const answer = await server.query<Record<string, unknown>>(
      `query ($own: String!, $other: String!, $ownId: ID!, $otherId: ID!) {
        list: customersByExternalIds(externalIds: [$own, $other, $own]) { externalId shopper { publicLabel } }
        node(id: $otherId) { id } mine: node(id: $ownId) { id }
        nodes(ids: [$otherId, $ownId]) { id }
        one: customer(externalId: $other) { id }
      }`,
      { own, other: other!.id, ownId: id(own), otherId: id(other!.id) },
      token,
    );
    expect(answer).toEqual({
      status: 200,
      data: {
        list: [
          { externalId: own, shopper: { publicLabel: 'VIP' } },
          null,
          { externalId: own, shopper: { publicLabel: 'VIP' } },
        ],
        node: null,
        mine: { id: id(own) },
        nodes: [null, { id: id(own) }],
        one: null,
      },
    });
  });

  it('learns nothing of a segment, by node either', async () => {
    const token = await demoToken(server.url, 'storefront');
    const id = Buffer.from('Segment:rfm:vip').toString('base64');
    const { data } = await server.query(
      `{ node(id: "${id}") { ... on Segment { key title size } } }`,
      undefined,
      token,
    );
    expect(data).toEqual({ node: null });
  });
});

describe("an agent's token for badges", () => {
  it('reads the badge and neither names, money nor lists', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing' });
    const token = await agentToken(agents, '');
    const answer = await server.query<{ customersByExternalIds: unknown[] }>(
      `{ customersByExternalIds(externalIds: ["1"]) { externalId basis { asOf } email firstName lastName rfm { cell } value { score } age country
           segment { since segment { key title color description } why { text } previous { key } } } }`,
      undefined,
      token,
    );
    expect(answer).toMatchObject({
      status: 200,
      data: {
        customersByExternalIds: [
          {
            externalId: '1',
            email: null,
            firstName: null,
            lastName: null,
            rfm: null,
            value: null,
            age: null,
            country: null,
            segment: { previous: null, segment: { title: expect.any(String) }, why: expect.any(Array) },
          },
        ],
      },
    });
    for (const field of [
      'metrics { orders }',
      'segmentHistory { at }',
      'orders { totalCount }',
      'segments { since }',
    ]) {
      const refused = await server.query(
        `{ customersByExternalIds(externalIds: ["1"]) { ${field} } }`,
        undefined,
        token,
      );
      expect(codesOf(refused), field).toEqual(['FORBIDDEN']);
      expect(refused.data, field).toEqual({ customersByExternalIds: [null] });
    }
  });

  it('with the profile granted reads all that the card of a customer asks for', async () => {
    const scopes = ['customers:read', 'customers:pii'] as const;
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes });
    const answer = await server.query<{ cards: unknown[] }>(
      CARD_PAGE,
      { badges: [], recommendations: [], perks: [], actions: [], cards: ['1'], segmentation: 'rfm', first: 3 },
      await agentToken(agents, scopes.join(' ')),
    );
    expect(answer).toMatchObject({ status: 200, data: { cards: [{ externalId: '1' }] } });
    expect(codesOf(answer)).toEqual([]);
  });

  it('reads no lists and no reports, whatever it was granted', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
    const token = await agentToken(agents, 'customers:list reports:read imports:read customers:read everything');
    expect((await server.query('{ viewer { scopes } }', undefined, token)).data).toEqual({
      viewer: { scopes: ['badge:read', 'customers:read'] },
    });
    for (const list of [
      'customers { totalCount }',
      'segmentations { key }',
      'customersByExternalIds(externalIds: ["1"]) { segment { segment { segmentation { segments { key } } } } }',
      'runs { totalCount }',
      'imports { totalCount }',
      'shop { name }',
      'keys { id }',
    ]) {
      expect(codesOf(await server.query(`{ ${list} }`, undefined, token)), list).toEqual(['FORBIDDEN']);
    }
  });
});

describe('a setting', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['a port of letters', { port: 'abc' }, /^--port "abc" is not a port number from 0 to 65535$/],
    ['a port below 0', { port: '-1' }, /^--port "-1" is not a port number/],
    ['a port with a fraction', { port: '80.5' }, /^--port "80.5" is not a port number/],
    ['an empty port', { port: '' }, /^--port "" is not a port number/],
    [
      'no time zone',
      { timeZone: 'Mars/Olympus' },
      /^--time-zone "Mars\/Olympus" is not a time zone such as Europe\/Berlin$/,
    ],
    ['no currency', { currency: 'dollars' }, /^--currency "dollars" is not a currency code such as USD$/],
    ['an empty data folder', { dataDir: '' }, /^--data-dir "" is empty$/],
    ['an empty host', { host: '' }, /^--host "" is empty$/],
    ['an endless name', { shopName: 'x'.repeat(201) }, /^--shop-name "x+" is longer than 200 characters$/],
  ])('that cannot be used is named, with status 2: %s', (_what, options, message) => {
    let refused: unknown;
    try {
      readConfig(options, {});
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as UserError).exitCode).toBe(2);
    expect((refused as UserError).message).toMatch(message);
  });

  it('as an option wins over its variable, and an empty variable is none', () => {
    expect(readConfig({ port: '1' }, { PORT: '2', HOST: '' })).toMatchObject({ port: 1, host: '127.0.0.1' });
    expect(readConfig({}, { PORT: '2' }).port).toBe(2);
  });
});
