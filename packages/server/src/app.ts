import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Access } from './access/access.js';
import { CredentialReader } from './access/credential-reader.js';
import { KeyRing } from './access/keys/key-ring.js';
import { RateLimits } from './access/limits/rate-limits.js';
import type { Scope } from './access/scopes.js';
import { SecretBox } from './access/secret-box.js';
import { DemoTokens } from './access/tokens/demo-tokens.js';
import { TokenReader } from './access/tokens/tokens.js';
import type { Config } from './config.js';
import type { Database } from './db/database.js';
import { readCurrentRunId } from './db/queries/runs/current-run.js';
import { RETRY_LATER } from './errors.js';
import { EXAMPLE_QUERIES } from './graphql/examples.js';
import { type PersistedOperations, readPersistedOperations } from './graphql/plugins/persisted-operations.js';
import { Gate, sendFailure } from './http/gate.js';
import { listen } from './http/listen.js';
import { sendError, sendJson, setSecurityHeaders } from './http/respond.js';
import { answerDemo } from './http/routes/demo-pages.js';
import { answerEmbed } from './http/routes/embed-page.js';
import { GraphqlRoute } from './http/routes/graphql.js';
import { answerImport, answerQuarantine, dropRest, UploadQueue } from './http/routes/import.js';
import { PERSISTED_OPERATIONS_FILE, sendWidgetFile } from './http/routes/static-files.js';
import { answerWebhook } from './http/routes/webhook.js';
import { TrustedProxies } from './http/trusted-proxies.js';
import type { Rescore } from './ingest/webhooks/messages.js';
import { ChangeFeed } from './live/change-feed.js';
import { RunSnapshots } from './runs/snapshot.js';
import { rescoreCustomers } from './scoring/online.js';
import { knownSegments, readPlaybook } from './settings/playbook.js';

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const DEFAULT_AUDIENCE = 'tessera';

export interface RunningServer {
  readonly url: string;
  /** How many streams of events are read just now. */
  streamCount(): number;
  close(): Promise<void>;
}

/** The address that a request asks for; null when it is none. A path of two slashes names no host. */
function addressOf({ url: target = '/' }: IncomingMessage): URL | null {
  const address = target.startsWith('/') ? `http://localhost${target}` : target;
  return URL.canParse(address) ? new URL(address) : null;
}

/** An address that takes nothing but POST; `sendError` knows those that are read. */
function sendOnlyPost(response: ServerResponse): void {
  const error = { message: 'this address only answers POST', extensions: { code: 'METHOD_NOT_ALLOWED' } };
  sendJson(response, 405, { errors: [error] }, { allow: 'POST' });
}

/** Ends a request whose body does not arrive in time. */
function limitReceiving(request: IncomingMessage, response: ServerResponse, timeoutMs = REQUEST_TIMEOUT_MS): void {
  const timer = setTimeout(() => {
    if (request.complete) return;
    if (response.headersSent) request.destroy();
    else response.writeHead(408, { connection: 'close' }).end();
  }, timeoutMs);
  request.once('close', () => clearTimeout(timer));
}

/** Whether the server can answer: the database is there and the shop is scored. */
async function answerReady(database: Database, response: ServerResponse): Promise<void> {
  try {
    const scored = (await readCurrentRunId(database.reader)) !== null;
    sendJson(response, 200, { status: 'ready', scored });
  } catch {
    sendJson(response, 503, { status: 'database unavailable' }, RETRY_LATER);
  }
}

/**
 * Listens and answers: `/graphql`, `/import/...`, `/imports/...`, `/webhooks/...`, `/health`, `/ready`, `/widget/...`,
 * `/embed/...`, and for a person on this machine the demo pages and GraphiQL.
 * @throws UserError when the address cannot be listened on
 */
