import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@tessera/server/db/database.js';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { buildServer, startTessera, tessera } from '../../support/cli.js';
import { testDatabase, testFolder } from '../../support/database.js';
import { post } from '../../support/graphql-shop.js';
import { ADMIN_KEY } from '../../support/server.js';

beforeAll(buildServer);

/** Four months of orders of a few customers. */
async function ordersFile(): Promise<string> {
  const file = path.join(await testFolder(), 'orders.csv');
  const rows = Array.from({ length: 30 }, (_, i) => {
    const day = new Date(Date.UTC(2026, 0, 1 + 4 * i)).toISOString().slice(0, 10);
    return `o${i},c${i % 12},${day},${20 + i}`;
  });
  await writeFile(file, ['order_id,customer_id,order_date,amount', ...rows].join('\n'));
  return file;
}

const WITHIN_MS = 60_000;
async function until(condition: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await condition())) {
    expect(performance.now() - since).toBeLessThan(WITHIN_MS);
    await sleep(100);
  }
}
const has = async (sql: Sql, condition: string) => (await sql.unsafe(`select from runs where ${condition}`)).count > 0;

it('a shop scores the months before its first run in the background, and runs that are asked for', async () => {
  const { sql, url } = await testDatabase();
  const env = { DATABASE_URL: url, TESSERA_ADMIN_KEY: ADMIN_KEY };
  const running = await startTessera(['start', '--port', '0', '--data', await ordersFile()], env);
  onTestFinished(() => void running.end('SIGKILL'));
  expect(running.output().stderr).toContain('The last 12 month ends are scored in the background');
  expect(running.output().stderr).toMatch(/features \d+\.\d s \(12 rows\), fit \d/);
  await until(async () => (await sql`select from runs where kind = 'past' and state = 'published'`).count === 3);
  await until(async () => (await sql`select from jobs where state in ('waiting', 'running')`).count === 0);
  const answer = await post(
    `${running.url}/graphql`,
    JSON.stringify({ query: 'mutation { startRun { __typename } }' }),
    {
      authorization: `Bearer ${ADMIN_KEY}`,
    },
  );
  expect(answer.data).toEqual({ startRun: { __typename: 'RunStarted' } });
  await until(() => has(sql, "kind = 'current' and state = 'published' and job_id is not null"));
  expect(await running.end()).toBe(0);
  expect(await has(sql, "state = 'running'")).toBe(false);

  const { stdout } = await tessera(['runs'], env);
  expect(stdout).toMatch(/published .* 12 customers .*\(current\)/);
  expect(stdout).toMatch(/\(before the first run, "2026-01-31"\)/);
});

it('a look is made, told as such, listed and removed by command', async () => {
  const { url } = await testDatabase();
  const env = { DATABASE_URL: url };
  expect((await tessera(['import', await ordersFile()], env)).status).toBe(0);
  expect((await tessera(['score'], env)).status).toBe(0);
  const look = await tessera(['score', '--as-of', '2026-03-01', '--name', 'spring'], env);
  expect(look.stdout).toMatch(/^run 2 published: .* as of 2026-03-01/);
  expect(look.stdout).toContain('a look at an earlier moment');
  expect((await tessera(['runs'], env)).stdout).toMatch(/ 2 {2}published .*\(look, "spring"\)/);
  const refused = await tessera(['runs', 'remove', '1'], env);
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^tessera: run 1 is no look/)]);
  expect((await tessera(['runs', 'remove', '2'], env)).stdout).toBe('run 2 is removed\n');
  expect((await tessera(['runs', 'remove', '2'], env)).stderr).toMatch(/run 2 is dropped: it holds nothing to remove/);
  expect((await tessera(['runs', 'cancel', '1'], env)).stderr).toMatch(
    /run 1 is published: there is nothing to cancel/,
  );
  const months = await tessera(['backfill', '--months', '2', '--json'], env);
  expect(JSON.parse(months.stdout).runs.map(({ lastDay }: { lastDay: string }) => lastDay)).toEqual([
    '2026-02-28',
    '2026-03-31',
  ]);
  expect((await tessera(['backfill', '--months', '2'], env)).stdout).toMatch(/^nothing to do/);
});

it('a schedule is shown, set and refused by command', async () => {
  const { url } = await testDatabase();
  const env = { DATABASE_URL: url, TESSERA_TIME_ZONE: 'Europe/Berlin' };
  expect((await tessera(['schedule'], env)).stdout).toMatch(
    /^scored by itself at "0 3 \* \* \*" in Europe\/Berlin, next at /,
  );
  expect((await tessera(['schedule', '04:15'], env)).stdout).toContain('"15 4 * * *"');
  expect((await tessera(['schedule', 'off'], env)).stdout).toBe('not scored by itself: off\n');
  const wrong = await tessera(['schedule', 'nightly'], env);
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringMatching(/^tessera: "nightly" is not a schedule/)]);
  const setting = await tessera(['schedule'], { ...env, TESSERA_SCHEDULE: '05:00' });
  expect(setting.stdout).toContain('"0 5 * * *"');
});
