import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { codeOf } from '@tessera/server/errors.js';
import { expect } from 'vitest';
import { BACK_WITHIN_SECONDS, type BundledShop } from './bundled-shop.js';

const LONGEST_PAUSE_MS = 400;
/** Requests and sessions are given 5 s each to end, and PostgreSQL its time to recover. */
const LONGEST_STOP_SECONDS = 20;

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

/** Kills one of the sessions that are there: they come and go. */
async function killSession(shop: BundledShop, random: () => number): Promise<void> {
  for (;;) {
    const sessions = await shop.sessions();
    try {
      process.kill(sessions[Math.floor(random() * sessions.length)]!, 'SIGKILL');
      return;
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }
}

async function expectRows(shop: BundledShop): Promise<void> {
  const { acknowledged, stored } = await shop.rows();
  expect(stored).toBe(acknowledged);
}

/** A session is killed, Tessera is stopped a moment later, in the recovery or after it, and started again. */
export async function killBackendsAndRestart(shop: BundledShop, { rounds, seed }: Rounds): Promise<void> {
  const random = seededRandom(seed);
  const stops: number[] = [];
  const starts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await shop.write();
    await killSession(shop, random);
    await sleep(random() * LONGEST_PAUSE_MS);
    const { stop, start } = await shop.restart();
    stops.push(stop);
    starts.push(start + (await shop.secondsToReady()));
  }
  await expectRows(shop);
  expect(await shop.status('/health')).toBe(200);
  report('SIGTERM after a killed session, to its end', stops);
  report('the start after it, to ready', starts);
  expect(Math.max(...starts)).toBeLessThan(BACK_WITHIN_SECONDS);
  expect(Math.max(...stops)).toBeLessThan(LONGEST_STOP_SECONDS);
}

/** The server process of PostgreSQL is killed under a Tessera that serves. */
export async function killPostmasters(shop: BundledShop, { rounds, seed }: Rounds): Promise<void> {
  const random = seededRandom(seed);
  const { child } = shop.tessera();
  const seconds: number[] = [];
  const answers = new Set<number>();
  for (let round = 0; round < rounds; round++) {
    await shop.write();
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
  await expectRows(shop);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  for (const answer of answers) expect([200, 503]).toContain(answer);
  expect(answers).toContain(503);
  expect(Math.max(...seconds)).toBeLessThan(BACK_WITHIN_SECONDS);
  report('a killed postmaster', seconds);
}

/** A session is killed, and PostgreSQL is told to stop in the middle of its recovery, by somebody else. */
export async function jamInRecovery(shop: BundledShop, { rounds, seed }: Rounds): Promise<void> {
  const random = seededRandom(seed);
  const { child } = shop.tessera();
  const seconds: number[] = [];
  const jams = () => shop.tessera().output().stderr.split('PostgreSQL has jammed').length - 1;
  for (let round = 0; round < rounds; round++) {
    await shop.write();
    const before = shop.log().length;
    const postmaster = (await shop.folder.postgres())!;
    await killSession(shop, random);
    while (!/reinitializing/.test(shop.log().slice(before))) await sleep(2);
    await sleep(random() * 20);
    process.kill(postmaster, 'SIGINT');
    await sleep(100);
    seconds.push(await shop.secondsToReady());
  }
  await expectRows(shop);
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  report(`told to stop while it recovers (${jams()} jammed)`, seconds);
  expect(jams()).toBeGreaterThan(0);
}
