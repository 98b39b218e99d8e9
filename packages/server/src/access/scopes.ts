import type { KeyKind } from '../db/tables.js';

/**
 * THE LIST of scopes: what a restricted key or an agent's token may be granted, one by one. A field says beside itself
 * which one it needs (`authScopes`); the secret key has them all.
 */
export const SCOPES = {
  'badge:read': 'the segment badge of customers named by id, and its changes as they happen',
  'customers:read': 'the whole profile of customers named by id, but for name and e-mail address',
  'customers:pii': 'names and e-mail addresses, and searching by them',
  'customers:lookup': 'finding a customer by his exact e-mail address; limited and recorded',
  'customers:list': 'lists of customers by any filter, and the members of a segment',
  'reports:read': 'the shop, its segments, cohorts, runs and models: figures of many customers at once',
  'imports:read': 'what was imported and what was put into quarantine, with the rows as they came',
  'imports:write': 'sending customers, products, orders and events',
} as const;

export type Scope = keyof typeof SCOPES;

/** What a shopper's credential has, and nothing else has to be granted. */
export const SHOPPER_SCOPE = 'shopper:read';
export type Grant = Scope | typeof SHOPPER_SCOPE;

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[];
export const isScope = (text: string): text is Scope => Object.hasOwn(SCOPES, text);

/** What comes with a scope: whoever reads the profile reads the badge on it, and a list names its customers. */
const IMPLIED: Partial<Record<Scope, readonly Scope[]>> = {
  'customers:read': ['badge:read'],
  'customers:pii': ['badge:read'],
  'customers:lookup': ['badge:read'],
  'customers:list': ['badge:read'],
};

export const grantsOf = (scopes: readonly string[]): ReadonlySet<Grant> =>
  new Set(scopes.filter(isScope).flatMap((scope) => [scope, ...(IMPLIED[scope] ?? [])]));

/** What an agent's token may be granted: one customer at a time, never lists, reports, imports or keys. */
export const AGENT_SCOPES: readonly Scope[] = ['badge:read', 'customers:read', 'customers:pii', 'customers:lookup'];

/** Which scopes a key of a kind may name. */
export const SCOPES_OF_KIND: Readonly<Record<KeyKind, readonly Scope[]>> = {
  secret: [],
  restricted: ALL_SCOPES,
  publishable: [],
  'customer-signing': [],
  'agent-signing': AGENT_SCOPES,
};
