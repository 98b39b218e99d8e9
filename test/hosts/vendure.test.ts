import { type ChildProcess, execFile, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { makeKey, type SigningKey } from '../support/credentials.js';
import { createTestDatabase } from '../support/database.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { buildWidget } from '../widget/page.js';
import { installPackages } from './installed-packages.js';

/*
 * A real Vendure shop on a database of its own, with its real dashboard, in front of a real Tessera. Vendure's packages
 * stay outside of the workspace. They are installed once; the shop is compiled and its dashboard built again only when
 * something that they are made of has changed.
 */
const sources = fileURLToPath(new URL('./vendure-host/', import.meta.url));
const run = promisify(execFile);
const INSTALL_AND_BUILD_MS = 900_000;
const SUPERADMIN = { username: 'superadmin', password: 'superadmin' };

let browser: Browser;
let tessera: TestServer;
let shopDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let shop: ChildProcess;
/** In front of the shop, and on its way to Tessera, which may be cut. */
let front: Server;
let road: Server;
let isRoadCut = false;
let signingKey: SigningKey;
let admin: Ask;
let log = '';

beforeAll(async () => {
  const folder = await prepareShop();
  [tessera, browser, shopDatabase] = await Promise.all([
    startTestServer({ demoCustomers: 100 }),
    launchBrowser(),
    createTestDatabase('template0'),
  ]);
  // The origin has to be known before the shop is: its key is for pages of this origin.
  let shopPort = 0;
  [front, road] = await Promise.all([
    serveAt(() => `http://127.0.0.1:${shopPort}`),
    serveAt(() => (isRoadCut ? null : tessera.url)),
  ]);
  const { sql } = tessera.database;
  signingKey = await makeKey(sql, {
    kind: 'agent-signing',
    scopes: ['customers:read', 'customers:pii'],
    origins: [urlOf(front)],
  });
  const ingestKey = await makeKey(sql, { kind: 'restricted', scopes: ['imports:write'] });
  shopPort = await startShop(folder, {
    endpoint: `${urlOf(road)}/graphql`,
    agentKey: signingKey,
    ingestKey: ingestKey.secret,
  });
  admin = await signedIn(SUPERADMIN);
}, INSTALL_AND_BUILD_MS);

afterAll(async () => {
  shop?.kill();
  for (const server of [front, road]) {
    server?.closeAllConnections();
    server?.close();
  }
  await browser?.close();
  await shopDatabase?.drop();
  await tessera?.close();
});

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** A server that passes everything on, or breaks off where there is nowhere to. */
async function serveAt(target: () => string | null): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const to = target();
    if (to === null) return void outgoing.destroy();
    const passed = request(`${to}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    outgoing.on('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

/** Installs Vendure, compiles the shop with the plugin, types checked, and builds its dashboard. @returns where it is */
async function prepareShop(): Promise<string> {
  const folder = installPackages('vendure-host');
  const plugin = path.join(folder, 'plugins/tessera');
  const widget = buildWidget();
  rmSync(plugin, { recursive: true, force: true });
  cpSync(sources, folder, { recursive: true });
  cpSync(path.join(widget.folder, 'crm/vendure'), plugin, { recursive: true });
  widget.remove();
  await once(folder, 'compiled', ['node_modules/typescript/bin/tsc', '-p', '.']);
  await once(folder, 'built-dashboard', ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error']);
  return folder;
}

/** Makes a folder in the shop's folder, unless it was made of the same. @throws Error with what the program said */
async function once(folder: string, result: string, program: string[]): Promise<void> {
  const mark = path.join(folder, result, '.made-of');
  const input = digest([sources, path.join(folder, 'plugins')]);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === input) return;
  rmSync(path.join(folder, result), { recursive: true, force: true });
  await run(process.execPath, program, { cwd: folder }).catch(({ message, stdout }) => {
    throw new Error(`"${result}" of Vendure's shop cannot be made: ${message}\n${stdout}`);
  });
  writeFileSync(mark, input);
}

