import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityViolations, launchBrowser } from '../support/browser.js';
import { agentToken, makeKey, type SigningKey } from '../support/credentials.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { buildWidget } from '../widget/page.js';
import { openSite, type Site } from './site.js';

const SCOPE = 'customers:read customers:pii customers:lookup';

const CRM = `<!doctype html>
  <html lang="en">
    <head>
      <title>CRM</title>
      <script type="module">
        import { embedCustomerCard } from '/host.js';
        Object.assign(window, { embedCustomerCard });
      </script>
    </head>
    <body><main><h1>Customer</h1></main></body>
  </html>`;

let browser: Browser;
let shop: TestServer;
let widget: ReturnType<typeof buildWidget>;
/** The page of the host. */
let host: Site;
/** A page of somebody else's. */
let stranger: Site;
let key: SigningKey;
let token: string;
const person = { externalId: '', email: '' };

beforeAll(async () => {
  widget = buildWidget();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  const { data } = await shop.query<{ customers: { nodes: (typeof person)[] } }>(
    '{ customers(first: 100) { nodes { externalId email } } }',
  );
  Object.assign(
    person,
    data.customers.nodes.find(({ email }) => email),
  );
  [host, stranger] = (await Promise.all(
    [0, 1].map(() =>
      openSite(({ path }) => {
        if (path === '/host.js') return { content: widget.read('crm/embed/host.js') };
        return { content: CRM };
      }),
    ),
  )) as [Site, Site];
});

afterAll(async () => {
  await browser?.close();
  host?.close();
  stranger?.close();
  await shop?.close();
  widget?.remove();
});

const address = () => `${shop.url}/embed/customer`;
const policyOf = async () => (await fetch(address())).headers.get('content-security-policy') ?? '';

describe('the server', () => {
  it('lets nobody frame the page before there is a key that signs agents', async () => {
    const { sql } = shop.database;
    await makeKey(sql, { kind: 'publishable', origins: ['https://shop.example'] });
    await makeKey(sql, { kind: 'customer-signing', origins: ['https://shop.example'] });
    expect(await policyOf()).toContain("frame-ancestors 'none'");
  });

  it('lets the origins of the keys that sign agents frame it, and no others', async () => {
    const { sql } = shop.database;
    key = await makeKey(sql, { kind: 'agent-signing', scopes: SCOPE.split(' '), origins: [host.namedUrl] });
    const other = await makeKey(sql, { kind: 'agent-signing', origins: ['https://crm.example'] });
    token = await agentToken(key, SCOPE);
    await expect.poll(policyOf).toContain(`frame-ancestors ${host.namedUrl} https://crm.example;`);
    await sql`update api_keys set revoked = true where id = ${other.id}`;
    await expect.poll(policyOf, { timeout: 3000 }).toContain(`frame-ancestors ${host.namedUrl};`);
  });

  it('answers the page under a strict policy, at its one address', async () => {
    const answer = await fetch(address());
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    const names = ['customer.html', 'nothing', 'customer/more', '..%2fzendesk%2fmanifest.json', 'README.md'];
    for (const name of names) expect((await fetch(`${shop.url}/embed/${name}`)).status, name).toBe(404);
    for (const name of ['app.js', 'embed.css', 'tessera.js', 'tessera.de.js']) {
      expect((await fetch(`${shop.url}/embed/${name}`)).status, name).toBe(200);
    }
  });
});

interface Heard {
  tessera: number;
  type: string;
  [field: string]: unknown;
}

interface Desk {
  page: Page;
  frame: Frame;
  errors: string[];
  /** What the page said to its host. */
  heard(): Promise<Heard[]>;
  tell(message: object): Promise<void>;
}

async function openPage(site: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) errors.push(message.text());
  });
  await page.goto(site);
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    addEventListener('message', ({ data, origin }) => heard.push({ ...data, from: origin }));
  });
  return { page, errors };
}

