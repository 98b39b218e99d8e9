import { createKey, type KeyInput, type MadeKey } from '@tessera/server/access/keys/keys.js';
import { SecretBox } from '@tessera/server/access/secret-box.js';
import type { Sql } from '@tessera/server/db/database.js';
import { SignJWT } from 'jose';
import { SECRETS_KEY } from './server.js';

const office = (sql: Sql) => ({
  sql,
  secrets: new SecretBox({ dataDir: '', secretsKey: SECRETS_KEY }),
  actor: { actor: 'test' },
});

/** Makes a key as the command line does, in another process than the server as far as that can tell. */
export async function makeKey(sql: Sql, input: Partial<KeyInput> & Pick<KeyInput, 'kind'>) {
  const made: MadeKey = await createKey(office(sql), { title: `a ${input.kind} key`, ...input });
  return { id: made.key.id, secret: made.secret ?? '' };
}

export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

interface TokenOptions {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly secondsToLive?: number;
}

/** A token as the shop's backend signs it, or with something else in its header and claims. */
function sign(typ: string, { id, secret }: SigningKey, subject: string, options: TokenOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: 'tessera', sub: subject, iat: now, exp: now + (options.secondsToLive ?? 600) };
  return new SignJWT({ ...claims, ...options.claims })
    .setProtectedHeader({ alg: 'HS256', typ, kid: id, ...options.header })
    .sign(new TextEncoder().encode(secret));
}

export const customerToken = (key: SigningKey, customerId: string, options: TokenOptions = {}) =>
  sign('customer+jwt', key, customerId, options);

export const agentToken = (key: SigningKey, scope: string, options: TokenOptions & { agent?: string } = {}) =>
  sign('agent+jwt', key, options.agent ?? 'agent-7', { ...options, claims: { scope, ...options.claims } });