/** A digest of all files in folders, by name and content. */
function digest(folders: string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const file of entries.map(({ parentPath, name }) => path.join(parentPath, name)).sort()) {
      hash.update(`${path.relative(folder, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** @returns the port that the shop listens at, once it does */
function startShop(folder: string, plugin: object): Promise<number> {
  shop = fork(path.join(folder, 'compiled/shop.js'), {
    cwd: folder,
    env: { ...process.env, SHOP_DATABASE: shopDatabase.url, TESSERA: JSON.stringify(plugin) },
    execArgv: [],
    silent: true,
  });
  for (const stream of [shop.stdout!, shop.stderr!]) stream.on('data', (text) => (log += text));
  return new Promise((started, failed) => {
    shop.once('message', (message) => started((message as { port: number }).port));
    shop.once('exit', (code) => failed(new Error(`the shop ended with ${code}: ${log.slice(-4000)}`)));
  });
}

interface Answer {
  data: Record<string, never> | null;
  errors?: { message: string; extensions: { code: string } }[];
}

/** Asks one of the shop's two APIs as somebody: as whom is in the session's token, kept from answer to answer. */
function visitor(api: 'admin-api' | 'shop-api') {
  let session = '';
  return async (query: string, variables: object = {}, channel = ''): Promise<Answer> => {
    const response = await fetch(`${urlOf(front)}/${api}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(session && { authorization: `Bearer ${session}` }),
        ...(channel && { 'vendure-token': channel }),
      },
      body: JSON.stringify({ query, variables }),
    });
    session = response.headers.get('vendure-auth-token') ?? session;
    return (await response.json()) as Answer;
  };
}

type Ask = ReturnType<typeof visitor>;

/** @returns the one field that was asked for */
async function the<T = { id: string }>(answer: Promise<Answer>): Promise<T> {
  const { data, errors } = await answer;
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0] as T;
}

const LOGIN = `mutation ($username: String!, $password: String!) {
  login(username: $username, password: $password) { ... on CurrentUser { id } ... on ErrorResult { errorCode } }
}`;

async function signedIn(as: { username: string; password: string }): Promise<Ask> {
  const ask = visitor('admin-api');
  expect(await the(ask(LOGIN, as))).toEqual({ id: expect.any(String) });
  return ask;
}

const CREATE_CUSTOMER = `mutation ($input: CreateCustomerInput!) {
  createCustomer(input: $input) { ... on Customer { id } ... on ErrorResult { errorCode message } }
}`;

const createCustomer = (firstName: string) =>
  the(admin(CREATE_CUSTOMER, { input: { firstName, lastName: 'Huber', emailAddress: `${firstName}@example.com` } }));

const ORDER_STEP =
  '{ ... on Order { id code customer { id } lines { id } payments { id } } ... on ErrorResult { errorCode message } }';

interface ShopOrder {
  id: string;
  code: string;
  customer: { id: string };
  lines: { id: string }[];
  payments: { id: string }[];
}

/** A guest buys two of a product that costs 12.00 with tax. */
async function placeOrder(firstName: string): Promise<ShopOrder> {
  const product = await the(
    admin('mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }', {
      input: { translations: [{ languageCode: 'en', name: 'Scarf', slug: `scarf-${firstName}`, description: '' }] },
    }),
  );
  const [variant] = await the<{ id: string }[]>(
    admin('mutation ($input: [CreateProductVariantInput!]!) { createProductVariants(input: $input) { id } }', {
      input: [
        {
          productId: product.id,
          sku: `scarf-${firstName}`,
          price: 1000,
          trackInventory: 'FALSE',
          translations: [{ languageCode: 'en', name: 'Scarf' }],
        },
      ],
    }),
  );
  const guest = visitor('shop-api');
  const step = (mutation: string, type: string, variables: object) =>
    the<ShopOrder>(guest(`mutation (${type}) { ${mutation} ${ORDER_STEP} }`, variables));
  await step('addItemToOrder(productVariantId: $id, quantity: 2)', '$id: ID!', variant!);
  await step('setCustomerForOrder(input: $input)', '$input: CreateCustomerInput!', {
    input: { firstName, lastName: 'Gruber', emailAddress: `${firstName}@example.com` },
  });
  await step('setOrderShippingAddress(input: $input)', '$input: CreateAddressInput!', {
    input: { streetLine1: 'Gasse 1', city: 'Wien', postalCode: '1010', countryCode: 'AT' },
  });
  const methods = await the<{ id: string }[]>(guest('{ eligibleShippingMethods { id } }'));
  await step('setOrderShippingMethod(shippingMethodId: $ids)', '$ids: [ID!]!', { ids: [methods[0]!.id] });
  await step('transitionOrderToState(state: $state)', '$state: String!', { state: 'ArrangingPayment' });
  const [payment] = await the<{ code: string }[]>(guest('{ eligiblePaymentMethods { code } }'));
  const order = await step('addPaymentToOrder(input: $input)', '$input: PaymentInput!', {
    input: { method: payment!.code, metadata: {} },
  });
  expect(order).toMatchObject({ code: expect.any(String) });
  return order;
}

