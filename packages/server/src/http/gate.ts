import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access/access.js';
import type { Credential } from '../access/credential.js';
import type { CredentialReader } from '../access/credential-reader.js';
import { callerError } from '../caller-errors.js';
import { codeOf } from '../errors.js';
import { denyOrigin } from './cors.js';
import { sendError } from './respond.js';
import type { TrustedProxies } from './trusted-proxies.js';

/** Answers with an error as a caller may see it. */
export function sendFailure(response: ServerResponse, error: unknown): void {
  const { code, message, headers } = callerError(error);
  sendError(response, code, message, headers);
}

/** Reads who asks; an answer is given where that fails. Bad keys and tokens of one address are limited. */
export class Gate {
  constructor(
    private readonly credentials: CredentialReader,
    private readonly access: Access,
    readonly proxies: TrustedProxies,
  ) {}

  /** @returns null once a bad credential is answered */
  async read(request: IncomingMessage, response: ServerResponse): Promise<Credential | null> {
    const address = this.proxies.addressOf(request);
    try {
      const headers = new Headers(request.headers as Record<string, string>);
      const credential = await this.credentials.read(headers, this.proxies.originOf(request));
      await this.access.limits.takeRequest(credential, address);
      return credential;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ORIGIN_NOT_ALLOWED' || code === 'SECRET_KEY_IN_BROWSER') denyOrigin(response);
      const tooMany =
        code === 'UNAUTHENTICATED'
          ? await this.access.limits.takeFailure(address).then(
              () => null,
              (refused: unknown) => refused,
            )
          : null;
      sendFailure(response, tooMany ?? error);
      return null;
    }
  }
}
