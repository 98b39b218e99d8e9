import { type Context, type FromPage, VERSION } from './protocol.js';

export interface EmbedOptions {
  /** Address of the embed page: `https://tessera.example/embed/customer`. */
  page: string;
  /** Asks your own server for an agent's token. */
  token(): Promise<string>;
  /** Whom the card is about; change it later by `show`. */
  context: Omit<Context, 'type'>;
  /** Beyond this many CSS pixels the card scrolls in its frame. */
  largestHeight?: number;
  onAction?(detail: { customer: string; action: string }): void;
  onSelect?(detail: { customer: string; product: string }): void;
}

export interface EmbeddedCard {
  readonly frame: HTMLIFrameElement;
  /** Shows somebody else; theme and language stay unless they are named. */
  show(context: Omit<Context, 'type'>): void;
  setTheme(theme: 'light' | 'dark' | null): void;
  /** Takes the frame out and hears no more. */
  close(): void;
}

/** The host's end of the line: a frame with the embed page that is as high as the card, and gets its tokens from you. */
export function embedCustomerCard(parent: Element, options: EmbedOptions): EmbeddedCard {
  const { origin } = new URL(options.page, location.href);
  const frame = document.createElement('iframe');
  let context = options.context;
  /** Before, the frame holds no page of ours; `ready` is answered with whatever was set by then. */
  let isReady = false;
  const send = (message: object) => frame.contentWindow?.postMessage({ tessera: VERSION, ...message }, origin);
  const show = () => {
    if (isReady) send({ type: 'context', ...context });
  };

  async function answerToken(id: string): Promise<void> {
    try {
      send({ type: 'token', id, token: await options.token() });
    } catch (error) {
      send({ type: 'token', id, error: `${(error as Error).message}`.slice(0, 500) });
    }
  }

  function receive({ data, source, origin: from }: MessageEvent): void {
    if (source !== frame.contentWindow || from !== origin || data?.tessera !== VERSION) return;
    const message = data as FromPage;
    if (message.type === 'ready') {
      isReady = true;
      show();
    } else if (message.type === 'token-request') void answerToken(message.id);
    else if (message.type === 'resize') {
      frame.style.height = `${Math.min(options.largestHeight ?? 900, Math.max(0, message.height || 0))}px`;
    } else if (message.type === 'action') options.onAction?.({ customer: message.customer, action: message.action });
    else if (message.type === 'select') options.onSelect?.({ customer: message.customer, product: message.product });
    else if (message.type === 'error') console.warn(`tessera: ${message.message}`);
  }

  addEventListener('message', receive);
  frame.title = 'Customer';
  frame.style.cssText = 'display: block; inline-size: 100%; border: 0';
  frame.referrerPolicy = 'no-referrer';
  frame.src = options.page;
  parent.append(frame);
  return {
    frame,
    show(next) {
      context = { theme: context.theme, locale: context.locale, ...next };
      show();
    },
    setTheme(theme) {
      context = { ...context, theme };
      if (isReady) send({ type: 'theme', theme });
    },
    close() {
      removeEventListener('message', receive);
      frame.remove();
    },
  };
}
