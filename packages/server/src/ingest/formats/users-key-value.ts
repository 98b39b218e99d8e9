import type { InputFormat } from '../format.js';
import { type Problem, problem } from '../rows/clean.js';

/** A JSON string, then a colon, then a JSON string or a bare word. */
const PAIR = /"((?:[^"\\]|\\.)*)"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,}]+))/g;
/** `/key/value`; the value may hold slashes itself. */
const PATH = /^\/([^/]+)\/(.*)$/s;

function unescapeJson(text: string): string {
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return text;
  }
}

/**
 * A USERS file: a JSON-like text a row, in which the key `""` repeats and each of its values holds
 * `/key/value`. A JSON parser would keep only the last of them.
 * @returns the pairs by key, or why the text cannot be read
 */
export function parseUsersRow(line: string): Record<string, string> | Problem {
  const row = line.trim();
  if (!row.startsWith('{')) return problem('not-a-user-row', {});
  if (!row.endsWith('}')) return problem('cut-off-user-row', {});
  const cells: Record<string, string> = Object.create(null);
  for (const [, rawKey, quoted, bare] of row.matchAll(PAIR)) {
    const key = unescapeJson(rawKey ?? '').trim();
    const value = quoted === undefined ? (bare ?? '') : unescapeJson(quoted);
    if (key !== '') cells[key] = value;
    else {
      const path = PATH.exec(value);
      if (path === null) return problem('not-a-pair', { text: value.slice(0, 40) });
      cells[path[1]!.trim()] = path[2]!;
    }
  }
  return cells;
}

/** USERS: JSON-like rows with repeated empty keys. */
export const usersKeyValue: InputFormat = {
  key: 'users-key-value',
  title: 'user rows as /key/value pairs',
  entity: 'customers',
  reading: { kind: 'lines', isHeader: (line) => !line.trimStart().startsWith('{'), parse: parseUsersRow },
  recognises: ({ header, text }) =>
    (header.length === 1 || text.trimStart().startsWith('{')) &&
    /\{\s*"{1,2}\s*id\s*"{1,2}\s*:.*"{2,4}\s*:\s*"{1,2}\//.test(text),
};
