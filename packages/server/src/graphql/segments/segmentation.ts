import type { SegmentDefinition } from '@tessera/core';
import { readTrend } from '../../db/queries/segments/segment-stats.js';
import { apiError } from '../../errors.js';
import type { SegmentationSnapshot, SegmentStats } from '../../runs/snapshot.js';
import { builder } from '../builder.js';
import { INTERNAL, inLanguage, Money, REPORTS_READ, ReasonType } from '../common.js';
import type { Context } from '../context.js';
import { FittedModel } from '../runs/fitted-model.js';

/** A segment of a segmentation of a run. */
export interface SegmentValue {
  readonly segmentation: SegmentationSnapshot;
  readonly definition: SegmentDefinition;
}

const LONGEST_TREND = 120;

/** The numbers of a segment; a segment that nobody is in has zeros. */
async function statsOf({ segmentation, definition }: SegmentValue, context: Context): Promise<SegmentStats> {
  const stats = await context.segmentStats(segmentation.runId);
  return (
    stats.get(`${segmentation.model.key}:${definition.key}`) ?? {
      segmentation: segmentation.model.key,
      segment: definition.key,
      size: 0,
      share: 0,
      revenueShare: 0,
      averageOrders: 0,
      averageNetRevenue: '0',
      averageOrderValue: null,
      averageRecencyDays: null,
      averageTenureDays: null,
      returnRate: null,
      averageClv90d: null,
      clvShare: null,
      distinguishing: [],
    }
  );
}

/** The segment of a key such as `rfm:vip`; null when the run has none. */
export async function findSegment(context: Context, entry: string, runId?: number): Promise<SegmentValue | null> {
  const run = await context.run(runId);
  const [segmentationKey, segmentKey] = entry.split(':');
  const segmentation = run.segmentations.find(({ model }) => model.key === segmentationKey);
  const definition = segmentation?.segments.find(({ key }) => key === segmentKey);
  return segmentation === undefined || definition === undefined ? null : { segmentation, definition };
}

const SegmentProfile = builder.objectRef<SegmentStats>('SegmentProfile').implement({
  description: 'Averages over the customers of the segment.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    averageOrders: t.exposeFloat('averageOrders'),
    averageNetRevenue: t.field({
      type: Money,
      resolve: async ({ averageNetRevenue }, _args, context) => ({
        amount: averageNetRevenue,
        currency: (await context.shop()).currency,
      }),
    }),
    averageOrderValue: t.field({
      type: Money,
      nullable: true,
      description: 'Net revenue over orders.',
      resolve: async ({ averageOrderValue }, _args, context) =>
        averageOrderValue === null ? null : { amount: averageOrderValue, currency: (await context.shop()).currency },
    }),
    averageRecencyDays: t.exposeFloat('averageRecencyDays', { nullable: true }),
    averageTenureDays: t.exposeFloat('averageTenureDays', { nullable: true }),
    returnRate: t.exposeFloat('returnRate', { nullable: true, description: 'Pieces returned of pieces delivered.' }),
    averageClv90d: t.field({
      type: Money,
      nullable: true,
      description: 'Predicted revenue of the next 90 days per buyer, before returns.',
      resolve: async ({ averageClv90d }, _args, context) =>
        averageClv90d === null ? null : { amount: averageClv90d, currency: (await context.shop()).currency },
    }),
    clvShare: t.exposeFloat('clvShare', {
      nullable: true,
      description: 'Of the predicted revenue of all customers.',
    }),
    distinguishing: t.field({
      type: [ReasonType],
      description: 'What sets the segment apart, in standard deviations from the average buyer; the largest first.',
      resolve: ({ distinguishing }) => distinguishing.map((reason) => ({ ...reason, figures: 'report' as const })),
    }),
  }),
});

const SegmentPoint = builder
  .objectRef<{ asOf: Date; size: number; share: number; revenueShare: number }>('SegmentPoint')
  .implement({
    authScopes: REPORTS_READ,
    fields: (t) => ({
      asOf: t.field({ type: 'DateTime', resolve: ({ asOf }) => asOf }),
      size: t.exposeInt('size'),
      share: t.exposeFloat('share'),
      revenueShare: t.exposeFloat('revenueShare'),
    }),
  });

