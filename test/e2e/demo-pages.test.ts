import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityViolations, launchBrowser } from '../support/browser.js';
import { startTestServer } from '../support/server.js';
import { documentOf } from '../widget/page.js';

const VIEWS: Record<string, BrowserContextOptions> = Object.fromEntries(
  [1280, 390].flatMap((width) =>
    (['light', 'dark'] as const).map((colorScheme) => [
      `${width} pixels, ${colorScheme}`,
      { viewport: { width, height: 900 }, colorScheme },
    ]),
  ),
);

let server: Awaited<ReturnType<typeof startTestServer>>;
let browser: Browser;

beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 500 });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

interface Visit {
  page: Page;
  /** Errors of the console and of scripts, and violations of the content security policy. */
  errors: string[];
  /** How many requests went to the endpoint, answered or not. */
  requestCount(): number;
  exchanges: { document: string; answer: unknown }[];
  /** How many streams were opened. */
  streamCount(): number;
  close(): Promise<void>;
}

async function visit(path: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const exchanges: Visit['exchanges'] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  const isStream = (request: Request) => request.headers().accept === 'text/event-stream';
  const isToEndpoint = (request: Request) => new URL(request.url()).pathname === '/graphql' && !isStream(request);
  let requestCount = 0;
  let streamCount = 0;
  page.on('request', (request) => {
    if (isToEndpoint(request)) requestCount++;
    if (isStream(request)) streamCount++;
  });
  page.on('requestfinished', async (request) => {
    if (!isToEndpoint(request)) return;
    const response = await request.response();
    exchanges.push({ document: documentOf(request.postDataJSON()), answer: await response!.json() });
  });
  await page.goto(`${server.url}${path}`);
  return {
    page,
    errors,
    requestCount: () => requestCount,
    streamCount: () => streamCount,
    exchanges,
    close: () => context.close(),
  };
}

async function ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.adminKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

interface WrittenData {
  customers: { externalId: string }[];
  products: unknown[];
}

const writtenData = (page: Page) =>
  page.locator('#tessera-data').evaluate((element) => JSON.parse(element.textContent!) as WrittenData);

/** Every name of a field in an answer, however deep. */
function fieldsOf(answer: unknown): string[] {
  if (Array.isArray(answer)) return answer.flatMap(fieldsOf);
  if (answer === null || typeof answer !== 'object') return [];
  return Object.entries(answer).flatMap(([name, value]) => [name, ...fieldsOf(value)]);
}

describe('customer desk', () => {
  for (const [name, view] of Object.entries(VIEWS)) {
    it(`shows the published segments in one request, without an error or a violation (${name})`, async () => {
      const { page, errors, requestCount, close } = await visit('/demo/crm', view);
      const { customers } = await writtenData(page);
      const badges = page.locator('#customers tessera-segment-badge');
      await page
        .locator('#customers tessera-segment-badge[state=ready]')
        .nth(customers.length - 1)
        .waitFor();

      const ids = customers.map(({ externalId }) => externalId);
      const { customersByExternalIds } = await ask<{
        customersByExternalIds: { segment: { segment: { title: string } } }[];
      }>('query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { segment { segment { title } } } }', {
        ids,
      });
      const titles = customersByExternalIds.map(({ segment }) => `Segment: ${segment.segment.title}`);
      expect(await badges.locator('[part=badge]').evaluateAll(labelsOf)).toEqual(titles);

      await page.locator('#detail-card[state=ready]').waitFor();
      expect(requestCount()).toBe(1);
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(errors).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await close();
    });
  }

  it('explains a badge, finds a customer by typing and follows the arrow keys', async () => {
    const { page, errors, close } = await visit('/demo/crm', { viewport: { width: 1280, height: 900 } });
    await page.locator('#detail-card[state=ready]').waitFor();
    const first = page.locator('#customers tessera-segment-badge').first();
    await first.locator('[part=badge]').click();
    const reasons = first.locator('[part=reasons]');
    await reasons.getByRole('listitem').first().waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');

    const { customers } = await writtenData(page);
    const rows = page.locator('.customer-open');
    await rows.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator(`#detail-card[customer="${customers[1]!.externalId}"]`).waitFor();
    const second = await rows.nth(1).locator('.customer-name').textContent();
    await page.locator('#detail-card').getByText(second!, { exact: true }).waitFor();

    const name = (await rows.last().locator('.customer-name').textContent())!;
    await page.getByRole('searchbox').fill(name.toUpperCase());
    await expect.poll(() => page.locator('.customer:visible').count()).toBeLessThan(customers.length);
    expect(await page.locator('.customer:visible .customer-name').allInnerTexts()).toContain(name);
    await page.getByRole('searchbox').fill('nobody is called like this');
    await page.getByText('Nobody matches this search.').waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});

describe('storefront', () => {
  for (const [name, view] of Object.entries(VIEWS)) {
    it(`shows the shopper the public label and sends nothing else (${name})`, async () => {
      const { page, errors, requestCount, streamCount, exchanges, close } = await visit('/demo/storefront', view);
      const badge = page.locator('#shopper-badge');
      await page.locator('#shopper-badge:is([state=ready], [state=empty])').waitFor({ state: 'attached' });

      const { customers, products } = await writtenData(page);
      expect(customers).toHaveLength(1);
      const { customersByExternalIds } = await ask<{
        customersByExternalIds: { shopper: { publicLabel: string | null; perks: string[] } }[];
      }>('query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { shopper { publicLabel perks } } }', {
        ids: [customers[0]!.externalId],
      });
      const { publicLabel: label, perks } = customersByExternalIds[0]!.shopper;
      expect(await badge.locator('[part=badge]').allInnerTexts()).toEqual(label === null ? [] : [label]);

      await page.locator('#perks:is([state=ready], [state=empty])').waitFor({ state: 'attached' });
      expect(await page.locator('#perks [part=perk]').allInnerTexts()).toEqual(perks);
      await page.locator('#for-you:is([state=ready], [state=empty])').waitFor({ state: 'attached' });
      await expect.poll(() => exchanges.length).toBe(1);
      expect(requestCount()).toBe(1);
      expect(exchanges[0]!.document).toMatch(/^query TesseraShopperPage/);
      const allowed = [
        ...['data', 'badges', 'recommendations', 'externalId', 'shopper', 'publicLabel', 'product', 'reason'],
        ...['name', 'brand', 'category', 'listPrice', 'amount', 'currency', 'kind', 'boughtWith', 'perks'],
      ];
      expect(fieldsOf(exchanges[0]!.answer).filter((field) => !allowed.includes(field))).toEqual([]);
      expect(streamCount()).toBe(0);
      expect(await page.locator('.product').count()).toBe(products.length);
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(errors).toEqual([]);
      expect(await overflow(page)).toBe(0);
      await close();
    });
  }
});

/** What a screen reader makes of the badges. Runs in the page. */
function labelsOf(elements: Element[]): (string | null)[] {
  return elements.map((element) => element.getAttribute('aria-label'));
}

/** By how many pixels the page is wider than its window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
}
