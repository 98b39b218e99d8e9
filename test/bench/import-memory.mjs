// Imports a million ORDERS rows in the noisy raw form with the built command and watches the memory of its process.
//   node test/bench/import-memory.mjs [ROWS] [plain|gzip]      fails above 500 MiB
import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';

const MOST_MIB = 500;
const rows = Number(process.argv[2] ?? 1_000_000);
const packing = process.argv[3] ?? 'gzip';
if (!Number.isInteger(rows) || rows < 1 || !['plain', 'gzip'].includes(packing)) {
  console.error('usage: node test/bench/import-memory.mjs [ROWS] [plain|gzip]');
  process.exit(2);
}
const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const program = path.join(root, 'packages/server/bin/tessera.mjs');

/** ORDERS in the noisy raw form: mixed case, blanks, words for missing values, dates in several forms. */
function* orders() {
  yield '\uFEFFORDER_ID,USER_ID,Status,GENDER, created_at,RETURNED_AT,Shipped At,delivered_at ,NUM_OF_ITEM\n';
  const words = ['Complete', 'SHIPPED', ' Shipped ', 'shipped', 'COMPLETE', 'Cancelled', ' returned', 'Processing'];
  const missing = ['', 'NULL', 'NaT', 'None'];
  const start = Date.UTC(2022, 0, 1);
  let text = '';
  for (let i = 1; i <= rows; i++) {
    const at = (minutes) => new Date(start + i * 120_000 + minutes * 60_000).toISOString();
    const day = (minutes) =>
      i % 3 === 0 ? at(minutes) : `${at(minutes).slice(0, 19).replace('T', ' ')}${i % 3 === 1 ? '.000000' : ''} UTC`;
    const gap = missing[i % 4];
    const blank = i % 50 === 0 ? ' ' : '';
    const word = words[i % words.length];
    const isReturned = word === ' returned';
    const isShipped = !/Cancelled|Processing/.test(word);
    text += `${blank}${i},${blank}${1 + ((i * 7919) % (rows / 2))},${word},${i % 2 ? 'F' : 'M'},${day(0)},${isReturned ? day(9000) : gap},${isShipped ? day(3000) : gap},${/COMPLETE|returned/i.test(word) ? day(6000) : gap},${1 + (i % 3)}\n`;
    if (text.length > 65_536) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** The largest memory that a process has had, from Linux' own account; null where there is none. */
function peakMib(pid) {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? null : Number(line[1]) / 1024;
  } catch {
    return null;
  }
}

if (!existsSync(path.join(root, 'packages/server/dist/main.js'))) {
  spawnSync(process.execPath, [path.join(root, 'packages/server/build.mjs')], { stdio: 'inherit' });
}
const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-bench-'));
try {
  await chmod(folder, 0o755);
  const file = path.join(folder, packing === 'gzip' ? 'ORDERS.csv.gz' : 'ORDERS.csv');
  await pipeline(
    Readable.from(orders()),
    ...(packing === 'gzip' ? [createGzip({ level: 1 })] : []),
    createWriteStream(file),
  );
  console.log(`${rows} rows, ${((await stat(file)).size / 1024 / 1024).toFixed(0)} MiB ${packing}`);

  const environment = { ...process.env, TESSERA_DATA_DIR: path.join(folder, 'data') };
  delete environment.DATABASE_URL;
  // The folder and its PostgreSQL are made first, so that the import alone is timed.
  spawnSync(process.execPath, [program, 'score'], { env: environment });
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program, 'import', file, '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let peak = null;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak ?? 0, peakMib(child.pid) ?? 0);
    await Promise.race([sleep(50), ended]);
  }
  const status = await ended;
  const seconds = (performance.now() - startedAt) / 1000;
  if (status !== 0) throw new Error(`the import ended with status ${status}`);
  const [report] = JSON.parse(stdout).files;
  if (report.read !== rows || report.inserted + report.quarantined + report.duplicate !== rows) {
    throw new Error(`the report does not add up: ${JSON.stringify(report)}`);
  }
  const rate = Math.round(rows / seconds);
  console.log(`${seconds.toFixed(1)} s in all, ${rate} rows/s, peak ${peak?.toFixed(0)} MiB of ${MOST_MIB}`);
  if (peak === 0 || peak > MOST_MIB) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
