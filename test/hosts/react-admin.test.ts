import { copyFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { agentToken, makeKey, type SigningKey } from '../support/credentials.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { buildWidget } from '../widget/page.js';
import { installPackages } from './installed-packages.js';

/* The recipe in docs/examples/react-admin, in a real react-admin with records from its own fake data provider. */
const app = fileURLToPath(new URL('./react-admin-host/app.tsx', import.meta.url));
const recipe = fileURLToPath(new URL('../../docs/examples/react-admin/customer-card.tsx', import.meta.url));

let browser: Browser;
let tessera: TestServer;
let admin: Server;
let signingKey: SigningKey;
const people: { externalId: string; lastName: string; segment: { segment: { key: string } } }[] = [];

beforeAll(async () => {
  const bundle = await bundleAdmin();
  const widget = buildWidget();
  const script = widget.read('tessera.js').toString();
  widget.remove();
  [tessera, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  const { data } = await tessera.query<{ customers: { nodes: typeof people } }>(
    '{ customers(first: 2, where: { orders: { gte: 2 } }) { nodes { externalId lastName segment { segment { key } } } } }',
  );
  people.push(...data.customers.nodes);
  admin = createServer(async (request, response) => {
    const files: Record<string, [type: string, content: string]> = {
      '/tessera.js': ['text/javascript', script],
      '/app.js': ['text/javascript', bundle],
      '/token': ['text/plain', await agentToken(signingKey, 'customers:read customers:pii')],
    };
    const [type, content] = files[request.url!] ?? ['text/html; charset=utf-8', pageOf()];
    response.writeHead(200, { 'content-type': type }).end(content);
  });
  await new Promise<void>((listening) => admin.listen(0, '127.0.0.1', listening));
  signingKey = await makeKey(tessera.database.sql, {
    kind: 'agent-signing',
    scopes: ['customers:read', 'customers:pii'],
    origins: [adminUrl()],
  });
}, 600_000);

afterAll(async () => {
  admin?.closeAllConnections();
  admin?.close();
  await browser?.close();
  await tessera?.close();
});

const adminUrl = () => `http://127.0.0.1:${(admin.address() as AddressInfo).port}`;

function pageOf(): string {
  const customers = people.map(({ externalId, lastName }, i) => ({ id: i + 1, shopId: externalId, name: lastName }));
  // Somebody who never bought: the shop has no id for him.
  const stranger = { id: customers.length + 1, shopId: null, name: 'Stranger' };
  const settings = JSON.stringify({ endpoint: `${tessera.url}/graphql`, customers: [...customers, stranger] });
  return `<!doctype html><html lang="en"><title>Admin</title><script type="module" src="/tessera.js"></script>
    <main></main><script>window.settings = ${settings};</script><script type="module" src="/app.js"></script></html>`;
}

/** react-admin as its lock file has it, with the recipe. @returns the page's script */
async function bundleAdmin(): Promise<string> {
  const folder = installPackages('react-admin-host', '--omit=optional');
  for (const file of [app, recipe]) copyFileSync(file, path.join(folder, path.basename(file)));
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: ['app.tsx'],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    write: false,
  });
  return outputFiles[0]!.text;
}

describe('the recipe for react-admin', () => {
  it("shows the card of the record's customer, follows the record, and tells the page what is shown", async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    for (const [i, { externalId, lastName, segment }] of people.entries()) {
      await page.goto(`${adminUrl()}/#/customers/${i + 1}/show`);
      await page.getByText(`The page heard of ${segment.segment.key}`).waitFor();
      const shown = await page.locator('tessera-customer-card[state=ready]').evaluate((element) => ({
        customer: (element as HTMLElement & { customer: string }).customer,
        text: element.shadowRoot!.textContent,
      }));
      expect(shown).toEqual({ customer: externalId, text: expect.stringContaining(lastName) });
    }
    expect(errors).toEqual([]);
    await page.close();
  });

  it('asks nothing about a record whose field is empty', async () => {
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(tessera.url)) asked.push(request.postData() ?? '');
    });
    await page.goto(`${adminUrl()}/#/customers/${people.length + 1}/show`);
    await page.getByText('Stranger').first().waitFor();
    await page.locator('tessera-customer-card[state=empty]').waitFor();
    expect(
      await page
        .locator('tessera-customer-card')
        .evaluate((card) => (card as HTMLElement & { customer: string }).customer),
    ).toBe('');
    expect(asked).toEqual([]);
    await page.close();
  });
});
