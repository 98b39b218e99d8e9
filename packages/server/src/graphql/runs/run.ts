import { countRuns, RUN_KEYS, type RunRow, readRuns } from '../../db/queries/runs/run-records.js';
import { builder } from '../builder.js';
import { REPORTS_READ } from '../common.js';
import { connectionType, pageArgs, pageComplexity } from '../paging/connection.js';
import { keysetPage } from '../paging/keyset.js';

const RunState = builder.enumType('RunState', {
  values: {
    RUNNING: { value: 'running' },
    PUBLISHED: { value: 'published' },
    FAILED: { value: 'failed' },
    DROPPED: { value: 'dropped', description: 'Was published; its profiles are no longer kept.' },
  } as const,
});

export const Run = builder.objectRef<RunRow>('Run').implement({
  description: 'One scoring of the whole shop, published whole or not at all.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => String(id) }),
    state: t.field({ type: RunState, resolve: ({ state }) => state }),
    asOf: t.field({ type: 'DateTime', resolve: ({ asOf }) => asOf }),
    startedAt: t.field({ type: 'DateTime', resolve: ({ startedAt }) => startedAt }),
    finishedAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ finishedAt }) => finishedAt }),
    progress: t.exposeFloat('progress', { description: '0 to 1.' }),
    step: t.exposeString('step'),
    options: t.field({ type: 'JSON', resolve: ({ options }) => options }),
    dataFingerprint: t.exposeString('dataFingerprint', {
      nullable: true,
      description: 'Of the rows that the run read: equal fingerprints and options give equal scores.',
    }),
    customerCount: t.exposeInt('customerCount', { nullable: true }),
    error: t.exposeString('error', { nullable: true }),
  }),
});

const RunConnection = connectionType('Run', Run);

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
