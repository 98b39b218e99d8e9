import { createHash, randomBytes } from 'node:crypto';

export const LINK_LIFETIME_MS = 10 * 60_000;
const CODE = /^[\w-]{43}$/;

const hashOf = (code: string) => createHash('sha256').update(code).digest('hex');

/** A link that opens the desk once, for whoever reads what the server prints. Only its hash is kept. */
export class DeskLink {
  #hash: string | null = null;
  #endsAt = 0;

  constructor(private readonly now: () => number = () => Date.now()) {}

  /** Makes a new code of 32 random bytes; the one before counts no more. */
  make(): string {
    const code = randomBytes(32).toString('base64url');
    this.#hash = hashOf(code);
    this.#endsAt = this.now() + LINK_LIFETIME_MS;
    return code;
  }

  /** Whether a code is good: it is not afterwards. A wrong one ends nothing, so that nobody can use up the link by guesses. */
  redeem(code: unknown): boolean {
    if (typeof code !== 'string' || !CODE.test(code) || this.#hash === null) return false;
    // Looked up by hash, so that no secret is ever compared.
    if (hashOf(code) !== this.#hash || this.now() >= this.#endsAt) return false;
    this.#hash = null;
    return true;
  }
}
