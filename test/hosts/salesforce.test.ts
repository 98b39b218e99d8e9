import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { agentToken, makeKey } from '../support/credentials.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { buildWidget } from '../widget/page.js';
import { installPackages } from './installed-packages.js';
import { openSite, type Site } from './site.js';

/*
 * The component in the open-source engine of Lightning web components, in a browser, with the embed page of a real server
 * in its frame. What only an org has is doubled: the record, the call of Apex, the language.
 */
const COMPONENT = 'crm/salesforce/force-app/main/default/lwc/tesseraCustomerCard';
const SCOPE = 'customers:read customers:pii customers:lookup';

/** The modules that Salesforce gives a component. */
const PLATFORM: Readonly<Record<string, string>> = {
  'lightning/uiRecordApi': `
    export class getRecord {
      constructor(tell) { this.tell = tell; }
      connect() {}
      disconnect() {}
      update({ recordId, optionalFields }) {
        const fields = {};
        for (const field of optionalFields ?? []) {
          const name = field.split('.')[1];
          fields[name] = { value: window.records[recordId][name] };
        }
        const tell = () => this.tell({ data: { fields }, error: undefined });
        if (!recordId) return;
        if (window.recordIs === 'late') window.tellRecord = tell;
        else if (window.recordIs === 'failing') this.tell({ data: undefined, error: { status: 403 } });
        else tell();
      }
    }`,
  '@salesforce/apex/TesseraToken.issue': 'export default () => window.issueToken();',
  '@salesforce/i18n/lang': `export default 'es-MX';`,
};

interface Plugin {
  name: string;
  resolveId?(id: string): string | null;
  load?(id: string): string | null;
}
interface Bundler {
  rollup(options: { input: string; plugins: unknown[]; onwarn(warning: { message: string }): void }): Promise<{
    generate(options: object): Promise<{ output: { code: string }[] }>;
  }>;
}

let browser: Browser;
let shop: TestServer;
let widget: ReturnType<typeof buildWidget>;
let org: Site;
let token: string;
const person = { externalId: '', email: '' };

beforeAll(async () => {
  widget = buildWidget();
  const script = await bundle();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
  const { data } = await shop.query<{ customers: { nodes: (typeof person)[] } }>(
    '{ customers(first: 100) { nodes { externalId email } } }',
  );
  Object.assign(
    person,
    data.customers.nodes.find(({ email }) => email),
  );
  org = await openSite(({ path }) => {
    if (path === '/component.js') return { content: script };
    return {
      content: `<!doctype html><html lang="en"><title>Contact</title><main></main>
        <script src="/component.js"></script></html>`,
    };
  });
  const { sql } = shop.database;
  const key = await makeKey(sql, { kind: 'agent-signing', scopes: SCOPE.split(' '), origins: [org.namedUrl] });
  token = await agentToken(key, SCOPE);
});

afterAll(async () => {
  await browser?.close();
  org?.close();
  await shop?.close();
  widget?.remove();
});

/** Compiles the component as it is shipped. */
async function bundle(): Promise<string> {
  const sdk = installPackages('salesforce', '--omit=dev');
  const require = createRequire(path.join(sdk, 'package.json'));
  const load = (name: string) => import(pathToFileURL(require.resolve(name)).href);
  const { rollup } = (await load('rollup')) as Bundler;
  const { default: lwc } = (await load('@lwc/rollup-plugin')) as { default(options: object): unknown };
  // Beside the engine, which is looked for from the component upwards.
  const folder = mkdtempSync(path.join(sdk, 'component-'));
  try {
    cpSync(path.join(widget.folder, COMPONENT), path.join(folder, 'c/tesseraCustomerCard'), { recursive: true });
    const input = path.join(folder, 'main.js');
    writeFileSync(
      input,
      `import { createElement } from 'lwc';
       import Card from 'c/tesseraCustomerCard';
       window.createCard = (settings) => Object.assign(createElement('c-tessera-customer-card', { is: Card }), settings);`,
    );
    const platform: Plugin = {
      name: 'platform',
      resolveId: (id) => (id in PLATFORM ? `\0${id}` : null),
      load: (id) => PLATFORM[id.slice(1)] ?? null,
    };
    const warnings: string[] = [];
    const built = await rollup({
      input,
      plugins: [
        platform,
        lwc({ rootDir: folder, modules: [{ dir: folder }, { name: 'lwc', path: require.resolve('@lwc/engine-dom') }] }),
      ],
      onwarn: ({ message }) => warnings.push(message),
    });
    const { output } = await built.generate({
      format: 'iife',
      intro: `const process = { env: { NODE_ENV: 'production' } };`,
    });
    expect(warnings).toEqual([]);
    return output[0]!.code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Contact {
  Email?: string | null;
  Shop_Id__c?: string | null;
}

async function openRecord(
  record: Contact,
  settings: object = {},
  givenToken: string | null = token,
  recordIs: 'there' | 'late' | 'failing' = 'there',
) {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  // Of the page and of its frame, before their own scripts.
  await page.addInitScript(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    addEventListener('message', ({ data }) => told.push(data));
  });
  await page.goto(org.namedUrl);
  expect(errors).toEqual([]);
  await page.evaluate(
    ({ record, settings, token, recordIs }) => {
      const heard: unknown[] = [];
      Object.assign(window, {
        heard,
        recordIs,
        records: { '003': record },
        issueToken: async () => {
          if (token === null) throw { body: { message: 'The token server answered 403.' } };
          return token;
        },
      });
      for (const name of ['tesseraaction', 'tesseraselect']) {
        addEventListener(name, ({ type, detail }: CustomEventInit & Event) => heard.push({ type, ...detail }));
      }
      const { createCard } = window as unknown as { createCard(settings: object): HTMLElement };
      document.querySelector('main')!.append(createCard({ recordId: '003', objectApiName: 'Contact', ...settings }));
    },
    { record, settings: { page: `${shop.url}/embed/customer`, ...settings }, token: givenToken, recordIs },
  );
  return { page, errors, card: page.frameLocator('iframe').locator('tessera-customer-card') };
}

const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: { type: string }[] }).heard);

