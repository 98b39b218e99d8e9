import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SEGMENTATIONS } from '@tessera/core/models.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import { UserError } from '@tessera/server/errors.js';
import {
  completeSettings,
  parseSegmentationSettings,
  readSegmentationSettings,
  segmentationOptions,
} from '@tessera/server/settings/segmentation.js';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../support/database.js';
import { buyer, featuresOf } from '../../support/shop-data-features.js';
import { allEnglish, english } from '../../support/words.js';

const parse = (settings: object) => parseSegmentationSettings(JSON.stringify({ version: 1, ...settings }));
const lines = (settings: object) => parse(settings).problems.map(({ path: where, text }) => `${where} ${text}`);
const own = (changes: object = {}) => ({
  key: 'fans',
  title: 'Fans',
  description: 'Came back.',
  color: '#2563eb',
  when: { field: 'orders', gte: 2 },
  ...changes,
});
const rest = own({ key: 'rest', title: 'Rest', when: undefined });

describe('segmentation settings', () => {
  it('may be empty but for the version, and then change nothing', () => {
    const settings = parse({});
    expect(settings.problems).toEqual([]);
    expect(segmentationOptions(settings)).toEqual({});
  });

  it('give each segmentation what the file sets, whole thresholds included', () => {
    const settings = parse({
      rfm: { thresholds: { recency: { method: 'fixed', atMost: [30, 90, 180, 365] } }, rules: [own(), rest] },
      value: { weights: { spend: 0.5, frequency: 0.3, orderValue: 0.2 }, cutOffs: { method: 'natural-breaks' } },
      behaviour: { clusterCount: 4, features: ['orders', 'recencyDays'] },
      outliers: { radius: 0.5, minPoints: null },
    });
    expect(settings.problems).toEqual([]);
    const { rules, ...thresholds } = settings.options.rfm!;
    expect(thresholds).toEqual({
      thresholds: {
        recency: { method: 'fixed', atMost: [30, 90, 180, 365] },
        frequency: { method: 'quintile' },
        monetary: { method: 'quintile' },
      },
    });
    expect(rules).toEqual([
      { ...own(), publicLabel: null },
      { ...own({ key: 'rest', title: 'Rest' }), publicLabel: null, when: null },
    ]);
    expect(settings.options.value).toEqual({
      weights: { spend: 0.5, frequency: 0.3, orderValue: 0.2 },
      cutOffs: { method: 'natural-breaks' },
    });
    expect(settings.options.behaviour).toEqual({ clusterCount: 4, features: ['orders', 'recencyDays'] });
    expect(settings.options.outliers).toEqual({ radius: 0.5, minPoints: null });
  });

  it('are options that each model fits with', () => {
    const rows = Array.from({ length: 40 }, (_, i) =>
      buyer({ orders: 1 + (i % 4), netRevenue: 5 * i, recencyDays: i }),
    );
    const options = segmentationOptions(
      parse({ rfm: { rules: [own(), rest] }, behaviour: { clusterCount: 3 }, outliers: { minPoints: 4 } }),
    );
    for (const model of SEGMENTATIONS) {
      const chosen = { ...(model.defaults as object), ...options[model.key] };
      const fitted = model.fit(featuresOf(rows), chosen, seededRandom(1));
      const titles = model.segments(fitted).map(({ title }) => english(title));
      if (model.key === 'rfm') expect(titles).toEqual(['Fans', 'Rest', 'Prospect']);
      if (model.key === 'behaviour') expect(titles).toHaveLength(4);
    }
  });

  it('have a fingerprint of what they set and not of how it is written', () => {
    const one = parseSegmentationSettings(
      '{"version":1,"value":{"frequency":"corrected","cutOffs":{"method":"natural-breaks"}}}',
    );
    const other = parseSegmentationSettings(
      '\uFEFF{ "value": { "cutOffs": {"method": "natural-breaks"},\n "frequency": "corrected" }, "version": 1 }',
    );
    expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(other.fingerprint).toBe(one.fingerprint);
    expect(parse({ value: { frequency: 'corrected' } }).fingerprint).not.toBe(one.fingerprint);
    expect(parse({ rfm: { rules: [own(), rest] } }).fingerprint).not.toBe(
      parse({ rfm: { rules: [own({ title: 'Friends' }), rest] } }).fingerprint,
    );
  });

  it('name every mistake with its place', () => {
    expect(
      lines({
        rfn: {},
        rfm: {
          thresholds: {
            recency: { method: 'fixed', atMost: [1.5, 2, 3, 4] },
            frequency: { method: 'deciles' },
            monetray: {},
          },
          rules: [
            own({ colour: 'red', publicLabel: '' }),
            own({ when: { all: [{ any: [{ field: 'orders', gte: '2' }] }] } }),
          ],
        },
        value: {
          weights: { spend: 0.5, frequency: 0.5, orderValue: 0.5 },
          cutOffs: { method: 'fixed', from: [0.2, 0.1, 0.6, 2] },
        },
        behaviour: { clusterCount: 1, features: ['orders', 'shoeSize'] },
        outliers: { radius: -1, features: ['orders', 'orders'] },
      }).sort(),
    ).toEqual(
      [
        'behaviour.clusterCount is below 2',
        'behaviour.features[1] invalid option: expected one of "recencyDays"|"orders"|"netRevenue"|"tenureDays"|"discountShare"|"returnRate"|"averageOrderValue"|"distinctCategories"',
        'outliers.features names a feature twice',
        'outliers.radius is not above 0',
        'rfm.rules[0].colour is not known here',
        'rfm.rules[0].publicLabel is empty',
        'rfm.rules[1].when.all[0].any[0].gte must be a number',
        'rfm.thresholds.frequency.method needs a known method',
        'rfm.thresholds.monetray is not known here',
        'rfm.thresholds.recency.atMost[0] must be whole days',
        'rfn is not known here',
        'value.cutOffs.from needs four ascending numbers',
        'value.cutOffs.from[3] is not below 1',
        'value.weights must add up to 1',
      ].sort(),
    );
  });

  it.each<[string, object, string]>([
    [
      'bounds out of order',
      { rfm: { thresholds: { monetary: { method: 'fixed', atMost: [5, 4, 6, 7] } } } },
      'rfm.thresholds.monetary.atMost needs four ascending numbers',
    ],
    [
      'three bounds',
      { rfm: { thresholds: { monetary: { method: 'fixed', atMost: [4, 6, 7] } } } },
      'rfm.thresholds.monetary.atMost needs four ascending numbers',
    ],
    [
      'a weight below 0',
      { value: { weights: { spend: 1.2, frequency: -0.2, orderValue: 0 } } },
      'value.weights.frequency is below 0',
    ],
    [
      'least above most',
      { behaviour: { leastClusterCount: 6, mostClusterCount: 4 } },
      'behaviour.leastClusterCount is above mostClusterCount, 4',
    ],
    [
      'least above the most that is the default',
      { behaviour: { leastClusterCount: 12 } },
      'behaviour.leastClusterCount is above mostClusterCount, 10',
    ],
    [
      'a condition of two kinds',
      { rfm: { rules: [own({ when: { all: [], any: [] } }), rest] } },
      'rfm.rules[0].when needs exactly one of all, any and field',
    ],
    [
      'a condition that is a text',
      { rfm: { rules: [own({ when: 'orders >= 2' }), rest] } },
      'rfm.rules[0].when must be an object',
    ],
    [
      'an unknown field',
      { rfm: { rules: [own({ when: { field: 'age', gte: 2 } }), rest] } },
      'rfm.rules[0].when.field "age" is not one of ',
    ],
    [
      'a rule that is never reached',
      { rfm: { rules: [own(), own({ key: 'b', title: 'B', when: { field: 'orders', gte: 3 } }), rest] } },
      'rfm.rules[1].when can never be reached',
    ],
    ['no rule for the rest', { rfm: { rules: [own()] } }, 'rfm.rules[0].when must be null'],
    [
      'the reserved key',
      { rfm: { rules: [own({ key: 'prospect' }), rest] } },
      'rfm.rules[0].key "prospect" (Fans) is reserved',
    ],
    ['another version', { version: 2 }, 'version must be 1, the version of the format'],
  ])('refuse %s', (_, settings, message) => {
    const { problems, options } = parse(settings);
    expect(problems.map(({ path: where, text }) => `${where} ${text}`.slice(0, message.length))).toEqual([message]);
    expect(options).toEqual({});
  });

  it('refuse conditions nested beyond reason instead of overflowing', () => {
    const depth = 5_000;
    const when = `${'{"all":['.repeat(depth)}{"field":"orders","gte":2}${']}'.repeat(depth)}`;
    const text = JSON.stringify({ version: 1, rfm: { rules: [own({ when: 'HERE' }), rest] } }).replace('"HERE"', when);
    const { problems } = parseSegmentationSettings(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.text).toBe('is nested too deeply');
  });

  it.each([['{'], [''], ['[]'], ['null'], ['{"version":1,}']])('refuse %j', (text) => {
    const { problems } = parseSegmentationSettings(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.level).toBe('error');
    expect(problems[0]!.path).toBe('the file');
  });
});

