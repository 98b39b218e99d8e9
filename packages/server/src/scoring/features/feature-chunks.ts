import {
  type CategoryColumn,
  type CustomerFeatures,
  emptyFeatures,
  FEATURE_NAMES,
  MODEL_CATEGORIES,
} from '@tessera/core';
import {
  type FeatureTable,
  MODEL_CATEGORY_COLUMNS,
  MODEL_FEATURES,
  MODEL_OUTPUT_COLUMNS,
  MODEL_OUTPUT_NAMES,
  readFeatureRows,
} from '../../db/queries/runs/run-features.js';
import type { Workspace } from '../../db/queries/runs/workspace.js';

/** Rows that leave the database and are scored at once; memory is bounded by this, never by the shop. */
const ROWS_PER_CHUNK = 20_000;

export interface FeatureChunk {
  /** The `row` of each customer, rising; without a gap unless a sample was asked for. */
  readonly rows: Int32Array;
  readonly features: CustomerFeatures;
}

export interface ChunkOptions {
  /** A table made by `createFeatures`. */
  readonly table?: FeatureTable;
  /** 1 for all customers, k for about every k-th: see `isSampled`. */
  readonly every?: number;
  /** A further number of the table, and the name under which models read it. */
  readonly label?: { readonly column: string; readonly output: string };
}

/** Texts become codes as they are seen. */
class CategoryReader {
  readonly codes: Int32Array;
  readonly #codeOf = new Map<string, number>();

  constructor(count: number) {
    this.codes = new Int32Array(count).fill(-1);
  }

  set(row: number, label: unknown): void {
    if (typeof label !== 'string') return;
    let code = this.#codeOf.get(label);
    if (code === undefined) {
      code = this.#codeOf.size;
      this.#codeOf.set(label, code);
    }
    this.codes[row] = code;
  }

  column(): CategoryColumn {
    return { codes: this.codes, labels: [...this.#codeOf.keys()] };
  }
}

/** The features of a table in columns, chunk by chunk. Between two chunks the connection is free. */
export async function* readFeatureChunks(
  workspace: Workspace,
  { table = 'features', every = 1, label }: ChunkOptions = {},
): AsyncGenerator<FeatureChunk> {
  const outputNames = label === undefined ? MODEL_OUTPUT_NAMES : [...MODEL_OUTPUT_NAMES, label.output];
  const selected = [
    'row',
    MODEL_FEATURES,
    MODEL_OUTPUT_COLUMNS,
    ...(label === undefined ? [] : [`(${label.column})::float8`]),
    MODEL_CATEGORY_COLUMNS,
  ];
  const firstOutput = 1 + FEATURE_NAMES.length;
  const firstCategory = firstOutput + outputNames.length;
  let after = -1;
  for (;;) {
    const values = await readFeatureRows(workspace, table, selected, { after, limit: ROWS_PER_CHUNK, every });
    const count = values.length;
    if (count === 0) return;
    after = values[count - 1]![0] as number;
    const rows = new Int32Array(count);
    const features = emptyFeatures(count);
    const columns = FEATURE_NAMES.map((name) => features.columns[name]);
    const outputs = outputNames.map(() => new Float64Array(count));
    const categories = MODEL_CATEGORIES.map(() => new CategoryReader(count));
    for (let i = 0; i < count; i++) {
      const cells = values[i]!;
      rows[i] = cells[0] as number;
      for (let c = 0; c < columns.length; c++) columns[c]![i] = (cells[c + 1] as number | null) ?? Number.NaN;
      for (let c = 0; c < outputs.length; c++) outputs[c]![i] = (cells[firstOutput + c] as number | null) ?? Number.NaN;
      for (let c = 0; c < categories.length; c++) categories[c]!.set(i, cells[firstCategory + c]);
    }
    yield {
      rows,
      features: {
        ...features,
        outputs: Object.fromEntries(outputNames.map((name, c) => [name, outputs[c]!])),
        categories: Object.fromEntries(MODEL_CATEGORIES.map((name, c) => [name, categories[c]!.column()])),
      },
    };
  }
}

/** All chunks in one set of columns, for a fit. */
export async function collectFeatures(chunks: AsyncIterable<FeatureChunk>): Promise<CustomerFeatures> {
  const parts: CustomerFeatures[] = [];
  for await (const { features } of chunks) parts.push(features);
  return stackFeatures(parts);
}

/** Rows below each other. An output that a part lacks is NaN there; a category that it lacks is missing. */
export function stackFeatures(parts: readonly CustomerFeatures[]): CustomerFeatures {
  const whole = emptyFeatures(parts.reduce((count, part) => count + part.count, 0));
  const names = new Set(parts.flatMap(({ outputs }) => Object.keys(outputs)));
  const outputs = Object.fromEntries(
    Array.from(names, (name) => [name, new Float64Array(whole.count).fill(Number.NaN)]),
  );
  const kinds = new Set(parts.flatMap(({ categories }) => Object.keys(categories)));
  const categories = new Map(Array.from(kinds, (name) => [name, new CategoryReader(whole.count)]));
  let offset = 0;
  for (const part of parts) {
    for (const name of FEATURE_NAMES) whole.columns[name].set(part.columns[name], offset);
    for (const [name, values] of Object.entries(part.outputs)) outputs[name]!.set(values, offset);
    for (const [name, { codes, labels }] of Object.entries(part.categories)) {
      const reader = categories.get(name)!;
      for (let row = 0; row < part.count; row++) reader.set(offset + row, labels[codes[row]!]);
    }
    offset += part.count;
  }
  return {
    ...whole,
    outputs,
    categories: Object.fromEntries(Array.from(categories, ([name, reader]) => [name, reader.column()])),
  };
}
