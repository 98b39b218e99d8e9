import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { apiError } from '../../errors.js';
import { toGraphqlError } from './mask-error.js';

/** Brackets inside brackets, of a query or of its variables: a page needs a fifth of it. */
const DEEPEST = 100;
/** Fields, spreads and inline fragments, counted as often as they stand and again for every spread. */
const MOST_SELECTIONS = 1000;

/** Where a string that starts at `start` ends; each character is looked at once, whatever the text is made of. */
function endOfString(text: string, start: number): number {
  if (text.startsWith('"""', start)) {
    let end = text.indexOf('"""', start + 3);
    while (end !== -1 && text[end - 1] === '\\') end = text.indexOf('"""', end + 3);
    return end === -1 ? text.length : end + 2;
  }
  let end = start + 1;
  while (end < text.length && text[end] !== '"' && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
  return end;
}

/** Whether brackets of a document nest deeper than the limit; brackets in strings and comments nest nothing. */
export function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (sign === '"') i = endOfString(text, i);
    else if (sign === '#') while (i < text.length && text[i] !== '\n' && text[i] !== '\r') i++;
    else if ('[{('.includes(sign)) depth++;
    else if (']})'.includes(sign)) depth--;
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Whether a JSON value nests deeper than the limit. A loop, as recursion is what such a value is made to break. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= DEEPEST) return true;
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue;
      for (const child of Object.values(each)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
  return false;
}

/** How many selections a document holds once every spread is written out; no more than one above the limit. */
export function countSelections(document: DocumentNode): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, number>();
  const ofFragment = (name: string): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    // One that spreads itself is refused by the validation.
    sizes.set(name, 0);
    const size = ofSet(fragments.get(name)?.selectionSet);
    sizes.set(name, size);
    return size;
  };
  const ofSet = (set: SelectionSetNode | undefined): number => {
    let count = 0;
    for (const selection of set?.selections ?? []) {
      count += 1;
      count +=
        selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : ofSet(selection.selectionSet);
      if (count > MOST_SELECTIONS) return MOST_SELECTIONS + 1;
    }
    return count;
  };
  let count = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) count += ofSet(definition.selectionSet);
    // Fragments that nobody spreads are validated all the same.
    else if (definition.kind === Kind.FRAGMENT_DEFINITION) count += sizes.has(definition.name.value) ? 0 : 1;
  }
  return Math.min(count, MOST_SELECTIONS + 1);
}

/** Refuses what nests too deep before anything works through it by recursion, and what repeats itself too often. */
export const useDocumentLimits = (): Plugin => ({
  onParams({ params }) {
    const { query, variables, extensions } = params;
    if (typeof query === 'string' && nestsTooDeep(query)) {
      throw toGraphqlError(apiError('QUERY_TOO_COMPLEX', `a query nests at most ${DEEPEST} deep`));
    }
    if (isTooDeep(variables) || isTooDeep(extensions)) {
      throw toGraphqlError(apiError('BAD_USER_INPUT', `variables nest at most ${DEEPEST} deep`));
    }
  },
  onValidate({ params, setResult }) {
    const count = countSelections(params.documentAST as DocumentNode);
    if (count <= MOST_SELECTIONS) return;
    const refused = apiError(
      'QUERY_TOO_COMPLEX',
      `a query holds at most ${MOST_SELECTIONS} fields and fragments, each counted as often as it stands`,
    );
    setResult([toGraphqlError(refused)]);
  },
});
