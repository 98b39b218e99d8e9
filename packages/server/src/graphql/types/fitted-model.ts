import { builder } from '../builder.js';
import type { SegmentationSnapshot } from '../run-snapshot.js';
import { EVERYTHING } from './common.js';

export const FittedModel = builder.objectRef<SegmentationSnapshot>('FittedModel').implement({
  description: 'What a model learned in a run.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    key: t.string({ resolve: ({ model }) => model.key }),
    title: t.string({ resolve: ({ model }) => model.title }),
    version: t.string({ resolve: ({ model }) => model.version }),
    fittedAt: t.field({ type: 'DateTime', resolve: ({ fittedAt }) => fittedAt }),
    parameters: t.field({ type: 'JSON', resolve: ({ model, fitted }) => model.summarise(fitted).parameters }),
    metrics: t.field({ type: 'JSON', resolve: ({ model, fitted }) => model.summarise(fitted).metrics }),
    converged: t.boolean({ resolve: ({ model, fitted }) => model.summarise(fitted).converged }),
    note: t.string({ nullable: true, resolve: ({ model, fitted }) => model.summarise(fitted).note }),
  }),
});

builder.queryField('models', (t) =>
  t.field({
    type: [FittedModel],
    description: 'The models of the current run.',
    authScopes: EVERYTHING,
    resolve: async (_root, _args, context) => [...((await context.currentRun())?.segmentations ?? [])],
  }),
);
