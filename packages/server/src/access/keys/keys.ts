import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { BREADTH_FORM, parseBreadth } from '../../breadth-limits.js';
import type { Sql } from '../../db/database.js';
import {
  type ApiKeyRow,
  endAgent,
  endKey,
  endKeyIn,
  insertFirstKey,
  insertKey,
  lockKey,
  type NewApiKey,
} from '../../db/queries/access/api-keys.js';
import { type AuditEntry, writeAudit } from '../../db/queries/access/audit-log.js';
import { KEY_KINDS, type KeyKind } from '../../db/tables.js';
import { shorten } from '../../errors.js';
import { parseOrigin } from '../origins.js';
import { isScope, SCOPES_OF_KIND } from '../scopes.js';
import type { SecretBox } from '../secret-box.js';
import { hashKey, newKeyText, shownPrefix } from './key-text.js';

const LONGEST_TITLE = 100;
const LONGEST_SUBJECT = 200;
const MOST_ORIGINS = 50;
const LARGEST_PUBLIC_KEY = 4096;
const SHORTEST_RSA_BITS = 2048;
export const DEFAULT_OVERLAP_HOURS = 24;
const LONGEST_OVERLAP_HOURS = 30 * 24;
// Of what a person pastes, control characters would forge lines of a list.
const PRINTABLE = /^\P{C}+$/u;

/** Why a key cannot be made, changed or ended: for whoever asked, with the way out. */
export class KeyRefusal extends Error {
  override readonly name = 'KeyRefusal';
  constructor(
    readonly code: 'KEY_INVALID' | 'KEY_NOT_FOUND',
    message: string,
  ) {
    super(message);
  }
}

export interface KeyInput {
  readonly kind: string;
  readonly title: string;
  readonly scopes?: readonly string[] | null;
  readonly origins?: readonly string[] | null;
  readonly expiresAt?: Date | null;
  /** PEM: the shop signs with its private key, and nothing secret is stored here. Signing keys only. */
  readonly publicKey?: string | null;
  /** How many different customers it, or each of its agents, may read (`parseBreadth`); as its class when left out. */
  readonly breadth?: string | null;
}

export interface MadeKey {
  readonly key: ApiKeyRow;
  /** To be shown once; null where the shop keeps its own private key. */
  readonly secret: string | null;
}

/** Who changes keys, and what it takes. */
export interface KeyOffice {
  readonly sql: Sql;
  readonly secrets: SecretBox;
  readonly actor: Pick<AuditEntry, 'actor' | 'keyId' | 'subject'>;
}

const invalid = (message: string) => new KeyRefusal('KEY_INVALID', message);
const notFound = (id: string) =>
  new KeyRefusal('KEY_NOT_FOUND', `there is no key "${shorten(id)}" that still counts: the list of keys says which do`);

const isSigning = (kind: KeyKind) => kind === 'customer-signing' || kind === 'agent-signing';

/** The algorithm that a public key is for. */
function algorithmOf(publicKey: KeyObject): ApiKeyRow['algorithm'] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === 'ed25519') return 'EdDSA';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ES256';
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= SHORTEST_RSA_BITS) return 'RS256';
  return null;
}

