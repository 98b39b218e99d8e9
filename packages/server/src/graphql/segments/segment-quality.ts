import { adjustedRandIndexOfTable, PROSPECT, type SegmentationQuality as Quality } from '@tessera/core';
import { readCrossTable } from '../../db/queries/segments/segment-flows.js';
import { findSegmentation, type SegmentationSnapshot } from '../../runs/snapshot.js';
import { builder } from '../builder.js';
import { inLanguage, REPORTS_READ } from '../common.js';
import type { Context } from '../context.js';
import { findSegment, Segment, Segmentation, type SegmentValue } from './segmentation.js';

const ElbowPoint = builder.objectRef<Quality['elbow'][number]>('ElbowPoint').implement({
  description: 'What so many clusters would have given.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    clusterCount: t.exposeInt('clusterCount'),
    inertia: t.exposeFloat('inertia', {
      description: 'Sum of squared distances to the own cluster, in squared standard deviations.',
    }),
    silhouette: t.exposeFloat('silhouette', { nullable: true }),
  }),
});

const FeatureLoading = builder.objectRef<{ feature: string; loading: number }>('FeatureLoading').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({ feature: t.exposeString('feature'), loading: t.exposeFloat('loading') }),
});

const PrincipalComponent = builder.objectRef<Quality['components'][number]>('PrincipalComponent').implement({
  description: 'A main direction along which customers differ.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    index: t.exposeInt('index', { description: '1 is the direction of the largest variance.' }),
    explainedShare: t.exposeFloat('explainedShare'),
    loadings: t.field({ type: [FeatureLoading], resolve: ({ loadings }) => [...loadings] }),
  }),
});

interface MapPlaceValue {
  readonly segment: SegmentValue;
  readonly x: number;
  readonly y: number;
}

const MapPlace = builder.objectRef<MapPlaceValue>('MapPlace').implement({
  description: 'Where the middle of a segment lies on the plane of the first two components: x along the first.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    segment: t.field({ type: Segment, resolve: ({ segment }) => segment }),
    x: t.exposeFloat('x'),
    y: t.exposeFloat('y'),
  }),
});

const FeatureImportance = builder.objectRef<Quality['importance'][number]>('FeatureImportance').implement({
  description: 'How much a feature has to do with who is in which segment.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    feature: t.exposeString('feature'),
    share: t.exposeFloat('share', {
      description: 'Of all that sets the segments apart; the shares add up to 1.',
    }),
    explained: t.exposeFloat('explained', {
      description: "Of the feature's own variance, what the segments explain: 0 to 1.",
    }),
  }),
});

const Agreement = builder.objectRef<Quality['agreement'][number]>('Agreement').implement({
  description: 'How alike another method parts the same customers: 1 wholly, about 0 no more than chance.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    with: t.string({ resolve: (agreement) => agreement.with }),
    adjustedRandIndex: t.exposeFloat('adjustedRandIndex'),
    sampleSize: t.exposeInt('sampleSize'),
  }),
});

/** What other segmentations are held against. */
const YARDSTICK = 'rfm';

/** How alike the yardstick parts the buyers; Prospects are the same everywhere and would only flatter. */
async function agreementWithYardstick(
  { model, runId }: SegmentationSnapshot,
  context: Context,
): Promise<Quality['agreement']> {
  const run = await context.run(runId);
  if (model.key === YARDSTICK || !run.segmentations.some((other) => other.model.key === YARDSTICK)) return [];
  const cells = await readCrossTable(context.database.reader, runId, model.key, YARDSTICK);
  const ofBuyers = cells.filter(({ other }) => other !== `${YARDSTICK}:${PROSPECT.key}`);
  return [
    {
      with: YARDSTICK,
      adjustedRandIndex: adjustedRandIndexOfTable(
        ofBuyers.map(({ entry, other, customers }) => ({ left: entry, right: other, count: customers })),
      ),
      sampleSize: ofBuyers.reduce((sum, { customers }) => sum + customers, 0),
    },
  ];
}

