import type { Writable } from 'node:stream';
import type { Transaction } from '../../database.js';

/**
 * Makes the staging table: typed, as the readers answer only what casts; gone with the transaction. A row that cannot be
 * used stands in it too, with its problem, so that one COPY carries everything. One of the same transaction before it goes,
 * with the tables that its merge made.
 */
export async function createStaging(
  transaction: Transaction,
  fields: readonly { readonly name: string; readonly type: string }[],
): Promise<void> {
  const columns = fields.map(({ name, type }) => `${name} ${type === 'text' ? 'text COLLATE "C"' : type}`);
  await transaction`discard temp`;
  await transaction.unsafe(`
    create temp table staging (
      line bigint not null, repaired boolean not null, problem_field text, problem_value text, problem text, problem_kind text, problem_values jsonb, problem_cells jsonb, rate numeric,
      ${columns.join(', ')}
    ) on commit drop`);
}

/** Takes rows in COPY's words. The connection takes no other statement before it is ended or destroyed. */
export const openStaging = (transaction: Transaction): Promise<Writable> =>
  transaction.unsafe('copy staging from stdin').writable();

/** Leaves the usable rows alone: what else a row says is on record as a row of its file's own kind. */
export const dropStagedProblems = (transaction: Transaction) =>
  transaction.unsafe('delete from staging where problem is not null');
