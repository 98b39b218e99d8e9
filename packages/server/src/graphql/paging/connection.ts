import type { ArgBuilder } from '@pothos/core';
import { builder } from '../builder.js';
import { INTERNAL } from '../common.js';
import { DEFAULT_PAGE, LARGEST_PAGE, type Page } from './keyset.js';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** A page and how to count the whole list; counted only when asked for. */
export interface ConnectionValue<Row> extends Page<Row> {
  totalCount(): Promise<number>;
}

/** The edge and connection types of a Relay connection over rows of a type. */
export function connectionType<Row extends object>(name: string, node: PothosSchemaTypes.ObjectRef<Types, Row>) {
  const Edge = builder.objectRef<{ cursor: string; node: Row }>(`${name}Edge`).implement({
    authScopes: INTERNAL,
    fields: (t) => ({
      cursor: t.exposeString('cursor'),
      // The builder cannot know that a generic row is neither a list nor a stream.
      node: t.field({ type: node, resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<ConnectionValue<Row>>(`${name}Connection`).implement({
    authScopes: INTERNAL,
    fields: (t) => ({
      // The list itself was multiplied by its page size already.
      edges: t.field({ type: [Edge], resolve: ({ edges }) => edges, complexity: { field: 0, multiplier: 1 } }),
      nodes: t.field({
        type: [node],
        description: 'The edges without their cursors.',
        resolve: ({ edges }) => edges.map((edge) => edge.node),
        complexity: { field: 0, multiplier: 1 },
      }),
      pageInfo: t.field({ type: builder.pageInfoRef(), resolve: ({ pageInfo }) => pageInfo }),
      totalCount: t.int({ resolve: (connection) => connection.totalCount() }),
    }),
  });
}

/** `first`, `after`, `last` and `before` of every list. */
export const pageArgs = (arg: ArgBuilder<Types>) => ({
  first: arg.int({ description: `From 1 to 100; ${DEFAULT_PAGE} when neither "first" nor "last" is given.` }),
  after: arg.string(),
  last: arg.int(),
  before: arg.string(),
});

/** What a list costs: as much as the rows it may hold. More than a page may hold is refused as such, not for its cost. */
export const pageComplexity = ({ first, last }: { first?: number | null; last?: number | null }) => ({
  field: 1,
  multiplier: Math.min(Math.max(1, first ?? last ?? DEFAULT_PAGE), LARGEST_PAGE),
});
