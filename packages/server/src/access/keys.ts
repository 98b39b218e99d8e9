import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Sql } from '../db/database.js';

const KEY_BYTES = 32;
const SHOWN_PREFIX = 11;

/** Keys carry 256 random bits, so one round of SHA-256 is enough to store them by. */
export const hashKey = (key: string) => createHash('sha256').update(key).digest('hex');

/** `sk_` + 32 random bytes + the checksum of both, so that a scanner can tell a leaked key from noise. */
function newSecretKey(): string {
  const random = `sk_${randomBytes(KEY_BYTES).toString('base64url')}`;
  return `${random}${crc32(random).toString(16).padStart(8, '0')}`;
}

/** Makes and stores the shop's first secret key when it has none. @returns its text, to be shown once; else null */
export async function makeFirstKey(sql: Sql): Promise<string | null> {
  const key = newSecretKey();
  const made = await sql`
    insert into api_keys (hash, prefix, title)
    select ${hashKey(key)}, ${key.slice(0, SHOWN_PREFIX)}, 'made at first start'
    where not exists (select from api_keys where not revoked)`;
  return made.count > 0 ? key : null;
}

/** Whether a text is a stored secret key. Looked up by hash: no secret is compared. */
export async function isStoredKey(sql: Sql, key: string): Promise<boolean> {
  const rows = await sql`select from api_keys where hash = ${hashKey(key)} and not revoked`;
  return rows.length > 0;
}
