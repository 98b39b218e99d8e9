import { createHmac } from 'node:crypto';
import { DEFAULT_SCOPES, DEFAULT_TOKEN_MINUTES, type TesseraPluginOptions } from './options';

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A token that lets one administrator's page read cards.
 * @param agent what the audit log and a revocation call him
 * @param now milliseconds since 1970
 */
export function signAgentToken(agent: string, { agentKey, scopes, tokenMinutes }: TesseraPluginOptions, now: number) {
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + (tokenMinutes ?? DEFAULT_TOKEN_MINUTES) * 60;
  const header = { alg: 'HS256', typ: 'agent+jwt', kid: agentKey.id };
  const scope = (scopes ?? DEFAULT_SCOPES).join(' ');
  const claims = { aud: 'tessera', sub: agent, iat: issuedAt, exp: expiresAt, scope };
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', agentKey.secret).update(signed).digest('base64url')}`;
}
