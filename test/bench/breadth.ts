/**
 * What counting customers costs a request of an agent: the same requests to a server that counts and to one that does not,
 * in turns, over one scored demo shop. usage: npm run bench -- breadth [CUSTOMERS=2000] [ROUNDS=40]
 */

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeDemoShop } from '@tessera/demo-shop';
import { createKey } from '@tessera/server/access/keys/keys.js';
import { SecretBox } from '@tessera/server/access/secret-box.js';
import { startServer } from '@tessera/server/app.js';
import { acquireBundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { openDatabase } from '@tessera/server/db/database.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { agentToken } from '../support/credentials.js';

const customers = Number(process.argv[2] ?? 2000);
const rounds = Number(process.argv[3] ?? 40);
const REQUESTS_A_ROUND = 25;
const SECRETS_KEY = 'Hw3nX8kQ5vT1zB7mJ4cL9pR2sD6fG0yAeU';

const PAGE =
  'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId basis { asOf note } segment(segmentation: "rfm") { since segment { key title color description } why { text } } } }';
const CARD =
  'query ($ids: [String!]!) { customersByExternalIds(externalIds: $ids) { externalId email country metrics { orders } } }';

const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-bench-'));
const bundled = await acquireBundledPostgres(path.join(folder, 'data'));
try {
  const database = await openDatabase({ dataFolder: path.join(folder, 'data') });
  const { sql } = database;
  await writeDemoShop(folder, { customers });
  await ensureShop(sql, {}, 'demo');
  await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD', isDemo: true });
  await runScoring(sql, { timeZone: 'UTC' });
  const rows = await sql<{ id: string }[]>`select customer_id as id from customer_profiles order by 1 limit 50`;
  const ids = rows.map(({ id }) => id);
  const secrets = new SecretBox({ dataDir: '', secretsKey: SECRETS_KEY });
  const { key, secret } = await createKey(
    { sql, secrets, actor: { actor: 'bench' } },
    { kind: 'agent-signing', title: 'bench', scopes: ['customers:read', 'customers:pii'] },
  );
  const signing = { id: key.id, secret: secret ?? '' };
  const shared = { port: 0, host: '127.0.0.1', dataDir: '', secretsKey: SECRETS_KEY, production: true, rateLimit: 0 };
  const operations = new Map<string, string>();
  const { operationHash } = await import('@tessera/server/graphql/plugins/persisted-operations.js');
  for (const text of [PAGE, CARD]) operations.set(operationHash(text), text);
  const counting = await startServer({ ...shared }, database, operations);
  const free = await startServer({ ...shared, agentBreadth: null }, database, operations);
  const servers = { counting: counting.url, free: free.url };
  type Name = keyof typeof servers;

  const requests = {
    'a badge': { query: PAGE, scope: '', count: 1 },
    'a list of 20 badges': { query: PAGE, scope: '', count: 20 },
    'a list of 50 badges': { query: PAGE, scope: '', count: 50 },
    '20 profiles, on record': { query: CARD, scope: 'customers:read customers:pii', count: 20 },
  };
  for (const [what, { query, scope, count }] of Object.entries(requests)) {
    const token = await agentToken(signing, scope);
    const body = JSON.stringify({ query, variables: { ids: ids.slice(0, count) } });
    const times: Record<Name, number[]> = { counting: [], free: [] };
    for (let round = -3; round < rounds; round++) {
      const order: Name[] = round % 2 === 0 ? ['counting', 'free'] : ['free', 'counting'];
      for (const name of order) {
        for (let i = 0; i < REQUESTS_A_ROUND; i++) {
          const startedAt = performance.now();
          const answer = await fetch(`${servers[name]}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body,
          });
          const text = await answer.text();
          if (answer.status !== 200 || text.includes('"errors"')) throw new Error(text.slice(0, 300));
          if (round >= 0) times[name].push(performance.now() - startedAt);
        }
      }
    }
    const quantile = (list: number[], share: number) => list.sort((a, b) => a - b)[Math.floor(list.length * share)]!;
    const line = (Object.keys(servers) as Name[])
      .map(
        (name) => `${name} ${quantile(times[name], 0.5).toFixed(2)} ms (p95 ${quantile(times[name], 0.95).toFixed(2)})`,
      )
      .join(', ');
    process.stdout.write(`${what}: ${line}\n`);
  }
  await counting.close();
  await free.close();
  await database.close();
} finally {
  await bundled.release();
  await rm(folder, { recursive: true, force: true });
}
