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
import { openSession, type Sql, type Transaction } from '../db/database.js';
import { holdsJob, type Job, noteRunOfJob } from '../db/queries/jobs/queue.js';
import type { OrderFactsOptions } from '../db/queries/orders/order-facts.js';
import { readCurrentRun } from '../db/queries/runs/current-run.js';
import {
  readFittedModels,
  readRealisedValue,
  type StoredModel,
  storeFittedModel,
  storeFittedModels,
} from '../db/queries/runs/fitted-models.js';
import { momentsOf } from '../db/queries/runs/online-scores.js';
import { dropLaterCustomers, readPastRunBefore } from '../db/queries/runs/past-runs.js';
import { countFeatures, createFeatures, type FeatureOptions } from '../db/queries/runs/run-features.js';
import { readStepTimes } from '../db/queries/runs/run-requests.js';
import {
  beginRun,
  breakOff,
  createPartition,
  defaultAsOf,
  dropMergedProfiles,
  dropOldRuns,
  endCancelledRun,
  failInterruptedRuns,
  failRun,
  fingerprintFeatures,
  indexPartition,
  isRunCancelled,
  lateCustomers,
  lockRun,
  type NewRun,
  noteDoneImports,
  noteMovedScores,
  noteProgress,
  noteSteps,
  type OrdersAhead,
  partition,
  processOf,
  publishRun,
  type RunKind,
  readOrdersAhead,
  startPastRun,
  startRun,
  unlockRun,
  writeProfiles,
  writeSegmentChanges,
  writeSegmentStats,
  yieldToReaders,
} from '../db/queries/runs/runs.js';
import { Workspace } from '../db/queries/runs/workspace.js';
import { notifyRunChanges } from '../db/queries/segments/segment-events.js';
import { hasCustomers } from '../db/queries/shop/settings.js';
import { noteRealisedValue } from '../db/queries/value/realised-value.js';
import { UserError } from '../errors.js';
import { failureOf, LeaseLost, RunCancelled } from '../runs/failures.js';
import { allOf, type FittedModels, restoreModels } from '../runs/fitted-models.js';
import { type RunStep, RunStory, type StepTime } from '../runs/run-story.js';
import { collectFeatures, readFeatureChunks } from './features/feature-chunks.js';
import { scoreFeatures } from './features/score-features.js';
import { readTrainingFeatures } from './features/training-features.js';
import { fitSegmentation, SEED, sampleEvery } from './fit-rules.js';
import { type Distributions, monitorModel, realisedWarning } from './monitoring.js';
import { fitRecommendations } from './recommendations.js';

/** A session that does not end by itself is broken off. */
const SESSION_ENDS_WITHIN_SECONDS = 5;

/** How often a run looks whether somebody cancelled it, and notes how far it is. */
const LOOK_EVERY_MS = 500;

const PRODUCT_RULE = { orders: 'placed', status: 'asOf' } as const;

export interface RunReport {
  readonly runId: number;
  /** A look speaks of an earlier moment than the current run and is not what readers see. */
  readonly kind: RunKind;
  readonly asOf: string;
  readonly customers: number;
  readonly changes: number;
  /** Customers whom an import touched while the run worked, scored again before it was published. */
  readonly late: number;
  /** Orders later than now: stored, and in no figure of the run. Null where there are none. */
  readonly ahead: OrdersAhead | null;
  /** Why models may have gone stale, one wording each: columns that moved far, predictions that did not come true. */
  readonly warnings: readonly Wording[];
  /** What took how long, in order. */
  readonly steps: readonly StepTime[];
  /** Models that learned anew, and those that were taken over from the run before, by key. */
  readonly models: { readonly refitted: readonly string[]; readonly kept: readonly string[] };
  readonly seconds: number;
}

