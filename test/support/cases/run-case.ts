import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { failureOf, importInto, importLines } from '@tessera/server/cli/import.js';
import { scoreLines, scoreShop, wordedReport } from '@tessera/server/cli/score.js';
import type { Config } from '@tessera/server/config.js';
import { readMapping } from '@tessera/server/ingest/rows/mapping.js';
import { startTestServer, type TestServer } from '../server.js';
import { type Case, type Part, type Seen, type Step, shortcomings, withToday } from './expected.js';

const MONEY = '{ amount }';
const SHOP =
  '{ shop { currentRun { asOf } } imports(first: 100) { nodes { source rowsRead rowsKept rowsRepaired rowsQuarantined rowsDuplicate quarantined(first: 1000) { line field value reason } } } }';
const SIZES = `{ exploration { sizes { customers buyers orders netRevenue ${MONEY} } } }`;
const CUSTOMERS = `query($after: String) { customers(first: 50, after: $after, orderBy: {field: EXTERNAL_ID, direction: ASC}) {
  pageInfo { hasNextPage endCursor } nodes {
    externalId email firstName lastName country firstOrderAt lastOrderAt segment { segment { key } }
    metrics { orders netRevenue ${MONEY} grossRevenue ${MONEY} averageOrderValue ${MONEY} itemsDelivered itemsReturned recencyDays }
    clv { decile predicted90d ${MONEY} netOfReturns90d ${MONEY} } } } }`;
const ORDERS = `query($id: String!, $after: String) { customer(externalId: $id) { orders(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor } nodes { externalId status placedAt amount ${MONEY} } } } }`;

type Money = { readonly amount: string } | null;
interface Page<T> {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly nodes: readonly T[];
}
interface CustomerNode {
  readonly externalId: string;
  readonly email: string | null;
  readonly firstOrderAt: string | null;
  readonly lastOrderAt: string | null;
  readonly segment: { readonly segment: { readonly key: string } };
  readonly metrics: Readonly<Record<'netRevenue' | 'grossRevenue' | 'averageOrderValue', Money>>;
  readonly clv: { readonly decile: number | null; readonly predicted90d: Money; readonly netOfReturns90d: Money };
}
interface ImportNode {
  readonly source: string;
  readonly rowsRead: number;
  readonly rowsKept: number;
  readonly rowsRepaired: number;
  readonly rowsQuarantined: number;
  readonly rowsDuplicate: number;
  readonly quarantined: readonly { readonly field: string; readonly value: string; readonly reason: string }[];
}

async function ask<T>(server: TestServer, text: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await server.query<T>(text, variables);
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}

async function pages<T>(page: (after: string | null) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: Page<T> = await page(after);
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}

async function observe(server: TestServer, timeZone: string, withOrders: boolean): Promise<Seen> {
  const day = (moment: string | null) =>
    moment === null
      ? null
      : new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(moment));
  const { shop, imports } = await ask<{
    shop: { currentRun: { asOf: string } | null };
    imports: { nodes: readonly ImportNode[] };
  }>(server, SHOP);
  const rows = Object.fromEntries(
    imports.nodes.toReversed().map((node) => [
      node.source,
      {
        read: node.rowsRead,
        kept: node.rowsKept,
        repaired: node.rowsRepaired,
        quarantined: node.rowsQuarantined,
        duplicate: node.rowsDuplicate,
      },
    ]),
  );
  const refusals = imports.nodes.flatMap(({ quarantined }) =>
    quarantined.map(({ field, value, reason }) => `${field} "${value}": ${reason}`),
  );
  const nothing = { customers: 0, buyers: 0, orders: 0, netRevenue: '0' };
  if (shop.currentRun === null) return { asOf: null, rows, refusals, customers: [], orders: {}, totals: nothing };
  const { sizes } = (await ask<{ exploration: { sizes: { netRevenue: { amount: string } } } }>(server, SIZES))
    .exploration;
  const nodes = await pages(
    async (after) => (await ask<{ customers: Page<CustomerNode> }>(server, CUSTOMERS, { after })).customers,
  );
  const customers = nodes.map(({ metrics, clv, segment, firstOrderAt, lastOrderAt, ...node }) => ({
    ...node,
    ...metrics,
    firstOrder: day(firstOrderAt),
    lastOrder: day(lastOrderAt),
    netRevenue: metrics.netRevenue?.amount ?? null,
    grossRevenue: metrics.grossRevenue?.amount ?? null,
    averageOrderValue: metrics.averageOrderValue?.amount ?? null,
    segment: segment.segment.key,
    clvDecile: clv.decile,
    predicted90d: clv.predicted90d?.amount ?? null,
    netOfReturns90d: clv.netOfReturns90d?.amount ?? null,
  }));
  const orders: Record<string, unknown> = {};
  for (const { externalId } of withOrders ? customers : []) {
    type Order = { externalId: string; placedAt: string; amount: { amount: string } };
    const placed = await pages(
      async (after) =>
        (await ask<{ customer: { orders: Page<Order> } }>(server, ORDERS, { id: externalId, after })).customer.orders,
    );
    for (const order of placed) {
      orders[order.externalId] = {
        ...order,
        amount: order.amount.amount,
        placedAt: day(order.placedAt),
        customer: externalId,
      };
    }
  }
  return {
    asOf: shop.currentRun.asOf,
    rows,
    refusals,
    customers,
    orders,
    totals: { ...sizes, netRevenue: sizes.netRevenue.amount },
  };
}