describe('the component', () => {
  it("shows the card of the contact's address, in the user's language, as high as it is", async () => {
    const { page, errors, card } = await openRecord({ Email: person.email });
    await page.frameLocator('iframe').locator('tessera-customer-card[state=ready]').waitFor();
    expect(await card.evaluate((card) => (card as HTMLElement & { customer: string }).customer)).toBe(
      person.externalId,
    );
    await page.frameLocator('iframe').getByText('Esperado en 90 días').waitFor();
    await expect
      .poll(() => page.locator('iframe').evaluate((box) => Number.parseInt(box.style.height, 10)))
      .toBeGreaterThan(300);
    await card.locator('[part=name]').first().click();
    await expect
      .poll(() => heard(page))
      .toEqual([{ type: 'tesseraselect', customer: person.externalId, product: expect.any(String) }]);
    expect(errors).toEqual([]);
    await page.close();
  });

  it("takes the shop's own id before the address, from the field that it was told", async () => {
    const { page, errors, card } = await openRecord(
      { Email: 'private@example.com', Shop_Id__c: person.externalId },
      { customerField: 'Shop_Id__c' },
    );
    await page.frameLocator('iframe').locator('tessera-customer-card[state=ready]').waitFor();
    expect(await card.evaluate((card) => (card as HTMLElement & { customer: string }).customer)).toBe(
      person.externalId,
    );
    expect(errors).toEqual([]);
    await page.close();
  });

  it('tells the page nothing before the record is there', async () => {
    const { page, card } = await openRecord({ Email: person.email }, {}, token, 'late');
    const frame = (await (await page.locator('iframe').elementHandle())!.contentFrame())!;
    const told = (from: Page | Frame) => from.evaluate(() => (window as unknown as { told: { type: string }[] }).told);
    await expect.poll(async () => (await told(page)).map(({ type }) => type)).toContain('ready');
    await frame.getByText('Looking for this customer').waitFor();
    await page.evaluate(() => (window as unknown as { tellRecord(): void }).tellRecord());
    await page.frameLocator('iframe').locator('tessera-customer-card[state=ready]').waitFor();
    expect(await card.evaluate((card) => (card as HTMLElement & { customer: string }).customer)).toBe(
      person.externalId,
    );
    expect((await told(frame)).filter(({ type }) => type === 'context')).toEqual([
      { tessera: 1, type: 'context', customer: null, email: person.email, locale: 'es-MX' },
    ]);
    await page.close();
  });

  it('says so where Salesforce does not give it the record', async () => {
    const { page, errors } = await openRecord({ Email: person.email }, {}, token, 'failing');
    await page.getByText('Salesforce did not give this record').waitFor();
    expect(await page.locator('iframe').count()).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  });

  it('has the card say so where the agent gets no token, or the setting is missing', async () => {
    const refused = await openRecord({ Shop_Id__c: person.externalId }, { customerField: 'Shop_Id__c' }, null);
    await refused.page.frameLocator('iframe').locator('tessera-customer-card[state=error]').waitFor();
    await refused.page.close();
    const unset = await openRecord({ Email: person.email }, { page: '' });
    await unset.page.getByText('Name the address of the embed page').waitFor();
    expect(unset.errors).toEqual([]);
    await unset.page.close();
  });

  it('hears no other window', async () => {
    const { page } = await openRecord({ Email: person.email });
    await page.frameLocator('iframe').locator('tessera-customer-card[state=ready]').waitFor();
    await page.evaluate(() => {
      const message = { tessera: 1, type: 'select', customer: '1', product: '2' };
      return new Promise<void>((told) => {
        addEventListener('message', () => told());
        window.postMessage(message, '*');
      });
    });
    expect(await heard(page)).toEqual([]);
    await page.close();
  });

  it('may stand on the pages of contacts and accounts, and names the class that gives tokens', () => {
    const meta = widget.read(`${COMPONENT}/tesseraCustomerCard.js-meta.xml`).toString();
    expect(meta).toContain('<target>lightning__RecordPage</target>');
    for (const object of ['Contact', 'Account']) expect(meta).toContain(`<object>${object}</object>`);
    const source = widget.read(`${COMPONENT}/tesseraCustomerCard.js`).toString();
    for (const [, property] of meta.matchAll(/property name="(\w+)"/g)) {
      expect(source).toMatch(new RegExp(`@api ${property}\\b`));
    }
    const apex = widget.read('crm/salesforce/force-app/main/default/classes/TesseraToken.cls').toString();
    expect(apex).toMatch(/@AuraEnabled\s+public static String issue\(\)/);
    const tests = widget.read('crm/salesforce/force-app/main/default/classes/TesseraTokenTest.cls').toString();
    for (const status of [200, 403]) expect(tests).toContain(`new TokenServer(${status})`);
    expect(widget.read('crm/salesforce/force-app/main/default/classes/TesseraTokenTest.cls-meta.xml')).toBeDefined();
    expect(readFileSync(path.join(widget.folder, 'crm/salesforce/sfdx-project.json'), 'utf8')).toContain('force-app');
  });
});
