import { adjustedRandIndex } from '@tessera/core/numerics/clustering/cluster-indexes.js';
import { lockMerges } from '@tessera/server/db/queries/imports/imports.js';
import { latestChanges } from '@tessera/server/db/queries/segments/segment-history.js';
import { importMessage } from '@tessera/server/ingest/webhooks/messages.js';
import { ChangeFeed } from '@tessera/server/live/change-feed.js';
import { ModelStore } from '@tessera/server/runs/model-store.js';
import { rescoreCustomers } from '@tessera/server/scoring/online.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codesOf, type ScoredTwice, startShopScoredTwice } from '../../../support/graphql-shop.js';

let shop: ScoredTwice;
beforeAll(async () => {
  shop = await startShopScoredTwice(1500);
});
afterAll(() => shop.close());

interface Flow {
  from: { key: string } | null;
  to: { key: string } | null;
  customers: number;
  cause: string;
}
const flowsOf = async (arguments_ = '') => {
  const { data, errors } = await shop.query<{ segmentFlows: Flow[] }>(
    `{ segmentFlows${arguments_} { from { key } to { key } customers cause } }`,
  );
  expect(errors).toBeUndefined();
  return data.segmentFlows;
};
const sizes = async (runId: number, segmentation: string) =>
  Object.fromEntries(
    (
      await shop.database.sql<{ segment: string; size: number }[]>`
        select segment, size::int from segment_stats where run_id = ${runId} and segmentation = ${segmentation}`
    ).map(({ segment, size }) => [segment, size]),
  );
const day = (moment: string, shift = 0) => new Date(Date.parse(moment) + shift * 86_400_000).toISOString().slice(0, 10);

describe('flows', () => {
  it('lead from the sizes of the first run to those of the last, in every segmentation', async () => {
    for (const segmentation of ['rfm', 'value', 'behaviour']) {
      const flows = await flowsOf(`(segmentation: "${segmentation}")`);
      const size = await sizes(shop.older.runId, segmentation);
      for (const { from, to, customers } of flows) {
        expect(customers).toBeGreaterThan(0);
        if (from !== null) size[from.key] = size[from.key]! - customers;
        size[to!.key] = (size[to!.key] ?? 0) + customers;
      }
      const moved = Object.fromEntries(Object.entries(size).filter(([, count]) => count > 0));
      expect(moved).toEqual(await sizes(shop.newer.runId, segmentation));
    }
  });

  it('between two dates are those of the runs that close these days, both included', async () => {
    const all = await flowsOf();
    // The newer run is as of 00:00: it closes the day before.
    const last = day(shop.newer.asOf, -1);
    expect(await flowsOf(`(from: "${last}", to: "${last}")`)).toEqual(all);
    expect(await flowsOf(`(from: "${day(shop.newer.asOf)}")`)).toEqual([]);
    expect(await flowsOf(`(to: "${day(shop.newer.asOf, -2)}")`)).toEqual([]);
  });

  it('refuse a segmentation that is not there and dates the wrong way round', async () => {
    for (const query of [
      '{ segmentFlows(segmentation: "no such") { customers } }',
      '{ segmentFlows(from: "2026-02-01", to: "2026-01-01") { customers } }',
    ]) {
      const answer = await shop.query(query);
      expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    }
  });
});

describe('trends', () => {
  it('have a point for each of the last runs, and refuse numbers of points out of range', async () => {
    const trend = (points: number) =>
      shop.query<{ segmentation: { segments: { key: string; trend: { asOf: string; size: number }[] }[] } }>(
        `{ segmentation(key: "rfm") { segments { key trend(points: ${points}) { asOf size } } } }`,
      );
    const { data } = await trend(12);
    for (const { key, trend: points } of data.segmentation.segments) {
      expect(points).toEqual([
        { asOf: shop.older.asOf, size: (await sizes(shop.older.runId, 'rfm'))[key] ?? 0 },
        { asOf: shop.newer.asOf, size: (await sizes(shop.newer.runId, 'rfm'))[key] ?? 0 },
      ]);
    }
    expect((await trend(1)).data.segmentation.segments[0]!.trend).toHaveLength(1);
    for (const points of [0, 121]) {
      const answer = await trend(points);
      expect(codesOf(answer)).toContain('BAD_USER_INPUT');
      expect(answer.errors![0]!.message).toBe(`"points" is a number from 1 to 120, got ${points}`);
    }
  });
});

