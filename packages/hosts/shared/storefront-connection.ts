import type { TokenProvider } from '@tessera/ui/client/connection.js';
import type { TesseraProvider, TesseraSelectDetail } from '@tessera/widget';
import { fetchToken } from './fetch-token.js';

/** One callback an address: elements with the same callback share one token and one request. */
const tokenProviders = new Map<string, TokenProvider>();

/**
 * Connects the providers that a shop system's page was made with. They say by attributes what only the shop knows:
 * `data-token-url`, an address of the page's own origin that answers `{"token": "…"}` to a POST of a signed-in user;
 * `data-nonce`, WordPress's proof that the request is the user's; and `data-product-url`, where a product is, with
 * `{product}` in the place of its id.
 */
export function connectProviders(root: ParentNode): void {
  for (const provider of root.querySelectorAll<TesseraProvider>('tessera-provider[data-token-url]')) {
    const { tokenUrl, nonce, productUrl } = provider.dataset;
    let tokenProvider = tokenProviders.get(tokenUrl!);
    if (!tokenProvider) {
      const headers = { accept: 'application/json', ...(nonce && { 'x-wp-nonce': nonce }) };
      tokenProvider = () => fetchToken(tokenUrl!, { credentials: 'same-origin', headers });
      tokenProviders.set(tokenUrl!, tokenProvider);
    }
    // The widget's script may come later than this one: what is set before counts.
    provider.tokenProvider = tokenProvider;
    if (productUrl) {
      provider.addEventListener('tessera-select', ({ detail }) => location.assign(addressOf(productUrl, detail)));
    }
  }
}

function addressOf(productUrl: string, { product }: TesseraSelectDetail): string {
  return productUrl.replace('{product}', encodeURIComponent(product));
}
