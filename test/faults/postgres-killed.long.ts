import { afterAll, beforeAll, it } from 'vitest';
import { type BundledShop, bundledShop } from './bundled-shop.js';
import { jamInRecovery, killBackendsAndRestart, killPostmasters } from './postgres-deaths.js';

let shop: BundledShop;
beforeAll(async () => {
  shop = await bundledShop();
});
afterAll(() => shop.close());

const LIMIT_MS = 15 * 60_000;

it('Tessera starts again 50 of 50 times after a killed session', { timeout: LIMIT_MS }, () =>
  killBackendsAndRestart(shop, { rounds: 50, seed: 141 }),
);

it('a killed PostgreSQL is started again by the server 50 of 50 times', { timeout: LIMIT_MS }, () =>
  killPostmasters(shop, { rounds: 50, seed: 142 }),
);

it(
  'a PostgreSQL that jammed in its recovery is started again by the server 10 of 10 times',
  { timeout: LIMIT_MS },
  () => jamInRecovery(shop, { rounds: 10, seed: 143 }),
);
