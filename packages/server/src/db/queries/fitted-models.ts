import type { Sql, Transaction } from '../database.js';

export interface StoredModel {
  readonly key: string;
  readonly version: string;
  readonly fitted: unknown;
  readonly fittedAt: Date;
}

/** Keeps what each model of a run learned, as plain JSON. */
export async function storeFittedModels(
  transaction: Transaction,
  runId: number,
  models: readonly { model: { key: string; version: string }; fitted: unknown }[],
): Promise<void> {
  for (const { model, fitted } of models) {
    await transaction`
      insert into fitted_models (run_id, key, version, fitted)
      values (${runId}, ${model.key}, ${model.version}, ${transaction.json(fitted as never)})`;
  }
}

export async function readFittedModels(sql: Sql, runId: number): Promise<StoredModel[]> {
  return sql<StoredModel[]>`
    select key, version, fitted, fitted_at as "fittedAt" from fitted_models where run_id = ${runId}`;
}
