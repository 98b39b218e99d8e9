import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../support/browser.js';
import { demoToken } from '../../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../../support/server.js';
import { buildWidget } from '../page.js';

/*
 * The vendors' own SDKs in frames of another origin, with doubles of the hosts written from the SDKs' sources: the hosts
 * themselves are services that nobody can install.
 */
const sdkSources = fileURLToPath(new URL('./sdks/', import.meta.url));
const sdkFolder = path.resolve(sdkSources, '../../../../node_modules/.cache/tessera-desk-sdks');
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.html': 'text/html; charset=utf-8' };

let browser: Browser;
let shop: TestServer;
let widget: ReturnType<typeof buildWidget>;
let app: Server;
let host: Server;
let sdks: { zendesk: string; front: string };
/** Bodies of the answers that pages got from the shop's server. */
const answers: string[] = [];
const person = { externalId: '', email: '' };

beforeAll(async () => {
  sdks = await installSdks();
  widget = buildWidget();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  const { data } = await shop.query<{ customers: { nodes: (typeof person)[] } }>(
    '{ customers(first: 100) { nodes { externalId email } } }',
  );
  Object.assign(
    person,
    data.customers.nodes.find(({ email }) => email),
  );
  app = await serve(async (url, body, headers) => {
    if (url === '/graphql') {
      const { authorization = '', accept = '' } = headers;
      if (accept === 'text/event-stream') return { status: 403, type: 'application/json', content: '{}' };
      const answer = await fetch(`${shop.url}/graphql`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body,
      });
      const content = await answer.text();
      answers.push(content);
      return { status: answer.status, type: 'application/json', content };
    }
    if (url === '/token') return { type: 'application/json', content: JSON.stringify({ token: await agentToken() }) };
    if (url === '/crm/front/front-sdk.js') return { type: 'text/javascript', content: sdks.front };
    const content = widget.read(url.slice(1)).toString();
    const type = TYPES[path.extname(url)]!;
    return {
      type,
      content: content.replace('https://tessera.example/graphql', '/graphql').replace('/tessera-token', '/token'),
    };
  });
  host = await serve(async () => ({
    type: TYPES['.html']!,
    content: '<!doctype html><title>Desk</title><main></main>',
  }));
});

afterAll(async () => {
  await browser?.close();
  app?.close();
  host?.close();
  await shop?.close();
  widget?.remove();
});

