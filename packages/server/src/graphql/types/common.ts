import type { Reason } from '@tessera/core';
import { builder } from '../builder.js';

/** The widest rule: what a type's fields follow when they say nothing else. */
export const EVERYTHING = { everything: true } as const;
/** Also what an agent's badge shows. */
export const AGENT_BADGE = { $any: { everything: true, agentBadge: true } } as const;
/** Also what a shopper sees of himself. */
export const ANY_VIEW = { $any: { everything: true, agentBadge: true, shopperView: true } } as const;

export interface MoneyValue {
  readonly amount: string;
  readonly currency: string;
}

export const Money = builder.objectRef<MoneyValue>('Money').implement({
  description: 'An exact amount in a currency.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    amount: t.field({ type: 'Decimal', resolve: ({ amount }) => amount }),
    currency: t.exposeString('currency'),
  }),
});

export const ReasonType = builder.objectRef<Reason>('Reason').implement({
  description: 'One cause of a value, in words and in numbers.',
  authScopes: AGENT_BADGE,
  fields: (t) => ({
    text: t.exposeString('text'),
    feature: t.exposeString('feature'),
    value: t.exposeFloat('value', { nullable: true }),
    cutOff: t.exposeFloat('cutOff', { nullable: true }),
    effect: t.exposeFloat('effect', { nullable: true, description: 'A multiplier, or points of a score.' }),
  }),
});

export const BasisStatusType = builder.enumType('BasisStatus', {
  values: ['MODELLED', 'GROUP_AVERAGE', 'NOT_ENOUGH_DATA', 'NOT_APPLICABLE'] as const,
});

export interface BasisValue {
  readonly runId: number;
  readonly asOf: Date;
  readonly computedAt: Date;
  readonly status: (typeof BasisStatusType)['$inferType'];
  readonly note: string | null;
}

export const Basis = builder.objectRef<BasisValue>('Basis').implement({
  description: 'Where a number comes from.',
  authScopes: AGENT_BADGE,
  fields: (t) => ({
    runId: t.id({ resolve: ({ runId }) => String(runId) }),
    asOf: t.field({ type: 'DateTime', resolve: ({ asOf }) => asOf }),
    computedAt: t.field({ type: 'DateTime', resolve: ({ computedAt }) => computedAt }),
    status: t.field({ type: BasisStatusType, resolve: ({ status }) => status }),
    note: t.exposeString('note', { nullable: true }),
  }),
});
