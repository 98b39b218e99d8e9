import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core';

/** The strictest policy that an element has to live under. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

export const TOKEN = 'token-of-the-page';

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

export interface PageServer {
  url: string;
  /** What `/page` answers. */
  html: string;
  close(): Promise<void>;
}

/** Serves one page, under the strict policy, with two copies of the bundle beside it. */
export async function startPageServer(bundle: Buffer): Promise<PageServer> {
  const files: Record<string, [type: string, content: string | Buffer]> = {
    '/widget/tessera.js': ['text/javascript', bundle],
    '/widget/tessera-next.js': ['text/javascript', bundle],
    '/recorder.js': ['text/javascript', RECORDER],
    '/reset.css': ['text/css', '* { all: unset; text-transform: uppercase; letter-spacing: 1em; } '],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url ?? ''] ?? ['text/html; charset=utf-8', served.html];
    response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY });
    response.end(content);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const served: PageServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    html: '',
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return served;
}

/** Runs in the page, before the widget. */
const RECORDER = `
  window.recorded = { events: [], violations: [], rejections: [] };
  for (const name of ['tessera-load', 'tessera-error', 'tessera-toggle']) {
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
}

interface Recorded {
  events: RecordedEvent[];
  violations: string[];
  rejections: string[];
}

export interface GraphQLRequest {
  query: string;
  variables: { ids: string[]; segmentation?: string };
  authorization: string | undefined;
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
}

export async function openPage(
  browser: Browser,
  server: PageServer,
  body: string,
  { answer = answerWithCustomers(), root = 'lang="en"', head = '', ...contextOptions }: PageOptions = {},
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
    const { query, variables } = route.request().postDataJSON() as GraphQLRequest;
    const request = { query, variables, authorization: route.request().headers().authorization };
    requests.push(request);
    await answer(request, route, requests.length);
  });

  server.html = `<!doctype html>
    <html ${root}>
      <head>
        <title>A page with badges</title>
        <script src="/recorder.js"></script>
        ${head}
        <script type="module" src="/widget/tessera.js"></script>
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

export interface AgentCustomer {
  externalId: string;
  basis: { asOf: string; status: string; note: string | null };
  segment: {
    since: string | null;
    segment: { key: string; title: string; color: string; description: string };
    why: { text: string }[];
  };
}

/** A VIP, unless told otherwise. */
export function agentCustomer(externalId: string, segment: Partial<AgentCustomer['segment']> = {}): AgentCustomer {
  return {
    externalId,
    basis: { asOf: '2024-01-22T00:00:00.000Z', status: 'MODELLED', note: null },
    segment: {
      since: '2023-11-05T00:00:00.000Z',
      segment: { key: 'vip', title: 'VIP', color: '#7c3aed', description: 'Buys often, spends most.' },
      why: [{ text: 'recency score 5 of 5: last order 3 days ago' }, { text: 'frequency score 5 of 5: 9 orders' }],
      ...segment,
    },
  };
}

/** Everybody is known: the agent reads a VIP, the shopper the label. */
export function answerWithCustomers({
  customer = (id: string): AgentCustomer | null => agentCustomer(id),
  publicLabel = 'VIP' as string | null,
} = {}): Answer {
  return ({ query, variables }, route) => {
    const isShoppers = query.includes('publicLabel');
    const customersByExternalIds = variables.ids.map((id) =>
      isShoppers ? { externalId: id, shopper: { publicLabel } } : customer(id),
    );
    return route.fulfill({ json: { data: { customersByExternalIds } } });
  };
}

export function answerWithError(status: number, code: string): Answer {
  return (_request, route) =>
    route.fulfill({ status, json: { errors: [{ message: `refused with ${code}`, extensions: { code } }] } });
}

/** Answers by turns: the first function the first request, the last all that follow. */
export function inTurn(...answers: Answer[]): Answer {
  return (request, route, count) => answers[Math.min(count, answers.length) - 1]!(request, route, count);
}

export function badge(customer: string, attributes = `token="${TOKEN}"`): string {
  return `<tessera-segment-badge endpoint="/graphql" customer="${customer}" ${attributes}></tessera-segment-badge>`;
}
