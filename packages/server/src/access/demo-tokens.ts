import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';

/** What a demo page may read: the badge of an agent's page, or the public label that a shopper sees. */
export type DemoView = 'agent' | 'shopper';

const LIFETIME = '15m';
const TYPE = 'demo+jwt';
const AUDIENCE = 'tessera-demo';

/** Signs and checks the short tokens of the demo pages. The key lives as long as the process: a restart ends them all. */
export class DemoTokens {
  readonly #key = randomBytes(32);

  issue(view: DemoView): Promise<string> {
    return new SignJWT({ view })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.#key);
  }

  /** @returns the view of a valid token, null for anything else */
  async verify(token: string): Promise<DemoView | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: ['HS256'],
        typ: TYPE,
        audience: AUDIENCE,
        maxTokenAge: LIFETIME,
      });
      return payload.view === 'agent' || payload.view === 'shopper' ? payload.view : null;
    } catch {
      return null;
    }
  }
}
