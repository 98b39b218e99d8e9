import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Database, openDatabase } from '@tessera/server/db/database.js';
import { inject, onTestFinished } from 'vitest';
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

/** A new database: a copy of the migrated template, or of another that nobody is connected to. */
export async function createTestDatabase(
  template = inject('templateName'),
): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const name = `tessera_test_${process.pid}_${Date.now().toString(36)}_${++made}`;
  const admin = connectAdmin(inject('serverUrl'));
  try {
    await admin.unsafe(`create database ${name} template ${template}`);
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

/** An open, migrated database of the test's own: empty, or a copy of another. */
export async function testDatabase(template?: string): Promise<Database & { url: string }> {
  const created = await createTestDatabase(template);
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
