// Signs Tessera's short tokens with nothing but Node's own modules. Runs on your server, never in a page.
//
//   TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=cs_... node sign-token.mjs customer CUSTOMER_ID
//   TESSERA_KEY_ID=key_... TESSERA_SIGNING_SECRET=as_... node sign-token.mjs agent AGENT_ID "customers:read customers:pii"
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const LIFETIME_SECONDS = { customer: 10 * 60, agent: 60 * 60 };
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * @param kind "customer" for a shopper's page, "agent" for a CRM page
 * @param subject the customer's id as the shop knows it, from your session and never from the request; or the agent's
 * @param scope what an agent may see, parted by blanks; as much as the signing key grants
 */
export function signToken(kind, subject, scope, { keyId, secret }) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', typ: `${kind}+jwt`, kid: keyId };
  const claims = { aud: 'tessera', sub: subject, iat: now, exp: now + LIFETIME_SECONDS[kind] };
  if (scope) claims.scope = scope;
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind, subject, scope] = process.argv.slice(2);
  const { TESSERA_KEY_ID: keyId, TESSERA_SIGNING_SECRET: secret } = process.env;
  console.log(signToken(kind, subject, scope, { keyId, secret }));
}