interface QualityValue extends Quality {
  readonly segmentation: SegmentationSnapshot;
}

const SegmentationQuality = builder.objectRef<QualityValue>('SegmentationQuality').implement({
  description: 'How far the segments can be trusted. Null or empty where a measure makes no sense for the method.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    silhouette: t.exposeFloat('silhouette', {
      nullable: true,
      description: '-1 to 1; above 0.25 clusters stand apart.',
    }),
    stability: t.exposeFloat('stability', {
      nullable: true,
      description: 'Mean adjusted Rand index with fits on resamples: 1 where each finds the same clusters.',
    }),
    elbow: t.field({ type: [ElbowPoint], resolve: ({ elbow }) => [...elbow] }),
    components: t.field({ type: [PrincipalComponent], resolve: ({ components }) => [...components] }),
    map: t.field({
      type: [MapPlace],
      description: 'The segments on a plane, for a chart; `components` says what its axes are made of.',
      resolve: ({ map, segmentation }) =>
        map.flatMap(({ segmentKey, x, y }) => {
          const definition = segmentation.segments.find(({ key }) => key === segmentKey);
          return definition === undefined ? [] : [{ segment: { segmentation, definition }, x, y }];
        }),
    }),
    importance: t.field({
      type: [FeatureImportance],
      description: 'The largest first.',
      resolve: ({ importance }) => [...importance],
    }),
    agreement: t.field({
      type: [Agreement],
      description: 'With other methods on the same features, and with RFM.',
      resolve: async ({ agreement, segmentation }, _args, context) => [
        ...agreement,
        ...(await agreementWithYardstick(segmentation, context)),
      ],
    }),
    binHealth: t.field({
      type: 'JSON',
      nullable: true,
      description: 'How many customers each score or class holds, and which cannot occur.',
      resolve: async ({ binHealth }, _args, context) => (await context.words(null, 'report')).within(binHealth),
    }),
    warnings: t.field({
      type: ['String'],
      args: inLanguage,
      resolve: async ({ warnings }, { language }, context) => {
        const { say } = await context.words(language, 'report');
        return warnings.map(say);
      },
    }),
    reason: t.string({
      nullable: true,
      description: 'Why there are as many segments as there are.',
      args: inLanguage,
      resolve: ({ reason }, { language }, context) => context.say(reason, language, 'report'),
    }),
  }),
});

interface CrossCell {
  readonly own: SegmentValue;
  readonly other: SegmentValue;
  readonly customers: number;
  readonly share: number;
}

const CrossTableCell = builder.objectRef<CrossCell>('CrossTableCell').implement({
  description: 'Customers who are in one segment of each of two segmentations.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    segment: t.field({ type: Segment, resolve: ({ own }) => own }),
    other: t.field({ type: Segment, resolve: ({ other }) => other }),
    customers: t.exposeInt('customers'),
    share: t.exposeFloat('share', { description: 'Of the customers of `segment`.' }),
  }),
});

builder.objectFields(Segmentation, (t) => ({
  quality: t.field({
    type: SegmentationQuality,
    authScopes: REPORTS_READ,
    resolve: (segmentation) => ({ ...segmentation.model.quality(segmentation.fitted), segmentation }),
  }),
  crossTable: t.field({
    type: [CrossTableCell],
    description: 'Every pair of segments that shares customers, the largest first.',
    authScopes: REPORTS_READ,
    args: { with: t.arg.string({ defaultValue: 'rfm', required: true }) },
    resolve: async ({ model, runId }, args, context) => {
      findSegmentation(await context.run(runId), args.with);
      const cells = await readCrossTable(context.database.reader, runId, model.key, args.with);
      return Promise.all(
        cells.map(async ({ entry, other, customers, share }) => ({
          own: (await findSegment(context, entry, runId))!,
          other: (await findSegment(context, other, runId))!,
          customers,
          share,
        })),
      );
    },
  }),
}));
