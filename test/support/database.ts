import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../packages/server/src/db/database.js';
import { connectAdmin } from './connect-admin.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A server to make test databases on: the bundled one, or the one of DATABASE_URL. */
    serverUrl: string;
    templateName: string;
  }
}

let made = 0;

/** The address of a database on the tests' server. */
export function databaseUrl(name: string): string {
  const url = new URL(inject('serverUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

/** A new database from the migrated template, gone when the test ends. */
export async function createTestDatabase(): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const name = `tessera_test_${process.pid}_${Date.now().toString(36)}_${++made}`;
  const admin = connectAdmin(inject('serverUrl'));
  try {
    await admin.unsafe(`create database ${name} template ${inject('templateName')}`);
  } finally {
    await admin.end();
  }
  return {
    name,
    url: databaseUrl(name),
    async drop() {
      const dropper = connectAdmin(inject('serverUrl'));
      await dropper.unsafe(`drop database if exists ${name} with (force)`);
      await dropper.end();
    },
  };
}

/** An open, empty, migrated database of the test's own. */
export async function testDatabase(): Promise<Database & { url: string }> {
  const created = await createTestDatabase();
  const database = await openDatabase({ databaseUrl: created.url, dataFolder: '' });
  onTestFinished(async () => {
    await database.close();
    await created.drop();
  });
  return { ...database, url: created.url };
}

/** A folder of the test's own, gone when the test ends. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
