import { startServer } from '@tessera/server/app.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityViolations, launchBrowser } from '../support/browser.js';
import { ADMIN_KEY, SECRETS_KEY, startTestServer, type TestServer } from '../support/server.js';

let shop: TestServer;
let running: Awaited<ReturnType<typeof startServer>>;
let browser: Browser;
beforeAll(async () => {
  shop = await startTestServer({ demoCustomers: 300 });
  await shop.database.sql`update shop set kind = 'own', name = 'Own shop'`;
  running = await startServer(
    { port: 0, host: '127.0.0.1', dataDir: '', adminKey: ADMIN_KEY, secretsKey: SECRETS_KEY, production: false },
    shop.database,
    shop.operations,
  );
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await running?.close();
  await shop?.close();
});

describe("the desk of a shop's own data", () => {
  it('opens by its link once, shows the customers, and holds the code nowhere', async () => {
    const link = running.makeDeskLink()!;
    const code = new URL(link).hash.slice(1);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const errors: string[] = [];
    const sent: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())}`));
    await page.goto(link);
    await page.locator('#detail-card[state=ready]').waitFor();
    await page.locator('#customers tessera-segment-badge[state=ready]').nth(20).waitFor();
    expect(await page.locator('#shop-name').textContent()).toBe('Own shop');
    expect(page.url()).toBe(`${running.url}/desk`);
    // Addresses and headers, the referrer among them; the body of the one exchange is where it stands.
    expect(sent.filter((each) => each.includes(code))).toEqual([]);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]),
    );
    expect(kept).not.toContain(code);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
    if (process.env.SCREENSHOT !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOT}-open.png` });

    await page.goto(link);
    await page.reload();
    await page.locator('#no-link').waitFor();
    expect(await page.locator('#no-link').textContent()).toContain('This desk opens by a link');
    expect(await page.locator('#workspace').isHidden()).toBe(true);
    expect(await accessibilityViolations(page)).toEqual([]);
    if (process.env.SCREENSHOT !== undefined) await page.screenshot({ path: `${process.env.SCREENSHOT}-used.png` });
    await context.close();
  });
});