/** A frame with the page, and a host that says nothing by itself. */
async function openSilentDesk(site = host.namedUrl): Promise<Desk> {
  const { page, errors } = await openPage(site);
  await page.evaluate((source) => {
    const frame = document.createElement('iframe');
    frame.title = 'customer';
    frame.src = source;
    document.querySelector('main')!.append(frame);
  }, address());
  const frame = (await (await page.locator('iframe').elementHandle())!.contentFrame())!;
  const heard = () => page.evaluate(() => (window as unknown as { heard: Heard[] }).heard);
  return {
    page,
    frame,
    errors,
    heard,
    tell: (message) =>
      page.evaluate(
        ([message, origin]) => document.querySelector('iframe')!.contentWindow!.postMessage(message, origin as string),
        [message, shop.url] as const,
      ),
  };
}

/** A frame that the host's end of the protocol made. */
async function openDesk(context: object, givenToken: string | null = token): Promise<Desk> {
  const { page, errors } = await openPage(host.namedUrl);
  await page.evaluate(
    ({ source, context, token }) => {
      const { embedCustomerCard } = window as unknown as typeof import('@tessera/hosts/embed/host.js');
      const chosen: unknown[] = [];
      const card = embedCustomerCard(document.querySelector('main')!, {
        page: source,
        context,
        token: async () => {
          if (token === null) throw new Error('the agent is signed out');
          return token;
        },
        onAction: (detail) => chosen.push(detail),
        onSelect: (detail) => chosen.push(detail),
      });
      Object.assign(window, { card, chosen });
    },
    { source: address(), context, token: givenToken },
  );
  const frame = (await (await page.locator('iframe').elementHandle())!.contentFrame())!;
  return {
    page,
    frame,
    errors,
    heard: () => page.evaluate(() => (window as unknown as { heard: Heard[] }).heard),
    tell: () => Promise.reject(new Error('this host speaks for itself')),
  };
}

const customerShown = (frame: Frame) =>
  frame
    .locator('tessera-customer-card[state=ready]')
    .evaluate((card) => (card as HTMLElement & { customer: string }).customer);

