import { type ChildProcess, fork } from 'node:child_process';
import os from 'node:os';
import type { RunFailure } from '@tessera/core';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import type { Job } from '../db/queries/jobs/queue.js';
import { failureOf } from '../runs/failures.js';
import { TASKS } from './tasks.js';

export interface Failed {
  readonly state: 'failed';
  readonly error: string;
  readonly failure: RunFailure;
}

/** What an attempt came to. */
export type Outcome = { readonly state: 'done' | 'more' } | Failed;

/** An attempt at a job that is under way. */
export interface Attempt {
  readonly outcome: Promise<Outcome>;
  /** Ends it at once; the outcome is then a failure. */
  kill(): void;
}

export type Launch = (job: Job) => Attempt;

/** Low, but above what only works when nothing else does. */
const PRIORITY = 10;

/** Performs a job in this very process. */
export async function perform(database: Database, config: Config, job: Job): Promise<Outcome> {
  try {
    const task = TASKS.find(({ key }) => key === job.task);
    if (task === undefined) throw new Error(`this version of Tessera knows no task "${job.task}"`);
    return { state: await task.perform({ database, config, job }) };
  } catch (error) {
    return {
      state: 'failed',
      error: error instanceof Error ? error.message : String(error),
      failure: failureOf(error),
    };
  }
}

function outcomeOf(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    let told: Outcome | null = null;
    child.once('message', (message) => {
      told = message as Outcome;
    });
    const fail = (error: string) => resolve(told ?? { state: 'failed', error, failure: 'interrupted' });
    child.once('error', (error) => fail(`its process could not be started: ${error.message}`));
    child.once('exit', (status, signal) =>
      fail(`its process ended before it was done (${signal ?? `status ${status}`})`),
    );
  });
}

/**
 * Performs jobs in processes of their own, at low priority: a fit computes for seconds without a pause, and what it does to memory
 * must not end the server.
 * @param program what a job's process runs @param options of the command line, to be passed on
 */
export const inOwnProcess =
  (program: string, options: readonly string[]): Launch =>
  ({ id, fence }) => {
    const child = fork(program, ['work', '--job', `${id}:${fence}`, ...options], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      if (child.pid !== undefined) os.setPriority(child.pid, PRIORITY);
    } catch {
      // It is gone already, or the system does not allow it.
    }
    return { outcome: outcomeOf(child), kill: () => child.kill('SIGKILL') };
  };
