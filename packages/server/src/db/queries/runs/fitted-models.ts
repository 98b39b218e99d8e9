import type { Sql, Transaction } from '../../database.js';

export interface StoredModel {
  readonly key: string;
  readonly version: string;
  readonly fitted: unknown;
  readonly fittedAt: Date;
  /** By column of its inputs and outputs, how the customers of the run were spread. */
  readonly distributions: unknown;
  readonly drift: unknown;
  readonly realised: Realised | null;
}

/** What the predictions of a run came to. */
export interface Realised {
  readonly runId: number;
  readonly asOf: string;
  readonly customers: number;
  readonly predictedTotal: number;
  readonly actualTotal: number;
  /** actual / predicted; null where nothing was predicted. */
  readonly ratio: number | null;
  /** Of actualTotal, by how far single customers came out from their predictions; absent where it was not noted. */
  readonly standardError?: number;
}

/** Keeps what each model of a run learned, as plain JSON. */
export async function storeFittedModels(
  transaction: Transaction,
  runId: number,
  models: readonly {
    model: { key: string; version: string };
    fitted: unknown;
    distributions: unknown;
    drift: unknown;
  }[],
): Promise<void> {
  for (const { model, fitted, distributions, drift } of models) {
    await transaction`
      insert into fitted_models (run_id, key, version, fitted, distributions, drift)
      values (${runId}, ${model.key}, ${model.version}, ${transaction.json(fitted as never)},
        ${transaction.json(distributions as never)}, ${drift === null ? null : transaction.json(drift as never)})`;
  }
}

/** Keeps what something learned that is no model of the list: it scores nobody and has no drift. */
export async function storeFittedModel(
  transaction: Transaction,
  runId: number,
  { key, version }: { readonly key: string; readonly version: string },
  fitted: unknown,
): Promise<void> {
  await transaction`
    insert into fitted_models (run_id, key, version, fitted)
    values (${runId}, ${key}, ${version}, ${transaction.json(fitted as never)})`;
}

/** What `storeFittedModel` kept; null where it is of another version, or was never there. */
export async function readFittedModel<Fitted>(
  sql: Sql,
  runId: number,
  { key, version }: { readonly key: string; readonly version: string },
): Promise<Fitted | null> {
  const [row] = await sql<{ fitted: Fitted }[]>`
    select fitted from fitted_models where run_id = ${runId} and key = ${key} and version = ${version}`;
  return row?.fitted ?? null;
}

export async function readFittedModels(sql: Sql | Transaction, runId: number): Promise<StoredModel[]> {
  return sql<StoredModel[]>`
    select key, version, fitted, fitted_at as "fittedAt", distributions, drift, realised
    from fitted_models where run_id = ${runId}`;
}

/** What the newest predictions of a model whose time has passed came to; null before there are any. */
export async function readRealisedValue(sql: Sql | Transaction, key: string): Promise<Realised | null> {
  const [row] = await sql<{ realised: Realised }[]>`
    select realised from fitted_models where key = ${key} and realised is not null order by run_id desc limit 1`;
  return row?.realised ?? null;
}
