import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FORMATS } from '@tessera/server/ingest/formats.js';
import { describe, expect, it } from 'vitest';
import { codeFiles, importsOf, root } from './import-graph.js';

/** A list, the folders that its members stand in, and which of their files are members. */
interface List {
  readonly list: string;
  readonly folders: readonly string[];
  readonly members: RegExp;
}

const SERVER = 'packages/server/src';

/*
 * Whether a member of a list is on it by what it exports is held where its contract is tested (models, formats). Here stands
 * what every list has in common: a file of its folders that nobody names is no member, and works for nobody.
 */
const LISTS: readonly List[] = [
  {
    list: 'packages/core/src/models.ts',
    folders: ['packages/core/src/segmentation'],
    // A segmentation is called as its folder: rules/ and quality/ serve them all.
    members: /\/([a-z-]+)\/\1\.ts$/,
  },
  {
    list: `${SERVER}/ingest/formats.ts`,
    folders: [`${SERVER}/ingest/formats`, `${SERVER}/ingest/platforms`],
    members: /\/formats\/[^/]+\.ts$|-export\.ts$/,
  },
  {
    list: `${SERVER}/ingest/platforms/sources.ts`,
    folders: [`${SERVER}/ingest/platforms`],
    members: /\/webhooks\.ts$/,
  },
  {
    list: `${SERVER}/db/tables.ts`,
    folders: [`${SERVER}/db/tables`],
    members: /\/(?!columns\.ts)[^/]+\.ts$/,
  },
  {
    list: `${SERVER}/http/routes.ts`,
    folders: [`${SERVER}/http/routes`],
    // That of GraphQL is made once, with what it answers from.
    members: /\/routes\/(?!graphql\.ts)[^/]+\.ts$/,
  },
  {
    list: `${SERVER}/cli/commands.ts`,
    folders: [`${SERVER}/cli`],
    members: /\/(?!commands?\.ts|progress-line\.ts)[^/]+\.ts$/,
  },
  {
    list: 'packages/widget/src/elements.ts',
    folders: ['packages/widget/src/elements'],
    members: /\/([a-z-]+)\/\1\.ts$/,
  },
  {
    list: 'packages/widget/src/texts/languages.ts',
    folders: ['packages/widget/src/texts'],
    members: /\/[a-z]{2}\.ts$/,
  },
];

describe('a list', () => {
  it.each(LISTS)('$list names every member', ({ list, folders, members }) => {
    const files = new Set(codeFiles(...folders));
    const named = new Set(importsOf(list, new Set([...files, list])).map(({ to }) => to));
    const found = [...files].filter((file) => members.test(file));
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter((file) => !named.has(file))).toEqual([]);
  });

  it('of the API names every type: what the schema does not reach is answered to nobody', () => {
    const start = `${SERVER}/graphql/schema.ts`;
    const files = new Set(codeFiles(`${SERVER}/graphql`));
    const reached = new Set<string>();
    const follow = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { to } of importsOf(file, files)) if (to !== null) follow(to);
    };
    follow(start);
    const topics = [...files].filter((file) => /\/graphql\/[a-z]+\//.test(file) && !/\/(plugins|paging)\//.test(file));
    expect(topics.length).toBeGreaterThan(20);
    expect(topics.filter((file) => !reached.has(file))).toEqual([]);
  });

  it('of formats is the table of the docs', () => {
    const text = readFileSync(path.join(root, 'docs/data-formats.md'), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('| `'));
    const told = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, key]) => key!));
    expect(told.sort()).toEqual(FORMATS.map(({ key }) => key).sort());
  });

  it('of hosts names every folder of hosts/', async () => {
    const { HOSTS } = (await import(path.join(root, 'packages/hosts/hosts.mjs'))) as {
      HOSTS: Readonly<Record<string, object>>;
    };
    const folders = readdirSync(path.join(root, 'packages/hosts'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^(node_modules|shared)$/.test(entry.name))
      .map(({ name }) => name);
    expect(folders.sort()).toEqual(Object.keys(HOSTS).sort());
  });
});

// Features (core's list, `db/queries/features/`), elements and reasons (`core/words/`) have tests of their own beside this one.
