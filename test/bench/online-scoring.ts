/**
 * What scoring its customer adds to an order that comes in: the same orders with and without, one message each, over a
 * scored demo shop. usage: npm run bench -- online-scoring [CUSTOMERS=10000] [ORDERS=100]
 */

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeDemoShop } from '@tessera/demo-shop';
import { acquireBundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { openDatabase } from '@tessera/server/db/database.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { importMessage, type Rescore } from '@tessera/server/ingest/webhooks/messages.js';
import { ModelStore } from '@tessera/server/runs/model-store.js';
import { rescoreCustomers } from '@tessera/server/scoring/online.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { removeDataFolder } from '../support/data-folder.js';

const customers = Number(process.argv[2] ?? 10_000);
const orders = Number(process.argv[3] ?? 100);
const READING = { timeZone: 'UTC', currency: 'USD' };

const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-bench-'));
const bundled = await acquireBundledPostgres(path.join(folder, 'data'));
try {
  const database = await openDatabase({ dataFolder: path.join(folder, 'data') });
  const { sql } = database;
  await writeDemoShop(folder, { customers });
  await ensureShop(sql, {});
  await importPaths(
    sql,
    ['USERS.csv', 'PRODUCTS.csv', 'ORDERS.csv', 'ORDER_ITEMS.csv'].map((name) => path.join(folder, name)),
    READING,
  );
  const { seconds } = await runScoring(sql, { timeZone: 'UTC' });
  const ids = await sql<
    { id: string }[]
  >`select customer_id as id from customers where customer_id <> '' order by md5(customer_id) limit ${orders}`;
  const models = new ModelStore(sql);
  const rescore: Rescore = (transaction, touched) => rescoreCustomers(transaction, models, touched);
  const took: Record<string, number[]> = { stored: [], scored: [] };
  for (const [i, { id }] of ids.entries()) {
    for (const [name, scoring] of i % 2 === 0
      ? ([
          ['stored', undefined],
          ['scored', rescore],
        ] as const)
      : ([
          ['scored', rescore],
          ['stored', undefined],
        ] as const)) {
      const row = {
        order_id: `bench-${name}-${i}`,
        item_id: '1',
        customer_id: id,
        placed_at: new Date().toISOString(),
        status: 'placed',
        amount: '25',
        quantity: '1',
      };
      const started = performance.now();
      await importMessage(
        sql,
        { source: 'bench', format: 'bench', groups: [{ entity: 'sales', rows: [row] }] },
        READING,
        scoring,
      );
      took[name]!.push(performance.now() - started);
    }
  }
  const at = (times: number[], share: number) =>
    [...times].sort((a, b) => a - b)[Math.floor(share * (times.length - 1))]!;
  for (const [name, times] of Object.entries(took)) {
    console.log(`${name}: median ${at(times, 0.5).toFixed(1)} ms, 95th percentile ${at(times, 0.95).toFixed(1)} ms`);
  }
  console.log(
    `an order that is scored takes ${(at(took.scored!, 0.5) / at(took.stored!, 0.5)).toFixed(2)} times one that is only stored; the run took ${seconds.toFixed(1)} s`,
  );
  await database.close();
} finally {
  await bundled.release();
  await removeDataFolder(path.join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
}
