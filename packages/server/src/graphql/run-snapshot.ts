import {
  type BasisStatus,
  CLV_INPUTS,
  type CustomerFeatures,
  emptyFeatures,
  type MeasuredFeature,
  type Model,
  type Reason,
  SEGMENTATIONS,
  type Segmentation,
  type SegmentDefinition,
  said,
} from '@tessera/core';
import type { Sql } from '../db/database.js';
import { MODEL_CATEGORIES, type ModelCategory } from '../db/queries/features.js';
import type { StoredModel } from '../db/queries/fitted-models.js';
import type { OrderFactsOptions } from '../db/queries/order-facts.js';
import { readSegmentStats, type SegmentStatsRow } from '../db/queries/segment-stats.js';
import { apiError, shorten } from '../errors.js';
import { restoreModels } from '../scoring/fitted-models.js';
import { ModelStore } from '../scoring/model-store.js';

/** What each segment measures in a run, and what sets it apart from the average buyer, the largest first. */
export interface SegmentStats extends Omit<SegmentStatsRow, 'zScores'> {
  readonly distinguishing: readonly Reason[];
}

/** What a model learned in a run. */
export interface ModelSnapshot extends StoredModel {
  readonly runId: number;
  readonly model: Model<unknown, unknown>;
}

export interface SegmentationSnapshot extends ModelSnapshot {
  readonly model: Segmentation<unknown, unknown>;
  readonly segments: readonly SegmentDefinition[];
}

/** A published run as readers see it: what it learned and by which rules it counted. It never changes, so it is read once. */
export interface RunSnapshot {
  readonly runId: number;
  readonly asOf: Date;
  readonly finishedAt: Date;
  /** What counted in this run; everything that is computed beside it counts the same. */
  readonly facts: OrderFactsOptions;
  readonly segmentations: readonly SegmentationSnapshot[];
  readonly predictions: readonly ModelSnapshot[];
}

/**
 * @throws GraphQLError BAD_USER_INPUT when there is no segmentation of that name, NOT_SCORED_YET when the run does not know it
 *   because another version of Tessera made it
 */
export function findSegmentation(run: RunSnapshot, key: string): SegmentationSnapshot {
  const found = run.segmentations.find(({ model }) => model.key === key);
  if (found !== undefined) return found;
  const known = SEGMENTATIONS.map((model) => model.key);
  if (known.includes(key)) {
    throw apiError(
      'NOT_SCORED_YET',
      `run ${run.runId} was scored by another version of Tessera: score the shop again (tessera score)`,
    );
  }
  throw apiError('BAD_USER_INPUT', `there is no segmentation "${shorten(key)}": choose one of ${known.join(', ')}`);
}

const RUNS_IN_MEMORY = 20;

/** Below this a difference from the average buyer is not worth a sentence. */
const NOTABLE_DEVIATIONS = 0.25;

function distinguish(zScores: Readonly<Record<string, number>>): Reason[] {
  return Object.entries(zScores)
    .filter(([, deviations]) => Math.abs(deviations) >= NOTABLE_DEVIATIONS)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([feature, deviations]) => ({
      ...said('stands-apart', { feature: feature as MeasuredFeature, deviations }),
      feature,
      value: deviations,
    }));
}

/** Reads published runs and remembers the last few. */
export class RunSnapshots {
  readonly #known = new Map<number, Promise<RunSnapshot | null>>();

  readonly models: ModelStore;

  constructor(private readonly sql: Sql) {
    this.models = new ModelStore(sql);
  }

  /** The run that readers see now; null before the first. */
  async current(): Promise<RunSnapshot | null> {
    const [shop] = await this.sql<{ runId: number | null }[]>`select current_run_id::float8 as "runId" from shop`;
    return shop?.runId == null ? null : this.#remembered(shop.runId);
  }

  /** One run; null when there is none of that number or its profiles were dropped, perhaps since it was last asked for. */
  async get(runId: number): Promise<RunSnapshot | null> {
    const kept = await this.sql`select from runs where id = ${runId} and state = 'published'`;
    return kept.length === 0 ? null : this.#remembered(runId);
  }

  #remembered(runId: number): Promise<RunSnapshot | null> {
    const known = this.#known.get(runId);
    if (known !== undefined) return known;
    const read = this.#read(runId);
    this.#known.set(runId, read);
    // A failed or missing read is not remembered: the run may be published a moment later.
    read.then(
      (snapshot) => snapshot === null && this.#known.delete(runId),
      () => this.#known.delete(runId),
    );
    if (this.#known.size > RUNS_IN_MEMORY) this.#known.delete(this.#known.keys().next().value!);
    return read;
  }