describe('quality and cross table', () => {
  it('of the clusters say why there are so many, how stable they are, and who is who in RFM', async () => {
    const { data, errors } = await shop.query<{
      segmentation: {
        segments: { key: string; size: number }[];
        quality: {
          silhouette: number;
          stability: number;
          reason: string;
          elbow: { clusterCount: number }[];
          components: { explainedShare: number; loadings: unknown[] }[];
          map: { segment: { key: string }; x: number; y: number }[];
          importance: { feature: string; share: number; explained: number }[];
          agreement: { with: string; adjustedRandIndex: number; sampleSize: number }[];
        };
        crossTable: { segment: { key: string }; other: { key: string }; customers: number; share: number }[];
      };
    }>(`{ segmentation(key: "behaviour") { segments { key size } quality { silhouette stability reason warnings binHealth
         elbow { clusterCount inertia silhouette } components { index explainedShare loadings { feature loading } } map { segment { key } x y }
         importance { feature share explained } agreement { with adjustedRandIndex sampleSize } } crossTable { segment { key } other { key } customers share } } }`);
    expect(errors).toBeUndefined();
    const { quality, crossTable, segments } = data.segmentation;
    expect(quality.silhouette).toBeGreaterThan(0);
    expect(quality.stability).toBeGreaterThan(0);
    expect(quality.reason).toMatch(/clusters/);
    expect(quality.elbow.map(({ clusterCount }) => clusterCount)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(quality.components.length).toBeGreaterThan(0);
    expect(quality.map.map(({ segment }) => segment.key)).toEqual(
      segments.map(({ key }) => key).filter((key) => key !== 'prospect'),
    );
    expect(new Set(quality.map.map(({ x, y }) => `${x} ${y}`)).size).toBe(segments.length - 1);
    expect(quality.importance.map(({ feature }) => feature)).toContain('recencyDays');
    expect(quality.importance.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(quality.agreement.map((agreement) => agreement.with)).toEqual(['ward', 'rfm']);
    const buyers = await shop.database.sql<{ own: string; other: string }[]>`
      select (select e from unnest(segments) as e where e like 'behaviour:%') as own,
             (select e from unnest(segments) as e where e like 'rfm:%') as other
      from customer_profiles where run_id = ${shop.newer.runId} and orders > 0`;
    const labels = (side: 'own' | 'other') => {
      const names = [...new Set(buyers.map((buyer) => buyer[side]))];
      return Int32Array.from(buyers, (buyer) => names.indexOf(buyer[side]));
    };
    const [, withRfm] = quality.agreement;
    expect(withRfm!.sampleSize).toBe(buyers.length);
    expect(withRfm!.adjustedRandIndex).toBeCloseTo(adjustedRandIndex(labels('own'), labels('other')), 12);
    expect(withRfm!.adjustedRandIndex).toBeGreaterThan(0);
    for (const { key, size } of segments) {
      const own = crossTable.filter(({ segment }) => segment.key === key);
      expect(own.reduce((sum, { customers }) => sum + customers, 0)).toBe(size);
      if (size > 0) expect(own.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe('moves as they happen', () => {
  const sale = (order: string, customer: string, at: string, amount: number) => ({
    order_id: order,
    item_id: '1',
    customer_id: customer,
    placed_at: at,
    status: 'delivered',
    amount: String(amount),
    quantity: '1',
    version: at,
  });

  it('reach who named the customer, from any process, and nobody else', async () => {
    const { sql, reader } = shop.database;
    const [quiet, mover] = await sql<{ id: string }[]>`
      select customer_id as id from customer_profiles where run_id = ${shop.newer.runId} and 'rfm:dormant' = any(segments) order by 1 limit 2`;
    const feed = new ChangeFeed(shop.database);
    const both = feed.of(new Set([mover!.id, quiet!.id]), 'rfm');
    const other = feed.of(new Set([quiet!.id]), null);
    const first = both.next();
    let otherHeard = false;
    void other.next().then(() => {
      otherHeard = true;
    });
    // A connection of its own, as another process would have.
    const models = new ModelStore(reader);
    // Listening begins with the first reader; until it stands, nothing is promised.
    await feed.listening();
    const at = new Date(Date.parse(shop.newer.asOf) + 3_600_000).toISOString();
    await importMessage(
      sql,
      { source: 'test', format: 'test', groups: [{ entity: 'sales', rows: [sale('live', mover!.id, at, 90)] }] },
      { timeZone: 'UTC', currency: 'USD' },
      (transaction, ids) => rescoreCustomers(transaction, models, ids),
    );
    const { value } = await first;
    expect(value).toMatchObject({
      customerId: mover!.id,
      segmentation: 'rfm',
      fromSegment: 'dormant',
      cause: 'PURCHASE',
      runId: shop.newer.runId,
    });
    expect(otherHeard).toBe(false);

    // A whole run tells of everybody who moved in it; a file's rows are scored by the next run only.
    await importMessage(
      sql,
      { source: 'test', format: 'test', groups: [{ entity: 'sales', rows: [sale('later', quiet!.id, at, 90)] }] },
      { timeZone: 'UTC', currency: 'USD' },
    );
    const next = both.next();
    const run = await runScoring(sql, { timeZone: 'UTC' });
    expect((await next).value).toMatchObject({
      customerId: quiet!.id,
      segmentation: 'rfm',
      runId: run.runId,
      fromSegment: 'dormant',
      cause: 'PURCHASE',
    });
    await expect.poll(() => otherHeard).toBe(true);
    await both.return?.(undefined);
  });

  it('are told one by one and once each, however fast they follow each other', async () => {
    const { sql, reader } = shop.database;
    const [run] = await sql<{ id: number; asOf: Date }[]>`
      select r.id::int as id, r.as_of as "asOf" from shop s join runs r on r.id = s.current_run_id`;
    const [dormant] = await sql<{ id: string }[]>`
      select customer_id as id from customer_profiles where run_id = ${run!.id} and 'rfm:dormant' = any(segments) order by 1 limit 1`;
    const { id } = dormant!;
    const models = new ModelStore(reader);
    const feed = new ChangeFeed(shop.database);
    const moves = feed.of(new Set([id]), null);
    const first = moves.next();
    await feed.listening();
    // Both are committed at once, as far as any listener can tell.
    await sql.begin(async (transaction) => {
      await lockMerges(transaction);
      for (const hour of [1, 2]) {
        const at = new Date(Math.max(Date.parse(shop.newer.asOf), run!.asOf.getTime()) + hour * 3_600_000);
        const amount = hour === 1 ? 1 : 100_000;
        await transaction`insert into orders (customer_id, order_id, status, placed_at, import_id) values (${id}, ${`fast${hour}`}, 'delivered', ${at}, 1)`;
        await transaction`insert into order_items (customer_id, order_id, item_id, quantity, amount, import_id) values (${id}, ${`fast${hour}`}, '1', 1, ${amount}, 1)`;
        await rescoreCustomers(transaction, models, new Set([id]));
      }
    });
    const ledger = await sql`
      select segmentation, changed_at as "changedAt", to_segment as "toSegment" from segment_changes
      where customer_id = ${id} and run_id = ${run!.id} and changed_at > ${run!.asOf} order by changed_at, segmentation`;
    expect(new Set(ledger.map(({ changedAt }) => changedAt.getTime())).size).toBe(2);
    const told = [(await first).value];
    while (told.length < ledger.length) told.push((await moves.next()).value);
    expect(told.map(({ segmentation, changedAt, toSegment }) => ({ segmentation, changedAt, toSegment }))).toEqual(
      ledger.map((row) => ({ ...row })),
    );
    await moves.return?.(undefined);
  });
});

describe('a segment that no longer exists', () => {
  it('keeps its key in flows and histories, so that nobody who came from it looks new', async () => {
    const { sql } = shop.database;
    const [before] = await sql<{ id: number }[]>`select current_run_id::int as id from shop`;
    const was = Object.keys(await sizes(before!.id, 'behaviour')).filter((key) => key !== 'prospect');
    const run = await runScoring(sql, { timeZone: 'UTC', modelOptions: { behaviour: { clusterCount: 2 } } });
    const is = Object.keys(await sizes(run.runId, 'behaviour'));
    const gone = was.filter((key) => !is.includes(key));
    expect(gone.length).toBeGreaterThan(0);

    const { data, errors } = await shop.query<{ segmentFlows: (Flow & { fromKey: string | null; toKey: string })[] }>(
      `{ segmentFlows(segmentation: "behaviour") { from { key } to { key } fromKey toKey customers cause } }`,
    );
    expect(errors).toBeUndefined();
    const left = data.segmentFlows.filter(({ fromKey }) => fromKey !== null && gone.includes(fromKey));
    expect(left.length).toBeGreaterThan(0);
    for (const { from, to, toKey } of left) {
      expect(from).toBeNull();
      expect(to!.key).toBe(toKey);
    }
    for (const { from, fromKey } of data.segmentFlows) if (from !== null) expect(from.key).toBe(fromKey);

    const [mover] = await sql<{ id: string; key: string }[]>`
      select customer_id as id, from_segment as key from segment_changes
      where run_id = ${run.runId} and segmentation = 'behaviour' and from_segment = any(${gone}) order by 1 limit 1`;
    const history = await shop.query<{
      customer: { segmentHistory: { segmentation: string; from: object | null; fromKey: string; runId: string }[] };
    }>(`{ customer(externalId: "${mover!.id}") { segmentHistory { segmentation runId from { key } fromKey toKey } } }`);
    expect(history.errors).toBeUndefined();
    expect(history.data.customer.segmentHistory).toContainEqual(
      expect.objectContaining({
        segmentation: 'behaviour',
        runId: String(run.runId),
        fromKey: mover!.key,
        from: null,
      }),
    );
  });
});

describe('a run that speaks of an earlier moment than the one before it', () => {
  it('has the last word: memberships, filters and flows say the same', async () => {
    const { sql } = shop.database;
    const run = await runScoring(sql, { timeZone: 'UTC', asOf: new Date(shop.older.asOf) });
    const members = await sql<{ id: string }[]>`
      select customer_id as id from customer_profiles where run_id = ${run.runId} order by customer_id`;
    const starts = await latestChanges(
      sql,
      members.map(({ id }) => ({ customerId: id, segmentation: 'rfm', runId: run.runId })),
    );
    const cameFrom = members.filter((_, row) => starts[row]!.previous === 'at-risk').map(({ id }) => id);
    expect(cameFrom.length).toBeGreaterThan(0);
    const { data, errors } = await shop.query<{
      customers: { totalCount: number; nodes: { externalId: string; segment: { previous: { key: string } } }[] };
    }>(`{ customers(first: 100, where: { segment: { previousIn: ["at-risk"] } }, orderBy: { field: EXTERNAL_ID, direction: ASC }) {
           totalCount nodes { externalId segment { previous { key } } } } }`);
    expect(errors).toBeUndefined();
    expect(data.customers.totalCount).toBe(cameFrom.length);
    expect(data.customers.nodes.map(({ externalId }) => externalId)).toEqual(cameFrom.slice(0, 100));
    for (const { segment } of data.customers.nodes) expect(segment.previous.key).toBe('at-risk');

    const size = await sizes(shop.older.runId, 'rfm');
    for (const { from, to, customers } of await flowsOf()) {
      if (from !== null) size[from.key] = size[from.key]! - customers;
      size[to!.key] = (size[to!.key] ?? 0) + customers;
    }
    const moved = Object.fromEntries(Object.entries(size).filter(([, count]) => count > 0));
    expect(moved).toEqual(await sizes(run.runId, 'rfm'));
  });
});
