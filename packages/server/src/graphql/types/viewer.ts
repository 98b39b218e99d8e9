import { builder } from '../builder.js';
import { ANY_VIEW } from './common.js';

const Viewer = builder.objectRef<{ kind: string; scopes: string[] }>('Viewer').implement({
  description: 'Who asks, by his key or token.',
  authScopes: ANY_VIEW,
  fields: (t) => ({ kind: t.exposeString('kind'), scopes: t.exposeStringList('scopes') }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    authScopes: ANY_VIEW,
    resolve: (_root, _args, { credential }) =>
      credential.kind === 'secret'
        ? { kind: 'SECRET_KEY', scopes: ['everything'] }
        : { kind: 'DEMO_TOKEN', scopes: [credential.view === 'agent' ? 'badge:agent' : 'badge:shopper'] },
  }),
);
