import { apiError } from '../../errors.js';
import { builder } from '../builder.js';
import { AGENT_BADGE } from '../common.js';
import { SegmentChange } from './segment-membership.js';

const MOST_IDS = 500;

builder.subscriptionType({});

builder.subscriptionField('segmentChanged', (t) =>
  t.field({
    type: SegmentChange,
    description:
      'Moves of customers from one segment to another as they happen, by server-sent events: of up to 500 customers named by id. One stream a page.',
    authScopes: AGENT_BADGE,
    args: { segmentation: t.arg.string(), externalIds: t.arg.stringList() },
    subscribe: (_root, { segmentation, externalIds }, context) => {
      const ids = externalIds ?? [];
      if (ids.length === 0 || ids.length > MOST_IDS) {
        throw apiError('BAD_USER_INPUT', `"externalIds" names 1 to ${MOST_IDS} customers, got ${ids.length}`);
      }
      return context.changes.of(new Set(ids), segmentation ?? null);
    },
    resolve: (change) => change,
  }),
);
