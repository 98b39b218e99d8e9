import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import type { Grant } from '../access/scopes.js';
import { apiError } from '../errors.js';
import type { Context } from './context.js';
import './plugins/withhold-plugin.js';

/** A query that costs more than this reads more than a page shows; the message tells what it costs. */
export const COST_LIMITS = { complexity: 25_000, depth: 14, breadth: 500 };

const GLOBAL_ID = /^([A-Z][A-Za-z]{0,40}):(.+)$/s;

/** A customer's own id may hold anything, colons too. @throws BAD_USER_INPUT, without an echo of what was sent */
function decodeGlobalID(globalId: string): { typename: string; id: string } {
  const [, typename, id] = GLOBAL_ID.exec(Buffer.from(globalId, 'base64').toString('utf8')) ?? [];
  if (typename === undefined || id === undefined) {
    throw apiError('BAD_USER_INPUT', 'this is not a global id: take the "id" of an answer');
  }
  return { typename, id };
}

type Scalars = {
  DateTime: { Input: Date; Output: Date };
  Date: { Input: string; Output: string };
  Decimal: { Input: string; Output: string };
  JSON: { Input: unknown; Output: unknown };
};

/** Who may read a field stands beside the field, as `authScopes`: one of the rules of `types/common.ts`. */
export type Scopes = {
  /** The secret key. */
  everything: boolean;
  /** Whoever was granted one of these. */
  may: Grant | readonly Grant[];
  /** Anybody but a shopper. */
  internal: boolean;
  anybody: boolean;
};

export const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: Scalars;
  AuthScopes: Scopes;
  DefaultFieldNullability: false;
  DefaultInputFieldRequiredness: false;
}>({
  plugins: ['withhold', ScopeAuthPlugin, RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    // Before the first event, not at each.
    authorizeOnSubscribe: true,
    authScopes: ({ credential }) => ({
      everything: credential.kind === 'secret',
      may: (asked) => [asked].flat().some((grant) => credential.grants.has(grant)),
      internal: credential.kind !== 'customer' && credential.kind !== 'publishable',
      anybody: true,
    }),
    unauthorizedError: (_parent, _context, info) =>
      apiError('FORBIDDEN', `this credential may not read ${info.parentType.name}.${info.fieldName}`),
  },
  relay: {
    cursorType: 'String',
    clientMutationId: 'omit',
    decodeGlobalID,
    // What they answer is judged by the type of the node; who may read none learns nothing of which there are.
    nodeQueryOptions: { authScopes: { may: ['badge:read', 'shopper:read', 'reports:read'] } },
    nodesQueryOptions: {
      authScopes: { may: ['badge:read', 'shopper:read', 'reports:read'] },
      complexity: ({ ids }: { ids: readonly unknown[] }) => ({ field: 1, multiplier: Math.max(1, ids.length) }),
    } as never,
  },
  complexity: {
    defaultComplexity: 1,
    defaultListMultiplier: 10,
    limit: COST_LIMITS,
    complexityError: (kind, result) =>
      apiError(
        'QUERY_TOO_COMPLEX',
        `this query's ${kind.toLowerCase()} is too large: it costs ${result.complexity} of ${COST_LIMITS.complexity}, is ${result.depth} of ${COST_LIMITS.depth} deep and ${result.breadth} of ${COST_LIMITS.breadth} broad; ask for fewer rows or fields`,
      ),
  },
});

builder.queryType({});
builder.mutationType({});
