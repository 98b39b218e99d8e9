import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Credential } from '../../access/credential.js';
import type { DeskLink } from '../../access/desk-link.js';
import type { Breadth } from '../../access/limits/breadth.js';
import { DESK_AGENT, type PageTokens } from '../../access/page-tokens.js';
import { AGENT_SCOPES, grantsOf } from '../../access/scopes.js';
import type { Database } from '../../db/database.js';
import { writeAudit } from '../../db/queries/access/audit-log.js';
import { readCurrentRunId } from '../../db/queries/runs/current-run.js';
import { type DemoCustomer, readDemoCustomers } from '../../db/queries/shop/demo.js';
import { readShop } from '../../db/queries/shop/settings.js';
import { isDirectlyLocal } from '../loopback.js';
import { sendError, sendJson } from '../respond.js';
import { sendPage, shopOf, withoutDay } from './demo-pages.js';

const LARGEST_BODY = 1000;
const JSON_BODY = /^application\/json\s*(;|$)/i;

export interface Desk {
  readonly link: DeskLink;
  readonly tokens: PageTokens;
  readonly breadth: Breadth;
}

/** The agent for whom the token of the desk is signed. */
const AGENT: Credential = {
  kind: 'agent',
  keyId: 'desk-agent-signing',
  title: 'the desk of this machine',
  subject: DESK_AGENT,
  grants: grantsOf(AGENT_SCOPES),
  origins: [],
  issuedAt: null,
  expiresAt: null,
};

/** The code in a small JSON body; null where there is none. */
async function readCode(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > LARGEST_BODY) return null;
  }
  try {
    return (JSON.parse(text) as { code?: unknown } | null)?.code ?? null;
  } catch {
    return null;
  }
}

/** A few customers of every segment, as far as the agent of the desk may read so many. */
async function readShown(database: Database, breadth: Breadth, runId: number | null): Promise<DemoCustomer[]> {
  if (runId === null) return [];
  const customers = await readDemoCustomers(database.reader, runId);
  const ids = customers.map(({ externalId }) => externalId);
  const taken = await breadth.take(AGENT, ids, 'profile');
  return customers.filter((_, i) => taken[i] === null);
}

/**
 * Answers `/desk`, the page, and `/desk/session`, which takes the code of the link that the server printed and gives an
 * agent's token once. The code stands behind the `#` of the link, which no browser sends and no log holds.
 * @param desk null where it is closed: in production, behind a proxy, or when listening beyond loopback
 */
export async function answerDesk(
  request: IncomingMessage,
  response: ServerResponse,
  part: string,
  database: Database,
  desk: Desk | null,
): Promise<void> {
  if (desk === null || !isDirectlyLocal(request)) {
    return sendError(response, 'NOT_FOUND', 'the desk answers on this machine only, and not in production');
  }
  if (part === '') {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendError(response, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
    }
    const shop = await readShop(database.reader);
    return sendPage(response, 'crm', { shop: shopOf(shop), endpoint: '/graphql', sessionUrl: '/desk/session' });
  }
  if (part !== 'session' || request.method !== 'POST') {
    return sendError(response, 'NOT_FOUND', 'there is nothing at this address');
  }
  // A page of another site cannot send this type without asking first.
  if (!JSON_BODY.test(request.headers['content-type'] ?? '')) {
    return sendError(response, 'UNSUPPORTED_MEDIA_TYPE', 'send the code as application/json');
  }
  if (!desk.link.redeem(await readCode(request))) {
    return sendError(response, 'FORBIDDEN', 'this link was used or is too old: npm start prints a new one');
  }
  const customers = await readShown(database, desk.breadth, await readCurrentRunId(database.reader));
  await writeAudit(database.reader, {
    actor: AGENT.kind,
    keyId: AGENT.keyId,
    subject: AGENT.subject,
    action: 'desk opened',
    targets: customers.map(({ externalId }) => externalId),
  });
  sendJson(response, 200, {
    token: await desk.tokens.issue({ view: 'desk' }),
    asOf: customers[0]?.asOf.toISOString() ?? null,
    customers: customers.map(withoutDay),
  });
}
