import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { AGENT_SCOPES } from '@tessera/server/access/scopes.js';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentToken, customerToken, makeKey, type SigningKey } from '../../../support/credentials.js';
import { codesOf, type GraphqlAnswer, post } from '../../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../../support/server.js';

let server: TestServer;
let customers: SigningKey;
let agents: SigningKey;
let pair: { id: string; privateKey: ReturnType<typeof generateKeyPairSync>['privateKey']; pem: string };
/** Two customers: the token is A's. */
let a: { id: string; email: string };
let b: { id: string; email: string };
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 300 });
  const { sql } = server.database;
  customers = await makeKey(sql, { kind: 'customer-signing' });
  agents = await makeKey(sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  pair = { id: (await makeKey(sql, { kind: 'customer-signing', publicKey: pem })).id, privateKey, pem } as typeof pair;
  await sql`update customers set email = 'c' || customer_id || '@shop.example'`;
  const [first, second] = await sql<{ id: string; email: string }[]>`
    select p.customer_id as id, c.email from customer_profiles p join customers c using (customer_id)
    where 'rfm:vip' = any(segments) order by 1 limit 2`;
  a = first!;
  b = second!;
});
afterAll(() => server.close());

const WHO = '{ viewer { kind subject } }';
const ask = (token: string, query = WHO): Promise<GraphqlAnswer> =>
  post(`${server.url}/graphql`, JSON.stringify({ query: server.persist(query) }), { authorization: `Bearer ${token}` });
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const MINUTE = 60;
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

/** Signed by the pair's private key, as a shop does that keeps it. */
const pairToken = (claims: Record<string, unknown> = {}, alg = 'EdDSA') =>
  new SignJWT({ aud: 'tessera', sub: a.id, iat: inSeconds(0), exp: inSeconds(600), ...claims })
    .setProtectedHeader({ alg, typ: 'customer+jwt', kid: pair.id })
    .sign(pair.privateKey as never);

describe('a token that the shop signed', () => {
  it('is good: with a shared secret, or with a key pair of its own', async () => {
    for (const token of [await customerToken(customers, a.id), await pairToken()]) {
      expect((await ask(token)).data).toEqual({ viewer: { kind: 'CUSTOMER_TOKEN', subject: a.id } });
    }
    expect((await ask(await agentToken(agents, 'customers:pii', { agent: 'jo' }))).data).toEqual({
      viewer: { kind: 'AGENT_TOKEN', subject: 'jo' },
    });
  });

  it('may be half a minute ahead or behind', async () => {
    const early = await customerToken(customers, a.id, { claims: { iat: inSeconds(20), exp: inSeconds(320) } });
    const late = await customerToken(customers, a.id, { claims: { iat: inSeconds(-300), exp: inSeconds(-20) } });
    expect([(await ask(early)).status, (await ask(late)).status]).toEqual([200, 200]);
  });
});

