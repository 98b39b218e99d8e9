import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { DemoGrant, DemoTokens } from '../../access/tokens/demo-tokens.js';
import type { Database } from '../../db/database.js';
import { readCurrentRunId } from '../../db/queries/runs/current-run.js';
import { readDemoCustomers, readDemoProducts } from '../../db/queries/shop/demo.js';
import { readShop } from '../../db/queries/shop/settings.js';
import { PAGE_POLICY, send, sendError, sendJson } from '../respond.js';
import { sendFile, WIDGET_FOLDER } from './static-files.js';

const PLACEHOLDER = '<!--tessera:data-->';
const PAGES: ReadonlyMap<string, DemoGrant['view'] | null> = new Map([
  ['crm', 'agent'],
  ['storefront', 'shopper'],
  ['index', null],
  ['gallery', null],
]);
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;

/**
 * The demo pages hand out tokens to whoever opens them, so they answer on this machine only: the connection comes from
 * loopback, and the name in the address bar is this machine's, which a page elsewhere cannot make it.
 */
function isLocal(request: IncomingMessage): boolean {
  return LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '') && LOOPBACK_HOST.test(request.headers.host ?? '');
}

/** JSON that can stand inside a script element. */
const inlineJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028');

/** What the token of a page grants; null before the shop is scored. The storefront's shopper is the first customer shown. */
async function grantOf(database: Database, view: DemoGrant['view'] | null): Promise<DemoGrant | null> {
  const runId = await readCurrentRunId(database.reader);
  if (view === null || runId === null) return null;
  if (view === 'agent') return { view };
  const [shopper] = await readDemoCustomers(database.reader, runId);
  return shopper === undefined ? null : { view, customerId: shopper.externalId };
}

async function pageData(database: Database, tokens: DemoTokens, view: DemoGrant['view'] | null, page: string) {
  const grant = await grantOf(database, view);
  const shop = await readShop(database.reader);
  const scored = await readCurrentRunId(database.reader);
  const customers = scored === null ? [] : await readDemoCustomers(database.reader, scored);
  return {
    shop: { name: shop?.name ?? 'My shop', currency: shop?.currency ?? 'USD' },
    endpoint: '/graphql',
    token: grant === null ? null : await tokens.issue(grant),
    tokenUrl: `/demo/token?page=${page}`,
    asOf: customers[0]?.asOf.toISOString() ?? null,
    // The storefront greets one shopper and must know nothing of the others.
    customers: (view === 'shopper' ? customers.slice(0, 1) : customers).map(({ asOf: _, ...customer }) =>
      view === 'shopper' ? { externalId: customer.externalId, name: customer.name } : customer,
    ),
    products: page === 'storefront' ? await readDemoProducts(database.reader) : [],
  };
}

/** Answers `/demo/...`. @param tokens null where the demo is closed: in production, or when listening beyond loopback */
export async function answerDemo(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  database: Database,
  tokens: DemoTokens | null,
): Promise<void> {
  const [, , name = '', file] = url.pathname.split('/');
  if (tokens === null || !isLocal(request)) {
    return sendError(response, 'NOT_FOUND', 'the demo pages answer on this machine only, and not in production');
  }
  if (name === 'assets' && file !== undefined) return sendFile(response, path.join(WIDGET_FOLDER, 'demo'), file);
  if (name === 'token') {
    const view = PAGES.get(url.searchParams.get('page') ?? '');
    if (request.method !== 'POST' || view == null) return sendError(response, 'NOT_FOUND', 'there is no such page');
    const grant = await grantOf(database, view);
    if (grant === null) return sendError(response, 'NOT_SCORED_YET', 'no run has been published yet');
    return sendJson(response, 200, { token: await tokens.issue(grant) });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendError(response, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
  }
  const page = name === '' ? 'index' : name;
  const view = PAGES.get(page);
  if (view === undefined || file !== undefined) return sendError(response, 'NOT_FOUND', 'there is no such page');
  const html = await readFile(path.join(WIDGET_FOLDER, 'demo', `${page}.html`), 'utf8');
  const data = inlineJson(await pageData(database, tokens, view, page));
  const script = `<script type="application/json" id="tessera-data">${data}</script>`;
  send(
    response,
    200,
    'text/html; charset=utf-8',
    html.replace(PLACEHOLDER, () => script),
    {
      'cache-control': 'no-store',
      'content-security-policy': PAGE_POLICY,
    },
  );
}
