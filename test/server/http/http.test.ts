import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { startServer } from '@tessera/server/app.js';
import type { Config } from '@tessera/server/config.js';
import { ERROR_STATUS } from '@tessera/server/errors.js';
import { EXAMPLE_QUERIES } from '@tessera/server/graphql/examples.js';
import { operationHash } from '@tessera/server/graphql/plugins/persisted-operations.js';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAdmin } from '../../support/connect-admin.js';
import { databaseUrl } from '../../support/database.js';
import { codesOf, demoToken, type GraphqlAnswer, post } from '../../support/graphql-shop.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 300 });
});
afterAll(() => server.close());

const KEY = { authorization: `Bearer ${ADMIN_KEY}` };
const ask = (query: string, variables?: unknown): Promise<GraphqlAnswer> =>
  post(`${server.url}/graphql`, JSON.stringify({ query, variables }), KEY);

interface Raw {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request whose path and headers go out as they are: `fetch` would tidy them. */
function raw(path: string, headers: Record<string, string> = {}, method = 'GET', url = server.url): Promise<Raw> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, path, method, headers, agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    request.on('error', reject).end();
  });
}

/** No stack, no SQL, no path of this machine, in anything that a caller sees. */
function expectNothingInternal(text: string): void {
  expect(text).not.toMatch(
    /\bat .+:\d+:\d+|node_modules|\/work\/|\/tmp\/|packages\/|select |insert |customer_profiles|postgres/i,
  );
}

describe('a code of an error', () => {
  it('stands in docs/api.md with its status, and no other does', async () => {
    const text = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const documented = [...text.matchAll(/^\| `([A-Z_]+)` +\| (\d{3}) /gm)].map(([, code, status]) => [
      code,
      Number(status),
    ]);
    expect(Object.fromEntries(documented)).toEqual(ERROR_STATUS);
  });
});

