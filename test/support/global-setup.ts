import { chmod, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { acquireBundledPostgres, type BundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { openDatabase } from '@tessera/server/db/database.js';
import type { TestProject } from 'vitest/node';
import { connectAdmin } from './connect-admin.js';
import { removeDataFolder } from './data-folder.js';

const TEMPLATE = 'tessera_test_template';

/** One server for all tests: the bundled PostgreSQL in a folder of its own, or the one that DATABASE_URL names. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let bundled: BundledPostgres | null = null;
  let folder: string | null = null;
  let serverUrl = process.env.DATABASE_URL;
  if (serverUrl === undefined) {
    folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-tests-'));
    await chmod(folder, 0o755);
    bundled = await acquireBundledPostgres(folder);
    const { host, password, username } = bundled.connection;
    serverUrl = `postgres://${username}:${password}@localhost/postgres?host=${encodeURIComponent(host)}`;
  }
  const admin = connectAdmin(serverUrl);
  await admin.unsafe(`drop database if exists ${TEMPLATE} with (force)`);
  await admin.unsafe(`create database ${TEMPLATE}`);
  await admin.end();
  const templateUrl = new URL(serverUrl);
  templateUrl.pathname = `/${TEMPLATE}`;
  await (await openDatabase({ databaseUrl: templateUrl.href, dataFolder: '' })).close();
  project.provide('serverUrl', serverUrl);
  project.provide('templateName', TEMPLATE);
  return async () => {
    await bundled?.release();
    if (folder !== null) await removeDataFolder(folder);
  };
}