export interface RunOptions {
  readonly timeZone: string;
  /**
   * Left out: 00:00 of the day after the newest order that does not lie ahead, and now at most. Earlier than the current run's, it
   * makes the run a look.
   */
  readonly asOf?: Date;
  /** What a person calls the run. */
  readonly name?: string;
  /** Makes the run of a month before the shop's first run, of this number below 0. Needs `asOf`. */
  readonly pastRunId?: number;
  /** In the transaction that publishes, after everything else. */
  readonly onPublish?: (transaction: Transaction) => Promise<void>;
  /** The job that this run is made for: while its lease is not held any more, nothing is published. */
  readonly job?: Pick<Job, 'id' | 'fence' | 'runId'>;
  /** Leaves the machine to those who wait for an answer. */
  readonly isBackground?: boolean;
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

/** What a run tells of itself while it works. */
interface Telling {
  readonly story: RunStory;
  /** Begins a step. @throws RunCancelled when somebody cancelled the run */
  begin(step: RunStep): void;
  /** How far the step is, 0 to 1. */
  within(fraction: number): void;
}

/** What the run is, now that no other can be published meanwhile, and the run that it follows. */
async function placeOf(
  session: Sql,
  asOf: Date,
  { asOf: named, pastRunId }: RunOptions,
): Promise<{ kind: RunKind; previousRunId: number | null }> {
  if (pastRunId !== undefined) return { kind: 'past', previousRunId: await readPastRunBefore(session, pastRunId) };
  const current = await readCurrentRun(session);
  const isLook = named !== undefined && current !== null && asOf.getTime() < current.asOf.getTime();
  return { kind: isLook ? 'look' : 'current', previousRunId: current?.runId ?? null };
}

/** @throws RunCancelled, LeaseLost when the run may not be published any more */
async function requireOwn(transaction: Transaction, runId: number, { job }: RunOptions): Promise<void> {
  if (job === undefined || (await holdsJob(transaction, job))) return;
  throw (await isRunCancelled(transaction, runId)) ? new RunCancelled(runId) : new LeaseLost(runId);
}

/**
 * A run's work, on a connection of its own: features, fit, score and profiles, each in statements of their own, so that nothing
 * of the database waits for a fit. Only publishing is a transaction.
 */
async function work(
  session: Sql,
  runId: number,
  features: FeatureOptions,
  options: RunOptions,
  { story, begin, within }: Telling,
  noted: () => Promise<void>,
): Promise<Omit<RunReport, 'seconds' | 'steps' | 'ahead'>> {
  const { asOf } = features;
  await lockRun(session);
  const { kind, previousRunId } = await placeOf(session, asOf, options);
  await beginRun(session, runId, kind);
  if (options.isBackground === true) await yieldToReaders(session);
  const workspace = new Workspace(session, 'session');
  begin('features');
  await noteDoneImports(workspace);
  await createFeatures(workspace, features);
  if (kind !== 'current') await dropLaterCustomers(workspace, asOf);
  const fingerprint = await fingerprintFeatures(workspace);
  const customers = await countFeatures(workspace);
  story.knowCustomers(customers);
  story.readRows(customers);

  begin('fit');
  const stored = previousRunId === null ? [] : await readFittedModels(session, previousRunId);
  const before = restoreModels(stored);
  const models = await fitModels(workspace, features, customers, before, options);
  const monitored = await monitorModels(workspace, models, customers, stored, options);

  begin('score');
  await scoreFeatures(workspace, models, before.segmentations, (rows) => within(rows / Math.max(customers, 1)));
  story.readRows(customers);
  begin('profiles');
  await createPartition(session, runId);
  await writeProfiles(workspace, runId, false);
  await noteMovedScores(workspace, true);
  begin('indexes');
  await indexPartition(session, runId);
  begin('recommendations');
  const recommendations = await fitRecommendations(workspace, { ...features, runId, profiles: partition(runId) });

  if (kind !== 'look') await noteRealisedValue(session, features);
  const missed = realisedWarning(await readRealisedValue(session, clv.key));
  const warnings = [...driftWarnings(monitored), ...(missed === null ? [] : [missed])];

  begin('publish');
  await noted();
  return session.begin(async (transaction) => {
    const publishing = workspace.within(transaction);
    // From here on imports wait: only what needs them to.
    const late = await lateCustomers(publishing, transaction);
    await dropMergedProfiles(transaction, runId);
    let data = fingerprint;
    if (late.length > 0) {
      // As they would be scored had they come after the run: each as of the newest thing known of him. The past has no after.
      const moments =
        kind === 'current'
          ? await momentsOf(transaction, { runId, asOf }, late)
          : new Map(late.map((customer) => [customer, asOf]));
      await createFeatures(publishing, { ...features, customers: moments });
      if (kind !== 'current') await dropLaterCustomers(publishing, asOf);
      data += `+${await fingerprintFeatures(publishing)}`;
      await scoreFeatures(publishing, models, before.segmentations);
      await writeProfiles(publishing, runId, true);
      await noteMovedScores(publishing, false);
    }
    await storeFittedModels(transaction, runId, monitored);
    await storeFittedModel(transaction, runId, recommender, recommendations);
    const readable = before.segmentations.map(({ model }) => model.key);
    const changes =
      previousRunId === null || kind === 'look'
        ? 0
        : await writeSegmentChanges(publishing, transaction, runId, previousRunId, readable);
    await writeSegmentStats(transaction, runId);
    await options.onPublish?.(transaction);
    // Last, so that the lease is locked for a moment only: who holds it has to be heard of.
    await requireOwn(transaction, runId, options);
    const scored = await publishRun(transaction, runId, data);
    if (scored === null) {
      throw (await isRunCancelled(transaction, runId)) ? new RunCancelled(runId) : new LeaseLost(runId);
    }
    // Who reads moves as they happen is not told of those of the past.
    if (changes > 0 && kind === 'current') await notifyRunChanges(transaction, runId);
    const keptModels = monitored.filter((own) => 'fittedAt' in own).map(({ model }) => model.key);
    const refitted = monitored.map(({ model }) => model.key).filter((key) => !keptModels.includes(key));
    return {
      runId,
      kind,
      asOf: asOf.toISOString(),
      customers: scored,
      changes,
      late: late.length,
      warnings,
      models: { refitted, kept: keptModels },
    };
  });
}

/** Calls `cancelled` again and again from when somebody cancelled the run until it is stopped. */
function watchCancellation(sql: Sql, runId: number, cancelled: () => Promise<void>): { stop(): void } {
  let isOver = false;
  let timer: NodeJS.Timeout;
  const look = async () => {
    // A database that is away for a moment says nothing of the run.
    if (await isRunCancelled(sql, runId).catch(() => false)) await cancelled().catch(() => {});
    if (!isOver) timer = setTimeout(look, LOOK_EVERY_MS);
  };
  timer = setTimeout(look, LOOK_EVERY_MS);
  return {
    stop: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

/**
 * One run: features as of a moment, fit, score, profiles, ledger, statistics; published whole or not at all, in one
 * small transaction at the end. The run before stays readable until then, and stays when this one fails. What a run that was
 * not published has written is taken away when it fails, or by the next run or start.
 *
 * A run for a named moment earlier than the current run's is a look: kept until it is removed, never current, without moves.
 * @throws UserError when there is nothing to score or another run is in progress, RunCancelled, LeaseLost
 */
export async function runScoring(sql: Sql, options: RunOptions): Promise<RunReport> {
  const startedAt = performance.now();
  if (!(await hasCustomers(sql))) {
    throw new UserError('there is nothing to score yet: import customers or orders first (tessera import PATH...)');
  }
  const { timeZone, rule = PRODUCT_RULE, job, pastRunId } = options;
  const asOf = options.asOf ?? (await defaultAsOf(sql, timeZone)) ?? new Date();
  const ahead = await readOrdersAhead(sql, timeZone);
  const kind = pastRunId === undefined ? 'current' : 'past';
  const record: NewRun = {
    asOf,
    kind,
    name: options.name ?? null,
    jobId: job?.id ?? null,
    options: {
      seed: SEED,
      timeZone,
      ...rule,
      demographics: options.demographics ?? false,
      settings: options.settingsFingerprint ?? null,
    },
  };
  const runId =
    pastRunId === undefined
      ? await startRun(sql, record, job?.runId ?? null)
      : await startPastRun(sql, pastRunId, record);
  if (job !== undefined) await noteRunOfJob(sql, job, runId);
  const story = new RunStory(await readStepTimes(sql, kind));
  // One write at a time, in order, on a connection that does not share the run's session.
  let noted = Promise.resolve();
  const note = () => {
    const { progress, step, secondsLeft } = story;
    const steps = [...story.steps];
    noted = noted.then(() => noteProgress(sql, runId, { progress, step, steps, secondsLeft })).catch(() => {});
  };
  let isCancelled = false;
  let notedAt = -Infinity;
  const telling: Telling = {
    story,
    begin: (step) => {
      if (isCancelled) throw new RunCancelled(runId);
      story.begin(step);
      options.onProgress?.(story.progress, step);
      note();
    },
    within: (fraction) => {
      if (isCancelled) throw new RunCancelled(runId);
      story.within(fraction);
      options.onProgress?.(story.progress, story.step);
      if (performance.now() - notedAt < LOOK_EVERY_MS) return;
      notedAt = performance.now();
      note();
    },
  };
  const session = openSession(sql);
  let watch: { stop(): void } | null = null;
  try {
    const pid = await processOf(session);
    watch = watchCancellation(sql, runId, async () => {
      isCancelled = true;
      await breakOff(sql, pid);
    });
    const report = await work(session, runId, { asOf, timeZone, ...rule }, options, telling, () => noted);
    watch.stop();
    await noteSteps(sql, runId, story.end());
    options.onProgress?.(1, 'published');
    await dropOldRuns(sql, timeZone);
    return { ...report, ahead, steps: story.steps, seconds: (performance.now() - startedAt) / 1000 };
  } catch (error) {
    await noted;
    const wasCancelled = await isRunCancelled(sql, runId).catch(() => isCancelled);
    if (wasCancelled) {
      await endCancelledRun(sql, runId).catch(() => {});
      throw error instanceof RunCancelled ? error : new RunCancelled(runId);
    }
    const message = error instanceof Error ? error.message : String(error);
    await failRun(sql, runId, message, failureOf(error)).catch(() => {});
    throw error;
  } finally {
    watch?.stop();
    await unlockRun(session).catch(() => {});
    await session.end({ timeout: SESSION_ENDS_WITHIN_SECONDS });
    await failInterruptedRuns(sql).catch(() => {});
  }
}
