import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { demoToken } from '../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { buildWidget } from '../widget/page.js';
import { installPackages } from './installed-packages.js';
import { openSite, type Site } from './site.js';

/*
 * The vendors' own SDKs in frames of another origin, with doubles of the hosts written from the SDKs' sources: the hosts
 * themselves are services that nobody can install.
 */
let browser: Browser;
let shop: TestServer;
let widget: ReturnType<typeof buildWidget>;
let app: Site;
let host: Site;
/** A site that is no desk of ours. */
let stranger: Site;
let sdks: { zendesk: string; front: string };
/** Bodies of the answers that pages got from the shop's server. */
const answers: string[] = [];
const person = { externalId: '', email: '' };

beforeAll(async () => {
  sdks = await readSdks();
  widget = buildWidget();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  const { data } = await shop.query<{ customers: { nodes: (typeof person)[] } }>(
    '{ customers(first: 100) { nodes { externalId email } } }',
  );
  Object.assign(
    person,
    data.customers.nodes.find(({ email }) => email),
  );
  app = await openSite(async ({ path, headers, body }) => {
    if (path === '/graphql') {
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
    if (path === '/token') return { type: 'application/json', content: JSON.stringify({ token: await agentToken() }) };
    if (path === '/crm/front/front-sdk.js') return { content: sdks.front };
    const content = widget
      .read(path.slice(1))
      .toString()
      .replace('https://tessera.example/graphql', '/graphql')
      .replace('/tessera-token', '/token')
      .replace('https://app.chatwoot.com', host.url);
    return { content };
  });
  const desk = () => ({ content: '<!doctype html><title>Desk</title><main></main>' });
  [host, stranger] = await Promise.all([openSite(desk), openSite(desk)]);
});

afterAll(async () => {
  await browser?.close();
  app?.close();
  host?.close();
  stranger?.close();
  await shop?.close();
  widget?.remove();
});

const agentToken = () => demoToken(shop.url, 'crm');

async function readSdks(): Promise<typeof sdks> {
  const folder = path.join(installPackages('sdks', '--omit=dev'), 'node_modules');
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, 'zendesk_app_framework_sdk/lib/index.js')],
    bundle: true,
    format: 'iife',
    globalName: 'ZAFClient',
    write: false,
  });
  const front = path.join(folder, '@frontapp/plugin-sdk/dist/index.umd.js');
  return { zendesk: outputFiles[0]!.text, front: readFileSync(front, 'utf8') };
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
  site = host,
): Promise<Desk> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route('https://static.zdassets.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: sdks.zendesk }),
  );
  await page.goto(site.url);
  await page.evaluate(double, { ...settings, source: `${app.url}${source}`, appOrigin: app.url });
  const frame = await (await page.locator('iframe').elementHandle())!.contentFrame();
  return { page, frame: frame!, errors };
}

const customerShown = (frame: Frame) =>
  frame
    .locator('tessera-customer-card[state=ready]')
    .evaluate((card) => (card as HTMLElement & { customer: string }).customer);

