import { randomInt } from 'node:crypto';
import http from 'node:http';
import { readConfig } from '@tessera/server/config.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../support/credentials.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../support/server.js';

const RATE = 20;
const QUERY = '{ viewer { kind } }';
const PAGE = 'https://shop.example';
/** The name under which the proxy is reached. */
const HOST = 'tessera.shop.example';

let direct: TestServer;
let behindProxy: TestServer;
beforeAll(async () => {
  const start = (trustedProxies?: string[]) =>
    startTestServer({ demoCustomers: 0, config: { rateLimit: RATE, ...(trustedProxies && { trustedProxies }) } });
  direct = await start();
  behindProxy = await start(['loopback']);
  for (const server of [direct, behindProxy]) server.persist(QUERY);
});
afterAll(async () => {
  await direct?.close();
  await behindProxy?.close();
});

const publishableKey = async ({ database }: TestServer) =>
  (await makeKey(database.sql, { kind: 'publishable', origins: [PAGE] })).secret;

/** As a proxy sends it on: `fetch` would not let the host be set. */
function statusOf(server: TestServer, credential: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(server.url);
  const options = {
    hostname,
    port,
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}`, ...headers },
  };
  return new Promise((resolve, reject) => {
    const request = http.request(options, (answer) => resolve(answer.resume().statusCode ?? 0));
    request.on('error', reject).end(JSON.stringify({ query: QUERY }));
  });
}

async function countStatuses(count: number, ask: (index: number) => Promise<number>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (let index = 0; index < count; index++) {
    const status = await ask(index);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

const randomAddress = () => Array.from({ length: 4 }, () => randomInt(1, 255)).join('.');

describe('T32: an address that the sender names', () => {
  it('moves nobody to another bucket where no proxy is trusted', async () => {
    const key = await publishableKey(direct);
    const counts = await countStatuses(1000, () =>
      statusOf(direct, key, { 'x-forwarded-for': randomAddress(), forwarded: `for=${randomAddress()}` }),
    );
    expect(counts).toEqual({ 200: RATE, 429: 1000 - RATE });
  });

  it('moves nobody to another bucket behind a proxy, which adds the true one at the end', async () => {
    const key = await publishableKey(behindProxy);
    const counts = await countStatuses(100, () =>
      statusOf(behindProxy, key, { 'x-forwarded-for': `${randomAddress()}, 203.0.113.7` }),
    );
    expect(counts).toEqual({ 200: RATE, 429: 100 - RATE });
  });

  it('parts the visitors of a trusted proxy, and several trusted proxies in a row are walked through', async () => {
    const key = await publishableKey(behindProxy);
    const ask = (from: string) =>
      countStatuses(RATE + 1, () => statusOf(behindProxy, key, { 'x-forwarded-for': from }));
    expect(await ask('203.0.113.8')).toEqual({ 200: RATE, 429: 1 });
    expect(await ask('203.0.113.9, 127.0.0.1')).toEqual({ 200: RATE, 429: 1 });
    expect(await ask('2001:db8::9')).toEqual({ 200: RATE, 429: 1 });
  });
});

describe('the origin of the server itself', () => {
  const own = { origin: `https://${HOST}`, host: HOST, 'x-forwarded-proto': 'https' };

  it('is what a trusted proxy says, so that its own pages may carry any credential', async () => {
    expect(await statusOf(behindProxy, ADMIN_KEY, own)).toBe(200);
    expect(await statusOf(behindProxy, ADMIN_KEY, { ...own, origin: `http://${HOST}` })).toBe(403);
    expect(await statusOf(behindProxy, ADMIN_KEY, { ...own, origin: PAGE })).toBe(403);
    expect(await statusOf(behindProxy, ADMIN_KEY, { ...own, 'x-forwarded-proto': `https://${HOST}/?` })).toBe(403);
  });

  it('is not what anybody says', async () => {
    expect(await statusOf(direct, ADMIN_KEY, own)).toBe(403);
    expect(await statusOf(direct, ADMIN_KEY, { ...own, origin: `http://${HOST}` })).toBe(200);
  });
});

describe('the list of trusted proxies', () => {
  const read = (list: string) => readConfig({}, { TESSERA_TRUSTED_PROXIES: list }).trustedProxies;

  it('takes addresses, networks and names', () => {
    expect(read('10.0.0.5, 192.168.0.0/16,loopback,2001:db8::/32')).toEqual([
      '10.0.0.5',
      '192.168.0.0/16',
      'loopback',
      '2001:db8::/32',
    ]);
    expect(read('')).toBeUndefined();
  });

  it.each(['nginx', '10.0.0.0/33', '10.0.0', '10.0.0.5,', '*', '0.0.0.0/0.0.0.0.0'])('refuses "%s"', (list) => {
    expect(() => read(list)).toThrow(
      `TESSERA_TRUSTED_PROXIES "${list}" is not a list of addresses such as 10.0.0.5,192.168.0.0/16,loopback`,
    );
  });
});
