import type { Sql } from '../db/database.js';
import { changesInRun, listenToChanges, type Moved } from '../db/queries/segments/segment-events.js';
import type { SegmentChangeRow } from '../db/queries/segments/segment-history.js';
import { log } from '../log.js';

/** A reader who is this far behind gets the newest moves; a badge shows the last one anyway. */
const MOST_WAITING = 1000;

interface Subscriber {
  readonly customerIds: ReadonlySet<string>;
  /** Null for all segmentations. */
  readonly segmentation: string | null;
  readonly waiting: SegmentChangeRow[];
  /** Its reader has stopped. */
  isOver: boolean;
  wake: () => void;
}

/**
 * Moves between segments as they are committed, whichever process commits them. One connection listens for all subscribers
 * of the process, from the first of them on.
 */
export class ChangeFeed {
  readonly #subscribers = new Set<Subscriber>();
  #listening: Promise<() => Promise<void>> | null = null;
  /** One delivery at a time: a run's moves have to be read first, and newer ones must not overtake them. */
  #delivered: Promise<void> = Promise.resolve();

  /** @param listener a client that may keep a connection for listening @param reader reads the moves */
  constructor(
    private readonly listener: Sql,
    private readonly reader: Sql,
  ) {}

  /** How many read just now. */
  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  /** The moves of some customers from now on, until the reader stops. */
  of(customerIds: ReadonlySet<string>, segmentation: string | null): AsyncIterableIterator<SegmentChangeRow> {
    const subscriber: Subscriber = { customerIds, segmentation, waiting: [], isOver: false, wake: () => {} };
    const moves = this.#movesFor(subscriber);
    return {
      next: () => moves.next(),
      // A generator that waits for a move cannot be ended from outside: it has to be woken first.
      return: () => {
        subscriber.isOver = true;
        subscriber.wake();
        return moves.return(undefined);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#movesFor(subscriber: Subscriber): AsyncGenerator<SegmentChangeRow> {
    this.#subscribers.add(subscriber);
    try {
      await this.#listen();
      while (!subscriber.isOver) {
        const next = subscriber.waiting.shift();
        if (next !== undefined) yield next;
        else
          await new Promise<void>((resolve) => {
            subscriber.wake = resolve;
          });
      }
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }

  #listen(): Promise<unknown> {
    this.#listening ??= listenToChanges(this.listener, (moved) => {
      this.#delivered = this.#delivered
        .then(() => this.#deliver(moved))
        .catch((error) => log.warn({ type: error?.name }, 'moves could not be read for their readers'));
    });
    this.#listening.catch(() => {
      this.#listening = null;
    });
    return this.#listening;
  }

  async #deliver(moved: Moved): Promise<void> {
    if (this.#subscribers.size === 0) return;
    const changes = 'moves' in moved ? moved.moves : await this.#changesOfRun(moved.runId);
    for (const subscriber of this.#subscribers) {
      const own = changes.filter(
        ({ customerId, segmentation }) =>
          subscriber.customerIds.has(customerId) &&
          (subscriber.segmentation === null || subscriber.segmentation === segmentation),
      );
      if (own.length === 0) continue;
      subscriber.waiting.push(...own);
      subscriber.waiting.splice(0, subscriber.waiting.length - MOST_WAITING);
      subscriber.wake();
    }
  }

  #changesOfRun(runId: number): Promise<readonly SegmentChangeRow[]> {
    const wanted = new Set([...this.#subscribers].flatMap((subscriber) => [...subscriber.customerIds]));
    return changesInRun(this.reader, runId, [...wanted]);
  }
}
