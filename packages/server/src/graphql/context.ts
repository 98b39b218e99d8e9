import { LANGUAGES, type Language, type Playbook, type Said, type Wording, type Words, wordsIn } from '@tessera/core';
import DataLoader from 'dataloader';
import type { YogaInitialContext } from 'graphql-yoga';
import type { Access } from '../access/access.js';
import { actorOf, type Credential, maySeeCustomer } from '../access/credential.js';
import { breadthError } from '../access/limits/breadth.js';
import type { Depth } from '../breadth-limits.js';
import type { Database } from '../db/database.js';
import { writeAudit } from '../db/queries/access/audit-log.js';
import { type PersonRow, type ProfileRow, readPeople, readProfiles } from '../db/queries/customers/profiles.js';
import { latestChanges, type MembershipStart } from '../db/queries/segments/segment-history.js';
import { readShop, type Shop } from '../db/queries/shop/settings.js';
import { apiError, shorten } from '../errors.js';
import type { UnknownValue } from '../filters/unknown-values.js';
import { DEFAULT_LANGUAGE, languageOf } from '../language.js';
import type { ChangeFeed } from '../live/change-feed.js';
import { type RunSnapshot, type RunSnapshots, readStats, type SegmentStats } from '../runs/snapshot.js';
import { isWhole } from '../whole-characters.js';
import { anonymousCustomer } from './customers/anonymous-customer.js';

/** A profile as a reader may have it. */
export type DisclosedProfile = ProfileRow & {
  /** Read as a badge by somebody whose profiles are counted: nothing on it may hold a figure. */
  readonly isBare?: true;
};

const MOST_KEYS_A_BATCH = 500;

/** Whose figures a text may hold: one customer's, those of many, none that anybody must be kept from; no text for `nobody` holds any. */
export type Figures = 'customer' | 'report' | 'open' | 'nobody';

/**
 * What every resolver can use. Everything here lives for one request and sees one current run. Functions are properties,
 * as the server copies own properties into its context.
 */
export class RequestContext {
  #shop: Promise<Shop> | undefined;
  #current: Promise<RunSnapshot | null> | undefined;
  readonly #others = new Map<number, Promise<RunSnapshot | null>>();

  constructor(
    readonly database: Database,
    readonly snapshots: RunSnapshots,
    readonly changes: ChangeFeed,
    readonly credential: Credential,
    readonly access: Access,
    readonly playbook: Playbook,
    /** What the request asks for by its header. */
    readonly language: Language = DEFAULT_LANGUAGE,
  ) {
    this.isReadingCounted = credential.kind === 'agent' || access.breadth.limitsOf(credential) !== null;
  }

  /** Values of filters that nobody has, as they are found. */
  readonly unknownValues: UnknownValue[] = [];

  /** Whether it is counted or on record which customers are read. */
  readonly isReadingCounted: boolean;

  /** Whether the reader may see figures: who reads nothing but badges gets sentences without any. */
  readonly mayReadFigures = (of: Figures): boolean => {
    if (of === 'nobody') return false;
    const { kind, grants } = this.credential;
    if (of === 'open' || kind === 'secret' || grants.has('customers:read')) return true;
    return of === 'report' && grants.has('reports:read');
  };

  /** Words for the reader. @param asked a language tag that goes before the header's. @throws BAD_USER_INPUT */
  readonly words = async (asked: string | null | undefined, of: Figures = 'customer'): Promise<Words> => {
    const language = asked == null ? this.language : languageOf(asked);
    if (language === undefined) {
      throw apiError(
        'BAD_USER_INPUT',
        `"${shorten(asked!)}" is not a language of ours: choose one of ${LANGUAGES.join(', ')}`,
      );
    }
    const figures = this.mayReadFigures(of);
    // Without a figure no amount is said, and a shopper's page needs no row of the shop.
    const currency = figures ? (await this.shop()).currency : '';
    return wordsIn(language, { currency, figures });
  };

  /** A wording in words; null for none. */
  readonly say = async <Given extends Wording | null | undefined>(
    wording: Given,
    asked?: string | null,
    of: Figures = 'customer',
  ): Promise<Given extends null | undefined ? string | null : string> => {
    type Answer = Given extends null | undefined ? string | null : string;
    if (wording == null || typeof wording === 'string') return (wording ?? null) as Answer;
    return (await this.words(asked, of)).say(wording) as Answer;
  };

  /** The values behind a reason, its names in words; null for who may see no figure. */
  readonly valuesOf = async ({ values }: Said, of: Figures = 'customer'): Promise<unknown> =>
    this.mayReadFigures(of) ? (await this.words(null, of)).within(values) : null;