describe('a query', () => {
  it('comes by POST as JSON, and by nothing else', async () => {
    const url = `${server.url}/graphql`;
    const body = JSON.stringify({ query: '{ viewer { kind } }' });
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/graphql',
      'text/json',
      'application/json-patch+json',
      'application/jsonx',
      '',
    ]) {
      const answer = await post(url, body, { ...KEY, 'content-type': type });
      expect({ status: answer.status, codes: codesOf(answer) }, type).toEqual({
        status: 415,
        codes: ['UNSUPPORTED_MEDIA_TYPE'],
      });
    }
    for (const type of ['application/json', 'application/json; charset=utf-8']) {
      expect((await post(url, body, { ...KEY, 'content-type': type })).status, type).toBe(200);
    }
    const packed = await post(url, body, { ...KEY, 'content-encoding': 'gzip' });
    expect(packed.status).toBe(415);
  });

  it('does not come by GET, PUT, DELETE or OPTIONS', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      const answer = await raw('/graphql?query=%7Bviewer%7Bkind%7D%7D', KEY, method);
      expect(answer.status, method).toBe(405);
      expect(answer.headers.allow, method).toBe('POST');
      expect(answer.body).not.toContain('SECRET_KEY');
    }
  });

  it('of more than 100 kB is refused to a token of a page, told or streamed', async () => {
    const token = { authorization: `Bearer ${await demoToken(server.url, 'crm')}` };
    const large = JSON.stringify({ query: '{ viewer { kind } }', pad: 'x'.repeat(101_000) });
    const told = await post(`${server.url}/graphql`, large, token);
    expect({ status: told.status, codes: codesOf(told) }).toEqual({ status: 413, codes: ['REQUEST_ENTITY_TOO_LARGE'] });
    const streamed = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...token, 'content-type': 'application/json' },
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 20; i++) {
            controller.enqueue(new TextEncoder().encode(large.slice(i * 5100, (i + 1) * 5100)));
          }
          controller.close();
        },
      }),
      duplex: 'half',
    } as RequestInit);
    expect(streamed.status).toBe(413);
    expect((await ask('{ viewer { kind } }')).status).toBe(200);
  });

  it('cannot come in a batch', async () => {
    const one = { query: '{ viewer { kind } }' };
    const answer = await post(`${server.url}/graphql`, JSON.stringify([one, one]), KEY);
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain('SECRET_KEY');
    expect(codesOf(answer)).toEqual(['BAD_REQUEST']);
  });

  it('that is no JSON, no object or no query is refused without an echo', async () => {
    for (const body of [
      '{"query": canary@example.com',
      'canary',
      '"canary"',
      'null',
      '',
      '{}',
      '{"query": 5}',
      '{"query":"{viewer{kind}}","variables":"canary"}',
      '{"query":"{viewer{kind}}","extensions":"canary"}',
      '{"query":"query A{viewer{kind}} query B{viewer{kind}}"}',
    ]) {
      const answer = await post(`${server.url}/graphql`, body, KEY);
      // Where the body is a query object with a fault, clients of application/json read the errors, not the status.
      expect([200, 400], body).toContain(answer.status);
      expect(answer.data, body).toBeUndefined();
      expect(answer.errors.length, body).toBeGreaterThan(0);
      expect(answer.text, body).not.toContain('canary');
      expectNothingInternal(answer.text);
      for (const code of codesOf(answer)) expect(Object.keys(ERROR_STATUS), body).toContain(code);
    }
  });

  it('with a variable that does not fit is refused without an echo or a suggestion', async () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['query ($x: Int) { customers(first: $x) { totalCount } }', 'canary'],
      ['query ($x: CustomerFilter) { customers(where: $x) { totalCount } }', { countri: { eq: 'canary' } }],
      ['query ($x: CustomerFilter) { customers(where: $x) { totalCount } }', { orders: { eq: 'canary' } }],
      ['query ($x: CustomerFilter) { customers(where: $x) { totalCount } }', 'canary'],
      ['query ($x: CustomerOrderField!) { customers(orderBy: { field: $x }) { totalCount } }', 'NET_REVENU'],
      ['query ($x: CustomerOrder) { customers(orderBy: $x) { totalCount } }', { field: 'canary' }],
      ['query ($x: [String!]!) { customersByExternalIds(externalIds: $x) { id } }', null],
      ['query ($x: [String!]!) { customersByExternalIds(externalIds: $x) { id } }', [{ canary: 1 }]],
    ];
    for (const token of [ADMIN_KEY, await demoToken(server.url, 'storefront')]) {
      for (const [query, x] of cases) {
        server.persist(query);
        const { status, text, errors } = await post(
          `${server.url}/graphql`,
          JSON.stringify({ query, variables: { x } }),
          {
            authorization: `Bearer ${token}`,
          },
        );
        expect(status, query).toBe(400);
        expect(errors[0]?.extensions?.code, query).toBe('BAD_USER_INPUT');
        expect(errors[0]?.message).toMatch(/^Variable "\$x"/);
        expect(text).not.toMatch(/canary|Did you mean|NET_REVENUE/);
      }
    }
  });

  it('answers every error with a code of the documented list', async () => {
    const queries = [
      '{',
      '{ nothing }',
      '{ viewer }',
      'query ($x: Nothing) { viewer { kind } }',
      '{ customers(first: 0) { totalCount } }',
      'mutation { x }',
      'subscription { x }',
      '{ node(id: "x") { id } }',
      '{ ...a } fragment a on Query { ...a }',
    ];
    for (const query of queries) {
      const answer = await ask(query);
      expect(answer.errors.length, query).toBeGreaterThan(0);
      for (const code of codesOf(answer)) expect(Object.keys(ERROR_STATUS), query).toContain(code);
      expectNothingInternal(answer.text);
    }
  });
});

