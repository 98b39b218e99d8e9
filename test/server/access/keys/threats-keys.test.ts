import { createHash } from 'node:crypto';
import { AGENT_SCOPES } from '@tessera/server/access/scopes.js';
import { operationHash } from '@tessera/server/graphql/plugins/persisted-operations.js';
import { schema } from '@tessera/server/graphql/schema.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentToken, customerToken, makeKey } from '../../../support/credentials.js';
import { codesOf, post } from '../../../support/graphql-shop.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../../support/server.js';

const ORIGIN = 'https://shop.example';

let server: TestServer;
/** Every class that stands in a page. */
let browsers: Readonly<Record<string, string>>;
let secretKey: { id: string; secret: string };
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 300 });
  const { sql } = server.database;
  const agents = await makeKey(sql, { kind: 'agent-signing', scopes: AGENT_SCOPES, origins: [ORIGIN] });
  const customers = await makeKey(sql, { kind: 'customer-signing', origins: [ORIGIN] });
  secretKey = await makeKey(sql, { kind: 'secret' });
  browsers = {
    'a publishable key': (await makeKey(sql, { kind: 'publishable', origins: [ORIGIN] })).secret,
    "a customer's token": await customerToken(customers, '1'),
    "an agent's token": await agentToken(agents, AGENT_SCOPES.join(' ')),
  };
});
afterAll(() => server.close());

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
const send = (credential: string, body: unknown, headers: Record<string, string> = {}) =>
  post(`${server.url}/graphql`, JSON.stringify(body), { ...bearer(credential), ...headers });
const outcome = ({ status, errors }: Awaited<ReturnType<typeof post>>) => ({ status, codes: codesOf({ errors }) });
const byHash = (sha256Hash: unknown, variables: Record<string, unknown> = {}) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash } },
  variables,
});

describe('T01: a credential of a browser', () => {
  it('runs no text of its own', async () => {
    for (const [who, credential] of Object.entries(browsers)) {
      for (const query of ['{__typename}', '{ viewer { kind } }', 'mutation { x }', '{', ' ']) {
        expect(outcome(await send(credential, { query })), `${who} ${query}`).toEqual({
          status: 403,
          codes: ['PERSISTED_ONLY'],
        });
      }
    }
  });

  it('runs every document of the widget by its hash, or by its very text', async () => {
    expect(server.operations.size).toBeGreaterThan(0);
    const ids = ['1', '2', '3'];
    const variables = {
      ids,
      badges: ids,
      recommendations: ids,
      perks: ids,
      actions: ids,
      cards: ids,
      emails: ['nobody@shop.example'],
      segmentation: 'rfm',
      first: 3,
    };
    for (const [hash, text] of server.operations) {
      if (text.startsWith('subscription')) continue;
      const reader = /shopper/i.test(text) ? "a customer's token" : "an agent's token";
      for (const body of [byHash(hash, variables), { query: text, variables }]) {
        const answer = await send(browsers[reader]!, body);
        expect(answer.status, text).toBe(200);
      }
      // Looking somebody up by e-mail is an agent's alone.
      const forShoppers = text.includes('customersByEmails') ? 403 : 200;
      expect((await send(browsers['a publishable key']!, byHash(hash, variables))).status, text).toBe(forShoppers);
    }
  });

  it('is told that a hash is unknown, which is not stored', async () => {
    const text = '{ viewer { kind } }';
    const hash = createHash('sha256').update(text).digest('hex');
    const known = server.operations.size;
    for (const [who, credential] of Object.entries(browsers)) {
      for (const each of [hash, hash.toUpperCase(), '0'.repeat(64), '', '__proto__', 'constructor', '../x']) {
        const answer = await send(credential, byHash(each));
        expect(outcome(answer), `${who} ${each}`).toEqual({ status: 404, codes: ['PERSISTED_NOT_FOUND'] });
        if (each.length > 9) expect(answer.text).not.toContain(each);
      }
      // The text with its hash is how other servers learn documents.
      const taught = await send(credential, { query: text, ...byHash(hash) });
      expect(outcome(taught), who).toEqual({ status: 403, codes: ['PERSISTED_ONLY'] });
      expect(outcome(await send(credential, byHash(hash)))).toEqual({ status: 404, codes: ['PERSISTED_NOT_FOUND'] });
      for (const none of [undefined, 5, null, ['x']]) {
        expect(outcome(await send(credential, byHash(none)))).toEqual({ status: 400, codes: ['BAD_REQUEST'] });
      }
    }
    expect(server.operations.size).toBe(known);
  });

  it('of a server may send texts and hashes', async () => {
    const restricted = await makeKey(server.database.sql, { kind: 'restricted', scopes: ['reports:read'] });
    for (const credential of [ADMIN_KEY, restricted.secret, secretKey.secret]) {
      expect((await send(credential, { query: '{ shop { name } }' })).errors).toEqual([]);
      const [hash] = [...server.operations].find(([, text]) => !text.startsWith('subscription'))!;
      const answer = await send(
        credential,
        byHash(hash, {
          ids: [],
          badges: [],
          recommendations: [],
          perks: [],
          actions: [],
          cards: [],
          segmentation: 'rfm',
          first: 1,
        }),
      );
      expect(codesOf(answer)).not.toContain('PERSISTED_NOT_FOUND');
    }
  });
});

