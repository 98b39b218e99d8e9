import { describe, expect, it } from 'vitest';
import { circles, codeFiles, type Import, importGraph } from './import-graph.js';

const files = codeFiles('packages', 'test');
const imports = importGraph(files);

const show = ({ from, to, specifier, line }: Import) => `${from}:${line} imports ${to ?? specifier}`;
const packageOf = (file: string) => /^packages\/([^/]+)\//.exec(file)?.[1] ?? null;

/** Which packages a package may import, beside itself. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'demo-shop': ['core'],
  server: ['core', 'demo-shop'],
  ui: [],
  widget: ['ui'],
  hosts: ['ui', 'widget'],
};

/** The server from its ground up: each line may import itself and what stands in lines before it, no neighbour. */
const SERVER: readonly (readonly string[])[] = [
  ['errors.ts', 'log.ts'],
  ['breadth-limits.ts', 'language.ts', 'whole-characters.ts'],
  ['config.ts'],
  ['db'],
  ['access', 'runs', 'ingest'],
  ['settings', 'filters', 'live'],
  ['scoring'],
  ['caller-errors.ts'],
  ['graphql'],
  ['http'],
  ['containment.ts', 'app.ts'],
  ['cli'],
  ['main.ts'],
];
const roomOf = (file: string) => /^packages\/server\/src\/([^/]+)/.exec(file)?.[1] ?? null;
const heightOf = (room: string) => SERVER.findIndex((line) => line.includes(room));

describe('imports', () => {
  it('make no circle, types included', () => {
    expect(imports.filter(({ to }) => to !== null).length).toBeGreaterThan(1000);
    expect(circles(imports).map((group) => group.join(' > '))).toEqual([]);
  });

  it('lead to a file that is there', () => {
    const lost = imports.filter(
      ({ from, to, specifier }) =>
        to === null &&
        /^(\.|@tessera\/)/.test(specifier) &&
        !specifier.endsWith('.json') &&
        !specifier.endsWith('.generated.js') &&
        // Files that stand beside others once they are built or copied into a shop of their own; the types of neither are checked here.
        !/^packages\/(widget\/frameworks|hosts\/vendure)\/|^test\/hosts\/[a-z-]+-host\//.test(from),
    );
    expect(lost.map(show)).toEqual([]);
  });

  it('of a package point down, by name, and never into a test', () => {
    const wrong = imports.filter(({ from, to, specifier }) => {
      const own = packageOf(from);
      if (own === null || to === null) return false;
      const other = packageOf(to);
      // The widget's build packs the hosts too.
      if (own === other || (from === 'packages/widget/build.mjs' && other === 'hosts')) return false;
      return other === null || !BELOW[own]!.includes(other) || specifier.startsWith('.');
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('of the server go through the door of core', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        packageOf(from) === 'server' && to !== null && packageOf(to) === 'core' && to !== 'packages/core/src/index.ts',
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it('of the server point down', () => {
    const rooms = new Set(files.flatMap((file) => roomOf(file) ?? []));
    expect([...rooms].filter((room) => heightOf(room) < 0)).toEqual([]);
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [roomOf(from), to === null ? null : roomOf(to)];
      return own !== null && other !== null && own !== other && heightOf(other) >= heightOf(own);
    });
    expect(wrong.map(show)).toEqual([]);
  });
});
