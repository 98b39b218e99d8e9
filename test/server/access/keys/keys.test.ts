import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '@tessera/server/app.js';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentToken, customerToken, makeKey } from '../../../support/credentials.js';
import { codesOf, post } from '../../../support/graphql-shop.js';
import { ADMIN_KEY, SECRETS_KEY, startTestServer, type TestServer } from '../../../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 60 });
});
afterAll(() => server.close());

const VIEWER = '{ viewer { kind title subject scopes origins expiresAt } }';
const viewer = async (credential: string) => {
  const { status, data } = await server.query<{ viewer: Record<string, unknown> }>(VIEWER, undefined, credential);
  return status === 200 ? data.viewer : status;
};

interface Made {
  __typename: string;
  code?: string;
  message?: string;
  secret?: string | null;
  key?: { id: string; prefix: string; expiresAt: string | null; revoked: boolean };
}
const RESULT =
  '__typename ... on KeyRefused { code message } ... on KeyCreated { secret key { id prefix expiresAt revoked } }';
const create = async (input: Record<string, unknown>) =>
  (
    await server.query<{ createKey: Made }>(`mutation ($input: KeyInput!) { createKey(input: $input) { ${RESULT} } }`, {
      input,
    })
  ).data.createKey;
const rotate = async (id: string, overlapHours: number, publicKey?: string) =>
  (
    await server.query<{ rotateKey: Made }>(
      `mutation ($id: ID!, $overlapHours: Float!, $publicKey: String) {
        rotateKey(id: $id, overlapHours: $overlapHours, publicKey: $publicKey) { ${RESULT} } }`,
      { id, overlapHours, publicKey },
    )
  ).data.rotateKey;
const revoke = async (id: string, agent?: string) =>
  (
    await server.query<{ revokeKey: Made }>(
      'mutation ($id: ID!, $agent: String) { revokeKey(id: $id, agent: $agent) { __typename ... on KeyRefused { code message } ... on KeyRevoked { key { id revoked prefix expiresAt } } } }',
      { id, agent },
    )
  ).data.revokeKey;

