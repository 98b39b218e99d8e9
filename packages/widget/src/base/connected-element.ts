import type { Connection, TokenProvider } from '@tessera/ui/client/connection.js';
import { type PropertyOptions, TemplateElement } from './template-element.js';

export const PROVIDER_TAG = 'tessera-provider';

/** The connection of an element, null while something is missing. For this script alone: no page reads a token off it. */
export let connectionOf: (element: ConnectedElement) => Connection | null;

/** All elements of ours that are in the page. */
const connected = new Set<ConnectedElement>();
let isListening = false;

/** Renders all elements anew, as after a change of the page's language. */
export function renderAll(): void {
  for (const element of connected) element.requestUpdate();
}

/** One pair of listeners for the page, not one for each element; none before there is an element. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const type of ['online', 'offline']) {
    addEventListener(type, () => {
      for (const element of connected) element.noteNetwork(type === 'online');
    });
  }
}

/** The settings that every element has, its own or those of the `<tessera-provider>` around it. */
export abstract class ConnectedElement extends TemplateElement {
  static override properties = {
    endpoint: {},
    token: { isOwn: true },
    tokenProvider: { isPropertyOnly: true, isOwn: true },
    customer: {},
    segmentation: {},
    audience: {},
    theme: {},
  } satisfies Readonly<Record<string, PropertyOptions>>;

  declare endpoint: string | null | undefined;
  declare customer: string | null | undefined;
  declare segmentation: string | null | undefined;
  declare audience: 'agent' | 'shopper' | null | undefined;
  declare theme: 'light' | 'dark' | null | undefined;

  #token: string | undefined;
  #tokenProvider: TokenProvider | undefined;
  #provider: ConnectedElement | undefined;

  static {
    connectionOf = (element) => element.#connection;
  }

  /** Write-only: reads as an empty string, so that no script takes the token from an element. */
  get token(): string {
    return '';
  }

  set token(token: string | null | undefined) {
    this.#token = token || undefined;
    this.requestUpdate();
  }

  /** Write-only too: whoever has the function has the tokens. */
  get tokenProvider(): TokenProvider | null | undefined {
    return undefined;
  }

  set tokenProvider(provider: TokenProvider | null | undefined) {
    this.#tokenProvider = provider || undefined;
    this.requestUpdate();
  }

  override connectedCallback(): void {
    connected.add(this);
    listen();
    this.#findProvider();
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    connected.delete(this);
  }

  override attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name !== 'token') super.attributeChangedCallback(name, before, value);
    else if (value !== null) {
      this.token = value;
      this.removeAttribute(name);
    }
  }

  /** Tells the elements below that something is other than before. */
  protected tellElementsBelow(): void {
    for (const element of connected) {
      element.#findProvider();
      if (element.#provider === this) element.requestUpdate();
    }
  }

  /** Through shadow boundaries too: an element may stand in a component of the page. */
  #findProvider(): void {
    let found: Element | null = null;
    for (let from: Element | null = this; from && !found; from = hostOf(from)) {
      found = (from === this ? from.parentElement : from)?.closest(PROVIDER_TAG) ?? null;
    }
    // A provider of another copy of the script keeps its token to itself.
    this.#provider = found && #token in found ? found : undefined;
  }

  /** An element's own setting wins over its provider's, and that one's over the next. */
  protected setting<K extends 'endpoint' | 'customer' | 'segmentation' | 'audience' | 'theme'>(
    name: K,
  ): this[K] | undefined {
    return this[name] || (this.#provider as this | undefined)?.setting(name);
  }

  get #connection(): Connection | null {
    const endpoint = this.setting('endpoint');
    let owner: ConnectedElement | undefined = this;
    while (owner && !owner.#token && !owner.#tokenProvider) owner = owner.#provider;
    return endpoint && owner ? { endpoint, token: owner.#token, tokenProvider: owner.#tokenProvider } : null;
  }

  protected get isForAgent(): boolean {
    return (this.setting('audience') ?? 'agent') === 'agent';
  }

  protected emit<T>(name: string, detail: T, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true, composed: true, cancelable }));
  }

  /** The browser found or lost its network. */
  noteNetwork(_isOnline: boolean): void {}
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
