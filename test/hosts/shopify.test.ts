import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PAGE } from '@tessera/widget/data/operations.generated.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { makeKey } from '../support/credentials.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { askedOf, buildWidget } from '../widget/page.js';
import { installPackages } from './installed-packages.js';

/*
 * Shopify's own checks on the built extension; its blocks rendered by a Liquid that knows what Shopify adds to it, in a real
 * browser with a real server of ours on another origin; the example of an app proxy behind a double of Shopify's.
 */
const EXAMPLE = fileURLToPath(new URL('../../docs/examples/shopify/app-proxy.mjs', import.meta.url));
const SHOP = 'demo-shop.myshopify.com';
const SECRET = 'shpss_secret-of-the-app';
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html; charset=utf-8' };

interface Example {
  signatureOf(query: URLSearchParams, secret: string): string;
  customerOf(query: URLSearchParams, settings: { shop: string; secret: string }, now?: number): string | null;
}

let browser: Browser;
let shop: TestServer;
let storefront: Server;
let proxied: ChildProcess;
let example: Example;
let widget: ReturnType<typeof buildWidget>;
let extension: string;
let packages: string;
let proxyUrl: string;
/** Who is signed in to the storefront: what Shopify tells Liquid and the app. */
let signedIn: string | null = null;
const customer = { externalId: '', label: '', products: [] as string[] };

