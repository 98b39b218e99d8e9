import { randomUUID } from 'node:crypto';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import type { RunSnapshot } from '../../runs/snapshot.js';

/** What the customer is called to whoever asks: a visitor's row keeps the id that he was asked by. */
export const shownIdOf = (row: ProfileRow & { readonly askedAs?: string }) => row.askedAs ?? row.customerId;

/**
 * A visitor of whom nothing is known, whatever id a publishable key asks for: the key stands in every page, so a known id
 * and an unknown one get the same. The id of the row is nobody's, so that nothing stored can be found by it.
 */
export function anonymousCustomer(askedAs: string, run: RunSnapshot): ProfileRow {
  const nobody: Partial<ProfileRow> & { askedAs: string } = {
    askedAs,
    runId: run.runId,
    customerId: `visitor:${randomUUID()}`,
    asOf: run.asOf,
    computedAt: run.finishedAt,
    status: 'NOT_APPLICABLE',
    orders: 0,
    segments: run.segmentations.map(({ model }) => `${model.key}:prospect`),
  };
  // Only ShopperView reads it, which has no other columns.
  return nobody as ProfileRow;
}
