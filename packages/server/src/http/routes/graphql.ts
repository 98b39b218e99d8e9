import type { IncomingMessage, ServerResponse } from 'node:http';
import { isForBrowsers } from '../../access/credential.js';
import type { CredentialReader } from '../../access/credential-reader.js';
import { type GraphqlServices, makeYoga } from '../../graphql/yoga.js';
import { negotiateLanguage } from '../../language.js';
import { allowOrigin, answerPreflight, isPreflight } from '../cors.js';
import { type Gate, sendFailure } from '../gate.js';
import { OpenRequests } from '../open-requests.js';
import { send, sendError } from '../respond.js';

const JSON_BODY = /^application\/(json|graphql-response\+json)\s*(;|$)/i;

/** Answers `/graphql`. */
export class GraphqlRoute {
  readonly #servers;
  readonly #browsers;
  readonly #open: OpenRequests;

  constructor(
    private readonly services: GraphqlServices,
    credentials: CredentialReader,
    private readonly gate: Gate,
    /** The page that a person gets who opens the address; null where it is closed. */
    private readonly page: string | null,
  ) {
    this.#servers = makeYoga(services, false);
    this.#browsers = makeYoga(services, true);
    this.#open = new OpenRequests((credential) => credentials.isStillGood(credential));
  }

  endStreams = (): void => this.#open.endStreams();

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && this.page !== null && request.headers.accept?.includes('text/html') === true) {
      return send(response, 200, 'text/html; charset=utf-8', this.page, {
        'content-security-policy': "frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
    }
    response.setHeader('vary', 'Origin, Accept-Language');
    response.setHeader('content-language', negotiateLanguage(request.headers['accept-language']));
    const { origin } = request.headers;
    if (origin !== undefined && origin !== this.gate.proxies.originOf(request)) {
      allowOrigin(response, (await this.services.access.keys.current()).origins);
    }
    if (isPreflight(request)) return answerPreflight(response);
    if (request.method !== 'POST') return sendError(response, 'METHOD_NOT_ALLOWED', 'send queries by POST');
    if (!JSON_BODY.test(request.headers['content-type'] ?? '') || request.headers['content-encoding'] !== undefined) {
      return sendError(response, 'UNSUPPORTED_MEDIA_TYPE', 'send queries as application/json, not compressed');
    }
    const credential = await this.gate.read(request, response);
    if (credential === null) return;
    try {
      this.#open.add(credential, response, this.gate.proxies.addressOf(request));
    } catch (error) {
      return sendFailure(response, error);
    }
    // A proxy that waits for more would hold events back.
    response.setHeader('x-accel-buffering', 'no');
    await (isForBrowsers(credential) ? this.#browsers : this.#servers)(request, response, { credential });
  }
}