export async function startServer(
  config: Config,
  database: Database,
  operations: PersistedOperations = readPersistedOperations(PERSISTED_OPERATIONS_FILE),
): Promise<RunningServer> {
  const isDemoOpen = !config.production && LOOPBACK.has(config.host);
  const audience = config.tokenAudience ?? DEFAULT_AUDIENCE;
  const demo = isDemoOpen ? new DemoTokens(audience) : null;
  const access: Access = {
    keys: new KeyRing(database.reader),
    secrets: new SecretBox(config),
    limits: new RateLimits(config.rateLimit),
  };
  const tokens = new TokenReader(access.keys, access.secrets, audience, demo?.keys ?? new Map());
  const credentials = new CredentialReader(database.reader, access.keys, tokens, config.adminKey);
  const gate = new Gate(credentials, access, new TrustedProxies(config.trustedProxies));
  const uploads = new UploadQueue();
  const graphiql = isDemoOpen
    ? renderGraphiQL({
        endpoint: '/graphql',
        title: 'Tessera',
        headers: JSON.stringify({ authorization: 'Bearer YOUR_SECRET_KEY' }, null, 2),
        defaultQuery: EXAMPLE_QUERIES,
        shouldPersistHeaders: false,
      })
    : null;

  const snapshots = new RunSnapshots(database.reader);
  const changes = new ChangeFeed(database.sql, database.reader);
  const rescore: Rescore = (transaction, ids) => rescoreCustomers(transaction, snapshots.models, ids);
  const playbook = readPlaybook(config.playbook, knownSegments(await snapshots.current()));
  const graphql = new GraphqlRoute(
    { database, snapshots, changes, access, operations, playbook },
    credentials,
    gate,
    graphiql,
  );

  /** Whether a key of a server asks that was granted a scope; anything else is answered. */
  async function isGranted(scope: Scope, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const credential = await gate.read(request, response);
    if (credential === null) return false;
    const isGranted = credential.grants.has(scope);
    if (!isGranted) sendError(response, 'FORBIDDEN', `this address needs a key with the scope ${scope}`);
    return isGranted;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    const url = addressOf(request);
    if (url === null) return sendError(response, 'BAD_REQUEST', 'this address cannot be read');
    const [, first = '', second = '', third = ''] = url.pathname.split('/');
    if (first === 'graphql' && second === '') return graphql.answer(request, response);
    if (first === 'import' && second !== '') {
      if (request.method !== 'POST') return sendOnlyPost(response);
      if (!(await isGranted('imports:write', request, response))) return;
      return answerImport(request, response, url, config, database, uploads);
    }
    if (first === 'webhooks' && second !== '') {
      if (request.method !== 'POST') return sendOnlyPost(response);
      return answerWebhook(request, response, second, config, database, rescore);
    }
    if (first === 'demo') return answerDemo(request, response, url, database, demo);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendError(response, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
    }
    if (url.pathname === '/health') return sendJson(response, 200, { status: 'ok' });
    if (url.pathname === '/ready') return answerReady(database, response);
    if (first === 'imports' && third === 'quarantine.csv') {
      if (await isGranted('imports:read', request, response)) await answerQuarantine(response, second, database);
      return;
    }
    if (first === 'widget' && second !== '') return sendWidgetFile(response, second, third);
    if (first === 'embed' && second !== '' && third === '') return answerEmbed(response, second, access.keys);
    if (url.pathname === '/' && demo !== null) {
      response.writeHead(302, { location: '/demo' }).end();
      return;
    }
    sendError(response, 'NOT_FOUND', 'there is nothing at this address');
  }

  const server = createServer(
    // An upload may take longer than the server's own limit, which knows no addresses.
    { requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      if (request.url?.startsWith('/import/') !== true) limitReceiving(request, response, config.requestTimeoutMs);
      else response.once('finish', () => dropRest(request));
      answer(request, response).catch((error) => {
        if (response.headersSent) response.destroy();
        else sendFailure(response, error);
      });
    },
  );
  await listen(server, config);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    streamCount: () => changes.subscriberCount,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        graphql.endStreams();
        server.closeIdleConnections();
        // Whoever still reads after the grace is cut off, so that a stop always ends.
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      }),
  };
}
