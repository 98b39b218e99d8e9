import type { KeyRing } from './keys/key-ring.js';
import type { RateLimits } from './limits/rate-limits.js';
import type { SecretBox } from './secret-box.js';

/** What resolvers need of the keys and limits of this server. */
export interface Access {
  readonly keys: KeyRing;
  readonly secrets: SecretBox;
  readonly limits: RateLimits;
}
