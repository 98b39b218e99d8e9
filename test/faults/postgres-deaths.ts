import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { seededRandom } from '../../packages/core/src/numerics/random.js';
import { BACK_WITHIN_SECONDS, bundledShop } from './bundled-shop.js';

const LONGEST_PAUSE_MS = 400;

export interface Rounds {
  readonly rounds: number;
  readonly seed: number;
}

/** Prints what was measured: the long form's figures are read by people. */
function report(what: string, seconds: readonly number[]): void {
  const sorted = [...seconds].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(2);
  console.log(`${what}: ${sorted.length} rounds, median ${at(0.5)} s, longest ${at(1)} s`);
}

const oneTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A session is killed, Tessera is stopped a moment later, in the recovery or after it, and started again. */
export async function killBackendsAndRestart({ rounds, seed }: Rounds): Promise<void> {
  const shop = await bundledShop();
  const random = seededRandom(seed);
  const seconds: number[] = [];
  for (const round of oneTo(rounds)) {
    await shop.write(round);
    const sessions = await shop.sessions();
    process.kill(sessions[Math.floor(random() * sessions.length)]!, 'SIGKILL');
    await sleep(random() * LONGEST_PAUSE_MS);
    const since = performance.now();
    await shop.restart();
    seconds.push((performance.now() - since) / 1000 + (await shop.secondsToReady()));
  }
  expect(await shop.written()).toEqual(oneTo(rounds));
  expect(await shop.status('/health')).toBe(200);
  report('a killed session, then SIGTERM and a start', seconds);
  expect(Math.max(...seconds)).toBeLessThan(BACK_WITHIN_SECONDS);
}

/** The server process of PostgreSQL is killed under a Tessera that serves. */
export async function killPostmasters({ rounds, seed }: Rounds): Promise<void> {
  const shop = await bundledShop();
  const random = seededRandom(seed);
  const { child } = shop.tessera();
  const seconds: number[] = [];
  const answers = new Set<number>();
  for (const round of oneTo(rounds)) {
    await shop.write(round);
    const killed = (await shop.folder.postgres())!;
    process.kill(killed, 'SIGKILL');
    const since = performance.now();
    // Sessions that outlive it may answer for a moment.
    while ([killed, null].includes(await shop.folder.postgres())) {
      expect((performance.now() - since) / 1000).toBeLessThan(BACK_WITHIN_SECONDS);
      answers.add(await shop.status('/ready'));
      expect(await shop.status('/health')).toBe(200);
      await sleep(20);
    }
    await shop.secondsToReady();
    seconds.push((performance.now() - since) / 1000);
    await sleep(random() * LONGEST_PAUSE_MS);
  }
  expect(await shop.written()).toEqual(oneTo(rounds));
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  for (const answer of answers) expect([200, 503]).toContain(answer);
  expect(answers).toContain(503);
  expect(Math.max(...seconds)).toBeLessThan(BACK_WITHIN_SECONDS);
  report('a killed postmaster', seconds);
}

/** A session is killed, and PostgreSQL is told to stop in the middle of its recovery, by somebody else. */
export async function jamInRecovery({ rounds, seed }: Rounds): Promise<void> {
  const shop = await bundledShop();
  const random = seededRandom(seed);
  const { child } = shop.tessera();
  const seconds: number[] = [];
  let jams = 0;
  for (const round of oneTo(rounds)) {
    await shop.write(round);
    const before = shop.log().length;
    const postmaster = (await shop.folder.postgres())!;
    process.kill((await shop.sessions())[0]!, 'SIGKILL');
    while (!/reinitializing/.test(shop.log().slice(before))) await sleep(2);
    await sleep(random() * 20);
    process.kill(postmaster, 'SIGINT');
    await sleep(100);
    seconds.push(await shop.secondsToReady());
    if (!/database system is shut down/.test(shop.log().slice(before).split('starting PostgreSQL')[0]!)) jams++;
  }
  expect(await shop.written()).toEqual(oneTo(rounds));
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  expect(shop.tessera().output().stderr).toContain('PostgreSQL has jammed');
  report(`told to stop while it recovers (${jams} jammed)`, seconds);
  expect(jams).toBeGreaterThan(0);
}