describe('Zendesk', () => {
  const settings = () => ({
    endpoint: `${app.url}/graphql`,
    tokenUrl: 'https://shop.example/token',
    tokenSecret: '',
  });

  it("the requester's card is shown, found by e-mail, in a frame as high as it is", async () => {
    const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
      settings: settings(),
      place: 'ticket_sidebar',
      person: { email: person.email, externalId: null },
      token: await agentToken(),
    });
    expect(await customerShown(frame)).toBe(person.externalId);
    const asked = await page.evaluate(() => (window as unknown as { asked: Record<string, unknown>[] }).asked);
    expect(asked).toContainEqual(
      expect.objectContaining({
        url: 'https://shop.example/token',
        secure: true,
        type: 'POST',
        contentType: 'application/json',
        data: JSON.stringify({ agent: '42', email: 'agent@shop.example' }),
      }),
    );
    await expect
      .poll(() => page.locator('iframe').evaluate((box) => Number.parseInt(box.style.height, 10)))
      .toBeGreaterThan(300);
    expect(errors).toEqual([]);
    await page.close();
  });

  it("a user's page shows his card, by the id that the shop gave Zendesk", async () => {
    const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
      settings: settings(),
      place: 'user_sidebar',
      person: { email: 'private@example.com', externalId: person.externalId },
      token: await agentToken(),
    });
    expect(await customerShown(frame)).toBe(person.externalId);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('a requester whom the shop does not know has a card that says so', async () => {
    const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
      settings: settings(),
      place: 'ticket_sidebar',
      person: { email: 'nobody@example.com', externalId: null },
      token: await agentToken(),
    });
    await expect.poll(() => answers.at(-1)).toBe('{"data":{"customersByEmails":[null]}}');
    await frame.getByText('This customer is not known').waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });

  it("speaks the agent's language", async () => {
    for (const [locale, text, direction] of [
      ['de', 'Erwartet in 90 Tagen', 'ltr'],
      ['ar-EG', '90', 'rtl'],
    ] as const) {
      const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
        settings: settings(),
        place: 'user_sidebar',
        person: { email: person.email, externalId: person.externalId },
        token: await agentToken(),
        locale,
      });
      expect(await customerShown(frame)).toBe(person.externalId);
      await frame.getByText(text).first().waitFor();
      const { lang, dir } = await frame.evaluate(() => {
        const { lang, dir } = document.documentElement;
        return { lang, dir };
      });
      expect({ lang, dir }).toEqual({ lang: locale, dir: direction });
      expect(errors).toEqual([]);
      await page.close();
    }
  });

  it('a desk that does not say who the requester is can be asked again', async () => {
    const { page, frame, errors } = await openDesk('/crm/zendesk/assets/iframe.html', zendesk, {
      settings: settings(),
      place: 'ticket_sidebar',
      person: { email: person.email, externalId: null },
      token: await agentToken(),
      isFailingAtFirst: true,
    });
    await frame.getByText('This customer could not be looked up').waitFor();
    await frame.getByRole('button', { name: 'Try again' }).click();
    expect(await customerShown(frame)).toBe(person.externalId);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('everything that the manifest names is in the folder', () => {
    const manifest = JSON.parse(widget.read('crm/zendesk/manifest.json').toString());
    for (const { url } of Object.values<{ url: string }>(manifest.location.support)) {
      expect(widget.read(`crm/zendesk/${url}`).length).toBeGreaterThan(0);
    }
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

  it('several conversations at once are of nobody, whom the shop is not asked about', async () => {
    const asked = answers.length;
    const { page, frame } = await openDesk('/crm/front/index.html', front, { handle: person.email, isAtMany: true });
    await frame.getByText('There is nobody to look up here').waitFor();
    expect(await frame.getByText('This customer is not known').isVisible()).toBe(false);
    expect(answers.length).toBe(asked);
    await page.close();
  });
});

describe('Chatwoot', () => {
  const tell = (page: Page, data: object) =>
    page.evaluate((data) => (window as unknown as { tell(data: object): void }).tell(data), data);

  it('the card follows the open conversation, by identifier or by e-mail', async () => {
    const { page, frame, errors } = await openDesk('/crm/chatwoot/index.html', chatwoot, {
      contact: { email: person.email, identifier: null },
    });
    expect(await customerShown(frame)).toBe(person.externalId);
    await tell(page, { contact: { email: 'nobody@example.com' } });
    await expect.poll(() => answers.at(-1)).toBe('{"data":{"customersByEmails":[null]}}');
    await frame.getByText('This customer is not known').waitFor();
    await tell(page, { contact: { email: 'nobody@example.com', identifier: person.externalId } });
    expect(await customerShown(frame)).toBe(person.externalId);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('is asked for the conversation when the page comes late', async () => {
    const { page, frame } = await openDesk('/crm/chatwoot/index.html', chatwoot, {
      contact: { email: person.email },
      isSilentAtFirst: true,
    });
    expect(await customerShown(frame)).toBe(person.externalId);
    await page.close();
  });

  it('other sites and other windows are not heard', async () => {
    const asked = answers.length;
    const { page, frame } = await openDesk(
      '/crm/chatwoot/index.html',
      chatwoot,
      { contact: { email: person.email, identifier: person.externalId } },
      stranger,
    );
    await frame.locator('tessera-customer-card[state=empty]').waitFor();
    await frame.evaluate(() => addEventListener('message', () => Object.assign(window, { wasTold: true })));
    await tell(page, { contact: { identifier: person.externalId } });
    await frame.waitForFunction(() => 'wasTold' in window);
    // Nobody is unknown whom nobody asked about.
    await frame.getByText('Looking for this customer').waitFor();
    expect(await frame.getByText('This customer is not known').isVisible()).toBe(false);
    expect(await frame.locator('tessera-customer-card').getAttribute('state')).toBe('empty');
    await page.close();
    // The right site, but from within the frame and from a neighbour's.
    const desk = await openDesk('/crm/chatwoot/index.html', chatwoot, { contact: {} });
    await desk.frame.locator('tessera-customer-card[state=empty]').waitFor();
    await desk.frame.getByText('There is nobody to look up here').waitFor();
    const message = JSON.stringify({ event: 'appContext', data: { contact: { identifier: person.externalId } } });
    await desk.frame.evaluate((message) => window.postMessage(message, '*'), message);
    await desk.page.evaluate(() => {
      const neighbour = document.createElement('iframe');
      neighbour.title = 'neighbour';
      document.querySelector('main')!.append(neighbour);
    });
    const neighbour = (await (await desk.page.locator('iframe[title=neighbour]').elementHandle())!.contentFrame())!;
    await neighbour.evaluate((message) => parent.frames[0]!.postMessage(message, '*'), message);
    // What is no message of Chatwoot's ends nothing.
    for (const data of ['{', 'null', '"text"', '{"event":"appContext"}']) {
      await desk.page.evaluate((data) => document.querySelector('iframe')!.contentWindow!.postMessage(data, '*'), data);
    }
    expect(await desk.frame.locator('tessera-customer-card').getAttribute('state')).toBe('empty');
    expect(answers.length).toBe(asked);
    // And it still hears the one that it should.
    await tell(desk.page, { contact: { identifier: person.externalId } });
    expect(await customerShown(desk.frame)).toBe(person.externalId);
    expect(desk.errors).toEqual([]);
    await desk.page.close();
  });
});

/** Zendesk's side of its SDK's messages. Runs in the host's page. */
function zendesk(options: Record<string, unknown>): void {
  const { source, appOrigin, settings, place, person, token, locale = 'en-US' } = options;
  const subject = place === 'user_sidebar' ? 'user' : 'ticket.requester';
  const people: Record<string, unknown> = {
    currentUser: { id: 42, name: 'Agent', email: 'agent@shop.example', locale },
    [subject]: person,
  };
  let isFailing = options.isFailingAtFirst;
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
        message: { metadata: { appId: 1, settings }, context: { location: place } },
      });
    } else if (message.request === 'get' && message.params[0] === subject && isFailing) {
      isFailing = false;
      reply({ id: message.id, result: { errors: { [subject]: { message: 'no such ticket' } } } });
    } else if (message.request === 'get') {
      reply({ id: message.id, result: { errors: {}, [message.params[0]]: people[message.params[0]] } });
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
function front({ source, handle, isAtMany }: Record<string, unknown>): void {
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
          ...(isAtMany
            ? {
                type: 'multiConversations',
                conversations: [{ id: 'c1', recipient: { handle: address } }, { id: 'c2' }],
              }
            : { type: 'singleConversation', conversation: { id: 'c1', recipient: { handle: address } } }),
        },
      });
    Object.assign(window, { tell });
    tell(handle);
  });
  frame.src = source as string;
  frame.title = 'plugin';
  document.querySelector('main')!.append(frame);
}

/** Chatwoot's side: JSON strings to any origin, when the frame is loaded and when it asks. Runs in the host's page. */
function chatwoot({ source, contact, isSilentAtFirst }: Record<string, unknown>): void {
  const frame = document.createElement('iframe');
  const tell = (data: object) =>
    frame.contentWindow!.postMessage(JSON.stringify({ event: 'appContext', data: { conversation: {}, ...data } }), '*');
  Object.assign(window, { tell });
  addEventListener('message', ({ data }) => {
    if (data === 'chatwoot-dashboard-app:fetch-info') tell({ contact });
  });
  if (!isSilentAtFirst) frame.addEventListener('load', () => tell({ contact }));
  frame.src = source as string;
  frame.title = 'app';
  document.querySelector('main')!.append(frame);
}
