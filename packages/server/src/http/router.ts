import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gate } from './gate.js';
import { sendError, sendJson, setSecurityHeaders } from './respond.js';
import type { HttpServices, Route } from './route.js';

/** The address that a request asks for; null when it is none. A path of two slashes names no host. */
function addressOf({ url: target = '/' }: IncomingMessage): URL | null {
  const address = target.startsWith('/') ? `http://localhost${target}` : target;
  return URL.canParse(address) ? new URL(address) : null;
}

/** An address that takes nothing but POST; `sendError` knows those that are read. */
function sendOnlyPost(response: ServerResponse): void {
  const error = { message: 'this address only answers POST', extensions: { code: 'METHOD_NOT_ALLOWED' } };
  sendJson(response, 405, { errors: [error] }, { allow: 'POST' });
}

/** Gives a request to the first route that takes it. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: readonly Route[],
  gate: Gate,
  services: HttpServices,
): Promise<void> {
  setSecurityHeaders(response);
  const url = addressOf(request);
  if (url === null) return sendError(response, 'BAD_REQUEST', 'this address cannot be read');
  const [, first = '', second = '', third = ''] = url.pathname.split('/');
  const call = { request, response, url, second, third };
  const route = routes.find((each) => each.first === first && each.takes?.(call, services) !== false);
  if (route?.method === 'POST' && request.method !== 'POST') return sendOnlyPost(response);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if ((route === undefined || route.method === 'GET') && !isRead) {
    return sendError(response, 'METHOD_NOT_ALLOWED', 'this address only answers GET');
  }
  if (route === undefined) return sendError(response, 'NOT_FOUND', 'there is nothing at this address');
  if (route.scope !== undefined) {
    const credential = await gate.read(request, response);
    if (credential === null) return;
    if (!credential.grants.has(route.scope)) {
      return sendError(response, 'FORBIDDEN', `this address needs a key with the scope ${route.scope}`);
    }
  }
  await route.answer(call, services);
}
