import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../log.js';
import type { Postmaster } from './postmaster.js';

/** How often the process is looked at. */
const LOOK_MS = 250;
/** How often it is asked: each question costs it a process. */
const ASK_EVERY_LOOKS = 4;
/** A start that failed is tried again after this, doubled each time. */
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** A server that has died so often, each time so soon after it was started again, is not started at once any more. */
const SHORT_LIFE_MS = 2000;
const SHORT_LIVES_WITHOUT_DELAY = 3;
/** Even a server that dies again and again is back within seconds. */
const LONGEST_DELAY_OF_SHORT_LIVES_MS = 2000;

export interface Supervision {
  /** Ends the watch; the server is left as it is. */
  end(): Promise<void>;
}

/**
 * Watches a server and brings it up again when it has died or jammed, until it is told to end. Nobody who cannot be
 * kept waiting waits for it, and it keeps no process alive.
 * @param bringUp starts it, or waits until it has recovered; called by one watch at a time
 */
export function supervise(postmaster: Postmaster, bringUp: (signal: AbortSignal) => Promise<void>): Supervision {
  const ending = new AbortController();
  const { signal } = ending;
  const pause = (ms: number) => sleep(ms, undefined, { ref: false, signal }).catch(() => {});

  async function isWell(look: number): Promise<boolean> {
    if (postmaster.pid() === null) return false;
    return look % ASK_EVERY_LOOKS !== 0 || (await postmaster.answer()) === 'accepting';
  }

  async function watch(): Promise<void> {
    let failures = 0;
    let shortLives = 0;
    let upSince = performance.now();
    for (let look = 1; ; look++) {
      await pause(LOOK_MS);
      if (signal.aborted) return;
      if (await isWell(look)) continue;
      if (signal.aborted) return;
      const hadProcess = postmaster.pid() !== null;
      shortLives = performance.now() - upSince < SHORT_LIFE_MS ? shortLives + 1 : 0;
      const tooOften = shortLives - SHORT_LIVES_WITHOUT_DELAY;
      if (tooOften > 0) await pause(Math.min(FIRST_DELAY_MS * 2 ** tooOften, LONGEST_DELAY_OF_SHORT_LIVES_MS));
      if (signal.aborted) return;
      const since = performance.now();
      log.warn(
        hadProcess ? 'PostgreSQL does not accept sessions: waiting for it' : 'PostgreSQL has died: starting it again',
      );
      while (!signal.aborted) {
        try {
          await bringUp(signal);
          failures = 0;
          break;
        } catch (error) {
          const delayMs = Math.min(FIRST_DELAY_MS * 2 ** failures++, LONGEST_DELAY_MS);
          log.error({ err: error, delayMs }, 'PostgreSQL could not be started again');
          await pause(delayMs);
        }
      }
      if (signal.aborted) return;
      upSince = performance.now();
      log.warn({ seconds: Math.round(upSince - since) / 1000 }, 'PostgreSQL accepts sessions again');
    }
  }

  const watching = watch();
  return {
    async end() {
      ending.abort();
      await watching;
    },
  };
}
