import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startServer } from '@tessera/server/app.js';
import { readPlaybook } from '@tessera/server/settings/playbook.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../../../support/database.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../../support/server.js';

interface Recommended {
  action: { key: string; title: string; kpi: string; segments: string[] };
  reason: string;
  priority: number;
  expectedValue: { amount: string; currency: string } | null;
  maxIncentive: { amount: string } | null;
  kpi: string;
  basis: { runId: string };
}

const ACTIONS = `action { key title kpi segments } reason priority kpi expectedValue { amount currency } maxIncentive { amount } basis { runId }`;
const OWN = {
  key: 'gift',
  title: 'A gift',
  description: 'Send a gift.',
  reason: '{orders} orders',
  kpi: 'Thanks received',
  maxIncentive: null,
  assumedUplift: 0.5,
  priority: 1,
  perk: 'A gift with your next order',
};

describe('next actions', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ demoCustomers: 600 });
  });
  afterAll(() => server.close());

  it('are at most three, the most urgent first, each with reason, KPI and what it may cost', async () => {
    const { data, errors } = await server.query<{
      customers: {
        nodes: {
          metrics: { averageOrderValue: { amount: string } | null };
          clv: { predicted90d: { amount: string } | null };
          segment: { segment: { key: string } };
          nextActions: Recommended[];
        }[];
      };
    }>(
      `{ customers(first: 100) { nodes { metrics { averageOrderValue { amount } } clv { predicted90d { amount } } segment { segment { key } } nextActions { ${ACTIONS} } } } }`,
    );
    expect(errors).toBeUndefined();
    for (const { metrics, clv, segment, nextActions } of data.customers.nodes) {
      expect(nextActions.length).toBeGreaterThan(0);
      expect(nextActions.length).toBeLessThanOrEqual(3);
      const priorities = nextActions.map(({ priority }) => priority);
      expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
      for (const { action, reason, kpi, expectedValue, maxIncentive } of nextActions) {
        expect(reason).not.toMatch(/[{}]|unknown|NaN/);
        expect(kpi).toBe(action.kpi);
        if (action.segments.length > 0) expect(action.segments).toContain(`rfm:${segment.segment.key}`);
        if (clv.predicted90d !== null)
          expect(Number(expectedValue!.amount)).toBeLessThanOrEqual(Number(clv.predicted90d.amount));
        if (maxIncentive !== null) {
          // The largest share of an order that the shipped playbook gives away, rounded down to cents.
          expect(Number(maxIncentive.amount)).toBeLessThanOrEqual(
            0.2 * Number(metrics.averageOrderValue!.amount) + 0.005,
          );
          expect(Number(maxIncentive.amount)).toBeGreaterThanOrEqual(0);
          if (expectedValue !== null)
            expect(Number(maxIncentive.amount), action.key).toBeLessThanOrEqual(Number(expectedValue.amount));
        }
      }
    }
  });

  it('stand at their segment, and at the Prospect too', async () => {
    const { data } = await server.query<{ segmentation: { segments: { key: string; actions: { key: string }[] }[] } }>(
      '{ segmentation(key: "rfm") { segments { key actions { key } } } }',
    );
    const byKey = new Map(data.segmentation.segments.map(({ key, actions }) => [key, actions.map((each) => each.key)]));
    expect(byKey.get('at-risk')).toEqual(expect.arrayContaining(['win-back', 'soft-nudge']));
    expect(byKey.get('prospect')).toEqual(['first-order']);
    for (const [key, actions] of byKey) expect(actions.length, key).toBeGreaterThan(0);
  });

  it("come from the shop's own playbook where there is one, perks too", async () => {
    const folder = await testFolder();
    const file = path.join(folder, 'playbook.json');
    await writeFile(file, JSON.stringify({ actions: [OWN] }));
    const own = await startServer(
      { port: 0, host: '127.0.0.1', dataDir: folder, adminKey: ADMIN_KEY, production: false, playbook: file },
      server.database,
    );
    try {
      const answer = await fetch(`${own.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
        body: JSON.stringify({
          query:
            '{ customers(first: 1) { nodes { metrics { orders } nextActions { reason action { key } } shopper { perks } } } }',
        }),
      });
      const [{ metrics, nextActions, shopper }] = (
        (await answer.json()) as {
          data: { customers: { nodes: { metrics: { orders: number }; nextActions: unknown; shopper: unknown }[] } };
        }
      ).data.customers.nodes as [{ metrics: { orders: number }; nextActions: unknown; shopper: unknown }];
      expect(nextActions).toEqual([{ reason: `${metrics.orders} orders`, action: { key: 'gift' } }]);
      expect(shopper).toEqual({ perks: ['A gift with your next order'] });
    } finally {
      await own.close();
    }
  });

  it('refuse to start with a playbook that names a segment which the shop does not have', async () => {
    const folder = await testFolder();
    const file = path.join(folder, 'playbook.json');
    await writeFile(file, JSON.stringify({ actions: [{ ...OWN, segments: ['rfm:vips'], kpi: '' }] }));
    const config = {
      port: 0,
      host: '127.0.0.1',
      dataDir: folder,
      adminKey: ADMIN_KEY,
      production: false,
      playbook: file,
    };
    await expect(startServer(config, server.database)).rejects.toThrow(
      `the playbook ${file} (TESSERA_PLAYBOOK) cannot be used: actions[0].kpi is not a text: how its success is measured; actions[0].segments[0] there is no segment "vips" in rfm: choose one of vip, loyal, potential-loyalist, at-risk, dormant, regulars, prospect`,
    );
  });
});

describe('the file of a playbook', () => {
  it('is named with what is wrong with it when it is not there or no JSON', async () => {
    const folder = await testFolder();
    const file = path.join(folder, 'playbook.json');
    expect(() => readPlaybook(file, new Map())).toThrow(`the playbook ${file} (TESSERA_PLAYBOOK) is not there`);
    await writeFile(file, '{ "actions": ');
    expect(() => readPlaybook(file, new Map())).toThrow(`the playbook ${file} (TESSERA_PLAYBOOK) is not JSON`);
    expect(() => readPlaybook(folder, new Map())).toThrow(`the playbook ${folder} (TESSERA_PLAYBOOK) cannot be read`);
  });
});
