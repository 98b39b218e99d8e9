import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CHAPTERS } from '@tessera/widget/demo/gallery-samples.js';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityViolations, launchBrowser } from '../../support/browser.js';
import { buildWidget, STRICT_POLICY } from '../page.js';

/**
 * A pixel counts as other when one of its channels differs by more than this: what smoothing of letters may do from one
 * build of the browser to the next.
 */
const CHANNEL_TOLERANCE = 40;
/** Share of such pixels that is still the same picture. */
const PIXEL_TOLERANCE = 0.004;

/** The same encoder writes both, and the baselines stay small. */
const JPEG = { type: 'jpeg', quality: 60 } as const;

/** Written anew with UPDATE_SCREENSHOTS=1; look at each before it is committed. */
const baselines = fileURLToPath(new URL('./screenshots/', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The same letters on every machine, whatever fonts it has, and Arabic ones where it has none. */
const FONTS = ['noto-sans-latin', 'noto-sans-arabic-arabic'].flatMap((name) =>
  [400, 600, 700].map((weight) => ({ weight, file: `${name}-${weight}-normal.woff2` })),
);
const fontSheet = `${FONTS.map(
  ({ weight, file }) => `@font-face {
    font-family: ${file.includes('arabic') ? 'Arabic' : 'Latin'};
    font-weight: ${weight};
    src: url(/fonts/${file});
  }`,
).join('\n')}
body { font-family: Latin, Arabic !important; }`;
const fontFolder = (file: string) =>
  path.join(root, `node_modules/@fontsource/${file.includes('arabic') ? 'noto-sans-arabic' : 'noto-sans'}/files`);

let widget: ReturnType<typeof buildWidget>;
let browser: Browser;
let server: Server;

beforeAll(async () => {
  widget = buildWidget();
  browser = await launchBrowser();
  server = createServer((request, response) => {
    const url = request.url!.split('?')[0]!;
    const file =
      url === '/gallery' ? 'demo/gallery.html' : url.replace('/widget/', '').replace('/demo/assets/', 'demo/');
    const type = TYPES[path.extname(file)] ?? 'text/html; charset=utf-8';
    const policy = `${STRICT_POLICY}; img-src 'self'; font-src 'self'`;
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
    const font = FONTS.find((font) => url === `/fonts/${font.file}`);
    if (font) response.end(readFileSync(path.join(fontFolder(font.file), font.file)));
    else response.end(file === 'demo/gallery.css' ? `${widget.read(file)}${fontSheet}` : widget.read(file));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  widget?.remove();
});

async function openGallery(query = '', width = 1100): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
    colorScheme: 'light',
  });
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/gallery${query}`);
  const sampleCount = CHAPTERS.reduce((sum, { samples }) => sum + samples.length, 0) * 2;
  await page
    .locator('.ground [state]')
    .nth(sampleCount - 1)
    .waitFor({ state: 'attached' });
  await page.evaluate(() => document.fonts.ready);
  return { page, errors };
}

describe('gallery', () => {
  it('shows every sample in the state that its title names, light and dark, without an error', async () => {
    const { page, errors } = await openGallery();
    for (const { id, samples } of CHAPTERS) {
      const states = await page
        .locator(`#${id} .ground tessera-provider > :not(slot)`)
        .evaluateAll((elements) => elements.map((element) => element.getAttribute('state')));
      expect(states).toEqual(samples.flatMap(({ answer }) => [answer, answer]));
    }
    expect(errors).toEqual([]);
    await page.close();
  });

  it('has no accessibility violation', async () => {
    const { page } = await openGallery();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.close();
  });

  for (const { id, title } of CHAPTERS) {
    it(`${title.toLowerCase()} looks as it did`, async () => {
      const { page } = await openGallery();
      const chapter = page.locator(`#${id}`);
      // Alone on the page: what stands above it would move it by parts of a pixel.
      await chapter.evaluate((element) => element.parentElement!.replaceChildren(element));
      await expectSamePicture(`${id}.jpg`, await chapter.screenshot(JPEG));
      await page.close();
    });
  }

  it('the card on a phone looks as it did', async () => {
    const { page } = await openGallery('', 390);
    const card = page.locator('#customer-card .sample').first();
    await expectSamePicture('customer-card-phone.jpg', await card.screenshot(JPEG));
    await page.close();
  });

  it('the card of a right-to-left page looks as it did', async () => {
    const { page } = await openGallery('?lang=ar');
    await page.getByText('صافي الإيرادات').first().waitFor();
    const card = page.locator('#customer-card .sample').first();
    await expectSamePicture('customer-card-rtl.jpg', await card.screenshot(JPEG));
    await page.close();
  });
});

async function expectSamePicture(name: string, picture: Buffer): Promise<void> {
  const file = path.join(baselines, name);
  const share = existsSync(file) ? await shareOfOtherPixels(readFileSync(file), picture) : 1;
  if (process.env.UPDATE_SCREENSHOTS === '1') {
    // A picture that still passes stays: no two browsers draw the same bytes.
    if (share <= PIXEL_TOLERANCE) return;
    mkdirSync(baselines, { recursive: true });
    writeFileSync(file, picture);
    return;
  }
  if (!existsSync(file)) throw new Error(`${name} has no baseline: run with UPDATE_SCREENSHOTS=1`);
  expect(share).toBeLessThanOrEqual(PIXEL_TOLERANCE);
}

async function shareOfOtherPixels(before: Buffer, after: Buffer): Promise<number> {
  const page = await browser.newPage();
  const share = await page.evaluate(otherPixels, {
    pictures: [before, after].map((image) => `data:image/jpeg;base64,${image.toString('base64')}`),
    tolerance: CHANNEL_TOLERANCE,
  });
  await page.close();
  return share;
}

/** Share of the pixels that differ; 1 where the sizes do. Runs in a page. */
async function otherPixels({ pictures, tolerance }: { pictures: string[]; tolerance: number }): Promise<number> {
  const [before, after] = await Promise.all(
    pictures.map(async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      canvas.drawImage(image, 0, 0);
      return canvas.getImageData(0, 0, image.width, image.height);
    }),
  );
  if (before!.width !== after!.width || before!.height !== after!.height) return 1;
  let others = 0;
  for (let index = 0; index < before!.data.length; index += 4) {
    const isOther = [0, 1, 2].some(
      (channel) => Math.abs(before!.data[index + channel]! - after!.data[index + channel]!) > tolerance,
    );
    if (isOther) others++;
  }
  return others / (before!.data.length / 4);
}
