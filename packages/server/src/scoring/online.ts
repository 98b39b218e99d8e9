import type { Transaction } from '../db/database.js';
import type { OrderFactsOptions } from '../db/queries/orders/order-facts.js';
import { readCurrentRun } from '../db/queries/runs/current-run.js';
import { momentsOf, moveSegmentSums, takeProfiles, writeMoves } from '../db/queries/runs/online-scores.js';
import { createFeatures } from '../db/queries/runs/run-features.js';
import { writeProfiles } from '../db/queries/runs/runs.js';
import { Workspace } from '../db/queries/runs/workspace.js';
import { notifyMoves } from '../db/queries/segments/segment-events.js';
import { isComplete, restoreModels } from '../runs/fitted-models.js';
import type { ModelStore } from '../runs/model-store.js';
import { scoreFeatures } from './features/score-features.js';

/**
 * Scores customers again with the models of the current run, each as of the newest thing known of him: his profile, the sums
 * of his segments and the ledger change with the rows that were imported, in their transaction. The caller holds the merge
 * lock, so that no run is published meanwhile. Does nothing before the first run, and
 * after an update that scores in another way, until the next one.
 * @returns how many customers were scored
 */
export async function rescoreCustomers(
  transaction: Transaction,
  models: ModelStore,
  customerIds: ReadonlySet<string>,
): Promise<number> {
  const ids = [...customerIds].filter((id) => id !== '');
  const run = ids.length === 0 ? null : await readCurrentRun(transaction);
  if (run === null) return 0;
  const fitted = restoreModels(await models.of(run.runId));
  if (!isComplete(fitted)) return 0;
  const rules = run.options as Pick<OrderFactsOptions, 'timeZone' | 'orders' | 'status'>;
  const workspace = new Workspace(transaction);
  await createFeatures(workspace, {
    asOf: run.asOf,
    timeZone: rules.timeZone,
    orders: rules.orders,
    status: rules.status,
    customers: await momentsOf(transaction, run, ids),
  });
  await scoreFeatures(workspace, fitted);
  await takeProfiles(workspace, run.runId);
  await writeProfiles(workspace, run.runId, false);
  await moveSegmentSums(workspace, run.runId);
  await notifyMoves(transaction, await writeMoves(workspace, run.runId));
  return ids.length;
}
