import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether a body is signed with one of the secrets: base64 of its HMAC-SHA256, as Shopify and WooCommerce send it. The
 * texts are compared, as base64 has several spellings of the same bytes, and all secrets are tried in the same time.
 */
export function isSigned(body: Buffer, signature: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(signature);
  let matches = false;
  for (const secret of secrets) {
    const expected = Buffer.from(createHmac('sha256', secret).update(body).digest('base64'));
    if (given.length === expected.length && timingSafeEqual(given, expected)) matches = true;
  }
  return matches;
}
