import http from 'node:http';
import net from 'node:net';
import { DeskLink, LINK_LIFETIME_MS } from '@tessera/server/access/desk-link.js';
import { startServer } from '@tessera/server/app.js';
import { endDemo } from '@tessera/server/db/queries/shop/shop.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agentToken, makeKey } from '../../support/credentials.js';
import { codesOf, demoToken } from '../../support/graphql-shop.js';
import { ADMIN_KEY, SECRETS_KEY, startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
let running: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 300 });
  running = await startServer(
    { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, secretsKey: SECRETS_KEY, production: false },
    server.database,
    server.operations,
  );
});
afterAll(async () => {
  await running?.close();
  await server.close();
});
beforeEach(() => server.database.sql`update shop set kind = 'demo'`);

interface Raw {
  readonly status: number;
  readonly body: string;
}

/** One request with any headers, which fetch would not send. */
function raw(path: string, method: string, headers: Record<string, string> = {}, body = '', url = running.url) {
  return new Promise<Raw>((resolve, reject) => {
    const request = http.request(`${url}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const codeOf = (link: string | null) => new URL(link!).hash.slice(1);
const redeem = (code: unknown, headers: Record<string, string> = {}) =>
  raw('/desk/session', 'POST', { ...JSON_TYPE, ...headers }, JSON.stringify({ code }));

const FORWARDED: readonly Record<string, string>[] = [
  { forwarded: 'for=203.0.113.9' },
  { via: '1.1 proxy' },
  { 'x-forwarded-for': '127.0.0.1' },
  { 'x-forwarded-host': 'localhost' },
  { 'x-forwarded-proto': 'https' },
  { 'x-real-ip': '127.0.0.1' },
  { 'x-real-port': '443' },
  { 'x-forward-for': '127.0.0.1' },
  { 'x-amz-cf-id': 'a' },
  { 'x-request-id': 'a' },
  { 'proxy-connection': 'keep-alive' },
  { 'cf-connecting-ip': '203.0.113.9' },
  { 'true-client-ip': '203.0.113.9' },
  { 'x-client-ip': '203.0.113.9' },
  { 'x-original-host': 'shop.example' },
  { 'x-envoy-external-address': '203.0.113.9' },
];

describe('T42: a token of the demo', () => {
  it('is given for the demo shop only, as the database says, and not once data of its own came in', async () => {
    expect((await raw('/demo/token?page=crm', 'POST')).status).toBe(200);
    await server.database.sql.begin(endDemo);
    for (const page of ['crm', 'storefront']) {
      expect((await raw(`/demo/token?page=${page}`, 'POST')).status, page).toBe(404);
    }
    const names = await server.database.sql<{ name: string }[]>`
      select last_name as name from customers where last_name is not null limit 20`;
    for (const page of ['', '/crm', '/storefront', '/gallery']) {
      const { status, body } = await raw(`/demo${page}`, 'GET');
      expect(status).toBe(200);
      const written = /id="tessera-data">(.*?)<\/script>/s.exec(body)?.[1];
      if (written !== undefined) {
        expect(JSON.parse(written), page).toMatchObject({ token: null, customers: [], products: [], isDemo: false });
      }
      for (const { name } of names) expect(body).not.toContain(`${name}"`);
    }
  });

  it('is no longer given after an import of any kind', async () => {
    const key = { authorization: `Bearer ${ADMIN_KEY}` };
    const csv = 'order_id,customer_id,order_date,amount\nown-1,own-1,2026-01-02 10:00:00 UTC,10.00\n';
    const ways: Record<string, () => Promise<unknown>> = {
      upload: () => raw('/import/orders.csv', 'POST', { ...key, 'content-type': 'text/csv' }, csv),
      mutation: () => server.query('mutation { importCustomers(input: [{ externalId: "own-2" }]) { __typename } }'),
    };
    for (const [way, send] of Object.entries(ways)) {
      await server.database.sql`update shop set kind = 'demo'`;
      await send();
      const [shop] = await server.database.sql`select kind from shop`;
      expect(shop, way).toEqual({ kind: 'own' });
      expect((await raw('/demo/token?page=crm', 'POST')).status, way).toBe(404);
    }
  });

  it('is given on while nothing of its own has come in: a refused row is none', async () => {
    await server.query('mutation { importCustomers(input: []) { __typename } }');
    const [shop] = await server.database.sql`select kind from shop`;
    expect(shop).toEqual({ kind: 'demo' });
  });

  it('is given to a browser of this machine only: no proxy, no other name, no page of another site', async () => {
    for (const headers of FORWARDED) {
      expect((await raw('/demo/token?page=crm', 'POST', headers)).status, JSON.stringify(headers)).toBe(404);
      expect((await raw('/demo/crm', 'GET', headers)).status, JSON.stringify(headers)).toBe(404);
    }
    const { host, origin } = new URL(running.url);
    for (const headers of [
      { host: 'attacker.example' },
      { origin: 'https://attacker.example' },
      { origin: 'null' },
      { host, origin: 'http://localhost:1' },
    ]) {
      expect((await raw('/demo/token?page=crm', 'POST', headers as never)).status, JSON.stringify(headers)).toBe(404);
    }
    expect((await raw('/demo/token?page=crm', 'POST', { origin })).status).toBe(200);
    // As a proxy speaks that was told nothing.
    const socket = net.connect(Number(new URL(running.url).port), '127.0.0.1');
    socket.write(`POST /demo/token?page=crm HTTP/1.0\r\nhost: ${host}\r\ncontent-length: 0\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket.setEncoding('utf8')) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 404/);
  });

  it('is closed where proxies are named', async () => {
    const behind = await startServer(
      { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, production: false, trustedProxies: ['loopback'] },
      server.database,
    );
    try {
      expect((await raw('/demo/token?page=crm', 'POST', {}, '', behind.url)).status).toBe(404);
      expect(behind.makeDeskLink()).toBeNull();
    } finally {
      await behind.close();
    }
  });

  it('reads the customers whom the page shows and no others, and finds none by his address', async () => {
    const { body } = await raw('/demo/crm', 'GET');
    const { customers } = JSON.parse(/id="tessera-data">(.*?)<\/script>/s.exec(body)![1]!) as {
      customers: { externalId: string }[];
    };
    const shown = new Set(customers.map(({ externalId }) => externalId));
    const token = await demoToken(running.url, 'crm');
    const rows = await server.database.sql<{ id: string }[]>`select customer_id as id from customer_profiles`;
    const ids = rows.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(shown.size);
    const query = server.persist(
      'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId } }',
    );
    const { body: text } = await raw(
      '/graphql',
      'POST',
      { ...JSON_TYPE, authorization: `Bearer ${token}` },
      JSON.stringify({ query, variables: { ids } }),
    );
    const { data } = JSON.parse(text) as { data: { customersByExternalIds: ({ externalId: string } | null)[] } };
    const read = data.customersByExternalIds.flatMap((each) => each?.externalId ?? []);
    expect(new Set(read)).toEqual(shown);
    const lookup = server.persist('{ customersByEmails(emails: ["a@shop.example"]) { externalId } }');
    const refused = await raw(
      '/graphql',
      'POST',
      { ...JSON_TYPE, authorization: `Bearer ${token}` },
      JSON.stringify({ query: lookup }),
    );
    expect(codesOf(JSON.parse(refused.body))).toEqual(['FORBIDDEN']);
  });
});

describe("the desk of a shop's own data", () => {
  it('opens once, by the code behind the # of the printed link', async () => {
    await server.database.sql.begin(endDemo);
    const link = running.makeDeskLink();
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/desk#[\w-]{43}$/);
    const page = await raw('/desk', 'GET');
    expect(page.status).toBe(200);
    const written = JSON.parse(/id="tessera-data">(.*?)<\/script>/s.exec(page.body)![1]!);
    expect(written).toEqual({
      shop: { name: 'Demo shop', currency: 'USD' },
      endpoint: '/graphql',
      sessionUrl: '/desk/session',
    });
    for (const wrong of [undefined, null, 1, '', 'x'.repeat(43), { toString: 1 }, [codeOf(link)]]) {
      expect((await redeem(wrong)).status, JSON.stringify(wrong)).toBe(403);
    }
    const opened = await redeem(codeOf(link));
    expect(opened.status).toBe(200);
    const { token, customers } = JSON.parse(opened.body) as { token: string; customers: { externalId: string }[] };
    expect(customers.length).toBeGreaterThan(10);
    expect((await redeem(codeOf(link))).status).toBe(403);
    const answer = await raw(
      '/graphql',
      'POST',
      { ...JSON_TYPE, authorization: `Bearer ${token}` },
      JSON.stringify({ query: server.persist('{ viewer { kind subject scopes } }') }),
    );
    expect(JSON.parse(answer.body).data.viewer).toMatchObject({ kind: 'AGENT_TOKEN', subject: 'desk' });
    const [record] = await server.database.sql<{ targets: string[] }[]>`
      select targets from audit_log where action = 'desk opened'`;
    expect(record?.targets).toEqual(customers.map(({ externalId }) => externalId));
  });

  it('opens once, however many try at the same moment', async () => {
    const code = codeOf(running.makeDeskLink());
    const statuses = await Promise.all(Array.from({ length: 20 }, () => redeem(code).then(({ status }) => status)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('opens for a browser of this machine only, and its link stays good for that', async () => {
    const code = codeOf(running.makeDeskLink());
    for (const headers of [...FORWARDED, { host: 'attacker.example' }, { origin: 'https://attacker.example' }]) {
      expect((await redeem(code, headers as never)).status, JSON.stringify(headers)).toBe(404);
      expect((await raw('/desk', 'GET', headers as never)).status, JSON.stringify(headers)).toBe(404);
    }
    const body = JSON.stringify({ code });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expect((await raw('/desk/session', 'POST', { 'content-type': type }, body)).status, type).toBe(415);
    }
    expect((await raw(`/desk/session?code=${code}`, 'GET')).status).toBe(404);
    expect((await redeem('x'.repeat(5000))).status).toBe(403);
    expect((await redeem(code)).status).toBe(200);
  });

  it('is too late after ten minutes, and a newer link ends the one before', () => {
    let now = 0;
    const link = new DeskLink(() => now);
    const first = link.make();
    const second = link.make();
    expect(link.redeem(first)).toBe(false);
    now = LINK_LIFETIME_MS - 1;
    expect(link.redeem(second)).toBe(true);
    const third = link.make();
    now += LINK_LIFETIME_MS;
    expect(link.redeem(third)).toBe(false);
  });

  it('is the only token of this process that reads a shop of its own, and no other key signs it', async () => {
    const agents = await makeKey(server.database.sql, { kind: 'agent-signing' });
    const forged = await agentToken({ id: 'desk-agent-signing', secret: agents.secret }, 'customers:read');
    const answer = await raw(
      '/graphql',
      'POST',
      { ...JSON_TYPE, authorization: `Bearer ${forged}` },
      JSON.stringify({ query: server.persist('{ viewer { kind } }') }),
    );
    expect(answer.status).toBe(401);
  });
});
