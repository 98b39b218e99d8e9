import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import type { Plugin } from 'graphql-yoga';
import { z } from 'zod';
import { apiError, UserError } from '../../errors.js';
import { toGraphqlError } from './mask-error.js';

/** Documents by the SHA-256 of their text, in hex: all that credentials of browsers may run. */
export type PersistedOperations = Map<string, string>;

const FILE = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string());

export const operationHash = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Reads the documents of every widget that was released.
 * @throws UserError when the file cannot be used; without a file there are none
 */
export function readPersistedOperations(file: string): PersistedOperations {
  if (!existsSync(file)) return new Map();
  try {
    const entries = Object.entries(FILE.parse(JSON.parse(readFileSync(file, 'utf8'))));
    const wrong = entries.find(([hash, text]) => operationHash(text) !== hash);
    if (wrong !== undefined) throw new Error(`${wrong[0]} is not the hash of its document`);
    return new Map(entries);
  } catch (error) {
    throw new UserError('persisted-operations.json of the widget cannot be used: build the widget again', 1, {
      cause: error,
    });
  }
}

/**
 * Runs what is persisted, by its hash.
 * @param isFreeTextAllowed for keys of servers; without it the text of a persisted document passes as well, as older
 *   widgets send it, and no other
 */
export function usePersisted(operations: PersistedOperations, isFreeTextAllowed: boolean): Plugin[] {
  const takeKnownText: Plugin = {
    onParams({ params, setParams }) {
      if (typeof params.query !== 'string') return;
      const hash = operationHash(params.query);
      if (!operations.has(hash)) return;
      const { query: _, ...rest } = params;
      setParams({ ...rest, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
    },
  };
  const persisted = usePersistedOperations({
    allowArbitraryOperations: isFreeTextAllowed,
    getPersistedOperation: (hash) => operations.get(hash) ?? null,
    customErrors: {
      notFound: () =>
        toGraphqlError(
          apiError('PERSISTED_NOT_FOUND', 'no document is stored under this hash: use that of a released widget'),
        ),
      keyNotFound: () =>
        toGraphqlError(apiError('BAD_REQUEST', 'a request needs a query, or the hash of a persisted document')),
      persistedQueryOnly: () =>
        toGraphqlError(
          apiError('PERSISTED_ONLY', 'this key or token runs persisted documents only: send the hash of one'),
        ),
    },
  }) as Plugin;
  return isFreeTextAllowed ? [persisted] : [takeKnownText, persisted];
}
