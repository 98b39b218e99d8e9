import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { LANGUAGES } from '@tessera/core';
import { writeDemoShop } from '@tessera/demo-shop';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { negotiateLanguage } from '@tessera/server/language.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentToken, makeKey } from '../support/credentials.js';
import { type GraphqlAnswer, post } from '../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { allEnglish } from '../support/words.js';

let server: TestServer;
let badgeToken: string;
let customerId: string;

async function scoreDemoShop({ database: { sql } }: TestServer): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-languages-'));
  await writeDemoShop(folder, { customers: 400 });
  await ensureShop(sql, {}, 'demo');
  await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD' });
  await runScoring(sql, { timeZone: 'UTC' });
  await rm(folder, { recursive: true });
}

beforeAll(async () => {
  server = await startTestServer({ demoCustomers: 0 });
  await scoreDemoShop(server);
  const [buyer] = await server.database.sql<{ id: string }[]>`
    select customer_id as id from customer_profiles where orders >= 2 order by net_revenue desc limit 1`;
  customerId = buyer!.id;
  const key = await makeKey(server.database.sql, { kind: 'agent-signing', scopes: ['badge:read', 'customers:read'] });
  badgeToken = await agentToken(key, 'badge:read');
}, 120_000);
afterAll(() => server?.close());

const ask = (text: string, headers: Record<string, string> = {}, credential = server.adminKey) => {
  if (credential !== server.adminKey) server.persist(text);
  const body = JSON.stringify({ query: text, variables: { id: customerId } });
  return post(`${server.url}/graphql`, body, { authorization: `Bearer ${credential}`, ...headers });
};

/** Every text of an answer, wherever it stands under these names. */
function textsIn(value: unknown, names: ReadonlySet<string>, found: string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, part] of Object.entries(value)) {
    if (names.has(name) && typeof part === 'string') found.push(part);
    else if (names.has(name) && Array.isArray(part)) found.push(...part.filter((text) => typeof text === 'string'));
    textsIn(part, names, found);
  }
  return found;
}

const WORDED = new Set([
  'text',
  'title',
  'description',
  'method',
  'reason',
  'note',
  'verdict',
  'warnings',
  'kpi',
  'perks',
]);
const EVERYTHING = `query ($id: String!) {
  segmentations { title method quality { reason warnings } segments { title description actions { title description kpi }
    profile { distinguishing { text kind values } } } }
  clv { verdict }
  models { title note }
  customer(externalId: $id) {
    basis { note }
    segments { segment { title } why { text kind values feature } nearest { text kind values } }
    clv { basis { note } why { text } }
    recommendations(first: 5) { reason kind values }
    nextActions(first: 5) { reason kind values kpi action { title description } }
    shopper { perks recommendations { reason } }
  }
}`;

const textsOf = (answer: GraphqlAnswer) => {
  expect(answer.errors).toEqual([]);
  return textsIn(answer.data, WORDED);
};

