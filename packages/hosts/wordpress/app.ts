import { connectProviders } from '../shared/storefront-connection.js';

connectProviders(document);
