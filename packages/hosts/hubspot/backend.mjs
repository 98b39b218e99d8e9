// The shop's own end of the HubSpot card, in nothing but Node: answers the card, and the page in its modal.
//
//   PUBLIC_URL=https://crm.shop.example/hubspot PORT=8080 HUBSPOT_CLIENT_SECRET=… TESSERA_URL=https://tessera.example \
//   TESSERA_KEY=rk_… TESSERA_KEY_ID=key_… TESSERA_SIGNING_SECRET=as_… node backend.mjs
//
// TESSERA_KEY is a restricted key with customers:read and customers:lookup. TESSERA_KEY_ID and TESSERA_SIGNING_SECRET are
// those of a key that signs agents, with the origins of HubSpot, of PUBLIC_URL and of Tessera.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const { PUBLIC_URL, PORT, HUBSPOT_CLIENT_SECRET, TESSERA_URL, TESSERA_KEY, TESSERA_KEY_ID, TESSERA_SIGNING_SECRET } =
  process.env;
const HUBSPOT_ORIGIN = process.env.HUBSPOT_ORIGIN ?? 'https://app.hubspot.com';
const AGENT_SCOPE = 'customers:read customers:pii';
const TOKEN_SECONDS = 60 * 60;
/** Between a click and the page that it opens. */
const CODE_LIVES_MS = 60_000;
/** Older requests may be somebody's who recorded them. */
const REQUEST_LIVES_MS = 5 * 60_000;
const LONGEST_BODY = 10_000;
/** What HubSpot decodes in an address before it signs it; whatever else is encoded is signed as it is. */
const DECODED_TO_SIGN = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;
/** What the embed page takes as a language; a message with anything else it refuses as a whole. */
const LANGUAGE_TAG = /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i;
const SUMMARY = `query ($email: String!) {
  customersByEmails(emails: [$email]) {
    externalId
    segment { segment { title } }
    clv { predicted90d { amount currency } }
  }
}`;

const FILES = { '/modal/': ['index.html', 'text/html; charset=utf-8'], '/modal/app.js': ['app.js', 'text/javascript'] };
const HEADERS = {
  'content-security-policy':
    `default-src 'none'; script-src 'self'; connect-src 'self'; ` +
    `frame-src ${new URL(TESSERA_URL).origin}; frame-ancestors ${HUBSPOT_ORIGIN}; base-uri 'none'; form-action 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Codes that were not traded yet, with who may see whom, and in which language. */
const codes = new Map();
const base = new URL(PUBLIC_URL).pathname.replace(/\/$/, '');

createServer(async (request, response) => {
  const send = (status, body, type = 'application/json') =>
    response.writeHead(status, { 'content-type': type, ...HEADERS }).end(body);
  try {
    const { pathname, search, searchParams } = new URL(request.url, PUBLIC_URL);
    const path = pathname.startsWith(base) ? pathname.slice(base.length) : '';
    if (request.method === 'GET' && Object.hasOwn(FILES, path)) {
      const [file, type] = FILES[path];
      return send(200, await readFile(fileURLToPath(new URL(`./modal/${file}`, import.meta.url))), type);
    }
    if (request.method !== 'POST') return send(404, '{}');
    const body = await read(request);
    if (path === '/token') return trade(JSON.parse(body).code, send);
    if (!isHubSpot(request, `${new URL(PUBLIC_URL).origin}${pathname}${search}`, body)) return send(401, '{}');
    const agent = agentOf(searchParams);
    if (agent === null) return send(400, '{}');
    const { email, locale } = JSON.parse(body);
    const customer = await find(email);
    if (path === '/summary') return send(200, JSON.stringify(customer && summaryOf(customer)));
    if (path !== '/open' || customer === null) return send(404, '{}');
    const code = randomBytes(32).toString('base64url');
    for (const [each, { expiresAt }] of codes) if (expiresAt < Date.now()) codes.delete(each);
    const language = typeof locale === 'string' && LANGUAGE_TAG.test(locale) ? locale : undefined;
    codes.set(code, { agent, customer: customer.externalId, locale: language, expiresAt: Date.now() + CODE_LIVES_MS });
    send(200, JSON.stringify({ url: `${PUBLIC_URL}/modal/#${code}` }));
  } catch (error) {
    console.error(error.message);
    send(502, '{}');
  }
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on port ${PORT}`));

async function read(request) {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > LONGEST_BODY) throw new Error('a request is too long');
  }
  return body;
}

/** Version 3 of HubSpot's signature: method, address, body and time, signed with the app's client secret. */
function isHubSpot({ method, headers }, address, body) {
  const timestamp = headers['x-hubspot-request-timestamp'] ?? '';
  if (!(Math.abs(Date.now() - Number(timestamp)) < REQUEST_LIVES_MS)) return false;
  const signed = `${method}${address.replace(DECODED_TO_SIGN, decodeURIComponent)}${body}${timestamp}`;
  const wanted = createHmac('sha256', HUBSPOT_CLIENT_SECRET).update(signed).digest();
  const given = Buffer.from(headers['x-hubspot-signature-v3'] ?? '', 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * HubSpot says who the agent is, and its signature covers it. It also covers what a card wrote into the address itself, so a
 * name that stands there twice names nobody.
 */
function agentOf(query) {
  const [portals, users] = [query.getAll('portalId'), query.getAll('userId')];
  return portals.length === 1 && users.length === 1 ? `hubspot:${portals[0]}:${users[0]}` : null;
}

async function find(email) {
  if (typeof email !== 'string') return null;
  const answer = await fetch(`${TESSERA_URL}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TESSERA_KEY}` },
    body: JSON.stringify({ query: SUMMARY, variables: { email } }),
  });
  const { data } = await answer.json();
  if (!data) throw new Error(`Tessera answered ${answer.status}`);
  return data.customersByEmails[0];
}

const summaryOf = ({ segment, clv }) => ({ segment: segment.segment.title, value: clv.predicted90d });

function trade(code, send) {
  const granted = codes.get(code);
  codes.delete(code);
  if (!granted || granted.expiresAt < Date.now()) return send(410, '{}');
  const { agent, customer, locale } = granted;
  send(200, JSON.stringify({ page: `${TESSERA_URL}/embed/customer`, token: signToken(agent), customer, locale }));
}

function signToken(agent) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', typ: 'agent+jwt', kid: TESSERA_KEY_ID };
  const claims = { aud: 'tessera', sub: agent, iat: now, exp: now + TOKEN_SECONDS, scope: AGENT_SCOPE };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', TESSERA_SIGNING_SECRET).update(signed).digest('base64url')}`;
}
