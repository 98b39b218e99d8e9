import { type CustomerFeatures, SEGMENTATIONS, type Segmentation, seededRandom } from '@tessera/core';
import type { Sql, Transaction } from '../db/database.js';
import { createFeatures, type FeatureOptions } from '../db/queries/features.js';
import { readFittedModels, storeFittedModels } from '../db/queries/fitted-models.js';
import type { OrderFactsOptions } from '../db/queries/order-facts.js';
import {
  createPartition,
  createScores,
  defaultAsOf,
  dropOldRuns,
  failRun,
  fingerprintFeatures,
  indexPartition,
  lateCustomers,
  lockRun,
  noteDoneImports,
  noteMovedScores,
  noteProgress,
  publishRun,
  startRun,
  writeProfiles,
  writeSegmentChanges,
  writeSegmentStats,
} from '../db/queries/runs.js';
import { UserError } from '../errors.js';
import { collectFeatures, readFeatureChunks } from './feature-chunks.js';

/** Customers that a fit sees; of more, every k-th. */
const LARGEST_FIT = 1_000_000;
/** The same data and options give the same run. */
const SEED = 20_260_101;

const PRODUCT_RULE = { orders: 'placed', status: 'asOf' } as const;

/** A model and what it learned. */
export interface FittedModel {
  readonly model: Segmentation<unknown, unknown>;
  readonly fitted: unknown;
}

export interface RunReport {
  readonly runId: number;
  readonly asOf: string;
  readonly customers: number;
  readonly changes: number;
  /** Customers whom an import touched while the run worked, scored again before it was published. */
  readonly late: number;
  readonly seconds: number;
}

export interface RunOptions {
  readonly timeZone: string;
  /** Left out: 00:00 of the day after the newest order. */
  readonly asOf?: Date;
  /** Which orders count and when a status is known; the product's own rule when left out. */
  readonly rule?: Pick<OrderFactsOptions, 'orders' | 'status'>;
  readonly onProgress?: (progress: number, step: string) => void;
}

const cell = (value: number) => (Number.isNaN(value) ? '\\N' : String(value));

/** Scores `run_features` chunk by chunk into `run_scores`; `before` are the models of the run before, for the ledger. */
async function scoreFeatures(
  transaction: Transaction,
  models: readonly FittedModel[],
  before: readonly FittedModel[],
  onRows: (rows: number) => void,
): Promise<void> {
  await createScores(transaction);
  let rows = 0;
  for await (const chunk of readFeatureChunks(transaction)) {
    // Made before the COPY begins: a failure in between would leave the connection waiting for rows.
    const lines = scoreLines(models, before, chunk.rows, chunk.features);
    const copy = await transaction.unsafe('copy run_scores from stdin').writable();
    await new Promise<void>((resolve, reject) => {
      copy.once('error', reject);
      copy.end(lines, () => resolve());
    });
    rows += chunk.rows.length;
    onRows(rows);
  }
}

/** The segments of every row as a PostgreSQL array literal: `{rfm:vip,value:premium}`. */
function segmentLiterals(models: readonly FittedModel[], features: CustomerFeatures): string[] {
  const literals: string[] = new Array(features.count).fill('');
  for (const { model, fitted } of models) {
    const keys = model.segments(fitted).map(({ key }) => `${model.key}:${key}`);
    const { segment } = model.score(fitted, features);
    for (let row = 0; row < literals.length; row++)
      literals[row] += `${literals[row] === '' ? '' : ','}${keys[segment[row]!]}`;
  }
  return literals.map((literal) => `{${literal}}`);
}

function scoreLines(
  models: readonly FittedModel[],
  before: readonly FittedModel[],
  rows: Int32Array,
  features: CustomerFeatures,
): string {
  const outputs = new Map(models.map(({ model, fitted }) => [model.key, model.score(fitted, features)]));
  const rfm = outputs.get('rfm')!;
  const value = outputs.get('value')!;
  const columns = [
    rfm.columns.recency!,
    rfm.columns.frequency!,
    rfm.columns.monetary!,
    value.columns.score!,
    value.columns.percentile!,
  ];
  const segments = segmentLiterals(models, features);
  const segmentsBefore = before.length === 0 ? null : segmentLiterals(before, features);
  let text = '';
  for (let i = 0; i < rows.length; i++) {
    text += `${rows[i]}\t${rfm.statuses[i]}`;
    for (const column of columns) text += `\t${cell(column[i]!)}`;
    text += `\t${segments[i]}\t${segmentsBefore?.[i] ?? '\\N'}\n`;
  }
  return text;
}

