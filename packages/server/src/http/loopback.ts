import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
/**
 * What proxies, tunnels and networks of servers add. A browser that asks this machine sends none of it, and no header that
 * begins with `x-` at all: each proxy has names of its own for what it adds.
 */
const FORWARDING_HEADER =
  /^(x-.*|forwarded|via|proxy-.*|cf-.*|cdn-.*|fastly-.*|fly-.*|akamai-.*|incap-.*|true-client-ip|client-ip|tailscale-.*|ngrok-.*)$/;

/**
 * Whether a browser of this very machine asks, with nothing between: the connection comes from loopback; the name in the
 * address bar is this machine's, which a page elsewhere cannot make it (DNS rebinding); no proxy has passed it on; and no
 * page of another site has sent it. A proxy that speaks HTTP/1.0, as some do to what stands behind them, is none either.
 */
export function isDirectlyLocal({ socket, headers, httpVersion }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') || !LOOPBACK_HOST.test(host)) return false;
  if (httpVersion === '1.0' || Object.keys(headers).some((name) => FORWARDING_HEADER.test(name))) return false;
  return origin === undefined || origin === `http://${host}`;
}
