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
import {
  type DocumentNode,
  GraphQLError,
  isLeafType,
  Kind,
  type NamedTypeNode,
  type TypeNode,
  typeFromAST,
} from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { type Credential, CredentialReader } from './access/credentials.js';
import { DemoTokens } from './access/demo-tokens.js';
import type { Config } from './config.js';
import type { Database } from './db/database.js';
import { apiError, codeOf, type ErrorCode, RETRY_LATER, UserError } from './errors.js';
import { useClientErrors } from './graphql/client-errors.js';
import { RequestContext } from './graphql/context.js';
import { EXAMPLE_QUERIES } from './graphql/examples.js';
import { RunSnapshots } from './graphql/run-snapshot.js';
import { schema } from './graphql/schema.js';
import { answerDemo } from './http/demo-pages.js';
import { answerImport, answerQuarantine, dropRest, UploadQueue } from './http/import-route.js';
import { originOf, send, sendError, sendJson, setSecurityHeaders } from './http/respond.js';
import { sendFile, WIDGET_FOLDER } from './http/static-files.js';
import { answerWebhook } from './http/webhook-route.js';
import { log } from './log.js';

const LARGEST_BODY = 100_000;
/** The secret key may send a thousand orders with their lines. */
const LARGEST_SECRET_BODY = 4_000_000;
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const JSON_BODY = /^application\/(json|graphql-response\+json)\b/i;

/** What the driver and the server say when the database is away, restarting, closed to us or full. */
const DATABASE_AWAY =
  /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|CONNECTION_|CONNECT_TIMEOUT|57P0|53|08|55000|3D000|28)/;
const isDatabaseAway = (error: unknown) =>
  DATABASE_AWAY.test(codeOf(error)) ||
  // A socket that is gone, not a file.
  (codeOf(error) === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'connect');

/** What PostgreSQL says of a value that it cannot hold: text with a zero byte, a day that no calendar has, 1e999. */
const BAD_VALUE = /^22(003|007|008|009|021|P02|P05)$/;

/**
 * Compiled once and run many times; only for what the compiler gets right: one operation, a query, whose variables are
 * scalars or enums. Of an input type it writes out every field, and a filter that nests in itself has no end: it would
 * work until memory is gone.
 */
function isCompilable(document: DocumentNode): boolean {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operations.length !== 1 || operation?.operation !== 'query') return false;
  return (operation.variableDefinitions ?? []).every(({ type }) => isLeafType(typeFromAST(schema, nameOf(type))));
}

const nameOf = (type: TypeNode): NamedTypeNode => (type.kind === Kind.NAMED_TYPE ? type : nameOf(type.type));

/** What the log may know of a failure: where it happened, never the values of a query or a row. */
function describeFailure(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  // PostgreSQL quotes the value that it refuses.
  const message = error.name === 'PostgresError' ? undefined : error.message;
  return { type: error.name, code: codeOf(error), message, stack: frames?.join('\n') };
}

/** What a caller may know of a failure: our own errors as they are, an absent database as such, nothing of the rest. */
function maskError(error: unknown): Error {
  const thrown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const original = thrown instanceof DrizzleQueryError ? (thrown.cause ?? thrown) : thrown;
  if (original instanceof GraphQLError) return error as GraphQLError;
  if (BAD_VALUE.test(codeOf(original))) {
    return apiError('BAD_USER_INPUT', 'a value of this query cannot be used: it is out of range or not plain text');
  }
  if (isDatabaseAway(original)) {
    log.warn({ code: codeOf(original) }, 'database unavailable');
    return apiError('SERVICE_UNAVAILABLE', 'the database does not answer just now: try again in a few seconds');
  }
  log.error(describeFailure(original), 'a resolver failed');
  return apiError('INTERNAL_SERVER_ERROR', 'something went wrong on our side; the log says what');
}

function makeYoga(database: Database, snapshots: RunSnapshots, largestBody: number) {
  return createYoga<{ credential: Credential }>({
    schema,
    context: ({ credential }) => new RequestContext(database, snapshots, credential),
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    batching: false,
    multipart: false,
    cors: false,
    maxRequestBodySize: largestBody,
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
      useGraphQlJit({}, { enableIf: ({ document }) => isCompilable(document) }) as Plugin,
      useClientErrors(),
    ],
  });
}

export interface RunningServer {
  readonly url: string;
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
function limitReceiving(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(() => {
    if (request.complete) return;
    if (response.headersSent) request.destroy();
    else response.writeHead(408, { connection: 'close' }).end();
  }, REQUEST_TIMEOUT_MS);
  request.once('close', () => clearTimeout(timer));
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
    sendJson(response, 503, { status: 'database unavailable' }, RETRY_LATER);
  }
}

