import { sql } from 'drizzle-orm';
import { boolean, date, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { counter, moment, shopId } from './columns.js';

/** What a key is for: the three that a caller sends, and the two that a shop's backend signs short tokens with. */
export const KEY_KINDS = ['secret', 'restricted', 'publishable', 'customer-signing', 'agent-signing'] as const;

export type KeyKind = (typeof KEY_KINDS)[number];

/** Keys are stored as the SHA-256 of their text; the text is shown once. */
export const apiKeys = pgTable('api_keys', {
  hash: text('hash').primaryKey(),
  /** What people and tokens (`kid`) call it. */
  id: text('id').notNull().unique().default(sql`'key_' || left(replace(gen_random_uuid()::text, '-', ''), 16)`),
  kind: text('kind', { enum: KEY_KINDS }).notNull().default('secret'),
  /** The first characters, so that a person can tell keys apart. */
  prefix: text('prefix').notNull(),
  title: text('title').notNull(),
  /** What a restricted key may do; what an agent's token may be granted at most. */
  scopes: text('scopes').array().notNull().default([]),
  /** The sites whose pages may carry it, or the tokens that it signs. */
  origins: text('origins').array().notNull().default([]),
  /** Of a signing key: the one algorithm that its tokens are checked by. */
  algorithm: text('algorithm', { enum: ['HS256', 'ES256', 'RS256', 'EdDSA'] }),
  /** Of a signing key: the shop's public key, or the secret sealed with a key that is not in the database. */
  verifier: text('verifier'),
  /** How many different customers it, or each of its agents, may read (`parseBreadth`); null for that of its class. */
  breadth: text('breadth'),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at'),
  revoked: boolean('revoked').notNull().default(false),
});

/** Agents whose tokens of one signing key stopped counting: those signed up to that moment. */
export const revokedAgents = pgTable(
  'revoked_agents',
  {
    keyId: text('key_id').notNull(),
    subject: text('subject').notNull(),
    revokedAt: moment('revoked_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.subject] })],
);

/** Who did what that has to be answered for. Ids and counts; never a name, an e-mail address or a secret. */
export const auditLog = pgTable('audit_log', {
  id: counter('id').primaryKey().generatedAlwaysAsIdentity(),
  at: moment('at').notNull().defaultNow(),
  /** The class of the credential, or `command line`. */
  actor: text('actor').notNull(),
  keyId: text('key_id'),
  /** Of a token: the customer or the agent that it was signed for. */
  subject: text('subject'),
  action: text('action').notNull(),
  /** Ids of the keys or customers that it was done to. */
  targets: text('targets').array().notNull().default([]),
  details: jsonb('details').notNull().default({}),
});

/** Whom each agent and each limited key has read today and yesterday, so that a restart does not begin the day anew. */
export const customerReads = pgTable(
  'customer_reads',
  {
    keyId: text('key_id').notNull(),
    /** Of a token: whom it was signed for; `''` for a key. */
    subject: text('subject').notNull(),
    /** In UTC. */
    day: date('day').notNull(),
    customerId: shopId('customer_id').notNull(),
    /** False for a bare badge. */
    isProfile: boolean('is_profile').notNull(),
    readAt: moment('read_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.keyId, table.subject, table.day, table.customerId] })],
);