it('every file in the documentation can be used', () => {
  const text = readFileSync(new URL('../../../docs/segmentations.md', import.meta.url), 'utf8');
  const files = [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json]) => json!);
  expect(files).toHaveLength(1);
  for (const each of files) expect(parseSegmentationSettings(each).problems).toEqual([]);
});

describe('the settings in force', () => {
  it('are the defaults without a file, those of the data folder with one, and those of a file that was named', async () => {
    const dataDir = await testFolder();
    expect((await readSegmentationSettings({ dataDir })).options).toEqual({});
    await writeFile(path.join(dataDir, 'tessera.segmentation.json'), '{"version":1,"behaviour":{"clusterCount":4}}');
    expect((await readSegmentationSettings({ dataDir })).options).toEqual({ behaviour: { clusterCount: 4 } });
    const segmentation = path.join(dataDir, 'other.json');
    await writeFile(segmentation, '{"version":1,"behaviour":{"clusterCount":5}}');
    expect((await readSegmentationSettings({ dataDir, segmentation })).options).toEqual({
      behaviour: { clusterCount: 5 },
    });
  });

  it('end with one error that lists every mistake, and for a named file that is not there', async () => {
    const dataDir = await testFolder();
    const segmentation = path.join(dataDir, 'wrong.json');
    await expect(readSegmentationSettings({ dataDir, segmentation })).rejects.toThrow(
      `the segmentation settings ${segmentation} do not exist`,
    );
    await writeFile(segmentation, '{"version":3,"value":{"frequency":"often"}}');
    const refused = readSegmentationSettings({ dataDir, segmentation });
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(
      /wrong\.json cannot be used: version must be 1, the version of the format; value\.frequency .*"corrected"\|"span" \(docs\/segmentations\.md describes them\)$/,
    );
    await mkdir(path.join(dataDir, 'folder'));
    await expect(readSegmentationSettings({ dataDir, segmentation: path.join(dataDir, 'folder') })).rejects.toThrow(
      /cannot be read \(EISDIR\)$/,
    );
  });

  it('read what "span" was called at first, and say what to write', () => {
    const old = parse({ value: { frequency: 'seed000' } });
    expect(old.problems).toEqual([
      { level: 'warning', path: 'value.frequency', text: '"seed000" is called "span" now: write that' },
    ]);
    const now = parse({ value: { frequency: 'span' } });
    expect(now.problems).toEqual([]);
    expect([old.options, old.fingerprint]).toEqual([{ value: { frequency: 'span' } }, now.fingerprint]);
  });

  it('printed in full are a file that says the same', () => {
    for (const settings of [parse({}), parse({ rfm: { rules: [own(), rest] }, behaviour: { clusterCount: 4 } })]) {
      const printed = completeSettings(settings);
      const again = parseSegmentationSettings(JSON.stringify(printed));
      expect(again.problems).toEqual([]);
      expect(completeSettings(again)).toEqual(printed);
    }
    expect(completeSettings(parse({})).rfm).toEqual(allEnglish(rfm.defaults));
  });
});
