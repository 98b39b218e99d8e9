import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { fixturesFolder, sharedFolder, testWithSet } from './shared.js';

const MIB = 1024 * 1024;

const files = readdirSync(fixturesFolder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(fixturesFolder, path.join(entry.parentPath, entry.name)))
  .sort();

/** In these folders stand copies; whatever else there is, is the project's own. */
const copies = files.filter((file) => /^(data|design|reference)\//.test(file));

describe('the fixtures', () => {
  it('are named in their README, each with its source', () => {
    const readme = readFileSync(path.join(fixturesFolder, 'README.md'), 'utf8');
    // A case is a folder with a page of its own, and the README names the folder of them all.
    const unnamed = files.filter((file) => {
      const named = file.startsWith('cases/') ? 'cases/' : path.basename(file);
      return file !== 'README.md' && !readme.includes(`\`${named}\``);
    });
    expect(unnamed).toEqual([]);
  });

  it('are small: 3 MiB together and 1 MiB a file at most', () => {
    const sizes = files.map((file) => statSync(path.join(fixturesFolder, file)).size);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MIB);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(3 * MIB);
  });

  testWithSet('originals')('are what the folder beside the project has, the contract without its comments', () => {
    expect(copies.length).toBeGreaterThan(0);
    for (const file of copies) {
      const [own, original] = [fixturesFolder, sharedFolder].map((folder) => readFileSync(path.join(folder, file)));
      if (file.endsWith('.graphql')) expect(own!.toString(), file).toBe(`${print(parse(original!.toString()))}\n`);
      else expect(own!.equals(original!), file).toBe(true);
    }
  });
});
