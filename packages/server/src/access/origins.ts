const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * An origin as browsers send it: `https://shop.example`, or `http://localhost:3000` on one's own machine.
 * @returns null when the text names none: a pattern, a path, another scheme, http beyond this machine
 */
export function parseOrigin(text: string): string | null {
  const given = text.trim();
  if (!URL.canParse(given)) return null;
  const { origin, protocol, hostname, pathname, search, hash, username, password } = new URL(given);
  const isPlain = pathname === '/' && search === '' && hash === '' && username === '' && password === '';
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return isPlain && isSafe && !hostname.includes('*') ? origin : null;
}
