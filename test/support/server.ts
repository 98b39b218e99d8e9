import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeDemoShop } from '@tessera/demo-shop';
import { startServer } from '@tessera/server/app.js';
import type { Config } from '@tessera/server/config.js';
import { type Database, openDatabase } from '@tessera/server/db/database.js';
import {
  operationHash,
  type PersistedOperations,
  readPersistedOperations,
} from '@tessera/server/graphql/plugins/persisted-operations.js';
import { PERSISTED_OPERATIONS_FILE } from '@tessera/server/http/routes/static-files.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { createTestDatabase } from './database.js';

/** A secret key that is strong enough to be taken. */
export const ADMIN_KEY = 'Zq8vN2xW5tR7yU1oP3aS6dF9gH4jK0lMbV';
/** Seals the signing secrets of test servers, which have no data folder. */
export const SECRETS_KEY = 'Hw3nX8kQ5vT1zB7mJ4cL9pR2sD6fG0yAeU';

export interface TestServer {
  readonly url: string;
  readonly adminKey: string;
  readonly database: Database;
  /** How many streams of events are read just now. */
  streamCount(): number;
  /** What credentials of browsers may run: the widget's documents, and what a test persists. */
  readonly operations: PersistedOperations;
  /** Lets credentials of browsers run a document. @returns its text */
  persist(text: string): string;
  /** Asks by POST as the secret key, or as another credential, for which the document is persisted first. */
  query<T = Record<string, unknown>>(
    text: string,
    variables?: Record<string, unknown>,
    credential?: string,
  ): Promise<{ status: number; data: T; errors?: { message: string; extensions: { code: string } }[] }>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** A demo shop of this size is imported and scored; 0 leaves the shop empty. */
  readonly demoCustomers?: number;
  readonly config?: Partial<Config>;
}

/** A server on a database of its own and a free port, over a scored demo shop. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const created = await createTestDatabase();
  const database = await openDatabase({ databaseUrl: created.url, dataFolder: '' });
  const demoCustomers = options.demoCustomers ?? 1000;
  if (demoCustomers > 0) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-demo-test-'));
    await writeDemoShop(folder, { customers: demoCustomers });
    const shop = await ensureShop(database.sql, {}, 'demo');
    await importPaths(database.sql, [folder], { timeZone: shop.timeZone, currency: shop.currency });
    await runScoring(database.sql, { timeZone: shop.timeZone });
    await rm(folder, { recursive: true });
  }
  const operations = readPersistedOperations(PERSISTED_OPERATIONS_FILE);
  const server = await startServer(
    {
      port: 0,
      host: '127.0.0.1',
      dataDir: '',
      adminKey: ADMIN_KEY,
      secretsKey: SECRETS_KEY,
      production: false,
      // Tests ask faster than a person does; those of the limit set it.
      rateLimit: 0,
      ...options.config,
    },
    database,
    operations,
  );
  const persist = (text: string) => {
    operations.set(operationHash(text), text);
    return text;
  };
  return {
    url: server.url,
    adminKey: ADMIN_KEY,
    database,
    streamCount: () => server.streamCount(),
    operations,
    persist,
    async query(text, variables, credential = ADMIN_KEY) {
      if (credential !== ADMIN_KEY) persist(text);
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
        body: JSON.stringify({ query: text, variables }),
      });
      return { status: answer.status, ...((await answer.json()) as { data: never }) };
    },
    async close() {
      await server.close();
      await database.close();
      await created.drop();
    },
  };
}
