import type { Sql, Transaction } from '../db/database.js';
import { addJob, findJob, type JobReason } from '../db/queries/jobs/queue.js';
import { readCurrentRun } from '../db/queries/runs/current-run.js';
import { recordWaitingRun } from '../db/queries/runs/run-requests.js';
import { defaultAsOf } from '../db/queries/runs/runs.js';
import { readShop } from '../db/queries/shop/settings.js';
import { type BackfillJobOptions, backfillTask } from './tasks/backfill.js';
import { type ScoreJobOptions, scoreTask } from './tasks/score.js';

export interface RunRequest {
  /** Left out: the day after the newest order. Earlier than the current run's, it asks for a look. */
  readonly asOf?: Date;
  readonly name?: string;
}

/** A run that waits for a server to begin it. */
export interface RequestedRun {
  /** Null where the run that works already has no number yet. */
  readonly runId: number | null;
  /** False when such a run waited or worked already. */
  readonly isNew: boolean;
}

/** Asks for a run; the next free server makes it. */
export async function requestRun(
  transaction: Transaction,
  { asOf, name }: RunRequest,
  reason: JobReason,
  now: Date,
): Promise<RequestedRun> {
  const key = asOf === undefined ? scoreTask.key : `${scoreTask.key} ${asOf.toISOString()}`;
  const options: ScoreJobOptions = { name, asOf: asOf?.toISOString() };
  const { priority } = scoreTask;
  const jobId = await addJob(transaction, { task: scoreTask.key, key, options, reason, priority }, now);
  if (jobId === null) return { runId: (await findJob(transaction, key))?.runId ?? null, isNew: false };
  const current = await readCurrentRun(transaction);
  const kind = asOf !== undefined && current !== null && asOf.getTime() < current.asOf.getTime() ? 'look' : 'current';
  const shop = await readShop(transaction);
  const moment = asOf ?? (await defaultAsOf(transaction, shop?.timeZone ?? 'UTC')) ?? now;
  const runId = await recordWaitingRun(transaction, { kind, asOf: moment, name: name ?? null, jobId });
  return { runId, isNew: true };
}

/** Asks for the months before the shop's first run. @returns false when that was asked for already */
export async function requestBackfill(
  sql: Sql,
  options: BackfillJobOptions,
  reason: JobReason,
  now: Date,
): Promise<boolean> {
  const { key, priority } = backfillTask;
  return (await addJob(sql, { task: key, key, options, reason, priority }, now)) !== null;
}
