import { useGraphQlJit } from '@envelop/graphql-jit';
import { blockFieldSuggestionsPlugin } from '@escape.tech/graphql-armor-block-field-suggestions';
import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { useDisableIntrospection } from '@graphql-yoga/plugin-disable-introspection';
import type { Playbook } from '@tessera/core';
import { type DocumentNode, isLeafType, Kind, type NamedTypeNode, type TypeNode, typeFromAST } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Access } from '../access/access.js';
import type { Credential } from '../access/credential.js';
import type { Database } from '../db/database.js';
import { negotiateLanguage } from '../language.js';
import type { ChangeFeed } from '../live/change-feed.js';
import type { RunSnapshots } from '../runs/snapshot.js';
import { RequestContext } from './context.js';
import { useClientErrors } from './plugins/client-errors.js';
import { useDocumentLimits } from './plugins/document-limits.js';
import { maskError } from './plugins/mask-error.js';
import { type PersistedOperations, usePersisted } from './plugins/persisted-operations.js';
import { useUnknownValues } from './plugins/unknown-values.js';
import { schema } from './schema.js';

const LARGEST_BODY = 100_000;
/** A key of a server may send a thousand orders with their lines. */
const LARGEST_SERVER_BODY = 4_000_000;

/**
 * Compiled once and run many times; only for what the compiler gets right: one operation, a query, whose variables are
 * scalars or enums. Of an input type it writes out every field, and a filter that nests in itself has no end: it would
 * work until memory is gone. Subscriptions lose their default arguments.
 */
function isCompilable(document: DocumentNode): boolean {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [operation] = operations;
  if (operations.length !== 1 || operation?.operation !== 'query') return false;
  return (operation.variableDefinitions ?? []).every(({ type }) => isLeafType(typeFromAST(schema, nameOf(type))));
}

const nameOf = (type: TypeNode): NamedTypeNode => (type.kind === Kind.NAMED_TYPE ? type : nameOf(type.type));

export interface GraphqlServices {
  readonly database: Database;
  readonly snapshots: RunSnapshots;
  readonly changes: ChangeFeed;
  readonly access: Access;
  readonly operations: PersistedOperations;
  readonly playbook: Playbook;
}

/**
 * Answers GraphQL requests.
 * @param isForBrowsers for credentials that stand in pages: persisted documents only, and small bodies
 */
export function makeYoga(
  { database, snapshots, changes, access, operations, playbook }: GraphqlServices,
  isForBrowsers: boolean,
) {
  return createYoga<{ credential: Credential }>({
    schema,
    context: ({ credential, request }) => {
      const language = negotiateLanguage(request.headers.get('accept-language'));
      return new RequestContext(database, snapshots, changes, credential, access, playbook, language);
    },
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    batching: false,
    multipart: false,
    // Answered before a request comes here: which pages may read an answer depends on its key.
    cors: false,
    maxRequestBodySize: isForBrowsers ? LARGEST_BODY : LARGEST_SERVER_BODY,
    maskedErrors: { maskError },
    logging: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      // maskError has logged it, without the values that a query carries.
      error: () => {},
    },
    plugins: [
      useCSRFPrevention({ requestHeaders: ['content-type'] }),
      useDocumentLimits(),
      ...usePersisted(operations, !isForBrowsers),
      maxTokensPlugin({ n: 2000 }),
      maxAliasesPlugin({ n: 30, allowList: [] }),
      maxDirectivesPlugin({ n: 20 }),
      blockFieldSuggestionsPlugin(),
      useDisableIntrospection({
        isDisabled: (_request, context) => (context as { credential?: Credential }).credential?.kind !== 'secret',
      }),
      useGraphQlJit({}, { enableIf: ({ document }) => isCompilable(document) }) as Plugin,
      useUnknownValues(),
      useClientErrors(),
    ],
  });
}
