/**
 * How fast orders and lines are imported, against a raw COPY of the same rows into the same tables on the same server,
 * keys and indexes in place. usage: npm run bench -- import-speed [ORDERS=500000]
 */

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { acquireBundledPostgres } from '@tessera/server/db/bundled-postgres/bundled-postgres.js';
import { type Database, openDatabase, type Sql } from '@tessera/server/db/database.js';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { removeDataFolder } from '../support/data-folder.js';

const orderCount = Number(process.argv[2] ?? 500_000);
const day = (i: number) => new Date(Date.UTC(2022, 0, 1) + (i % 1200) * 86_400_000 + (i % 86_400) * 1000).toISOString();

async function write(file: string, header: string, rows: number, row: (i: number) => string): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(`${header}\n`);
  for (let i = 0; i < rows; i++) if (!stream.write(`${row(i)}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

/** A permutation, so that customers come in no order. */
const owner = (i: number) => ((i * 7919) % Math.max(1, Math.round(orderCount * 0.6))) + 1;

async function rawCopy(sql: Sql, table: string, columns: string, lines: (i: number) => string): Promise<number> {
  await sql.unsafe(`create table raw_${table} (like ${table} including all)`);
  const started = performance.now();
  const copy = await sql.unsafe(`copy raw_${table} (${columns}) from stdin`).writable();
  let buffer = '';
  for (let i = 0; i < orderCount; i++) {
    buffer += lines(i);
    if (buffer.length < 262_144 && i < orderCount - 1) continue;
    const text = buffer;
    buffer = '';
    await new Promise<void>((resolve, reject) => copy.write(text, (error) => (error ? reject(error) : resolve())));
  }
  await new Promise<void>((resolve) => copy.end(resolve));
  return (performance.now() - started) / 1000;
}

async function measure(database: Database, folder: string): Promise<void> {
  const { sql } = database;
  await ensureShop(sql, {});
  await sql`insert into customers (customer_id) select i::text from generate_series(1, ${Math.round(orderCount * 0.6) + 1}) i`;
  const files = { orders: path.join(folder, 'orders.csv'), lines: path.join(folder, 'lines.csv') };
  await write(
    files.orders,
    'order_id,user_id,status,created_at,shipped_at,delivered_at,returned_at',
    orderCount,
    (i) => `${i + 1},${owner(i)},Complete,${day(i)},${day(i + 2)},${day(i + 5)},`,
  );
  await write(
    files.lines,
    'id,order_id,user_id,product_id,status,sale_price,quantity',
    orderCount,
    (i) =>
      `${i + 1},${i + 1},${owner(i)},${(i * 31) % 5000},Complete,${((i % 9000) / 100 + 1).toFixed(2)},${(i % 3) + 1}`,
  );
  const { files: reports } = await importPaths(sql, [files.orders, files.lines], { timeZone: 'UTC', currency: 'USD' });
  const raw = [
    await rawCopy(
      sql,
      'orders',
      'order_id, customer_id, status, placed_at, shipped_at, delivered_at',
      (i) => `${i + 1}\t${owner(i)}\tdelivered\t${day(i)}\t${day(i + 2)}\t${day(i + 5)}\n`,
    ),
    await rawCopy(
      sql,
      'order_items',
      'item_id, order_id, customer_id, product_id, status, amount, quantity',
      (i) =>
        `${i + 1}\t${i + 1}\t${owner(i)}\t${(i * 31) % 5000}\tdelivered\t${(((i % 9000) / 100 + 1) * ((i % 3) + 1)).toFixed(2)}\t${(i % 3) + 1}\n`,
    ),
  ];
  const rate = (seconds: number) => Math.round(orderCount / seconds).toLocaleString('en');
  reports.forEach(({ source, seconds }, i) => {
    console.log(
      `${source}: import ${rate(seconds)} rows/s, raw COPY ${rate(raw[i]!)} rows/s, ratio ${(raw[i]! / seconds).toFixed(2)}`,
    );
  });
  const total = reports.reduce((sum, { seconds }) => sum + seconds, 0);
  const rawTotal = raw.reduce((sum, seconds) => sum + seconds, 0);
  console.log(
    `together: ratio ${(rawTotal / total).toFixed(2)} (at least 0.40); peak memory of node ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
}

const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-bench-'));
const server = await acquireBundledPostgres(path.join(folder, 'data'));
const database = await openDatabase({ dataFolder: path.join(folder, 'data') });
try {
  await measure(database, folder);
} finally {
  await database.close();
  await server.release();
  await removeDataFolder(path.join(folder, 'data'));
  await rm(folder, { recursive: true, force: true });
}