describe('createKey', () => {
  it('makes a key of each kind, shows it once, and the key says who it is', async () => {
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const secret = await create({ kind: 'SECRET', title: 'backend', expiresAt });
    expect(secret.secret).toMatch(/^sk_[\w-]{43}[0-9a-f]{8}$/);
    expect(secret.key!.prefix).toBe(secret.secret!.slice(0, 11));
    expect(await viewer(secret.secret!)).toEqual({
      kind: 'SECRET_KEY',
      title: 'backend',
      subject: null,
      scopes: ['everything'],
      origins: [],
      expiresAt,
    });

    const restricted = await create({ kind: 'RESTRICTED', title: 'import', scopes: ['imports:write', 'imports:read'] });
    expect(await viewer(restricted.secret!)).toMatchObject({
      kind: 'RESTRICTED_KEY',
      scopes: ['imports:read', 'imports:write'],
      expiresAt: null,
    });

    const publishable = await create({ kind: 'PUBLISHABLE', title: 'shop', origins: ['https://shop.example'] });
    expect(publishable.secret).toMatch(/^pk_/);
    expect(await viewer(publishable.secret!)).toMatchObject({
      kind: 'PUBLISHABLE_KEY',
      scopes: ['shopper:read'],
      origins: ['https://shop.example'],
    });

    const agents = await create({ kind: 'AGENT_SIGNING', title: 'CRM', scopes: ['customers:read'] });
    const token = await agentToken({ id: agents.key!.id, secret: agents.secret! }, 'customers:read customers:pii');
    expect(await viewer(token)).toMatchObject({
      kind: 'AGENT_TOKEN',
      title: 'CRM',
      subject: 'agent-7',
      scopes: ['badge:read', 'customers:read'],
    });
    // What signs is not what is sent.
    expect(await viewer(agents.secret!)).toBe(401);

    const customers = await create({ kind: 'CUSTOMER_SIGNING', title: 'storefront' });
    const shopper = await customerToken({ id: customers.key!.id, secret: customers.secret! }, '1');
    expect(await viewer(shopper)).toMatchObject({ kind: 'CUSTOMER_TOKEN', subject: '1', scopes: ['shopper:read'] });

    const { data } = await server.query<{ keys: { id: string; kind: string; title: string; prefix: string }[] }>(
      '{ keys { id kind title prefix scopes origins algorithm createdAt expiresAt revoked } }',
    );
    expect(data.keys.map(({ kind }) => kind).sort()).toEqual(
      ['AGENT_SIGNING', 'CUSTOMER_SIGNING', 'PUBLISHABLE', 'RESTRICTED', 'SECRET'].sort(),
    );
    expect(JSON.stringify(data)).not.toContain(secret.secret!.slice(11));
  });

  it('takes a public key of each kind, whose private half the shop keeps', async () => {
    const pairs = [
      ['EdDSA', generateKeyPairSync('ed25519')],
      ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
      ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ] as const;
    for (const [alg, { publicKey, privateKey }] of pairs) {
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const made = await create({ kind: 'CUSTOMER_SIGNING', title: alg, publicKey: pem });
      expect({ secret: made.secret, prefix: made.key!.prefix }).toEqual({ secret: null, prefix: alg });
      const now = Math.floor(Date.now() / 1000);
      const token = await new SignJWT({ aud: 'tessera', sub: '1', iat: now, exp: now + 60 })
        .setProtectedHeader({ alg, typ: 'customer+jwt', kid: made.key!.id })
        .sign(privateKey);
      expect(await viewer(token), alg).toMatchObject({ kind: 'CUSTOMER_TOKEN' });
      expect(await create({ kind: 'AGENT_SIGNING', title: 'again', publicKey: pem })).toMatchObject({
        code: 'KEY_INVALID',
        message: expect.stringContaining('stored already'),
      });
    }
  });

  const ed25519 = generateKeyPairSync('ed25519');
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no title', { title: '  ' }, /needs a title of 1 to 100/],
    ['a title that is too long', { title: 'x'.repeat(101) }, /needs a title/],
    ['a title with a line break', { title: 'a\nb' }, /needs a title/],
    ['a restricted key without scopes', {}, /at least one scope of badge:read, /],
    ['an unknown scope', { scopes: ['everything'] }, /takes of badge:read, .*; got "everything"/],
    ['scopes of a publishable key', { kind: 'PUBLISHABLE', scopes: ['customers:pii'] }, /takes no scopes/],
    ['lists for agents', { kind: 'AGENT_SIGNING', scopes: ['customers:list'] }, /got "customers:list"/],
    ['scopes of customers', { kind: 'CUSTOMER_SIGNING', scopes: ['badge:read'] }, /takes no scopes/],
    ['a publishable key without origins', { kind: 'PUBLISHABLE' }, /needs the origins of the pages/],
    ['origins of a secret key', { kind: 'SECRET', origins: ['https://a.example'] }, /takes no origins/],
    [
      '51 origins',
      { kind: 'PUBLISHABLE', origins: Array.from({ length: 51 }, (_, i) => `https://a${i}.example`) },
      /at most 50/,
    ],
    ['an end in the past', { kind: 'SECRET', expiresAt: '2020-01-01T00:00:00Z' }, /expire in the future/],
    ['a public key of a secret key', { kind: 'SECRET', publicKey: 'x' }, /takes no public key/],
    ['a public key that is none', { kind: 'AGENT_SIGNING', publicKey: 'canary' }, /needs to be PEM/],
    [
      'a private key',
      { kind: 'AGENT_SIGNING', publicKey: ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      /needs to be PEM/,
    ],
    [
      'a short RSA key',
      {
        kind: 'AGENT_SIGNING',
        publicKey: generateKeyPairSync('rsa', { modulusLength: 1024 })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      },
      /RSA of 2048 bits or more/,
    ],
  ])('refuses %s, and says why', async (_what, input, message) => {
    const before = (await server.query<{ keys: unknown[] }>('{ keys { id } }')).data.keys.length;
    const refused = await create({ kind: 'RESTRICTED', title: 'x', ...input });
    expect(refused).toMatchObject({
      __typename: 'KeyRefused',
      code: 'KEY_INVALID',
      message: expect.stringMatching(message),
    });
    expect(refused.message).not.toMatch(/canary|PRIVATE/);
    expect((await server.query<{ keys: unknown[] }>('{ keys { id } }')).data.keys).toHaveLength(before);
  });
});

