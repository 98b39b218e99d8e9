import path from 'node:path';
import { PAGE } from '@tessera/widget/data/operations.generated.js';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { makeKey } from '../support/credentials.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { askedOf, buildWidget } from '../widget/page.js';
import {
  filesBelow,
  phpText,
  ROOT,
  type Site,
  startWordPress,
  syntaxErrors,
  wooCommerceDouble,
} from './wordpress/site.js';

/*
 * A real WordPress with the plugin installed from its archive, a real browser, a real server of ours on another origin.
 * WooCommerce is in no package registry: a double fires the hooks that the plugin uses.
 */
// Each page is more than a second of PHP in WebAssembly, and several on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const PASSWORD = 'correct horse battery staple';
const USERS = { shopper: 'subscriber', stranger: 'subscriber', boss: 'administrator' } as const;
type User = keyof typeof USERS;

let browser: Browser;
let shop: TestServer;
let site: Site;
let widget: ReturnType<typeof buildWidget>;
/** What activating the plugin printed. */
let printed: string;
let ids: Record<User | 'page' | 'account' | 'order' | 'product' | 'variation', number>;
let keys: Record<'customer' | 'agent', { id: string; secret: string }>;
const customer = {
  externalId: '',
  firstName: '',
  label: '',
  product: '',
  products: [] as string[],
  perks: [] as string[],
};
const contexts = new Map<User | 'guest', Promise<BrowserContext>>();

beforeAll(async () => {
  widget = buildWidget();
  [shop, browser, site] = await Promise.all([
    startTestServer({ demoCustomers: 100 }),
    launchBrowser(),
    startWordPress(),
  ]);
  await chooseCustomer();
  const { sql } = shop.database;
  const origins = [site.url];
  keys = {
    customer: await makeKey(sql, { kind: 'customer-signing', origins }),
    agent: await makeKey(sql, { kind: 'agent-signing', origins, scopes: ['customers:read', 'customers:pii'] }),
  };
  printed = await installPlugin();
  await site.writeFile(`${ROOT}/wp-content/mu-plugins/woocommerce-double.php`, wooCommerceDouble);
  await site.writeFile(
    `${ROOT}/wp-content/mu-plugins/shop.php`,
    `<?php add_filter('tessera_customer_id', fn ($id, $user) => get_user_meta($user->ID, 'shop_id', true) ?: $id, 10, 2);`,
  );
  ids = JSON.parse(await site.run(shopContent()));
}, 300_000);

afterAll(async () => {
  await browser?.close();
  site?.close();
  await shop?.close();
  widget?.remove();
});

/** One with a public label, a name and products to recommend. */
async function chooseCustomer(): Promise<void> {
  interface Found {
    externalId: string;
    firstName: string | null;
    shopper: {
      publicLabel: string | null;
      perks: string[];
      recommendations: { product: { externalId: string; name: string | null } }[];
    } | null;
  }
  const { data } = await shop.query<{ customers: { nodes: Found[] } }>(
    `{ customers(first: 100) { nodes { externalId firstName
       shopper { publicLabel perks recommendations(first: 4) { product { externalId name } } } } } }`,
  );
  const found = data.customers.nodes.find(
    ({ firstName, shopper }) => firstName && shopper?.publicLabel && shopper.recommendations.length === 4,
  )!;
  const products = found.shopper!.recommendations.map(({ product }) => product);
  Object.assign(customer, {
    externalId: found.externalId,
    firstName: found.firstName,
    label: found.shopper!.publicLabel,
    perks: found.shopper!.perks,
    product: products[0]!.externalId,
    products: products.map(({ externalId, name }) => name ?? externalId),
  });
}

/** As an administrator uploads an archive: WordPress itself unpacks it. */
async function installPlugin(): Promise<string> {
  const files = filesBelow(path.join(widget.folder, 'crm/wordpress'));
  for (const [file, content] of Object.entries(files)) await site.writeFile(`/tmp/built/${file}`, content);
  return site.run(`
    $zip = new ZipArchive();
    $zip->open('/tmp/tessera.zip', ZipArchive::CREATE);
    foreach (${phpList(Object.keys(files))} as $file) $zip->addFile("/tmp/built/$file", $file);
    $zip->close();
    foreach (['file', 'misc', 'plugin', 'class-wp-upgrader'] as $part) require_once ABSPATH . "wp-admin/includes/$part.php";
    $upgrader = new Plugin_Upgrader(new Automatic_Upgrader_Skin());
    $upgrader->install('/tmp/tessera.zip') === true or exit(1);
    $failure = activate_plugin('tessera/tessera.php');
    if (is_wp_error($failure)) echo $failure->get_error_message();
    echo is_plugin_active('tessera/tessera.php') ? 'active' : 'not active';`);
}

