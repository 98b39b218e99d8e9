import { execFileSync, spawnSync } from 'node:child_process';
import type { Sql } from '@tessera/server/db/database.js';
import { readCurrentRunId } from '@tessera/server/db/queries/runs/current-run.js';
import { failInterruptedRuns } from '@tessera/server/db/queries/runs/runs.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../support/database.js';
import { addOrders } from '../../support/shop-data-orders.js';
import { serverScript } from '../../support/shop-data-script.js';

/** Thirty customers who bought two of three products. */
async function shop(): Promise<{ sql: Sql; url: string }> {
  const { sql, url } = await testDatabase();
  await ensureShop(sql, {});
  const products = ['hat', 'sock', 'shoe'];
  await addOrders(
    sql,
    ...Array.from({ length: 30 }, (_, i) => ({
      customer: `c${i}`,
      placedAt: `2026-01-${String((i % 28) + 1).padStart(2, '0')} 12:00`,
      lines: [0, 1].map((line) => ({ amount: String(10 + i), product: products[(i + line) % 3]! })),
    })),
  );
  return { sql, url };
}

interface Seen {
  readonly name: string;
  readonly state: string;
  readonly hasTransaction: boolean;
  readonly holdsVacuum: boolean;
}

/** A process that says what every session of the database is doing: this one is busy fitting. */
const onlooker = () =>
  serverScript(`
    import postgres from 'postgres';
    import { parseDatabaseUrl } from './src/db/database.js';
    const { url, options } = parseDatabaseUrl(process.argv[2]);
    const sql = postgres(url, { ...options, max: 1 });
    const rows = await sql\`
      select application_name as name, state, xact_start is not null as "hasTransaction", backend_xmin is not null as "holdsVacuum"
      from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'\`;
    console.log(JSON.stringify(rows));
    await sql.end();`);

/** What a run has written that nobody may read yet. */
async function remainsOf(sql: Sql, runId: number) {
  const [row] = await sql`
    select (select state from runs where id = ${runId}) as state, to_regclass(${`customer_profiles_${runId}`}) is not null as "hasTable",
           (select count(*)::int from item_affinity where run_id = ${runId}) as products,
           (select count(*)::int from popular_products where run_id = ${runId}) as popular,
           (select count(*)::int from customer_profiles where run_id = ${runId}) as profiles,
           (select count(*)::int from fitted_models where run_id = ${runId}) as models,
           (select count(*)::int from segment_changes where run_id = ${runId}) as changes,
           (select count(*)::int from segment_stats where run_id = ${runId}) as stats`;
  return { ...row };
}
const NOTHING = { hasTable: false, products: 0, popular: 0, profiles: 0, models: 0, changes: 0, stats: 0 };

describe('a run at work', () => {
  it('has no transaction open while it fits, scores and counts, and none that holds back vacuum', async () => {
    const { sql, url } = await shop();
    const script = await onlooker();
    const seen: Record<string, Seen[]> = {};
    const look = (when: string) => {
      seen[when] = JSON.parse(execFileSync(process.execPath, [script, url], { encoding: 'utf8' })) as Seen[];
    };
    const modelOptions = {
      // Asked for between two fits.
      get behaviour() {
        look('in the middle of the segmentations');
        return {};
      },
      get clv() {
        look('before lifetime value is fitted');
        return {};
      },
    };
    await runScoring(sql, {
      timeZone: 'UTC',
      modelOptions,
      onProgress: (_, step) => {
        if (['score', 'recommendations', 'publish'].includes(step) && seen[step] === undefined) look(step);
      },
    });
    expect(Object.keys(seen)).toHaveLength(5);
    for (const [when, sessions] of Object.entries(seen)) {
      expect(
        sessions.filter(({ name }) => name.startsWith('tessera run ')),
        when,
      ).toEqual([{ name: expect.any(String), state: 'idle', hasTransaction: false, holdsVacuum: false }]);
      expect(
        sessions.filter(({ hasTransaction, holdsVacuum }) => hasTransaction || holdsVacuum),
        when,
      ).toEqual([]);
    }
    const left = await sql`
      select from pg_stat_activity where datname = current_database() and application_name like 'tessera run %'`;
    expect(left).toHaveLength(0);
    const tables = await sql`select relname from pg_class where relpersistence = 't' and relkind = 'r'`;
    expect(tables).toHaveLength(0);
  });
});

describe('a run that is killed before it is published', () => {
  const killed = async (url: string) => {
    const script = await serverScript(`
      import { openDatabase } from './src/db/database.js';
      import { runScoring } from './src/scoring/run.js';
      const { sql } = await openDatabase({ databaseUrl: process.argv[2], dataFolder: '' });
      await runScoring(sql, { timeZone: 'UTC', onProgress: (_, step) => {
        if (step === 'publish') process.kill(process.pid, 'SIGKILL');
      } });`);
    expect(spawnSync(process.execPath, [script, url], { stdio: 'ignore' }).signal).toBe('SIGKILL');
  };

  it.each(['the next start', 'the next run'])('is taken away by %s', async (by) => {
    const { sql, url } = await shop();
    const { runId } = await runScoring(sql, { timeZone: 'UTC' });
    await killed(url);
    const lost = runId + 1;
    // It had come far: what it had written is there, and nobody reads it.
    expect(await remainsOf(sql, lost)).toEqual({
      ...NOTHING,
      state: 'running',
      hasTable: true,
      products: 3,
      popular: expect.any(Number),
    });
    expect(await readCurrentRunId(sql)).toBe(runId);
    if (by === 'the next start') await failInterruptedRuns(sql);
    else expect((await runScoring(sql, { timeZone: 'UTC' })).runId).toBe(lost + 1);
    expect(await remainsOf(sql, lost)).toEqual({ ...NOTHING, state: 'failed' });
    expect((await remainsOf(sql, runId)).products).toBe(3);
  });
});
