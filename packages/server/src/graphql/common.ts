import type { Reason } from '@tessera/core';
import { builder } from './builder.js';

/**
 * THE RULES that a field names as its `authScopes`; a type's own rule is that of its fields, unless a field says
 * `skipTypeScopes`. The secret key passes them all.
 */
/** The secret key only: what a type's fields follow when they say nothing else. */
export const EVERYTHING = { everything: true } as const;
/** Whoever sees a segment badge in a CRM. */
export const AGENT_BADGE = { may: 'badge:read' } as const;
/** Also what a shopper sees of himself. */
export const ANY_VIEW = { may: ['badge:read', 'shopper:read'] } as const;
/** The profile of a customer who is named by id. */
export const CUSTOMERS_READ = { may: 'customers:read' } as const;
/** Names and e-mail addresses. */
export const CUSTOMERS_PII = { may: 'customers:pii' } as const;
export const CUSTOMERS_LOOKUP = { may: 'customers:lookup' } as const;
export const CUSTOMERS_LIST = { may: 'customers:list' } as const;
/** Figures of many customers at once. */
export const REPORTS_READ = { may: 'reports:read' } as const;
export const IMPORTS_READ = { may: 'imports:read' } as const;
export const IMPORTS_WRITE = { may: 'imports:write' } as const;
/** Parts of an answer that hold nothing of their own: whoever may read the field that leads to them, but no shopper. */
export const INTERNAL = { internal: true } as const;
/** Parts that shoppers are shown too, and who one is oneself. */
export const ANYBODY = { anybody: true } as const;

export interface MoneyValue {
  readonly amount: string;
  readonly currency: string;
}

export const Money = builder.objectRef<MoneyValue>('Money').implement({
  description: 'An exact amount in a currency.',
  authScopes: ANYBODY,
  fields: (t) => ({
    amount: t.field({ type: 'Decimal', resolve: ({ amount }) => amount }),
    currency: t.exposeString('currency'),
  }),
});

export const ReasonType = builder.objectRef<Reason>('Reason').implement({
  description: 'One cause of a value, in words and in numbers.',
  authScopes: INTERNAL,
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
  authScopes: INTERNAL,
  fields: (t) => ({
    runId: t.id({ resolve: ({ runId }) => String(runId) }),
    asOf: t.field({ type: 'DateTime', resolve: ({ asOf }) => asOf }),
    computedAt: t.field({ type: 'DateTime', resolve: ({ computedAt }) => computedAt }),
    status: t.field({ type: BasisStatusType, resolve: ({ status }) => status }),
    note: t.exposeString('note', { nullable: true }),
  }),
});