function shopContent(): string {
  const page = `<!-- wp:tessera/badge {"size":"compact"} /--><!-- wp:tessera/recommendations {"count":4} /-->
    <!-- wp:shortcode -->[tessera_badge] [tessera_recommendations count="2" size="inline"]<!-- /wp:shortcode -->`;
  return `
    global $wp_rewrite;
    $wp_rewrite->set_permalink_structure('/%postname%/');
    flush_rewrite_rules();
    foreach (${phpList(Object.keys(USERS))} as $i => $login) {
      $ids[$login] = wp_insert_user(['user_login' => $login, 'user_pass' => ${phpText(PASSWORD)},
        'user_email' => "$login@example.com", 'role' => ${phpList(Object.values(USERS))}[$i]]);
    }
    update_user_meta($ids['shopper'], 'shop_id', ${phpText(customer.externalId)});
    $add = fn (string $type, string $name, string $content = '') => wp_insert_post(
      ['post_type' => $type, 'post_title' => $name, 'post_name' => $name, 'post_content' => $content, 'post_status' => 'publish']);
    $ids['page'] = $add('page', 'for-you', ${phpText(page)});
    $ids['account'] = $add('page', 'my-account', '[woocommerce_my_account]');
    $ids['order'] = $add('shop_order', 'an-order');
    update_post_meta($ids['order'], '_customer_user', $ids['shopper']);
    $ids['product'] = $add('product', 'a-product');
    update_post_meta($ids['product'], '_sku', ${phpText(customer.product)});
    $ids['variation'] = $add('product_variation', 'a-product-in-red');
    wp_update_post(['ID' => $ids['variation'], 'post_parent' => $ids['product']]);
    update_post_meta($ids['variation'], '_sku', 'RED-1');
    echo json_encode($ids);`;
}

const phpList = (texts: readonly string[]) => `[${texts.map(phpText).join(', ')}]`;

/** A browser in which somebody signed in by WordPress's own form. */
function contextOf(user: User | 'guest'): Promise<BrowserContext> {
  const known = contexts.get(user);
  if (known) return known;
  const made = browser.newContext().then(async (context) => {
    if (user === 'guest') return context;
    const form = { log: user, pwd: PASSWORD };
    const answer = await context.request.post(`${site.url}/wp-login.php`, { form, maxRedirects: 0 });
    expect(answer.status()).toBe(302);
    return context;
  });
  contexts.set(user, made);
  return made;
}

interface Visit {
  page: Page;
  /** Bodies of requests to our server and of its answers. */
  asked: { sha256Hash: string; variables: Record<string, unknown> }[];
  answers: string[];
  /** Of the page itself, as its user gets them. */
  errors: string[];
}

async function visit(user: User | 'guest', address: string): Promise<Visit> {
  const page = await (await contextOf(user)).newPage();
  const seen: Visit = { page, asked: [], answers: [], errors: [] };
  page.on('pageerror', (error) => seen.errors.push(error.message));
  page.on('response', async (response) => {
    const request = response.request();
    if (!response.url().startsWith(shop.url) || request.method() !== 'POST') return;
    const { extensions, variables } = request.postDataJSON();
    seen.asked.push({ sha256Hash: extensions.persistedQuery.sha256Hash, variables: askedOf(variables) });
    if (request.headers().accept === 'application/json') seen.answers.push(await response.text());
  });
  await page.goto(`${site.url}${address}`, { waitUntil: 'domcontentloaded' });
  return seen;
}

/** Asks a route for a token as a page of this user does. @param nonce WordPress's proof, from a page of the user's */
async function askToken(user: User | 'guest', route: string, nonce?: string) {
  const { request } = await contextOf(user);
  const answer = await request.post(`${site.url}/wp-json/tessera/v1/${route}`, {
    headers: nonce ? { 'x-wp-nonce': nonce } : {},
  });
  const { token } = (await answer.json()) as { token?: string };
  return { status: answer.status(), token, cache: answer.headers()['cache-control'] };
}