describe('texts of the API', () => {
  it('come in the language that the header likes most, in all five, and the answer says so', async () => {
    const english = textsOf(await ask(EVERYTHING));
    expect(english.length).toBeGreaterThan(100);
    for (const language of LANGUAGES) {
      const answer = await ask(EVERYTHING, { 'accept-language': `fr, ${language}-XX;q=0.9, en;q=0.1` });
      expect(answer.headers.get('content-language')).toBe(language);
      expect(answer.headers.get('vary')).toContain('Accept-Language');
      const texts = textsOf(answer);
      expect(texts).toHaveLength(english.length);
      for (const text of texts) expect(text).not.toMatch(/undefined|NaN|\[object/);
      const alike = texts.filter((text, i) => text === english[i] && !/^(VIP|RFM|Premium)$/.test(text));
      expect(alike.length, alike.join()).toBe(
        language === 'en' ? english.filter((t) => !/^(VIP|RFM|Premium)$/.test(t)).length : 0,
      );
    }
  });

  it('come in the language of the argument, which goes before the header', async () => {
    const query = '{ segmentation(key: "rfm") { segments { title(language: "de-AT") } } }';
    const titles = textsOf(await ask(query, { 'accept-language': 'ja' }));
    expect(titles).toContain('Treue Kunden');
    const refused = await ask('{ segmentation(key: "rfm") { title(language: "tlh") } }');
    expect(refused.errors[0]).toMatchObject({
      message: '"tlh" is not a language of ours: choose one of en, de, es, ja, ar',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('have a kind and values beside them, from which the text was made', async () => {
    const query = 'query ($id: String!) { customer(externalId: $id) { segment { why { text kind values } } } }';
    const { data } = await ask(query, { 'accept-language': 'de' });
    const [, ...scores] = (data as { customer: { segment: { why: { kind: string; values: object }[] } } }).customer
      .segment.why;
    expect(scores.at(-1)).toMatchObject({ kind: 'monetary-score', values: { amount: expect.any(Number) } });
  });

  it('hold no figure for who reads nothing but badges, in any language, and no numbers stand beside them', async () => {
    const query = `query ($id: String!) { customer(externalId: $id) { segment { segment { title description } why { text kind values value cutOff effect } } } }`;
    for (const language of LANGUAGES) {
      const answer = await ask(query, { 'accept-language': language }, badgeToken);
      const texts = textsOf(answer);
      expect(texts.length).toBeGreaterThan(4);
      for (const text of texts) expect(text).not.toMatch(/\p{Nd}/u);
      const { why } = (answer.data as { customer: { segment: { why: Record<string, unknown>[] } } }).customer.segment;
      for (const reason of why) expect(reason).toMatchObject({ values: null, value: null, cutOff: null, effect: null });
    }
  });
});

describe('the language of a header', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fr, it;q=0.8', 'en'],
    ['de-AT', 'de'],
    ['en;q=0.3, ja;q=0.8, de;q=0.8', 'ja'],
    ['ar;q=0, es', 'es'],
    ['*', 'en'],
    ['zh-Hant-TW;q=1.0, AR-eg;q=0.1', 'ar'],
    ['de;q=nonsense, es', 'es'],
    [`${'x,'.repeat(10_000)}de`, 'en'],
  ])('%s is %s', (header, language) => {
    expect(negotiateLanguage(header)).toBe(language);
  });
});

describe('what an older version stored', () => {
  let old: TestServer;
  beforeAll(async () => {
    old = await startTestServer({ demoCustomers: 0 });
    await scoreDemoShop(old);
    const { sql } = old.database;
    // Fitted, drift and quarantine as they were before there were kinds: English texts where wordings stand now.
    for (const { key, fitted, drift } of await sql<{ key: string; fitted: object; drift: object | null }[]>`
      select key, fitted, drift from fitted_models`) {
      await sql`update fitted_models set fitted = ${sql.json(allEnglish(fitted) as never)},
        drift = ${drift === null ? null : sql.json(allEnglish(drift) as never)} where key = ${key}`;
    }
    await sql`update quarantined_rows set reason_kind = null, reason_values = null`;
  }, 120_000);
  afterAll(() => old?.close());

  it('is served as it stands, whatever the language, and what is made anew is in the language', async () => {
    const headers = { authorization: `Bearer ${old.adminKey}`, 'accept-language': 'de' };
    const answer = await post(
      `${old.url}/graphql`,
      JSON.stringify({ query: EVERYTHING, variables: { id: customerId } }),
      headers,
    );
    const texts = textsOf(answer);
    expect(texts).toContain('Potential Loyalist');
    expect(texts.some((text) => /^Umsatzwert \d von 5/.test(text))).toBe(true);
  });

  it('can be followed by a run, which keeps the keys of the clusters and knows their titles in every language', async () => {
    const { sql } = old.database;
    const keys = async () => {
      const [row] = await sql<{ fitted: { clusters: { key: string; title: unknown }[] } }[]>`
        select fitted from fitted_models where key = 'behaviour' order by run_id desc limit 1`;
      return row!.fitted.clusters;
    };
    const before = await keys();
    expect(typeof before[0]!.title).toBe('string');
    await runScoring(sql, { timeZone: 'UTC' });
    const after = await keys();
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
    expect(after[0]!.title).toMatchObject({ kind: 'cluster-title' });
  });

  it('is read from quarantine with its own text', async () => {
    const query = '{ imports { nodes { quarantined(first: 5) { reason kind values } } } }';
    const headers = { authorization: `Bearer ${old.adminKey}`, 'accept-language': 'de' };
    const { data } = await post(`${old.url}/graphql`, JSON.stringify({ query }), headers);
    const rows = (data as { imports: { nodes: { quarantined: object[] }[] } }).imports.nodes.flatMap(
      (n) => n.quarantined,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows)
      expect(row).toMatchObject({ kind: null, values: null, reason: expect.stringMatching(/^[a-z]/) });
  });
});

it('the file of an import in quarantine is in the language asked for', async () => {
  const [row] = await server.database.sql<{ importId: number }[]>`
    select import_id::float8 as "importId" from quarantined_rows limit 1`;
  const read = async (language: string) => {
    const headers = { authorization: `Bearer ${server.adminKey}`, 'accept-language': language };
    return (await fetch(`${server.url}/imports/${row!.importId}/quarantine.csv`, { headers })).text();
  };
  const [english, german] = [await read('en'), await read('de')];
  expect(german.split('\n')).toHaveLength(english.split('\n').length);
  expect(german).not.toBe(english);
  expect(german).toMatch(/"(ist|hat|fehlt|enthält|kann|liegt|wurde)[ "]/);
});
