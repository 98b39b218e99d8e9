import { type BreadthLimits, DEFAULT_AGENT_BREADTH, type Depth, WINDOWS, type Window } from '../../breadth-limits.js';
import type { Sql } from '../../db/database.js';
import { writeAudit } from '../../db/queries/access/audit-log.js';
import {
  forgetReadsBefore,
  type ReadCustomer,
  readReadsOf,
  writeReads,
} from '../../db/queries/access/customer-reads.js';
import { apiError } from '../../errors.js';
import { log } from '../../log.js';
import { actorOf, type Credential } from '../credential.js';

const WINDOW_MS: Readonly<Record<Window, number>> = { minute: 60_000, day: 86_400_000 };
/** What a crash may forget. */
const FLUSHES_APART_MS = 10_000;
/** A row may be committed so long after its `read_at`. */
const OVERLAP_SECONDS = 60;
/** About 100 bytes each. Whoever has read nothing for longest is forgotten first, and read again from the database. */
const MOST_IDS_REMEMBERED = 500_000;
const MOST_READERS_REMEMBERED = 5000;

/** Why a customer is not shown. */
export interface Excess {
  readonly depth: Depth;
  readonly window: Window;
  readonly limit: number;
  /** Until the window ends, at least 1. */
  readonly retryAfterSeconds: number;
}

/** One who reads, by key and subject. */
interface Reader {
  readonly keyId: string;
  readonly subject: string;
}

/** Which window of its kind a moment is in, counted from 1970 in UTC, so that all servers mean the same one. */
const indexOf = (window: Window, now: number) => Math.floor(now / WINDOW_MS[window]);
const endOf = (window: Window, now: number) => (indexOf(window, now) + 1) * WINDOW_MS[window];
const dateOf = (day: number) => new Date(day * WINDOW_MS.day).toISOString().slice(0, 10);

