import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/server.js';

async function serve(name: string, text: string): Promise<TestServer> {
  const server = await startTestServer({ demoCustomers: 0 });
  const { sql } = server.database;
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tessera-small-'));
  try {
    await writeFile(path.join(folder, name), text);
    await ensureShop(sql, {});
    await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD' });
    await runScoring(sql, { timeZone: 'UTC' });
  } finally {
    await rm(folder, { recursive: true });
  }
  return server;
}

const LOG = 'customer_id,order_id,date,quantity,amount\n';
const equal = (count: number) => Array.from({ length: count }, (_, i) => `c${i},o${i},2026-01-01,1,10\n`).join('');

const SHOPS: readonly (readonly [title: string, file: string, text: string, customers: number])[] = [
  ['one customer with one order', 'log.csv', `${LOG}a,1,2026-01-01,1,10\n`, 1],
  ['one customer whose order was free', 'log.csv', `${LOG}a,1,2026-01-01,1,0\n`, 1],
  ['four customers, too few to rank', 'log.csv', LOG + equal(4), 4],
  ['fifty customers who are all the same', 'log.csv', LOG + equal(50), 50],
  ['customers without an order', 'users.csv', 'customer_id,email\na,a@b.example\nb,b@b.example\n', 2],
];

interface Segment {
  size: number;
  share: number;
  revenueShare: number;
}

describe('a shop of', () => {
  it.each(SHOPS)('%s answers everything with finite numbers', async (_title, file, text, customers) => {
    const server = await serve(file, text);
    try {
      const ask = async <T>(query: string): Promise<T> => {
        const { data, errors } = await server.query<T>(query);
        expect(errors).toBeUndefined();
        // JSON has no NaN: a number that is none would have come as an error or as a text.
        expect(JSON.stringify(data)).not.toMatch(/NaN|Infinity/);
        return data;
      };
      const list = await ask<{ customers: { totalCount: number } }>(`{
        shop { counts { customers } dataFrom dataTo currentRun { asOf customerCount } gaps { customersWithoutOrders } }
        customers(first: 10) { totalCount nodes {
          basis { status note asOf } rfm { cell } value { score percentile tier { key } }
          metrics { orders netRevenue { amount } averageOrderValue { amount } recencyDays tenureDays ordersPerYear returnRate discountShare medianDaysBetweenOrders }
          segments { since segment { key } why { text value cutOff effect } nearest { text } } } } }`);
      const { segmentations } = await ask<{ segmentations: { segments: Segment[] }[] }>(`{
        segmentations { key model { parameters metrics converged } segments { key size share revenueShare
          profile { averageOrders averageNetRevenue { amount } averageOrderValue { amount } averageRecencyDays returnRate distinguishing { text value } } } } }`);
      await ask('{ segmentations { segments { trend { size share revenueShare } } } }');
      await ask('{ cohorts { rows { cohort size cells { retention cumulativeRevenuePerCustomer { amount } } } } }');
      expect(list.customers.totalCount).toBe(customers);
      for (const { segments } of segmentations) {
        expect(segments.reduce((sum, { size }) => sum + size, 0)).toBe(customers);
        expect(segments.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      }
    } finally {
      await server.close();
    }
  });
});
