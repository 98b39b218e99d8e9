import type { Sql } from '@tessera/server/db/database.js';
import { dropOldRuns, dropRun } from '@tessera/server/db/queries/runs/runs.js';
import { changesOf, latestChanges } from '@tessera/server/db/queries/segments/segment-history.js';
import { readTrend } from '@tessera/server/db/queries/segments/segment-stats.js';
import { scorePastMonth } from '@tessera/server/scoring/backfill.js';
import { type RunReport, runScoring } from '@tessera/server/scoring/run.js';
import { describe, expect, it } from 'vitest';
import { emptyShop } from '../../support/shop-data.js';
import { addOrders } from '../../support/shop-data-orders.js';

const UTC = { timeZone: 'UTC' } as const;
const score = (sql: Sql, asOf?: string): Promise<RunReport> =>
  runScoring(sql, { ...UTC, ...(asOf === undefined ? {} : { asOf: new Date(asOf) }) });
const currentRun = async (sql: Sql) => (await sql`select current_run_id::int as id from shop`)[0]!.id as number | null;
const moves = async (sql: Sql) => (await sql`select from segment_changes`).count;
const customers = Array.from({ length: 20 }, (_, i) => `c${String(i).padStart(2, '0')}`);

/** Twenty customers who order in January and again in the month of their number, and one who comes in May. */
async function addShop(sql: Sql): Promise<void> {
  await addOrders(
    sql,
    ...customers.flatMap((customer, i) => [
      {
        customer,
        placedAt: `2026-01-${String(i + 1).padStart(2, '0')} 12:00`,
        lines: [{ amount: String(10 * (i + 1)) }],
      },
      { customer, placedAt: `2026-0${2 + (i % 4)}-20 12:00`, lines: [{ amount: String(400 - 10 * i) }] },
    ]),
    { customer: 'late', placedAt: '2026-05-25 12:00', lines: [{ amount: '50' }] },
  );
}

describe('a look', () => {
  it('is a run for a named moment before the current one: kept, named, never current, without moves', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    const current = await score(sql);
    const look = await runScoring(sql, { ...UTC, asOf: new Date('2026-02-01T00:00:00Z'), name: 'January' });
    expect(look).toMatchObject({ kind: 'look', changes: 0, asOf: '2026-02-01T00:00:00.000Z' });
    expect(await currentRun(sql)).toBe(current.runId);
    expect(await moves(sql)).toBe(0);
    const [run] = await sql`select state, kind, name from runs where id = ${look.runId}`;
    expect({ ...run }).toEqual({ state: 'published', kind: 'look', name: 'January' });
    // Who came later was not there, not even as a Prospect.
    const ids = await sql`select customer_id as id from customer_profiles where run_id = ${look.runId} order by 1`;
    expect(ids.map(({ id }) => id)).toEqual(customers);
    // The next run follows the current one, not the look.
    const next = await score(sql);
    expect([next.kind, next.changes, await currentRun(sql)]).toEqual(['current', 0, next.runId]);
  });

  it('is not a run for the moment of the current one, or later, or that of a first run', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    for (const asOf of ['2026-03-01', '2026-03-01', '2026-04-01']) {
      const { kind, runId } = await score(sql, `${asOf}T00:00:00Z`);
      expect([kind, await currentRun(sql)]).toEqual(['current', runId]);
    }
  });

  it('is not a run at the default moment that went back, and the ledger says DATA of it', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    await score(sql);
    // The order of the farthest future was a mistake.
    await sql`delete from order_items where customer_id = 'late'`;
    await sql`delete from orders where customer_id = 'late'`;
    const { kind, runId, asOf } = await score(sql);
    expect([kind, asOf, await currentRun(sql)]).toEqual(['current', '2026-05-21T00:00:00.000Z', runId]);
    const causes = await sql<{ cause: string }[]>`
      select distinct cause from segment_changes where run_id = ${runId} and customer_id = 'late'`;
    expect(causes.map(({ cause }) => cause)).toEqual(['DATA']);
  });

  it('stays beyond the 14 that are kept, counts as none of them, and goes when it is removed', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    await score(sql);
    const look = await score(sql, '2026-02-01T00:00:00Z');
    for (let i = 0; i < 16; i++)
      await sql`
        insert into runs (state, as_of, finished_at) values ('published', '2026-05-26', now())`;
    const made = await sql<{ id: number }[]>`
      select id::int as id from runs where state = 'published' and kind = 'current' and customer_count is null`;
    for (const { id } of made) {
      await sql.unsafe(`create table customer_profiles_${id} partition of customer_profiles for values in (${id})`);
    }
    await dropOldRuns(sql, 'UTC');
    const states = await sql<{ state: string; count: number }[]>`
      select state, count(*)::int as count from runs where kind = 'current' group by 1 order by 1`;
    // The first of the month and the newest 14.
    expect(states.map((row) => ({ ...row }))).toEqual([
      { state: 'dropped', count: 2 },
      { state: 'published', count: 15 },
    ]);
    const profiles = async () => (await sql`select from customer_profiles where run_id = ${look.runId}`).count;
    expect(await profiles()).toBe(20);
    await dropRun(sql, look.runId);
    expect(await profiles()).toBe(0);
    const left = await sql`select from fitted_models where run_id = ${look.runId}`;
    expect(left).toHaveLength(0);
  });
});

