import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;
/** What proxies, tunnels and networks of servers add. A browser that asks this machine sends none of it. */
const FORWARDING_HEADER =
  /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-(client|cluster-client|proxyuser|remote|original|originating)-.*|x-proxy(-.*)?|x-envoy-.*|x-amzn-.*|x-azure-.*|x-appengine-.*|x-arr-.*|x-original.*|cf-.*|cdn-.*|fastly-.*|fly-.*|true-client-ip|client-ip|x-client-ip|tailscale-.*|ngrok-.*|x-nginx-.*|x-vercel-.*|x-nf-.*)$/;

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
