import {
  type CustomerFeatures,
  clv,
  DEMOGRAPHICS,
  PREDICTIONS,
  SEGMENTATIONS,
  seededRandom,
  type Wording,
} from '@tessera/core';
import type { Sql, Transaction } from '../db/database.js';
import type { OrderFactsOptions } from '../db/queries/orders/order-facts.js';
import { readCurrentRunId } from '../db/queries/runs/current-run.js';
import {
  readFittedModels,
  readRealisedValue,
  type StoredModel,
  storeFittedModels,
} from '../db/queries/runs/fitted-models.js';
import { momentsOf } from '../db/queries/runs/online-scores.js';
import { countFeatures, createFeatures, type FeatureOptions } from '../db/queries/runs/run-features.js';
import {
  createPartition,
  defaultAsOf,
  dropMergedProfiles,
  dropOldRuns,
  failRun,
  fingerprintFeatures,
  indexPartition,
  lateCustomers,
  lockRun,
  noteDoneImports,
  noteMovedScores,
  noteProgress,
  partition,
  publishRun,
  startRun,
  writeProfiles,
  writeSegmentChanges,
  writeSegmentStats,
} from '../db/queries/runs/runs.js';
import { notifyRunChanges } from '../db/queries/segments/segment-events.js';
import { hasCustomers } from '../db/queries/shop/settings.js';
import { noteRealisedValue } from '../db/queries/value/realised-value.js';
import { UserError } from '../errors.js';
import { allOf, type FittedModels, restoreModels } from '../runs/fitted-models.js';
import { collectFeatures, readFeatureChunks } from './features/feature-chunks.js';
import { scoreFeatures } from './features/score-features.js';
import { readTrainingFeatures } from './features/training-features.js';
import { type Distributions, monitorModel, realisedWarning } from './monitoring.js';
import { fitRecommendations } from './recommendations.js';

/** Customers that a fit sees; of more, every k-th. */
const LARGEST_FIT = 1_000_000;
/** Customers whose spread is compared from run to run; of more, every k-th. */
const LARGEST_MONITORED = 100_000;
/** The same data and options give the same run; each model begins with it, so that a preview of one draws the same numbers. */
const SEED = 20_260_101;

const PRODUCT_RULE = { orders: 'placed', status: 'asOf' } as const;

export interface RunReport {
  readonly runId: number;
  readonly asOf: string;
  readonly customers: number;
  readonly changes: number;
  /** Customers whom an import touched while the run worked, scored again before it was published. */
  readonly late: number;
  /** Why models may have gone stale, one wording each: columns that moved far, predictions that did not come true. */
  readonly warnings: readonly Wording[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly timeZone: string;
  /** Left out: 00:00 of the day after the newest order. */
  readonly asOf?: Date;
  /** Which orders count and when a status is known; the product's own rule when left out. */
  readonly rule?: Pick<OrderFactsOptions, 'orders' | 'status'>;
  /** What the shop sets of a model's options, by the model's key; the rest are its defaults. */
  readonly modelOptions?: Readonly<Record<string, object>>;
  /** Of the file that they came from, kept with the run. */
  readonly settingsFingerprint?: string;
  /** Whether age, gender, state and city enter models. */
  readonly demographics?: boolean;
  readonly onProgress?: (progress: number, step: string) => void;
}

/** Without what the shop keeps out of models. */
function allowedFeatures(features: CustomerFeatures, demographics: boolean): CustomerFeatures {
  if (demographics) return features;
  const allowed = <Column>(columns: Readonly<Record<string, Column>>) =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => !DEMOGRAPHICS.includes(name)));
  return { ...features, outputs: allowed(features.outputs), categories: allowed(features.categories) };
}

/** Learns from `run_features` and, for models that foretell, from the shop's past. */
async function fitModels(
  transaction: Transaction,
  features: FeatureOptions,
  customers: number,
  before: FittedModels,
  { modelOptions = {}, demographics = false }: RunOptions,
): Promise<FittedModels> {
  const every = Math.max(1, Math.ceil(customers / LARGEST_FIT));
  const sample = allowedFeatures(await collectFeatures(readFeatureChunks(transaction, { every })), demographics);
  const segmentations = SEGMENTATIONS.map((model) => {
    const previous = before.segmentations.find((known) => known.model === model);
    const usual = (previous && model.optionsAfter?.(previous.fitted)) ?? model.defaults;
    const options = { ...(usual as object), ...modelOptions[model.key] };
    return { model, fitted: model.fit(sample, options, seededRandom(SEED)) };
  });
  const past = allowedFeatures(await readTrainingFeatures(transaction, features, customers), demographics);
  const predictions = PREDICTIONS.map((model) => {
    const own = demographics ? { demographics: DEMOGRAPHICS } : {};
    const options = { ...(model.defaults as object), ...own, ...modelOptions[model.key] };
    return { model, fitted: model.fit(past, options, seededRandom(SEED)) };
  });
  return { segmentations, predictions };
}

/**
 * Stores what the models learned, and how the customers moved since the run before.
 * @returns what moved far
 */
