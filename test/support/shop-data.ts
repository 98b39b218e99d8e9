import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CustomerFeatures } from '@tessera/core/customers/customer-features.js';
import { FEATURE_NAMES, type FeatureName } from '@tessera/core/customers/features.js';
import { type Database, openDatabase, type Sql } from '@tessera/server/db/database.js';
import { createFeatures, type FeatureOptions } from '@tessera/server/db/queries/runs/run-features.js';
import { Workspace } from '@tessera/server/db/queries/runs/workspace.js';
import { importPaths, type PathsReport } from '@tessera/server/ingest/files/import-paths.js';
import { collectFeatures, readFeatureChunks } from '@tessera/server/scoring/features/feature-chunks.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { onTestFinished } from 'vitest';
import { createTestDatabase, testDatabase, testFolder } from './database.js';

/** How the tests' shops read their files where nothing else is said. */
export const READING = { timeZone: 'UTC', currency: 'USD' } as const;

export interface ImportedShop {
  readonly sql: Sql;
  readonly report: PathsReport;
  close(): Promise<void>;
}

/** A shop with the data of these files, in a database of its own, for the tests of one block to read. */
export async function importedShop(paths: readonly string[], timeZone = 'UTC'): Promise<ImportedShop> {
  const created = await createTestDatabase();
  const database: Database = await openDatabase({ databaseUrl: created.url, dataFolder: '' });
  const close = async () => {
    await database.close();
    await created.drop();
  };
  try {
    await ensureShop(database.sql, { timeZone });
    return { sql: database.sql, report: await importPaths(database.sql, paths, { ...READING, timeZone }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An empty shop of the test's own. */
export async function emptyShop(timeZone = 'UTC'): Promise<Sql> {
  const { sql } = await testDatabase();
  await ensureShop(sql, { timeZone });
  return sql;
}

/** Writes files into a folder of the test's own and imports them in the order given. */
export async function importTexts(
  sql: Sql,
  texts: Readonly<Record<string, string | Buffer>>,
  timeZone = 'UTC',
): Promise<PathsReport> {
  const folder = await testFolder();
  const paths: string[] = [];
  for (const [name, text] of Object.entries(texts)) {
    const file = path.join(folder, name);
    await writeFile(file, text);
    paths.push(file);
  }
  return importPaths(sql, paths, { ...READING, timeZone });
}

/** A second connection to the same database, closed when the test ends. */
export async function anotherConnection(url: string): Promise<Sql> {
  const database = await openDatabase({ databaseUrl: url, dataFolder: '' });
  onTestFinished(() => database.close());
  return database.sql;
}

export interface ReadFeatures {
  readonly ids: readonly string[];
  readonly features: CustomerFeatures;
}

/** Every customer's features as the models read them, by id. */
export async function readFeatures(sql: Sql, options: FeatureOptions): Promise<ReadFeatures> {
  return sql.begin(async (transaction) => {
    await createFeatures(new Workspace(transaction), options);
    const rows = await transaction<{ id: string }[]>`select customer_id as id from run_features order by row`;
    return {
      ids: rows.map(({ id }) => id),
      features: await collectFeatures(readFeatureChunks(new Workspace(transaction))),
    };
  });
}

/** Some rows of the features, in the order of `rows`. */
export function takeRows({ ids, features }: ReadFeatures, rows: readonly number[]): ReadFeatures {
  const columns = Object.fromEntries(
    Object.entries(features.columns).map(([name, column]) => [name, Float64Array.from(rows, (row) => column[row]!)]),
  ) as CustomerFeatures['columns'];
  return { ids: rows.map((row) => ids[row]!), features: { ...features, count: rows.length, columns } };
}

/** The customers with an order. */
export function takeBuyers(read: ReadFeatures): ReadFeatures {
  const { orders } = read.features.columns;
  return takeRows(
    read,
    read.ids.flatMap((_, row) => (orders[row]! > 0 ? [row] : [])),
  );
}

/** Every customer's features; a missing value is NaN. */
export async function featuresAt(
  sql: Sql,
  asOf: string,
  options: Partial<Omit<FeatureOptions, 'asOf'>> = {},
): Promise<Record<string, Record<FeatureName, number>>> {
  const { ids, features } = await readFeatures(sql, {
    asOf: new Date(asOf),
    timeZone: 'UTC',
    orders: 'placed',
    status: 'asOf',
    ...options,
  });
  return Object.fromEntries(
    ids.map((id, row) => [
      id,
      Object.fromEntries(FEATURE_NAMES.map((name) => [name, features.columns[name][row]!])) as Record<
        FeatureName,
        number
      >,
    ]),
  );
}