describe('a key', () => {
  it('stops counting at once when it is revoked, and its tokens with it', async () => {
    const { sql } = server.database;
    const restricted = await makeKey(sql, { kind: 'restricted', scopes: ['reports:read'] });
    const customers = await makeKey(sql, { kind: 'customer-signing' });
    const token = await customerToken(customers, '1');
    expect([await viewer(restricted.secret), await viewer(token)]).toMatchObject([{}, {}]);
    for (const { id } of [restricted, customers]) {
      expect(await revoke(id)).toMatchObject({ __typename: 'KeyRevoked', key: { id, revoked: true } });
      expect(await revoke(id)).toMatchObject({ __typename: 'KeyRefused', code: 'KEY_NOT_FOUND' });
    }
    expect([await viewer(restricted.secret), await viewer(token)]).toEqual([401, 401]);
    expect((await revoke('key_nothing')).message).toContain('there is no key "key_nothing"');
  });

  it('stops counting when it expires', async () => {
    const expiresAt = new Date(Date.now() + 4000);
    const { secret } = await makeKey(server.database.sql, { kind: 'secret', expiresAt });
    expect(await viewer(secret)).toMatchObject({ kind: 'SECRET_KEY' });
    await sleep(expiresAt.getTime() - Date.now() + 100);
    expect(await viewer(secret)).toBe(401);
  });

  it('goes on for the overlap when it is rotated, and the new one is like it', async () => {
    const { sql } = server.database;
    const old = await makeKey(sql, { kind: 'publishable', title: 'shop', origins: ['https://shop.example'] });
    const made = await rotate(old.id, 2);
    expect(await viewer(made.secret!)).toMatchObject({
      title: 'shop',
      origins: ['https://shop.example'],
      expiresAt: null,
    });
    const { expiresAt } = (await viewer(old.secret)) as { expiresAt: string };
    expect(Math.abs(Date.parse(expiresAt) - Date.now() - 2 * 3_600_000)).toBeLessThan(60_000);
    // Without an overlap the old one ends now.
    const signing = await makeKey(sql, { kind: 'customer-signing' });
    const next = await rotate(signing.id, 0);
    expect(await viewer(await customerToken(signing, '1'))).toBe(401);
    expect(await viewer(await customerToken({ id: next.key!.id, secret: next.secret! }, '1'))).toMatchObject({
      subject: '1',
    });
    expect(await rotate(signing.id, 0)).toMatchObject({ code: 'KEY_NOT_FOUND' });
    expect(await rotate(old.id, 1000)).toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('0 to 720 hours'),
    });
    expect(await rotate(old.id, 1, 'pem')).toMatchObject({ code: 'KEY_INVALID' });
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const pair = await makeKey(sql, { kind: 'customer-signing', publicKey: pem });
    expect(await rotate(pair.id, 1)).toMatchObject({
      code: 'KEY_INVALID',
      message: expect.stringContaining('new public key'),
    });
    const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(await rotate(pair.id, 1, other)).toMatchObject({ __typename: 'KeyCreated', secret: null });
  });

  it('of agents ends the tokens of one agent, and leaves the others', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing' });
    const jo = await agentToken(agents, '', { agent: 'jo' });
    const max = await agentToken(agents, '', { agent: 'max' });
    expect(await revoke(agents.id, 'jo')).toMatchObject({ __typename: 'KeyRevoked', key: { revoked: false } });
    expect(await viewer(jo)).toBe(401);
    expect(await viewer(max)).toMatchObject({ subject: 'max' });
    // Signed after it: Jo may come back when the shop lets him.
    await sleep(1100);
    expect(await viewer(await agentToken(agents, '', { agent: 'jo' }))).toMatchObject({ subject: 'jo' });
    const secret = await makeKey(server.database.sql, { kind: 'secret' });
    expect(await revoke(secret.id, 'jo')).toMatchObject({ code: 'KEY_INVALID' });
  });

  it('leaves a record of each change, without its text', async () => {
    const { sql } = server.database;
    const made = await create({ kind: 'CUSTOMER_SIGNING', title: 'recorded' });
    const next = await rotate(made.key!.id, 1);
    await revoke(next.key!.id);
    const rows = await sql<{ actor: string; action: string; row: string }[]>`
      select actor, action, audit_log::text as row from audit_log
      where targets && ${[made.key!.id, next.key!.id]} order by id`;
    expect(rows.map(({ actor, action }) => `${actor}: ${action}`)).toEqual([
      'secret: key created',
      'secret: key rotated',
      'secret: key revoked',
    ]);
    for (const { row } of rows) expect(row).not.toMatch(/cs_/);
  });

  it('whose secret was sealed for another server signs nothing here', async () => {
    const signing = await makeKey(server.database.sql, { kind: 'customer-signing' });
    const other = await startServer(
      { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, secretsKey: `${SECRETS_KEY}2`, production: true },
      server.database,
      server.operations,
    );
    try {
      const body = JSON.stringify({ query: server.persist(VIEWER) });
      const authorization = `Bearer ${await customerToken(signing, '1')}`;
      expect((await post(`${other.url}/graphql`, body, { authorization })).status).toBe(401);
      expect((await post(`${server.url}/graphql`, body, { authorization })).status).toBe(200);
    } finally {
      await other.close();
    }
  });
});