describe('the months before the first run', () => {
  it('are scored in order, as if they had run then, and join the ledger to the first run', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    const first = await score(sql);
    // An order moves a customer on before the past is known.
    await sql`
      insert into segment_changes (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
      select 'c00', 'rfm', ${first.runId}, '2026-05-27', split_part(segments[1], ':', 2), 'moved', 'PURCHASE'
      from customer_profiles where customer_id = 'c00' and run_id = ${first.runId}`;
    await sql`
      update customer_profiles set segments[1] = 'rfm:moved' where customer_id = 'c00' and run_id = ${first.runId}`;
    const scored = [];
    for (;;) {
      const month = await scorePastMonth(sql, UTC, 12);
      if (month === null) break;
      scored.push(month);
    }
    expect(scored.map(({ lastDay, done, months }) => [lastDay, done, months])).toEqual([
      ['2026-01-31', 1, 4],
      ['2026-02-28', 2, 4],
      ['2026-03-31', 3, 4],
      ['2026-04-30', 4, 4],
    ]);
    expect(await currentRun(sql)).toBe(first.runId);
    // Numbers rise with the months and lie before the first run's.
    const ids = scored.map(({ report }) => report.runId);
    expect([...ids].sort((a, b) => a - b)).toEqual(ids);
    expect(ids.at(-1)).toBeLessThan(first.runId);
    const counts = await sql<{ count: number }[]>`
      select count(*)::int as count from customer_profiles where run_id < 0 group by run_id order by run_id`;
    expect(counts.map(({ count }) => count)).toEqual([20, 20, 20, 20]);

    // Each customer's moves lead from the first month's segment to the one that he has, without a gap.
    const begun = await sql<{ id: string; entry: string }[]>`
      select customer_id as id, entry from customer_profiles, unnest(segments) as entry where run_id = ${ids[0]!}`;
    const ended = await sql<{ id: string; entry: string }[]>`
      select customer_id as id, entry from customer_profiles, unnest(segments) as entry where run_id = ${first.runId}`;
    const chains = new Map(begun.map(({ id, entry }) => [`${id} ${entry.split(':')[0]}`, entry.split(':')[1]]));
    let seen = 0;
    for (const customer of [...customers, 'late']) {
      for (const { segmentation, fromSegment, toSegment } of (await changesOf(sql, customer, first.runId)).reverse()) {
        const key = `${customer} ${segmentation}`;
        expect(fromSegment, key).toBe(chains.get(key) ?? null);
        chains.set(key, toSegment);
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(20);
    for (const { id, entry } of ended) {
      const [segmentation, segment] = entry.split(':');
      expect(chains.get(`${id} ${segmentation}`), `${id} ${segmentation}`).toBe(segment);
    }
    // The first run wrote no move before; those it has now stand at its moment, but for the order's.
    const own = await sql<{ moment: Date }[]>`
      select distinct changed_at as moment from segment_changes where run_id = ${first.runId} order by 1`;
    expect(own.map(({ moment }) => moment.toISOString())).toEqual([first.asOf, '2026-05-27T00:00:00.000Z']);
    // Trends and memberships reach back.
    const trend = await readTrend(sql, 'rfm', 'vip', 20);
    expect(trend.map(({ asOf }) => asOf.toISOString().slice(0, 10))).toEqual([
      '2026-02-01',
      '2026-03-01',
      '2026-04-01',
      '2026-05-01',
      '2026-05-26',
    ]);
    const [membership] = await latestChanges(sql, [{ customerId: 'late', segmentation: 'rfm', runId: first.runId }]);
    expect(membership).toEqual({ since: new Date(first.asOf), previous: null });
  });

  it('are scored once, also those that an earlier backfill left out, and one that failed again', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    await score(sql);
    const days = async (months: number) => {
      const scored: string[] = [];
      for (;;) {
        const month = await scorePastMonth(sql, UTC, months);
        if (month === null) return scored;
        scored.push(month.lastDay);
      }
    };
    const broken = scorePastMonth(
      sql,
      {
        ...UTC,
        onProgress: (_share, step) => {
          if (step === 'indexes') throw new Error('cut off');
        },
      },
      1,
    );
    await expect(broken).rejects.toThrow('cut off');
    expect(await days(1)).toEqual(['2026-04-30']);
    const ofThePast = async () => (await sql`select distinct run_id from segment_changes where run_id < 0`).count;
    expect(await ofThePast()).toBe(0);
    expect(await days(12)).toEqual(['2026-01-31', '2026-02-28', '2026-03-31']);
    expect(await days(12)).toEqual([]);
    // April was the first of the past, and goes on from March now.
    expect(await ofThePast()).toBe(3);
  });

  it('are refused before there is a first run', async () => {
    const sql = await emptyShop();
    await addShop(sql);
    await expect(scorePastMonth(sql, UTC, 12)).rejects.toThrow(/score the shop first/);
  });
});
