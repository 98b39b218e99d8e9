import { importPaths } from '@tessera/server/ingest/files/import-paths.js';
import { ensureShop } from '@tessera/server/settings/shop.js';
import { expect } from 'vitest';
import { testDatabase } from '../../../support/database.js';
import { sharedPath, testWithSet } from '../../../support/shared.js';

testWithSet('thelook-seed003-form')(
  'the four noisy raw files import whole and a second time change nothing',
  async () => {
    const { sql } = await testDatabase();
    await ensureShop(sql, {});
    const folder = sharedPath('data', 'thelook-seed003-form');
    const first = await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD' });
    expect(
      first.files.map(({ format, read, quarantined, duplicate, inserted }) => [
        format,
        read,
        quarantined,
        duplicate,
        inserted,
      ]),
    ).toEqual([
      ['users-key-value', 20000, 0, 0, 20000],
      ['products-json', 527, 0, 0, 527],
      ['orders-table', 24878, 0, 0, 24878],
      ['order-items-table', 36075, 0, 0, 36075],
    ]);
    const second = await importPaths(sql, [folder], { timeZone: 'UTC', currency: 'USD' });
    expect(second.files.map(({ inserted, updated }) => [inserted, updated])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  },
);
