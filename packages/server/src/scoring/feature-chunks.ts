import { type CustomerFeatures, emptyFeatures, FEATURE_NAMES } from '@tessera/core';
import type { Transaction } from '../db/database.js';
import { MODEL_FEATURES } from '../db/queries/features.js';

/** Rows that leave the database and are scored at once; memory is bounded by this, never by the shop. */
const ROWS_PER_CHUNK = 20_000;

export interface FeatureChunk {
  /** The `row` of `run_features` of the first customer; the others follow without a gap unless every k-th was asked for. */
  readonly rows: Int32Array;
  readonly features: CustomerFeatures;
}

/**
 * The numeric features of `run_features` in columns, chunk by chunk. Between two chunks the connection is free.
 * @param every 1 for all customers, k for every k-th
 */
export async function* readFeatureChunks(transaction: Transaction, every = 1): AsyncGenerator<FeatureChunk> {
  const step = ROWS_PER_CHUNK * every;
  for (let from = 0; ; from += step) {
    const values: (number | null)[][] = await transaction
      .unsafe(
        `select row, ${MODEL_FEATURES} from run_features
         where row >= ${from} and row < ${from + step} and row % ${every} = 0 order by row`,
      )
      .values();
    if (values.length === 0) return;
    const features = emptyFeatures(values.length);
    const rows = new Int32Array(values.length);
    const columns = FEATURE_NAMES.map((name) => features.columns[name]);
    for (let i = 0; i < values.length; i++) {
      const cells = values[i]!;
      rows[i] = cells[0]!;
      for (let c = 0; c < columns.length; c++) columns[c]![i] = cells[c + 1] ?? Number.NaN;
    }
    yield { rows, features };
  }
}

/** All chunks in one set of columns, for a fit. */
export async function collectFeatures(chunks: AsyncIterable<FeatureChunk>): Promise<CustomerFeatures> {
  const parts: CustomerFeatures[] = [];
  for await (const { features } of chunks) parts.push(features);
  const whole = emptyFeatures(parts.reduce((count, part) => count + part.count, 0));
  let offset = 0;
  for (const part of parts) {
    for (const name of FEATURE_NAMES) whole.columns[name].set(part.columns[name], offset);
    offset += part.count;
  }
  return whole;
}