function parsePublicKey(pem: string): { algorithm: NonNullable<ApiKeyRow['algorithm']>; verifier: string } {
  const wanted = 'the public key needs to be PEM ("BEGIN PUBLIC KEY"): Ed25519, P-256, or RSA of 2048 bits or more';
  if (pem.length > LARGEST_PUBLIC_KEY || !pem.includes('-----BEGIN PUBLIC KEY-----') || pem.includes('PRIVATE')) {
    throw invalid(wanted);
  }
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(pem);
  } catch {
    throw invalid(wanted);
  }
  const algorithm = algorithmOf(publicKey);
  if (algorithm === null) throw invalid(wanted);
  return { algorithm, verifier: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** When a key ends; null for never. @throws KeyRefusal for a moment that has passed */
function futureOf(expiresAt: Date | null | undefined): Date | null {
  if (expiresAt == null) return null;
  if (!(expiresAt.getTime() > Date.now())) throw invalid('a key needs to expire in the future');
  return expiresAt;
}

/** @throws KeyRefusal naming the first thing that does not fit */
function checkInput(input: KeyInput) {
  const kind = KEY_KINDS.find((known) => known === input.kind);
  if (kind === undefined) {
    throw invalid(`"${shorten(input.kind)}" is no kind of key: choose one of ${KEY_KINDS.join(', ')}`);
  }
  const title = input.title.trim();
  if (title.length > LONGEST_TITLE || !PRINTABLE.test(title)) {
    throw invalid(`a key needs a title of 1 to ${LONGEST_TITLE} printable characters, such as "storefront"`);
  }
  const scopes = [...new Set(input.scopes ?? [])];
  const allowed = SCOPES_OF_KIND[kind];
  const wrong = scopes.find((scope) => !isScope(scope) || !allowed.includes(scope));
  if (wrong !== undefined) {
    const choice = allowed.length === 0 ? 'takes no scopes' : `takes of ${allowed.join(', ')}`;
    throw invalid(`a ${kind} key ${choice}; got "${shorten(wrong)}"`);
  }
  if (kind === 'restricted' && scopes.length === 0) {
    throw invalid(`a restricted key needs at least one scope of ${allowed.join(', ')}`);
  }
  const given = input.origins ?? [];
  if (given.length > MOST_ORIGINS) throw invalid(`a key takes at most ${MOST_ORIGINS} origins, got ${given.length}`);
  const origins = new Set<string>();
  for (const text of given) {
    const origin = parseOrigin(text);
    if (origin === null) {
      throw invalid(
        `"${shorten(text)}" is not an origin: write https://shop.example, without a path or a pattern (http for localhost only)`,
      );
    }
    origins.add(origin);
  }
  if (origins.size > 0 && (kind === 'secret' || kind === 'restricted')) {
    throw invalid(`a ${kind} key belongs on servers and takes no origins`);
  }
  if (origins.size === 0 && kind === 'publishable') {
    throw invalid('a publishable key needs the origins of the pages that carry it, such as https://shop.example');
  }
  const expiresAt = futureOf(input.expiresAt);
  if (input.publicKey != null && !isSigning(kind)) throw invalid(`a ${kind} key takes no public key`);
  const breadth = input.breadth ?? null;
  if (breadth !== null && kind !== 'restricted' && kind !== 'agent-signing') {
    throw invalid(`a ${kind} key takes no breadth: it reads one customer, or is not limited`);
  }
  if (breadth !== null && parseBreadth(breadth) === undefined) {
    throw invalid(`"${shorten(breadth)}" is no breadth: write ${BREADTH_FORM}`);
  }
  return { kind, title, scopes, origins: [...origins], expiresAt, breadth };
}

type CheckedInput = ReturnType<typeof checkInput>;

/** A key with its text; `publicKey` stands for the text of those that the shop signs with its own. */
async function makeKey(
  { kind, title, scopes, origins, expiresAt, breadth }: CheckedInput,
  publicKey: string | null,
  secrets: SecretBox,
): Promise<{ row: NewApiKey; secret: string | null }> {
  const id = `key_${randomBytes(8).toString('hex')}`;
  const shared = { id, kind, title, scopes, origins, expiresAt, breadth };
  if (publicKey !== null) {
    const { algorithm, verifier } = parsePublicKey(publicKey);
    return { row: { ...shared, hash: hashKey(verifier), prefix: algorithm, algorithm, verifier }, secret: null };
  }
  const secret = newKeyText(kind);
  const signing = isSigning(kind) ? { algorithm: 'HS256' as const, verifier: await secrets.seal(secret, id) } : {};
  return { row: { ...shared, hash: hashKey(secret), prefix: shownPrefix(secret), ...signing }, secret };
}

const asRow = ({ row: { hash: _, ...row }, secret }: Awaited<ReturnType<typeof makeKey>>): MadeKey => ({
  key: {
    algorithm: null,
    verifier: null,
    breadth: null,
    scopes: [],
    origins: [],
    expiresAt: null,
    kind: 'secret',
    ...row,
    createdAt: new Date(),
    revoked: false,
  },
  secret,
});

/** Makes and stores a key. @throws KeyRefusal */
export async function createKey({ sql, secrets, actor }: KeyOffice, input: KeyInput): Promise<MadeKey> {
  const made = await makeKey(checkInput(input), input.publicKey ?? null, secrets);
  await sql.begin(async (transaction) => {
    if (!(await insertKey(transaction, made.row))) {
      throw invalid('this public key is stored already: a key pair belongs to one key');
    }
    const { id, kind = 'secret', scopes = [] } = made.row;
    await writeAudit(transaction, {
      ...actor,
      action: 'key created',
      targets: [id],
      details: { kind, scopes: scopes.join(' ') },
    });
  });
  return asRow(made);
}

/**
 * Makes a key like another, which goes on for the overlap, so that both count while the new one is put in place.
 * @throws KeyRefusal
 */
export async function rotateKey(
  { sql, secrets, actor }: KeyOffice,
  id: string,
  options: {
    readonly overlapHours?: number | null;
    readonly publicKey?: string | null;
    /** Of the new key; the old one's is not taken over. */
    readonly expiresAt?: Date | null;
  } = {},
): Promise<MadeKey> {
  const overlapHours = options.overlapHours ?? DEFAULT_OVERLAP_HOURS;
  if (!(overlapHours >= 0 && overlapHours <= LONGEST_OVERLAP_HOURS)) {
    throw invalid(`the overlap needs to be 0 to ${LONGEST_OVERLAP_HOURS} hours, got ${overlapHours}`);
  }
  return sql.begin(async (transaction) => {
    const old = await lockKey(transaction, id);
    if (old === null) throw notFound(id);
    const isOwnPair = isSigning(old.kind) && old.algorithm !== 'HS256';
    if (isOwnPair !== (options.publicKey != null)) {
      throw invalid(
        isOwnPair
          ? 'this key has a key pair of your own: give the new public key'
          : 'this key has no key pair of your own: rotate it without a public key',
      );
    }
    const made = await makeKey({ ...old, expiresAt: futureOf(options.expiresAt) }, options.publicKey ?? null, secrets);
    if (!(await insertKey(transaction, made.row))) throw invalid('this public key is stored already: make a new pair');
    await endKeyIn(transaction, id, overlapHours * 3600);
    await writeAudit(transaction, {
      ...actor,
      action: 'key rotated',
      targets: [id, made.row.id],
      details: { overlapHours },
    });
    return asRow(made);
  });
}

/**
 * Ends a key now, and with a signing key every token that it signed; or, for one agent, the tokens signed up to now.
 * @throws KeyRefusal
 */
export async function revokeKey({ sql, actor }: KeyOffice, id: string, agent?: string | null): Promise<ApiKeyRow> {
  return sql.begin(async (transaction) => {
    if (agent == null) {
      const ended = await endKey(transaction, id);
      if (ended === null) throw notFound(id);
      await writeAudit(transaction, { ...actor, action: 'key revoked', targets: [id] });
      return ended;
    }
    const key = await lockKey(transaction, id);
    if (key === null) throw notFound(id);
    if (key.kind !== 'agent-signing') throw invalid('only the tokens of an agent-signing key are revoked by agent');
    if (agent === '' || agent.length > LONGEST_SUBJECT) {
      throw invalid(`an agent is named by 1 to ${LONGEST_SUBJECT} characters, as the "sub" of his tokens`);
    }
    await endAgent(transaction, id, agent);
    await writeAudit(transaction, { ...actor, action: 'agent revoked', targets: [id], details: { agent } });
    return key;
  });
}

/** Makes and stores the shop's first secret key when it has none. @returns its text, to be shown once; else null */
export async function makeFirstKey(sql: Sql): Promise<string | null> {
  const secret = newKeyText('secret');
  const id = `key_${randomBytes(8).toString('hex')}`;
  const row = { id, hash: hashKey(secret), prefix: shownPrefix(secret), title: 'made at first start' };
  return (await insertFirstKey(sql, row)) ? secret : null;
}
