import { isIPv4, isIPv6 } from 'node:net';
import { apiError } from '../errors.js';

const MINUTE_MS = 60_000;
const MOST_A_MINUTE = 60;
/** Beyond these, whoever is new in this minute is counted as one. */
const MOST_ADDRESSES = 10_000;
/** What a proxy tells need not be an address. */
const LONGEST_ADDRESS = 45;
const IPV4_IN_IPV6 = /^::ffff:([\d.]+)$/i;

/** The part of an address that one sender has: a whole IPv4, but the first 64 bits of an IPv6 (RFC 6177). */
export function senderOf(address: string): string {
  const bare = address.split('%', 1)[0]!.slice(0, LONGEST_ADDRESS);
  const v4 = IPV4_IN_IPV6.exec(bare)?.[1] ?? bare;
  if (isIPv4(v4) || !isIPv6(bare)) return v4;
  const [head = '', tail] = bare.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted end stands for two groups.
  const length = groups.length + after.length + (bare.includes('.') ? 1 : 0);
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - length }, () => '0');
  return [...groups, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/**
 * Counts what was refused, by sender and minute. Only what is refused anyway is ever limited: whoever sends what is signed
 * is answered, also beside somebody at the same address who does not. Memory holds at most 10,000 addresses.
 */
export class Refusals {
  readonly #counts = new Map<string, number>();
  #endsAt = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** @throws RATE_LIMITED from the 61st within a minute */
  take(address: string): void {
    const now = this.now();
    if (now >= this.#endsAt) {
      this.#counts.clear();
      this.#endsAt = now + MINUTE_MS;
    }
    const sender = senderOf(address);
    const key = this.#counts.has(sender) || this.#counts.size < MOST_ADDRESSES ? sender : 'all others';
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    if (count <= MOST_A_MINUTE) return;
    const seconds = Math.max(1, Math.ceil((this.#endsAt - now) / 1000));
    throw apiError('RATE_LIMITED', `too many refused requests: try again in ${seconds} seconds`, {
      'retry-after': String(seconds),
    });
  }

  /** How many senders are counted just now. */
  get size(): number {
    return this.#counts.size;
  }
}
