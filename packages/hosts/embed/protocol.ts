/*
 * What the embed page and its host say to each other by `postMessage`: objects `{ tessera: 1, type, … }`. README.md beside
 * this file is the contract; a change that an older side would misread is a new version.
 */

export const VERSION = 1;

/** Whom the page is about and how it looks. Nobody where both `customer` and `email` are missing. */
export interface Context {
  type: 'context';
  /** The shop's own id; wins over the address. */
  customer?: string | null;
  email?: string | null;
  theme?: 'light' | 'dark' | null;
  /** BCP 47. */
  locale?: string | null;
}

export type FromHost =
  | Context
  | { type: 'theme'; theme: 'light' | 'dark' | null }
  | { type: 'token'; id: string; token?: string; error?: string };

export type FromPage =
  | { type: 'ready'; versions: number[] }
  /** In CSS pixels. */
  | { type: 'resize'; height: number }
  | { type: 'token-request'; id: string }
  | { type: 'action'; customer: string; action: string }
  | { type: 'select'; customer: string; product: string }
  | { type: 'error'; code: 'UNSUPPORTED_VERSION' | 'BAD_MESSAGE'; message: string };

export type Refusal = Extract<FromPage, { type: 'error' }>;

/** Longer than any the server takes, in characters. */
const LONGEST = { customer: 200, email: 320, locale: 35, token: 4096, id: 64, error: 500 } as const;
const LOCALE = /^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i;

/**
 * Reads what came from a host; field by field, so that nothing else of the object counts.
 * @returns null for what is no message of this protocol: pages hear much that is not for them
 */
export function readFromHost(data: unknown): FromHost | Refusal | null {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'tessera')) return null;
  const message = data as Record<string, unknown>;
  if (message.tessera !== VERSION) {
    const got = typeof message.tessera === 'number' ? message.tessera : typeof message.tessera;
    return refusal('UNSUPPORTED_VERSION', `this page speaks version ${VERSION} of its protocol, got ${got}`);
  }
  switch (message.type) {
    case 'context': {
      const wrong =
        wrongText(message, 'customer') ?? wrongText(message, 'email') ?? wrongLocale(message) ?? wrongTheme(message);
      if (wrong) return wrong;
      const { customer, email, theme, locale } = message as unknown as Context;
      return { type: 'context', customer, email, theme, locale };
    }
    case 'theme':
      return wrongTheme(message) ?? { type: 'theme', theme: (message.theme ?? null) as 'light' | 'dark' | null };
    case 'token': {
      const wrong = wrongText(message, 'id') ?? wrongText(message, 'token') ?? wrongText(message, 'error');
      if (wrong) return wrong;
      const { id, token, error } = message as { id?: string; token?: string; error?: string };
      if (!id || (!token && !error)) return refusal('BAD_MESSAGE', 'token has to have an id and a token or an error');
      return { type: 'token', id, token, error };
    }
    default:
      return refusal('BAD_MESSAGE', 'type has to be context, theme or token');
  }
}

function wrongText(message: Record<string, unknown>, field: keyof typeof LONGEST): Refusal | undefined {
  const value = message[field] ?? '';
  if (typeof value === 'string' && value.length <= LONGEST[field]) return undefined;
  const got = typeof value === 'string' ? `${value.length}` : `a value of type ${typeof value}`;
  return refusal('BAD_MESSAGE', `${field} has to be a text of at most ${LONGEST[field]} characters, got ${got}`);
}

function wrongLocale(message: Record<string, unknown>): Refusal | undefined {
  const wrong = wrongText(message, 'locale');
  if (wrong || !message.locale || LOCALE.test(message.locale as string)) return wrong;
  return refusal('BAD_MESSAGE', 'locale has to be a language tag such as en or pt-BR');
}

function wrongTheme({ theme }: Record<string, unknown>): Refusal | undefined {
  if (theme === undefined || theme === null || theme === 'light' || theme === 'dark') return undefined;
  return refusal('BAD_MESSAGE', 'theme has to be light, dark or null');
}

function refusal(code: Refusal['code'], message: string): Refusal {
  return { type: 'error', code, message };
}
