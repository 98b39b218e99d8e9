import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { writeDemoShop } from '@tessera/demo-shop';
import type { Sql } from '@tessera/server/db/database.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { expect, it } from 'vitest';
import { testDatabase, testFolder } from '../support/database.js';
import { READING } from '../support/shop-data.js';
import { serverScript } from '../support/shop-data-script.js';

const ROUNDS = 20;
const CUTS = 5;

/** Every business row, without surrogate ids and clocks, in one number a table. */
async function digest(sql: Sql): Promise<Record<string, string>> {
  const tables: Record<string, string> = {};
  for (const table of ['customers', 'products', 'orders', 'order_items', 'returns']) {
    const [row] = await sql.unsafe<{ digest: string }[]>(`
      select count(*) || ':' || coalesce(sum(hashtextextended((to_jsonb(t) - 'import_id')::text, 0)::numeric), 0) as digest from ${table} t`);
    tables[table] = row!.digest;
  }
  return tables;
}

const importer = () =>
  serverScript(`
    import { openDatabase } from './src/db/database.js';
    import { importPaths } from './src/ingest/files/import-paths.js';
    const [url, folder] = process.argv.slice(2);
    const { sql, close } = await openDatabase({ databaseUrl: url, dataFolder: '' });
    process.stdout.write('begun\\n');
    // A file that is there already is read again all the same, so that each round has all of the work before it.
    await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD', again: true });
    await close();
  `);

it('an import that is killed at any of twenty moments and begun again ends with the tables of an undisturbed one', async () => {
  const folder = path.join(await testFolder(), 'shop');
  await writeDemoShop(folder, { customers: 600 });
  const undisturbed = await testDatabase();
  await ensureShop(undisturbed.sql, {});
  const started = performance.now();
  await importPaths(undisturbed.sql, [folder], READING);
  const duration = performance.now() - started;
  const expected = await digest(undisturbed.sql);

  const killed = await testDatabase();
  await ensureShop(killed.sql, {});
  const script = await importer();
  const random = seededRandom(11);
  let cutShort = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [script, killed.url, folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    await sleep(random() * duration);
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (child.signalCode === 'SIGKILL') cutShort++;
  }
  expect(cutShort).toBeGreaterThan(ROUNDS / 2);
  await importPaths(killed.sql, [folder], READING);
  expect(await digest(killed.sql)).toEqual(expected);
}, 600_000);

it('an import whose connection is cut fails, says so on record, and works when it is begun again', async () => {
  const folder = path.join(await testFolder(), 'shop');
  await writeDemoShop(folder, { customers: 800 });
  const { sql, url } = await testDatabase();
  await ensureShop(sql, {});
  const undisturbed = await testDatabase();
  await ensureShop(undisturbed.sql, {});
  const started = performance.now();
  await importPaths(undisturbed.sql, [folder], READING);
  const duration = performance.now() - started;
  const script = await importer();
  const random = seededRandom(12);
  let failed = 0;
  for (let round = 0; round < CUTS; round++) {
    const child = spawn(process.execPath, [script, url, folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    await sleep(random() * duration);
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (child.exitCode !== 0) failed++;
  }
  expect(failed).toBeGreaterThan(0);
  const { files } = await importPaths(sql, [folder], READING);
  const again = await importPaths(sql, [folder], READING);
  expect(
    files.every(
      ({ read, kept, repaired, quarantined, duplicate }) => kept + repaired + quarantined + duplicate === read,
    ),
  ).toBe(true);
  expect(again.files.map(({ inserted, updated }) => inserted + updated)).toEqual([0, 0, 0, 0]);
}, 300_000);

it('two imports of the same files at once end as one', async () => {
  const folder = path.join(await testFolder(), 'shop');
  await writeDemoShop(folder, { customers: 500 });
  const { sql } = await testDatabase();
  await ensureShop(sql, {});
  const reports = await Promise.all([importPaths(sql, [folder], READING), importPaths(sql, [folder], READING)]);
  const [orders] = await sql<{ count: number }[]>`select count(*)::int as count from orders`;
  const inserted = reports.flatMap(({ files }) =>
    files.filter(({ format }) => format === 'orders-table').map((file) => file.inserted),
  );
  expect(inserted.reduce((sum, one) => sum + one, 0)).toBe(orders?.count);
});
