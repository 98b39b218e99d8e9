import type { ServerResponse } from 'node:http';
import { ERROR_STATUS, type ErrorCode, RETRY_LATER } from '../errors.js';

/** On every answer: nothing is sniffed, framed or told to other sites. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/**
 * What a page of ours may do: its own scripts and styles, no inline code, no frames.
 * @param hosts origins whose pages may show it in a frame
 */
export const pagePolicy = (hosts: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${hosts.length === 0 ? "'none'" : hosts.join(' ')}`,
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');

export const PAGE_POLICY = pagePolicy([]);

export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
}

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body), {
    'cache-control': 'no-store',
    ...headers,
  });
}

/** An error in the shape of a GraphQL answer, whatever the route, so that clients read one shape. */
export function sendError(
  response: ServerResponse,
  code: ErrorCode,
  message: string,
  more: Readonly<Record<string, string>> = {},
): void {
  const headers: Partial<Record<ErrorCode, Record<string, string>>> = {
    SERVICE_UNAVAILABLE: RETRY_LATER,
    UNAUTHENTICATED: { 'www-authenticate': 'Bearer' },
    METHOD_NOT_ALLOWED: { allow: response.req.url?.startsWith('/graphql') === true ? 'POST' : 'GET, HEAD' },
  };
  sendJson(
    response,
    ERROR_STATUS[code],
    { errors: [{ message, extensions: { code } }] },
    { ...headers[code], ...more },
  );
}