/** A nonce of WordPress's own for a user who is signed in. */
async function nonceOf(user: User): Promise<string> {
  const { request } = await contextOf(user);
  return (await request.get(`${site.url}/wp-admin/admin-ajax.php?action=rest-nonce`)).text();
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

describe('the plugin', () => {
  it('is installed from its archive and activated without a word', () => {
    expect(printed).toBe('active');
  });

  it('is PHP 7.4 in every file', () => {
    const folder = path.join(widget.folder, 'crm/wordpress');
    const files = Object.keys(filesBelow(folder)).filter((file) => file.endsWith('.php'));
    expect(files.length).toBeGreaterThan(5);
    expect(syntaxErrors(files.map((file) => path.join(folder, file)))).toEqual({ version: '7.4', errors: [] });
  });

  it('is set up on its page, which never shows a secret again and refuses what is none', async () => {
    const { page } = await visit('boss', '/wp-admin/options-general.php?page=tessera');
    await page.getByLabel('GraphQL endpoint').fill(`${shop.url}/graphql`);
    for (const kind of ['customer', 'agent'] as const) {
      await page.locator(`#tessera-${kind}_key_id`).fill(keys[kind].id);
      await page.locator(`#tessera-${kind}_key_secret`).fill(keys[kind].secret);
    }
    await page.getByRole('button', { name: 'Save Changes' }).click();
    await page.getByText('Settings saved.').waitFor();
    const html = await page.content();
    expect(html).toContain(keys.agent.id);
    for (const { secret } of Object.values(keys)) expect(html).not.toContain(secret);

    // Swapped secrets are what a hurried administrator pastes.
    await page.locator('#tessera-customer_key_secret').fill(keys.agent.secret);
    await page.getByRole('button', { name: 'Save Changes' }).click();
    await page.getByText('this does not look like one').waitFor();
    expect(JSON.parse(await site.run("echo json_encode(get_option('tessera'));"))).toEqual({
      endpoint: `${shop.url}/graphql`,
      customer_key_id: keys.customer.id,
      customer_key_secret: keys.customer.secret,
      agent_key_id: keys.agent.id,
      agent_key_secret: keys.agent.secret,
    });
    await page.close();
  });
});

describe('the settings', () => {
  it('are those of the constants where there are some, and are gone with the plugin', async () => {
    const read = "echo Tessera\\setting('endpoint');";
    expect(await site.run(read)).toBe(`${shop.url}/graphql`);
    const constant = "define('TESSERA_ENDPOINT', 'https://tessera.example/graphql');";
    expect(await site.run(`${constant} ${read}`)).toBe('https://tessera.example/graphql');
    const uninstalled = await site.run(`
      $settings = get_option('tessera');
      define('WP_UNINSTALL_PLUGIN', 'tessera/tessera.php');
      require WP_PLUGIN_DIR . '/tessera/uninstall.php';
      echo json_encode(get_option('tessera'));
      remove_all_filters('sanitize_option_tessera');
      add_option('tessera', $settings);`);
    expect(uninstalled).toBe('false');
  });
});

describe('a page with the blocks and the shortcodes', () => {
  it('shows a signed-in shopper their label and recommendations, and nothing else goes over the network', async () => {
    const { page, asked, answers, errors } = await visit('shopper', '/for-you/');
    await page.locator('tessera-segment-badge[state=ready]').nth(1).waitFor();
    await page.locator('tessera-recommendations[state=ready]').nth(1).waitFor();
    expect(await page.locator('tessera-segment-badge').first().locator('[part=label]').textContent()).toBe(
      customer.label,
    );
    const names = page.locator('tessera-recommendations').first().getByRole('button');
    expect(await names.allInnerTexts()).toEqual(customer.products);

    expect(asked).toEqual([
      {
        sha256Hash: PAGE.shopper[0],
        variables: { badges: [customer.externalId], recommendations: [customer.externalId], first: 4 },
      },
    ]);
    await expect.poll(() => answers.length).toBe(1);
    const { data } = JSON.parse(answers[0]!);
    expect(Object.keys(data).sort()).toEqual(
      PAGE.shopper
        .slice(1)
        .filter((name) => name !== 'first')
        .sort(),
    );
    expect(data.badges).toEqual([{ externalId: customer.externalId, shopper: { publicLabel: customer.label } }]);
    expect(Object.keys(data.recommendations[0])).toEqual(['externalId', 'shopper']);
    expect(await page.content()).not.toMatch(/eyJ|cs_|as_/);

    await names.first().click();
    await page.waitForURL('**/a-product/');
    expect(errors).toEqual([]);
    await page.close();
  });

  it('leads to the page of a product, also by the SKU or the id of a variation of it', async () => {
    for (const product of [customer.product, `${ids.product}`, 'RED-1', `${ids.variation}`]) {
      const answer = await fetch(`${site.url}/?tessera_product=${encodeURIComponent(product)}`, { redirect: 'manual' });
      expect(answer.headers.get('location'), product).toMatch(/\/a-product\/$/);
    }
    const answer = await fetch(`${site.url}/?tessera_product=${ids.order}`, { redirect: 'manual' });
    expect(answer.headers.get('location')).toBe(`${site.url}/`);
  });

  it('runs the scripts of the plugin as modules with their hashes', async () => {
    const { page } = await visit('shopper', '/for-you/');
    const scripts = await page
      .locator('script[src*="/plugins/tessera/"]')
      .evaluateAll((found) =>
        found.map((script) => ['type', 'integrity', 'src'].map((name) => script.getAttribute(name)!)),
      );
    const hashes = JSON.parse(widget.read('crm/wordpress/tessera/assets/integrity.json').toString());
    expect(scripts.map(([type, integrity, src]) => [type, integrity, src!.replace(/.*\/|\?.*/g, '')])).toEqual([
      ['module', hashes['tessera-storefront.js'], 'tessera-storefront.js'],
      ['module', hashes['connect.js'], 'connect.js'],
    ]);
    expect(JSON.parse(widget.read('integrity.json').toString())['tessera-storefront.js']).toBe(
      hashes['tessera-storefront.js'],
    );
    await page.close();
  });

  it('has nothing of ours in it for a guest, who gets no token', async () => {
    const { page, asked } = await visit('guest', '/for-you/');
    expect(await page.content()).not.toContain('tessera');
    expect(asked).toEqual([]);
    expect(await askToken('guest', 'token')).toMatchObject({ status: 401, token: undefined });
    await page.close();
  });

  it('has its blocks in the editor', async () => {
    const { page, errors } = await visit('boss', `/wp-admin/post.php?post=${ids.page}&action=edit`);
    const canvas = page.frameLocator('iframe[name=editor-canvas]');
    await canvas.getByText('Shown to shoppers who are signed in').nth(1).waitFor();
    expect(errors).toEqual([]);
    await page.close();
  });
});

describe('tokens', () => {
  it('are the signed-in user and nobody else, by a request of the site alone', async () => {
    expect(await askToken('stranger', 'token')).toMatchObject({ status: 401, token: undefined });
    const { status, token, cache } = await askToken('stranger', 'token', await nonceOf('stranger'));
    expect(status).toBe(200);
    expect(cache).toContain('no-store');
    const { sub, iat, exp, aud, ...rest } = claimsOf(token!);
    expect({ sub, aud, seconds: exp - iat, rest }).toEqual({
      sub: `${ids.stranger}`,
      aud: 'tessera',
      seconds: 600,
      rest: {},
    });
    const viewer = await shop.query('{ viewer { kind subject } }', {}, token);
    expect(viewer.data).toEqual({ viewer: { kind: 'CUSTOMER_TOKEN', subject: `${ids.stranger}` } });
  });

  it('of agents are not for subscribers', async () => {
    expect(await askToken('guest', 'agent-token')).toMatchObject({ status: 401, token: undefined });
    const nonce = await nonceOf('shopper');
    expect(await askToken('shopper', 'agent-token', nonce)).toMatchObject({ status: 403, token: undefined });
    const { token } = await askToken('boss', 'agent-token', await nonceOf('boss'));
    expect(claimsOf(token!)).toMatchObject({ sub: 'boss', scope: 'customers:read customers:pii' });
  });
});

describe("the customer's card", () => {
  const cardShown = async ({ page, asked, errors }: Visit) => {
    const card = page.locator('tessera-customer-card[state=ready]');
    await card.getByText(customer.firstName).first().waitFor();
    expect(asked[0]).toMatchObject({ sha256Hash: PAGE.agent[0], variables: { cards: [customer.externalId] } });
    expect(errors.filter((message) => message.includes('tessera'))).toEqual([]);
    await page.close();
  };

  it("stands on a user's page", async () => {
    await cardShown(await visit('boss', `/wp-admin/user-edit.php?user_id=${ids.shopper}`));
  });

  it("stands on an order's page, in WooCommerce's own tables and in posts", async () => {
    await cardShown(await visit('boss', `/wp-admin/post.php?post=${ids.order}&action=edit`));
    await cardShown(await visit('boss', `/wp-admin/admin.php?page=wc-orders&id=${ids.order}`));
  });

  it('is not shown to a subscriber, not even their own', async () => {
    const { page, asked } = await visit('shopper', '/wp-admin/profile.php');
    expect(await page.content()).not.toContain('tessera');
    expect(asked).toEqual([]);
    await page.close();
  });
});

describe('WooCommerce', () => {
  it("has the perks and recommendations on the account page's dashboard", async () => {
    const { page } = await visit('shopper', '/my-account/');
    const names = page.locator('tessera-recommendations[state=ready]').getByRole('button');
    await names.first().waitFor();
    expect(await names.allInnerTexts()).toEqual(customer.products);
    expect(customer.perks.length).toBeGreaterThan(0);
    expect(await page.locator('tessera-perks [part=perk]').allInnerTexts()).toEqual(customer.perks);
    await page.close();
  });
});

it('WordPress and PHP complained of nothing all the while', async () => {
  expect(await site.complaints()).toEqual([]);
});
