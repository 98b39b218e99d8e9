import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { apiError } from '../../errors.js';
import type { Credential, CredentialKind } from '../credential.js';

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
const DEFAULT_RATE = 300;
/** Of one shopper's rate: an agent works through lists, a server for everybody. The secret key is not limited. */
const MULTIPLES: Readonly<Record<CredentialKind, number | null>> = {
  customer: 1,
  publishable: 1,
  agent: 4,
  restricted: 20,
  secret: null,
};
/** Bad keys and tokens of one address; more than any page sends whose token has just expired. */
const FAILURES_A_MINUTE = 600;
/** E-mail addresses that one agent may look up: as fast as a person opens pages, not as fast as a list is tried. */
export const LOOKUPS_A_MINUTE = 60;
export const LOOKUPS_A_DAY = 1000;

/** How often one may ask. Counted in this process; a restart starts anew. */
export class RateLimits {
  readonly #requests = new Map<CredentialKind, RateLimiterMemory>();
  readonly #failures = limiter('failures', FAILURES_A_MINUTE, MINUTE_SECONDS);
  readonly #lookups = [
    limiter('lookups a minute', LOOKUPS_A_MINUTE, MINUTE_SECONDS),
    limiter('lookups a day', LOOKUPS_A_DAY, DAY_SECONDS),
  ];

  /** @param rate requests a minute of one shopper; 0 limits none */
  constructor(private readonly rate: number = DEFAULT_RATE) {
    for (const [kind, multiple] of Object.entries(MULTIPLES) as [CredentialKind, number | null][]) {
      if (multiple !== null) this.#requests.set(kind, limiter(kind, rate * multiple, MINUTE_SECONDS));
    }
  }

  /** @throws RATE_LIMITED. A publishable key is every visitor's, so it is counted by address. */
  async takeRequest(credential: Credential, address: string): Promise<void> {
    const requests = this.#requests.get(credential.kind);
    if (requests === undefined || this.rate === 0) return;
    await take(requests, `${principalOf(credential)}${credential.kind === 'publishable' ? ` ${address}` : ''}`, 1);
  }

  /** @throws RATE_LIMITED */
  takeFailure = (address: string): Promise<void> => take(this.#failures, address, 1);

  /** @throws RATE_LIMITED */
  async takeLookups(credential: Credential, count: number): Promise<void> {
    for (const each of this.#lookups) await take(each, principalOf(credential), count);
  }
}

/** One bucket a person, or a key where it names none. */
export const principalOf = ({ keyId, subject }: Credential) => `${keyId ?? ''} ${subject ?? ''}`;

const limiter = (keyPrefix: string, points: number, duration: number) =>
  new RateLimiterMemory({ keyPrefix, points, duration });

async function take(limiter: RateLimiterMemory, key: string, points: number): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw apiError('RATE_LIMITED', `too many requests: try again in ${seconds} seconds`, {
      'retry-after': String(seconds),
    });
  }
}
