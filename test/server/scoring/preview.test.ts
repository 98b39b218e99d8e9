import { rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import type { Sql } from '@tessera/server/db/database.js';
import { readCurrentRun } from '@tessera/server/db/queries/runs/current-run.js';
import { readProfileFeatures } from '@tessera/server/db/queries/runs/profile-features.js';
import { createFeatures } from '@tessera/server/db/queries/runs/run-features.js';
import { Workspace } from '@tessera/server/db/queries/runs/workspace.js';
import { collectFeatures, readFeatureChunks } from '@tessera/server/scoring/features/feature-chunks.js';
import { sampleEvery } from '@tessera/server/scoring/fit-rules.js';
import { previewSegmentation } from '@tessera/server/scoring/preview.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { parseSegmentationSettings } from '@tessera/server/settings/segmentation.js';
import { describe, expect, it } from 'vitest';
import { emptyShop } from '../../support/shop-data.js';
import { addOrders } from '../../support/shop-data-orders.js';
import { allEnglish } from '../../support/words.js';

const CUSTOMERS = 60;

const settings = (sections: object) => {
  const read = parseSegmentationSettings(JSON.stringify({ version: 1, ...sections }));
  expect(read.problems).toEqual([]);
  return read;
};

/** Sixty buyers, the later the dearer, every third with a second order; and one Prospect. */
async function scoredShop(largestFit?: number): Promise<Sql> {
  const sql = await emptyShop();
  const day = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toJSON().slice(0, 10);
  const orders = Array.from({ length: CUSTOMERS }, (_, i) => ({
    customer: `c${String(i).padStart(2, '0')}`,
    placedAt: `${day(i)} 12:00`,
    lines: [{ amount: String(10 * (i + 1)) }],
  }));
  await addOrders(sql, ...orders);
  await addOrders(
    sql,
    ...orders.filter((_, i) => i % 3 === 0).map((order) => ({ ...order, lines: [{ amount: '1' }] })),
  );
  await sql`insert into customers (customer_id) values ('nobody')`;
  await runScoring(sql, { timeZone: 'UTC', ...(largestFit === undefined ? {} : { largestFit }) });
  return sql;
}

/** Everything that a preview could have changed. */
const stateOf = async (sql: Sql) =>
  JSON.stringify(
    await sql`
      select (select count(*)::int from runs) as runs, (select current_run_id::int from shop) as current,
             (select count(*)::int from fitted_models) as models, (select count(*)::int from segment_changes) as changes,
             (select md5(string_agg(p::text, '' order by customer_id)) from customer_profiles p) as profiles`,
  );

describe('a preview of segmentation settings', () => {
  it('moves nobody where the settings are those of the run, and writes nothing', async () => {
    const sql = await scoredShop();
    const before = await stateOf(sql);
    const report = await previewSegmentation(sql, settings({}));
    expect(report.customers).toBe(CUSTOMERS + 1);
    expect(report.segmentations.map(({ key, moved, moves }) => ({ key, moved, moves }))).toEqual(
      ['rfm', 'value', 'behaviour', 'outliers'].map((key) => ({ key, moved: 0, moves: [] })),
    );
    for (const { segments } of report.segmentations) {
      expect(segments.reduce((sum, segment) => sum + segment.after, 0)).toBe(CUSTOMERS + 1);
      expect(segments.find(({ title }) => title === 'Prospect')).toEqual({
        key: 'prospect',
        title: 'Prospect',
        before: 1,
        after: 1,
      });
    }
    expect(await stateOf(sql)).toBe(before);
  });

  it('counts who would move from which segment to which, of the segmentations that the settings speak of', async () => {
    const sql = await scoredShop();
    const rule = (title: string, when: object | null) => ({
      key: title.toLowerCase(),
      title,
      description: `${title}.`,
      color: '#2563eb',
      when,
    });
    const report = await previewSegmentation(
      sql,
      settings({
        rfm: {
          rules: [
            rule('Returning', { field: 'orders', gte: 2 }),
            rule('Dear', { field: 'netRevenue', gt: 300 }),
            rule('Free', { field: 'netRevenue', lt: 0 }),
            rule('Rest', null),
          ],
        },
      }),
    );
    expect(report.segmentations.map(({ key }) => key)).toEqual(['rfm']);
    const [rfm] = report.segmentations;
    const after = Object.fromEntries(rfm!.segments.map((segment) => [segment.title, segment.after]));
    // Orders 2: c00, c03 ... c57. Above 300: c30 to c59 without every third.
    expect(after).toMatchObject({ Returning: 20, Dear: 20, Free: 0, Rest: 20, Prospect: 1, VIP: 0 });
    expect(rfm!.moved).toBe(CUSTOMERS);
    expect(rfm!.movedShare).toBe(CUSTOMERS / (CUSTOMERS + 1));
    expect(rfm!.moves.reduce((sum, { customers }) => sum + customers, 0)).toBe(CUSTOMERS);
    const published = await sql<{ title: string; size: number }[]>`
      select segment as title, size::int as size from segment_stats where segmentation = 'rfm' and size > 0`;
    const before = rfm!.segments.filter((segment) => segment.before > 0).map((segment) => segment.before);
    expect(before.sort()).toEqual(published.map(({ size }) => size).sort());
    expect(rfm!.warnings).toContain('nobody is in Free');
    expect(rfm!.warnings).toContain('frequency scores 1, 3 and 4 cannot occur: 67 % of buyers ordered once');
  });

  it('looks at the customers of the run where there are too many for a fit, and begins from its options', async () => {
    const largestFit = 20;
    const sql = await scoredShop(largestFit);
    const same = await previewSegmentation(sql, settings({}), undefined, largestFit);
    expect(same.segmentations.map(({ key, moved }) => [key, moved])).toEqual(
      ['rfm', 'value', 'behaviour', 'outliers'].map((key) => [key, 0]),
    );
    // All of them have other cut-offs: else the bound would not have been tried.
    const whole = await previewSegmentation(sql, settings({}));
    expect(whole.segmentations.some(({ moved }) => moved > 0)).toBe(true);
  });

  it('reads the rows that a run samples, and not every one', async () => {
    const sql = await scoredShop();
    const every = sampleEvery(CUSTOMERS + 1, 'fit', 20);
    expect(every).toBe(4);
    const { asOf, runId } = (await readCurrentRun(sql))!;
    const [sampled, previewed] = await sql.begin(async (transaction) => {
      const workspace = new Workspace(transaction);
      await createFeatures(workspace, { asOf, timeZone: 'UTC', orders: 'placed', status: 'asOf' });
      const profiles: number[] = [];
      for await (const { features } of readProfileFeatures(transaction, runId, every))
        profiles.push(...features.columns.netRevenue);
      const { columns } = await collectFeatures(readFeatureChunks(workspace, { every }));
      return [[...columns.netRevenue], profiles];
    });
    expect(previewed).toEqual(sampled);
    expect(sampled.length).toBeGreaterThan(5);
    expect(sampled.length).toBeLessThan(30);
  });

  it('takes a new title for the same key for no move', async () => {
    const sql = await scoredShop();
    const rules = (allEnglish(rfm.defaults.rules) as { key: string }[]).map((rule) =>
      rule.key === 'vip' ? { ...rule, title: 'Friends' } : rule,
    );
    const [preview] = (await previewSegmentation(sql, settings({ rfm: { rules } }))).segmentations;
    expect(preview!.moves).toEqual([]);
    expect(preview!.segments[0]).toMatchObject({ key: 'vip', title: 'Friends' });
  });

  it('needs a published run', async () => {
    await expect(previewSegmentation(await emptyShop(), settings({}))).rejects.toThrow(
      'there is no published run to compare with: score first (tessera score)',
    );
  });
});
