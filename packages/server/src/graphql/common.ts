import type { Reason, Wording } from '@tessera/core';
import { builder } from './builder.js';
import type { Figures } from './context.js';

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
/** The numbers behind a reason, of one customer or of many. */
export const FIGURES = { may: ['customers:read', 'reports:read'] } as const;
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

const LANGUAGE_ARGUMENT = 'en, de, es, ja or ar, also as de-AT; what Accept-Language asks for when left out.';

/** The argument of every field that words something. */
export const inLanguage = builder.args((t) => ({ language: t.string({ description: LANGUAGE_ARGUMENT }) }));

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

/** A reason, and whose figures it may hold. */
export type ReasonValue = Reason & { readonly figures?: Figures };

export const ReasonType = builder.objectRef<ReasonValue>('Reason').implement({
  description: 'One cause of a value. Who reads nothing but badges gets the text without figures, and no numbers.',
  authScopes: INTERNAL,
  fields: (t) => {
    const figure = (name: 'value' | 'cutOff' | 'effect', description?: string) =>
      t.float({
        nullable: true,
        description,
        resolve: (reason, _args, context) =>
          context.mayReadFigures(reason.figures ?? 'customer') ? reason[name] : null,
      });
    return {
      text: t.string({
        args: inLanguage,
        resolve: (reason, { language }, context) => context.say(reason, language, reason.figures),
      }),
      kind: t.string({ description: 'What it says, for programs.', resolve: ({ kind }) => kind }),
      values: t.field({
        type: 'JSON',
        nullable: true,
        description: 'What the text was made from, by name; null for who may see no figures.',
        resolve: (reason, _args, context) => context.valuesOf(reason, reason.figures),
      }),
      feature: t.exposeString('feature'),
      value: figure('value'),
      cutOff: figure('cutOff'),
      effect: figure('effect', 'A multiplier, or points of a score.'),
    };
  },
});

export const BasisStatusType = builder.enumType('BasisStatus', {
  values: ['MODELLED', 'GROUP_AVERAGE', 'NOT_ENOUGH_DATA', 'NOT_APPLICABLE'] as const,
});

export interface BasisValue {
  readonly runId: number;
  readonly asOf: Date;
  readonly computedAt: Date;
  readonly status: (typeof BasisStatusType)['$inferType'];
  readonly note: Wording | null;
}

export const Basis = builder.objectRef<BasisValue>('Basis').implement({
  description: 'Where a number comes from.',
  authScopes: INTERNAL,
  fields: (t) => ({
    runId: t.id({ resolve: ({ runId }) => String(runId) }),
    asOf: t.field({ type: 'DateTime', resolve: ({ asOf }) => asOf }),
    computedAt: t.field({ type: 'DateTime', resolve: ({ computedAt }) => computedAt }),
    status: t.field({ type: BasisStatusType, resolve: ({ status }) => status }),
    note: t.string({
      nullable: true,
      args: inLanguage,
      resolve: ({ note }, { language }, context) => context.say(note, language),
    }),
  }),
});
