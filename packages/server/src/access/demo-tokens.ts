import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** What a demo page may read: every customer's badge on an agent's page, or one shopper's own public label. */
export type DemoGrant = { readonly view: 'agent' } | { readonly view: 'shopper'; readonly customerId: string };

const LIFETIME = '15m';
const TYPE = 'demo+jwt';
const AUDIENCE = 'tessera-demo';

/** Signs and checks the short tokens of the demo pages. The key lives as long as the process: a restart ends them all. */
export class DemoTokens {
  readonly #key = randomBytes(32);

  issue(grant: DemoGrant): Promise<string> {
    return new SignJWT({ ...grant })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.#key);
  }

  /** @returns what a valid token grants, null for anything else */
  async verify(token: string): Promise<DemoGrant | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        typ: TYPE,
        audience: AUDIENCE,
        maxTokenAge: LIFETIME,
      });
      const { view, customerId } = payload;
      if (view === 'agent') return { view };
      return view === 'shopper' && typeof customerId === 'string' ? { view, customerId } : null;
    } catch {
      return null;
    }
  }
}
