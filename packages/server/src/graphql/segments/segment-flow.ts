import { startOfDay } from '../../db/queries/runs/runs.js';
import { type FlowRow, readFlows } from '../../db/queries/segments/segment-flows.js';
import { apiError } from '../../errors.js';
import { findSegmentation } from '../../runs/snapshot.js';
import { builder } from '../builder.js';
import { REPORTS_READ } from '../common.js';
import { FlowCause } from './segment-membership.js';
import { findSegment, Segment } from './segmentation.js';

const SegmentFlow = builder.objectRef<FlowRow & { readonly segmentation: string }>('SegmentFlow').implement({
  description: 'Customers who went from one segment to another.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    from: t.field({
      type: Segment,
      nullable: true,
      description: 'Null for customers who were new, and for a segment that no longer exists: `fromKey` tells which.',
      resolve: ({ segmentation, fromSegment }, _args, context) =>
        fromSegment === null ? null : findSegment(context, `${segmentation}:${fromSegment}`),
    }),
    to: t.field({
      type: Segment,
      nullable: true,
      description: 'Null for a segment that no longer exists.',
      resolve: ({ segmentation, toSegment }, _args, context) => findSegment(context, `${segmentation}:${toSegment}`),
    }),
    fromKey: t.exposeString('fromSegment', {
      nullable: true,
      description: 'The key of `from`, also where that no longer exists. Null for customers who were new.',
    }),
    toKey: t.exposeString('toSegment', { description: 'The key of `to`, also where that no longer exists.' }),
    customers: t.exposeInt('customers'),
    cause: t.field({ type: FlowCause, description: 'Of the last move.', resolve: ({ cause }) => cause }),
  }),
});

const DAY_MS = 86_400_000;

builder.queryField('segmentFlows', (t) =>
  t.field({
    type: [SegmentFlow],
    description:
      'Who is elsewhere at the end of `to` than at the beginning of `from` (calendar days of the shop, both included), the largest flows first. Without `from` since the first run, without `to` until now.',
    authScopes: REPORTS_READ,
    args: {
      segmentation: t.arg.string({ defaultValue: 'rfm', required: true }),
      from: t.arg({ type: 'Date' }),
      to: t.arg({ type: 'Date' }),
    },
    resolve: async (_root, { segmentation, from, to }, context) => {
      const run = await context.run();
      findSegmentation(run, segmentation);
      if (from != null && to != null && from > to) {
        throw apiError('BAD_USER_INPUT', `"from" (${from}) is after "to" (${to})`);
      }
      const { timeZone } = run.facts;
      const { reader } = context.database;
      const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);
      // A run as of 00:00 speaks of the day before it, so it closes that day.
      const begin = from == null ? null : await startOfDay(reader, from, timeZone);
      const end = to == null ? null : await startOfDay(reader, dayAfter(to), timeZone);
      const flows = await readFlows(reader, segmentation, begin, end, run.runId);
      return flows.map((flow) => ({ ...flow, segmentation }));
    },
  }),
);
