import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeFiles, importGraph, PACKAGES, root } from './import-graph.js';

const MOST_FILES = 20;
/** Folders that grow by one small file a member. */
const LISTS_OF_FILES = /\/(formats|words|texts|migrations|locales|translations|screenshots|reference|data)$/;

/** All folders with code below some, and the files in each. */
function foldersOf(...folders: string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of codeFiles(...folders)) {
    const folder = path.posix.dirname(file);
    found.set(folder, [...(found.get(folder) ?? []), file]);
  }
  return found;
}

describe('a folder', () => {
  it(`of code holds at most ${MOST_FILES} files`, () => {
    const folders = [...foldersOf('packages', 'test', 'scripts')];
    expect(folders.length).toBeGreaterThan(50);
    const full = folders.filter(
      ([folder]) =>
        !LISTS_OF_FILES.test(folder) &&
        readdirSync(path.join(root, folder), { withFileTypes: true }).filter((entry) => entry.isFile()).length >
          MOST_FILES,
    );
    expect(full.map(([folder]) => folder)).toEqual([]);
  });

  it('of tests is called as the folder that it tests', () => {
    const packages = PACKAGES.map((name) => `test/${name}`).filter((folder) => existsSync(path.join(root, folder)));
    expect(packages.length).toBe(PACKAGES.length - 1);
    const strangers = [...foldersOf(...packages)].filter(([folder, files]) => {
      if (!files.some((file) => /\.(test|long)\.ts$/.test(file))) return false;
      const [, name, ...rest] = folder.split('/');
      return !['src', '.'].some((base) => existsSync(path.join(root, 'packages', name!, base, ...rest)));
    });
    expect(strangers.map(([folder]) => folder)).toEqual([]);
  });

  it('beside those of the packages is one of these', () => {
    const known = ['support', 'fixtures', 'structure', 'e2e', 'bench', 'faults'];
    const folders = readdirSync(path.join(root, 'test'));
    expect(folders.filter((name) => !known.includes(name) && !(PACKAGES as readonly string[]).includes(name))).toEqual(
      [],
    );
  });
});

describe('a test', () => {
  it('imports packages by name', () => {
    const imports = importGraph(codeFiles('test'));
    const byPath = imports.filter(
      // Lists of a build, which are no part of a package.
      ({ specifier }) => /^\.\..*packages\//.test(specifier) && !specifier.endsWith('.mjs'),
    );
    expect(byPath.map(({ from, line, specifier }) => `${from}:${line} ${specifier}`)).toEqual([]);
  });
});