const agentToken = () => demoToken(shop.url, 'crm');
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** The packages of the lock file in this folder, installed once. */
async function installSdks(): Promise<typeof sdks> {
  mkdirSync(sdkFolder, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    copyFileSync(`${sdkSources}${file}`, path.join(sdkFolder, file));
  const zendesk = path.join(sdkFolder, 'node_modules/zendesk_app_framework_sdk/lib/index.js');
  if (!existsSync(zendesk)) {
    const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund'], {
      cwd: sdkFolder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the SDKs of Zendesk and Front cannot be installed from npm: ${stderr}`);
  }
  const { outputFiles } = await build({
    entryPoints: [zendesk],
    bundle: true,
    format: 'iife',
    globalName: 'ZAFClient',
    write: false,
  });
  const front = path.join(sdkFolder, 'node_modules/@frontapp/plugin-sdk/dist/index.umd.js');
  return { zendesk: outputFiles[0]!.text, front: readFileSync(front, 'utf8') };
}

interface Served {
  status?: number;
  type: string;
  content: string;
}

async function serve(
  answer: (url: string, body: string, headers: Record<string, string>) => Promise<Served>,
): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    try {
      const {
        status = 200,
        type,
        content,
      } = await answer(request.url!.split('?')[0]!, body, request.headers as Record<string, string>);
      response.writeHead(status, { 'content-type': type }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

interface Desk {
  page: Page;
  frame: Frame;
  errors: string[];
}

async function openDesk(
  source: string,
  double: (settings: Record<string, unknown>) => void,
  settings: object,
): Promise<Desk> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route('https://static.zdassets.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: sdks.zendesk }),
  );
  await page.goto(urlOf(host));
  await page.evaluate(double, { ...settings, source: `${urlOf(app)}${source}`, appOrigin: urlOf(app) });
  const frame = await (await page.locator('iframe').elementHandle())!.contentFrame();
  return { page, frame: frame!, errors };
}

const customerShown = (frame: Frame) =>
  frame
    .locator('tessera-customer-card[state=ready]')
    .evaluate((card) => (card as HTMLElement & { customer: string }).customer);

describe('Zendesk', () => {
  const settings = () => ({
    endpoint: `${urlOf(app)}/graphql`,
    tokenUrl: 'https://shop.example/token',
    tokenSecret: '',
  });

  it("the requester's card is shown, found by e-mail, in a frame as high as it is", async () => {
    const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
      settings: settings(),
      requester: { email: person.email, externalId: null },
      token: await agentToken(),
    });
    expect(await customerShown(frame)).toBe(person.externalId);
    const asked = await page.evaluate(() => (window as unknown as { asked: Record<string, unknown>[] }).asked);
    expect(asked).toContainEqual(
      expect.objectContaining({ url: 'https://shop.example/token', secure: true, type: 'POST' }),
    );
    await expect
      .poll(() => page.locator('iframe').evaluate((box) => Number.parseInt(box.style.height, 10)))
      .toBeGreaterThan(300);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a requester whom the shop does not know has a card that says so', async () => {
    const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
      settings: settings(),
      requester: { email: 'nobody@example.com', externalId: null },
      token: await agentToken(),
    });
    // The card says so before it was asked, too.
    await expect.poll(() => answers.at(-1)).toBe('{"data":{"customersByEmails":[null]}}');
    await frame.getByText('This customer is not known').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it('everything that the manifest names is in the folder', () => {
    const manifest = JSON.parse(widget.read('crm/zendesk/manifest.json').toString());
    expect(widget.read(`crm/zendesk/${manifest.location.support.ticket_sidebar.url}`).length).toBeGreaterThan(0);
    const translations = JSON.parse(widget.read(`crm/zendesk/translations/${manifest.defaultLocale}.json`).toString());
    expect(Object.keys(translations.app.parameters)).toEqual(
      manifest.parameters.map(({ name }: { name: string }) => name),
    );
  });
});

describe('Front', () => {
  it('the card follows the open conversation', async () => {
    const { page, frame, errors } = await openDesk('/crm/front/index.html', front, { handle: person.email });
    expect(await customerShown(frame)).toBe(person.externalId);
    await page.evaluate(() => (window as unknown as { tell(handle: string): void }).tell('nobody@example.com'));
    await expect.poll(() => answers.at(-1)).toBe('{"data":{"customersByEmails":[null]}}');
    await frame.getByText('This customer is not known').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});

/** Zendesk's side of its SDK's messages. Runs in the host's page. */
function zendesk({ source, appOrigin, settings, requester, token }: Record<string, unknown>): void {
  const asked: unknown[] = [];
  Object.assign(window, { asked });
  const frame = document.createElement('iframe');
  addEventListener('message', ({ data, source: from, origin }) => {
    if (from !== frame.contentWindow || origin !== appOrigin) return;
    const message = JSON.parse(data);
    const reply = (answer: object) => frame.contentWindow!.postMessage(JSON.stringify(answer), origin);
    if (message.key === 'iframe.handshake') {
      reply({
        key: 'zaf.app.registered',
        message: { metadata: { appId: 1, settings }, context: { location: 'ticket_sidebar' } },
      });
    } else if (message.request === 'get') {
      reply({ id: message.id, result: { errors: {}, 'ticket.requester': requester } });
    } else if (message.request === 'invoke') {
      if (message.params.resize) frame.style.height = message.params.resize[0].height;
      reply({ id: message.id, result: { errors: {} } });
    } else if (message.key?.startsWith('request:')) {
      asked.push(message.message);
      reply({ key: `zaf.${message.key}.done`, message: { responseArgs: [{ token }] } });
    } else if (message.id) reply({ id: message.id, result: { errors: {} } });
  });
  frame.src = `${source}?origin=${encodeURIComponent(location.origin)}&app_guid=app-1`;
  frame.title = 'app';
  document.querySelector('main')!.append(frame);
}

/** Front's side of its SDK's messages. Runs in the host's page. */
function front({ source, handle }: Record<string, unknown>): void {
  const frame = document.createElement('iframe');
  addEventListener('message', ({ ports, source: from }) => {
    const [port] = ports;
    if (from !== frame.contentWindow || !port) return;
    const tell = (address: unknown) =>
      port.postMessage({
        type: 'context_update',
        context: {
          id: `context-${address}`,
          functionArities: {},
          type: 'singleConversation',
          conversation: { id: 'c1', recipient: { handle: address } },
        },
      });
    Object.assign(window, { tell });
    tell(handle);
  });
  frame.src = source as string;
  frame.title = 'plugin';
  document.querySelector('main')!.append(frame);
}
