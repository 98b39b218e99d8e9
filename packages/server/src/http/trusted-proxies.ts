import type { IncomingMessage } from 'node:http';
import proxyAddress from 'proxy-addr';

const SCHEME = /^https?$/;

/**
 * Who asks, and under which origin, where proxies stand between: their word counts only if they are on the list of the
 * settings. A header that anybody can send would move him to another bucket of the limits with each request.
 */
export class TrustedProxies {
  readonly #trusts;

  /**
   * @param addresses addresses, networks (`10.0.0.0/8`) and the names `loopback`, `linklocal`, `uniquelocal`
   * @throws TypeError when one of them is none
   */
  constructor(addresses: readonly string[] = []) {
    this.#trusts = proxyAddress.compile([...addresses]);
  }

  /** The address nearest to us that is no trusted proxy's. */
  addressOf(request: IncomingMessage): string {
    // A request whose connection is gone has no address any more.
    if (request.socket.remoteAddress === undefined) return '';
    return proxyAddress(request, this.#trusts);
  }

  /** The server's own origin as the request names it: `Host` as the proxy passes it on, https where the proxy says so. */
  originOf(request: IncomingMessage): string {
    const scheme = String(request.headers['x-forwarded-proto'] ?? '');
    const isTold = SCHEME.test(scheme) && this.#trusts(request.socket.remoteAddress ?? '', 0);
    return `${isTold ? scheme : 'http'}://${request.headers.host ?? ''}`;
  }
}
