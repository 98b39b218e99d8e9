import { RequestError } from './request-error.js';

/** Gives a fresh token; called when there is none and again when the server refused the last one. */
export type TokenProvider = () => string | Promise<string>;

export interface Connection {
  endpoint: string;
  token: string | undefined;
  tokenProvider: TokenProvider | undefined;
}

const refused = new Set<string | undefined>();
const provided = new WeakMap<TokenProvider, Promise<string>>();
const providerNumbers = new WeakMap<TokenProvider, number>();
let providerCount = 0;

/** Equal for connections that may share a request. */
export function connectionKey({ endpoint, token, tokenProvider }: Connection): string {
  // With the same token any callback will do: frameworks make a new one for every badge.
  if (token || !tokenProvider) return `${endpoint}\n${tokenProvider ? 1 : 0}\n${token}`;
  let number = providerNumbers.get(tokenProvider);
  if (!number) {
    number = ++providerCount;
    providerNumbers.set(tokenProvider, number);
  }
  return `${endpoint}\n${number}`;
}

/**
 * Does something with a token. A refused token is renewed once through the provider.
 * @throws RequestError what `use` throws, and UNAUTHENTICATED when the provider fails
 */
export async function withToken<T>(
  { token: given, tokenProvider }: Connection,
  use: (token: string | undefined) => Promise<T>,
): Promise<T> {
  for (let isRenewed = false; ; isRenewed = true) {
    const promise = !tokenProvider || (given && !refused.has(given)) ? given : fromProvider(tokenProvider);
    const token = await promise;
    try {
      return await use(token);
    } catch (error) {
      if (isRenewed || !tokenProvider || (error as RequestError).code !== 'UNAUTHENTICATED') throw error;
      refused.add(token);
      // Another request may have renewed it meanwhile.
      if (provided.get(tokenProvider) === promise) provided.delete(tokenProvider);
    }
  }
}

function fromProvider(provider: TokenProvider): Promise<string> {
  let promise = provided.get(provider);
  if (!promise) {
    promise = callProvider(provider);
    provided.set(provider, promise);
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
