import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from './respond.js';

/** How long a browser may remember a preflight. */
const PREFLIGHT_SECONDS = 600;

export const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/**
 * Lets the page of an origin read the answer, without credentials of the browser's own. A preflight and a bad token name
 * no key, so both are answered to the pages of any key; what a key answers goes to its own origins only.
 */
export function allowOrigin(response: ServerResponse, origins: ReadonlySet<string>): void {
  const { origin } = response.req.headers;
  if (origin === undefined || !origins.has(origin)) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'retry-after');
}

export const denyOrigin = (response: ServerResponse) => {
  response.removeHeader('access-control-allow-origin');
  response.removeHeader('access-control-expose-headers');
};

/** Answers the question before a request, which `allowOrigin` has seen. */
export function answerPreflight(response: ServerResponse): void {
  if (!response.hasHeader('access-control-allow-origin')) {
    sendError(response, 'ORIGIN_NOT_ALLOWED', 'no key of this shop names this site: add it (tessera keys)');
    return;
  }
  response
    .writeHead(204, {
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': String(PREFLIGHT_SECONDS),
    })
    .end();
}
