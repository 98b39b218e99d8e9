import { shopify } from './shopify/webhooks.js';
import type { WebhookSource } from './source.js';
import { woocommerce } from './woocommerce/webhooks.js';

/** THE LIST of platforms. */
export const WEBHOOK_SOURCES: readonly WebhookSource[] = [shopify, woocommerce];
