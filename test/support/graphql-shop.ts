import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeDemoShop } from '@tessera/demo-shop';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { type RunReport, runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { startTestServer, type TestServer } from './server.js';

const DAY_MS = 86_400_000;

export interface ScoredTwice extends TestServer {
  /** As of 120 days before the end of the data. */
  readonly older: RunReport;
  /** The current one. */
  readonly newer: RunReport;
}

/** A server over a demo shop that was scored twice, so that it has a ledger and an older run to ask for. */
export async function startShopScoredTwice(customers: number): Promise<ScoredTwice> {
  const server = await startTestServer({ demoCustomers: 0 });
  const { sql } = server.database;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-scored-twice-'));
  try {
    await writeDemoShop(folder, { customers });
    await ensureShop(sql, {}, 'demo');
    await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD' });
  } finally {
    await rm(folder, { recursive: true });
  }
  const [end] = await sql<{ at: Date }[]>`select max(placed_at) as at from orders`;
  const older = await runScoring(sql, { timeZone: 'UTC', asOf: new Date(end!.at.getTime() - 120 * DAY_MS) });
  const newer = await runScoring(sql, { timeZone: 'UTC' });
  return { ...server, older, newer };
}

export interface GraphqlAnswer {
  status: number;
  headers: Headers;
  text: string;
  errors: { message: string; extensions?: { code?: string } }[];
  data?: Record<string, unknown> | null;
}

/** One POST as it goes over the wire, with any body and headers. */
export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<GraphqlAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  const json = text.startsWith('{') ? (JSON.parse(text) as Partial<GraphqlAnswer>) : {};
  return { status: answer.status, headers: answer.headers, text, errors: json.errors ?? [], data: json.data };
}

export const codesOf = ({ errors }: { errors?: { extensions?: { code?: string } }[] }) =>
  (errors ?? []).map(({ extensions }) => extensions?.code);

/** The token that a demo page is given. */
export async function demoToken(url: string, page: 'crm' | 'storefront'): Promise<string> {
  const answer = await fetch(`${url}/demo/token?page=${page}`, { method: 'POST' });
  return ((await answer.json()) as { token: string }).token;
}

/** A value inside an answer: through lists by their first entry that is not null. */
export function valueAt(data: unknown, keys: readonly string[]): unknown {
  let value = data;
  const first = () => {
    while (Array.isArray(value)) value = value.find((each) => each !== null) ?? null;
  };
  for (const key of keys) {
    first();
    if (value === null || value === undefined) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return value ?? null;
}
