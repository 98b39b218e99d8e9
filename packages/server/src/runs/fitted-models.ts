import { type Model, PREDICTIONS, type Scores, SEGMENTATIONS, type Segmentation } from '@tessera/core';
import type { Sql, Transaction } from '../db/database.js';
import { readFittedModels, type StoredModel } from '../db/queries/runs/fitted-models.js';

/** A model and what it learned. */
export interface Fitted<M extends Model<unknown, unknown> = Model<unknown, unknown>> {
  readonly model: M;
  readonly fitted: unknown;
}

export type FittedSegmentation = Fitted<Segmentation<unknown, unknown>>;

/** Everything that scores a row. */
export interface FittedModels {
  readonly segmentations: readonly FittedSegmentation[];
  readonly predictions: readonly Fitted[];
}

export const NO_MODELS: FittedModels = { segmentations: [], predictions: [] };

export const allOf = ({ segmentations, predictions }: FittedModels): readonly Fitted[] => [
  ...segmentations,
  ...predictions,
];

/** The stored models that can still score: same key, same version. */
export function restoreModels<S extends Pick<StoredModel, 'key' | 'version' | 'fitted'>>(stored: readonly S[]) {
  const find = <M extends Model<unknown, unknown>>(models: readonly M[]) =>
    models.flatMap((model) => {
      const found = stored.find(({ key, version }) => key === model.key && version === model.version);
      return found === undefined ? [] : [{ ...found, model }];
    });
  return {
    segmentations: find<Segmentation<unknown, unknown>>(SEGMENTATIONS),
    predictions: find<Model<unknown, unknown, Scores>>(PREDICTIONS),
  };
}

/** Whether every model is there; after an update the stored ones may be of another version, until the next run. */
export const isComplete = ({ segmentations, predictions }: FittedModels): boolean =>
  segmentations.length === SEGMENTATIONS.length && predictions.length === PREDICTIONS.length;

export async function readModels(sql: Sql | Transaction, runId: number | null): Promise<FittedModels> {
  return runId === null ? NO_MODELS : restoreModels(await readFittedModels(sql, runId));
}
