import { type RunFailure, said } from '@tessera/core';
import { countRuns, RUN_KEYS, type RunRow, readRun, readRuns } from '../../db/queries/runs/run-records.js';
import { apiError, shorten } from '../../errors.js';
import type { StepTime } from '../../runs/run-story.js';
import { builder } from '../builder.js';
import { inLanguage, REPORTS_READ } from '../common.js';
import type { Context } from '../context.js';
import { connectionType, pageArgs, pageComplexity } from '../paging/connection.js';
import { keysetPage } from '../paging/keyset.js';

const RunState = builder.enumType('RunState', {
  values: {
    WAITING: { value: 'waiting', description: 'Asked for; the next free server begins it.' },
    RUNNING: { value: 'running' },
    PUBLISHED: { value: 'published' },
    FAILED: { value: 'failed', description: 'Nothing of it was published; the run before stays.' },
    CANCELLED: { value: 'cancelled', description: 'Somebody ended it; nothing of it was published.' },
    DROPPED: { value: 'dropped', description: 'Was published; its profiles are no longer kept.' },
  } as const,
});

const RunKind = builder.enumType('RunKind', {
  values: {
    CURRENT: { value: 'current', description: 'What readers see from its end on.' },
    LOOK: {
      value: 'look',
      description: 'For an earlier moment than the current run: kept until removed, never current.',
    },
    PAST: { value: 'past', description: 'For the end of a month before the first run.' },
  } as const,
});

const RunStep = builder.objectRef<StepTime>('RunStep').implement({
  description: 'What a run did, and how long it took.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    step: t.exposeString('step'),
    startedAt: t.field({ type: 'DateTime', resolve: ({ startedAt }) => new Date(startedAt) }),
    seconds: t.exposeFloat('seconds', { nullable: true, description: 'Null while it works.' }),
    rows: t.exposeInt('rows', { nullable: true, description: 'Rows that it read, where it counts them.' }),
  }),
});

/** Keys of the models of a run that learned in it, or before it. */
async function modelsOf({ id, startedAt }: RunRow, context: Context, isRefitted: boolean): Promise<string[]> {
  const stored = await context.snapshots.models.of(id);
  return stored.filter(({ fittedAt }) => fittedAt >= startedAt === isRefitted).map(({ key }) => key);
}

export const Run = builder.objectRef<RunRow>('Run').implement({
  description: 'One scoring of the whole shop, published whole or not at all.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => String(id) }),
    state: t.field({ type: RunState, resolve: ({ state }) => state }),
    asOf: t.field({ type: 'DateTime', resolve: ({ asOf }) => asOf }),
    startedAt: t.field({ type: 'DateTime', resolve: ({ startedAt }) => startedAt }),
    finishedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ finishedAt }) => finishedAt }),
    kind: t.field({ type: RunKind, resolve: ({ kind }) => kind }),
    look: t.boolean({
      description: 'Whether it speaks of an earlier moment than the current run and is never current.',
      resolve: ({ kind }) => kind === 'look',
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'What a person calls it; of a past month its last day.',
    }),
    progress: t.exposeFloat('progress', { description: '0 to 1, by the time that the steps of the last runs took.' }),
    step: t.exposeString('step'),
    steps: t.field({
      type: [RunStep],
      description: 'In order; the last one works while the run does.',
      resolve: ({ steps }) => steps as StepTime[],
    }),
    estimatedEnd: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'By the median of the last runs, step by step, for so many customers. Null before a first run, once it ended, and where it takes longer than it used to.',
      resolve: ({ estimatedEnd }) => (estimatedEnd !== null && estimatedEnd > new Date() ? estimatedEnd : null),
    }),
    modelsRefitted: t.stringList({
      description: 'Models that learned anew in this run, by key; empty once it is dropped.',
      resolve: (run, _args, context) => modelsOf(run, context, true),
    }),
    modelsKept: t.stringList({
      description: 'Models that it took over from an earlier run, by key.',
      resolve: (run, _args, context) => modelsOf(run, context, false),
    }),
    options: t.field({ type: 'JSON', resolve: ({ options }) => options }),
    dataFingerprint: t.exposeString('dataFingerprint', {
      nullable: true,
      description: 'Of the rows that the run read: equal fingerprints and options give equal scores.',
    }),
    customerCount: t.exposeInt('customerCount', { nullable: true }),
    error: t.exposeString('error', { nullable: true }),
    advice: t.string({
      nullable: true,
      args: inLanguage,
      description: 'What a person can do about a run that failed, and what happens by itself.',
      resolve: ({ failure }, { language }, context) =>
        context.say(failure === null ? null : said('run-failed', { failure: failure as RunFailure }), language, 'open'),
    }),
  }),
});

const RunConnection = connectionType('Run', Run);

/** @throws BAD_USER_INPUT */
export function runNumber(id: string | number): number {
  if (!/^-?\d{1,15}$/.test(String(id)))
    throw apiError('BAD_USER_INPUT', `"${shorten(String(id))}" is not the id of a run`);
  return Number(id);
}

builder.queryField('run', (t) =>
  t.field({
    type: Run,
    nullable: true,
    description: 'One run; null when there is none of that id.',
    authScopes: REPORTS_READ,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { database: { drizzle } }) => readRun(drizzle, runNumber(id)),
  }),
);

builder.queryField('runs', (t) =>
  t.field({
    type: RunConnection,
    description: 'Newest first.',
    authScopes: REPORTS_READ,
    args: pageArgs(t.arg),
    complexity: pageComplexity,
    resolve: async (_root, args, { database: { drizzle } }) => {
      const list = { name: 'runs', keys: RUN_KEYS, descending: true };
      const page = await keysetPage(args, list, (query) => readRuns(drizzle, query));
      return { ...page, totalCount: () => countRuns(drizzle) };
    },
  }),
);