const SegmentationRef = builder.objectRef<SegmentationSnapshot>('Segmentation');

export const Segment = builder.node(builder.objectRef<SegmentValue>('Segment'), {
  description: 'A group of customers within a segmentation.',
  authScopes: REPORTS_READ,
  id: {
    authScopes: INTERNAL,
    skipTypeScopes: true,
    resolve: ({ segmentation, definition }) => `${segmentation.model.key}:${definition.key}`,
  },
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'definition' in value,
  loadOne: (id, context) => findSegment(context, id),
  fields: (t) => ({
    segmentation: t.field({
      type: SegmentationRef,
      authScopes: INTERNAL,
      skipTypeScopes: true,
      resolve: ({ segmentation }) => segmentation,
    }),
    key: t.string({ authScopes: INTERNAL, skipTypeScopes: true, resolve: ({ definition }) => definition.key }),
    title: t.string({
      authScopes: INTERNAL,
      skipTypeScopes: true,
      args: inLanguage,
      resolve: ({ definition }, { language }, context) => context.say(definition.title, language),
    }),
    description: t.string({
      authScopes: INTERNAL,
      skipTypeScopes: true,
      args: inLanguage,
      resolve: ({ definition }, { language }, context) => context.say(definition.description, language, 'report'),
    }),
    color: t.string({ authScopes: INTERNAL, skipTypeScopes: true, resolve: ({ definition }) => definition.color }),
    publicLabel: t.string({
      nullable: true,
      description: 'What a shopper in this segment may read.',
      args: inLanguage,
      resolve: ({ definition }, { language }, context) => context.say(definition.publicLabel, language),
    }),
    size: t.int({ resolve: async (segment, _args, context) => (await statsOf(segment, context)).size }),
    share: t.float({
      description: 'Of all customers, Prospects included.',
      resolve: async (segment, _args, context) => (await statsOf(segment, context)).share,
    }),
    revenueShare: t.float({
      description: 'Of the net revenue of all customers.',
      resolve: async (segment, _args, context) => (await statsOf(segment, context)).revenueShare,
    }),
    profile: t.field({ type: SegmentProfile, resolve: (segment, _args, context) => statsOf(segment, context) }),
    trend: t.field({
      type: [SegmentPoint],
      description: 'The last published runs, oldest first.',
      args: { points: t.arg.int({ defaultValue: 12, required: true, description: 'From 1 to 120.' }) },
      resolve: ({ segmentation, definition }, { points }, { database }) => {
        if (points < 1 || points > LONGEST_TREND) {
          throw apiError('BAD_USER_INPUT', `"points" is a number from 1 to ${LONGEST_TREND}, got ${points}`);
        }
        return readTrend(database.reader, segmentation.model.key, definition.key, points);
      },
    }),
  }),
});

export const Segmentation = SegmentationRef.implement({
  description: 'One way to part the customers into segments: every customer is in exactly one.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    key: t.string({ authScopes: INTERNAL, skipTypeScopes: true, resolve: ({ model }) => model.key }),
    title: t.string({
      authScopes: INTERNAL,
      skipTypeScopes: true,
      args: inLanguage,
      resolve: ({ model }, { language }, context) => context.say(model.title, language),
    }),
    method: t.string({
      authScopes: INTERNAL,
      skipTypeScopes: true,
      args: inLanguage,
      resolve: ({ model }, { language }, context) => context.say(model.method, language, 'open'),
    }),
    segments: t.field({
      type: [Segment],
      resolve: (segmentation) => segmentation.segments.map((definition) => ({ segmentation, definition })),
    }),
    model: t.field({ type: FittedModel, nullable: true, resolve: (segmentation) => segmentation }),
  }),
});

builder.queryFields((t) => ({
  segmentations: t.field({
    type: [Segmentation],
    description: 'Empty before the first run.',
    authScopes: REPORTS_READ,
    resolve: async (_root, _args, context) => [...((await context.currentRun())?.segmentations ?? [])],
  }),
  segmentation: t.field({
    type: Segmentation,
    nullable: true,
    authScopes: REPORTS_READ,
    args: { key: t.arg.string({ required: true }) },
    resolve: async (_root, { key }, context) =>
      (await context.currentRun())?.segmentations.find(({ model }) => model.key === key) ?? null,
  }),
}));