describe('the host', () => {
  it('has the card of an e-mail address shown, as high as it is', async () => {
    const { page, frame, errors, heard } = await openDesk({ email: person.email.toUpperCase() });
    expect(await customerShown(frame)).toBe(person.externalId);
    await expect
      .poll(() => page.locator('iframe').evaluate((box) => Number.parseInt(box.style.height, 10)))
      .toBeGreaterThan(300);
    expect((await heard()).every(({ tessera, from }) => tessera === 1 && from === shop.url)).toBe(true);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('changes person, theme and language, and hears what the agent chose', async () => {
    const { page, frame, errors } = await openDesk({ customer: person.externalId, theme: 'dark', locale: 'de' });
    expect(await customerShown(frame)).toBe(person.externalId);
    await frame.getByText('Erwartet in 90 Tagen').waitFor();
    const scheme = () => frame.evaluate(() => document.documentElement.style.colorScheme);
    expect(await scheme()).toBe('dark');
    const start = frame.locator('[part=start]').first();
    await start.click();
    await frame.locator('[part=name]').first().click();
    const chosen = () => page.evaluate(() => (window as unknown as { chosen: Record<string, string>[] }).chosen);
    await expect.poll(chosen).toEqual([
      { customer: person.externalId, action: expect.any(String) },
      { customer: person.externalId, product: expect.any(String) },
    ]);
    await page.evaluate(() => {
      const { card } = window as unknown as { card: { setTheme(theme: string): void; show(context: object): void } };
      card.setTheme('light');
      card.show({ email: 'nobody@example.com', locale: 'ar', theme: 'light' });
    });
    await frame.getByText('هذا العميل غير معروف').waitFor();
    expect(await scheme()).toBe('light');
    expect(await frame.evaluate(() => document.documentElement.dir)).toBe('rtl');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('keeps theme and language when it goes on to another person, also before the page is ready', async () => {
    const { page, errors } = await openPage(host.namedUrl);
    page.on('console', (message) => {
      // What a browser says of a message to a frame that is not there yet.
      if (message.text().includes('postMessage')) errors.push(message.text());
    });
    await page.evaluate(
      ({ source, context, customer, token }) => {
        const { embedCustomerCard } = window as unknown as typeof import('@tessera/hosts/embed/host.js');
        const card = embedCustomerCard(document.querySelector('main')!, {
          page: source,
          context,
          token: async () => token,
        });
        card.setTheme('dark');
        card.show({ customer });
        Object.assign(window, { card });
      },
      {
        source: address(),
        context: { email: 'nobody@example.com', theme: 'light', locale: 'de' } as const,
        customer: person.externalId,
        token,
      },
    );
    const frame = (await (await page.locator('iframe').elementHandle())!.contentFrame())!;
    expect(await customerShown(frame)).toBe(person.externalId);
    const looks = () =>
      frame.evaluate(() => [document.documentElement.lang, document.documentElement.style.colorScheme]);
    expect(await looks()).toEqual(['de', 'dark']);
    await page.evaluate(() => {
      const { card } = window as unknown as { card: { show(context: object): void } };
      card.show({});
    });
    await frame.getByText('Hier ist niemand').waitFor();
    expect(await looks()).toEqual(['de', 'dark']);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('that has no token for the agent gets a page that says so, and asks again at the press of a button', async () => {
    const byId = await openDesk({ customer: person.externalId }, null);
    await byId.frame.locator('tessera-customer-card[state=error]').waitFor();
    await byId.frame.getByRole('button', { name: 'Try again' }).waitFor();
    await byId.page.close();
    const byEmail = await openDesk({ email: person.email }, null);
    await byEmail.frame.getByText('This customer could not be looked up').waitFor();
    expect(await byEmail.frame.getByText('This customer is not known').isVisible()).toBe(false);
    await byEmail.page.close();
  });

  it('keeps the token in messages: it is in no storage, address, cookie or attribute of the frame', async () => {
    const { page, frame } = await openDesk({ customer: person.externalId });
    await customerShown(frame);
    const kept = await frame.evaluate(() => [
      JSON.stringify({ ...localStorage, ...sessionStorage }),
      document.cookie,
      location.href,
      document.documentElement.outerHTML,
      ...performance.getEntries().map(({ name }) => name),
    ]);
    expect(kept.join('\n')).not.toContain(token);
    await page.close();
  });
});

describe('the page', () => {
  it('says that it is ready, and nothing else until it was told something', async () => {
    const { page, heard, tell } = await openSilentDesk();
    await expect.poll(heard).toEqual([{ tessera: 1, type: 'ready', versions: [1], from: shop.url }]);
    await tell({ tessera: 1, type: 'context', customer: person.externalId });
    await expect.poll(async () => (await heard()).map(({ type }) => type)).toContain('token-request');
    await page.close();
  });

  it('keeps the theme and the language that a message leaves out', async () => {
    const { page, frame, heard, tell } = await openSilentDesk();
    await expect.poll(heard).toHaveLength(1);
    await frame.getByText('Looking for this customer').waitFor();
    await tell({ tessera: 1, type: 'context', theme: 'dark', locale: 'es' });
    await frame.getByText('Aquí no hay nadie a quien buscar').waitFor();
    await tell({ tessera: 1, type: 'context', customer: person.externalId });
    await expect.poll(async () => (await heard()).map(({ type }) => type)).toContain('token-request');
    const looks = () =>
      frame.evaluate(() => [document.documentElement.lang, document.documentElement.style.colorScheme]);
    expect(await looks()).toEqual(['es', 'dark']);
    await tell({ tessera: 1, type: 'context', customer: person.externalId, theme: null });
    await expect.poll(looks).toEqual(['es', '']);
    await page.close();
  });

  it('refuses another version of the protocol, to its host and to whoever looks', async () => {
    const { page, frame, heard, tell } = await openSilentDesk();
    await expect.poll(heard).toHaveLength(1);
    await tell({ tessera: 2, type: 'context', customer: person.externalId });
    const message = 'this page speaks version 1 of its protocol, got 2';
    await expect.poll(heard).toContainEqual(expect.objectContaining({ code: 'UNSUPPORTED_VERSION', message }));
    await frame.getByText(message).waitFor();
    expect((await heard()).map(({ type }) => type)).not.toContain('token-request');
    await page.close();
  });

  it('says what is wrong with a message that it cannot use, and is not changed by it', async () => {
    const { page, frame, heard, tell } = await openSilentDesk();
    await expect.poll(heard).toHaveLength(1);
    const wrong: [object, string][] = [
      [{ type: 'navigate' }, 'type has to be context, theme or token'],
      [{ type: 'context', theme: 'pink' }, 'theme has to be light, dark or null'],
      [{ type: 'context', customer: { toString: 1 } }, 'customer has to be a text of at most 200 characters'],
      [{ type: 'context', email: 'a'.repeat(321) }, 'email has to be a text of at most 320 characters, got 321'],
      [{ type: 'context', locale: '"><b>' }, 'locale has to be a language tag'],
      [{ type: 'token' }, 'token has to have an id'],
    ];
    for (const [message] of wrong) await tell({ tessera: 1, ...message });
    await tell({ anything: 'else' });
    await expect.poll(heard).toHaveLength(1 + wrong.length);
    expect((await heard()).slice(1)).toEqual(
      wrong.map(([, message]) =>
        expect.objectContaining({ code: 'BAD_MESSAGE', message: expect.stringContaining(message) }),
      ),
    );
    expect(await frame.evaluate(() => document.documentElement.outerHTML)).toContain('<html lang="en">');
    await page.close();
  });

  it('does not hear other windows, nor answers to questions that it did not ask', async () => {
    const { page, frame, heard, tell } = await openSilentDesk();
    await expect.poll(heard).toHaveLength(1);
    const message = { tessera: 1, type: 'context', customer: person.externalId };
    // A neighbour in another frame of the same host.
    await page.evaluate((source) => {
      const neighbour = document.createElement('iframe');
      neighbour.title = 'neighbour';
      neighbour.src = source;
      document.body.append(neighbour);
    }, stranger.url);
    const neighbour = (await (await page.locator('iframe[title=neighbour]').elementHandle())!.contentFrame())!;
    await neighbour.waitForLoadState();
    await neighbour.evaluate((message) => parent.frames[0]!.postMessage(message, '*'), message);
    // The page itself.
    await frame.evaluate((message) => window.postMessage(message, '*'), message);
    await tell({ tessera: 1, type: 'token', id: 'made up', token });
    await tell({ tessera: 1, type: 'theme', theme: 'dark' });
    await expect.poll(() => frame.evaluate(() => document.documentElement.style.colorScheme)).toBe('dark');
    expect(await frame.locator('tessera-customer-card').getAttribute('state')).toBe('empty');
    expect((await heard()).map(({ type }) => type)).not.toContain('token-request');
    await page.close();
  });

  it('is not shown in the frame of a site that no key names, nor alone', async () => {
    for (const site of [stranger.namedUrl, host.url]) {
      const { page, errors } = await openPage(site);
      await page.evaluate((source) => {
        const frame = document.createElement('iframe');
        frame.src = source;
        document.body.append(frame);
      }, address());
      await expect.poll(() => errors.join()).toContain('frame-ancestors');
      expect(await page.evaluate(() => (window as unknown as { heard: Heard[] }).heard)).toEqual([]);
      await page.close();
    }
    const alone = await browser.newPage();
    await alone.goto(address());
    await alone.getByText('This page is shown inside the page of another system').waitFor();
    await alone.close();
  });
});
