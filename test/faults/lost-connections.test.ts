import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildServer, tessera } from '../support/cli.js';
import { CUTS, cut, FaultyShop } from '../support/faults/connection-faults.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';

// The long form, with hundreds of rounds of each, is lost-connections.long.ts.
describe('a server whose database connections are lost stays up, tells whoever asked to try again, and loses nothing', () => {
  let shop: FaultyShop;
  beforeAll(async () => {
    shop = await FaultyShop.open(1207);
  });
  afterAll(() => shop.close());

  it.each(CUTS)('when they are cut %s', async (where) => {
    await shop.round(() => cut(shop, where), { isIdle: where === 'while idle' });
  });

  it('when their server processes are terminated', async () => {
    await shop.round(() => shop.terminate());
  });

  it.each(['fast', 'immediate'] as const)('when the database is restarted (%s)', async (mode) => {
    await shop.round(() => shop.restart(mode));
  });

  it('when no connection is left: every request is answered within two seconds', async () => {
    await shop.fill(0, 50);
    await shop.fill(1, 50);
  });
});

it('a start at a port that accepts and says nothing, or closes, ends within ten seconds and says why in one line', async () => {
  buildServer();
  const proxy = await FaultProxy.start('postgres://nobody@127.0.0.1:1/shop');
  for (const [behaviour, why] of [
    ['accept', 'it does not answer'],
    ['refuse', 'it closed the connection'],
  ] as const) {
    proxy.newConnections = behaviour;
    const startedAt = performance.now();
    const { status, stderr } = await tessera(['serve', '--port', '0'], { DATABASE_URL: proxy.url('shop') });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        new RegExp(`^tessera: cannot use the database at 127\\.0\\.0\\.1:\\d+/shop: ${why}\n$`),
      ),
    });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }
  await proxy.close();
});
