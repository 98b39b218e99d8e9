import { actorOf } from '../../access/credential.js';
import { createKey, KeyRefusal, type MadeKey, revokeKey, rotateKey } from '../../access/keys/keys.js';
import { type ApiKeyRow, readKeys } from '../../db/queries/access/api-keys.js';
import { builder } from '../builder.js';
import { EVERYTHING } from '../common.js';
import type { Context } from '../context.js';
import { UserErrorType } from '../imports/import-mutations.js';

const KeyKind = builder.enumType('KeyKind', {
  values: {
    SECRET: { value: 'secret', description: 'May do everything; on servers only.' },
    RESTRICTED: { value: 'restricted', description: 'May do what its scopes say; on servers only.' },
    PUBLISHABLE: { value: 'publishable', description: 'For the pages of its origins: what an unknown visitor sees.' },
    CUSTOMER_SIGNING: { value: 'customer-signing', description: "Signs customers' tokens; never sent." },
    AGENT_SIGNING: { value: 'agent-signing', description: "Signs agents' tokens, up to its scopes; never sent." },
  } as const,
});

const ApiKey = builder.objectRef<ApiKeyRow>('ApiKey').implement({
  description: 'A key of the shop. Its text is stored as a hash and was shown once.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    id: t.id({ description: 'A signing key\'s tokens name it as their "kid".', resolve: ({ id }) => id }),
    kind: t.field({ type: KeyKind, resolve: ({ kind }) => kind }),
    title: t.exposeString('title'),
    prefix: t.exposeString('prefix', { description: 'The first characters, to tell keys apart.' }),
    scopes: t.exposeStringList('scopes', { description: "What it may do; of an agents' signing key, at most." }),
    origins: t.exposeStringList('origins', { description: 'The sites whose pages may carry it or its tokens.' }),
    algorithm: t.exposeString('algorithm', { nullable: true, description: 'Of a signing key; pinned.' }),
    createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
    expiresAt: t.field({ type: 'DateTime', nullable: true, resolve: ({ expiresAt }) => expiresAt }),
    revoked: t.exposeBoolean('revoked'),
  }),
});

interface Refused {
  readonly message: string;
  readonly code: string;
}

const KeyRefused = builder.objectRef<Refused>('KeyRefused').implement({
  description: 'Nothing was changed. KEY_INVALID: the message says what does not fit; KEY_NOT_FOUND.',
  authScopes: EVERYTHING,
  interfaces: [UserErrorType],
});

const KeyCreated = builder.objectRef<MadeKey>('KeyCreated').implement({
  description: 'The only answer that ever holds the text of a key.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    key: t.field({ type: ApiKey, resolve: ({ key }) => key }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'Shown this once; null where the shop gave its own public key.',
    }),
  }),
});

const KeyRevoked = builder.objectRef<{ key: ApiKeyRow }>('KeyRevoked').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({ key: t.field({ type: ApiKey, resolve: ({ key }) => key }) }),
});

const CreateKeyResult = builder.unionType('CreateKeyResult', {
  types: [KeyCreated, KeyRefused],
  resolveType: (result) => ('key' in result ? KeyCreated : KeyRefused),
});
const RevokeKeyResult = builder.unionType('RevokeKeyResult', {
  types: [KeyRevoked, KeyRefused],
  resolveType: (result) => ('key' in result ? KeyRevoked : KeyRefused),
});

const KeyInput = builder.inputType('KeyInput', {
  fields: (t) => ({
    kind: t.field({ type: KeyKind, required: true }),
    title: t.string({ required: true, description: 'For people: where it is used.' }),
    scopes: t.stringList({ description: "Of a restricted key, or what an agents' signing key may grant at most." }),
    origins: t.stringList({ description: 'Such as https://shop.example; a publishable key needs them.' }),
    expiresAt: t.field({ type: 'DateTime' }),
    publicKey: t.string({
      description:
        'PEM, of a signing key whose private half stays with the shop: Ed25519, P-256, or RSA from 2048 bits.',
    }),
  }),
});

/** Changes keys: what was refused is an answer, and what was changed counts at once. */
async function change<T>(context: Context, work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeyRefusal)) throw error;
    return { message: error.message, code: error.code };
  } finally {
    context.access.keys.forget();
  }
}

const officeOf = ({ database, access, credential }: Context) => ({
  sql: database.sql,
  secrets: access.secrets,
  actor: actorOf(credential),
});

builder.queryField('keys', (t) =>
  t.field({
    type: [ApiKey],
    description: 'All that were ever made, the newest first.',
    authScopes: EVERYTHING,
    resolve: (_root, _args, { database }) => readKeys(database.reader),
  }),
);

builder.mutationFields((t) => ({
  createKey: t.field({
    type: CreateKeyResult,
    description: 'The secret is shown once.',
    authScopes: EVERYTHING,
    args: { input: t.arg({ type: KeyInput, required: true }) },
    resolve: (_root, { input }, context) => change(context, () => createKey(officeOf(context), input)),
  }),
  rotateKey: t.field({
    type: CreateKeyResult,
    description: 'A new key like the old one, which goes on counting for the overlap.',
    authScopes: EVERYTHING,
    args: {
      id: t.arg.id({ required: true }),
      overlapHours: t.arg.float({ defaultValue: 24, required: true, description: '0 to 720.' }),
      expiresAt: t.arg({ type: 'DateTime', description: 'When the new key ends; never when left out.' }),
      publicKey: t.arg.string({ description: 'Where the old key has a pair of your own.' }),
    },
    resolve: (_root, { id, ...options }, context) =>
      change(context, () => rotateKey(officeOf(context), String(id), options)),
  }),
  revokeKey: t.field({
    type: RevokeKeyResult,
    description: 'Ends a key, and every token that it signed; with "agent", only the tokens of that agent up to now.',
    authScopes: EVERYTHING,
    args: { id: t.arg.id({ required: true }), agent: t.arg.string() },
    resolve: (_root, { id, agent }, context) =>
      change(context, async () => ({ key: await revokeKey(officeOf(context), String(id), agent) })),
  }),
}));
