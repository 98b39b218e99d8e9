import { connectProviders } from '../storefront-connection.js';

connectProviders(document);