/** A file with {today+30} in it, written anew with the day filled in. */
async function withDays(file: string, folder: string): Promise<string> {
  const bytes = await readFile(file);
  if (!bytes.includes('{today')) return file;
  const copy = path.join(folder, path.basename(file));
  await writeFile(
    copy,
    bytes.toString('utf8').replace(/\{(today[^}]*)\}/g, (_, text: string) => withToday(text)),
  );
  return copy;
}

interface Told {
  readonly stdout: string;
  /** Why the command would end with 1; null where it would end with 0. */
  readonly failure: string | null;
}

/** One command, by the functions that it calls. */
async function take(step: Step, server: TestServer, config: Config, folder: string, home: string): Promise<Told> {
  try {
    if (step.import === undefined) {
      const report = wordedReport(await scoreShop(server.database, config, { asOf: step.score?.asOf }), config);
      return { stdout: scoreLines(report).join('\n'), failure: null };
    }
    const files = await Promise.all(step.import.map((file) => withDays(path.join(folder, file), home)));
    const mapping = step.map === undefined ? undefined : await readMapping(path.join(folder, step.map));
    const { format, accept } = step;
    const result = await importInto(server.database, config, files, { format, mapping, accept });
    return { stdout: importLines(result).join('\n'), failure: failureOf(result) };
  } catch (error) {
    return { stdout: '', failure: String((error as Error).message) };
  }
}

function judgeStep({ stdout, failure }: Told, want: Step['expect'] = {}): string[] {
  const short: string[] = [];
  const code = failure === null ? 0 : 1;
  const { exitCode } = want;
  if (exitCode === 'nonzero' ? code === 0 : exitCode !== undefined && code !== exitCode) {
    short.push(`exit code ${code}, not ${exitCode}`);
  }
  for (const text of want.stderrIncludes ?? []) if (!failure?.includes(text)) short.push(`stderr lacks "${text}"`);
  for (const name of want.columnsReported ?? []) {
    if (!`${stdout}${failure}`.includes(name)) short.push(`column "${name}" is not reported`);
  }
  return short;
}

async function runPart(folder: string, part: Part): Promise<string[]> {
  const { currency = 'USD', timeZone = 'UTC' } = part.shop ?? {};
  const home = await mkdtemp(path.join(os.tmpdir(), 'tessera-case-'));
  const server = await startTestServer({ demoCustomers: 0, config: { currency, timeZone } });
  const config: Config = {
    port: 0,
    host: '127.0.0.1',
    dataDir: home,
    production: false,
    rateLimit: 0,
    currency,
    timeZone,
  } as Config;
  try {
    const short: string[] = [];
    let told = '';
    for (const step of part.steps) {
      const result = await take(step, server, config, folder, home);
      told += `${result.stdout}\n${result.failure ?? ''}\n`;
      short.push(...judgeStep(result, step.expect));
    }
    const outcomes = part.anyOf ?? [];
    const wantsOrders = [part, ...outcomes].some(({ orders }) => orders !== undefined);
    const seen = await observe(server, timeZone, wantsOrders);
    told += seen.refusals.join('\n');
    const answers: unknown[] = [];
    for (const { query, variables } of part.graphql ?? []) answers.push(await ask(server, query, variables));
    short.push(...shortcomings(part, seen, told, answers));
    const verdicts = outcomes.map((outcome) => shortcomings(outcome, seen, told, answers));
    if (verdicts.length > 0 && verdicts.every((verdict) => verdict.length > 0)) {
      short.push(verdicts.map((verdict) => verdict.join(', ')).join(' | or: '));
    }
    return short.map((text) => (part.name === undefined ? text : `[${part.name}] ${text}`));
  } finally {
    await server.close();
    await rm(home, { recursive: true });
  }
}

/** Runs the shops of a case, each in a database of its own. @returns what falls short, empty where the case holds */
export async function runCase(folder: string): Promise<string[]> {
  const { parts, ...whole } = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Case;
  const short: string[] = [];
  for (const part of parts ?? [whole]) short.push(...(await runPart(folder, { shop: whole.shop, ...part })));
  return short;
}
