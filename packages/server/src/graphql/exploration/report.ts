import type { Exploration } from '../../db/queries/exploration/scope.js';
import { apiError } from '../../errors.js';
import type { RunSnapshot } from '../../runs/snapshot.js';
import type { Context } from '../context.js';

/** A request for one report: each part reads the database only when it is selected. */
export interface Report {
  readonly run: RunSnapshot;
  readonly exploration: Exploration;
}

export const MOST_ROWS = 100;
export const MOST_LEVELS = 25;
export const DEFAULT_LEVELS = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];

/** @throws BAD_USER_INPUT outside 1 to 100 */
export function pageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= MOST_ROWS) return first;
  throw apiError('BAD_USER_INPUT', `first is 1 to ${MOST_ROWS}, not ${first}`);
}

export const moneyOf = async (amount: string, context: Context) => ({
  amount,
  currency: (await context.shop()).currency,
});
export const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
