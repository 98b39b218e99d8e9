import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { KeyKind } from '../../db/tables.js';

const KEY_BYTES = 32;
/** Enough to tell keys apart, far too little to guess the rest from. */
const SHOWN_PREFIX = 11;

const PREFIXES: Readonly<Record<KeyKind, string>> = {
  secret: 'sk_',
  restricted: 'rk_',
  publishable: 'pk_',
  'customer-signing': 'cs_',
  'agent-signing': 'as_',
};

const KEY_TEXT = /^((?:sk|rk|pk)_[\w-]{43})([0-9a-f]{8})$/;

/** Keys carry 256 random bits, so one round of SHA-256 is enough to store them by. */
export const hashKey = (key: string) => createHash('sha256').update(key).digest('hex');

/** The kind's prefix + 32 random bytes + the checksum of both, so that a scanner can tell a leaked key from noise. */
export function newKeyText(kind: KeyKind): string {
  const random = `${PREFIXES[kind]}${randomBytes(KEY_BYTES).toString('base64url')}`;
  return `${random}${crc32(random).toString(16).padStart(8, '0')}`;
}

/** Whether a text can be a key of ours at all: by its form and checksum, without asking the database. */
export function isKeyText(text: string): boolean {
  const [, random = '', checksum = ''] = KEY_TEXT.exec(text) ?? [];
  return random !== '' && crc32(random).toString(16).padStart(8, '0') === checksum;
}

export const shownPrefix = (key: string) => key.slice(0, SHOWN_PREFIX);
