import type { Sql } from '../db/database.js';
import { apiError } from '../errors.js';
import { log } from '../log.js';
import type { DemoGrant, DemoTokens } from './demo-tokens.js';
import { hashKey, isStoredKey } from './keys.js';

/** Who asks. */
export type Credential = { readonly kind: 'secret' } | ({ readonly kind: 'demo' } & DemoGrant);

const BEARER = /^Bearer +([\x21-\x7e]+)$/i;
const LONGEST_CREDENTIAL = 4096;
const LONGEST_ORIGIN = 200;

/** Whether a credential may see a customer at all: a shopper sees himself. */
export const maySeeCustomer = (credential: Credential, customerId: string) =>
  credential.kind === 'secret' || credential.view === 'agent' || credential.customerId === customerId;

/** Checks the `Authorization` header of each request. */
export class CredentialReader {
  readonly #adminKeyHash: string | null;

  constructor(
    private readonly sql: Sql,
    private readonly demoTokens: DemoTokens | null,
    adminKey: string | undefined,
  ) {
    this.#adminKeyHash = adminKey === undefined ? null : hashKey(adminKey);
  }

  /**
   * @param ownOrigin the server's own origin as the request names it; pages of any other may not carry the secret key
   * @throws GraphQLError UNAUTHENTICATED, the same for every bad credential; SECRET_KEY_IN_BROWSER
   */
  async read(headers: Headers, ownOrigin: string): Promise<Credential> {
    const token = BEARER.exec(headers.get('authorization') ?? '')?.[1];
    if (token === undefined || token.length > LONGEST_CREDENTIAL) throw unauthenticated();
    if (hashKey(token) === this.#adminKeyHash || (await isStoredKey(this.sql, token))) {
      const origin = headers.get('origin');
      if (origin !== null && origin !== ownOrigin) {
        log.warn({ origin: origin.slice(0, LONGEST_ORIGIN) }, 'the secret key came from a web page');
        throw apiError(
          'SECRET_KEY_IN_BROWSER',
          'the secret key came from a web page: take it out of the page, revoke it, and give browsers a token instead',
        );
      }
      return { kind: 'secret' };
    }
    const grant = (await this.demoTokens?.verify(token)) ?? null;
    if (grant === null) throw unauthenticated();
    return { kind: 'demo', ...grant };
  }
}

const unauthenticated = () =>
  apiError('UNAUTHENTICATED', 'this needs a valid key: send the header "Authorization: Bearer KEY"');
