import { connectProviders } from '../shared/storefront-connection.js';

connectProviders(document);
// Shopify's theme editor puts a section into the page anew whenever a setting changes.
document.addEventListener('shopify:section:load', ({ target }) => connectProviders(target as HTMLElement));
