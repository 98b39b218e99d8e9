import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser.js';
import { makeKey } from '../../support/credentials.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { buildWidget } from '../page.js';
import { installPackages } from './installed-packages.js';
import { openSite, type Site } from './site.js';

/*
 * The card in HubSpot's own renderer; its requests go, as HubSpot's servers send them, to the backend that we ship, which
 * asks a real Tessera. Then a browser opens what the card gave HubSpot to open.
 */
const CLIENT_SECRET = 'the-client-secret-of-the-app';

interface Node {
  text: string | null;
  props: Record<string, unknown>;
  trigger(event: string): void;
}
interface Renderer {
  render(element: unknown): void;
  find(component: unknown): Node;
  maybeFind(component: unknown): Node | null;
  findAll(component: unknown): Node[];
  waitFor(check: () => void, options?: { timeoutInMs: number }): Promise<void>;
  mocks: {
    actions: { openIframeModal: { calls: [{ uri: string; title: string; width: number; height: number }][] } };
    context: Record<string, unknown>;
    useCrmProperties: { willCall(answer: (names: string[]) => object): void };
  };
}
interface Sdk {
  CustomerCard: unknown;
  createElement(component: unknown, props: object): unknown;
  createRenderer(location: string): Renderer;
  ui: Record<'Text' | 'Button' | 'ErrorState' | 'LoadingSpinner', unknown>;
}

let browser: Browser;
let shop: TestServer;
let widget: ReturnType<typeof buildWidget>;
let hubspot: Site;
let backend: ChildProcess;
let backendUrl: string;
let sdk: Sdk;
const person = { externalId: '', email: '', segment: '' };
/** What HubSpot's servers do with a request of a card, in tests of failures. */
let proxy: ((url: string) => Promise<Response>) | null = null;

beforeAll(async () => {
  widget = buildWidget();
  sdk = await readSdk();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  const { data } = await shop.query<{
    customers: { nodes: { externalId: string; email: string | null; segment: { segment: { title: string } } }[] };
  }>('{ customers(first: 100) { nodes { externalId email segment { segment { title } } } } }');
  const known = data.customers.nodes.find(({ email }) => email)!;
  Object.assign(person, { ...known, segment: known.segment.segment.title });
  hubspot = await openSite(() => ({ content: '<!doctype html><title>HubSpot</title><main></main>' }));
  const port = await freePort();
  backendUrl = `http://127.0.0.1:${port}`;
  const { sql } = shop.database;
  const reader = await makeKey(sql, { kind: 'restricted', scopes: ['customers:read', 'customers:lookup'] });
  const signer = await makeKey(sql, {
    kind: 'agent-signing',
    scopes: ['customers:read', 'customers:pii'],
    origins: [hubspot.namedUrl, backendUrl],
  });
  backend = spawn(process.execPath, [path.join(widget.folder, 'crm/hubspot/backend.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PUBLIC_URL: `${backendUrl}/hubspot`,
      PORT: `${port}`,
      HUBSPOT_ORIGIN: hubspot.namedUrl,
      HUBSPOT_CLIENT_SECRET: CLIENT_SECRET,
      TESSERA_URL: shop.url,
      TESSERA_KEY: reader.secret,
      TESSERA_KEY_ID: signer.id,
      TESSERA_SIGNING_SECRET: signer.secret,
    },
  });
  await once(backend.stdout!, 'data');
});