/** The customers that one reader has read in the current minute and day. */
class Ledger {
  /** The windows that the sets are of. */
  readonly #current: Record<Window, number> = { minute: -1, day: -1 };
  readonly #read = {
    minute: { badge: new Set<string>(), profile: new Set<string>() },
    day: { badge: new Set<string>(), profile: new Set<string>() },
  };
  /** Excesses that are on record in their window, as `depth window`. */
  readonly #recorded = new Set<string>();
  /** Reads of the day that are not in the database yet. */
  unsaved = new Map<string, Depth>();
  /** When the database was read last, by a clock that never goes back. */
  readAt = Number.NEGATIVE_INFINITY;
  refreshing: Promise<void> | null = null;

  constructor(readonly reader: Reader) {}

  isIn = (window: Window, now: number) => this.#current[window] === indexOf(window, now);
  get day(): string {
    return dateOf(this.#current.day);
  }
  get size(): number {
    return this.#read.day.badge.size + this.#read.day.profile.size;
  }

  /** Begins the windows that have come since. Reads that are not saved have to be saved before. */
  roll(now: number): void {
    for (const window of WINDOWS) {
      if (this.isIn(window, now)) continue;
      this.#current[window] = indexOf(window, now);
      for (const depth of ['badge', 'profile'] as const) {
        this.#read[window][depth].clear();
        this.#recorded.delete(`${depth} ${window}`);
      }
    }
  }

  /** What other servers, or this one before its restart, have counted today. */
  addStored(rows: readonly ReadCustomer[]): void {
    for (const { customerId, isProfile } of rows) this.#read.day[isProfile ? 'profile' : 'badge'].add(customerId);
  }

  /** Counts a customer, once a window. @returns null, or why he is one too many: then nothing is counted */
  take(customerId: string, depth: Depth, limits: BreadthLimits, now: number): Excess | null {
    const isCounted = (window: Window) => {
      const { badge, profile } = this.#read[window];
      return profile.has(customerId) || (depth === 'badge' && badge.has(customerId));
    };
    const added = WINDOWS.filter((window) => !isCounted(window));
    // The longer wait is told.
    for (const window of added.toReversed()) {
      const limit = limits[depth][window];
      if (this.#read[window][depth].size < limit) continue;
      return { depth, window, limit, retryAfterSeconds: Math.max(1, Math.ceil((endOf(window, now) - now) / 1000)) };
    }
    for (const window of added) this.#read[window][depth].add(customerId);
    if (added.includes('day')) this.unsaved.set(customerId, depth);
    return null;
  }

  /** Whether this is the first excess of its kind in its window. */
  isNew({ depth, window }: Excess): boolean {
    const kind = `${depth} ${window}`;
    if (this.#recorded.has(kind)) return false;
    this.#recorded.add(kind);
    return true;
  }
}

/**
 * How many different customers each reader may read (issue of scraping: a token that reads one customer at a time reads
 * all of them in the end). Counted in memory and written to the database every few seconds and at the end of each minute
 * in which the reader read; at the beginning of a minute the reads of other servers are taken in. So several servers
 * overshoot the day's limit by at most one minute's limit each, a restart forgets nothing, and a crash a few seconds.
 */
export class Breadth {
  /** The least recently used first. */
  readonly #ledgers = new Map<string, Ledger>();
  #timer: NodeJS.Timeout | undefined;
  #sweptDay = -1;

  constructor(
    private readonly sql: Sql,
    private readonly defaults: {
      readonly agent?: BreadthLimits | null;
      readonly restricted?: BreadthLimits | null;
    } = {},
    private readonly now: () => number = () => Date.now(),
  ) {}

  /** Null for who is not limited. A shopper reads nobody but himself, and the secret key stands for the shop. */
  limitsOf({ kind, breadth }: Credential): BreadthLimits | null {
    if (kind !== 'agent' && kind !== 'restricted') return null;
    if (breadth !== undefined) return breadth;
    const { agent = DEFAULT_AGENT_BREADTH, restricted = null } = this.defaults;
    return kind === 'agent' ? agent : restricted;
  }

  /**
   * Counts customers whom a credential is about to be shown.
   * @returns for each null, or why he is one too many; the first of these in a window is on record when this returns
   */
  async take(credential: Credential, customerIds: readonly string[], depth: Depth): Promise<(Excess | null)[]> {
    const limits = this.limitsOf(credential);
    if (limits === null) return customerIds.map(() => null);
    const ledger = this.#ledgerOf({ keyId: credential.keyId ?? '', subject: credential.subject ?? '' });
    while (!ledger.isIn('minute', this.now())) await this.#refresh(ledger);
    // From here on without a pause, so that requests that come together are counted one after the other.
    const now = this.now();
    const taken = customerIds.map((id) => ledger.take(id, depth, limits, now));
    for (const excess of taken) {
      if (excess !== null && ledger.isNew(excess)) await this.#record(credential, excess);
    }
    return taken;
  }

  /** Writes out what is counted. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushAll();
  }

  #ledgerOf(reader: Reader): Ledger {
    const key = `${reader.keyId}\n${reader.subject}`;
    const ledger = this.#ledgers.get(key) ?? new Ledger(reader);
    this.#ledgers.delete(key);
    this.#ledgers.set(key, ledger);
    this.#timer ??= setInterval(() => {
      this.#flushAll().catch((error) =>
        log.warn({ type: error?.name }, 'what was read could not be counted in the database'),
      );
    }, FLUSHES_APART_MS).unref();
    return ledger;
  }

  /** Saves the minute that is over, takes in what others have saved, and begins the new one. */
  #refresh(ledger: Ledger): Promise<void> {
    ledger.refreshing ??= (async () => {
      await this.#flush(ledger);
      const now = this.now();
      const readAt = performance.now();
      const sinceSeconds = ledger.isIn('day', now) ? (readAt - ledger.readAt) / 1000 + OVERLAP_SECONDS : null;
      const rows = await readReadsOf(this.sql, ledger.reader, dateOf(indexOf('day', now)), sinceSeconds);
      ledger.readAt = readAt;
      ledger.roll(now);
      ledger.addStored(rows);
    })().finally(() => {
      ledger.refreshing = null;
    });
    return ledger.refreshing;
  }

  async #flush(ledger: Ledger): Promise<void> {
    const { unsaved, day } = ledger;
    if (unsaved.size === 0) return;
    ledger.unsaved = new Map();
    const rows = [...unsaved].map(([customerId, depth]) => ({ customerId, isProfile: depth === 'profile' }));
    try {
      await writeReads(this.sql, ledger.reader, day, rows);
    } catch (error) {
      // Of two reads of a customer the deeper one came later.
      ledger.unsaved = new Map([...unsaved, ...ledger.unsaved]);
      throw error;
    }
  }

  async #flushAll(): Promise<void> {
    for (const ledger of this.#ledgers.values()) await this.#flush(ledger);
    this.#forget();
    const today = indexOf('day', this.now());
    if (this.#sweptDay === today) return;
    this.#sweptDay = today;
    // Yesterday stays for servers whose clock is behind.
    await forgetReadsBefore(this.sql, dateOf(today - 1));
  }

  #forget(): void {
    let ids = 0;
    for (const ledger of this.#ledgers.values()) ids += ledger.size;
    for (const [key, ledger] of this.#ledgers) {
      if (ids <= MOST_IDS_REMEMBERED && this.#ledgers.size <= MOST_READERS_REMEMBERED) return;
      // The minute is counted here alone.
      if (ledger.unsaved.size > 0 || ledger.refreshing !== null || ledger.isIn('minute', this.now())) continue;
      this.#ledgers.delete(key);
      ids -= ledger.size;
    }
  }

  async #record(credential: Credential, { depth, window, limit }: Excess): Promise<void> {
    log.warn({ key: credential.keyId, depth, window, limit }, 'a reader of customers reached the limit');
    await writeAudit(this.sql, {
      ...actorOf(credential),
      action: 'limit of customers reached',
      details: { what: depth, window, limit },
    });
  }
}

const WHAT: Readonly<Record<Depth, string>> = { badge: 'customers', profile: 'profiles of customers' };

/** What is said in place of a customer. `extensions` hold the limit, its window and the seconds until it ends. */
export const breadthError = ({ depth, window, limit, retryAfterSeconds }: Excess) =>
  apiError(
    'BREADTH_LIMITED',
    `this reader has read ${limit} different ${WHAT[depth]} in this ${window}, which is the most: try again in ${retryAfterSeconds} seconds`,
    { 'retry-after': String(retryAfterSeconds) },
    { limit, window, what: depth, retryAfter: retryAfterSeconds },
  );
