import type { ServerResponse } from 'node:http';
import { type Credential, isForBrowsers } from '../access/credential.js';
import { principalOf } from '../access/limits/rate-limits.js';
import { apiError } from '../errors.js';

/** Answers that one shopper or agent may be waiting for at once, and the event streams among them. */
const MOST_REQUESTS = 30;
export const MOST_STREAMS = 10;
/** Event streams of all who use one key: each holds memory for as long as its page is open. */
const MOST_STREAMS_A_KEY = 2000;
/** How soon a stream ends after its token or key: the keys themselves may be read up to a second late. */
const SWEEP_MS = 1000;

const RETRY = { 'retry-after': '5' };

interface Open {
  readonly response: ServerResponse;
  readonly credential: Credential;
  readonly isStream: boolean;
}

const isEventStream = (response: ServerResponse) =>
  String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');

/** The answers that are being given: counted, and those that go on for long ended with the key or token behind them. */
export class OpenRequests {
  /** By who waits for them. */
  readonly #open = new Map<string, Set<Open>>();
  readonly #streamsOfKey = new Map<string | null, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly isStillGood: (credential: Credential) => Promise<boolean>) {}

  /**
   * @param address of who asks
   * @throws RATE_LIMITED when there are too many of the same sender
   */
  add(credential: Credential, response: ServerResponse, address: string): void {
    const { accept } = response.req.headers;
    const isStream = accept?.includes('text/event-stream') === true;
    // A publishable key is every visitor's: those are told apart by their addresses.
    const visitor = credential.kind === 'publishable' ? address : '';
    const principal = `${credential.kind} ${principalOf(credential)} ${visitor}`;
    const own = this.#open.get(principal) ?? new Set();
    this.#refuseTooMany(credential, own, isStream);
    const open = { response, credential, isStream };
    this.#open.set(principal, own.add(open));
    if (isStream) this.#countStream(credential, 1);
    response.once('close', () => {
      own.delete(open);
      if (own.size === 0) this.#open.delete(principal);
      if (isStream) this.#countStream(credential, -1);
      if (this.#open.size === 0) this.#stop();
    });
    this.#timer ??= setInterval(() => void this.#sweep(), SWEEP_MS).unref();
  }

  /** Ends every event stream, so that a server can stop. */
  endStreams(): void {
    for (const { response } of this.#all()) if (isEventStream(response)) endStream(response);
  }

  #refuseTooMany(credential: Credential, own: ReadonlySet<Open>, isStream: boolean): void {
    if (isForBrowsers(credential) && own.size >= MOST_REQUESTS) {
      throw apiError('RATE_LIMITED', `at most ${MOST_REQUESTS} requests at once: wait for an answer`, RETRY);
    }
    if (!isStream) return;
    const streams = [...own].filter((each) => each.isStream).length;
    if (isForBrowsers(credential) && streams >= MOST_STREAMS) {
      throw apiError('RATE_LIMITED', `at most ${MOST_STREAMS} event streams at once: close one`, RETRY);
    }
    if ((this.#streamsOfKey.get(credential.keyId) ?? 0) >= MOST_STREAMS_A_KEY) {
      throw apiError('RATE_LIMITED', `at most ${MOST_STREAMS_A_KEY} event streams of one key at once`, RETRY);
    }
  }

  #countStream({ keyId }: Credential, change: 1 | -1): void {
    const count = (this.#streamsOfKey.get(keyId) ?? 0) + change;
    if (count === 0) this.#streamsOfKey.delete(keyId);
    else this.#streamsOfKey.set(keyId, count);
  }

  *#all(): Iterable<Open> {
    for (const own of this.#open.values()) yield* own;
  }

  async #sweep(): Promise<void> {
    for (const { response, credential } of this.#all()) {
      if (!isEventStream(response)) continue;
      // While the database is away nobody can be told to be revoked; the next sweep asks again.
      if (!(await this.isStillGood(credential).catch(() => true))) endStream(response);
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** The client hears that it is over, and asks again with a new token if it has one. */
function endStream(response: ServerResponse): void {
  if (!response.writableEnded) response.end('event: complete\ndata:\n\n');
}
