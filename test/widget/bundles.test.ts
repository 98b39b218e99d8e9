import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as operations from '@tessera/widget/data/operations.generated.js';
import { SAMPLES } from '@tessera/widget/demo/samples.generated.js';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWidget } from './page.js';

/** In KiB, minified and gzipped, with what is Lit's in it. */
const BUDGETS = { 'tessera-badge.js': 10, 'tessera-storefront.js': 16, 'tessera.js': 24 };

const widgetFolder = fileURLToPath(new URL('../../packages/widget/', import.meta.url));
const elementsFolder = `${widgetFolder}src/elements`;
const schema = buildSchema(readFileSync(`${widgetFolder}../server/schema.graphql`, 'utf8'));

/** Hashes that widgets send which are out there. */
const RELEASED = [
  '5392825b38c7523442326777885052867930e1b3cb9173e1392adaecb1380fa1',
  '68e1f6248dc107fadd9151a0c05797d048008579e69220363cce3739b2dfa86c',
  'd0d6dcca5b734f5e74e2e5dbf67473f8c96e08b3c84caa38a77c6fa6225f8a4b',
  '655bcfe1c1859350c9e28b04c113df731db19278c357ce8c58420cf06af42a26',
  'd5a1b3d7a6d99392276b68920b9800027e29b976af61648fb79b40c48c9676a1',
  '618ba20e86809fa96b2cae6875e1937ab8d3df9cac049a70fca64d8fef0ea811',
  '75c03dbf09ae89cbb1ed3d1c069460d10473b6d08cc6bd52f63cf949db36bec1',
  'cae89b98153b039070bbf72c13da127c8d67c0314b188d283da72f6fcb6abec5',
  'abeca84ef1ee830af2672cea96d154f769f27fb48395ab2de197d50e24ae91bf',
  'e328034ba189fbf86b2f63af9a41663db3195f173c80620bfcc219419809e6a5',
  'd730a86d9eebad48c07ee755d0019c96621b1675342eb7614a8f123a61d94db4',
];

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

  it('every document that the elements send is persisted, and a valid question', () => {
    const { CUSTOMER_LOOKUP, SEGMENT_CHANGES, ...pages } = operations;
    const sent = [
      CUSTOMER_LOOKUP,
      SEGMENT_CHANGES,
      ...Object.values(pages).flatMap(({ agent, shopper }) => [agent[0], shopper[0]]),
    ];
    expect(sent).toHaveLength(6);
    for (const hash of sent) expect(validate(schema, parse(persisted[hash]!))).toEqual([]);
  });

  it('every element asks in the documents of a page', () => {
    for (const [audience, [hash, ...variables]] of Object.entries(operations.PAGE)) {
      const folders = readdirSync(elementsFolder).filter((name) =>
        existsSync(`${elementsFolder}/${name}/${audience}.graphql`),
      );
      const topics = SAMPLES.filter(({ name }) => folders.includes(name)).map(({ topic }) => topic);
      expect(topics.length).toBe(folders.length);
      expect(variables.filter((name) => name !== 'first' && name !== 'segmentation').sort()).toEqual(topics.sort());
      for (const topic of topics) {
        expect(persisted[hash]).toContain(`${topic}: customersByExternalIds(externalIds: $${topic})`);
      }
    }
  });

  it('no document of a released widget is gone', () => {
    expect(Object.keys(persisted)).toEqual(expect.arrayContaining(RELEASED));
  });

  it('every entry stands under the SHA-256 of its text', () => {
    for (const [hash, text] of Object.entries(persisted)) {
      expect(createHash('sha256').update(text).digest('hex')).toBe(hash);
    }
  });
});
