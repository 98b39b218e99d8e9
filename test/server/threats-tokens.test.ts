import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGENT_SCOPES } from '../../packages/server/src/access/scopes.js';
import { agentToken, customerToken, makeKey, type SigningKey } from '../support/credentials.js';
import { codesOf, type GraphqlAnswer, post } from '../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../support/server.js';

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
  it('answers a known and an unknown address, and a known and an unknown id, byte for byte alike', async () => {
    const { sql } = server.database;
    const pk = (await makeKey(sql, { kind: 'publishable', origins: ['https://shop.example'] })).secret;
    const known = await sql<{ id: string; email: string }[]>`
      select customer_id as id, email from customers join customer_profiles using (customer_id) where customer_id <> ${a.id} limit 100`;
    const token = await customerToken(customers, a.id);
    const bodyOf = async (credential: string, query: string) => (await ask(credential, query)).text;
    for (const credential of [pk, token]) {
      const shapes = new Map<string, Set<string>>();
      const note = (way: string, body: string) => shapes.set(way, (shapes.get(way) ?? new Set()).add(body));
      for (const { id, email } of [
        ...known,
        ...known.map(({ id }) => ({ id: `9${id}9`, email: `nobody-${id}@x.example` })),
      ]) {
        note('customer by e-mail', await bodyOf(credential, `{ customer(email: "${email}") { id } }`));
        note('customers by e-mail', await bodyOf(credential, `{ customersByEmails(emails: ["${email}"]) { id } }`));
        note('by id', await bodyOf(credential, `{ customer(externalId: "${id}") { shopper { publicLabel } } }`));
        note(
          'by ids',
          await bodyOf(credential, `{ customersByExternalIds(externalIds: ["${id}"]) { shopper { publicLabel } } }`),
        );
        const gid = Buffer.from(`Customer:${id}`).toString('base64');
        note('by node', await bodyOf(credential, `{ node(id: "${gid}") { __typename } }`));
      }
      for (const [way, bodies] of shapes) expect(bodies.size, way).toBe(1);
    }
    // Four hundred documents of this test are no longer wanted.
    for (const [hash, text] of server.operations) if (!text.includes('Tessera')) server.operations.delete(hash);
  });

  it('of a publishable key shows a visitor of whom nothing is known', async () => {
    const pk = (await makeKey(server.database.sql, { kind: 'publishable', origins: ['https://shop.example'] })).secret;
    const query = `{ customersByExternalIds(externalIds: ["${a.id}"]) { externalId shopper { publicLabel } email rfm { cell } } }`;
    expect((await ask(pk, query)).data).toEqual({
      customersByExternalIds: [{ externalId: a.id, shopper: { publicLabel: null }, email: null, rfm: null }],
    });
  });
});