  async #read(runId: number): Promise<RunSnapshot | null> {
    const [run] = await this.sql<{ asOf: Date; finishedAt: Date; options: Omit<OrderFactsOptions, 'asOf'> }[]>`
      select as_of as "asOf", finished_at as "finishedAt", options
      from runs where id = ${runId} and state = 'published'`;
    if (run === undefined) return null;
    const { segmentations, predictions } = restoreModels(await this.models.of(runId));
    return {
      runId,
      asOf: run.asOf,
      finishedAt: run.finishedAt,
      facts: { ...run.options, asOf: run.asOf },
      segmentations: segmentations.map((own) => ({ ...own, runId, segments: own.model.segments(own.fitted) })),
      predictions: predictions.map((own) => ({ ...own, runId })),
    };
  }
}

/** The segments of a run by `segmentation:segment`, as they are now: customers who are scored again move between them. */
export async function readStats(sql: Sql, runId: number): Promise<ReadonlyMap<string, SegmentStats>> {
  const rows = await readSegmentStats(sql, runId);
  return new Map(
    rows.map(({ zScores, ...row }) => [
      `${row.segmentation}:${row.segment}`,
      { ...row, distinguishing: distinguish(zScores) },
    ]),
  );
}

/** The numbers of a profile that models read, as a batch of one row. */
export interface ProfileFeatures extends Readonly<Record<ModelCategory, string | null>> {
  readonly orders: number;
  readonly recencyDays: number | null;
  readonly tenureDays: number | null;
  readonly spanDays: number | null;
  readonly netRevenue: string;
  readonly grossRevenue: string;
  readonly itemsDelivered: number;
  readonly itemsReturned: number;
  readonly medianDaysBetweenOrders: number | null;
  readonly discountShare: number | null;
  readonly distinctCategories: number;
  readonly visits30d: number;
  readonly emailOpens90d: number;
  readonly serviceContacts90d: number;
  readonly purchaseDays: number | null;
  readonly repeatMeanValue: string | null;
  readonly revenueLast90Days: string | null;
  readonly revenueSameSeason: string | null;
  readonly favouriteCategoryShare: number | null;
  readonly age: number | null;
  readonly status: BasisStatus;
}

const DECIMALS = 4;

/** Rebuilds the features that the batch saw, with the same rounding, so that an explanation speaks of the same numbers. */
export function featuresOfProfile(profile: ProfileFeatures): CustomerFeatures {
  const features = emptyFeatures(1);
  const money = (amount: string) => Number(Number(amount).toFixed(DECIMALS));
  const values = {
    orders: profile.orders,
    recencyDays: profile.recencyDays,
    tenureDays: profile.tenureDays,
    spanDays: profile.spanDays,
    netRevenue: money(profile.netRevenue),
    grossRevenue: money(profile.grossRevenue),
    averageOrderValue: profile.orders > 0 ? money(profile.netRevenue) / profile.orders : null,
    itemsDelivered: profile.itemsDelivered,
    itemsReturned: profile.itemsReturned,
    medianDaysBetweenOrders: profile.medianDaysBetweenOrders,
    discountShare: profile.discountShare,
    distinctCategories: profile.distinctCategories,
    visits30d: profile.visits30d,
    emailOpens90d: profile.emailOpens90d,
    serviceContacts90d: profile.serviceContacts90d,
  };
  for (const [name, value] of Object.entries(values)) {
    features.columns[name as keyof typeof values][0] = value ?? Number.NaN;
  }
  const known = (amount: string | null) => (amount === null ? null : money(amount));
  const outputs = {
    [CLV_INPUTS.purchaseDays]: profile.purchaseDays,
    [CLV_INPUTS.repeatMeanValue]: known(profile.repeatMeanValue),
    [CLV_INPUTS.revenueLast90Days]: known(profile.revenueLast90Days),
    [CLV_INPUTS.revenueSameSeason]: known(profile.revenueSameSeason),
    [CLV_INPUTS.favouriteCategoryShare]: profile.favouriteCategoryShare,
    [CLV_INPUTS.age]: profile.age,
  };
  const category = (label: string | null) => ({
    codes: Int32Array.of(label === null ? -1 : 0),
    labels: label === null ? [] : [label],
  });
  return {
    ...features,
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([name, value]) => [name, Float64Array.of(value ?? Number.NaN)]),
    ),
    categories: Object.fromEntries(MODEL_CATEGORIES.map((name) => [name, category(profile[name])])),
  };
}
