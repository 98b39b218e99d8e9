/**
 * Asks a server that knows who is signed in for a token: `{"token": "…"}` to a POST.
 * @param options beyond that: whose cookies go along, what proves that it is the user who asks
 */
export async function fetchToken(tokenUrl: string, options: RequestInit = {}): Promise<string> {
  const response = await fetch(tokenUrl, { method: 'POST', ...options });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return ((await response.json()) as { token: string }).token;
}
