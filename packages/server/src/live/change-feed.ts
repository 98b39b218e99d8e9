import type { Database } from '../db/database.js';
import type { Listener } from '../db/listener.js';
import { changesInRun, changesSince, listenToChanges, type Moved } from '../db/queries/segment-events.js';
import type { SegmentChangeRow } from '../db/queries/segment-history.js';
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
 * of the process, from the first of them on. When it is lost it is made again, and what was committed meanwhile is read and
 * delivered then: no move is missed, and in a rare moment one comes twice.
 */
export class ChangeFeed {
  readonly #subscribers = new Set<Subscriber>();
  #listener: Listener | null = null;
  /** Moves that were delivered since the listener last knew it was alive, and since the time before that. */
  #recent: readonly [Set<string>, Set<string>] = [new Set(), new Set()];
  /** One delivery at a time: a run's moves have to be read first, and newer ones must not overtake them. */
  #delivered: Promise<void> = Promise.resolve();

  /** @param database listens, and reads the moves */
  constructor(private readonly database: Pick<Database, 'listen' | 'reader'>) {}

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
      await this.listening();
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

  /** Resolves once moves are heard. @throws why the next attempt to listen fails, if it does */
  listening(): Promise<void> {
    this.#listener ??= listenToChanges(this.database, {
      moved: (moved) => {
        this.#inTurn(() => this.#deliver(moved)).catch((error) =>
          log.warn({ type: error?.name }, 'moves could not be read for their readers'),
        );
      },
      alive: () => {
        this.#recent = [new Set(), this.#recent[0]];
      },
      returned: (snapshot) => this.#inTurn(() => this.#deliverMissed(snapshot)),
    });
    return this.#listener.listening();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#delivered.then(work);
    this.#delivered = done.catch(() => {});
    return done;
  }

  async #deliver(moved: Moved): Promise<void> {
    if (this.#subscribers.size === 0) return;
    const wanted = this.#wantedCustomers();
    const changes = 'moves' in moved ? moved.moves : await changesInRun(this.database.reader, moved.runId, wanted);
    this.#hand(changes);
  }

  /** After a gap: what was committed since the snapshot, without what was delivered all the same. */
  async #deliverMissed(snapshot: string): Promise<void> {
    if (this.#subscribers.size === 0) return;
    const changes = await changesSince(this.database.reader, snapshot, this.#wantedCustomers());
    this.#hand(changes.filter((change) => !this.#recent.some((delivered) => delivered.has(keyOf(change)))));
  }

  #hand(changes: readonly SegmentChangeRow[]): void {
    for (const subscriber of this.#subscribers) {
      const own = changes.filter(
        ({ customerId, segmentation }) =>
          subscriber.customerIds.has(customerId) &&
          (subscriber.segmentation === null || subscriber.segmentation === segmentation),
      );
      if (own.length === 0) continue;
      for (const change of own) this.#recent[0].add(keyOf(change));
      subscriber.waiting.push(...own);
      subscriber.waiting.splice(0, subscriber.waiting.length - MOST_WAITING);
      subscriber.wake();
    }
  }

  #wantedCustomers(): string[] {
    return [...new Set([...this.#subscribers].flatMap((subscriber) => [...subscriber.customerIds]))];
  }
}

const keyOf = ({ customerId, segmentation, runId, changedAt }: SegmentChangeRow) =>
  JSON.stringify([customerId, segmentation, runId, changedAt.getTime()]);