describe('T04: a forged token', () => {
  it('is answered 401 with one and the same body, whatever is wrong', async () => {
    const good = await customerToken(customers, a.id);
    const [header, payload, signature] = good.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const forged = (options: { header?: Record<string, unknown>; claims?: Record<string, unknown> }) =>
      customerToken(customers, a.id, options);
    const signedWith = (secret: string, kid: string, typ = 'customer+jwt', alg = 'HS256') =>
      new SignJWT(claims).setProtectedHeader({ alg, typ, kid }).sign(new TextEncoder().encode(secret));
    /** Well signed, with what no library would write. */
    const byHand = (changed: Record<string, unknown>, payload: string | Buffer = JSON.stringify(claims)) => {
      const protectedHeader = encode({ alg: 'HS256', typ: 'customer+jwt', kid: customers.id, ...changed });
      const signed = `${protectedHeader}.${Buffer.from(payload).toString('base64url')}`;
      return `${signed}.${createHmac('sha256', customers.secret).update(signed).digest('base64url')}`;
    };
    expect((await ask(byHand({}))).status).toBe(200);
    const tokens: Readonly<Record<string, string>> = {
      'alg none': new UnsecuredJWT(claims).encode(),
      'alg none with the signature left on': `${encode({ alg: 'none', typ: 'customer+jwt', kid: customers.id })}.${payload}.${signature}`,
      'HS256 with the public key as the secret': await signedWith(pair.pem, pair.id),
      'HS256 with the public key as one line': await signedWith(pair.pem.replaceAll('\n', ''), pair.id),
      'another algorithm of the same secret': await signedWith(customers.secret, customers.id, 'customer+jwt', 'HS512'),
      'another audience': await forged({ claims: { aud: 'another' } }),
      'no audience': await forged({ claims: { aud: undefined } }),
      'a kid that climbs': await forged({ header: { kid: '../../../../dev/null' } }),
      'a kid that is SQL': await forged({ header: { kid: "' or 1=1--" } }),
      'an unknown kid': await forged({ header: { kid: 'key_0000000000000000' } }),
      'no kid': await forged({ header: { kid: undefined } }),
      'the kid of another key': await forged({ header: { kid: pair.id } }),
      'a key in its own header': await forged({ header: { kid: undefined, jwk: { kty: 'oct', k: 'AA' } } }),
      expired: await forged({ claims: { iat: inSeconds(-10 * MINUTE), exp: inSeconds(-MINUTE) } }),
      'not yet good': await forged({ claims: { nbf: inSeconds(5 * MINUTE) } }),
      'signed in the future': await forged({ claims: { iat: inSeconds(5 * MINUTE), exp: inSeconds(10 * MINUTE) } }),
      'no exp': await forged({ claims: { exp: undefined } }),
      'exp in ten years': await forged({ claims: { exp: inSeconds(10 * 365 * 86_400) } }),
      'exp a minute too late': await forged({ claims: { exp: inSeconds(16 * MINUTE) } }),
      'exp as text': await forged({ claims: { exp: String(inSeconds(MINUTE)) } }),
      'no iat': await forged({ claims: { iat: undefined } }),
      'no sub': await forged({ claims: { sub: undefined } }),
      'sub is a list': await forged({ claims: { sub: [a.id, b.id] } }),
      'sub is empty': await forged({ claims: { sub: '' } }),
      'sub is a number': await forged({ claims: { sub: 1 } }),
      'an unknown crit': `${encode({ alg: 'HS256', typ: 'customer+jwt', kid: customers.id, crit: ['x'], x: 1 })}.${payload}.${signature}`,
      "an agent's typ by the customers' key": await signedWith(customers.secret, customers.id, 'agent+jwt'),
      "a customer's typ by the agents' key": await signedWith(agents.secret, agents.id, 'customer+jwt'),
      'no typ': await forged({ header: { typ: undefined } }),
      'typ JWT': await forged({ header: { typ: 'JWT' } }),
      "another customer's payload": `${header}.${encode({ ...claims, sub: b.id })}.${signature}`,
      truncated: good.slice(0, -5),
      'without a signature': `${header}.${payload}.`,
      'two parts': `${header}.${payload}`,
      'of 12 kB': await forged({ claims: { pad: 'x'.repeat(9000) } }),
      'origins that are no list': await agentToken(agents, '', { claims: { origins: 'https://shop.example' } }),
      'a scope that is a list': await agentToken(agents, '', { claims: { scope: ['customers:pii'] } }),
      'of an agent for nine hours': await agentToken(agents, '', { secondsToLive: 9 * 3600 }),
      'the signing secret itself': customers.secret,
      'signed with what is stored of the secret': await signedWith(
        createHash('sha256').update(customers.secret).digest('hex'),
        customers.id,
      ),
      'alg in lower case': byHand({ alg: 'hs256' }),
      'a list of algs': byHand({ alg: ['HS256'] }),
      'a payload that is not encoded': byHand({ b64: false, crit: ['b64'] }),
      'a kid in capitals': byHand({ kid: customers.id.toUpperCase() }),
      'a kid with a blank': byHand({ kid: `${customers.id} ` }),
      'a kid with a zero byte': byHand({ kid: `${customers.id}\0` }),
      'a kid that is a list': byHand({ kid: [customers.id] }),
      'a kid of every object': byHand({ kid: '__proto__' }),
      'the kid of the demo pages': byHand({ kid: 'demo-customer-signing' }),
      'a list of typs': byHand({ typ: ['customer+jwt'] }),
      'an endless exp': byHand({}, `{"aud":"tessera","sub":"${a.id}","iat":${claims.iat},"exp":1e999}`),
      'claims that are a list': byHand({}, '[1]'),
      'claims that are null': byHand({}, 'null'),
      'claims that are no text': byHand({}, Buffer.from([0xff, 0xfe])),
      encrypted: [encode({ alg: 'dir', enc: 'A256GCM', kid: customers.id }), '', 'AAAA', 'AAAA', 'AAAA'].join('.'),
      'in quotes': `"${good}"`,
    };
    expect((await ask(good)).status).toBe(200);
    const bodies = new Set<string>();
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await ask(token);
      expect(answer.status, what).toBe(401);
      expect([...answer.headers.keys()].sort(), what).toEqual([...(await ask('x')).headers.keys()].sort());
      bodies.add(answer.text);
    }
    expect([...bodies]).toEqual([
      '{"errors":[{"message":"this needs a valid key: send the header \\"Authorization: Bearer KEY\\"","extensions":{"code":"UNAUTHENTICATED"}}]}',
    ]);
  });
});

