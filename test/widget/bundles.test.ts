import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as operations from '@tessera/widget/data/operations.generated.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWidget } from './page.js';

/** In KiB, minified and gzipped, with what is Lit's in it. */
const BUDGETS = { 'tessera-badge.js': 10, 'tessera-storefront.js': 16, 'tessera.js': 24 };

const widgetFolder = fileURLToPath(new URL('../../packages/widget/', import.meta.url));
const documentsFolder = `${widgetFolder}src/data/documents`;

let widget: ReturnType<typeof buildWidget>;

beforeAll(() => {
  widget = buildWidget();
});

afterAll(() => widget?.remove());

describe('bundles', () => {
  for (const [file, kibibytes] of Object.entries(BUDGETS)) {
    it(`${file} is at most ${kibibytes} KiB gzipped`, () => {
      expect(gzipSync(widget.read(file), { level: 9 }).length).toBeLessThanOrEqual(kibibytes * 1024);
    });
  }

  it('every published integrity hash is the hash of its file, and every script has one', () => {
    const integrity = JSON.parse(widget.read('integrity.json').toString()) as Record<string, string>;
    const scripts = readdirSync(widget.folder).filter((file) => file.endsWith('.js'));
    expect(Object.keys(integrity).sort()).toEqual(scripts.sort());
    for (const [file, hash] of Object.entries(integrity)) {
      expect(hash).toBe(`sha384-${createHash('sha384').update(widget.read(file)).digest('base64')}`);
    }
  });

  it('the same sources give the same bytes', () => {
    const again = buildWidget();
    for (const file of readdirSync(widget.folder).filter((file) => file.endsWith('.js'))) {
      expect(again.read(file).equals(widget.read(file))).toBe(true);
    }
    again.remove();
  });
});

describe('persisted operations', () => {
  const persisted = JSON.parse(readFileSync(`${widgetFolder}persisted-operations.json`, 'utf8')) as Record<
    string,
    string
  >;

  it('every document of the sources is persisted under the hash that the elements send', () => {
    const texts = readdirSync(documentsFolder).map((file) =>
      readFileSync(`${documentsFolder}/${file}`, 'utf8').replace(/\s+/g, ' ').trim(),
    );
    expect(texts.length).toBeGreaterThan(0);
    expect(
      Object.values(operations)
        .map((hash) => persisted[hash])
        .sort(),
    ).toEqual(texts.sort());
  });

  it('every entry stands under the SHA-256 of its text', () => {
    for (const [hash, text] of Object.entries(persisted)) {
      expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
    }
  });
});