/**
 * Listens and answers: `/graphql`, `/import/...`, `/imports/...`, `/webhooks/...`, `/health`, `/ready`, `/widget/...`, and for a person on this machine the demo pages
 * and GraphiQL.
 * @throws UserError when the address cannot be listened on
 */
export async function startServer(config: Config, database: Database): Promise<RunningServer> {
  const snapshots = new RunSnapshots(database.reader);
  const isDemoOpen = !config.production && LOOPBACK.has(config.host);
  const tokens = isDemoOpen ? new DemoTokens() : null;
  const credentials = new CredentialReader(database.reader, tokens, config.adminKey);
  const yoga = {
    secret: makeYoga(database, snapshots, LARGEST_SECRET_BODY),
    demo: makeYoga(database, snapshots, LARGEST_BODY),
  };
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

  /** Who asks; null once a bad credential is answered. */
  async function readCredential(request: IncomingMessage, response: ServerResponse): Promise<Credential | null> {
    try {
      return await credentials.read(new Headers(request.headers as Record<string, string>), originOf(request));
    } catch (error) {
      const { message, extensions } = maskError(error) as GraphQLError;
      sendError(response, extensions.code as ErrorCode, message);
      return null;
    }
  }

  /** Whether the secret key asks; anything else is answered. */
  async function isSecretKey(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const credential = await readCredential(request, response);
    if (credential === null) return false;
    if (credential.kind !== 'secret') sendError(response, 'FORBIDDEN', 'this address is for the secret key only');
    return credential.kind === 'secret';
  }

  async function answerGraphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && graphiql !== null && request.headers.accept?.includes('text/html') === true) {
      return send(response, 200, 'text/html; charset=utf-8', graphiql, {
        'content-security-policy': "frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
    }
    if (request.method !== 'POST') {
      return sendError(response, 'METHOD_NOT_ALLOWED', 'send queries by POST');
    }
    if (!JSON_BODY.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'] !== undefined) {
      return sendError(response, 'UNSUPPORTED_MEDIA_TYPE', 'send queries as application/json, not compressed');
    }
    const credential = await readCredential(request, response);
    if (credential === null) return;
    await yoga[credential.kind](request, response, { credential });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response);
    const url = addressOf(request);
    if (url === null) return sendError(response, 'BAD_REQUEST', 'this address cannot be read');
    const [, first = '', second = '', third = ''] = url.pathname.split('/');
    if (first === 'graphql' && second === '') return answerGraphql(request, response);
    if (first === 'import' && second !== '') {
      if (request.method !== 'POST') return sendOnlyPost(response);
      if (!(await isSecretKey(request, response))) return;
      return answerImport(request, response, url, config, database, uploads);
    }
    if (first === 'webhooks' && second !== '') {
      if (request.method !== 'POST') return sendOnlyPost(response);
      return answerWebhook(request, response, second, config, database);
    }
    if (first === 'demo') return answerDemo(request, response, url, database, tokens);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendError(response, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
    }
    if (url.pathname === '/health') return sendJson(response, 200, { status: 'ok' });
    if (url.pathname === '/ready') return answerReady(database, response);
    if (first === 'imports' && third === 'quarantine.csv') {
      if (await isSecretKey(request, response)) await answerQuarantine(response, second, database);
      return;
    }
    if (first === 'widget' && second !== '') return sendFile(response, WIDGET_FOLDER, second);
    if (url.pathname === '/' && tokens !== null) {
      response.writeHead(302, { location: '/demo' }).end();
      return;
    }
    sendError(response, 'NOT_FOUND', 'there is nothing at this address');
  }

  const server = createServer(
    // An upload may take longer than the server's own limit, which knows no addresses.
    { requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT_MS },
    (request, response) => {
      if (request.url?.startsWith('/import/') !== true) limitReceiving(request, response);
      else response.once('finish', () => dropRest(request));
      answer(request, response).catch((error) => {
        const { message, extensions } = maskError(error) as GraphQLError;
        if (response.headersSent) response.destroy();
        else sendError(response, extensions.code as ErrorCode, message);
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

/** Finds out early whether an address can be listened on. @throws UserError when it cannot */
export async function checkAddress(config: Config): Promise<void> {
  const probe = createServer();
  await listen(probe, config);
  await new Promise((resolve) => probe.close(resolve));
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