describe("T05: with A's token", () => {
  it('B is null or refused, by whatever way', async () => {
    const token = await customerToken(customers, a.id);
    const gid = (id: string) => Buffer.from(`Customer:${id}`).toString('base64');
    const cursor = Buffer.from(JSON.stringify([b.id])).toString('base64');
    const answers: Readonly<Record<string, GraphqlAnswer>> = {
      'by id': await ask(token, `{ customer(id: "${gid(b.id)}") { id externalId email shopper { publicLabel } } }`),
      'by external id': await ask(token, `{ customer(externalId: "${b.id}") { id email } }`),
      'by e-mail': await ask(token, `{ customer(email: "${b.email}") { id email } }`),
      'by its own e-mail': await ask(token, `{ customer(email: "${a.email}") { id email } }`),
      'by e-mails': await ask(token, `{ customersByEmails(emails: ["${b.email}"]) { id email } }`),
      'by node': await ask(token, `{ node(id: "${gid(b.id)}") { id ... on Customer { email externalId } } }`),
      'by nodes': await ask(token, `{ nodes(ids: ["${gid(b.id)}"]) { id ...F } } fragment F on Customer { email }`),
      'by alias': await ask(
        token,
        `{ x: customer(externalId: "${b.id}") { email } y: customer(externalId: "${b.id}") { id } }`,
      ),
      'by ids': await ask(
        token,
        `{ customersByExternalIds(externalIds: ["${b.id}"]) { externalId shopper { publicLabel } } }`,
      ),
      'by a list after a cursor': await ask(
        token,
        `{ customers(after: "${cursor}", first: 1) { nodes { externalId email } } }`,
      ),
      'by search': await ask(token, `{ customers(where: { search: "${b.email}" }) { totalCount } }`),
      'by a segment': await ask(
        token,
        `{ node(id: "${Buffer.from('Segment:rfm:vip').toString('base64')}") { ... on Segment { customers { nodes { externalId email } } } } }`,
      ),
    };
    for (const [way, { status, text, data, errors }] of Object.entries(answers)) {
      expect([200, 403], `${way}: ${text}`).toContain(status);
      for (const value of Object.values(data ?? {}))
        expect(
          [null, [null]].map((each) => JSON.stringify(each)),
          way,
        ).toContain(JSON.stringify(value));
      for (const code of codesOf({ errors })) expect(code, way).toBe('FORBIDDEN');
      for (const canary of [b.email, a.email, b.id])
        expect(JSON.stringify(data ?? null) + JSON.stringify(errors.map((e) => e.message)), way).not.toContain(
          `"${canary}"`,
        );
    }
    const stream = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        query: server.persist(`subscription { segmentChanged(externalIds: ["${b.id}"]) { runId } }`),
      }),
    });
    expect(stream.status).toBe(403);
    expect(await stream.text()).toContain('FORBIDDEN');
  });

  it('a key for reports learns of no customer whether there is one', async () => {
    const reports = (await makeKey(server.database.sql, { kind: 'restricted', scopes: ['reports:read'] })).secret;
    const bodies = new Set<string>();
    for (const id of [a.id, b.id, 'nobody']) {
      const global = Buffer.from(`Customer:${id}`).toString('base64');
      bodies.add((await ask(reports, `{ node(id: "${global}") { id } nodes(ids: ["${global}"]) { id } }`)).text);
    }
    expect([...bodies]).toEqual(['{"data":{"node":null,"nodes":[null]}}']);
  });

  it('A sees his public view and none of what is internal, by any spelling', async () => {
    const token = await customerToken(customers, a.id);
    const { data } = await ask(token, `{ customer(externalId: "${a.id}") { externalId shopper { publicLabel } } }`);
    expect(data).toEqual({ customer: { externalId: a.id, shopper: { publicLabel: 'VIP' } } });
    for (const field of [
      'clv { decile }',
      'metrics { orders }',
      'segment { segment { key } }',
      'basis { runId }',
      'orders { totalCount }',
    ]) {
      const answer = await ask(token, `{ customer(externalId: "${a.id}") { ${field} } }`);
      expect({ data: answer.data, codes: codesOf(answer) }, field).toEqual({
        data: { customer: null },
        codes: ['FORBIDDEN'],
      });
    }
    const silent = await ask(
      token,
      `{ customer(externalId: "${a.id}") { email firstName lastName age rfm { cell } value { score } } }`,
    );
    expect(silent.errors).toEqual([]);
    expect(new Set(Object.values(silent.data!.customer as object))).toEqual(new Set([null]));
  });
});