describe('T02: a key of a server that came from a page', () => {
  it('is refused, named in no answer, and on record', async () => {
    const { sql } = server.database;
    const restricted = await makeKey(sql, { kind: 'restricted', scopes: ['reports:read'] });
    for (const { id, secret } of [secretKey, restricted]) {
      const answer = await send(secret, { query: '{__typename}' }, { origin: ORIGIN });
      expect(outcome(answer)).toEqual({ status: 403, codes: ['SECRET_KEY_IN_BROWSER'] });
      expect(answer.text).not.toContain(secret.slice(3));
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      const rows =
        await sql`select actor, details from audit_log where key_id = ${id} and action = 'secret key in browser'`;
      expect(rows).toEqual([{ actor: id === secretKey.id ? 'secret' : 'restricted', details: { origin: ORIGIN } }]);
    }
    // A page sends its key with every visit: that is one leak, and another page is another.
    for (let visit = 0; visit < 20; visit++)
      await send(secretKey.secret, { query: '{__typename}' }, { origin: ORIGIN });
    await send(secretKey.secret, { query: '{__typename}' }, { origin: 'https://other.example' });
    const leaks = await sql`
      select details ->> 'origin' as origin from audit_log where key_id = ${secretKey.id} and action = 'secret key in browser' order by id`;
    expect(leaks.map(({ origin }) => origin)).toEqual([ORIGIN, 'https://other.example']);
    // The leak may come by another door.
    const upload = await post(`${server.url}/import/users.csv`, 'x', { ...bearer(secretKey.secret), origin: ORIGIN });
    expect(upload.status).toBe(403);
  });
});

describe('T03: a key in the database', () => {
  it('is its hash, and a signing secret is sealed', async () => {
    const signing = await makeKey(server.database.sql, { kind: 'customer-signing' });
    const keys = [secretKey.secret, browsers['a publishable key']!, signing.secret];
    const tables = await server.database.sql<{ row: string }[]>`
      select api_keys::text as row from api_keys union all select audit_log::text from audit_log`;
    const dump = tables.map(({ row }) => row).join('\n');
    for (const key of keys) expect(dump).not.toContain(key.slice(11));
    expect(dump).toContain(createHash('sha256').update(secretKey.secret).digest('hex'));
  });
});

