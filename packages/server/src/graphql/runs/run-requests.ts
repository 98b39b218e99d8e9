import { databaseClock } from '../../db/queries/jobs/clock.js';
import { type RunRow, readRun } from '../../db/queries/runs/run-records.js';
import { requestCancel } from '../../db/queries/runs/run-requests.js';
import { hasCustomers } from '../../db/queries/shop/settings.js';
import { apiError } from '../../errors.js';
import { requestRun } from '../../jobs/requests.js';
import { ensureShop } from '../../settings/shop.js';
import { builder } from '../builder.js';
import { EVERYTHING } from '../common.js';
import type { Context } from '../context.js';
import { UserErrorType } from '../imports/import-mutations.js';
import { Run, runNumber } from './run.js';

const LONGEST_NAME = 200;

interface Requested {
  readonly run: RunRow;
}

interface Refused {
  readonly message: string;
  readonly code: 'IN_PROGRESS' | 'NOTHING_TO_SCORE' | 'UNKNOWN_RUN' | 'ALREADY_OVER';
  readonly existingRun: RunRow | null;
}

const RunRefused = builder.objectRef<Refused>('RunRefused').implement({
  description:
    'Nothing was changed. IN_PROGRESS: such a run waits or works already. NOTHING_TO_SCORE: the shop has no customers. UNKNOWN_RUN: there is none of that id. ALREADY_OVER: it ended before.',
  authScopes: EVERYTHING,
  interfaces: [UserErrorType],
  fields: (t) => ({
    existingRun: t.field({ type: Run, nullable: true, resolve: ({ existingRun }) => existingRun }),
  }),
});

const succeeded = (name: string, description: string) =>
  builder.objectRef<Requested>(name).implement({
    description,
    authScopes: EVERYTHING,
    fields: (t) => ({ run: t.field({ type: Run, resolve: ({ run }) => run }) }),
  });
const RunStarted = succeeded('RunStarted', 'The run is asked for; the next free server begins it.');
const RunCancelled = succeeded(
  'RunCancelled',
  'The run ends within seconds, publishes nothing and is not tried again.',
);

const StartRunResult = builder.unionType('StartRunResult', {
  types: [RunStarted, RunRefused],
  resolveType: (result) => ('code' in result ? RunRefused : RunStarted),
});
const CancelRunResult = builder.unionType('CancelRunResult', {
  types: [RunCancelled, RunRefused],
  resolveType: (result) => ('code' in result ? RunRefused : RunCancelled),
});

const RunOptions = builder.inputType('RunOptions', {
  fields: (t) => ({
    asOf: t.field({
      type: 'DateTime',
      description:
        "The moment it speaks of; the day after the newest order when left out. Earlier than the current run's, it makes a look.",
    }),
    name: t.string({ description: 'What to call it; at most 200 characters.' }),
  }),
});

const refused = (code: Refused['code'], message: string, existingRun: RunRow | null = null): Refused => ({
  code,
  message,
  existingRun,
});

async function start(
  { asOf, name }: { asOf?: Date | null; name?: string | null },
  { database: { sql, drizzle } }: Context,
): Promise<Requested | Refused> {
  if (name != null && (name.trim() === '' || name.length > LONGEST_NAME)) {
    throw apiError('BAD_USER_INPUT', `"name" has 1 to ${LONGEST_NAME} characters`);
  }
  if (!(await hasCustomers(sql))) {
    return refused('NOTHING_TO_SCORE', 'there is nothing to score yet: import customers or orders first');
  }
  await ensureShop(sql, {});
  const now = await databaseClock(sql)();
  const asked = { asOf: asOf ?? undefined, name: name ?? undefined };
  const { runId, isNew } = await sql.begin((transaction) => requestRun(transaction, asked, 'asked', now));
  const run = runId === null ? null : await readRun(drizzle, runId);
  if (!isNew) return refused('IN_PROGRESS', 'such a run waits or works already: runProgress tells how far it is', run);
  if (run === null) throw new Error('the record of a run is missing after it was written');
  return { run };
}

async function cancel(id: number, { database: { sql, drizzle } }: Context): Promise<Requested | Refused> {
  const isCancelled = await requestCancel(sql, id);
  const run = isCancelled === null ? null : await readRun(drizzle, id);
  if (run === null) return refused('UNKNOWN_RUN', `there is no run ${id}: the query "runs" lists them`);
  if (isCancelled === false)
    return refused('ALREADY_OVER', `run ${id} is ${run.state}: there is nothing to cancel`, run);
  return { run };
}

builder.mutationFields((t) => ({
  startRun: t.field({
    type: StartRunResult,
    description: 'Asks for a run of the whole shop. It is made in the background; runProgress tells how far it is.',
    authScopes: EVERYTHING,
    args: { options: t.arg({ type: RunOptions }) },
    resolve: (_root, { options }, context) => start(options ?? {}, context),
  }),
  cancelRun: t.field({
    type: CancelRunResult,
    description: 'Ends a run that waits or works, whoever began it. What readers see stays.',
    authScopes: EVERYTHING,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, context) => cancel(runNumber(id), context),
  }),
}));
