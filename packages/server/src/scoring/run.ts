import {
  type CustomerFeatures,
  clv,
  DEMOGRAPHICS,
  PREDICTIONS,
  recommender,
  SEGMENTATIONS,
  seededRandom,
  type Wording,
} from '@tessera/core';
import { openSession, type Sql } from '../db/database.js';
import type { OrderFactsOptions } from '../db/queries/orders/order-facts.js';
import { readCurrentRunId } from '../db/queries/runs/current-run.js';
import {
  readFittedModels,
  readRealisedValue,
  type StoredModel,
  storeFittedModel,
  storeFittedModels,
} from '../db/queries/runs/fitted-models.js';
import { momentsOf } from '../db/queries/runs/online-scores.js';
import { countFeatures, createFeatures, type FeatureOptions } from '../db/queries/runs/run-features.js';
import {
  beginRun,
  createPartition,
  defaultAsOf,
  dropMergedProfiles,
  dropOldRuns,
  failInterruptedRuns,
  failRun,
  fingerprintFeatures,
  indexPartition,
  lateCustomers,
  lockRun,
  noteDoneImports,
  noteMovedScores,
  noteProgress,
  type OrdersAhead,
  partition,
  publishRun,
  readOrdersAhead,
  startRun,
  unlockRun,
  writeProfiles,
  writeSegmentChanges,
  writeSegmentStats,
} from '../db/queries/runs/runs.js';
import { Workspace } from '../db/queries/runs/workspace.js';
import { notifyRunChanges } from '../db/queries/segments/segment-events.js';
import { hasCustomers } from '../db/queries/shop/settings.js';
import { noteRealisedValue } from '../db/queries/value/realised-value.js';
import { UserError } from '../errors.js';
import { allOf, type FittedModels, restoreModels } from '../runs/fitted-models.js';
import { collectFeatures, readFeatureChunks } from './features/feature-chunks.js';
import { scoreFeatures } from './features/score-features.js';
import { readTrainingFeatures } from './features/training-features.js';
import { fitSegmentation, SEED, sampleEvery } from './fit-rules.js';
import { type Distributions, monitorModel, realisedWarning } from './monitoring.js';
import { fitRecommendations } from './recommendations.js';

/** A session that does not end by itself is broken off. */
const SESSION_ENDS_WITHIN_SECONDS = 5;

const PRODUCT_RULE = { orders: 'placed', status: 'asOf' } as const;

export interface RunReport {
  readonly runId: number;
  readonly asOf: string;
  readonly customers: number;
  readonly changes: number;
  /** Customers whom an import touched while the run worked, scored again before it was published. */
  readonly late: number;
  /** Orders later than now: stored, and in no figure of the run. Null where there are none. */
  readonly ahead: OrdersAhead | null;
  /** Why models may have gone stale, one wording each: columns that moved far, predictions that did not come true. */
  readonly warnings: readonly Wording[];
  readonly seconds: number;
}

export interface RunOptions {
  readonly timeZone: string;
  /** Left out: 00:00 of the day after the newest order that does not lie ahead, and now at most. */
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
  /** For tests: customers that a fit sees at most; see `sampleEvery`. */
  readonly largestFit?: number;
}

/** Without what the shop keeps out of models. */
function allowedFeatures(features: CustomerFeatures, demographics: boolean): CustomerFeatures {
  if (demographics) return features;
  const allowed = <Column>(columns: Readonly<Record<string, Column>>) =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => !DEMOGRAPHICS.includes(name)));
  return { ...features, outputs: allowed(features.outputs), categories: allowed(features.categories) };
}

/** Learns from the workspace's features and, for models that foretell, from the shop's past. */
async function fitModels(
  workspace: Workspace,
  features: FeatureOptions,
  customers: number,
  before: FittedModels,
  { modelOptions = {}, demographics = false, largestFit }: RunOptions,
): Promise<FittedModels> {
  const every = sampleEvery(customers, 'fit', largestFit);
  const sample = allowedFeatures(await collectFeatures(readFeatureChunks(workspace, { every })), demographics);
  const segmentations = SEGMENTATIONS.map((model) => {
    const previous = before.segmentations.find((known) => known.model === model);
    return { model, fitted: fitSegmentation(model, sample, previous, modelOptions[model.key]) };
  });
  const past = allowedFeatures(await readTrainingFeatures(workspace, features, customers), demographics);
  const predictions = PREDICTIONS.map((model) => {
    const own = demographics ? { demographics: DEMOGRAPHICS } : {};
    const options = { ...(model.defaults as object), ...own, ...modelOptions[model.key] };
    return { model, fitted: model.fit(past, options, seededRandom(SEED)) };
  });
  return { segmentations, predictions };
}

/** Compares the customers whom the models learned from with those of the run before. */
async function monitorModels(
  workspace: Workspace,
  models: FittedModels,
  customers: number,
  before: readonly StoredModel[],
  { demographics = false }: RunOptions,
) {
  const every = sampleEvery(customers, 'monitoring');
  const sample = allowedFeatures(await collectFeatures(readFeatureChunks(workspace, { every })), demographics);
  return allOf(models).map((fitted) => {
    const { key, version } = fitted.model;
    const then = before.find((stored) => stored.key === key && stored.version === version);
    return { ...fitted, ...monitorModel(fitted, sample, (then?.distributions as Distributions | undefined) ?? null) };
  });
}

