import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '../../db/database.js';
import { type LiveKeys, readLiveKeys } from '../../db/queries/access/api-keys.js';

/** How long a revocation made by another process may go unseen; one made by this process counts at once. */
export const KEYS_FRESH_MS = 1000;

const FRESH_READS_APART_MS = 50;

export type LiveKey = LiveKeys['keys'][number];

/** The keys that count, as they were read a moment ago. */
export class Keys {
  readonly #byHash: ReadonlyMap<string, LiveKey>;
  readonly #byId: ReadonlyMap<string, LiveKey>;
  readonly #agents: ReadonlyMap<string, Date>;
  /** The origins of all keys: what a preflight, which carries no key, is answered by. */
  readonly origins: ReadonlySet<string>;

  constructor({ keys, revokedAgents }: LiveKeys) {
    this.#byHash = new Map(keys.map((key) => [key.hash, key]));
    this.#byId = new Map(keys.map((key) => [key.id, key]));
    this.#agents = new Map(revokedAgents.map(({ keyId, subject, revokedAt }) => [`${keyId} ${subject}`, revokedAt]));
    this.origins = new Set(keys.flatMap(({ origins }) => origins));
  }

  /** Looked up by hash, so that no secret is ever compared. */
  byHash = (hash: string): LiveKey | null => live(this.#byHash.get(hash));
  byId = (id: string): LiveKey | null => live(this.#byId.get(id));

  /** The origins whose pages may carry an agent's token, sorted. */
  agentOrigins(): string[] {
    const keys = [...this.#byId.values()].filter((key) => key.kind === 'agent-signing' && live(key) !== null);
    return [...new Set(keys.flatMap(({ origins }) => origins))].sort();
  }

  /** Whether a token that was signed then for an agent has been revoked since. Tokens count seconds. */
  isAgentRevoked(keyId: string, subject: string, issuedAt: Date): boolean {
    const revokedAt = this.#agents.get(`${keyId} ${subject}`);
    return revokedAt !== undefined && issuedAt.getTime() <= revokedAt.getTime();
  }
}

const live = (key: LiveKey | undefined): LiveKey | null =>
  key === undefined || (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) ? null : key;

/** Reads the keys at most once in `KEYS_FRESH_MS`, however many requests come. */
export class KeyRing {
  #readAt = Number.NEGATIVE_INFINITY;
  #keys: Promise<Keys> | undefined;
  #next: Promise<Keys> | undefined;

  constructor(private readonly sql: Sql) {}

  async current(): Promise<Keys> {
    const now = performance.now();
    if (this.#keys === undefined || now - this.#readAt >= KEYS_FRESH_MS) {
      this.#readAt = now;
      const reading = readLiveKeys(this.sql).then((rows) => new Keys(rows));
      this.#keys = reading;
      // A failed read is tried again by the next request.
      reading.catch(() => {
        if (this.#keys === reading) this.#keys = undefined;
      });
    }
    return this.#keys;
  }

  /**
   * Reads them anew: for a key that may have been made a moment ago. Whoever asks meanwhile shares the next read, so that
   * made-up keys cost the database a few reads a second, however many are tried.
   */
  fresh(): Promise<Keys> {
    this.#next ??= sleep(Math.max(0, this.#readAt + FRESH_READS_APART_MS - performance.now())).then(() => {
      this.#next = undefined;
      this.forget();
      return this.current();
    });
    return this.#next;
  }

  /** Called after a change of keys. */
  forget(): void {
    this.#keys = undefined;
  }
}
