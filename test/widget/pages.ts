import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser } from '../support/browser.js';
import { buildWidget, type OpenPage, openPage, type PageOptions, type PageServer, startPageServer } from './page.js';

/** Pages with the widget for the tests of a file. After each test its pages are closed, and none may have been damaged. */
export function usePages(): {
  open(body: string, options?: PageOptions): Promise<OpenPage>;
  readonly server: PageServer;
} {
  let widget: ReturnType<typeof buildWidget> | undefined;
  let browser: Browser | undefined;
  let server: PageServer | undefined;
  const opened: OpenPage[] = [];

  beforeAll(async () => {
    widget = buildWidget();
    server = await startPageServer(widget.folder);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    widget?.remove();
  });

  afterEach(async () => {
    for (const { damage, page } of opened.splice(0)) {
      const found = await damage();
      await page.context().close();
      expect(found).toEqual([]);
    }
  });

  return {
    async open(body, options) {
      const page = await openPage(browser!, server!, body, options);
      opened.push(page);
      return page;
    },
    get server() {
      return server!;
    },
  };
}
