import type { Explanation, Said } from '@tessera/core';
import type { SegmentChangeRow } from '../../db/queries/segments/segment-history.js';
import { apiError } from '../../errors.js';
import { featuresOfProfile } from '../../runs/snapshot.js';
import { builder } from '../builder.js';
import { AGENT_BADGE, CUSTOMERS_READ, inLanguage, ReasonType, type ReasonValue } from '../common.js';
import type { Context, DisclosedProfile } from '../context.js';
import { findSegment, Segment, type SegmentValue } from './segmentation.js';

const SegmentDistance = builder.objectRef<{ segment: SegmentValue; told: Said }>('SegmentDistance').implement({
  description: 'What it would take to be in another segment.',
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    segment: t.field({ type: Segment, resolve: ({ segment }) => segment }),
    text: t.string({
      args: inLanguage,
      resolve: ({ told }, { language }, context) => context.say(told, language),
    }),
    kind: t.string({ description: 'What it says, for programs.', resolve: ({ told }) => told.kind }),
    values: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the text was made from, by name; null for who may see no figures.',
      resolve: ({ told }, _args, context) => context.valuesOf(told),
    }),
  }),
});

/** A customer's place in one segmentation, as `segmentation:segment`. */
interface Membership {
  readonly customer: DisclosedProfile;
  readonly entry: string;
}

/** @throws NOT_SCORED_YET when the run had a segment that is no longer known */
export async function segmentOf({ customer, entry }: Membership, context: Context): Promise<SegmentValue> {
  const segment = await findSegment(context, entry, customer.runId);
  if (segment === null) {
    throw apiError(
      'NOT_SCORED_YET',
      `run ${customer.runId} was scored by another version of Tessera: score the shop again (tessera score)`,
    );
  }
  return segment;
}

async function explainMembership(membership: Membership, context: Context): Promise<Explanation> {
  const { segmentation } = await segmentOf(membership, context);
  return segmentation.model.explain(segmentation.fitted, featuresOfProfile(membership.customer), 0);
}

/** Why a customer is in his segment, as far as the reader may know: figures are for whoever reads his profile. */
async function reasonsFor(membership: Membership, context: Context): Promise<ReasonValue[]> {
  const { reasons } = await explainMembership(membership, context);
  return membership.customer.isBare === true ? reasons.map((each) => ({ ...each, figures: 'nobody' })) : [...reasons];
}

const startOf = ({ customer, entry }: Membership, context: Context) =>
  context.membershipStarts.load({
    customerId: customer.customerId,
    segmentation: entry.slice(0, entry.indexOf(':')),
    runId: customer.runId,
  });

export const SegmentMembership = builder.objectRef<Membership>('SegmentMembership').implement({
  description: 'Why and since when a customer is in a segment, and what would change it.',
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    segment: t.field({
      type: Segment,
      authScopes: AGENT_BADGE,
      skipTypeScopes: true,
      resolve: (membership, _args, context) => segmentOf(membership, context),
    }),
    since: t.field({
      type: 'DateTime',
      description: 'The run in which he came; the first run of the shop for those who were there from the beginning.',
      authScopes: AGENT_BADGE,
      skipTypeScopes: true,
      resolve: async (membership, _args, context) => (await startOf(membership, context)).since,
    }),
    previous: t.field({
      type: Segment,
      nullable: true,
      resolve: async (membership, _args, context) => {
        const { previous } = await startOf(membership, context);
        if (previous === null) return null;
        const key = membership.entry.slice(0, membership.entry.indexOf(':'));
        return findSegment(context, `${key}:${previous}`, membership.customer.runId);
      },
    }),
    why: t.field({
      type: [ReasonType],
      description:
        'In words without a figure, unless customers:read is granted. An agent needs to read something of the profile beside it, so that pages of badges count as badges.',
      authScopes: AGENT_BADGE,
      skipTypeScopes: true,
      resolve: (membership, _args, context) => reasonsFor(membership, context),
    }),
    nearest: t.field({
      type: [SegmentDistance],
      resolve: async (membership, _args, context) => {
        const { nearest } = await explainMembership(membership, context);
        const { segmentation } = await segmentOf(membership, context);
        return nearest.flatMap(({ segmentKey, ...told }) => {
          const definition = segmentation.segments.find(({ key }) => key === segmentKey);
          return definition === undefined ? [] : [{ segment: { segmentation, definition }, told: told as Said }];
        });
      },
    }),
  }),
});

export const FlowCause = builder.enumType('FlowCause', {
  values: ['PURCHASE', 'RETURN', 'TIME', 'REFIT', 'DATA'] as const,
});

export const SegmentChange = builder
  .objectRef<SegmentChangeRow & { readonly readIn?: number }>('SegmentChange')
  .implement({
    description: 'One move of a customer from one segment to another.',
    authScopes: AGENT_BADGE,
    fields: (t) => ({
      externalId: t.exposeString('customerId', { description: "The customer's own id." }),
      segmentation: t.exposeString('segmentation'),
      at: t.field({ type: 'DateTime', resolve: ({ changedAt }) => changedAt }),
      runId: t.id({ resolve: ({ runId }) => String(runId) }),
      from: t.field({
        type: Segment,
        nullable: true,
        description:
          'Null for a customer who was new, and for a segment that the run no longer has: `fromKey` tells which.',
        resolve: ({ segmentation, fromSegment, runId, readIn = runId }, _args, context) =>
          fromSegment === null ? null : findSegment(context, `${segmentation}:${fromSegment}`, readIn),
      }),
      to: t.field({
        type: Segment,
        nullable: true,
        description: 'Null when the segment no longer exists.',
        resolve: ({ segmentation, toSegment, runId, readIn = runId }, _args, context) =>
          findSegment(context, `${segmentation}:${toSegment}`, readIn),
      }),
      fromKey: t.exposeString('fromSegment', {
        nullable: true,
        description: 'The key of `from`, also where that no longer exists. Null for a customer who was new.',
      }),
      toKey: t.exposeString('toSegment', { description: 'The key of `to`, also where that no longer exists.' }),
      cause: t.field({ type: FlowCause, resolve: ({ cause }) => cause }),
    }),
  });
