import { createPublicKey, type KeyObject, randomBytes } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { parseBreadth } from '../../breadth-limits.js';
import { log } from '../../log.js';
import { isWhole } from '../../whole-characters.js';
import { type Credential, SHOPPER_GRANTS } from '../credential.js';
import type { KeyRing, Keys, LiveKey } from '../keys/key-ring.js';
import { AGENT_SCOPES, type Grant, grantsOf, isScope } from '../scopes.js';
import type { SecretBox } from '../secret-box.js';

/** What tokens of each class are called, and how long one may last. */
export const TOKEN_RULES = {
  customer: { typ: 'customer+jwt', mostSeconds: 15 * 60 },
  agent: { typ: 'agent+jwt', mostSeconds: 8 * 60 * 60 },
} as const;
export type TokenClass = keyof typeof TOKEN_RULES;

/** Clocks of two machines differ by so much. */
const CLOCK_SKEW_SECONDS = 30;
const LONGEST_SUBJECT = 200;
const KEY_ID = /^key_[0-9a-f]{16}$/;

/** A key that tokens are checked by. */
export type SigningKey = Pick<
  LiveKey,
  'id' | 'kind' | 'title' | 'scopes' | 'origins' | 'algorithm' | 'verifier' | 'breadth'
>;

/** A key of this process only, with its secret. */
export interface LocalKey {
  readonly key: SigningKey;
  readonly secret: Uint8Array;
  /** The only customers whom its tokens may read; undefined for those that the class may. */
  customers?(): ReadonlySet<string>;
}

const classOf = ({ kind }: SigningKey): TokenClass | null =>
  kind === 'customer-signing' ? 'customer' : kind === 'agent-signing' ? 'agent' : null;

/**
 * Checks the short tokens that a shop's backend signs (RFC 7519, the advice of RFC 8725): the key of `kid` decides the
 * class and the one algorithm; `typ`, `aud`, `sub`, `iat` and `exp` have to fit. Whatever is wrong, the answer is null.
 */
export class TokenReader {
  readonly #verifiers = new Map<string, Uint8Array | KeyObject>();
  /** Checks tokens of unknown keys, so that these take as long as badly signed ones. */
  readonly #nobody = randomBytes(32);

  constructor(
    private readonly keys: KeyRing,
    private readonly secrets: SecretBox,
    private readonly audience: string,
    /** By id. */
    private readonly local: ReadonlyMap<string, LocalKey>,
  ) {}

  /** Whether a key lives in this process only, where nobody revokes it. */
  isLocal = (keyId: string) => this.local.has(keyId);

  async verify(token: string): Promise<Credential | null> {
    // Outside of what is caught: without the keys nobody can be told to be wrong.
    const keys = await this.#keysFor(token);
    const kid = keyIdOf(token) ?? '';
    const local = this.local.get(kid);
    const key = local?.key ?? keys.byId(kid);
    const tokenClass = key === null ? null : classOf(key);
    const verifier = key === null || tokenClass === null ? null : (local?.secret ?? (await this.#verifierOf(key)));
    try {
      const { typ, mostSeconds } = TOKEN_RULES[tokenClass ?? 'customer'];
      const { payload } = await jwtVerify(token, verifier ?? this.#nobody, {
        algorithms: [verifier === null ? 'HS256' : (key?.algorithm ?? 'HS256')],
        typ,
        audience: this.audience,
        requiredClaims: ['sub', 'iat', 'exp'],
        clockTolerance: CLOCK_SKEW_SECONDS,
        maxTokenAge: mostSeconds,
      });
      const { sub, iat = 0, exp = 0, scope, origins } = payload;
      if (key === null || tokenClass === null || verifier === null) return null;
      if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT || !isWhole(sub)) return null;
      if (exp - iat > mostSeconds) return null;
      if (scope !== undefined && typeof scope !== 'string') return null;
      if (origins !== undefined && !isListOfTexts(origins)) return null;
      const issuedAt = new Date(iat * 1000);
      if (keys.isAgentRevoked(key.id, sub, issuedAt)) return null;
      return {
        kind: tokenClass,
        keyId: key.id,
        title: key.title,
        subject: sub,
        grants: tokenClass === 'customer' ? SHOPPER_GRANTS : agentGrants(key, scope),
        origins: origins === undefined ? key.origins : key.origins.filter((origin) => origins.includes(origin)),
        issuedAt,
        expiresAt: new Date(exp * 1000),
        ...(key.breadth === null ? {} : { breadth: parseBreadth(key.breadth) }),
        ...(local?.customers === undefined ? {} : { customers: local.customers() }),
      };
    } catch {
      return null;
    }
  }

  /** As they are known; read anew for the token of a key that may have been made a moment ago. */
  async #keysFor(token: string): Promise<Keys> {
    const keys = await this.keys.current();
    const id = keyIdOf(token);
    return id === null || !KEY_ID.test(id) || keys.byId(id) !== null ? keys : this.keys.fresh();
  }

  /** @returns null when its secret was sealed with another key than this server has */
  async #verifierOf({ id, algorithm, verifier }: SigningKey): Promise<Uint8Array | KeyObject | null> {
    if (verifier === null) return null;
    const known = this.#verifiers.get(verifier);
    if (known !== undefined) return known;
    const secret = algorithm === 'HS256' ? await this.secrets.open(verifier, id) : null;
    const opened = algorithm === 'HS256' ? secret && new TextEncoder().encode(secret) : createPublicKey(verifier);
    if (opened) this.#verifiers.set(verifier, opened);
    else {
      const way = 'set the same TESSERA_SECRETS_KEY, use the same data folder, or make a new signing key';
      log.warn({ key: id }, `the secret of a signing key was sealed with a key that this server does not have: ${way}`);
    }
    return opened || null;
  }
}

function keyIdOf(token: string): string | null {
  try {
    const { kid } = decodeProtectedHeader(token);
    return typeof kid === 'string' ? kid : null;
  } catch {
    return null;
  }
}

const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** What a token asks for, as far as its key grants it; the badge always. */
function agentGrants(key: SigningKey, scope: string | undefined): ReadonlySet<Grant> {
  const asked = (scope ?? '').split(' ').filter(isScope);
  return grantsOf(['badge:read', ...asked.filter((each) => key.scopes.includes(each) && AGENT_SCOPES.includes(each))]);
}