afterAll(async () => {
  backend?.kill();
  await browser?.close();
  hubspot?.close();
  await shop?.close();
  widget?.remove();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Our card and HubSpot's renderer as one module, so that both have the same React. */
async function readSdk(): Promise<Sdk> {
  const folder = installPackages('hubspot', '--omit=dev');
  const card = path.join(widget.folder, 'crm/hubspot/src/app/cards/CustomerCard.jsx');
  const outfile = path.join(widget.folder, 'card.mjs');
  await build({
    stdin: {
      contents: `
        export { CustomerCard } from ${JSON.stringify(card)};
        export { createElement } from 'react';
        export * as ui from '@hubspot/ui-extensions';
        export { createRenderer } from '@hubspot/ui-extensions/testing';`,
      resolveDir: folder,
    },
    nodePaths: [path.join(folder, 'node_modules')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    jsx: 'automatic',
    outfile,
    logLevel: 'error',
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  });
  const hsFetch = (url: string, options: { method: string; body: object }) => (proxy ?? send)(url, options);
  Object.assign(globalThis, { self: globalThis, hsFetch });
  return import(pathToFileURL(outfile).href);
}

/** As HubSpot's servers do: says who the agent is, and signs. */
function send(url: string, { method, body }: { method: string; body: object } = { method: 'POST', body: {} }) {
  const address = `${url.replace('https://crm.shop.example', backendUrl)}?userId=77&portalId=12&userEmail=jo%40shop.example`;
  return signed(address, method, JSON.stringify(body), Date.now());
}

/** What HubSpot's documentation has decoded before an address is signed. */
const DECODED = new Map(
  Object.entries({ '3A': ':', '2F': '/', '3F': '?', '40': '@', '21': '!', '24': '$' }).concat(
    Object.entries({ '27': "'", '28': '(', '29': ')', '2A': '*', '2C': ',', '3B': ';' }),
  ),
);

function signed(address: string, method: string, body: string, timestamp: number, secret = CLIENT_SECRET) {
  const uri = address.replace(/%[0-9A-F]{2}/gi, (code) => DECODED.get(code.slice(1).toUpperCase()) ?? code);
  const signature = createHmac('sha256', secret).update(`${method}${uri}${body}${timestamp}`).digest('base64');
  return fetch(address, {
    method,
    body,
    headers: { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': `${timestamp}` },
  });
}

function renderCard(email: string | null, locale = 'en'): Renderer {
  const renderer = sdk.createRenderer('crm.record.sidebar');
  renderer.mocks.useCrmProperties.willCall(() => ({
    properties: { email },
    error: null,
    isLoading: false,
    isRefetching: false,
    refetch: async () => {},
  }));
  const { context, actions } = renderer.mocks;
  renderer.render(sdk.createElement(sdk.CustomerCard, { context: { ...context, user: { locale } }, actions }));
  return renderer;
}

const textsOf = ({ findAll }: Renderer) => findAll(sdk.ui.Text).map(({ text }) => text);
const patience = { timeoutInMs: 30_000 };

describe('the card', () => {
  it('says that it loads, then segment and expected value', async () => {
    const card = renderCard(person.email);
    expect(card.find(sdk.ui.LoadingSpinner).props.label).toBe('Loading the customer');
    await card.waitFor(
      () => expect(textsOf(card)).toEqual([person.segment, expect.stringMatching(/^\$[\d,]+\.\d\d$|^–$/)]),
      patience,
    );
  });

  it('says who is not known, and who has no address', async () => {
    const stranger = renderCard('nobody@example.com');
    await stranger.waitFor(() => expect(textsOf(stranger)).toEqual(['The shop does not know this contact.']), patience);
    const nameless = renderCard(null);
    await nameless.waitFor(() => expect(textsOf(nameless)).toEqual(['This contact has no e-mail address.']), patience);
  });

  it('says when the backend fails, and tries again', async () => {
    proxy = async () => new Response('{}', { status: 502 });
    const card = renderCard(person.email);
    await card.waitFor(
      () => expect(card.find(sdk.ui.ErrorState).props.title).toBe('Tessera does not answer'),
      patience,
    );
    proxy = null;
    card.find(sdk.ui.Button).trigger('onClick');
    await card.waitFor(() => expect(textsOf(card)).toContain(person.segment), patience);
  });
});

describe('the modal', () => {
  async function openedBy(card: Renderer) {
    await card.waitFor(() => expect(textsOf(card)).toContain(person.segment), patience);
    card.find(sdk.ui.Button).trigger('onClick');
    const { openIframeModal } = card.mocks.actions;
    await expect.poll(() => openIframeModal.calls.length).toBe(1);
    return openIframeModal.calls[0]![0];
  }

  it('is our page with a code in its address, and shows the whole card of the contact', async () => {
    const { uri, title } = await openedBy(renderCard(person.email, 'de_DE'));
    expect(title).toBe('Customer');
    expect(uri).toMatch(new RegExp(`^${backendUrl}/hubspot/modal/#[\\w-]{43}$`));
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(hubspot.namedUrl);
    const frame = async (uri: string) => {
      await page.evaluate((uri) => {
        const frame = document.createElement('iframe');
        frame.src = uri;
        document.querySelector('main')!.replaceChildren(frame);
      }, uri);
      return page.frameLocator('iframe');
    };
    const modal = await frame(uri);
    const card = modal.frameLocator('iframe').locator('tessera-customer-card[state=ready]');
    expect(await card.evaluate((card) => (card as HTMLElement & { customer: string }).customer)).toBe(
      person.externalId,
    );
    await modal.frameLocator('iframe').getByText('Erwartet in 90 Tagen').waitFor();
    // The address works once.
    await (await frame(`${uri.replace('#', '?again#')}`)).getByText('This customer can no longer be shown').waitFor();
    expect(errors).toEqual([]);
    await page.close();
    const [audited] = await shop.database.sql`select 1 from audit_log where subject = 'hubspot:12:77'`;
    expect(audited).toBeDefined();
  });

  it('is shown in the frame of HubSpot only', async () => {
    const { headers } = await fetch(`${backendUrl}/hubspot/modal/`);
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${hubspot.namedUrl};`);
  });
});

describe('the backend', () => {
  it('answers nobody but HubSpot', async () => {
    const address = `${backendUrl}/hubspot/summary?userId=77&portalId=12`;
    const body = JSON.stringify({ email: person.email });
    const statusOf = async (answer: Promise<Response>) => (await answer).status;
    expect(await statusOf(signed(address, 'POST', body, Date.now()))).toBe(200);
    expect(await statusOf(fetch(address, { method: 'POST', body }))).toBe(401);
    expect(await statusOf(signed(address, 'POST', body, Date.now(), 'another secret'))).toBe(401);
    expect(await statusOf(signed(address, 'POST', body, Date.now() - 6 * 60_000))).toBe(401);
    // Another agent than the one that HubSpot signed for.
    const timestamp = `${Date.now()}`;
    const signature = createHmac('sha256', CLIENT_SECRET).update(`POST${address}${body}${timestamp}`).digest('base64');
    const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
    expect(await statusOf(fetch(address, { method: 'POST', body, headers }))).toBe(200);
    expect(await statusOf(fetch(address.replace('userId=77', 'userId=78'), { method: 'POST', body, headers }))).toBe(
      401,
    );
    expect(await statusOf(fetch(`${backendUrl}/hubspot/token`, { method: 'POST', body: '{"code":"made up"}' }))).toBe(
      410,
    );
  });

  it('takes the signature of an address as HubSpot decodes it, and of nothing else that is encoded', async () => {
    const body = JSON.stringify({ email: person.email });
    const extra = encodeURIComponent("jo+a&b=c ü:/?@!$'()*,;").replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16)}`,
    );
    const address = `${backendUrl}/hubspot/summary?userId=77&portalId=12&userEmail=${extra}`;
    expect((await signed(address, 'POST', body, Date.now())).status).toBe(200);
    // The address as it was sent, with nothing decoded.
    const timestamp = `${Date.now()}`;
    const signature = createHmac('sha256', CLIENT_SECRET).update(`POST${address}${body}${timestamp}`).digest('base64');
    const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp };
    expect((await fetch(address, { method: 'POST', body, headers })).status).toBe(401);
  });

  it('refuses a request that names no agent, or two', async () => {
    const body = JSON.stringify({ email: person.email });
    const queries = [
      'a=1',
      'userId=77',
      'portalId=12',
      'userId=77&portalId=12&userId=1',
      'portalId=1&userId=77&portalId=12',
    ];
    for (const query of queries) {
      const answer = await signed(`${backendUrl}/hubspot/open?${query}`, 'POST', body, Date.now());
      expect(answer.status, query).toBe(400);
    }
    expect((await signed(`${backendUrl}/hubspot/open?userId=77&portalId=12`, 'POST', body, Date.now())).status).toBe(
      200,
    );
  });

  it('has all the secrets: none is in what HubSpot or the browser gets', () => {
    const files = ['src/app/cards/CustomerCard.jsx', 'src/app/app-hsmeta.json', 'modal/app.js', 'modal/index.html'];
    for (const file of files) {
      expect(widget.read(`crm/hubspot/${file}`).toString(), file).not.toMatch(/\b(sk|rk|pk|as|cs)_\w|secret/i);
    }
    const { config } = JSON.parse(widget.read('crm/hubspot/src/app/cards/customer-card-hsmeta.json').toString());
    expect(widget.read(`crm/hubspot/src${config.entrypoint}`).length).toBeGreaterThan(0);
  });
});