describe('the example queries', () => {
  it('each have an answer without an error', async () => {
    const names = [...EXAMPLE_QUERIES.matchAll(/^query (\w+)/gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(3);
    for (const operationName of names) {
      const answer = await post(
        `${server.url}/graphql`,
        JSON.stringify({ query: EXAMPLE_QUERIES, operationName }),
        KEY,
      );
      expect(answer.errors, operationName).toEqual([]);
      expect(answer.status).toBe(200);
    }
  });
});

describe('the limits', () => {
  const nested = (depth: number) =>
    `{ segmentations { ${'segments { segmentation { '.repeat(depth)}key${' } }'.repeat(depth)} } }`;
  const bomb = (levels: number) =>
    `{ ...f0 } ${Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f${levels} on Query { viewer { kind } }`;
  const lists = 'customers(first: $n) { nodes { orders(first: $n) { nodes { lines { externalId } } } } }';

  it.each<[string, string, unknown?]>([
    ['31 aliases', `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: __typename`).join(' ')} }`],
    [
      'aliases in a fragment',
      `{ ...f } fragment f on Query { ${Array.from({ length: 31 }, (_, i) => `a${i}: viewer { kind }`).join(' ')} }`,
    ],
    ['more than 2000 tokens', `{ ${'__typename '.repeat(2000)} }`],
    ['30 directives', `{ viewer { kind ${'@include(if: true) '.repeat(21)} } }`],
    ['unknown directives', `{ viewer { kind ${'@aa '.repeat(30)} } }`],
    ['18 levels of depth', nested(8)],
    ['a literal cost', `{ ${lists.replaceAll('$n', '100')} }`],
    ['a cost by a variable', `query ($n: Int!) { ${lists} }`, { n: 100 }],
    ['a cost by a default', `query ($n: Int = 100) { ${lists} }`],
    ['a cost in a fragment', `query ($n: Int = 100) { ...f } fragment f on Query { ${lists} }`],
    [
      'a cost by ids',
      'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { segments { why { text feature value } nearest { text } } orders { nodes { externalId } } } }',
      { ids: Array.from({ length: 500 }, String) },
    ],
    [
      'a cost by global ids',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: Array.from({ length: 30_000 }, () => 'QTox') },
    ],
    ['fragments that double 18 times', bomb(18)],
    ['fragments that double 100 times', bomb(100)],
  ])('refuse %s with QUERY_TOO_COMPLEX, soon and shortly', async (_what, query, variables) => {
    const startedAt = performance.now();
    const answer = await ask(query, variables);
    expect(codesOf(answer)[0]).toBe('QUERY_TOO_COMPLEX');
    expect(answer.data ?? null).toBeNull();
    expect(answer.text.length).toBeLessThan(2000);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  it('let a page of a hundred customers with their orders pass', async () => {
    const answer = await ask(
      '{ customers(first: 100) { nodes { externalId segment { since segment { title } } metrics { orders netRevenue { amount } } orders(first: 10) { nodes { externalId amount { amount } } } } } }',
    );
    expect(answer.errors).toEqual([]);
  });

  it('let a filter with every field pass, as a variable too', async () => {
    // The compiler of queries has no end on an input type that nests in itself, so such variables go around it.
    const answer = await ask(
      'query ($where: CustomerFilter, $order: CustomerOrder) { customers(where: $where, orderBy: $order) { totalCount } }',
      {
        where: { and: [{ or: [{ not: { orders: { gt: 1 } } }] }] },
        order: { field: 'ORDERS' },
      },
    );
    expect(answer.errors).toEqual([]);
  });

  it.each([-5, 0, 101, 2_147_483_647])('refuse first: %i by a variable', async (n) => {
    const answer = await ask(`query ($n: Int!) { ${lists} }`, { n });
    expect(['BAD_USER_INPUT', 'QUERY_TOO_COMPLEX']).toContain(codesOf(answer)[0]);
    expect(answer.data).toBeNull();
  });
});

describe('the schema', () => {
  const INTROSPECTION = [
    '{ __schema { types { name } } }',
    '{ __type(name: "Customer") { fields { name } } }',
    '{ viewer { kind } __schema { queryType { name } } }',
  ];

  it('is shown to the secret key only, also after the secret key has asked the same', async () => {
    const tokens = [await demoToken(server.url, 'crm'), await demoToken(server.url, 'storefront')];
    for (const query of INTROSPECTION) {
      expect((await ask(query)).errors, query).toEqual([]);
      for (const token of tokens) {
        const askAs = () =>
          post(`${server.url}/graphql`, JSON.stringify({ query }), { authorization: `Bearer ${token}` });
        const answer = await askAs();
        expect({ status: answer.status, codes: codesOf(answer) }, query).toEqual({
          status: 403,
          codes: ['PERSISTED_ONLY'],
        });
        // And were it persisted.
        server.persist(query);
        const persisted = await askAs();
        expect(persisted.data ?? null, query).toBeNull();
        expect(codesOf(persisted)[0], query).toBe('GRAPHQL_VALIDATION_FAILED');
        server.operations.delete(operationHash(query));
      }
      expect((await ask(query)).errors, query).toEqual([]);
    }
  });

  it('is not given away by suggestions', async () => {
    for (const query of [
      '{ customrs { totalCount } }',
      '{ customers { totalCoun } }',
      '{ customers(firs: 1) { totalCount } }',
      '{ customers(orderBy: { field: ORDER }) { totalCount } }',
      '{ customers(where: { countr: {} }) { totalCount } }',
      '{ viewer { ... on Custome { id } } }',
    ]) {
      const { text } = await ask(query);
      expect(text).not.toMatch(/did you mean/i);
    }
  });
});

describe('graphql-http', () => {
  /** What the audits remark, all of it about GET, which is refused: no query shall stand in a log or a history. */
  const REMARKS: Readonly<Record<string, string>> = {
    '5A70': 'MAY accept application/x-www-form-urlencoded formatted GET requests',
    D6D5: 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
    '6A70': 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
  };

  it('finds no fault: every MUST and SHOULD holds', async () => {
    const audits = serverAudits({
      url: `${server.url}/graphql`,
      fetchFn: (input: string, init: RequestInit) =>
        fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), ...KEY } }),
    });
    const faults: string[] = [];
    const remarks: Record<string, string> = {};
    for (const audit of audits) {
      const result = await audit.fn();
      if (result.status === 'notice') remarks[audit.id] = audit.name;
      else if (result.status !== 'ok') faults.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
    }
    expect(faults).toEqual([]);
    expect(remarks).toEqual(REMARKS);
    expect(audits.length).toBeGreaterThan(50);
  });
});

describe('an address', () => {
  it.each([
    '/widget/../../package.json',
    '/widget/..%2f..%2fpackage.json',
    '/widget/%2e%2e/%2e%2e/package.json',
    '/widget/..%5c..%5cpackage.json',
    '/widget/....//package.json',
    '/widget/%00.js',
    '/widget/.built-from',
    '/widget/demo',
    '/widget/tessera.js%2f..%2f..%2fpackage.json',
    `/widget/${'a'.repeat(300)}.js`,
    '/widget/nothing.js',
    '/widget/',
    '/demo/assets/../../../../package.json',
    '/demo/assets/..%2f..%2f..%2fpackage.json',
    '/demo/assets/',
    '/demo/../widget/../package.json',
    '/demo/constructor',
    '/demo/__proto__',
    '/demo/crm/more',
    '/demo/nothing',
    '//',
    '//evil.example/health',
    '//x:y/',
    '/graphql/more',
    '/nothing',
    '/.git/config',
    '/package.json',
  ])('%s has nothing', async (path) => {
    const { status, body } = await raw(path);
    expect([404, 405]).toContain(status);
    expectNothingInternal(body);
    expect(body.length).toBeLessThan(300);
  });

  it('that cannot be read is refused', async () => {
    expect((await raw('*', {}, 'OPTIONS')).status).toBe(400);
    expect((await raw('http://', {})).status).toBe(400);
  });

  it('of the widget and the demo assets serves the built files, and says when they are as before', async () => {
    const script = await raw('/widget/tessera.js');
    expect(script.status).toBe(200);
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.body).toBe(
      await readFile(new URL('../../../packages/widget/dist/tessera.js', import.meta.url), 'utf8'),
    );
    const again = await raw('/widget/tessera.js', { 'if-none-match': script.headers.etag! });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect((await raw('/widget/tessera.js', {}, 'HEAD')).body).toBe('');
    expect((await raw('/widget/tessera.js', {}, 'POST')).status).toBe(405);
  });

  it('T23: of one release of the widget is the same for ever, and has the published hash', async () => {
    const { path, integrity } = JSON.parse((await raw('/widget/release.json')).body) as {
      path: string;
      integrity: Record<string, string>;
    };
    expect(path).toMatch(/^\/widget\/[0-9a-f]{12}\/$/);
    expect(Object.keys(integrity)).toEqual(expect.arrayContaining(['tessera.js', 'tessera-badge.js', 'tessera.de.js']));
    for (const [file, hash] of Object.entries(integrity)) {
      const { status, headers, body } = await raw(path + file);
      expect(status, file).toBe(200);
      expect(headers, file).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'access-control-allow-origin': '*',
        'x-content-type-options': 'nosniff',
      });
      expect(`sha384-${createHash('sha384').update(body).digest('base64')}`).toBe(hash);
    }
    expect((await raw('/widget/tessera.js')).headers['cache-control']).toBe('no-cache');
    for (const other of ['000000000000', 'releases', path.split('/')[2]!.toUpperCase()]) {
      expect((await raw(`/widget/${other}/tessera.js`)).status, other).toBe(404);
    }
  });
});

describe('every answer', () => {
  it('forbids sniffing, referrers and sharing, and names no software', async () => {
    for (const [path, method] of [
      ['/', 'GET'],
      ['/health', 'GET'],
      ['/nothing', 'GET'],
      ['/graphql', 'GET'],
      ['/graphql', 'POST'],
      ['/demo/crm', 'GET'],
      ['/widget/tessera.js', 'GET'],
    ] as const) {
      const { headers } = await raw(path, { ...KEY, 'content-type': 'application/json' }, method);
      expect(headers, path).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers.server).toBeUndefined();
      // The widget's script is anybody's: a page that checks its hash has to be allowed to read it.
      const shared = path.startsWith('/widget/') ? { 'access-control-allow-origin': '*' } : {};
      const given = Object.entries(headers).filter(([name]) => name.startsWith('access-control'));
      expect(Object.fromEntries(given), path).toEqual(shared);
    }
  });

  it('to a page frames nothing, runs nothing inline and is not stored', async () => {
    for (const page of ['/demo', '/demo/crm', '/demo/storefront']) {
      const { status, headers, body } = await raw(page);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(body).not.toMatch(/<script>|onclick=|javascript:/);
    }
    const graphiql = await raw('/graphql', { accept: 'text/html' });
    expect(graphiql.headers['content-security-policy']).toBe("frame-ancestors 'none'");
  });
});

describe('the demo', () => {
  it('answers this machine by its own names only, so that no page elsewhere can rebind to it', async () => {
    const port = new URL(server.url).port;
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'localhost']) {
      expect((await raw('/demo/crm', { host })).status, host).toBe(200);
    }
    for (const host of [
      'attacker.example',
      `attacker.example:${port}`,
      'localhost.attacker.example',
      '127.0.0.1.nip.io',
      '127.0.0.1@attacker.example',
      '192.168.0.1',
      'LOCALHOST.evil:1',
    ]) {
      for (const path of ['/demo', '/demo/crm', '/demo/storefront', '/demo/assets/demo.css']) {
        expect((await raw(path, { host })).status, `${host} ${path}`).toBe(404);
      }
      expect((await raw('/demo/token?page=crm', { host }, 'POST')).status, host).toBe(404);
    }
  });

  it('gives tokens by POST, for its own pages', async () => {
    expect((await raw('/demo/token?page=crm', {}, 'GET')).status).toBe(404);
    for (const page of ['index', 'nothing', '', 'constructor', '__proto__']) {
      expect((await raw(`/demo/token?page=${page}`, {}, 'POST')).status, page).toBe(404);
    }
    expect((await raw('/demo/crm', {}, 'POST')).status).toBe(405);
  });

  it('puts a token and what its page shows into the page, and into the storefront nothing of others', async () => {
    const { body } = await raw('/demo/storefront');
    const data = JSON.parse(/id="tessera-data">(.*?)<\/script>/s.exec(body)![1]!) as {
      token: string;
      customers: object[];
    };
    expect(data.customers).toHaveLength(1);
    expect(Object.keys(data.customers[0]!)).toEqual(['externalId', 'name']);
    expect(JSON.parse(Buffer.from(data.token.split('.')[1]!, 'base64url').toString())).toMatchObject({
      sub: expect.any(String),
    });
  });

  it('cannot be broken by what a customer is called', async () => {
    const { sql } = server.database;
    await sql`update customers set first_name = '</script><script>alert(1)</script><!--', last_name = ${'$&\u2028'}`;
    const { body } = await raw('/demo/crm');
    expect(body).not.toContain('<script>alert');
    expect(body).not.toContain('<!--<');
    const data = JSON.parse(/id="tessera-data">(.*?)<\/script>/s.exec(body)![1]!) as { customers: { name: string }[] };
    expect(data.customers[0]!.name).toBe('</script><script>alert(1)</script><!-- $&\u2028');
  });

  const closed: readonly (readonly [string, Partial<Config>])[] = [
    ['in production', { production: true }],
    ['when the server listens beyond loopback', { host: '0.0.0.0' }],
  ];
  it.each(closed)('is closed %s, and GraphiQL with it', async (_when, config) => {
    const running = await startServer(
      { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, production: false, ...config },
      server.database,
    );
    const url = running.url.replace('0.0.0.0', '127.0.0.1');
    try {
      for (const path of ['/', '/demo', '/demo/crm', '/demo/storefront', '/demo/assets/demo.css']) {
        expect((await raw(path, {}, 'GET', url)).status, path).toBe(404);
      }
      expect((await raw('/demo/token?page=crm', {}, 'POST', url)).status).toBe(404);
      expect((await raw('/graphql', { accept: 'text/html' }, 'GET', url)).status).toBe(405);
      expect((await raw('/widget/tessera.js', {}, 'GET', url)).status).toBe(200);
      expect((await raw('/health', {}, 'GET', url)).status).toBe(200);
      expect((await post(`${url}/graphql`, JSON.stringify({ query: '{ viewer { kind } }' }), KEY)).status).toBe(200);
      // A token of the open demo opens nothing here.
      const token = await demoToken(server.url, 'crm');
      expect(
        (
          await post(`${url}/graphql`, JSON.stringify({ query: '{ viewer { kind } }' }), {
            authorization: `Bearer ${token}`,
          })
        ).status,
      ).toBe(401);
    } finally {
      await running.close();
    }
  });
});

describe('while the database is away', () => {
  let shop: TestServer;
  let name: string;
  beforeAll(async () => {
    shop = await startTestServer({ demoCustomers: 60 });
    const [row] = await shop.database.sql<{ name: string }[]>`select current_database() as name`;
    name = row!.name;
  });
  afterAll(() => shop.close());

  async function admin(work: (sql: ReturnType<typeof connectAdmin>) => Promise<unknown>): Promise<void> {
    const sql = connectAdmin(databaseUrl('postgres'));
    try {
      await work(sql);
    } finally {
      await sql.end();
    }
  }
  const throwOut = (sql: ReturnType<typeof connectAdmin>) =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`;
  const query = () =>
    post(`${shop.url}/graphql`, JSON.stringify({ query: '{ customers(first: 1) { nodes { email } } }' }), KEY);

  it('health is 200, ready 503, queries SERVICE_UNAVAILABLE, with Retry-After; all come back without a restart', async () => {
    expect((await query()).status).toBe(200);
    await admin(async (sql) => {
      await sql.unsafe(`alter database ${name} allow_connections false`);
      await throwOut(sql);
    });
    expect((await raw('/health', {}, 'GET', shop.url)).status).toBe(200);
    for (let i = 0; i < 3; i++) {
      const ready = await raw('/ready', {}, 'GET', shop.url);
      expect(ready).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      expect(JSON.parse(ready.body)).toEqual({ status: 'database unavailable' });
      const answer = await query();
      expect({ status: answer.status, codes: codesOf(answer) }).toEqual({
        status: 503,
        codes: ['SERVICE_UNAVAILABLE'],
      });
      expect(answer.headers.get('retry-after')).toBe('5');
      expectNothingInternal(answer.text);
      // Whoever brings a stored key cannot be known just now, which is not his fault.
      const stranger = await post(`${shop.url}/graphql`, JSON.stringify({ query: '{ viewer { kind } }' }), {
        authorization: 'Bearer sk_other',
      });
      expect(stranger.status).toBe(503);
    }
    await admin((sql) => sql.unsafe(`alter database ${name} allow_connections true`));
    expect((await raw('/ready', {}, 'GET', shop.url)).status).toBe(200);
    const back = await query();
    expect({ status: back.status, errors: back.errors }).toEqual({ status: 200, errors: [] });
  });

  it('every connection cut at once costs at most one answer each', async () => {
    await Promise.all(Array.from({ length: 20 }, query));
    await admin(throwOut);
    const codes = new Set<string | undefined>();
    for (let i = 0; i < 5; i++) for (const code of codesOf(await query())) codes.add(code);
    for (const code of codes) expect(code).toBe('SERVICE_UNAVAILABLE');
    expect((await query()).errors).toEqual([]);
  });

  it('a query that runs away ends by its timeout, and only its caller notices', async () => {
    const { sql } = shop.database;
    await sql`alter table customer_profiles rename to hidden`;
    const answer = await query();
    await sql`alter table hidden rename to customer_profiles`;
    expect({ status: answer.status, codes: codesOf(answer) }).toEqual({
      status: 500,
      codes: ['INTERNAL_SERVER_ERROR'],
    });
    expectNothingInternal(answer.text);
    expect((await query()).errors).toEqual([]);
  });
});

describe('ready', () => {
  it('says whether the shop is scored', async () => {
    expect(JSON.parse((await raw('/ready')).body)).toEqual({ status: 'ready', scored: true });
    const empty = await startTestServer({ demoCustomers: 0 });
    expect(JSON.parse((await raw('/ready', {}, 'GET', empty.url)).body)).toEqual({ status: 'ready', scored: false });
    await empty.close();
  });
});

describe('a connection', () => {
  it('that speaks no HTTP, or headers without end, is closed and harms nobody', async () => {
    const { hostname, port } = new URL(server.url);
    const send = (text: string) =>
      new Promise<string>((resolve) => {
        let answer = '';
        const socket = net.connect(Number(port), hostname, () => socket.end(text));
        socket.on('data', (data) => {
          answer += data;
        });
        socket.on('error', () => {});
        socket.on('close', () => resolve(answer));
      });
    expect(await send('canary\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    expect(await send(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431/);
    expect((await raw('/health')).status).toBe(200);
  });
});
