import { afterAll, beforeAll, it } from 'vitest';
import { type BundledShop, bundledShop } from './bundled-shop.js';
import { jamInRecovery, killBackendsAndRestart, killPostmasters } from './postgres-deaths.js';

let shop: BundledShop;
beforeAll(async () => {
  shop = await bundledShop();
});
afterAll(() => shop.close());

it('Tessera starts again each time after a killed session', () =>
  killBackendsAndRestart(shop, { rounds: 2, seed: 41 }));

it('a killed PostgreSQL is started again by the server, which says so and stays', () =>
  killPostmasters(shop, { rounds: 2, seed: 42 }));

it('a PostgreSQL that jammed in its recovery is ended and started again by the server', () =>
  jamInRecovery(shop, { rounds: 1, seed: 43 }));
