import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { codeFiles, importsOf, parse, textOf } from './import-graph.js';

const outside = codeFiles('packages').filter((file) => !file.startsWith('packages/server/src/db/'));

/** What a client of the database is called here; a template tagged by one is SQL. */
const CLIENT = /^(sql|reader|transaction|tx|connection|reserved|session)$/;

/** Statements in a file: tagged templates of a client, and texts given to it as they are. */
function statementsIn(file: string, text = textOf(file)): string[] {
  if (!/(`|\.unsafe\()/.test(text)) return [];
  const source = parse(file, text);
  const found: string[] = [];
  const nameOf = (node: ts.Expression): string =>
    ts.isPropertyAccessExpression(node) ? node.name.text : ts.isIdentifier(node) ? node.text : '';
  const visit = (node: ts.Node): void => {
    const isTagged = ts.isTaggedTemplateExpression(node) && CLIENT.test(nameOf(node.tag));
    const isUnsafe = ts.isCallExpression(node) && nameOf(node.expression) === 'unsafe';
    if (isTagged || isUnsafe) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push(`${file}:${line}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('SQL', () => {
  it('stands in db/ only', () => {
    expect(outside.length).toBeGreaterThan(100);
    expect(outside.flatMap((file) => statementsIn(file))).toEqual([]);
  });

  it('is built by nobody outside of db/ from parts of a query builder', () => {
    const known = new Set<string>();
    const drivers = outside.flatMap((file) =>
      importsOf(file, known).filter(({ specifier }) => /^(drizzle-orm|postgres)(\/|$)/.test(specifier)),
    );
    expect(drivers.map(({ from, line }) => `${from}:${line}`)).toEqual([]);
  });

  it('reads which run is the current one in one place', () => {
    const readers = codeFiles('packages/server/src').filter(
      // The tables declare the column, and publishing a run writes it.
      (file) => !file.includes('/db/tables') && /(?<!set )current_run_id/.test(textOf(file)),
    );
    expect(readers).toEqual(['packages/server/src/db/queries/runs/current-run.ts']);
  });
});
