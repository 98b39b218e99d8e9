import type { Sql, Transaction } from '../../database.js';
import type { apiKeys } from '../../tables.js';

export type ApiKeyRow = Omit<typeof apiKeys.$inferSelect, 'hash'>;
export type NewApiKey = typeof apiKeys.$inferInsert & { readonly id: string };

const columns = (sql: Sql | Transaction) => sql`
  id, kind, prefix, title, scopes, origins, algorithm, verifier, created_at as "createdAt", expires_at as "expiresAt",
  revoked`;

/** Every key that was ever made, the newest first. */
export const readKeys = (sql: Sql) =>
  sql<ApiKeyRow[]>`select ${columns(sql)} from api_keys order by created_at desc, id`;

export interface LiveKeys {
  readonly keys: readonly (ApiKeyRow & { readonly hash: string })[];
  readonly revokedAgents: readonly { readonly keyId: string; readonly subject: string; readonly revokedAt: Date }[];
}

/** All that decides whether a key or a token counts now. */
export async function readLiveKeys(sql: Sql): Promise<LiveKeys> {
  const [keys, revokedAgents] = await Promise.all([
    sql<LiveKeys['keys'][number][]>`
      select hash, ${columns(sql)} from api_keys where not revoked and (expires_at is null or expires_at > now())`,
    sql<LiveKeys['revokedAgents'][number][]>`
      select key_id as "keyId", subject, revoked_at as "revokedAt" from revoked_agents`,
  ]);
  return { keys, revokedAgents };
}

/** @returns false when the same key is stored already */
export async function insertKey(sql: Sql | Transaction, key: NewApiKey): Promise<boolean> {
  const made = await sql`
    insert into api_keys (hash, id, kind, prefix, title, scopes, origins, algorithm, verifier, expires_at)
    values (${key.hash}, ${key.id}, ${key.kind ?? 'secret'}, ${key.prefix}, ${key.title}, ${key.scopes ?? []},
            ${key.origins ?? []}, ${key.algorithm ?? null}, ${key.verifier ?? null}, ${key.expiresAt ?? null})
    on conflict do nothing`;
  return made.count > 0;
}

/** Stores the shop's first secret key. @returns false when there is one that counts */
export async function insertFirstKey(sql: Sql, key: NewApiKey): Promise<boolean> {
  const made = await sql`
    insert into api_keys (hash, id, prefix, title)
    select ${key.hash}, ${key.id}, ${key.prefix}, ${key.title}
    where not exists (
      select from api_keys where kind = 'secret' and not revoked and (expires_at is null or expires_at > now()))`;
  return made.count > 0;
}

/** Ends a key now. @returns it, null when there is none of that id or it has ended before */
export async function endKey(sql: Sql | Transaction, id: string): Promise<ApiKeyRow | null> {
  const [row] = await sql<ApiKeyRow[]>`
    update api_keys set revoked = true where id = ${id} and not revoked returning ${columns(sql)}`;
  return row ?? null;
}

/** A key that still counts, held until the transaction ends. */
export async function lockKey(transaction: Transaction, id: string): Promise<ApiKeyRow | null> {
  const [row] = await transaction<ApiKeyRow[]>`
    select ${columns(transaction)} from api_keys
    where id = ${id} and not revoked and (expires_at is null or expires_at > now()) for update`;
  return row ?? null;
}

/** Lets a key end after some time, or when it would have ended anyway. */
export const endKeyIn = (transaction: Transaction, id: string, seconds: number) => transaction`
  update api_keys set expires_at = least(expires_at, now() + make_interval(secs => ${seconds})) where id = ${id}`;

/** Ends the tokens that a signing key signed for one agent up to now. */
export const endAgent = (sql: Sql | Transaction, keyId: string, subject: string) => sql`
  insert into revoked_agents (key_id, subject) values (${keyId}, ${subject})
  on conflict (key_id, subject) do update set revoked_at = now()`;
