import { type Model, recommender, said } from '@tessera/core';
import { readRealisedValue } from '../../db/queries/runs/fitted-models.js';
import type { ModelSnapshot } from '../../runs/snapshot.js';
import { realisedWarning } from '../../scoring/monitoring.js';
import { builder } from '../builder.js';
import { inLanguage, REPORTS_READ } from '../common.js';
import type { Context } from '../context.js';

async function driftOfModel({ drift, key }: ShownModel, { database }: Context): Promise<unknown> {
  const realised = await readRealisedValue(database.reader, key);
  if (drift === null && realised === null) return null;
  if (realised === null) return drift;
  const warning = realisedWarning(realised);
  return {
    ...((drift as object | null) ?? {
      level: 'STABLE',
      columns: [],
      sentence: said('no-run-before', {}),
    }),
    ...(warning === null ? {} : { level: 'STALE', sentence: warning }),
    realised,
  };
}

/** What of a model is shown: of recommendations too, which score lists and not customers. */
interface ShownModel extends Omit<ModelSnapshot, 'model'> {
  readonly model: Pick<Model<unknown, unknown>, 'key' | 'title' | 'version' | 'summarise'>;
}

export const FittedModel = builder.objectRef<ShownModel>('FittedModel').implement({
  description: 'What a model learned in a run.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    key: t.string({ resolve: ({ model }) => model.key }),
    title: t.string({
      args: inLanguage,
      resolve: ({ model }, { language }, context) => context.say(model.title, language, 'report'),
    }),
    version: t.string({ resolve: ({ model }) => model.version }),
    fittedAt: t.field({ type: 'DateTime', resolve: ({ fittedAt }) => fittedAt }),
    parameters: t.field({
      type: 'JSON',
      resolve: async ({ model, fitted }, _args, context) =>
        (await context.words(null, 'report')).within(model.summarise(fitted).parameters),
    }),
    metrics: t.field({
      type: 'JSON',
      description: 'How well it does; empty where the history is too short to say.',
      resolve: async ({ model, fitted }, _args, context) =>
        (await context.words(null, 'report')).within(model.summarise(fitted).metrics) ?? {},
    }),
    drift: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'Population stability against the run before: level STABLE, SHIFTED or STALE, the index of each column (below 0.1 no change, above 0.25 fit again), and for predictions what the last ones whose 90 days have passed came to. Null in the first run.',
      resolve: async (model, _args, context) =>
        (await context.words(null, 'report')).within(await driftOfModel(model, context)),
    }),
    converged: t.boolean({ resolve: ({ model, fitted }) => model.summarise(fitted).converged }),
    note: t.string({
      nullable: true,
      args: inLanguage,
      resolve: ({ model, fitted }, { language }, context) =>
        context.say(model.summarise(fitted).note, language, 'report'),
    }),
  }),
});

builder.queryField('models', (t) =>
  t.field({
    type: [FittedModel],
    description: 'The models of the current run.',
    authScopes: REPORTS_READ,
    resolve: async (_root, _args, context) => {
      const run = await context.currentRun();
      if (run === null) return [];
      const stored = (await context.snapshots.models.of(run.runId)).filter(({ key }) => key === recommender.key);
      const lists = stored.map((own) => ({ ...own, runId: run.runId, model: recommender }));
      return [...run.segmentations, ...run.predictions, ...lists];
    },
  }),
);
