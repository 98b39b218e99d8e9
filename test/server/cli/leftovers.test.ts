import { existsSync, readdirSync } from 'node:fs';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { buildServer, startTessera, tessera } from '../../support/cli.js';
import { createTestDatabase, testFolder } from '../../support/database.js';
import { ADMIN_KEY } from '../../support/server.js';

buildServer();

/** A database and a temporary folder of the test's own. */
async function place() {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const temporary = await testFolder();
  const env = {
    DATABASE_URL: database.url,
    TMPDIR: temporary,
    TESSERA_ADMIN_KEY: ADMIN_KEY,
    TESSERA_DATA_DIR: await testFolder(),
  };
  return { temporary, env, leftovers: () => readdirSync(temporary).filter((name) => name.startsWith('tessera-')) };
}

/** Begins an upload that goes on until its server is gone. */
async function beginUpload(url: string, leftovers: () => string[]): Promise<void> {
  const before = leftovers().length;
  const request = httpRequest(`${url}/import/orders.csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  request.on('error', () => {});
  onTestFinished(() => void request.destroy());
  request.write(`order_id,customer_id,status,placed_at\n${'o-1,c-1,delivered,2026-01-01\n'.repeat(1000)}`);
  for (let i = 0; i < 200 && leftovers().length === before; i++) await sleep(20);
}

const serve = (env: Record<string, string>) => startTessera(['serve', '--port', '0'], env);

it('what a killed server had taken of an upload is removed by the next start, and what another one takes stays', async () => {
  const { env, leftovers } = await place();
  const killed = await serve(env);
  await beginUpload(killed.url, leftovers);
  const left = leftovers();
  expect(left).toHaveLength(1);
  await killed.end('SIGKILL');
  expect(leftovers()).toEqual(left);

  const living = await serve(env);
  onTestFinished(async () => void (await living.end()));
  expect(leftovers()).toEqual([]);
  await beginUpload(living.url, leftovers);
  const taken = leftovers();
  expect(taken).toHaveLength(1);

  // A second server beside it, and an import by command.
  const beside = await serve(env);
  expect(leftovers()).toEqual(taken);
  await beside.end();
  const file = path.join(await testFolder(), 'people.csv');
  await writeFile(file, 'customer_id,email\nc-1,a@shop.example\n');
  expect((await tessera(['import', file], env)).status).toBe(0);
  expect(leftovers()).toEqual(taken);
});

it('only folders of our own making, of our user and of nobody who lives are removed', async () => {
  const { temporary, env, leftovers } = await place();
  const host = os.hostname().replace(/[^\w.]/g, '_');
  // The largest process id that Linux gives is 4,194,304.
  const gone = [
    `tessera-upload-${host}-9999999-AbCdEf`,
    `tessera-stdin-${host}-9999998-AbCdEf`,
    'tessera-upload-OldOne',
  ];
  const kept = [
    `tessera-upload-${host}-${process.pid}-AbCdEf`,
    'tessera-upload-another.host-9999999-AbCdEf',
    'tessera-upload-NewOne',
    'tessera-uploads',
    `tessera-upload-${host}-9999999-AbCdEf.csv`,
  ];
  const long = new Date(Date.now() - 2 * 3600_000);
  for (const name of [...gone, ...kept]) {
    await mkdir(path.join(temporary, name));
    await writeFile(path.join(temporary, name, 'orders.csv'), 'x');
  }
  await utimes(path.join(temporary, 'tessera-upload-OldOne'), long, long);
  const elsewhere = await testFolder();
  await writeFile(path.join(elsewhere, 'mine.txt'), 'x');
  const link = `tessera-upload-${host}-9999997-AbCdEf`;
  await symlink(elsewhere, path.join(temporary, link));
  // Another server's folder on another machine that shares this one, of which nothing was heard for hours.
  const silent = 'tessera-upload-a.third-1-AbCdEf';
  await mkdir(path.join(temporary, silent));
  await utimes(path.join(temporary, silent), long, long);

  const server = await serve(env);
  await server.end();
  expect(leftovers().sort()).toEqual([...kept, link].sort());
  expect(existsSync(path.join(elsewhere, 'mine.txt'))).toBe(true);
});

it('standard input is read by -, and a path that leads to it is refused in one line', async () => {
  const { env } = await place();
  const fifo = await tessera(['import', '/dev/stdin'], env);
  expect(fifo.status).toBe(1);
  expect(fifo.stderr.trim().split('\n').at(-1)).toMatch(
    /\/dev\/stdin is a (device|FIFO): an import takes regular files, and - for/,
  );
  // The tests give commands an empty one.
  const empty = await tessera(['import', '-'], env);
  expect(empty.stderr).toContain('is empty: there is nothing to import');
});
