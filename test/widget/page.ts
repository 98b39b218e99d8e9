import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAMPLES } from '@tessera/widget/demo/samples.generated.js';
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core';
import { HOSTILE_SCRIPTS } from './hostile-scripts.js';

/** The strictest policy that an element has to live under. */
export const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

export const TOKEN = 'token-of-the-page';

/** Where the script is that does to the page what its name says. */
export const hostileScript = (name: string) => `/hostile/${name.replaceAll(/[^a-z]+/g, '-')}.js`;

const buildScript = fileURLToPath(new URL('../../packages/widget/build.mjs', import.meta.url));

/** Builds the widget into a folder of its own. */
export function buildWidget(): { folder: string; read(file: string): Buffer; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'tessera-widget-'));
  execFileSync(process.execPath, [buildScript, folder]);
  return {
    folder,
    read: (file) => readFileSync(path.join(folder, file)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** One subscription of a page, as the server sees it. */
export interface OpenStream {
  externalIds: string[];
  authorization: string | undefined;
  readonly language: string | undefined;
  isOpen: boolean;
  /** Tells the page that a customer moved to another segment. */
  tell(externalId: string): void;
  end(): void;
}

export interface PageServer {
  url: string;
  /** What `/page` answers. */
  html: string;
  /** Of the page that is open, in the order they came. */
  streams: OpenStream[];
  /** What a subscription is answered in the place of a stream. */
  refuseStreams: { status: number; code: string } | null;
  /** The policy that the page is under. */
  policy: string;
  close(): Promise<void>;
}

/** Serves one page, under the strict policy, with what the build made beside it. */
export async function startPageServer(folder: string): Promise<PageServer> {
  const bundle = readFileSync(path.join(folder, 'tessera.js'));
  const files: Record<string, [type: string, content: string | Buffer]> = {
    '/widget/tessera-next.js': ['text/javascript', bundle],
    '/recorder.js': ['text/javascript', RECORDER],
    '/ground.css': ['text/css', ':root { color-scheme: light dark; background: light-dark(#fff, #121419); }'],
    '/reset.css': ['text/css', '* { all: unset; text-transform: uppercase; letter-spacing: 1em; } '],
  };
  for (const [name, script] of Object.entries(HOSTILE_SCRIPTS))
    files[hostileScript(name)] = ['text/javascript', `{${script}}`];
  for (const file of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    files[`/widget/${file}`] = ['text/javascript', readFileSync(path.join(folder, file))];
  }
  const server = createServer((request, response) => {
    if (request.url === '/graphql') return void openStream(request, response, served);
    const [type, content] = files[request.url ?? ''] ?? ['text/html; charset=utf-8', served.html];
    response.writeHead(200, { 'content-type': type, 'content-security-policy': served.policy });
    response.end(content);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const served: PageServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    html: '',
    streams: [],
    refuseStreams: null,
    policy: STRICT_POLICY,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return served;
}

/** Answers a subscription as the server does: one event after the other, as long as both sides want. */
async function openStream(request: IncomingMessage, response: ServerResponse, served: PageServer): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { variables } = JSON.parse(body) as { variables: { externalIds: string[] } };
  if (served.refuseStreams) {
    const { status, code } = served.refuseStreams;
    response.writeHead(status, { 'content-type': 'application/json' });
    return void response.end(JSON.stringify({ errors: [{ message: 'no stream', extensions: { code } }] }));
  }
  const stream: OpenStream = {
    externalIds: variables.externalIds,
    authorization: request.headers.authorization,
    language: request.headers['accept-language'],
    isOpen: true,
    tell: (externalId) => {
      const data = JSON.stringify({ data: { segmentChanged: { externalId } } });
      response.write(`:\n\nevent: next\ndata: ${data}\n\n`);
    },
    end: () => void response.end('event: complete\ndata:\n\n'),
  };
  served.streams.push(stream);
  response.on('close', () => {
    stream.isOpen = false;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(':\n\n');
}

/** Runs in the page, before the widget. */
const RECORDER = `
  window.recorded = { events: [], violations: [], rejections: [] };
  for (const name of ['tessera-load', 'tessera-error', 'tessera-toggle', 'tessera-select', 'tessera-action']) {
    addEventListener(name, ({ type, detail }) => recorded.events.push({ type, ...detail }));
  }
  addEventListener('securitypolicyviolation', (event) => recorded.violations.push(event.violatedDirective));
  addEventListener('unhandledrejection', (event) => recorded.rejections.push(String(event.reason)));
`;

export interface RecordedEvent {
  type: string;
  customer?: string;
  code?: string;
  segment?: string | null;
  open?: boolean;
  product?: string;
  action?: string;
}

interface Recorded {
  events: RecordedEvent[];
  violations: string[];
  rejections: string[];
}

export interface GraphQLRequest {
  /** The text of the document, which the page names by its hash. */
  query: string;
  variables: Variables;
  /** What `Accept-Language` says. */
  language: string | undefined;
  authorization: string | undefined;
}

/** Ids by topic, and what the document takes beside them. */
export interface Variables {
  [topic: string]: unknown;
  badges: string[];
  segmentation?: string;
  first?: number;
}

/** What was asked: the variables without the topics that nothing on the page asks about. */
export function askedOf(variables: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

const persistedFile = fileURLToPath(new URL('../../packages/widget/persisted-operations.json', import.meta.url));

/** The text of what a page asks, whether it sends the text or its hash. */
export function documentOf(body: { query?: string; extensions?: { persistedQuery: { sha256Hash: string } } }): string {
  const persisted = JSON.parse(readFileSync(persistedFile, 'utf8')) as Record<string, string>;
  return body.query ?? persisted[body.extensions!.persistedQuery.sha256Hash]!;
}

/** Answers a request of the page in the place of the network. */
export type Answer = (request: GraphQLRequest, route: Route, count: number) => unknown;

export interface OpenPage {
  page: Page;
  requests: GraphQLRequest[];
  events(): Promise<RecordedEvent[]>;
  /** What the page must never see, whatever happens to the widget. */
  damage(): Promise<string[]>;
}

export interface PageOptions extends BrowserContextOptions {
  answer?: Answer;
  /** Attributes of the html element. */
  root?: string;
  head?: string;
  /** The element that brings the widget. */
  script?: string;
  policy?: string;
  /** False where the script's own element brings it. */
  hasRecorder?: boolean;
}

const SCRIPT = '<script type="module" src="/widget/tessera.js"></script>';

export async function openPage(
  browser: Browser,
  server: PageServer,
  body: string,
  {
    answer = answerWithCustomers(),
    root = 'lang="en"',
    head = '',
    script = SCRIPT,
    policy = STRICT_POLICY,
    hasRecorder = true,
    ...contextOptions
  }: PageOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext(contextOptions);
  const page = await context.newPage();
  const requests: GraphQLRequest[] = [];
  const damage: string[] = [];
  page.on('pageerror', (error) => damage.push(`uncaught: ${error.message}`));
  page.on('dialog', (dialog) => {
    damage.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) damage.push(`request: ${request.url()}`);
  });
  await page.route('**/graphql', async (route) => {
    const { accept, authorization, 'accept-language': language } = route.request().headers();
    if (accept === 'text/event-stream') return route.continue();
    const body = route.request().postDataJSON();
    const request: GraphQLRequest = { query: documentOf(body), variables: body.variables, authorization, language };
    requests.push(request);
    await answer(request, route, requests.length);
  });

  server.streams = [];
  server.refuseStreams = null;
  server.policy = policy;
  server.html = `<!doctype html>
    <html ${root}>
      <head>
        <title>A page with badges</title>
        ${hasRecorder ? '<script src="/recorder.js"></script>' : ''}
        ${head}
        ${script}
      </head>
      <body><main><h1>Customers</h1>${body}</main></body>
    </html>`;
  await page.goto(`${server.url}/page`);

  const recorded = () => page.evaluate(() => (window as unknown as { recorded: Recorded }).recorded);
  return {
    page,
    requests,
    events: async () => (await recorded()).events,
    damage: async () => {
      const { violations, rejections } = await recorded();
      return [
        ...damage,
        ...violations.map((directive) => `violation: ${directive}`),
        ...rejections.map((reason) => `rejection: ${reason}`),
      ];
    },
  };
}

/**
 * Everybody is known, as in the samples: the agent reads a VIP, the shopper the label.
 * @param others by topic, what is answered in the place of the sample
 */
export function answerWithCustomers(
  others: Record<string, (externalId: string, isForAgent: boolean) => object | null> = {},
): Answer {
  return ({ query, variables }, route) => {
    const isForAgent = !query.startsWith('query TesseraShopper');
    const data = Object.fromEntries(
      SAMPLES.filter(({ topic }) => topic in variables).map(({ topic, sample }) => {
        const known = (id: string) => (isForAgent ? sample.agent : sample.shopper!)(id, variables.first!);
        return [topic, (variables[topic] as string[]).map((id) => (others[topic] ?? known)(id, isForAgent))];
      }),
    );
    return route.fulfill({ json: { data } });
  };
}

/** Nobody has anything to show. */
export const answerWithNothing = answerWithCustomers(
  Object.fromEntries(SAMPLES.map(({ topic, sample }) => [topic, () => sample.nothing ?? null])),
);

export function answerWithError(status: number, code: string): Answer {
  return (_request, route) =>
    route.fulfill({ status, json: { errors: [{ message: `refused with ${code}`, extensions: { code } }] } });
}

/** Answers by turns: the first function the first request, the last all that follow. */
export function inTurn(...answers: Answer[]): Answer {
  return (request, route, count) => answers[Math.min(count, answers.length) - 1]!(request, route, count);
}

/** Any element of ours, with a token of its own. */
export function element(tag: string, customer: string, attributes = ''): string {
  return `<tessera-${tag} endpoint="/graphql" token="${TOKEN}" customer="${customer}" ${attributes}></tessera-${tag}>`;
}

export function badge(customer: string, attributes = `token="${TOKEN}"`): string {
  return `<tessera-segment-badge endpoint="/graphql" customer="${customer}" ${attributes}></tessera-segment-badge>`;
}
