import type {} from '../src/index.js';

export interface DemoCustomer {
  externalId: string;
  name: string;
  email: string | null;
  country: string | null;
  orders: number;
}

export interface DemoProduct {
  externalId: string;
  name: string;
  brand: string | null;
  category: string | null;
  /** Decimal string in the shop's currency. */
  price: string | null;
}

/** What the server writes into a page. */
export interface PageData {
  shop: { name: string; currency: string };
  endpoint: string;
  /** Short-lived; null while there is nothing to show. */
  token: string | null;
  asOf: string | null;
  customers: DemoCustomer[];
  products: DemoProduct[];
  /** Answers `{"token": "…"}` to a POST; '' where a token lasts as long as the page. */
  tokenUrl: string;
  /** False where the shop's own customers are behind the link to the desk. */
  isDemo: boolean;
  /** Of the desk: takes the code of its link and gives the rest. */
  sessionUrl: string | null;
}

export function readPageData(): PageData {
  const written = document.getElementById('tessera-data')?.textContent;
  const data = (written ? JSON.parse(written) : {}) as Partial<PageData>;
  return {
    shop: data.shop ?? { name: 'Your shop', currency: 'USD' },
    endpoint: data.endpoint ?? '/graphql',
    token: data.token ?? null,
    asOf: data.asOf ?? null,
    customers: data.customers ?? [],
    products: data.products ?? [],
    tokenUrl: data.tokenUrl ?? '',
    isDemo: data.isDemo ?? true,
    sessionUrl: data.sessionUrl ?? null,
  };
}

/** The code behind the `#` of the desk's link, taken out of the address bar at once: it counts a single time. */
function takeCode(): string | null {
  const code = location.hash.slice(1);
  if (code) history.replaceState(null, '', location.pathname);
  return code || null;
}

/** What a page shows: as the server wrote it, or as it answers to the code of the link that opened the desk. */
export async function openPage(): Promise<PageData> {
  const data = readPageData();
  const code = data.sessionUrl ? takeCode() : null;
  if (!data.sessionUrl || !code) return data;
  const response = await fetch(data.sessionUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code }),
  });
  return response.ok ? { ...data, ...((await response.json()) as Partial<PageData>) } : data;
}

/** Gives a provider what its elements need to ask, and a way to a fresh token when the page stays open for long. */
export function connect(provider: HTMLElement, { endpoint, token, tokenUrl }: PageData): void {
  Object.assign(provider, { endpoint, token, ...(tokenUrl && { tokenProvider: tokenProviderFor(tokenUrl) }) });
}

const providers = new Map<string, () => Promise<string>>();

function tokenProviderFor(tokenUrl: string): () => Promise<string> {
  const known = providers.get(tokenUrl);
  if (known) return known;
  const provider = async () => {
    const response = await fetch(tokenUrl, { method: 'POST' });
    if (!response.ok) throw new Error(`no token: status ${response.status}`);
    return ((await response.json()) as { token: string }).token;
  };
  providers.set(tokenUrl, provider);
  return provider;
}

/** The element with this id, which the page's own markup promises. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element #${id}`);
  return element as T;
}

/** A new element with a class and a text. */
export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A country's name in the page's language, for two-letter codes; everything else as it came. */
export function countryName(country: string | null): string {
  if (!country) return 'Unknown';
  if (!/^[A-Z]{2}$/.test(country)) return country;
  return new Intl.DisplayNames(document.documentElement.lang, { type: 'region' }).of(country) ?? country;
}

export function orderCount(orders: number): string {
  const number = new Intl.NumberFormat(document.documentElement.lang).format(orders);
  return `${number} ${orders === 1 ? 'order' : 'orders'}`;
}