beforeAll(async () => {
  packages = installPackages('shopify', '--omit=optional');
  widget = buildWidget();
  extension = path.join(widget.folder, 'crm/shopify');
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  await chooseCustomer();
  storefront = createServer((request, response) => {
    respond(request.url!)
      .then(({ status = 200, type, content }) => response.writeHead(status, { 'content-type': type }).end(content))
      .catch((error) => response.writeHead(500).end(`${error}`));
  });
  await new Promise<void>((listening) => storefront.listen(0, '127.0.0.1', listening));
  const key = await makeKey(shop.database.sql, { kind: 'customer-signing', origins: [storefrontUrl()] });
  example = await import(pathToFileURL(EXAMPLE).href);
  proxied = spawn(process.execPath, [EXAMPLE, '0'], {
    env: {
      PATH: process.env.PATH,
      SHOPIFY_SHOP: SHOP,
      SHOPIFY_SECRET: SECRET,
      TESSERA_KEY_ID: key.id,
      TESSERA_SIGNING_SECRET: key.secret,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await new Promise<string>((heard) => proxied.stdout!.once('data', (data) => heard(`${data}`)));
  proxyUrl = `http://127.0.0.1:${/\d+/.exec(said)}`;
}, 300_000);

afterAll(async () => {
  await browser?.close();
  proxied?.kill();
  storefront?.close();
  await shop?.close();
  widget?.remove();
});

const storefrontUrl = () => `http://127.0.0.1:${(storefront.address() as AddressInfo).port}`;

/** One with a public label and products to recommend, whose id is a number as Shopify's are. */
async function chooseCustomer(): Promise<void> {
  interface Found {
    externalId: string;
    shopper: { publicLabel: string | null; recommendations: { product: { name: string } }[] } | null;
  }
  const { data } = await shop.query<{ customers: { nodes: Found[] } }>(
    `{ customers(first: 100) { nodes { externalId
       shopper { publicLabel recommendations(first: 4) { product { name } } } } } }`,
  );
  const found = data.customers.nodes.find(
    ({ shopper }) => shopper?.publicLabel && shopper.recommendations.length === 4,
  )!;
  Object.assign(customer, {
    externalId: found.externalId,
    label: found.shopper!.publicLabel,
    products: found.shopper!.recommendations.map(({ product }) => product.name),
  });
}

interface Answer {
  status?: number;
  type: string;
  content: string | Buffer;
}

/** The storefront: a page with the blocks, the extension's assets, and Shopify's app proxy. */
async function respond(address: string): Promise<Answer> {
  const { pathname } = new URL(address, storefrontUrl());
  if (pathname.startsWith('/cdn/')) {
    return {
      type: TYPES['.js']!,
      content: readFileSync(path.join(extension, 'assets', path.posix.basename(pathname))),
    };
  }
  if (pathname === '/apps/tessera/token') {
    const answer = await fetch(`${proxyUrl}/token?${signedQuery({ logged_in_customer_id: signedIn ?? '' })}`);
    return { status: answer.status, type: 'application/json', content: await answer.text() };
  }
  if (pathname === '/search') return { type: TYPES['.html']!, content: '<title>Search</title>' };
  const blocks = ['badge', 'recommendations'].map((name) => renderBlock(name));
  return {
    type: TYPES['.html']!,
    content: `<!doctype html><html lang="en"><title>Shop</title>${blocks.join('')}</html>`,
  };
}

/** As Shopify's app proxy signs what it forwards. */
function signedQuery(parameters: Record<string, string>): URLSearchParams {
  const query = new URLSearchParams({
    shop: SHOP,
    path_prefix: '/apps/tessera',
    timestamp: `${Math.floor(Date.now() / 1000)}`,
    ...parameters,
  });
  query.set('signature', example.signatureOf(query, SECRET));
  return query;
}

interface SchemaSetting {
  id: string;
  default?: unknown;
}

const schemaOf = (name: string) => {
  const source = readFileSync(path.join(extension, `blocks/${name}.liquid`), 'utf8');
  return JSON.parse(/{% schema %}(.*){% endschema %}/s.exec(source)![1]!) as {
    name: string;
    settings: SchemaSetting[];
  };
};

/** A block with the settings that its schema gives it and the endpoint that a merchant enters. */
function renderBlock(name: string, endpoint = `${shop.url}/graphql`): string {
  const { Liquid, Tag } = createRequire(path.join(packages, 'package.json'))('liquidjs');
  const engine = new Liquid({
    root: ['blocks', 'snippets'].map((folder) => path.join(extension, folder)),
    extname: '.liquid',
    // What Shopify gives to every template.
    globals: {
      customer: signedIn ? { id: signedIn } : null,
      routes: { search_url: '/search' },
    },
  });
  engine.registerFilter('asset_url', (file: string) => `/cdn/extensions/tessera/assets/${file}`);
  for (const name of ['schema', 'doc']) {
    // Content that is read by Shopify and rendered as nothing.
    class Unrendered extends Tag {
      constructor(token: unknown, rest: { kind: number; name?: string }[], liquid: unknown) {
        super(token, rest, liquid);
        while (rest.length && rest.shift()!.name !== `end${name}`);
      }
      render() {}
    }
    engine.registerTag(name, Unrendered);
  }
  const settings = Object.fromEntries(schemaOf(name).settings.map((setting) => [setting.id, setting.default ?? '']));
  const block = { settings: { ...settings, endpoint }, shopify_attributes: 'data-shopify-editor-block="{}"' };
  return engine.renderFileSync(name, { block });
}

describe('the extension', () => {
  it("has no offence in Shopify's own checks", async () => {
    const require = createRequire(path.join(packages, 'package.json'));
    const { themeCheckRun } = require('@shopify/theme-check-node');
    const settings = path.join(widget.folder, 'theme-check.yml');
    writeFileSync(settings, 'extends: theme-check:theme-app-extension\n');
    const { theme, config, offenses } = await themeCheckRun(extension, settings, () => {});
    expect(config).toMatchObject({ context: 'app' });
    expect(config.checks.length).toBeGreaterThan(50);
    const read = theme.map(({ uri }: { uri: string }) => path.posix.basename(uri)).sort();
    const written = readdirSync(extension, { recursive: true }).map(String);
    expect(read).toEqual(
      written
        .filter((file) => /\.(liquid|json)$/.test(file))
        .map((file) => path.basename(file))
        .sort(),
    );
    expect(offenses).toEqual([]);
  });

  it('has every text of its settings in every language', () => {
    const localesFolder = path.join(extension, 'locales');
    const wanted = ['badge', 'recommendations'].flatMap(
      (name) => JSON.stringify(schemaOf(name)).match(/(?<="t:)[^"]+/g)!,
    );
    for (const file of readdirSync(localesFolder)) {
      const texts = JSON.parse(readFileSync(path.join(localesFolder, file), 'utf8'));
      for (const key of wanted) {
        const text = key.split('.').reduce((value, part) => value?.[part], texts);
        expect(text, `${file}: ${key}`).toEqual(expect.stringMatching(/./));
      }
    }
  });

  it('has scripts that Shopify takes: the storefront, its languages and nothing of the agents', () => {
    expect(readdirSync(path.join(extension, 'assets')).sort()).toEqual([
      'tessera-connect.js',
      'tessera-storefront.js',
      'tessera.ar.js',
      'tessera.de.js',
      'tessera.es.js',
      'tessera.ja.js',
    ]);
  });
});

describe('a storefront with the blocks', () => {
  it('shows a signed-in customer their label and recommendations, and nothing else goes over the network', async () => {
    signedIn = customer.externalId;
    const page = await browser.newPage();
    const errors: string[] = [];
    const requested: string[] = [];
    const asked: unknown[] = [];
    const answers: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => requested.push(request.url()));
    page.on('response', async (response) => {
      if (!response.url().startsWith(shop.url) || response.request().method() !== 'POST') return;
      const { extensions, variables } = response.request().postDataJSON();
      asked.push({ sha256Hash: extensions.persistedQuery.sha256Hash, variables: askedOf(variables) });
      answers.push(await response.text());
    });
    await page.goto(storefrontUrl());
    const names = page.locator('tessera-recommendations[state=ready]').getByRole('button');
    await names.first().waitFor();
    expect(await names.allInnerTexts()).toEqual(customer.products);
    expect(await page.locator('tessera-segment-badge [part=label]').textContent()).toBe(customer.label);

    const { externalId } = customer;
    expect(asked).toEqual([
      {
        sha256Hash: PAGE.shopper[0],
        variables: { badges: [externalId], recommendations: [externalId], first: 4 },
      },
    ]);
    await expect.poll(() => answers.length).toBe(1);
    const { data } = JSON.parse(answers[0]!);
    expect(data.badges).toEqual([{ externalId, shopper: { publicLabel: customer.label } }]);
    expect(Object.keys(data.recommendations[0])).toEqual(['externalId', 'shopper']);
    expect(requested.filter((url) => url.endsWith('/apps/tessera/token'))).toHaveLength(1);
    expect(await page.content()).not.toMatch(/eyJ|cs_/);

    await names.first().click();
    await page.waitForURL('**/search?type=product&q=*');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('connects what the theme editor puts into the page anew', async () => {
    signedIn = customer.externalId;
    const page = await browser.newPage();
    await page.goto(storefrontUrl());
    await page.locator('tessera-recommendations[state=ready]').waitFor();
    await page.evaluate((html) => {
      const section = document.createElement('section');
      section.innerHTML = html;
      document.body.replaceChildren(section);
      section.dispatchEvent(new CustomEvent('shopify:section:load', { bubbles: true }));
    }, renderBlock('recommendations'));
    await page.locator('section tessera-recommendations[state=ready]').waitFor();
    await page.close();
  });

  it('has nothing of ours for a guest, and none before the merchant entered an endpoint', async () => {
    signedIn = null;
    for (const name of ['badge', 'recommendations']) expect(renderBlock(name)).not.toMatch(/tessera|script/);
    expect((await fetch(`${storefrontUrl()}/apps/tessera/token`, { method: 'POST' })).status).toBe(401);
    signedIn = customer.externalId;
    expect(renderBlock('badge', '')).not.toMatch(/tessera|script/);
  });

  it('escapes what a merchant enters', () => {
    signedIn = customer.externalId;
    expect(renderBlock('badge', '"><script>alert(1)</script>')).not.toContain('<script>');
  });
});

describe("the app proxy's example", () => {
  const settings = { shop: SHOP, secret: SECRET };

  it("computes the signature of Shopify's documented example", () => {
    const query = new URLSearchParams(
      'extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555',
    );
    expect(example.signatureOf(query, 'hush')).toBe('4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb');
  });

  it('answers a token that our server takes as this customer', async () => {
    const answer = await fetch(`${proxyUrl}/token?${signedQuery({ logged_in_customer_id: '207119551' })}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { token } = (await answer.json()) as { token: string };
    const { data } = await shop.query('{ viewer { kind subject } }', {}, token);
    expect(data).toEqual({ viewer: { kind: 'CUSTOMER_TOKEN', subject: '207119551' } });
  });

  it('refuses a request whose address is none, and lives on', async () => {
    const { hostname, port } = new URL(proxyUrl);
    const status = await new Promise((answered, fail) => {
      // `fetch` would not send it.
      get({ hostname, port, path: '//' }, (answer) => answered(answer.resume().statusCode)).on('error', fail);
    });
    expect(status).toBe(400);
    expect((await fetch(`${proxyUrl}/token`)).status).toBe(401);
  });

  it('knows nobody by what Shopify did not sign for it just now', () => {
    const signed = signedQuery({ logged_in_customer_id: '7' });
    expect(example.customerOf(signed, settings)).toBe('7');
    const changed = (name: string, value: string) => {
      const query = new URLSearchParams(signed);
      query.set(name, value);
      return query;
    };
    const minute = 60_000;
    const cases: [URLSearchParams, number?][] = [
      [changed('logged_in_customer_id', '8')],
      [changed('signature', '')],
      [changed('signature', 'é'.repeat(32))],
      [changed('extra', '1')],
      [new URLSearchParams(`${signed}&logged_in_customer_id=8`)],
      [signedQuery({ logged_in_customer_id: '7', shop: 'other.myshopify.com' })],
      [signedQuery({ logged_in_customer_id: 'seven' })],
      [signed, Date.now() + 2 * minute],
      [signed, Date.now() - 2 * minute],
      [new URLSearchParams()],
    ];
    for (const [query, now] of cases) expect(example.customerOf(query, settings, now), `${query}`).toBeNull();
  });

  it('is not taken in by a signature read with other borders between its parameters', () => {
    // Customer 9 asks with a parameter of their own. Shopify signs it, and the same bytes read as a request of customer 8.
    const honest = signedQuery({ logged_in_customer_id: '9', a: 'blogged_in_customer_id=8' });
    const forged = new URLSearchParams({
      a: 'b',
      logged_in_customer_id: '8',
      'logged_in_customer_id=9path_prefix': '/apps/tessera',
      shop: SHOP,
      timestamp: honest.get('timestamp')!,
      signature: honest.get('signature')!,
    });
    expect(example.signatureOf(forged, SECRET)).toBe(honest.get('signature'));
    expect(example.customerOf(honest, settings)).toBeNull();
    expect(example.customerOf(forged, settings)).toBeNull();
  });
});