describe('a restricted key', () => {
  it('does what its scopes say at the other addresses too', async () => {
    const { sql } = server.database;
    const writes = (await makeKey(sql, { kind: 'restricted', scopes: ['imports:write'] })).secret;
    const reads = (await makeKey(sql, { kind: 'restricted', scopes: ['imports:read'] })).secret;
    const upload = (key: string) =>
      fetch(`${server.url}/import/more.csv?format=users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: 'id,email\n',
      });
    expect((await upload(reads)).status).toBe(403);
    expect((await upload(writes)).status).not.toBe(403);
    const quarantine = (key: string) =>
      fetch(`${server.url}/imports/1/quarantine.csv`, { headers: { authorization: `Bearer ${key}` } });
    expect([(await quarantine(writes)).status, (await quarantine(reads)).status]).toEqual([403, 200]);
  });

  it('searches by name and address only with customers:pii', async () => {
    const { sql } = server.database;
    await sql`update customers set email = 'find.me@shop.example', first_name = 'Findme' where customer_id = '1'`;
    const lists = (await makeKey(sql, { kind: 'restricted', scopes: ['customers:list'] })).secret;
    const named = (await makeKey(sql, { kind: 'restricted', scopes: ['customers:list', 'customers:pii'] })).secret;
    const count = async (key: string, search: string) => {
      const { data } = await server.query<{ customers: { totalCount: number } }>(
        'query ($search: String!) { customers(where: { search: $search }) { totalCount } }',
        { search },
        key,
      );
      return data.customers.totalCount;
    };
    for (const search of ['find.me@', 'FINDME']) {
      expect([await count(lists, search), await count(named, search), await count(ADMIN_KEY, search)], search).toEqual([
        0, 1, 1,
      ]);
    }
    expect(await count(lists, '1')).toBeGreaterThan(0);
  });
});

describe('an agent', () => {
  const LOOKUP = 'query ($emails: [String!]!) { customersByEmails(emails: $emails) { externalId firstName } }';
  const lookUp = (emails: readonly string[], token: string) =>
    server.query<{ customersByEmails: ({ externalId: string; firstName: string | null } | null)[] }>(
      LOOKUP,
      { emails },
      token,
    );

  it('finds customers by exact address with customers:lookup, in the order asked, and it is on record', async () => {
    const { sql } = server.database;
    const agents = await makeKey(sql, { kind: 'agent-signing', scopes: ['customers:lookup', 'customers:pii'] });
    await sql`update customers set email = 'Jo.Ann+x@Shop.example', first_name = 'Jo' where customer_id = '2'`;
    await sql`update customers set email = 'shared@shop.example' where customer_id in ('3', '4')`;
    const token = await agentToken(agents, 'customers:lookup', { agent: 'finder' });
    const { data, errors } = await lookUp(
      ['nobody@x.example', ' jo.ann+x@shop.EXAMPLE ', 'shared@shop.example', 'jo.ann@shop.example', '%'],
      token,
    );
    expect(data.customersByEmails).toEqual([null, { externalId: '2', firstName: null }, null, null, null]);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('several customers share'), path: ['customersByEmails', 2] },
    ]);
    const named = await agentToken(agents, 'customers:lookup customers:pii', { agent: 'finder' });
    expect((await lookUp(['jo.ann+x@shop.example'], named)).data.customersByEmails).toEqual([
      { externalId: '2', firstName: 'Jo' },
    ]);
    const one = await server.query('{ customer(email: "JO.ANN+X@shop.example") { externalId } }', undefined, token);
    expect(one.data).toEqual({ customer: { externalId: '2' } });
    const rows = await sql<{ targets: string[]; details: unknown; row: string }[]>`
      select targets, details, audit_log::text as row from audit_log
      where subject = 'finder' and action = 'customers looked up by e-mail' order by id`;
    expect(rows.map(({ targets, details }) => ({ targets: targets.sort(), details }))).toEqual([
      { targets: ['2', '3', '4'], details: { asked: 5 } },
      { targets: ['2'], details: { asked: 1 } },
      { targets: ['2'], details: { asked: 1 } },
    ]);
    for (const { row } of rows) expect(row).not.toMatch(/@/);
  });

  it('finds nobody without the scope, as if there were nobody', async () => {
    const agents = await makeKey(server.database.sql, {
      kind: 'agent-signing',
      scopes: ['customers:lookup', 'customers:pii'],
    });
    const token = await agentToken(agents, 'customers:pii');
    const refused = await lookUp(['jo.ann+x@shop.example'], token);
    expect({ data: refused.data, codes: codesOf(refused) }).toEqual({ data: null, codes: ['FORBIDDEN'] });
    const one = await server.query('{ customer(email: "jo.ann+x@shop.example") { externalId } }', undefined, token);
    expect(one).toEqual({ status: 200, data: { customer: null } });
  });

  it('asks for at most 10 at once, and 60 a minute', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: ['customers:lookup'] });
    const token = await agentToken(agents, 'customers:lookup', { agent: 'eager' });
    const ten = Array.from({ length: 10 }, (_, i) => `x${i}@x.example`);
    const tooMany = await lookUp([...ten, 'x@x.example'], token);
    expect(codesOf(tooMany)).toEqual(['BAD_USER_INPUT']);
    expect(codesOf(await lookUp([''], token))).toEqual(['BAD_USER_INPUT']);
    for (let i = 0; i < 6; i++) expect((await lookUp(ten, token)).errors).toBeUndefined();
    const answer = await post(
      `${server.url}/graphql`,
      JSON.stringify({ query: LOOKUP, variables: { emails: ['x@x.example'] } }),
      { authorization: `Bearer ${token}` },
    );
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({ status: 429, codes: ['RATE_LIMITED'] });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    // Another agent is not in the way.
    const other = await agentToken(agents, 'customers:lookup', { agent: 'calm' });
    expect((await lookUp(['x@x.example'], other)).errors).toBeUndefined();
  });

  it('who reads profiles is on record with whom he read; one who reads badges is not', async () => {
    const { sql } = server.database;
    const agents = await makeKey(sql, { kind: 'agent-signing', scopes: ['customers:read'] });
    const query = '{ customersByExternalIds(externalIds: ["1", "2", "none"]) { externalId } }';
    await server.query(query, undefined, await agentToken(agents, 'customers:read', { agent: 'reader' }));
    await server.query(query, undefined, await agentToken(agents, '', { agent: 'badges' }));
    const rows = await sql`select subject, action, targets from audit_log where subject in ('reader', 'badges')`;
    expect(rows.map(({ targets, ...row }) => ({ ...row, targets: targets.sort() }))).toEqual([
      { subject: 'reader', action: 'customers read', targets: ['1', '2'] },
    ]);
  });
});

describe('T31: the rate', () => {
  it('is limited by shopper, by agent and by restricted key; whoever asks more hears when to come back', async () => {
    const limited = await startServer(
      {
        port: 0,
        host: '127.0.0.1',
        dataDir: '',
        adminKey: ADMIN_KEY,
        secretsKey: SECRETS_KEY,
        production: true,
        rateLimit: 20,
      },
      server.database,
      server.operations,
    );
    const { sql } = server.database;
    const customers = await makeKey(sql, { kind: 'customer-signing' });
    const agents = await makeKey(sql, { kind: 'agent-signing' });
    const pk = await makeKey(sql, { kind: 'publishable', origins: ['https://shop.example'] });
    const body = JSON.stringify({ query: server.persist('{ viewer { kind } }') });
    const statusesOf = async (credential: string, count: number) => {
      const counts: Record<number, number> = {};
      for (let i = 0; i < count; i++) {
        const answer = await post(`${limited.url}/graphql`, body, { authorization: `Bearer ${credential}` });
        counts[answer.status] = (counts[answer.status] ?? 0) + 1;
        if (answer.status === 429) {
          expect(codesOf(answer)).toEqual(['RATE_LIMITED']);
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        }
      }
      return counts;
    };
    try {
      expect(await statusesOf(await customerToken(customers, '1'), 200)).toEqual({ 200: 20, 429: 180 });
      expect(await statusesOf(await customerToken(customers, '2'), 20)).toEqual({ 200: 20 });
      expect(await statusesOf(pk.secret, 25)).toEqual({ 200: 20, 429: 5 });
      expect(await statusesOf(await agentToken(agents, ''), 85)).toEqual({ 200: 80, 429: 5 });
      expect(await statusesOf(ADMIN_KEY, 100)).toEqual({ 200: 100 });
      expect(await statusesOf('guessed', 610)).toEqual({ 401: 600, 429: 10 });
    } finally {
      await limited.close();
    }
  });
});
