import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { AGENT_SCOPES, type Scope } from './scopes.js';
import { type LocalKey, type SigningKey, TOKEN_RULES } from './tokens/tokens.js';

/** What a page of this server may read: the customers whom a demo page shows, one shopper's own public view, or the shop. */
export type PageGrant =
  | { readonly view: 'agent'; readonly customers: readonly string[] }
  | { readonly view: 'shopper'; readonly customerId: string }
  | { readonly view: 'desk' };

/** What the agent at the desk is called, in the audit log too. */
export const DESK_AGENT = 'desk';

/** The demo finds nobody by his address: whoever is shown is on the page. */
const DEMO_SCOPES: readonly Scope[] = ['badge:read', 'customers:read', 'customers:pii'];

const LIFETIMES: Readonly<Record<PageGrant['view'], string>> = { agent: '15m', shopper: '15m', desk: '8h' };

const localKey = (id: string, kind: SigningKey['kind'], scopes: readonly Scope[], title: string): LocalKey => ({
  key: { id, kind, title, scopes: [...scopes], origins: [], algorithm: 'HS256', verifier: null, breadth: null },
  secret: randomBytes(32),
});

/** Signs the tokens of this server's own pages: those of any shop, but with keys that live as long as the process. */
export class PageTokens {
  /** Whom the demo pages show: its tokens read nobody else. */
  #shown: ReadonlySet<string> = new Set();
  readonly #byView: Readonly<Record<PageGrant['view'], LocalKey>> = {
    agent: {
      ...localKey('demo-agent-signing', 'agent-signing', DEMO_SCOPES, 'the demo pages'),
      customers: () => this.#shown,
    },
    shopper: {
      ...localKey('demo-customer-signing', 'customer-signing', [], 'the demo pages'),
      customers: () => this.#shown,
    },
    desk: localKey('desk-agent-signing', 'agent-signing', AGENT_SCOPES, 'the desk of this machine'),
  };

  constructor(private readonly audience: string) {}

  /** For the reader of tokens, by id. */
  readonly keys: ReadonlyMap<string, LocalKey> = new Map(
    Object.values(this.#byView).map((each) => [each.key.id, each]),
  );

  issue(grant: PageGrant): Promise<string> {
    const { key, secret } = this.#byView[grant.view];
    const isShopper = grant.view === 'shopper';
    if (grant.view === 'agent') this.#shown = new Set(grant.customers);
    else if (isShopper && !this.#shown.has(grant.customerId)) this.#shown = new Set([...this.#shown, grant.customerId]);
    return new SignJWT(isShopper ? {} : { scope: key.scopes.join(' ') })
      .setProtectedHeader({ alg: 'HS256', typ: TOKEN_RULES[isShopper ? 'customer' : 'agent'].typ, kid: key.id })
      .setAudience(this.audience)
      .setSubject(grant.view === 'shopper' ? grant.customerId : grant.view === 'desk' ? DESK_AGENT : 'demo')
      .setIssuedAt()
      .setExpirationTime(LIFETIMES[grant.view])
      .sign(secret);
  }
}
