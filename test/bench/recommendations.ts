// What one customer's recommendations cost against one indexed read of his profile, in one process and on one database, and
// what a page of customers costs.
// usage: node scripts/bench.mjs recommendations [CUSTOMERS=10000]   makes a demo shop of that size in a folder of its own
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DEFAULT_PLAYBOOK } from '@tessera/core/recommendations/default-playbook.js';
import { writeDemoShop } from '@tessera/demo-shop';
import { secretCredential } from '@tessera/server/access/credential.js';
import { type Database, openDatabase } from '@tessera/server/db/database.js';
import { RequestContext } from '@tessera/server/graphql/context.js';
import { recommendationsOf } from '@tessera/server/graphql/recommendations/recommendation-lists.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { RunSnapshots } from '@tessera/server/runs/snapshot.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { removeDataFolder } from '../support/data-folder.js';

const ROUNDS = 400;
const WARM_UP = 50;
const PAGE = 500;
const LARGEST_RATIO = 3;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function measure(database: Database): Promise<void> {
  const snapshots = new RunSnapshots(database.reader);
  // What recommendations use of a request; keys, limits and live changes are no part of it.
  const request = () =>
    new RequestContext(
      database,
      snapshots,
      undefined as never,
      secretCredential(null, null, null),
      undefined as never,
      DEFAULT_PLAYBOOK,
    );
  const people = await database.reader<{ id: string }[]>`
    select customer_id as id from customer_profiles p where run_id = (select current_run_id from shop) and orders > 0
    order by hashtextextended(customer_id, 1) limit ${ROUNDS + WARM_UP}`;
  const reads: number[] = [];
  const lists: number[] = [];
  const counted: number[] = [];
  for (const [round, { id }] of people.entries()) {
    const context = request();
    await context.run();
    const begin = performance.now();
    const profile = await context.profiles.load(id);
    const between = performance.now();
    const list = await recommendationsOf(context, profile!, 5);
    const end = performance.now();
    if (round < WARM_UP) continue;
    reads.push(between - begin);
    lists.push(end - between);
    counted.push(list.length);
  }
  const ratio = median(lists) / median(reads);
  console.log(`one indexed read of a profile: ${median(reads).toFixed(2)} ms (median of ${reads.length})`);
  console.log(`the recommendations of a customer: ${median(lists).toFixed(2)} ms, ${ratio.toFixed(2)} times as long`);
  const context = request();
  const page = await context.profiles.loadMany(people.slice(0, PAGE).map(({ id }) => id));
  const begin = performance.now();
  const made = await Promise.all(page.map((profile) => recommendationsOf(context, profile as never, 5)));
  const seconds = (performance.now() - begin) / 1000;
  console.log(`a page of ${made.length} customers: ${seconds.toFixed(2)} s`);
  if (ratio > LARGEST_RATIO) {
    console.log(`that is more than ${LARGEST_RATIO} times`);
    process.exitCode = 1;
  }
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'recommendations-bench-'));
const database = await openDatabase({ dataFolder: path.join(folder, 'data') });
try {
  await writeDemoShop(path.join(folder, 'shop'), { customers: Number(process.argv[2] ?? 10_000) });
  const shop = await ensureShop(database.sql, {}, 'demo');
  await importPaths(database.sql, [path.join(folder, 'shop')], { timeZone: shop.timeZone, currency: shop.currency });
  await runScoring(database.sql, { timeZone: shop.timeZone });
  await database.sql`analyze`;
  await measure(database);
} finally {
  await database.close();
  await removeDataFolder(path.join(folder, 'data'));
  await rm(folder, { recursive: true });
}
