import { FEATURE_NAMES, type FeatureName } from './features.js';

/** A categorical column: `codes[row]` is an index into `labels`, -1 where the value is missing. */
export interface CategoryColumn {
  readonly codes: Int32Array;
  readonly labels: readonly string[];
}

/**
 * One column per feature of THE LIST (`features.ts`), one entry per customer, in the same order everywhere. `NaN` means that
 * the value does not exist. Models never change it. A model may also read the columns of an earlier one, which stand in
 * `outputs` under `model.column`.
 */
export interface CustomerFeatures {
  readonly count: number;
  readonly columns: Readonly<Record<FeatureName, Float64Array>>;
  readonly categories: Readonly<Record<string, CategoryColumn>>;
  readonly outputs: Readonly<Record<string, Float64Array>>;
}

/** Columns of the given length with every feature NaN, ready to be filled. */
export function emptyFeatures(count: number): CustomerFeatures & { columns: Record<FeatureName, Float64Array> } {
  const columns = Object.fromEntries(FEATURE_NAMES.map((name) => [name, new Float64Array(count).fill(Number.NaN)]));
  return { count, columns: columns as Record<FeatureName, Float64Array>, categories: {}, outputs: {} };
}
