import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROSPECT, type Segmentation } from '@tessera/core/model.js';
import { SEGMENTATIONS } from '@tessera/core/models.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, it } from 'vitest';
import { buyer, featuresOf, prospect } from '../support/shop-data-features.js';
import { english } from '../support/words.js';

const rows = [prospect(), ...Array.from({ length: 12 }, (_, i) => buyer({ netRevenue: 10 * i, orders: 1 + (i % 4) }))];

describe.each(SEGMENTATIONS.map((model) => [model.key, model] as const))('segmentation %s', (_, model) => {
  const fitted = model.fit(featuresOf(rows), model.defaults, seededRandom(1));

  it('has segments with unique kebab-case keys, titles, a sentence and a colour, Prospect last', () => {
    const segments = model.segments(fitted);
    expect(new Set(segments.map(({ key }) => key)).size).toBe(segments.length);
    for (const { key, title, description, color } of segments) {
      expect(key).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      // A title may have a comma: "Frequent Buyers, Lower Spend".
      expect(key).toBe(
        english(title)
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-'),
      );
      expect(english(description)).toMatch(/^[A-Z].*\.$/);
      expect(color).toMatch(/^#[0-9a-f]{6}$/);
    }
    expect(segments.at(-1)).toBe(PROSPECT);
  });

  it('has a Fitted, a summary and explanations that are plain JSON', () => {
    const plain = (value: unknown) => expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    plain(fitted);
    plain(model.summarise(fitted));
    for (let row = 0; row < rows.length; row++) plain(model.explain(fitted, featuresOf(rows), row));
  });

  it('gives the same Fitted for the same rows, options and random numbers', () => {
    expect(model.fit(featuresOf(rows), model.defaults, seededRandom(1))).toEqual(fitted);
  });

  it('puts a Prospect into Prospect and nobody else', () => {
    const { segment } = model.score(fitted, featuresOf(rows));
    const last = model.segments(fitted).length - 1;
    rows.forEach((row, i) => {
      expect(segment[i] === last).toBe(row.orders === 0);
    });
  });
});

it('every segmentation has a key of its own', () => {
  expect(new Set(SEGMENTATIONS.map(({ key }) => key)).size).toBe(SEGMENTATIONS.length);
});

it('every file of segmentation/ that exports a segmentation is on the list', async () => {
  const folder = path.resolve(fileURLToPath(import.meta.url), '../../../packages/core/src/segmentation');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )) {
    const module = (await import(path.join(folder, name))) as Record<string, unknown>;
    const models = Object.values(module).filter(
      (value): value is Segmentation<unknown, unknown> =>
        typeof value === 'object' && value !== null && 'fit' in value && 'segments' in value,
    );
    for (const model of models) expect(SEGMENTATIONS, name).toContain(model);
  }
});
