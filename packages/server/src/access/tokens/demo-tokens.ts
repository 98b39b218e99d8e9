import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { AGENT_SCOPES } from '../scopes.js';
import { type SigningKey, TOKEN_RULES } from './tokens.js';

/** What a demo page may read: every customer on an agent's page, or one shopper's own public view. */
export type DemoGrant = { readonly view: 'agent' } | { readonly view: 'shopper'; readonly customerId: string };

const LIFETIME = '15m';

const demoKey = (kind: 'agent-signing' | 'customer-signing'): SigningKey => ({
  id: `demo-${kind}`,
  kind,
  title: 'the demo pages',
  scopes: kind === 'agent-signing' ? [...AGENT_SCOPES] : [],
  origins: [],
  algorithm: 'HS256',
  verifier: null,
});

/** Signs the demo pages' tokens: those of any shop, but with keys that live as long as the process. */
export class DemoTokens {
  readonly #agent = { key: demoKey('agent-signing'), secret: randomBytes(32) };
  readonly #shopper = { key: demoKey('customer-signing'), secret: randomBytes(32) };

  constructor(private readonly audience: string) {}

  /** For the reader of tokens, by id. */
  readonly keys = new Map([this.#agent, this.#shopper].map((each) => [each.key.id, each]));

  issue(grant: DemoGrant): Promise<string> {
    const { key, secret } = grant.view === 'agent' ? this.#agent : this.#shopper;
    return new SignJWT(grant.view === 'agent' ? { scope: AGENT_SCOPES.join(' ') } : {})
      .setProtectedHeader({
        alg: 'HS256',
        typ: TOKEN_RULES[grant.view === 'agent' ? 'agent' : 'customer'].typ,
        kid: key.id,
      })
      .setAudience(this.audience)
      .setSubject(grant.view === 'agent' ? 'demo' : grant.customerId)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(secret);
  }
}
