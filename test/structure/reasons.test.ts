import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { codeFiles, importsOf, parse, root, textOf } from './import-graph.js';

/*
 * The fifth rule of the plan: a reason is a kind with its values, and a sentence is made of it in `core/words/<language>` when
 * somebody reads it. So a sentence anywhere else in core is one that no other language has.
 */
const CORE = codeFiles('packages/core/src').filter((file) => !file.startsWith('packages/core/src/words/'));

/** Written for whoever writes a settings file, and so in English as the names of its fields are. */
const CHECKS = /-check\.ts$/;
/** Documents a feature for the schema and for who reads the list. */
const DOCUMENTS_A_FEATURE = ['doc', 'missing', 'unit'];

/** Whether a text, whose holes are `\0`, has words beside each other. */
const isSentence = (text: string) => /[\p{L}\p{N}\0][,;:.]?\s+[\p{L}\p{N}\0]/u.test(text) && /\p{L}{2}/u.test(text);

function textIn(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('\0');
  return undefined;
}

const holders = (node: ts.Node): ts.Node[] => (node.parent === undefined ? [] : [node.parent, ...holders(node.parent)]);

/** A text of an error that core throws, or of what a feature is documented by. */
function isForProgrammers(node: ts.Node, file: string): boolean {
  return holders(node).some(
    (holder) =>
      (ts.isNewExpression(holder) && /Error$/.test(holder.expression.getText())) ||
      ts.isTypeNode(holder) ||
      (file.endsWith('/features.ts') &&
        ts.isPropertyAssignment(holder) &&
        DOCUMENTS_A_FEATURE.includes(holder.name.getText())),
  );
}

/** The sentences for people in a file of code, each with its line. */
function sentencesIn(file: string, text = textOf(file)): string[] {
  const source = parse(file, text);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const written = textIn(node);
    if (written !== undefined && isSentence(written) && !isForProgrammers(node, file)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push(`${file}:${line} ${written.replaceAll('\0', '...')}`);
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

describe('a sentence', () => {
  it('is found where it is written', () => {
    const quoted = (template: string) => `\`${template.replace('{', '${')}\``;
    const found = (text: string) => sentencesIn('packages/core/src/model.ts', text).length;
    expect(found("const reason = 'spends more than most';")).toBe(1);
    expect(found(`const reason = ${quoted('spent {amount} so far')};`)).toBe(1);
    expect(found(`const reason = ${quoted('{orders} orders')};`)).toBe(1);
    expect(found("throw new InvalidInputError('wants one row or more');")).toBe(0);
    expect(found(`const kind = 'monetary-score'; const key = ${quoted('rfm:{name}')};`)).toBe(0);
  });

  it('stands in the words of a language, and nowhere else in core', () => {
    const files = CORE.filter((file) => !CHECKS.test(file));
    expect(files.length).toBeGreaterThan(60);
    expect(files.flatMap((file) => sentencesIn(file))).toEqual([]);
  });

  it('stands in no shipped playbook: an action is worded by its key', () => {
    const file = 'packages/core/src/recommendations/default-playbook.json';
    const { actions } = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as { actions: object[] };
    expect(actions.length).toBeGreaterThan(10);
    const texts = actions.flatMap((action) => JSON.stringify(action).match(/"(?:[^"\\]|\\.)*"/g) ?? []);
    expect(texts.map((text) => JSON.parse(text) as string).filter(isSentence)).toEqual([]);
  });
});

describe('words', () => {
  it('are made where somebody reads them, and never on the way there', () => {
    const below = ['db', 'runs', 'filters', 'live', 'access', 'scoring'].map((room) => `packages/server/src/${room}`);
    // A preview is read at once: whoever asks for it hands the words in. The quarantine keeps an English text beside the kind.
    const files = codeFiles(...below).filter(
      (file) =>
        file !== 'packages/server/src/scoring/preview.ts' &&
        !file.startsWith('packages/server/src/db/queries/imports/'),
    );
    expect(files.length).toBeGreaterThan(80);
    const speaking = files.filter((file) => /\bwordsIn\b/.test(textOf(file)));
    expect(speaking).toEqual([]);
  });

  it('of a language are read by the file that chooses the language, and by nobody else', () => {
    const files = codeFiles('packages');
    const known = new Set(files);
    const others = files
      .filter((file) => !file.startsWith('packages/core/src/words/'))
      .flatMap((file) => importsOf(file, known))
      .filter(({ to }) => to !== null && /^packages\/core\/src\/words\/[a-z]{2}(\.ts|\/)/.test(to));
    expect(others.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});