  readonly shop = (): Promise<Shop> => {
    this.#shop ??= readShop(this.database.reader).then((shop) => {
      if (shop === null) throw apiError('NOT_SCORED_YET', 'this shop has no data yet: import some first');
      return shop;
    });
    return this.#shop;
  };

  readonly currentRun = (): Promise<RunSnapshot | null> => {
    this.#current ??= this.snapshots.current();
    return this.#current;
  };

  /** The current run, or the one asked for. @throws NOT_SCORED_YET, BAD_USER_INPUT */
  readonly run = async (runId?: number): Promise<RunSnapshot> => {
    const run = runId === undefined ? await this.currentRun() : await this.#runOf(runId);
    if (run !== null) return run;
    throw runId === undefined
      ? apiError('NOT_SCORED_YET', 'no run has been published yet: import data and score it (tessera score)')
      : apiError('BAD_USER_INPUT', `run ${runId} is not kept: the query "runs" lists those that are`);
  };

  readonly #stats = new Map<number, Promise<ReadonlyMap<string, SegmentStats>>>();

  /** The segments of a run by `segmentation:segment`, read once a request. */
  readonly segmentStats = (runId: number): Promise<ReadonlyMap<string, SegmentStats>> => {
    const stats = this.#stats.get(runId) ?? readStats(this.database.reader, runId);
    this.#stats.set(runId, stats);
    return stats;
  };

  /** Asked for by every row of a page, read once a request. */
  async #runOf(runId: number): Promise<RunSnapshot | null> {
    const current = await this.currentRun();
    if (current?.runId === runId) return current;
    const run = this.#others.get(runId) ?? this.snapshots.get(runId);
    this.#others.set(runId, run);
    return run;
  }

  /** Names and e-mail addresses, apart from the profiles so that old runs hold none. */
  readonly people = new DataLoader<string, PersonRow | null>((ids) => readPeople(this.database.drizzle, ids), {
    maxBatchSize: MOST_KEYS_A_BATCH,
  });

  /** Profiles of the current run by the shop's own id; null for customers whom the credential may not see. */
  readonly profiles = new DataLoader<string, ProfileRow | null>(
    async (asked) => {
      const run = await this.run();
      if (this.credential.kind === 'publishable') return asked.map((id) => anonymousCustomer(id, run));
      const ids = asked.map((id) => (isWhole(id) && maySeeCustomer(this.credential, id) ? id : ''));
      const rows = await readProfiles(this.database.drizzle, run.runId, ids);
      const byId = new Map(rows.map((row) => [row.customerId, row]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { maxBatchSize: MOST_KEYS_A_BATCH },
  );

  /**
   * A customer as he may be shown. Everyone whom a field gives comes through here, one by one or in a list.
   * @throws BREADTH_LIMITED
   */
  readonly disclose = (row: ProfileRow, depth: Depth): Promise<DisclosedProfile> =>
    this.#disclosures.load({ row, depth });

  /** All customers of a page or none: its order, its cursors and its filter tell of their profiles. @throws BREADTH_LIMITED */
  readonly disclosePage = async (rows: readonly ProfileRow[]): Promise<void> => {
    if (this.isReadingCounted) await Promise.all(rows.map((row) => this.disclose(row, 'profile')));
  };

  /** The customer of an event. @throws BREADTH_LIMITED */
  readonly discloseEvent = async (customerId: string): Promise<void> => {
    const [excess = null] = await this.access.breadth.take(this.credential, [customerId], 'badge');
    if (excess !== null) throw breadthError(excess);
  };

  readonly #disclosures = new DataLoader<{ row: ProfileRow; depth: Depth }, DisclosedProfile, string>(
    async (asked) => {
      const shown = new Array<DisclosedProfile | Error>(asked.length);
      // A profile counts as its badge too, so it comes first.
      for (const depth of ['profile', 'badge'] as const) {
        const places = [...asked.keys()].filter((i) => asked[i]!.depth === depth);
        if (places.length === 0) continue;
        const ids = places.map((i) => asked[i]!.row.customerId);
        const taken = await this.access.breadth.take(this.credential, ids, depth);
        places.forEach((place, i) => {
          const { row } = asked[place]!;
          const excess = taken[i] ?? null;
          shown[place] = excess !== null ? breadthError(excess) : depth === 'badge' ? { ...row, isBare: true } : row;
        });
      }
      await this.#recordReading(shown.filter((row): row is DisclosedProfile => !(row instanceof Error)));
      return shown;
    },
    { cacheKeyFn: ({ row: { runId, customerId }, depth }) => `${depth}\n${runId}\n${customerId}` },
  );

  /** Whose profiles an agent could read is on record; a badge is not. */
  async #recordReading(rows: readonly ProfileRow[]): Promise<void> {
    const { kind, grants } = this.credential;
    if (kind !== 'agent' || rows.length === 0 || !(grants.has('customers:read') || grants.has('customers:pii'))) return;
    const targets = [...new Set(rows.map(({ customerId }) => customerId))];
    await writeAudit(this.database.reader, { ...actorOf(this.credential), action: 'customers read', targets });
  }

  /** Since when a customer is in the segment of a run, and where from. */
  readonly membershipStarts = new DataLoader<
    { customerId: string; segmentation: string; runId: number },
    MembershipStart,
    string
  >(async (keys) => latestChanges(this.database.reader, keys), {
    maxBatchSize: MOST_KEYS_A_BATCH,
    cacheKeyFn: ({ customerId, segmentation, runId }) => `${runId}\n${segmentation}\n${customerId}`,
  });
}

export type Context = YogaInitialContext & RequestContext;