/** What of each model moved far, each once. */
function driftWarnings(monitored: Awaited<ReturnType<typeof monitorModels>>): Wording[] {
  const moved = monitored.flatMap(({ drift }) => (drift?.level === 'STALE' ? [drift.sentence] : []));
  return [...new Map(moved.map((wording) => [JSON.stringify(wording), wording])).values()];
}

type Progress = (share: number, step: string) => void;

/**
 * A run's work, on a connection of its own: features, fit, score and profiles, each in statements of their own, so that nothing
 * of the database waits for a fit. Only publishing is a transaction.
 */
async function work(
  session: Sql,
  runId: number,
  features: FeatureOptions,
  options: RunOptions,
  progress: Progress,
  noted: () => Promise<void>,
): Promise<Omit<RunReport, 'seconds' | 'ahead'>> {
  const { asOf } = features;
  await lockRun(session);
  await beginRun(session, runId);
  const workspace = new Workspace(session, 'session');
  const previousRunId = await readCurrentRunId(session);
  progress(0.02, 'features');
  await noteDoneImports(workspace);
  await createFeatures(workspace, features);
  const fingerprint = await fingerprintFeatures(workspace);
  const customers = await countFeatures(workspace);

  progress(0.2, 'fit');
  const stored = previousRunId === null ? [] : await readFittedModels(session, previousRunId);
  const before = restoreModels(stored);
  const models = await fitModels(workspace, features, customers, before, options);
  const monitored = await monitorModels(workspace, models, customers, stored, options);

  progress(0.5, 'score');
  await scoreFeatures(workspace, models, before.segmentations, (rows) =>
    progress(0.5 + (0.25 * rows) / Math.max(customers, 1), 'score'),
  );
  progress(0.75, 'profiles');
  await createPartition(session, runId);
  await writeProfiles(workspace, runId, false);
  await noteMovedScores(workspace, true);
  progress(0.85, 'indexes');
  await indexPartition(session, runId);
  progress(0.88, 'recommendations');
  const recommendations = await fitRecommendations(workspace, { ...features, runId, profiles: partition(runId) });

  await noteRealisedValue(session, features);
  const missed = realisedWarning(await readRealisedValue(session, clv.key));
  const warnings = [...driftWarnings(monitored), ...(missed === null ? [] : [missed])];

  progress(0.95, 'publish');
  await noted();
  return session.begin(async (transaction) => {
    const publishing = workspace.within(transaction);
    // From here on imports wait: only what needs them to.
    const late = await lateCustomers(publishing, transaction);
    await dropMergedProfiles(transaction, runId);
    let data = fingerprint;
    if (late.length > 0) {
      // As they would be scored had they come after the run: each as of the newest thing known of him.
      const moments = await momentsOf(transaction, { runId, asOf }, late);
      await createFeatures(publishing, { ...features, customers: moments });
      data += `+${await fingerprintFeatures(publishing)}`;
      await scoreFeatures(publishing, models, before.segmentations);
      await writeProfiles(publishing, runId, true);
      await noteMovedScores(publishing, false);
    }
    await storeFittedModels(transaction, runId, monitored);
    await storeFittedModel(transaction, runId, recommender, recommendations);
    const readable = before.segmentations.map(({ model }) => model.key);
    const changes =
      previousRunId === null ? 0 : await writeSegmentChanges(publishing, transaction, runId, previousRunId, readable);
    await writeSegmentStats(transaction, runId);
    const scored = await publishRun(transaction, runId, data);
    if (changes > 0) await notifyRunChanges(transaction, runId);
    return { runId, asOf: asOf.toISOString(), customers: scored, changes, late: late.length, warnings };
  });
}

/**
 * One run: features as of a moment, fit, score, profiles, ledger, statistics; published whole or not at all, in one
 * small transaction at the end. The run before stays readable until then, and stays when this one fails. What a run that was
 * not published has written is taken away when it fails, or by the next run or start.
 * @throws UserError when there is nothing to score or another run is in progress
 */
export async function runScoring(sql: Sql, options: RunOptions): Promise<RunReport> {
  const startedAt = performance.now();
  if (!(await hasCustomers(sql))) {
    throw new UserError('there is nothing to score yet: import customers or orders first (tessera import PATH...)');
  }
  const { timeZone, rule = PRODUCT_RULE } = options;
  const asOf = options.asOf ?? (await defaultAsOf(sql, timeZone)) ?? new Date();
  const ahead = await readOrdersAhead(sql, timeZone);
  const runId = await startRun(sql, asOf, {
    seed: SEED,
    timeZone,
    ...rule,
    demographics: options.demographics ?? false,
    settings: options.settingsFingerprint ?? null,
  });
  // One write at a time, in order, on a connection that does not share the run's session.
  let noted = Promise.resolve();
  let lastStep = '';
  const progress = (share: number, step: string) => {
    options.onProgress?.(share, step);
    if (step === lastStep) return;
    lastStep = step;
    noted = noted.then(() => noteProgress(sql, runId, share, step)).catch(() => {});
  };
  const session = openSession(sql);
  try {
    const report = await work(session, runId, { asOf, timeZone, ...rule }, options, progress, () => noted);
    options.onProgress?.(1, 'published');
    await dropOldRuns(sql, timeZone);
    return { ...report, ahead, seconds: (performance.now() - startedAt) / 1000 };
  } catch (error) {
    await noted;
    await failRun(sql, runId, error instanceof Error ? error.message : String(error)).catch(() => {});
    throw error;
  } finally {
    await unlockRun(session).catch(() => {});
    await session.end({ timeout: SESSION_ENDS_WITHIN_SECONDS });
    await failInterruptedRuns(sql).catch(() => {});
  }
}
