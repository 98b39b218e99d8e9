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

/** As long as a request may take. */
const PATIENCE_MS = 20_000;

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
 * @throws RequestError what `use` throws; when the provider fails, NETWORK or SERVICE_UNAVAILABLE
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
    return await Promise.race([
      provider(),
      new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS, 'no answer')),
    ]);
  } catch (error) {
    provided.delete(provider);
    // It may work the next time: only a server says who has no access. A failed fetch is a TypeError.
    throw new RequestError(error instanceof TypeError ? 'NETWORK' : 'SERVICE_UNAVAILABLE', `no token: ${error}`);
  }
}
