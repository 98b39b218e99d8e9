import { pageLanguage } from '../format/formats.js';
import { type Connection, withToken } from './connection.js';
import { type ErrorCode, RequestError } from './request-error.js';

/** The SHA-256 of a document that the server has; see `persisted-operations.json`. */
export type Operation = string;

export interface GraphQLAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message?: string; path?: (string | number)[]; extensions?: { code?: string } }[];
}

/** Longer than the slowest answer worth waiting for, shorter than a person's patience. */
const TIMEOUT_MS = 20_000;

/** For answers that carry no code: a proxy's, or an empty one. */
const CODES: Record<number, ErrorCode> = { 200: 'BAD_ANSWER', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' };

/**
 * Asks one document and waits for the answer.
 * @throws RequestError always of this kind; an abort by `signal` also ends in one
 */
export function post(
  connection: Connection,
  operation: Operation,
  variables: Record<string, unknown>,
  signal: AbortSignal,
): Promise<GraphQLAnswer> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return send(connection, operation, variables, until, async (response) => {
    // Whatever is not JSON is told apart by its status.
    const answer: GraphQLAnswer | undefined = await response.json().catch(() => undefined);
    if (response.ok && answer?.data) return answer;
    throw refusal(response, answer);
  });
}

/** The ids, each once. An old library (Prototype.js) has a `toJSON` on all arrays that makes texts of them; these have their own. */
export const distinct = (ids: Iterable<string>): string[] => Object.assign([...new Set(ids)], { toJSON: 0 });

/** What an answer that is no success says. */
export function refusal({ status }: Response, answer: GraphQLAnswer | undefined): RequestError {
  const { message, extensions } = answer?.errors?.[0] ?? {};
  return new RequestError(extensions?.code ?? CODES[status] ?? 'SERVICE_UNAVAILABLE', message ?? `status ${status}`);
}

/** Sends one document and reads the response. @throws RequestError what `read` throws, and NETWORK */
export function send<T>(
  connection: Connection,
  operation: Operation,
  variables: Record<string, unknown>,
  signal: AbortSignal,
  read: (response: Response) => Promise<T>,
  accept = 'application/json',
): Promise<T> {
  const language = pageLanguage();
  return withToken(connection, async (token) => {
    try {
      const response = await fetch(connection.endpoint, {
        method: 'POST',
        headers: {
          accept,
          // Texts of the answer come in the page's language; the browser's own are asked for where it names none.
          ...(language && { 'accept-language': language }),
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: operation } }, variables }),
        referrerPolicy: 'no-referrer',
        signal,
      });
      return await read(response);
    } catch (error) {
      throw error instanceof RequestError ? error : new RequestError('NETWORK', `${error}`);
    }
  });
}
