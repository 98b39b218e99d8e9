import { type FromHost, type FromPage, type Refusal, readFromHost, VERSION } from './protocol.js';

/** How long a host may take to answer with a token. */
const TOKEN_PATIENCE_MS = 15_000;

interface Awaited {
  give(token: string): void;
  fail(reason: Error): void;
}

/**
 * The page's end of the line to its host: the window around it, of the first origin that told it something valid. All
 * other windows and origins are not heard. Before, it says nothing but `ready`, and to whoever says something that cannot be
 * used what is wrong with that.
 */
export class HostLink {
  readonly #host: Window;
  readonly #hear: (message: Exclude<FromHost, { type: 'token' }>) => void;
  readonly #refuse: (refusal: Refusal) => void;
  readonly #awaited = new Map<string, Awaited>();
  #origin: string | undefined;

  constructor(
    host: Window,
    hear: (message: Exclude<FromHost, { type: 'token' }>) => void,
    refuse: (refusal: Refusal) => void,
  ) {
    this.#host = host;
    this.#hear = hear;
    this.#refuse = refuse;
  }

  open(): void {
    addEventListener('message', (event) => this.#receive(event));
    // Nobody has spoken yet, so nobody's origin is known; this holds nothing that is not public.
    this.#host.postMessage({ tessera: VERSION, type: 'ready', versions: [VERSION] } satisfies Sent, '*');
  }

  send(message: FromPage): void {
    if (this.#origin) this.#host.postMessage({ tessera: VERSION, ...message } satisfies Sent, this.#origin);
  }

  /** @throws Error when the host has none or does not answer */
  requestToken(): Promise<string> {
    // Unguessable, so that only who got the question can answer it.
    const id = crypto.randomUUID();
    return new Promise<string>((give, fail) => {
      this.#awaited.set(id, { give, fail });
      setTimeout(() => fail(new Error('the host did not answer with a token')), TOKEN_PATIENCE_MS);
      this.send({ type: 'token-request', id });
    }).finally(() => this.#awaited.delete(id));
  }

  #receive({ data, source, origin }: MessageEvent): void {
    // An opaque origin, as of a sandboxed page, cannot be told from another.
    if (source !== this.#host || origin === 'null' || (this.#origin && origin !== this.#origin)) return;
    const message = readFromHost(data);
    if (!message) return;
    if (message.type === 'error') {
      this.#refuse(message);
      this.#host.postMessage({ tessera: VERSION, ...message } satisfies Sent, origin);
      return;
    }
    if (message.type === 'token') {
      const awaited = this.#awaited.get(message.id);
      if (message.token) awaited?.give(message.token);
      else awaited?.fail(new Error(message.error));
      return;
    }
    this.#origin = origin;
    this.#hear(message);
  }
}

type Sent = { tessera: number } & FromPage;
