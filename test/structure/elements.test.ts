import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SAMPLES } from '@tessera/widget/demo/samples.generated.js';
import type { ElementClass } from '@tessera/widget/element.js';
import { Kind, parse } from 'graphql';
import { beforeAll, describe, expect, it, vi } from 'vitest';

/*
 * The third rule of the plan, for elements: every folder is on the list, and a member brings what `element.ts` says.
 * The second half of it is that nobody else names an element.
 */
const widget = fileURLToPath(new URL('../../packages/widget/', import.meta.url));
const folder = `${widget}src/elements`;
const names = readdirSync(folder).sort();
const languages = readdirSync(`${widget}src/texts`)
  .filter((file) => /^[a-z]{2}\.ts$/.test(file))
  .map((file) => file.slice(0, 2));
const textOf = (file: string) => readFileSync(`${widget}${file}`, 'utf8');

let classes: Map<string, ElementClass>;

beforeAll(async () => {
  // The classes are read, not made: no browser is needed for that, but its base class.
  vi.stubGlobal('HTMLElement', class {});
  const { ELEMENTS }: { ELEMENTS: readonly ElementClass[] } = await import('@tessera/widget/elements.js');
  classes = new Map(ELEMENTS.map((element) => [element.tag, element]));
});

/** The one field that a part asks: its name in the answer, and the field of the API. */
function askedBy(file: string): { topic: string; variables: string[] } {
  const [operation] = parse(readFileSync(file, 'utf8')).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${file} begins with no operation`);
  const [field] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD) throw new Error(`${file} asks no field`);
  return {
    topic: field.alias!.value,
    variables: operation.variableDefinitions!.map(({ variable }) => variable.name.value),
  };
}

describe('the list of elements', () => {
  it('has every folder of elements/, and nothing else', () => {
    expect(names.length).toBeGreaterThan(0);
    expect([...classes.keys()].sort()).toEqual(names.map((name) => `tessera-${name}`));
  });

  for (const name of names) {
    it(`${name} brings what a member must bring`, async () => {
      const element = classes.get(`tessera-${name}`)!;
      const source = textOf(`src/elements/${name}/${name}.ts`);
      expect(source).toContain(`@tag ${element.tag}\n`);
      expect(source).toMatch(new RegExp(`interface HTMLElementTagNameMap {\\s+'${element.tag}': `));

      const parts = ['agent', 'shopper'].filter((audience) => existsSync(`${folder}/${name}/${audience}.graphql`));
      const entry = SAMPLES.find((one) => one.name === name);
      if (element.topic === null) {
        expect([parts, entry, existsSync(`${folder}/${name}/${name}.sample.ts`)]).toEqual([[], undefined, false]);
        return;
      }
      expect(parts).toContain('agent');
      for (const audience of parts) {
        const { topic, variables } = askedBy(`${folder}/${name}/${audience}.graphql`);
        expect(topic).toBe(element.topic);
        expect(variables).toContain(element.topic);
      }
      expect(entry!.topic).toBe(element.topic);
      expect(entry!.sample.about).toMatch(/\.$/);
      expect(Boolean(entry!.sample.shopper)).toBe(parts.includes('shopper'));
      expect(entry!.sample.agent('c1', 1)).toMatchObject({ externalId: 'c1' });

      expect(Object.keys(element.texts).length).toBeGreaterThan(0);
      for (const language of languages) {
        const { texts } = (await import(`../../packages/widget/src/texts/${language}.ts`)) as { texts: object };
        expect(Object.keys(texts), language).toEqual(expect.arrayContaining(Object.keys(element.texts)));
      }
    });
  }

  it('no topic and no sentence stands for two elements', () => {
    for (const many of [
      [...classes.values()].flatMap(({ topic }) => topic ?? []),
      [...classes.values()].flatMap(({ texts }) => Object.keys(texts)),
    ]) {
      expect(many.filter((one, index) => many.indexOf(one) !== index)).toEqual([]);
    }
  });

  it('nothing that is there for all elements names one', () => {
    const shared = [
      ...['src/base', 'src/data', 'frameworks'].flatMap((place) =>
        readdirSync(`${widget}${place}`, { recursive: true, encoding: 'utf8' })
          .filter((file) => /\.(ts|graphql)$/.test(file) && !file.includes('.generated.'))
          .map((file) => `${place}/${file}`),
      ),
      ...readdirSync(widget).filter((file) => file.endsWith('.mjs')),
      ...['define', 'define-tags', 'element-properties', 'events'].map((file) => `src/${file}.ts`),
      ...['src/texts/texts.ts', 'demo/gallery.ts', 'demo/gallery-samples.ts'],
    ];
    expect(shared.length).toBeGreaterThan(20);
    // The provider is what the others stand in: the base knows it, and defining begins with it.
    const others = names.filter((name) => name !== 'provider');
    const found = shared.flatMap((file) => {
      const code = textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return others
        .filter((name) => code.includes(`tessera-${name}`) || code.includes(`${name}/`))
        .map((name) => [file, name]);
    });
    expect(found).toEqual([]);
  });
});