describe('T08: an input', () => {
  it('takes no field that it does not name', async () => {
    const digest = async () =>
      (await server.database.sql`select md5(string_agg(c::text, '' order by customer_id)) as md5 from customers c`)[0]!
        .md5;
    const before = await digest();
    const inputs = ['{"externalId":"1","clv":"1e9"}', '{"externalId":"1","role":"admin"}'];
    inputs.push('{"externalId":"1","__proto__":{"email":"x@y.example"}}', '{"externalId":"1","constructor":{"a":1}}');
    for (const input of inputs) {
      const body = `{"query":"mutation ($i: [CustomerInput!]!) { importCustomers(input: $i) { __typename } }","variables":{"i":[${input}]}}`;
      const answer = await post(`${server.url}/graphql`, body, bearer(ADMIN_KEY));
      expect(outcome(answer), input).toEqual({ status: 400, codes: ['BAD_USER_INPUT'] });
    }
    const update = await send(ADMIN_KEY, { query: 'mutation { updateCustomer(input: {clv: "1e9"}) { id } }' });
    expect({ codes: codesOf(update), data: update.data }).toEqual({ codes: ['GRAPHQL_VALIDATION_FAILED'] });
    const key = await send(ADMIN_KEY, {
      query: 'mutation ($i: KeyInput!) { createKey(input: $i) { __typename } }',
      variables: { i: { kind: 'RESTRICTED', title: 'x', scopes: ['reports:read'], hash: 'x', revoked: false } },
    });
    expect(outcome(key)).toEqual({ status: 400, codes: ['BAD_USER_INPUT', 'BAD_USER_INPUT'] });
    expect(await digest()).toBe(before);
    expect(({} as { email?: string }).email).toBeUndefined();
  });
});

describe('T39: a credential of a browser', () => {
  it('writes nothing, by no mutation and no address', async () => {
    const tables = [
      'customers',
      'products',
      'orders',
      'order_items',
      'events',
      'imports',
      'api_keys',
      'revoked_agents',
      'runs',
      'jobs',
      'schedules',
    ];
    const digest = async () => {
      const rows = await Promise.all(
        tables.map((table) =>
          server.database.sql.unsafe(
            `select md5(coalesce(string_agg(t::text, '' order by t::text), '')) as md5 from ${table} t`,
          ),
        ),
      );
      return rows.map(([row]) => row!.md5);
    };
    const inputs: Readonly<Record<string, string>> = {
      createKey: '(input: {kind: SECRET, title: "x"})',
      rotateKey: `(id: "${secretKey.id}")`,
      revokeKey: `(id: "${secretKey.id}")`,
      importCustomers: '(input: [{externalId: "1", email: "x@y.example"}])',
      importProducts: '(input: [{externalId: "1", name: "x"}])',
      importOrders: '(input: [])',
      recordEvents: '(input: [])',
      startRun: '',
      cancelRun: '(id: "1")',
      setRunSchedule: '(when: "off")',
    };
    const before = await digest();
    for (const [who, credential] of Object.entries(browsers)) {
      for (const name of Object.keys(schema.getMutationType()!.getFields())) {
        const text = `mutation { ${name}${inputs[name] ?? ''} { __typename } }`;
        expect(outcome(await send(credential, { query: text })), `${who} ${name}`).toEqual({
          status: 403,
          codes: ['PERSISTED_ONLY'],
        });
        // And were it persisted.
        expect(inputs[name], `${name} needs a call in this test`).toBeDefined();
        const persisted = await server.query(text, undefined, credential);
        expect({ status: persisted.status, codes: codesOf(persisted) }, `${who} ${name}`).toEqual({
          status: 403,
          codes: ['FORBIDDEN'],
        });
        server.operations.delete(operationHash(text));
      }
      for (const [address, method] of [
        ['/import/users.csv', 'POST'],
        ['/import/orders.csv?format=orders', 'POST'],
        ['/imports/1/quarantine.csv', 'GET'],
      ]) {
        const body = method === 'POST' ? 'id,email\n1,x@y.example\n' : undefined;
        const answer = await fetch(`${server.url}${address}`, { method, headers: bearer(credential), body });
        expect(answer.status, `${who} ${address}`).toBe(403);
        expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      }
    }
    expect(await digest()).toEqual(before);
  });
});