/** What Tessera knows of a customer of the shop's, whose ids get the prefix in the shop's configuration. */
async function inTessera(id: string) {
  const { data } = await tessera.query<{ customer: Known | null }>(
    `query ($id: String!) {
      customer(externalId: $id) { firstName email country metrics { orders netRevenue { amount } } }
    }`,
    { id: `shop-${id}` },
  );
  return data.customer;
}

interface Known {
  firstName: string;
  email: string;
  country: string;
  metrics: { orders: number; netRevenue: { amount: string } } | null;
}

const within = { timeout: 20_000 };
const revenueOf = async ({ customer }: ShopOrder) => (await inTessera(customer.id))?.metrics?.netRevenue.amount;

describe('what Tessera hears of a Vendure shop', () => {
  it('a customer, and then the address', async () => {
    const { id } = await createCustomer('Anna');
    await expect.poll(() => inTessera(id), within).toMatchObject({ firstName: 'Anna', email: 'anna@example.com' });
    await the(
      admin(
        'mutation ($id: ID!, $input: CreateAddressInput!) { createCustomerAddress(customerId: $id, input: $input) { id } }',
        {
          id,
          input: { streetLine1: 'Gasse 1', city: 'Wien', countryCode: 'AT' },
        },
      ),
    );
    await expect.poll(() => inTessera(id), within).toMatchObject({ country: 'AT' });
  });

  it('an order, a refund of a part and the end of the rest', async () => {
    const order = await placeOrder('Clara');
    await expect.poll(() => revenueOf(order), within).toBe('24.00');
    expect(await inTessera(order.customer.id)).toMatchObject({ firstName: 'Clara', metrics: { orders: 1 } });

    const refund = await the(
      admin(
        'mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { ... on Refund { id state } ... on ErrorResult { message } } }',
        {
          input: {
            lines: [{ orderLineId: order.lines[0]!.id, quantity: 1 }],
            paymentId: order.payments[0]!.id,
            reason: 'torn',
            shipping: 0,
            adjustment: 0,
          },
        },
      ),
    );
    expect(refund).toEqual({ id: expect.any(String), state: 'Pending' });
    await the(
      admin('mutation ($input: SettleRefundInput!) { settleRefund(input: $input) { ... on Refund { id } } }', {
        input: { id: refund.id, transactionId: 'of a test' },
      }),
    );
    await expect.poll(() => revenueOf(order), within).toBe('12.00');

    await the(
      admin('mutation ($input: CancelOrderInput!) { cancelOrder(input: $input) { ... on Order { state } } }', {
        input: { orderId: order.id },
      }),
    );
    await expect.poll(() => revenueOf(order), within).toBe('0');
    expect(await inTessera(order.customer.id)).toMatchObject({ metrics: { orders: 0 } });
  });

  it('an order that was placed while Tessera could not be reached', async () => {
    isRoadCut = true;
    const order = await placeOrder('Doris');
    await expect.poll(() => log, within).toMatch(/order \d+ was not sent, attempt 2/);
    isRoadCut = false;
    await expect.poll(() => revenueOf(order), within).toBe('24.00');
  });
});

