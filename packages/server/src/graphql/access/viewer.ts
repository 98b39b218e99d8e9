import type { Credential } from '../../access/credential.js';
import { builder } from '../builder.js';
import { ANYBODY } from '../common.js';

const CredentialKind = builder.enumType('CredentialKind', {
  description: 'The five classes of key and token.',
  values: {
    SECRET_KEY: { value: 'secret', description: 'May do everything; on servers only.' },
    RESTRICTED_KEY: { value: 'restricted', description: 'May do what its scopes say; on servers only.' },
    PUBLISHABLE_KEY: { value: 'publishable', description: "Stands in a shop's pages: what an unknown visitor sees." },
    AGENT_TOKEN: { value: 'agent', description: "Signed by the shop's backend for one agent; at most 8 hours." },
    CUSTOMER_TOKEN: {
      value: 'customer',
      description: "Signed by the shop's backend for one customer: his own public view; at most 15 minutes.",
    },
  } as const,
});

const Viewer = builder.objectRef<Credential>('Viewer').implement({
  description: 'Who asks, by his key or token.',
  authScopes: ANYBODY,
  fields: (t) => ({
    kind: t.field({ type: CredentialKind, resolve: ({ kind }) => kind }),
    title: t.exposeString('title', { nullable: true, description: "The key's, or that of the key that signed." }),
    subject: t.exposeString('subject', {
      nullable: true,
      description: 'Of a token: the customer or the agent that it was signed for.',
    }),
    scopes: t.stringList({
      description: 'What was granted; "everything" for the secret key.',
      resolve: ({ kind, grants }) => (kind === 'secret' ? ['everything'] : [...grants].sort()),
    }),
    origins: t.stringList({
      description: "The sites whose pages may carry it, beside the server's own.",
      resolve: ({ origins }) => [...origins],
    }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ expiresAt }) => expiresAt }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({ type: Viewer, authScopes: ANYBODY, resolve: (_root, _args, { credential }) => credential }),
);
