import {
  countPossibleMerges,
  POSSIBLE_MERGE_KEYS,
  type PossibleMergeRow,
  readPossibleMerges,
} from '../../db/queries/customers/possible-merges.js';
import { builder } from '../builder.js';
import { CUSTOMERS_LIST, CUSTOMERS_PII } from '../common.js';
import { connectionType, pageArgs, pageComplexity } from '../paging/connection.js';
import { keysetPage } from '../paging/keyset.js';

const PossibleMerge = builder.objectRef<PossibleMergeRow>('PossibleMerge').implement({
  description:
    'Two customers with ids of their own who share an e-mail address. They stay two until an import of merges says that they are one.',
  authScopes: CUSTOMERS_PII,
  fields: (t) => ({
    customerId: t.id({
      description: 'The first of those who share the address, by id.',
      resolve: ({ customerId }) => customerId,
    }),
    otherCustomerId: t.id({ resolve: ({ otherCustomerId }) => otherCustomerId }),
    email: t.exposeString('email', { nullable: true }),
  }),
});

const PossibleMergeConnection = connectionType('PossibleMerge', PossibleMerge);

builder.queryField('possibleMerges', (t) =>
  t.field({
    type: PossibleMergeConnection,
    description: 'Customers who may be one person, by id.',
    authScopes: CUSTOMERS_LIST,
    args: pageArgs(t.arg),
    complexity: pageComplexity,
    resolve: async (_root, args, { database: { drizzle } }) => {
      const list = { name: 'possibleMerges', keys: POSSIBLE_MERGE_KEYS, descending: false };
      const page = await keysetPage(args, list, (query) => readPossibleMerges(drizzle, query));
      return { ...page, totalCount: () => countPossibleMerges(drizzle) };
    },
  }),
);
