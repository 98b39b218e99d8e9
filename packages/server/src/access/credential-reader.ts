import { parseBreadth } from '../breadth-limits.js';
import type { Sql } from '../db/database.js';
import { writeAudit } from '../db/queries/access/audit-log.js';
import { apiError } from '../errors.js';
import { log } from '../log.js';
import { actorOf, type Credential, isForBrowsers, SHOPPER_GRANTS, secretCredential } from './credential.js';
import type { KeyRing, LiveKey } from './keys/key-ring.js';
import { hashKey, isKeyText } from './keys/key-text.js';
import { grantsOf } from './scopes.js';
import type { TokenReader } from './tokens/tokens.js';

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;
const LONGEST_CREDENTIAL = 4096;
const LONGEST_ORIGIN = 200;
/** A page that holds a secret key sends it with every visit: one record a minute of each page says as much. */
const LEAK_RECORDS_APART_MS = 60_000;
const MOST_LEAKS_REMEMBERED = 1000;

/** Checks the `Authorization` header of each request. */
export class CredentialReader {
  readonly #adminKeyHash: string | null;
  /** By key and origin when a leak was recorded last. */
  readonly #leaks = new Map<string, number>();

  constructor(
    private readonly sql: Sql,
    private readonly keys: KeyRing,
    private readonly tokens: TokenReader,
    adminKey: string | undefined,
  ) {
    this.#adminKeyHash = adminKey === undefined ? null : hashKey(adminKey);
  }

  /**
   * @param ownOrigin the server's own origin as the request names it; its own pages may carry any credential
   * @throws ApiError UNAUTHENTICATED, the same for every bad credential; SECRET_KEY_IN_BROWSER; ORIGIN_NOT_ALLOWED
   */
  async read(headers: Headers, ownOrigin: string): Promise<Credential> {
    const text = BEARER.exec(headers.get('authorization') ?? '')?.[1];
    const credential = text === undefined || text.length > LONGEST_CREDENTIAL ? null : await this.#recognise(text);
    if (credential === null) throw unauthenticated();
    const origin = headers.get('origin');
    if (origin === null || origin === ownOrigin || credential.origins.includes(origin)) return credential;
    if (isForBrowsers(credential)) {
      throw apiError(
        'ORIGIN_NOT_ALLOWED',
        'this key or token may not be used on this site: add the site to its origins (tessera keys)',
      );
    }
    await this.#recordLeak(credential, origin.slice(0, LONGEST_ORIGIN));
    throw apiError(
      'SECRET_KEY_IN_BROWSER',
      'a key for servers came from a web page: take it out of the page, revoke it, and give browsers a token instead',
    );
  }

  /** Whether a credential that was good still is, as far as its key goes. */
  async isStillGood({ kind, keyId, subject, issuedAt, expiresAt }: Credential): Promise<boolean> {
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) return false;
    if (keyId === null || this.tokens.isLocal(keyId)) return true;
    const keys = await this.keys.current();
    if (keys.byId(keyId) === null) return false;
    return kind !== 'agent' || subject === null || issuedAt === null || !keys.isAgentRevoked(keyId, subject, issuedAt);
  }

  async #recognise(text: string): Promise<Credential | null> {
    const hash = hashKey(text);
    // Checked without the database, which may be away.
    if (hash === this.#adminKeyHash) return secretCredential(null, 'TESSERA_ADMIN_KEY', null);
    const known = (await this.keys.current()).byHash(hash);
    if (known !== null) return credentialOf(known);
    if (!isKeyText(text)) return this.tokens.verify(text);
    const made = (await this.keys.fresh()).byHash(hash);
    return made === null ? null : credentialOf(made);
  }

  async #recordLeak(credential: Credential, origin: string): Promise<void> {
    const place = `${credential.keyId} ${origin}`;
    const now = performance.now();
    if (now - (this.#leaks.get(place) ?? Number.NEGATIVE_INFINITY) < LEAK_RECORDS_APART_MS) return;
    if (this.#leaks.size >= MOST_LEAKS_REMEMBERED) this.#leaks.clear();
    this.#leaks.set(place, now);
    log.warn({ origin, key: credential.keyId }, 'a secret key came from a web page');
    await writeAudit(this.sql, { ...actorOf(credential), action: 'secret key in browser', details: { origin } });
  }
}

/** A stored key as a credential; null for one that signs: its text is never sent. */
function credentialOf(key: LiveKey): Credential | null {
  const { id: keyId, kind, title, scopes, origins, expiresAt, breadth } = key;
  if (kind === 'secret') return secretCredential(keyId, title, expiresAt);
  if (kind !== 'restricted' && kind !== 'publishable') return null;
  const grants = kind === 'publishable' ? SHOPPER_GRANTS : grantsOf(scopes);
  const own = breadth === null ? {} : { breadth: parseBreadth(breadth) };
  return { kind, keyId, title, subject: null, grants, origins, issuedAt: null, expiresAt, ...own };
}

const unauthenticated = () =>
  apiError('UNAUTHENTICATED', 'this needs a valid key: send the header "Authorization: Bearer KEY"');