describe('T10: a lookup by a shopper or a visitor', () => {
  const COUNT = 1000;
  const ALIASES = 25;
  const numbers = Array.from({ length: ALIASES }, (_, i) => i);
  /** One lookup under many names, each with a variable of its own. */
  const aliased = (type: string, field: string) =>
    `query (${numbers.map((i) => `$v${i}: ${type}`).join(' ')}) { ${numbers.map((i) => `a${i}: ${field.replace('$', `$v${i}`)}`).join(' ')} }`;
  const parts = <T>(all: readonly T[], size: number) =>
    Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
  const named = (all: readonly string[]) =>
    parts(all, ALIASES).map((part) => Object.fromEntries(part.map((value, i) => [`v${i}`, value])));
  const gid = (id: string) => Buffer.from(`Customer:${id}`).toString('base64');

  /** Every way to look somebody up that a browser can call: its document, and what it is asked with. */
  const ways: Readonly<
    Record<string, { text: string; asked: (who: { id: string; email: string }[]) => Record<string, unknown>[] }>
  > = {
    'a customer by e-mail': {
      text: aliased('String', 'customer(email: $) { id shopper { publicLabel } }'),
      asked: (who) => named(who.map(({ email }) => email)),
    },
    'customers by e-mail': {
      text: 'query ($emails: [String!]!) { customersByEmails(emails: $emails) { id } }',
      asked: (who) => parts(who, 500).map((part) => ({ emails: part.map(({ email }) => email) })),
    },
    'a customer by id': {
      text: aliased('String', 'customer(externalId: $) { shopper { publicLabel } }'),
      asked: (who) => named(who.map(({ id }) => id)),
    },
    'customers by id': {
      text: 'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { email shopper { publicLabel } } }',
      asked: (who) => parts(who, 500).map((part) => ({ ids: part.map(({ id }) => id) })),
    },
    'a node': {
      text: aliased('ID!', 'node(id: $) { __typename ... on Customer { shopper { publicLabel } } }'),
      asked: (who) => named(who.map(({ id }) => gid(id))),
    },
    nodes: {
      text: 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }',
      asked: (who) => parts(who, 500).map((part) => ({ ids: part.map(({ id }) => gid(id)) })),
    },
  };

  it('answers 1,000 who are known and 1,000 who are not byte for byte alike, by every way there is', async () => {
    const { sql } = server.database;
    // Customers like B, VIPs all of them.
    await sql`
      insert into customers select (jsonb_populate_record(c, jsonb_build_object('customer_id', 'known-' || n, 'email', 'known-' || n || '@shop.example'))).*
      from customers c, generate_series(1, ${COUNT}::int) n where customer_id = ${b.id}`;
    await sql`
      insert into customer_profiles select (jsonb_populate_record(p, jsonb_build_object('customer_id', 'known-' || n))).*
      from customer_profiles p, generate_series(1, ${COUNT}::int) n where customer_id = ${b.id}`;
    const people = (prefix: string) =>
      Array.from({ length: COUNT }, (_, i) => ({ id: `${prefix}-${i + 1}`, email: `${prefix}-${i + 1}@shop.example` }));
    expect((await server.query('{ customer(email: "known-1000@shop.example") { externalId } }')).data).toEqual({
      customer: { externalId: 'known-1000' },
    });
    const pk = (await makeKey(sql, { kind: 'publishable', origins: ['https://shop.example'] })).secret;
    for (const credential of [pk, await customerToken(customers, a.id)]) {
      for (const [way, { text, asked }] of Object.entries(ways)) {
        server.persist(text);
        const bodies = new Set<string>();
        for (const variables of [...asked(people('known')), ...asked(people('other'))]) {
          const answer = await post(`${server.url}/graphql`, JSON.stringify({ query: text, variables }), {
            authorization: `Bearer ${credential}`,
          });
          bodies.add(`${answer.status} ${answer.text}`);
        }
        expect(bodies.size, way).toBe(1);
      }
    }
  });

  it('of a publishable key shows a visitor of whom nothing is known', async () => {
    const pk = (await makeKey(server.database.sql, { kind: 'publishable', origins: ['https://shop.example'] })).secret;
    const query = `{ customersByExternalIds(externalIds: ["${a.id}"]) { externalId shopper { publicLabel } email rfm { cell } } }`;
    expect((await ask(pk, query)).data).toEqual({
      customersByExternalIds: [{ externalId: a.id, shopper: { publicLabel: null }, email: null, rfm: null }],
    });
  });
});
