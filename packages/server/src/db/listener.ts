import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { within } from './within.js';

/** How often the connection is asked whether it lives: nothing else tells when the other side is gone for good. */
const ASK_EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 10_000;
/** Between two attempts to connect, doubled up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

const lostError = () => Object.assign(new Error('the connection that listens was lost'), { code: 'CONNECTION_CLOSED' });

export interface ListenerEvents {
  /** A notification, in the order of commit. */
  notified(payload: string): void;
  /** Asked and answered: what was committed before the last moment has arrived. */
  alive(): void;
  /**
   * It listens again after a gap. Called until it succeeds; notifications of the meantime are lost.
   * @param snapshot PostgreSQL's text of a snapshot from before the gap; what is not visible in it may have been missed
   */
  returned(snapshot: string): Promise<void>;
}

/** What of a client the listener needs: one connection, told of notifications and of its end. */
export type ConnectListening = (callbacks: {
  onnotify(channel: string, payload: string): void;
  onclose(): void;
}) => postgres.Sql;

/**
 * Listens to one channel on a connection of its own, which is made again for as long as it takes whenever it is lost. The
 * driver's own `listen` comes back too, but says nothing of the gap and never notices a server that is silent for good.
 */
export class Listener {
  #isOver = false;
  #isListening = false;
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #wake: () => void = () => {};
  readonly #done: Promise<void>;
  /** Of the last two times that it was asked: what is in the older one has been delivered for certain. */
  #snapshots: readonly string[] = [];

  constructor(
    private readonly connect: ConnectListening,
    private readonly channel: string,
    private readonly events: ListenerEvents,
  ) {
    this.#done = this.#run();
  }

  /** Resolves once it listens. @throws why the next attempt fails, if it does */
  listening(): Promise<void> {
    if (this.#isListening) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Stops listening and lets the connection go. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.#isOver) {
      try {
        await this.#listen(() => {
          pause = FIRST_PAUSE_MS;
        });
      } catch (error) {
        for (const { reject } of this.#waiting.splice(0)) reject(error);
      }
      await this.#pause(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
    for (const { reject } of this.#waiting.splice(0)) reject(lostError());
  }

  /** One connection, from its beginning to its end. */
  async #listen(onListening: () => void): Promise<void> {
    let isLost = false;
    let isPresent = true;
    const client = this.connect({
      onnotify: (_channel, payload) => this.events.notified(payload),
      onclose: () => {
        isLost = true;
        // A client that was let go closes later, and must not cut the pause of its successor short.
        if (isPresent) this.#wake();
      },
    });
    const ask = async () => {
      const [row] = await within(
        ANSWER_WITHIN_MS,
        lostError,
        client<{ snapshot: string }[]>`select pg_current_snapshot()::text as snapshot`,
      );
      this.events.alive();
      return row!.snapshot;
    };
    try {
      await within(ANSWER_WITHIN_MS, lostError, client`listen ${client(this.channel)}`);
      const [before] = this.#snapshots;
      const now = await ask();
      if (before !== undefined) await this.events.returned(before);
      this.#snapshots = [now];
      this.#isListening = true;
      onListening();
      for (const { resolve } of this.#waiting.splice(0)) resolve();
      while (!this.#isOver && !isLost) {
        await this.#pause(ASK_EVERY_MS);
        if (this.#isOver || isLost) break;
        this.#snapshots = [this.#snapshots.at(-1)!, await ask()];
      }
    } finally {
      isPresent = false;
      this.#isListening = false;
      void client.end({ timeout: 0 });
    }
  }

  /** Waits, unless the connection is lost or this is over. */
  async #pause(milliseconds: number): Promise<void> {
    if (this.#isOver) return;
    const controller = new AbortController();
    this.#wake = () => controller.abort();
    await sleep(milliseconds, undefined, { signal: controller.signal }).catch(() => {});
  }
}