/** Models of the run before that can still score: same key, same version. */
async function previousModels(sql: Sql, runId: number | null): Promise<FittedModel[]> {
  if (runId === null) return [];
  const stored = await readFittedModels(sql, runId);
  return SEGMENTATIONS.flatMap((model) => {
    const found = stored.find(({ key, version }) => key === model.key && version === model.version);
    return found === undefined ? [] : [{ model, fitted: found.fitted }];
  });
}

/**
 * One run: features as of a moment, fit, score, profiles, ledger, statistics; published whole or not at all, in one
 * transaction. The run before stays readable until the end, and stays when this one fails.
 * @throws UserError when there is nothing to score or another run is in progress
 */
export async function runScoring(sql: Sql, options: RunOptions): Promise<RunReport> {
  const startedAt = performance.now();
  const [known] = await sql<{ exists: boolean }[]>`select exists (select from customers) as exists`;
  if (known?.exists !== true) {
    throw new UserError('there is nothing to score yet: import customers or orders first (tessera import PATH...)');
  }
  const asOf = options.asOf ?? (await defaultAsOf(sql, options.timeZone)) ?? new Date();
  const rule = options.rule ?? PRODUCT_RULE;
  const runId = await startRun(sql, asOf, { seed: SEED, timeZone: options.timeZone, ...rule });
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
      const [shop] = await transaction<{ currentRunId: number | null }[]>`
        select current_run_id::float8 as "currentRunId" from shop`;
      const previousRunId = shop?.currentRunId ?? null;
      const featureOptions: FeatureOptions = { asOf, timeZone: options.timeZone, ...rule };
      progress(0.02, 'features');
      await noteDoneImports(transaction);
      await createFeatures(transaction, featureOptions);
      let fingerprint = await fingerprintFeatures(transaction);
      const [size] = await transaction<{ customers: number }[]>`select count(*)::float8 as customers from run_features`;
      const customers = size?.customers ?? 0;

      progress(0.3, 'fit');
      const every = Math.max(1, Math.ceil(customers / LARGEST_FIT));
      const sample = await collectFeatures(readFeatureChunks(transaction, every));
      const random = seededRandom(SEED);
      const before = await previousModels(sql, previousRunId);
      const models = SEGMENTATIONS.map((model) => {
        const previous = before.find((known) => known.model === model);
        const chosen = (previous && model.optionsAfter?.(previous.fitted)) ?? model.defaults;
        return { model, fitted: model.fit(sample, chosen, random) };
      });
      await storeFittedModels(transaction, runId, models);

      progress(0.4, 'score');
      await scoreFeatures(transaction, models, before, (rows) =>
        progress(0.4 + (0.3 * rows) / Math.max(customers, 1), 'score'),
      );
      progress(0.7, 'profiles');
      await createPartition(transaction, runId);
      await writeProfiles(transaction, runId, asOf, false);
      await noteMovedScores(transaction, true);
      progress(0.85, 'indexes');
      await indexPartition(transaction, runId);

      progress(0.95, 'publish');
      const late = await lateCustomers(transaction);
      if (late.length > 0) {
        await createFeatures(transaction, { ...featureOptions, customerIds: late });
        fingerprint += `+${await fingerprintFeatures(transaction)}`;
        await scoreFeatures(transaction, models, before, () => {});
        await writeProfiles(transaction, runId, asOf, true);
        await noteMovedScores(transaction, false);
      }
      const changes = previousRunId === null ? 0 : await writeSegmentChanges(transaction, runId, previousRunId, asOf);
      await writeSegmentStats(transaction, runId);
      await noted;
      const scored = await publishRun(transaction, runId, fingerprint);
      return { runId, asOf: asOf.toISOString(), customers: scored, changes, late: late.length };
    });
    options.onProgress?.(1, 'published');
    await dropOldRuns(sql, options.timeZone);
    return { ...report, seconds: (performance.now() - startedAt) / 1000 };
  } catch (error) {
    await noted;
    await failRun(sql, runId, error instanceof Error ? error.message : String(error)).catch(() => {});
    throw error;
  }
}
