import { builder } from '../builder.js';
import { CUSTOMERS_LOOKUP } from '../common.js';
import { Customer } from './customer.js';
import { findByEmails, MOST_EMAILS } from './email-lookup.js';

builder.queryField('customersByEmails', (t) =>
  t.field({
    type: [Customer],
    nullable: { list: false, items: true },
    description: `By their exact addresses, whatever their case; in the order asked, null where unknown; at most ${MOST_EMAILS}. Limited for agents, and on record.`,
    authScopes: CUSTOMERS_LOOKUP,
    args: { emails: t.arg.stringList({ required: true }) },
    complexity: ({ emails }) => ({ field: 1, multiplier: Math.max(1, emails.length) }),
    resolve: async (_root, { emails }, context) => {
      const found = await findByEmails(emails, context);
      const rows = found.map((id) => (typeof id === 'string' ? context.profiles.load(id) : id));
      // An error in the list is the error of its place.
      return Promise.all(rows) as never;
    },
  }),
);
