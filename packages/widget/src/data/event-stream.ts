import { distinct, refusal, send } from '@tessera/ui/client/client.js';
import { type Connection, connectionKey } from '@tessera/ui/client/connection.js';
import type { RequestError } from '@tessera/ui/client/request-error.js';
import { SEGMENT_CHANGES } from './operations.generated.js';

/** Whoever wants to know when its customer moves to another segment. */
export interface Watcher {
  /** As it is now; null while something is missing. */
  readonly connection: Connection | null;
  readonly customer: string;
  refresh(): void;
}

/** The server's limit for one stream. */
const MAXIMUM_IDS = 500;

/** Customers that come and go together reopen the stream once. */
const SETTLING_MS = 500;

/** A run moves many customers at once, and many pages are open: one refresh each, not all at the same moment. */
const GATHERING_MS = 300;
const SPREAD_MS = 1_200;

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** After these another attempt would end the same way. */
const isFinal = ({ code }: RequestError, { tokenProvider }: Connection) =>
  // Whoever gives tokens may give a better one later.
  !['NETWORK', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED', tokenProvider && 'UNAUTHENTICATED'].includes(code);

/** The page's one stream of a connection: open while somebody watches and the page is seen. */
class EventStream {
  readonly #key: string;
  readonly #watchers = new Set<Watcher>();
  readonly #changed = new Set<string>();
  #abort: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshTimer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #isOver = false;
  #wasInterrupted = false;
  #ids = '';

  constructor(key: string) {
    this.#key = key;
    streams.set(key, this);
    document.addEventListener('visibilitychange', this.#restart);
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
    this.#restart();
  }

  drop(watcher: Watcher): void {
    if (this.#watchers.delete(watcher)) this.#restart();
  }

  #restart = (): void => {
    if (document.hidden) this.#start();
    else this.#startIn(SETTLING_MS);
  };

  #startIn(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#start(), delayMs);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ids = distinct([...this.#watchers].map(({ customer }) => customer));
    ids.splice(MAXIMUM_IDS);
    const isWanted = ids.length > 0 && !document.hidden && !this.#isOver;
    if (isWanted && this.#abort && `${ids}` === this.#ids) return;
    if (this.#abort && document.hidden) this.#wasInterrupted = true;
    this.#abort?.abort();
    this.#abort = undefined;
    this.#ids = `${ids}`;
    if (isWanted) {
      this.#abort = new AbortController();
      void this.#read(ids, this.#abort);
    } else if (!ids.length) {
      streams.delete(this.#key);
      document.removeEventListener('visibilitychange', this.#restart);
    }
  }

  async #read(externalIds: string[], abort: AbortController): Promise<void> {
    const [first] = this.#watchers;
    const connection = first?.connection;
    if (!connection) return;
    // What changed while nobody listened is not told again.
    if (this.#wasInterrupted) for (const id of externalIds) this.#note(id);
    this.#wasInterrupted = false;
    try {
      await send(
        connection,
        SEGMENT_CHANGES,
        { externalIds },
        abort.signal,
        async (response) => {
          if (!response.ok || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
            throw refusal(response, await response.json().catch(() => undefined));
          }
          this.#pauseMs = FIRST_PAUSE_MS;
          await this.#readEvents(response.body!.pipeThrough(new TextDecoderStream()).getReader());
        },
        'text/event-stream',
      );
    } catch (error) {
      if (!abort.signal.aborted) this.#isOver = isFinal(error as RequestError, connection);
    }
    if (abort.signal.aborted || this.#isOver) return;
    // The server ended it, as it does when the token's time is over.
    this.#abort = undefined;
    this.#wasInterrupted = true;
    this.#startIn(this.#pauseMs * (0.5 + Math.random()));
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  async #readEvents(reader: ReadableStreamDefaultReader<string>): Promise<void> {
    let unread = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (unread + value).split(/\r?\n\r?\n/);
      unread = events.pop()!;
      for (const event of events) {
        const data = /^data: ?(.*)$/m.exec(event)?.[1];
        const id = data && JSON.parse(data).data?.segmentChanged?.externalId;
        if (id) this.#note(id);
      }
    }
  }

  #note(id: string): void {
    this.#changed.add(id);
    this.#refreshTimer ??= setTimeout(
      () => {
        this.#refreshTimer = undefined;
        for (const watcher of this.#watchers) if (this.#changed.has(watcher.customer)) watcher.refresh();
        this.#changed.clear();
      },
      GATHERING_MS + Math.random() * SPREAD_MS,
    );
  }
}

const streams = new Map<string, EventStream>();

/** @returns what ends the watching */
export function watch(watcher: Watcher): () => void {
  const key = watcher.connection ? connectionKey(watcher.connection) : '';
  const stream = streams.get(key) ?? new EventStream(key);
  stream.add(watcher);
  return () => stream.drop(watcher);
}
