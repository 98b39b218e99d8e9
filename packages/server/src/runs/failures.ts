import type { RunFailure } from '@tessera/core';
import { codeOf, isDatabaseAway, RunBusy, UserError } from '../errors.js';

/** A run that somebody cancelled. */
export class RunCancelled extends UserError {
  constructor(runId: number) {
    super(`run ${runId} was cancelled: nothing was published`);
  }
}

/** Another server took the work over: what this one did counts for nothing. */
export class LeaseLost extends UserError {
  constructor(runId: number) {
    super(`run ${runId} was taken over by another server: nothing of it was published here`);
  }
}

const FAILURES: readonly (readonly [RunFailure, (error: unknown) => boolean])[] = [
  ['busy', (error) => error instanceof RunBusy],
  ['interrupted', (error) => error instanceof LeaseLost],
  ['disk-full', (error) => /^(53100|ENOSPC)$/.test(codeOf(error))],
  ['out-of-memory', (error) => /^(53200|ERR_WORKER_OUT_OF_MEMORY|ENOMEM)$/.test(codeOf(error))],
  ['database-away', isDatabaseAway],
  ['locked', (error) => /^(55P03|40P01|57014)$/.test(codeOf(error))],
  ['settings', (error) => error instanceof UserError],
];

/** What kind of failure it was, so that a person can be told what to do. */
export const failureOf = (error: unknown): RunFailure =>
  FAILURES.find(([, matches]) => matches(error))?.[0] ?? 'unexpected';
