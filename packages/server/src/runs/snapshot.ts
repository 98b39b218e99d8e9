import {
  type AnyFeatureName,
  type BasisStatus,
  type CustomerFeatures,
  emptyFeatures,
  FEATURE_NAMES,
  type FeatureName,
  featureOf,
  MODEL_CATEGORIES,
  MODEL_OUTPUTS,
  type Model,
  type Reason,
  SEGMENTATIONS,
  type Segmentation,
  type SegmentDefinition,
  said,
} from '@tessera/core';
import type { Sql } from '../db/database.js';
import { STORED_FEATURES } from '../db/queries/features/features.js';
import type { OrderFactsOptions } from '../db/queries/orders/order-facts.js';
import { readCurrentRunId, readPublishedRun } from '../db/queries/runs/current-run.js';
import type { StoredModel } from '../db/queries/runs/fitted-models.js';
import { readSegmentStats, type SegmentStatsRow } from '../db/queries/segments/segment-stats.js';
import type { customerProfiles } from '../db/tables.js';
import { apiError, shorten } from '../errors.js';
import { restoreModels } from './fitted-models.js';
import { ModelStore } from './model-store.js';

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
 * @throws ApiError BAD_USER_INPUT when there is no segmentation of that name, NOT_SCORED_YET when the run does not know it
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
      ...said('stands-apart', { feature: feature as FeatureName, deviations }),
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
    const runId = await readCurrentRunId(this.sql);
    return runId === null ? null : this.#remembered(runId);
  }

  /** One run; null when there is none of that number or its profiles were dropped, perhaps since it was last asked for. */
  async get(runId: number): Promise<RunSnapshot | null> {
    const kept = await readPublishedRun(this.sql, runId);
    return kept === null ? null : this.#remembered(runId);
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
    const run = await readPublishedRun(this.sql, runId);
    if (run === null) return null;
    const { segmentations, predictions } = restoreModels(await this.models.of(runId));
    return {
      runId,
      asOf: run.asOf,
      finishedAt: run.finishedAt,
      facts: { ...(run.options as Omit<OrderFactsOptions, 'asOf'>), asOf: run.asOf },
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

/** What of a profile models read. */
export interface ProfileFeatures extends Pick<typeof customerProfiles.$inferSelect, AnyFeatureName> {
  readonly status: BasisStatus;
}

const DECIMALS = 4;

/** A stored number as models read it. */
function plainRead(profile: ProfileFeatures, name: AnyFeatureName): number {
  const value = profile[name];
  if (value === null) return Number.NaN;
  return featureOf(name)?.unit === 'money' ? Number(Number(value).toFixed(DECIMALS)) : Number(value);
}

/** Rebuilds the features that the batch saw, with the same rounding, so that an explanation speaks of the same numbers. */
export function featuresOfProfile(profile: ProfileFeatures): CustomerFeatures {
  const features = emptyFeatures(1);
  const plain = Object.fromEntries(FEATURE_NAMES.map((name) => [name, plainRead(profile, name)]));
  for (const name of FEATURE_NAMES) features.columns[name][0] = STORED_FEATURES[name].read?.of(plain) ?? plain[name]!;
  const category = (label: string | null) => ({
    codes: Int32Array.of(label === null ? -1 : 0),
    labels: label === null ? [] : [label],
  });
  return {
    ...features,
    outputs: Object.fromEntries(
      Object.entries(MODEL_OUTPUTS).map(([name, output]) => [
        output,
        Float64Array.of(plainRead(profile, name as AnyFeatureName)),
      ]),
    ),
    categories: Object.fromEntries(MODEL_CATEGORIES.map((name) => [name, category(profile[name])])),
  };
}