describe('a token', () => {
  const mint = (ask: Ask) => ask('mutation { createTesseraToken }');
  const refused = { errors: [{ extensions: { code: 'FORBIDDEN' } }] };

  /** An administrator who may do this in these channels. */
  async function administrator(name: string, permissions: string[], channelIds: string[]): Promise<Ask> {
    const role = await the(
      admin('mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }', {
        input: { code: name, description: name, permissions, channelIds },
      }),
    );
    const account = { emailAddress: `${name}@example.com`, password: 'a long password' };
    await the(
      admin('mutation ($input: CreateAdministratorInput!) { createAdministrator(input: $input) { id } }', {
        input: { firstName: name, lastName: name, roleIds: [role.id], ...account },
      }),
    );
    return signedIn({ username: account.emailAddress, password: account.password });
  }

  it('is given to an administrator who may read customers, and reads cards', async () => {
    const agent = await administrator('agent', ['ReadCustomer'], ['1']);
    const token = await the<string>(mint(agent));
    const { data } = await tessera.query<{ viewer: object }>('{ viewer { kind subject scopes } }', {}, token);
    expect(data.viewer).toEqual({
      kind: 'AGENT_TOKEN',
      subject: expect.stringMatching(/^administrator-\d+$/),
      scopes: expect.arrayContaining(['customers:read', 'customers:pii']),
    });
  });

  it('is not given to who is not signed in, nor to a shopper', async () => {
    expect(await mint(visitor('admin-api'))).toMatchObject(refused);
    expect((await mint(visitor('shop-api'))).errors?.[0]?.message).toMatch(/Cannot query field/);
  });

  it('is not given to an administrator who may not read customers', async () => {
    expect(await mint(await administrator('clerk', ['ReadCatalog'], ['1']))).toMatchObject(refused);
  });

  it('is not given to an administrator of one channel, who may not read the customers of the others', async () => {
    const { defaultTaxZone } = await the<{ defaultTaxZone: { id: string } }>(
      admin('{ activeChannel { defaultTaxZone { id } } }'),
    );
    const input = {
      code: 'outlet',
      token: 'outlet',
      defaultLanguageCode: 'en',
      pricesIncludeTax: false,
      defaultCurrencyCode: 'USD',
      defaultTaxZoneId: defaultTaxZone.id,
      defaultShippingZoneId: defaultTaxZone.id,
    };
    const channel = await the(
      admin('mutation ($input: CreateChannelInput!) { createChannel(input: $input) { ... on Channel { id } } }', {
        input,
      }),
    );
    const seller = await administrator('seller', ['ReadCustomer'], [channel.id]);
    expect(await seller('mutation { createTesseraToken }', {}, 'outlet')).toMatchObject(refused);
    expect(await seller('{ customers { totalItems } }', {}, 'outlet')).toMatchObject({ data: { customers: {} } });
  });
});

describe("a customer's page in the dashboard", () => {
  it("shows the card in the dashboard's own theme", async () => {
    const order = await placeOrder('Berta');
    await expect.poll(() => revenueOf(order), within).toBe('24.00');
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${urlOf(front)}/dashboard/login`);
    await page.locator('input[name=username]').fill(SUPERADMIN.username);
    await page.locator('input[name=password]').fill(SUPERADMIN.password);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((url) => !url.pathname.endsWith('/login'));
    await page.goto(`${urlOf(front)}/dashboard/customers/${order.customer.id}`);
    const card = page.locator('tessera-customer-card[state=ready]');
    await card.waitFor();
    const text = await card.evaluate((element) => element.shadowRoot!.textContent);
    for (const shown of ['Berta Gruber', '$24.00', order.code]) expect(text).toContain(shown);
    expect(await page.content()).not.toMatch(/eyJ[\w-]+\.eyJ/);

    const panel = card.locator('[part=panel]');
    const scheme = () => panel.evaluate((element) => getComputedStyle(element).colorScheme);
    expect(await scheme()).toBe('light');
    await page.getByRole('button', { name: 'Super Admin' }).click();
    await page.getByRole('menuitem', { name: 'Theme' }).hover();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.locator('html.dark').waitFor();
    await expect.poll(scheme).toBe('dark');
    expect(errors).toEqual([]);
    await page.close();
  });
});
