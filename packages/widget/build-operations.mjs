import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Kind, parse, print, visit } from 'graphql';

/** The documents of a page, by who looks. */
const PAGES = { agent: 'TesseraPage', shopper: 'TesseraShopperPage' };

/**
 * Joins what the elements ask (`src/elements/<name>/agent.graphql` and `shopper.graphql`) to a document a page, one for each
 * who looks, and keeps two files: `persisted-operations.json`, the texts by their SHA-256 that the server answers to
 * browsers, and `src/data/operations.generated.ts`, what the elements send. An entry of the first is never taken out: pages
 * with an older script go on asking by its hashes.
 * @returns the topic of each element by the name of its folder
 */
export function writeOperations(packageFolder) {
  const source = path.join(packageFolder, 'src');
  const parts = readParts(path.join(source, 'elements'));
  const shared = graphqlFiles(path.join(source, 'data/fragments')).flatMap(({ document }) => document.definitions);
  const fragments = [...shared, ...parts.flatMap(({ document }) => document.definitions)].filter(
    ({ kind }) => kind === Kind.FRAGMENT_DEFINITION,
  );

  const texts = [];
  const persist = (document) => {
    const text = print(document).replace(/\s+/g, ' ').trim();
    texts.push(text);
    return hashOf(text);
  };
  const ask = (name, asked) => {
    const operation = joined(
      name,
      asked.map(({ operation }) => operation),
    );
    const variables = operation.variableDefinitions.map(({ variable }) => variable.name.value);
    return [persist(withFragments(operation, fragments)), ...variables];
  };

  const constants = { PAGE: {} };
  for (const [audience, name] of Object.entries(PAGES)) {
    const asked = parts.filter((part) => part.audience === audience);
    constants.PAGE[audience] = ask(name, asked);
    // A part that has a name of our documents is also asked alone.
    for (const part of asked.filter(({ operation }) => operation.name.value.startsWith('Tessera'))) {
      const constant = constantOf(part.element);
      constants[constant] ??= {};
      constants[constant][audience] = ask(part.operation.name.value, [part]);
    }
  }
  for (const { name, document } of graphqlFiles(path.join(source, 'data/documents'))) {
    constants[constantOf(name)] = persist(document);
  }

  const persistedFile = path.join(packageFolder, 'persisted-operations.json');
  const persisted = existsSync(persistedFile) ? JSON.parse(readFileSync(persistedFile, 'utf8')) : {};
  for (const text of texts) persisted[hashOf(text)] = text;
  writeWhenOther(persistedFile, `${JSON.stringify(persisted, null, 2)}\n`);

  const topics = [...new Set(parts.map(({ topic }) => topic))].sort();
  const lines = [
    '// Written by the build from the .graphql files.',
    '',
    "/** What an element shows of its customer; each is a root field and a variable of the page's document. */",
    'export type Topic =',
    `${topics.map((topic) => `  | '${topic}'`).join('\n')};`,
    '',
    '/** Hashes of documents, each with the variables of its document. */',
    ...Object.keys(constants)
      .sort()
      .map((name) => `export const ${name} = ${literal(constants[name])};`),
  ];
  writeWhenOther(path.join(source, 'data/operations.generated.ts'), `${lines.join('\n')}\n`);
  return Object.fromEntries(parts.map(({ element, topic }) => [element, topic]));
}

/** One for each element and each who looks; an element's folder has the files of those who see it. */
function readParts(elements) {
  return readdirSync(elements)
    .sort()
    .flatMap((element) =>
      graphqlFiles(path.join(elements, element)).map(({ name: audience, file, document }) => {
        if (!PAGES[audience]) throw new Error(`${file}: a part is called ${Object.keys(PAGES).join(' or ')}.graphql`);
        const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
        const [field, ...others] = operations.flatMap(({ selectionSet }) => selectionSet.selections);
        if (operations.length !== 1 || others.length > 0 || !field.alias) {
          throw new Error(`${file}: a part asks one field, under the element's topic`);
        }
        return { element, audience, document, operation: operations[0], topic: field.alias.value };
      }),
    );
}

/** One operation with the fields and variables of all. */
function joined(name, operations) {
  const variables = new Map(
    operations.flatMap(({ variableDefinitions }) =>
      variableDefinitions.map((definition) => [definition.variable.name.value, definition]),
    ),
  );
  return {
    ...operations[0],
    name: { kind: Kind.NAME, value: name },
    variableDefinitions: [...variables.values()],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: operations.flatMap(({ selectionSet }) => selectionSet.selections),
    },
  };
}

/** The operation with the fragments that it spreads, and those that they spread. */
function withFragments(operation, fragments) {
  const definitions = [operation];
  for (const definition of definitions) {
    visit(definition, {
      FragmentSpread({ name }) {
        const fragment = fragments.find((one) => one.name.value === name.value);
        if (!fragment) throw new Error(`no .graphql file has the fragment ${name.value}`);
        if (!definitions.includes(fragment)) definitions.push(fragment);
      },
    });
  }
  return { kind: Kind.DOCUMENT, definitions };
}

function graphqlFiles(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      return { name: name.replace('.graphql', ''), file, document: parse(readFileSync(file, 'utf8')) };
    });
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** `segment-badge` is `SEGMENT_BADGE`. */
function constantOf(name) {
  return name.replaceAll('-', '_').toUpperCase();
}

function literal(constant) {
  if (typeof constant === 'string') return `'${constant}'`;
  const lines = Object.entries(constant).map(
    ([audience, [hash, ...variables]]) =>
      `  ${audience}: [\n${[hash, ...variables].map((text) => `    '${text}',\n`).join('')}  ],\n`,
  );
  return `{\n${lines.join('')}} as const`;
}

/** Leaves a file alone that is as it should be: several builds may run at once. */
export function writeWhenOther(file, content) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeFileSync(file, content);
}