async function storeModels(
  transaction: Transaction,
  runId: number,
  models: FittedModels,
  customers: number,
  before: readonly StoredModel[],
  { demographics = false }: RunOptions,
): Promise<Wording[]> {
  const every = Math.max(1, Math.ceil(customers / LARGEST_MONITORED));
  const sample = allowedFeatures(await collectFeatures(readFeatureChunks(transaction, { every })), demographics);
  const monitored = allOf(models).map((fitted) => {
    const { key, version } = fitted.model;
    const then = before.find((stored) => stored.key === key && stored.version === version);
    return { ...fitted, ...monitorModel(fitted, sample, (then?.distributions as Distributions | undefined) ?? null) };
  });
  await storeFittedModels(transaction, runId, monitored);
  const moved = monitored.flatMap(({ drift }) => (drift?.level === 'STALE' ? [drift.sentence] : []));
  return [...new Map(moved.map((wording) => [JSON.stringify(wording), wording])).values()];
}

/**
 * One run: features as of a moment, fit, score, profiles, ledger, statistics; published whole or not at all, in one
 * transaction. The run before stays readable until the end, and stays when this one fails.
 * @throws UserError when there is nothing to score or another run is in progress
 */
export async function runScoring(sql: Sql, options: RunOptions): Promise<RunReport> {
  const startedAt = performance.now();
  if (!(await hasCustomers(sql))) {
    throw new UserError('there is nothing to score yet: import customers or orders first (tessera import PATH...)');
  }
  const { timeZone, rule = PRODUCT_RULE } = options;
  const asOf = options.asOf ?? (await defaultAsOf(sql, timeZone)) ?? new Date();
  const runId = await startRun(sql, asOf, {
    ...{ seed: SEED, timeZone, ...rule, demographics: options.demographics ?? false },
    ...{ settings: options.settingsFingerprint ?? null },
  });
  // One write at a time, in order, on a connection that does not share the run's transaction.
  let noted = Promise.resolve();
  let lastStep = '';
  const progress = (share: number, step: string) => {
    options.onProgress?.(share, step);
    if (step === lastStep) return;
    lastStep = step;
    noted = noted.then(() => noteProgress(sql, runId, share, step)).catch(() => {});
  };
  try {
    const report = await sql.begin(async (transaction) => {
      await lockRun(transaction);
      const previousRunId = await readCurrentRunId(transaction);
      const features: FeatureOptions = { asOf, timeZone, ...rule };
      progress(0.02, 'features');
      await noteDoneImports(transaction);
      await createFeatures(transaction, features);
      let fingerprint = await fingerprintFeatures(transaction);
      const customers = await countFeatures(transaction);

      progress(0.2, 'fit');
      const stored = previousRunId === null ? [] : await readFittedModels(transaction, previousRunId);
      const before = restoreModels(stored);
      const models = await fitModels(transaction, features, customers, before, options);
      const moved = await storeModels(transaction, runId, models, customers, stored, options);

      progress(0.5, 'score');
      await scoreFeatures(transaction, models, before.segmentations, (rows) =>
        progress(0.5 + (0.25 * rows) / Math.max(customers, 1), 'score'),
      );
      progress(0.75, 'profiles');
      await createPartition(transaction, runId);
      await writeProfiles(transaction, runId, false);
      await noteMovedScores(transaction, true);
      progress(0.85, 'indexes');
      await indexPartition(transaction, runId);
      progress(0.88, 'recommendations');
      await fitRecommendations(transaction, { ...features, runId, profiles: partition(runId) });

      await noteRealisedValue(transaction, features);
      const missed = realisedWarning(await readRealisedValue(transaction, clv.key));
      const warnings = missed === null ? moved : [...moved, missed];

      // From here on imports wait: only what needs them to.
      progress(0.95, 'publish');
      const late = await lateCustomers(transaction);
      await dropMergedProfiles(transaction, runId);
      if (late.length > 0) {
        // As they would be scored had they come after the run: each as of the newest thing known of him.
        const moments = await momentsOf(transaction, { runId, asOf }, late);
        await createFeatures(transaction, { ...features, customers: moments });
        fingerprint += `+${await fingerprintFeatures(transaction)}`;
        await scoreFeatures(transaction, models, before.segmentations);
        await writeProfiles(transaction, runId, true);
        await noteMovedScores(transaction, false);
      }
      const readable = before.segmentations.map(({ model }) => model.key);
      const changes =
        previousRunId === null ? 0 : await writeSegmentChanges(transaction, runId, previousRunId, readable);
      await writeSegmentStats(transaction, runId);
      await noted;
      const scored = await publishRun(transaction, runId, fingerprint);
      if (changes > 0) await notifyRunChanges(transaction, runId);
      return { runId, asOf: asOf.toISOString(), customers: scored, changes, late: late.length, warnings };
    });
    options.onProgress?.(1, 'published');
    await dropOldRuns(sql, timeZone);
    return { ...report, seconds: (performance.now() - startedAt) / 1000 };
  } catch (error) {
    await noted;
    await failRun(sql, runId, error instanceof Error ? error.message : String(error)).catch(() => {});
    throw error;
  }
}
