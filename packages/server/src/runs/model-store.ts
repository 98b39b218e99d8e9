import type { Sql } from '../db/database.js';
import { readFittedModels, type StoredModel } from '../db/queries/runs/fitted-models.js';

const RUNS_IN_MEMORY = 20;

/** What runs learned, read once: the fitted models of a run never change. */
export class ModelStore {
  readonly #known = new Map<number, Promise<StoredModel[]>>();

  constructor(private readonly sql: Sql) {}

  /** Empty for a run that has none, or not yet. */
  of(runId: number): Promise<StoredModel[]> {
    const known = this.#known.get(runId);
    if (known !== undefined) return known;
    const read = readFittedModels(this.sql, runId);
    this.#known.set(runId, read);
    // A failed or missing read is not remembered: the run may be published a moment later.
    read.then(
      (models) => models.length === 0 && this.#known.delete(runId),
      () => this.#known.delete(runId),
    );
    if (this.#known.size > RUNS_IN_MEMORY) this.#known.delete(this.#known.keys().next().value!);
    return read;
  }
}
