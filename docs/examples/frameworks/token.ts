/** Asks your own server for a short-lived token; see docs/access.md for how it signs one. */
export async function tokenProvider(): Promise<string> {
  const response = await fetch('/tessera-token', { method: 'POST' });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}

/** Of your Tessera; a server of yours in between will do as well. */
export const endpoint = '/graphql';

/** The shop's own id of the customer that the page is about. */
export const customerOfPage = (): string => new URLSearchParams(location.search).get('customer') ?? '1';
