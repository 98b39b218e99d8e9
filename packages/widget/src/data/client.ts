import { type ErrorCode, RequestError } from './request-error.js';

/** Gives a fresh token; called when there is none and again when the server refused the last one. */
export type TokenProvider = () => string | Promise<string>;

export interface Connection {
  endpoint: string;
  token: string | undefined;
  tokenProvider: TokenProvider | undefined;
}

export interface GraphQLAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message?: string; path?: (string | number)[]; extensions?: { code?: string } }[];
}

/** Longer than the slowest answer worth waiting for, shorter than a person's patience. */
const TIMEOUT_MS = 20_000;

/** For answers that carry no code: a proxy's, or an empty one. */
const CODES: Record<number, ErrorCode> = { 200: 'BAD_ANSWER', 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' };

const refused = new Set<string | undefined>();
const provided = new WeakMap<TokenProvider, Promise<string>>();

/**
 * Posts one GraphQL document. A refused token is renewed once through the provider.
 * @throws RequestError always of this kind; an abort by `signal` also ends in one
 */
export async function post(
  connection: Connection,
  document: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
): Promise<GraphQLAnswer> {
  const { endpoint, tokenProvider } = connection;
  for (let isRenewed = false; ; isRenewed = true) {
    const promise = currentToken(connection);
    const token = await promise;
    try {
      return await send(endpoint, token, document, variables, signal);
    } catch (error) {
      if (isRenewed || !tokenProvider || (error as RequestError).code !== 'UNAUTHENTICATED') throw error;
      refused.add(token);
      // Another request may have renewed it meanwhile.
      if (provided.get(tokenProvider) === promise) provided.delete(tokenProvider);
    }
  }
}

function currentToken({ token, tokenProvider }: Connection): string | undefined | Promise<string> {
  if (!tokenProvider || (token && !refused.has(token))) return token;
  let promise = provided.get(tokenProvider);
  if (!promise) {
    promise = callProvider(tokenProvider);
    provided.set(tokenProvider, promise);
  }
  return promise;
}

async function callProvider(provider: TokenProvider): Promise<string> {
  try {
    return await provider();
  } catch (error) {
    provided.delete(provider);
    throw new RequestError('UNAUTHENTICATED', `tokenProvider failed: ${error}`);
  }
}

async function send(
  endpoint: string,
  token: string | undefined,
  query: string,
  variables: Record<string, unknown>,
  signal: AbortSignal,
): Promise<GraphQLAnswer> {
  let response: Response;
  let answer: GraphQLAnswer | undefined;
  try {
    response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    // Whatever is not JSON is told apart by its status.
    answer = await response.json().catch(() => undefined);
  } catch (error) {
    throw new RequestError('NETWORK', `${error}`);
  }
  if (response.ok && answer?.data) return answer;
  const { message, extensions } = answer?.errors?.[0] ?? {};
  throw new RequestError(
    extensions?.code ?? CODES[response.status] ?? 'SERVICE_UNAVAILABLE',
    message ?? `status ${response.status}`,
  );
}
