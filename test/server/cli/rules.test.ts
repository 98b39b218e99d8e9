import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runScoring } from '@tessera/server/scoring/run.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildServer, tessera } from '../../support/cli.js';
import { testDatabase, testFolder } from '../../support/database.js';
import { addOrders } from '../../support/shop-data-orders.js';

beforeAll(() => buildServer());

const RULES = {
  version: 1,
  rfm: {
    rules: [
      {
        key: 'returning',
        title: 'Returning',
        description: 'Came back.',
        color: '#2563eb',
        publicLabel: 'Friend of the shop',
        when: { field: 'orders', gte: 2 },
      },
      { key: 'once', title: 'Once', description: 'Everybody else.', color: '#64748b', when: null },
    ],
  },
};

async function settingsFile(settings: unknown): Promise<string> {
  const file = path.join(await testFolder(), 'own.json');
  await writeFile(file, typeof settings === 'string' ? settings : JSON.stringify(settings));
  return file;
}

describe('tessera rules', () => {
  it('prints the settings in force, and what it prints can be used', async () => {
    const dataDir = await testFolder();
    const printed = await tessera(['rules', 'print'], { TESSERA_DATA_DIR: dataDir });
    expect(printed).toMatchObject({ status: 0, stderr: '' });
    const defaults = JSON.parse(printed.stdout);
    expect(defaults.rfm.rules.map(({ title }: { title: string }) => title)).toEqual([
      'VIP',
      'Loyal',
      'Potential Loyalist',
      'At Risk',
      'Dormant',
      'Regulars',
    ]);
    const file = await settingsFile(printed.stdout);
    expect(await tessera(['rules', 'check', file])).toMatchObject({ status: 0, stderr: '' });
    await writeFile(path.join(dataDir, 'tessera.segmentation.json'), JSON.stringify(RULES));
    const own = JSON.parse((await tessera(['rules', 'print', '--json'], { TESSERA_DATA_DIR: dataDir })).stdout);
    expect(own.rfm.rules).toHaveLength(2);
    expect(own.rfm.thresholds).toEqual(defaults.rfm.thresholds);
    const named = await tessera(['rules', 'print', '--segmentation', file], { TESSERA_DATA_DIR: dataDir });
    expect(JSON.parse(named.stdout)).toEqual(defaults);
  });

  it('checks a file: status 0 when it can be used, 1 with every mistake and its place', async () => {
    const good = await settingsFile(RULES);
    const { status, stdout, stderr } = await tessera(['rules', 'check', good]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/own\.json can be used \(fingerprint [0-9a-f]{16}\)\n$/);
    const bad = await settingsFile({
      ...RULES,
      value: { weights: { spend: 2, frequency: 0, orderValue: 0 } },
      rfn: {},
    });
    const refused = await tessera(['rules', 'check', bad]);
    expect({ status: refused.status, stderr: refused.stderr }).toEqual({ status: 1, stderr: '' });
    expect(refused.stdout.split('\n').slice(0, -1)).toEqual([
      'value.weights must add up to 1',
      'rfn is not known here',
      `${bad} cannot be used`,
    ]);
    const json = await tessera(['rules', 'check', bad, '--json']);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ usable: false, fingerprint: null, problems: [{}, {}] });
  });

  it('previews what a file would change, and changes nothing', async () => {
    const { sql, url } = await testDatabase();
    await ensureShop(sql, {});
    const placedAt = (i: number) => `2026-01-${String(1 + i).padStart(2, '0')} 12:00`;
    for (let i = 0; i < 20; i++) {
      const order = { customer: `c${i}`, placedAt: placedAt(i), lines: [{ amount: String(10 + i) }] };
      await addOrders(sql, order, ...(i < 6 ? [order] : []));
    }
    await runScoring(sql, { timeZone: 'UTC' });
    const file = await settingsFile(RULES);
    const { status, stdout, stderr } = await tessera(['rules', 'preview', file], { DATABASE_URL: url });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^against run \d+ of 20 customers as of 2026-01-21T.*; nothing was changed$/);
    expect(lines[1]).toBe('RFM: 20 customers would move (100.0 %)');
    expect(stdout).toMatch(/ {2}sizes: Returning 0 -> 6, Once 0 -> 14, Prospect 0 -> 0, /);
    const json = JSON.parse((await tessera(['rules', 'preview', file, '--json'], { DATABASE_URL: url })).stdout);
    expect(json).toMatchObject({ customers: 20, problems: [], segmentations: [{ key: 'rfm', moved: 20 }] });
    expect(await sql`select count(*)::int as runs from runs`).toMatchObject([{ runs: 1 }]);
  });

  it('previews nothing by a file that cannot be used, or before a shop was scored', async () => {
    const { sql, url } = await testDatabase();
    await ensureShop(sql, {});
    const broken = await tessera(['rules', 'preview', await settingsFile('{')], { DATABASE_URL: url });
    expect(broken).toMatchObject({ status: 2, stdout: '' });
    expect(broken.stderr).toMatch(/own\.json cannot be used: the file is not JSON/);
    const early = await tessera(['rules', 'preview', await settingsFile(RULES)], { DATABASE_URL: url });
    expect(early).toMatchObject({ status: 1, stdout: '' });
    expect(early.stderr).toMatch(/^tessera: there is no published run to compare with: score first/);
  });
});

describe.concurrent('wrong usage of tessera rules', () => {
  it.each<[string, string[], RegExp]>([
    ['no action', ['rules'], /missing required argument 'action'/],
    ['an unknown action', ['rules', 'write'], /Allowed choices are print, check, preview/],
    ['nothing to check', ['rules', 'check'], /^tessera: rules check needs a file \(tessera rules print writes one/],
    ['a file to print', ['rules', 'print', 'own.json'], /^tessera: rules print takes no file/],
    ['a file that is not there', ['rules', 'check', '/nowhere/own.json'], /own\.json do not exist/],
  ])('ends with status 2 and one message for %s', async (_, args, message) => {
    const { status, stdout, stderr } = await tessera(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
