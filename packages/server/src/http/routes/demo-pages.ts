import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { PageGrant, PageTokens } from '../../access/page-tokens.js';
import type { Database } from '../../db/database.js';
import { readCurrentRunId } from '../../db/queries/runs/current-run.js';
import { type DemoCustomer, readDemoCustomers, readDemoProducts } from '../../db/queries/shop/demo.js';
import { readShop, type Shop } from '../../db/queries/shop/settings.js';
import { isDirectlyLocal } from '../loopback.js';
import { PAGE_POLICY, send, sendError, sendJson } from '../respond.js';
import { sendFile, WIDGET_FOLDER } from './static-files.js';

const PLACEHOLDER = '<!--tessera:data-->';
type View = 'agent' | 'shopper';
const PAGES: ReadonlyMap<string, View | null> = new Map([
  ['crm', 'agent'],
  ['storefront', 'shopper'],
  ['index', null],
  ['gallery', null],
]);

/** JSON that can stand inside a script element. */
const inlineJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028');

/** Answers with a page of ours and what it shows. */
export async function sendPage(response: ServerResponse, page: string, data: unknown): Promise<void> {
  const html = await readFile(path.join(WIDGET_FOLDER, 'demo', `${page}.html`), 'utf8');
  const script = `<script type="application/json" id="tessera-data">${inlineJson(data)}</script>`;
  send(
    response,
    200,
    'text/html; charset=utf-8',
    html.replace(PLACEHOLDER, () => script),
    { 'cache-control': 'no-store', 'content-security-policy': PAGE_POLICY },
  );
}

/** What a page says of the shop. */
export const shopOf = (shop: Shop | null) => ({ name: shop?.name ?? 'My shop', currency: shop?.currency ?? 'USD' });

/** A page shows the day beside its title, once. */
export const withoutDay = ({ asOf: _, ...customer }: DemoCustomer) => customer;

/** Whom the demo shows; nobody where the shop is no demo, or not scored yet: a shop's own customers are on no page of it. */
async function demoCustomers(database: Database, shop: Shop | null): Promise<DemoCustomer[]> {
  const runId = shop?.kind === 'demo' ? await readCurrentRunId(database.reader) : null;
  return runId === null ? [] : readDemoCustomers(database.reader, runId);
}

/** What the token of a page grants; null where there is nobody to show. The storefront's shopper is the first customer shown. */
function grantOf(customers: readonly DemoCustomer[], view: View | null): PageGrant | null {
  const [shopper] = customers;
  if (view === null || shopper === undefined) return null;
  return view === 'agent'
    ? { view, customers: customers.map(({ externalId }) => externalId) }
    : { view, customerId: shopper.externalId };
}

async function pageData(database: Database, tokens: PageTokens, view: View | null, page: string) {
  const shop = await readShop(database.reader);
  const customers = await demoCustomers(database, shop);
  const grant = grantOf(customers, view);
  return {
    shop: shopOf(shop),
    endpoint: '/graphql',
    token: grant === null ? null : await tokens.issue(grant),
    tokenUrl: `/demo/token?page=${page}`,
    // A shop of its own is on no page of the demo, once it is scored: its desk opens by a link.
    isDemo: shop?.kind === 'demo' || (await readCurrentRunId(database.reader)) === null,
    asOf: customers[0]?.asOf.toISOString() ?? null,
    // The storefront greets one shopper and must know nothing of the others.
    customers: (view === 'shopper' ? customers.slice(0, 1) : customers)
      .map(withoutDay)
      .map((customer) => (view === 'shopper' ? { externalId: customer.externalId, name: customer.name } : customer)),
    products: page === 'storefront' && shop?.kind === 'demo' ? await readDemoProducts(database.reader) : [],
  };
}

/** Answers `/demo/...`. @param tokens null where the demo is closed: in production, behind a proxy, or when listening beyond loopback */
export async function answerDemo(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  database: Database,
  tokens: PageTokens | null,
): Promise<void> {
  const [, , name = '', file] = url.pathname.split('/');
  if (tokens === null || !isDirectlyLocal(request)) {
    return sendError(response, 'NOT_FOUND', 'the demo pages answer on this machine only, and not in production');
  }
  if (name === 'assets' && file !== undefined) return sendFile(response, path.join(WIDGET_FOLDER, 'demo'), file);
  if (name === 'token') {
    const view = PAGES.get(url.searchParams.get('page') ?? '');
    const shop = await readShop(database.reader);
    if (request.method !== 'POST' || view == null || shop?.kind !== 'demo') {
      return sendError(response, 'NOT_FOUND', 'there is no such page');
    }
    const grant = grantOf(await demoCustomers(database, shop), view);
    if (grant === null) return sendError(response, 'NOT_SCORED_YET', 'no run has been published yet');
    return sendJson(response, 200, { token: await tokens.issue(grant) });
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendError(response, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
  }
  const page = name === '' ? 'index' : name;
  const view = PAGES.get(page);
  if (view === undefined || file !== undefined) return sendError(response, 'NOT_FOUND', 'there is no such page');
  await sendPage(response, page, await pageData(database, tokens, view, page));
}
