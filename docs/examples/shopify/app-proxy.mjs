// Answers the Tessera token of the customer who is signed in to a Shopify storefront. Shopify's app proxy forwards
// https://SHOP/apps/tessera/token to here and signs who asks. Nothing but Node's own modules; keep it behind TLS.
//
//   SHOPIFY_SHOP=shop.myshopify.com SHOPIFY_SECRET=... TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=cs_... node app-proxy.mjs 8080
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const LIFETIME_SECONDS = 10 * 60;
/** How old Shopify's signature may be. */
const FRESH_SECONDS = 60;
const NAMES = 'logged_in_customer_id path_prefix shop signature timestamp';

/** Shopify's signature of a query: every name with its values, sorted, with nothing in between. */
export function signatureOf(query, secret) {
  const names = [...new Set(query.keys())].filter((name) => name !== 'signature');
  const signed = names.map((name) => `${name}=${query.getAll(name).join(',')}`).sort();
  return createHmac('sha256', secret).update(signed.join('')).digest('hex');
}

/**
 * Who asks, by Shopify's word. With nothing in between, "a=1" and "b=2" are signed like "a" with the value "1b=2": a customer
 * could add parameters of their own and read the signature as one of somebody else. So there may be Shopify's own and no other,
 * each once, and none with an equals sign.
 * @param query URLSearchParams of the forwarded request
 * @returns the customer's id, "" for a guest, null for whatever Shopify did not sign just now
 */
export function customerOf(query, { shop, secret }, now = Date.now()) {
  if ([...query.keys()].sort().join(' ') !== NAMES || [...query.values()].some((value) => value.includes('=')))
    return null;
  const wanted = Buffer.from(signatureOf(query, secret));
  const given = Buffer.from(query.get('signature'));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  if (!(Math.abs(now / 1000 - Number(query.get('timestamp'))) <= FRESH_SECONDS) || query.get('shop') !== shop)
    return null;
  const customer = query.get('logged_in_customer_id');
  return /^\d*$/.test(customer) ? customer : null;
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signCustomerToken(customer, { keyId, signingSecret }) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', typ: 'customer+jwt', kid: keyId };
  const claims = { aud: 'tessera', sub: customer, iat: now, exp: now + LIFETIME_SECONDS };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', signingSecret).update(signed).digest('base64url')}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { SHOPIFY_SHOP, SHOPIFY_SECRET, TESSERA_KEY_ID, TESSERA_SIGNING_SECRET } = process.env;
  const settings = {
    shop: SHOPIFY_SHOP,
    secret: SHOPIFY_SECRET,
    keyId: TESSERA_KEY_ID,
    signingSecret: TESSERA_SIGNING_SECRET,
  };
  for (const [name, value] of Object.entries(settings)) if (!value) throw new Error(`${name} is not set`);
  const server = createServer((request, response) => {
    const answer = (status, token) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ token }));
    };
    // Such as `//`, which anybody can send.
    if (!URL.canParse(request.url, 'http://localhost')) return answer(400, null);
    const customer = customerOf(new URL(request.url, 'http://localhost').searchParams, settings);
    if (customer) answer(200, signCustomerToken(customer, settings));
    else answer(401, null);
  });
  server.listen(Number(process.argv[2] ?? 8080), () => console.log(`listening on ${server.address().port}`));
}
