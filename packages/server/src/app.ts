import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { blockFieldSuggestionsPlugin } from '@escape.tech/graphql-armor-block-field-suggestions';
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { useDisableIntrospection } from '@graphql-yoga/plugin-disable-introspection';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { DrizzleQueryError } from 'drizzle-orm';
import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type Credential, CredentialReader } from './access/credentials.js';
import { DemoTokens } from './access/demo-tokens.js';
import type { Config } from './config.js';
import type { Database } from './db/database.js';
import { apiError, codeOf, UserError } from './errors.js';
import { RequestContext } from './graphql/context.js';
import { EXAMPLE_QUERIES } from './graphql/examples.js';
import { RunSnapshots } from './graphql/run-snapshot.js';
import { schema } from './graphql/schema.js';
import { answerDemo } from './http/demo-pages.js';
import { originOf, send, sendError, sendJson, setSecurityHeaders } from './http/respond.js';
import { sendFile, WIDGET_FOLDER } from './http/static-files.js';
import { log } from './log.js';

const LARGEST_BODY = 100_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const JSON_BODY = /^application\/(json|graphql-response\+json)\b/i;

/** What the driver and the server say when the database is away, restarting or full. */
const DATABASE_AWAY = /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|CONNECTION_|CONNECT_TIMEOUT|57P0|53|08)/;

/** Compiled once and run many times; only for what it compiles right: one operation, and a query. */
const isOneQuery = (document: DocumentNode) => {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 && operations[0]?.operation === 'query';
};

/** What the log may know of a failure: where it happened, never the values of a query or a row. */
function describeFailure(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  return { type: error.name, code: codeOf(error), message: error.message, stack: error.stack };
}

/** What a caller may know of a failure: our own errors as they are, an absent database as such, nothing of the rest. */
function maskError(error: unknown): Error {
  const thrown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const original = thrown instanceof DrizzleQueryError ? (thrown.cause ?? thrown) : thrown;
  if (original instanceof GraphQLError) return error as GraphQLError;
  if (DATABASE_AWAY.test(codeOf(original))) {
    log.warn({ code: codeOf(original) }, 'database unavailable');
    return apiError('SERVICE_UNAVAILABLE', 'the database does not answer just now: try again in a few seconds');
  }
  log.error(describeFailure(original), 'a resolver failed');
  return new GraphQLError('something went wrong on our side; the log says what', {
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  });
}

function makeYoga(database: Database, snapshots: RunSnapshots) {
  return createYoga<{ credential: Credential }>({
    schema,
    context: ({ credential }) => new RequestContext(database, snapshots, credential),
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    batching: false,
    multipart: false,
    cors: false,
    maxRequestBodySize: LARGEST_BODY,
    maskedErrors: { maskError },
    logging: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      // maskError has logged it, without the values that a query carries.
      error: () => {},
    },
    plugins: [
      useCSRFPrevention({ requestHeaders: ['content-type'] }),
      maxTokensPlugin({ n: 2000 }),
      maxAliasesPlugin({ n: 30, allowList: [] }),
      maxDirectivesPlugin({ n: 20 }),
      blockFieldSuggestionsPlugin(),
      useDisableIntrospection({
        isDisabled: (_request, context) => (context as { credential?: Credential }).credential?.kind !== 'secret',
      }),
      useGraphQlJit({}, { enableIf: ({ document }) => isOneQuery(document) }) as Plugin,
    ],
  });
}

export interface RunningServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Whether the server can answer: the database is there and the shop is scored. */
async function answerReady(database: Database, response: ServerResponse): Promise<void> {
  try {
    const [shop] = await database.reader<
      { runId: number | null }[]
    >`select current_run_id::float8 as "runId" from shop`;
    const scored = shop?.runId != null;
    sendJson(response, 200, { status: 'ready', scored });
  } catch {
    sendJson(response, 503, { status: 'database unavailable' }, { 'retry-after': '5' });
  }
}

/**
 * Listens and answers: `/graphql`, `/health`, `/ready`, `/widget/...`, and for a person on this machine the demo pages
 * and GraphiQL.
 * @throws UserError when the address cannot be listened on
 */
export async function startServer(config: Config, database: Database): Promise<RunningServer> {
  const snapshots = new RunSnapshots(database.reader);
  const isDemoOpen = !config.production && LOOPBACK.has(config.host);
  const tokens = isDemoOpen ? new DemoTokens() : null;
  const credentials = new CredentialReader(database.reader, tokens, config.adminKey);
  const yoga = makeYoga(database, snapshots);
  const graphiql = isDemoOpen
    ? renderGraphiQL({
        endpoint: '/graphql',
        title: 'Tessera',
        headers: JSON.stringify({ authorization: 'Bearer YOUR_SECRET_KEY' }, null, 2),
        defaultQuery: EXAMPLE_QUERIES,
        shouldPersistHeaders: false,
      })
    : null;

  async function answerGraphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && graphiql !== null && request.headers.accept?.includes('text/html') === true) {
      return send(response, 200, 'text/html; charset=utf-8', graphiql, {
        'content-security-policy': "frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
    }
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return sendError(response, 405, 'METHOD_NOT_ALLOWED', 'send queries by POST');
    }
    if (!JSON_BODY.test(request.headers['content-type'] ?? '')) {
      return sendError(response, 415, 'UNSUPPORTED_MEDIA_TYPE', 'send queries as application/json');
    }
    let credential: Credential;
    try {
      credential = await credentials.read(new Headers(request.headers as Record<string, string>), originOf(request));
    } catch (error) {
      const masked = maskError(error) as GraphQLError;
      const { code, http } = masked.extensions as { code: string; http?: { status: number } };
      return sendError(response, http?.status ?? 500, code, masked.message);
    }
    await yoga(request, response, { credential });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, first = '', second = ''] = url.pathname.split('/');
    if (first === 'graphql' && second === '') return answerGraphql(request, response);
    if (first === 'demo') return answerDemo(request, response, url, database, tokens);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendError(response, 405, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
    }
    if (url.pathname === '/health') return sendJson(response, 200, { status: 'ok' });
    if (url.pathname === '/ready') return answerReady(database, response);
    if (first === 'widget' && second !== '') return sendFile(response, WIDGET_FOLDER, second);
    if (url.pathname === '/' && tokens !== null) {
      response.writeHead(302, { location: '/demo' }).end();
      return;
    }
    sendError(response, 404, 'NOT_FOUND', 'there is nothing at this address');
  }

  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      answer(request, response).catch((error) => {
        const masked = maskError(error) as GraphQLError;
        if (response.headersSent) response.destroy();
        else
          sendError(
            response,
            codeOf(masked.extensions) === 'SERVICE_UNAVAILABLE' ? 503 : 500,
            codeOf(masked.extensions),
            masked.message,
          );
      });
    },
  );
  await listen(server, config);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return {
    url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        // Whoever still reads after the grace is cut off, so that a stop always ends.
        setTimeout(() => server.closeAllConnections(), 5000).unref();
      }),
  };
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `port ${port} is in use by another program: choose another with --port or PORT`,
        EACCES: `port ${port} needs more rights than this user has: choose one above 1024 with --port or PORT`,
        EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host or HOST`,
        ENOTFOUND: `there is no host "${host}": choose another with --host or HOST`,
      };
      reject(
        new UserError(reasons[codeOf(error)] ?? `cannot listen on ${host}:${port} (${codeOf(error)})`, 1, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
