import type { BreadthLimits } from '../breadth-limits.js';
import type { AuditEntry } from '../db/queries/access/audit-log.js';
import { ALL_SCOPES, type Grant, SHOPPER_SCOPE } from './scopes.js';

/** The five classes of whoever asks. */
export const CREDENTIAL_KINDS = ['secret', 'restricted', 'publishable', 'agent', 'customer'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Who asks, and what he was granted. */
export interface Credential {
  readonly kind: CredentialKind;
  /** The stored key, or the one that signed the token; null for TESSERA_ADMIN_KEY. */
  readonly keyId: string | null;
  readonly title: string | null;
  /** Of a token: the customer's own id, or what the shop calls the agent. */
  readonly subject: string | null;
  readonly grants: ReadonlySet<Grant>;
  /** The sites whose pages may carry it, beside the server's own. */
  readonly origins: readonly string[];
  readonly issuedAt: Date | null;
  readonly expiresAt: Date | null;
  /** How many customers it may read by its key; null for any number, undefined for that of its class. */
  readonly breadth?: BreadthLimits | null;
  /** The only customers whom it may read, where it is for a few: that of a demo page. */
  readonly customers?: ReadonlySet<string>;
}

/** What stands in pages, where anybody can take it out: it runs persisted operations only. */
const BROWSER_KINDS: ReadonlySet<CredentialKind> = new Set(['publishable', 'agent', 'customer']);
export const isForBrowsers = ({ kind }: Credential) => BROWSER_KINDS.has(kind);

export const SHOPPER_GRANTS: ReadonlySet<Grant> = new Set([SHOPPER_SCOPE]);

/** TESSERA_ADMIN_KEY, and every stored secret key. */
export const secretCredential = (keyId: string | null, title: string | null, expiresAt: Date | null): Credential => ({
  kind: 'secret',
  keyId,
  title,
  subject: null,
  grants: new Set<Grant>([...ALL_SCOPES, SHOPPER_SCOPE]),
  origins: [],
  issuedAt: null,
  expiresAt,
});

/**
 * Whether a credential may learn that there is a customer: a shopper of himself, a publishable key of nobody, all others
 * with the least of the customers' scopes.
 */
export function maySeeCustomer({ kind, subject, grants, customers }: Credential, customerId: string): boolean {
  if (customers?.has(customerId) === false) return false;
  if (kind === 'customer') return subject === customerId;
  return kind !== 'publishable' && grants.has('badge:read');
}

/** How a credential stands in the audit log. */
export const actorOf = ({ kind, keyId, subject }: Credential): Pick<AuditEntry, 'actor' | 'keyId' | 'subject'> => ({
  actor: kind,
  keyId,
  subject,
});
