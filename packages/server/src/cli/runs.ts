import { type RunFailure, said, wordsIn } from '@tessera/core';
import { Argument } from 'commander';
import type { Database } from '../db/database.js';
import { readCurrentRunId } from '../db/queries/runs/current-run.js';
import { type RunRow, readNewestRuns, readRun } from '../db/queries/runs/run-records.js';
import { requestCancel } from '../db/queries/runs/run-requests.js';
import { dropRun } from '../db/queries/runs/runs.js';
import { codeOf, UserError } from '../errors.js';
import { DEFAULT_LANGUAGE } from '../language.js';
import { commandContext, makeCommand, withDatabase } from './command.js';

const SHOWN = 30;
const number = new Intl.NumberFormat('en');

const secondsOf = ({ startedAt, finishedAt }: RunRow) =>
  finishedAt === null ? '' : `${((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`;

/** What a person wants to know of a run: `12 published 2026-01-31 1,000 customers 3.1 s (current)`. */
function runLine(run: RunRow, currentRunId: number | null): string {
  const { id, state, kind, name, asOf, customerCount, progress, step, estimatedEnd } = run;
  const left = estimatedEnd === null ? '' : `, done at about ${estimatedEnd.toISOString().slice(11, 16)} UTC`;
  const notes = [
    ...(id === currentRunId ? ['current'] : []),
    ...(kind === 'look' ? ['look'] : kind === 'past' ? ['before the first run'] : []),
    ...(name === null ? [] : [`"${name}"`]),
  ];
  return [
    String(id).padStart(8),
    state.padEnd(9),
    asOf.toISOString().slice(0, 16),
    state === 'running'
      ? `${step} ${Math.round(100 * progress)} %${left}`
      : `${customerCount === null ? '' : `${number.format(customerCount)} customers `}${secondsOf(run)}`,
    ...(notes.length === 0 ? [] : [`(${notes.join(', ')})`]),
  ].join('  ');
}

async function findRun({ drizzle }: Database, id: string | undefined): Promise<RunRow> {
  if (id === undefined || !/^-?\d{1,15}$/.test(id)) {
    throw new UserError(`"${id ?? ''}" is not the number of a run (tessera runs lists them)`, 2);
  }
  const run = await readRun(drizzle, Number(id));
  if (run === null) throw new UserError(`there is no run ${id} (tessera runs lists them)`);
  return run;
}

/** @throws UserError unless it is a look that is kept, or a run of the past */
async function remove(database: Database, id: string | undefined): Promise<RunRow> {
  const run = await findRun(database, id);
  if (run.state !== 'published') throw new UserError(`run ${run.id} is ${run.state}: it holds nothing to remove`);
  if (run.kind !== 'look') {
    throw new UserError(
      `run ${run.id} is no look: histories and trends rest on it, and old ones go by themselves (14 and each month's first are kept)`,
    );
  }
  try {
    await dropRun(database.sql, run.id);
  } catch (error) {
    if (codeOf(error) !== '55P03') throw error;
    throw new UserError(`run ${run.id} is being read just now: try again in a moment`, 1, { cause: error });
  }
  return run;
}

async function cancel(database: Database, id: string | undefined): Promise<RunRow> {
  const run = await findRun(database, id);
  if ((await requestCancel(database.sql, run.id)) !== true) {
    throw new UserError(`run ${run.id} is ${run.state}: there is nothing to cancel`);
  }
  return run;
}

export const runsCommand = makeCommand('runs')
  .addArgument(new Argument('[action]', 'what to do').choices(['list', 'remove', 'cancel']).default('list'))
  .argument('[run]', 'its number')
  .action(async (action: 'list' | 'remove' | 'cancel', id: string | undefined) => {
    const { config, report } = commandContext(runsCommand);
    await withDatabase(config, async (database) => {
      if (action === 'remove') {
        const run = await remove(database, id);
        report({ removed: run.id }, () => [`run ${run.id} is removed`]);
        return;
      }
      if (action === 'cancel') {
        const run = await cancel(database, id);
        report({ cancelled: run.id }, () => [`run ${run.id} ends within seconds, and publishes nothing`]);
        return;
      }
      const [runs, current] = [await readNewestRuns(database.drizzle, SHOWN), await readCurrentRunId(database.sql)];
      const { say } = wordsIn(config.language ?? DEFAULT_LANGUAGE);
      report(runs, () =>
        runs.flatMap((run) => [
          runLine(run, current),
          ...(run.error === null ? [] : [`            ${run.error}`]),
          ...(run.failure === null
            ? []
            : [`            ${say(said('run-failed', { failure: run.failure as RunFailure }))}`]),
        ]),
      );
    });
  });
