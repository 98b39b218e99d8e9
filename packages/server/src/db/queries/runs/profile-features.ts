import { type CustomerFeatures, emptyFeatures, FEATURE_NAMES } from '@tessera/core';
import type { Transaction } from '../../database.js';
import { isSampled, MODEL_FEATURES } from './run-features.js';

/** Rows that leave the database at once: the bound on memory. */
const ROWS_PER_CHUNK = 20_000;

export interface ProfileChunk {
  /** As the run saw them, with the same rounding. */
  readonly features: CustomerFeatures;
  /** What each customer is in: `rfm:vip`, `value:loyal` ... */
  readonly segments: readonly (readonly string[])[];
}

/**
 * The features that a published run scored, read back from its profiles chunk by chunk.
 * @param every 1 for all customers, k for about every k-th, the same ones as in a run: see `isSampled`
 */
export async function* readProfileFeatures(
  transaction: Transaction,
  runId: number,
  every = 1,
): AsyncGenerator<ProfileChunk> {
  const rows = transaction`
    select ${transaction.unsafe(MODEL_FEATURES)}, segments from customer_profiles
    where run_id = ${runId} and ${transaction.unsafe(isSampled(every))}
    order by customer_id`.values();
  for await (const chunk of rows.cursor(ROWS_PER_CHUNK)) {
    const values = chunk as unknown as (number | null | string[])[][];
    const features = emptyFeatures(values.length);
    const columns = FEATURE_NAMES.map((name) => features.columns[name]);
    values.forEach((cells, row) => {
      columns.forEach((column, index) => {
        column[row] = (cells[index] as number | null) ?? Number.NaN;
      });
    });
    yield { features, segments: values.map((cells) => cells[FEATURE_NAMES.length] as string[]) };
  }
}
