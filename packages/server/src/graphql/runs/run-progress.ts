import { setTimeout as sleep } from 'node:timers/promises';
import { type RunRow, readNewestRuns, readRun } from '../../db/queries/runs/run-records.js';
import { apiError } from '../../errors.js';
import { builder } from '../builder.js';
import { REPORTS_READ } from '../common.js';
import type { Context } from '../context.js';
import { Run, runNumber } from './run.js';
import '../segments/live.js';

/** How often a stream looks; a stream is opened by a person who watches. */
const LOOK_EVERY_MS = 500;

interface Progress {
  readonly run: RunRow;
}

const RunProgress = builder.objectRef<Progress>('RunProgress').implement({
  description: 'How far a run is.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    run: t.field({ type: Run, resolve: ({ run }) => run }),
    progress: t.float({ description: '0 to 1.', resolve: ({ run }) => run.progress }),
    step: t.string({ resolve: ({ run }) => run.step }),
  }),
});

const isOver = ({ state }: RunRow) => state !== 'waiting' && state !== 'running';

/** The run that waits or works, else the newest; null before there is any. */
async function readNewest({ database: { drizzle } }: Context): Promise<RunRow | null> {
  const runs = await readNewestRuns(drizzle, 20);
  return runs.find((run) => !isOver(run)) ?? runs[0] ?? null;
}

async function readAsked(context: Context, id: string | number | null | undefined): Promise<RunRow | null> {
  return id == null ? readNewest(context) : readRun(context.database.drizzle, runNumber(id));
}

/** The run as it is, and again whenever it has changed, until it is over or the reader stops. */
function watch(context: Context, id: string | number | null | undefined): AsyncIterableIterator<Progress> {
  const stopped = new AbortController();
  async function* changes(): AsyncGenerator<Progress> {
    let before = '';
    let followed = id;
    while (!stopped.signal.aborted) {
      const run = await readAsked(context, followed);
      if (run === null && id != null)
        throw apiError('BAD_USER_INPUT', `there is no run ${id}: the query "runs" lists them`);
      if (run !== null) {
        followed = run.id;
        const now = JSON.stringify(run);
        if (now !== before) yield { run };
        before = now;
        if (isOver(run)) return;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => {});
    }
  }
  const own = changes();
  return {
    next: () => own.next(),
    // A generator that waits cannot be ended from outside: it has to be woken first.
    return: () => {
      stopped.abort();
      return own.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

builder.queryField('runProgress', (t) =>
  t.field({
    type: RunProgress,
    nullable: true,
    description: 'The same as the stream of that name, once: for who cannot read streams.',
    authScopes: REPORTS_READ,
    args: { id: t.arg.id() },
    resolve: async (_root, { id }, context) => {
      const run = await readAsked(context, id);
      return run === null ? null : { run };
    },
  }),
);

builder.subscriptionField('runProgress', (t) =>
  t.field({
    type: RunProgress,
    description:
      'How far a run is, by server-sent events: at once, at each change, and a last time when it is over. The one that waits or works, or else the next, when no id is given.',
    authScopes: REPORTS_READ,
    args: { id: t.arg.id() },
    subscribe: (_root, { id }, context) => watch(context, id),
    resolve: (progress) => progress,
  }),
);
