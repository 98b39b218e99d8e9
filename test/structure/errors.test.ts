import { describe, expect, it } from 'vitest';
import { codeFiles, importsOf } from './import-graph.js';

describe('errors', () => {
  it('know nothing of GraphQL, and nobody outside of graphql/ does', () => {
    // A build script joins the documents of a page; nothing of it runs in the product.
    const files = codeFiles('packages').filter(
      (file) =>
        !file.startsWith('packages/server/src/graphql/') && !/^packages\/[a-z-]+\/build[a-z-]*\.mjs$/.test(file),
    );
    expect(files).toContain('packages/server/src/errors.ts');
    const wrong = files
      .flatMap((file) => importsOf(file, new Set()))
      .filter(({ specifier }) => /^(graphql|graphql-yoga|@pothos\/.+)(\/|$)/.test(specifier));
    expect(wrong.map(({ from, line, specifier }) => `${from}:${line} imports ${specifier}`)).toEqual([]);
  });
});
