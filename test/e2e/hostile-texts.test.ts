import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AGENT_SCOPES } from '@tessera/server/access/scopes.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite, type Site } from '../hosts/site.js';
import { launchBrowser } from '../support/browser.js';
import { agentToken, customerToken, makeKey } from '../support/credentials.js';
import { PAYLOADS as ALL_PAYLOADS } from '../support/payloads.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { buildWidget } from '../widget/page.js';

/** No database takes a NUL: the importer reports such a cell. */
const PAYLOADS = ALL_PAYLOADS.map((payload) => payload.replaceAll('\u0000', ''));

/** T20: what a stranger wrote into a shop's files, all the way to the page. */
let shop: TestServer;
let site: Site;
let browser: Browser;
let widget: ReturnType<typeof buildWidget>;
const tokens = { agent: '', shopper: '' };
let body = '';

beforeAll(async () => {
  widget = buildWidget();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 0 }), launchBrowser()]);
  const folder = await mkdtemp(path.join(tmpdir(), 'tessera-hostile-'));
  for (const [file, rows] of Object.entries(hostileShop())) await writeFile(path.join(folder, file), csv(rows));
  const { sql } = shop.database;
  const { timeZone, currency } = await ensureShop(sql, {});
  await importPaths(sql, [folder], { timeZone, currency });
  await runScoring(sql, { timeZone });
  await rm(folder, { recursive: true });

  site = await openSite(async ({ path: file, headers, body: asked }) => {
    if (file === '/page') return { content: body };
    if (file !== '/graphql') return { content: widget.read(file.slice(1)) };
    const answer = await fetch(`${shop.url}/graphql`, {
      method: 'POST',
      headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
      body: asked,
    });
    return { status: answer.status, type: 'application/json', content: await answer.text() };
  });
  const origins = [site.url];
  tokens.agent = await agentToken(
    await makeKey(sql, { kind: 'agent-signing', scopes: AGENT_SCOPES, origins }),
    AGENT_SCOPES.join(' '),
  );
  tokens.shopper = await customerToken(await makeKey(sql, { kind: 'customer-signing', origins }), 'c0');
});

afterAll(async () => {
  await browser?.close();
  site?.close();
  widget?.remove();
  await shop?.close();
});

/** A shop in which every text is an injection. Six days of orders for everybody, of six products each. */
function hostileShop(): Record<string, string[][]> {
  const day = (index: number) => `2025-0${1 + (index % 6)}-1${index % 9} 10:00:00 UTC`;
  const orders = PAYLOADS.flatMap((_, customer) => [0, 1].map((turn) => ({ customer, turn })));
  return {
    'users.csv': [
      ['id', 'first_name', 'last_name', 'email', 'state', 'city', 'country', 'traffic_source', 'created_at'],
      ...PAYLOADS.map((text, i) => [`c${i}`, text, text, `c${i}@shop.example`, text, text, text, text, day(i)]),
    ],
    'products.csv': [
      ['id', 'name', 'brand', 'category', 'retail_price'],
      ...PAYLOADS.map((text, i) => [`p${i}`, text, text, text, `${10 + i}.50`]),
    ],
    'orders.csv': [
      ['order_id', 'user_id', 'status', 'created_at'],
      ...orders.map(({ customer, turn }) => [`o${customer}-${turn}`, `c${customer}`, 'Complete', day(customer + turn)]),
    ],
    'order_items.csv': [
      ['id', 'order_id', 'user_id', 'product_id', 'status', 'created_at', 'sale_price'],
      ...orders.flatMap(({ customer, turn }) =>
        [0, 1, 2].map((line) => [
          `${customer}-${turn}-${line}`,
          `o${customer}-${turn}`,
          `c${customer}`,
          `p${(customer + turn * 3 + line) % PAYLOADS.length}`,
          'Complete',
          day(customer + turn),
          '12.50',
        ]),
      ),
    ],
  };
}

const csv = (rows: string[][]) =>
  rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');

/** Opens a page with these elements. @returns the texts of their shadow roots, and what went wrong */
async function open(elements: string, token: string, audience: string, count: number) {
  body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
    <script type="module" src="/tessera.js"></script></head>
    <body><tessera-provider endpoint="/graphql" audience="${audience}" token="${token}">${elements}</tessera-provider></body></html>`;
  const page = await browser.newPage();
  const damage: string[] = [];
  page.on('dialog', (dialog) => {
    damage.push(`dialog ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('pageerror', (error) => damage.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url)) damage.push(request.url());
  });
  await page.goto(`${site.url}/page`);
  await page
    .locator('[state=ready]')
    .nth(count - 1)
    .waitFor({ state: 'attached' });
  const texts = await page
    .locator('tessera-provider > *')
    .evaluateAll((hosts) => hosts.flatMap((host) => host.shadowRoot?.textContent ?? []));
  const made = await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((host) =>
      [...(host.shadowRoot?.querySelectorAll('script, iframe, img, svg, a, template, [onerror]') ?? [])].map(
        ({ tagName }) => tagName,
      ),
    ),
  );
  if (await page.evaluate(() => 'pwned' in window)) damage.push('a script of the payload ran');
  await page.close();
  return { texts, damage: [...damage, ...made] };
}

describe('T20: injections in the files of a shop', () => {
  it('stay text in the cards and badges of all their customers', async () => {
    const { data } = await shop.query<{ customers: { nodes: { externalId: string; firstName: string }[] } }>(
      '{ customers(first: 100) { nodes { externalId firstName } } }',
    );
    const names = new Map(data.customers.nodes.map(({ externalId, firstName }) => [externalId, firstName]));
    expect(names.size).toBe(PAYLOADS.length);
    const elements = PAYLOADS.map(
      (_, i) =>
        `<tessera-customer-card customer="c${i}"></tessera-customer-card><tessera-segment-badge customer="c${i}"></tessera-segment-badge>`,
    );
    const { texts, damage } = await open(elements.join(''), tokens.agent, 'agent', PAYLOADS.length * 2);
    for (const [i, payload] of PAYLOADS.entries()) {
      expect(names.get(`c${i}`)).toBe(payload);
      expect(texts[i * 2]).toContain(payload);
    }
    expect(damage).toEqual([]);
  });

  it('stay text in what a shopper is recommended', async () => {
    const { texts, damage } = await open(
      '<tessera-recommendations customer="c0" count="20"></tessera-recommendations>',
      tokens.shopper,
      'shopper',
      1,
    );
    expect(PAYLOADS.filter((payload) => texts[0]!.includes(payload)).length).toBeGreaterThanOrEqual(5);
    expect(damage).toEqual([]);
  });
});
