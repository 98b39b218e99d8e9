import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildServer, tessera } from '../support/cli.js';
import { CUTS, cut, FaultyShop, HEALED_FROM_MUTE_MS, type Outcome } from '../support/faults/connection-faults.js';
import { FaultProxy } from '../support/faults/fault-proxy.js';
import { readRounds } from '../support/faults/rounds.js';

// TESSERA_TEST_SEED repeats a run, TESSERA_TEST_SHARE=0.1 makes it a tenth as long.
const { seed, ...rounds } = readRounds();
const ROUNDS = rounds.of(200);
const SLOW_ROUNDS = rounds.of(20);

/** Does a fault many times over; the line says what it came to. */
async function repeat(title: string, rounds: number, round: (index: number) => Promise<Outcome>): Promise<void> {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < rounds; index++) outcomes.push(await round(index));
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const most = (of: (outcome: Outcome) => number) => Math.round(Math.max(...outcomes.map(of)));
  console.log(
    [
      `${title} (seed ${seed}): ${outcomes.length} rounds, 0 deaths`,
      `${sum(({ stored }) => stored)} orders stored, ${sum(({ refused }) => refused)} refused and sent again`,
      `healed after at most ${most(({ healedAfterMs }) => healedAfterMs)} ms`,
      `slowest answer ${most(({ slowestAnswerMs }) => slowestAnswerMs)} ms`,
    ].join(', '),
  );
  expect(sum(({ stored }) => stored)).toBeGreaterThan(0);
}

describe('hundreds of lost connections end no process, lose no order and double none', () => {
  let shop: FaultyShop;
  beforeAll(async () => {
    shop = await FaultyShop.open(seed);
  });
  afterAll(() => shop.close());

  it('sockets cut mid-statement, in a COPY, in a transaction, while listening and while idle', async () => {
    await repeat('cut', ROUNDS, (index) => {
      const where = CUTS[index % CUTS.length]!;
      return shop.round(() => cut(shop, where), { isIdle: where === 'while idle' });
    });
  });

  it('server processes terminated', async () => {
    await repeat('terminated', ROUNDS, () => shop.round(() => shop.terminate()));
  });

  it('the database restarted, fast and as in a crash', async () => {
    await repeat('restarted', ROUNDS, (index) =>
      shop.round(() => shop.restart(index % 2 === 0 ? 'fast' : 'immediate')),
    );
  });

  it('a database that falls silent with requests in flight', async () => {
    await repeat('silent', SLOW_ROUNDS, () => shop.round(() => shop.silence()));
  });

  it('a database with no connection left', async () => {
    await repeat('full', SLOW_ROUNDS, (index) => shop.fill(index % 3, 200));
  });

  it('a database that takes connections and never answers', async () => {
    await repeat('never answering', SLOW_ROUNDS, () =>
      shop.round(() => shop.muteNewConnections(), { healedWithinMs: HEALED_FROM_MUTE_MS }),
    );
  });
});

it('a start at a database that never answers ends with one line within ten seconds, each time', async () => {
  buildServer();
  const proxy = await FaultProxy.start('postgres://nobody@127.0.0.1:1/shop');
  proxy.newConnections = 'accept';
  let slowestMs = 0;
  for (let round = 0; round < SLOW_ROUNDS; round++) {
    const startedAt = performance.now();
    const { status, stderr } = await tessera(['serve', '--port', '0'], { DATABASE_URL: proxy.url('shop') });
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^tessera: cannot use the database at \S+: it does not answer\n$/),
    });
  }
  console.log(`starts at a silent port: ${SLOW_ROUNDS}, the slowest told after ${Math.round(slowestMs)} ms`);
  expect(slowestMs).toBeLessThan(10_000);
  await proxy.close();
});
