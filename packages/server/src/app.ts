import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { Access } from './access/access.js';
import { CredentialReader } from './access/credential-reader.js';
import { DeskLink } from './access/desk-link.js';
import { KeyRing } from './access/keys/key-ring.js';
import { Breadth } from './access/limits/breadth.js';
import { RateLimits } from './access/limits/rate-limits.js';
import { PageTokens } from './access/page-tokens.js';
import { Refusals } from './access/refusals.js';
import { SecretBox } from './access/secret-box.js';
import { TokenReader } from './access/tokens/tokens.js';
import type { Config } from './config.js';
import type { Database } from './db/database.js';
import { EXAMPLE_QUERIES } from './graphql/examples.js';
import { type PersistedOperations, readPersistedOperations } from './graphql/plugins/persisted-operations.js';
import { Gate, sendFailure } from './http/gate.js';
import { listen } from './http/listen.js';
import type { HttpServices } from './http/route.js';
import { answer } from './http/router.js';
import type { Desk } from './http/routes/desk-page.js';
import { GraphqlRoute } from './http/routes/graphql.js';
import { UploadQueue } from './http/routes/import.js';
import { PERSISTED_OPERATIONS_FILE } from './http/routes/static-files.js';
import { ROUTES } from './http/routes.js';
import { TrustedProxies } from './http/trusted-proxies.js';
import { hangUpOnUnread } from './http/unread-body.js';
import { removeLeftoverFolders } from './ingest/files/temporary-folders.js';
import type { Rescore } from './ingest/webhooks/messages.js';
import { ChangeFeed } from './live/change-feed.js';
import { log } from './log.js';
import { RunSnapshots } from './runs/snapshot.js';
import { rescoreCustomers } from './scoring/online.js';
import { knownSegments, readPlaybook } from './settings/playbook.js';

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const DEFAULT_AUDIENCE = 'tessera';

export interface RunningServer {
  readonly url: string;
  /** A link that opens the desk once, within 10 minutes, on this machine; null where it is closed. The last one counts. */
  makeDeskLink(): string | null;
  /** How many streams of events are read just now. */
  streamCount(): number;
  close(): Promise<void>;
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

/**
 * Listens and answers what `http/routes.ts` lists, and for a person on this machine the demo pages, the desk and GraphiQL.
 * @throws UserError when the address cannot be listened on
 */
export async function startServer(
  config: Config,
  database: Database,
  operations: PersistedOperations = readPersistedOperations(PERSISTED_OPERATIONS_FILE),
): Promise<RunningServer> {
  // Where a proxy is named, whoever asks comes from elsewhere.
  const isBehindProxy = (config.trustedProxies ?? []).length > 0;
  const isDemoOpen = !config.production && LOOPBACK.has(config.host) && !isBehindProxy;
  const audience = config.tokenAudience ?? DEFAULT_AUDIENCE;
  const demo = isDemoOpen ? new PageTokens(audience) : null;
  const access: Access = {
    keys: new KeyRing(database.reader),
    secrets: new SecretBox(config),
    limits: new RateLimits(config.rateLimit),
    breadth: new Breadth(database.reader, { agent: config.agentBreadth, restricted: config.restrictedBreadth }),
  };
  const tokens = new TokenReader(access.keys, access.secrets, audience, demo?.keys ?? new Map());
  const credentials = new CredentialReader(database.reader, access.keys, tokens, config.adminKey);
  const desk: Desk | null = demo === null ? null : { link: new DeskLink(), tokens: demo, breadth: access.breadth };
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
  const changes = new ChangeFeed(database);
  const rescore: Rescore = (transaction, ids) => rescoreCustomers(transaction, snapshots.models, ids);
  const playbook = readPlaybook(config.playbook, knownSegments(await snapshots.current()));
  const graphql = new GraphqlRoute(
    { database, snapshots, changes, access, operations, playbook },
    credentials,
    gate,
    graphiql,
  );

  const webhooks = { config, database, rescore, proxies: gate.proxies, refusals: new Refusals() };
  const services: HttpServices = { config, database, keys: access.keys, graphql, uploads, webhooks, demo, desk };

  const server = createServer(
    // An upload may take longer than the server's own limit, which knows no addresses.
    { requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      if (request.url?.startsWith('/import/') !== true) limitReceiving(request, response, config.requestTimeoutMs);
      hangUpOnUnread(request, response);
      answer(request, response, ROUTES, gate, services).catch((error) => {
        if (response.headersSent) response.destroy();
        else sendFailure(response, error);
      });
    },
  );
  await removeLeftoverFolders();
  await listen(server, config);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  return {
    url,
    makeDeskLink: () => (desk === null ? null : `${url}/desk#${desk.link.make()}`),
    streamCount: () => changes.subscriberCount,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        graphql.endStreams();
        server.closeIdleConnections();
        // Whoever still reads after the grace is cut off, so that a stop always ends.
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      });
      // A database that is gone must not keep the server from stopping.
      await access.breadth.close().catch((error) => {
        log.warn({ type: error?.name }, 'what was read last could not be counted in the database');
      });
    },
  };
}
