import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { askAboutCustomer, type CustomerDocument } from './batch.js';
import type { Connection } from './client.js';
import { RequestError } from './request-error.js';

export interface CustomerQuery<T> extends CustomerDocument {
  /** The answered customer as this element wants it; may throw on another shape. */
  parse(customer: unknown): T;
}

export interface Question<T> {
  connection: Connection;
  query: CustomerQuery<T>;
  customer: string;
}

/** What one element knows about its customer. Survives being moved, drops answers to earlier questions. */
export class CustomerData<T> implements ReactiveController {
  /** The last good answer: undefined before the first, null for an unknown customer. */
  value: T | null | undefined;
  /** Why the newest question has no answer. Beside a `value`, that value is old. */
  error: RequestError | undefined;

  #host: ReactiveControllerHost & HTMLElement;
  #onSettled: () => void;
  #question: Question<T> | undefined;
  #abort: AbortController | undefined;

  constructor(host: ReactiveControllerHost & HTMLElement, onSettled: () => void) {
    this.#host = host;
    this.#onSettled = onSettled;
    host.addController(this);
  }

  get isLoading(): boolean {
    return this.#abort !== undefined;
  }

  /** Asks, or asks the last question again; the last good answer stays until the new one is there. */
  async ask(question: Question<T> | undefined = this.#question): Promise<void> {
    this.#cancel();
    this.#question = question;
    if (!question) return;
    const { connection, query, customer } = question;
    const abort = new AbortController();
    this.#abort = abort;
    this.#host.requestUpdate();
    let value: T | null = null;
    let failure: unknown;
    try {
      const answer = await askAboutCustomer(connection, query, customer, abort.signal);
      if (answer !== null) value = query.parse(answer);
    } catch (error) {
      failure = error;
    }
    if (!abort.signal.aborted) this.#settle(value, failure);
  }

  /** Fails without asking. */
  fail(error: RequestError): void {
    this.#settle(null, error);
  }

  /** Forgets question and answer. */
  clear(): void {
    this.#cancel();
    this.#question = undefined;
    this.value = undefined;
    this.error = undefined;
  }

  hostConnected(): void {
    addEventListener('online', this.#onConnection);
    addEventListener('offline', this.#onConnection);
    // It was taken out while its question was open.
    if (this.value === undefined && !this.error && !this.isLoading) void this.ask();
  }

  hostDisconnected(): void {
    // A move is a removal and an insertion at once: wait and see.
    queueMicrotask(() => {
      if (this.#host.isConnected) return;
      removeEventListener('online', this.#onConnection);
      removeEventListener('offline', this.#onConnection);
      this.#cancel();
    });
  }

  #cancel(): void {
    this.#abort?.abort();
    this.#abort = undefined;
  }

  #settle(value: T | null, failure: unknown): void {
    this.#abort = undefined;
    this.error = undefined;
    if (!failure) this.value = value;
    else {
      this.error = failure instanceof RequestError ? failure : new RequestError('BAD_ANSWER', `${failure}`);
      // What may no longer be seen is no longer shown.
      if (this.error.isDenial) this.value = undefined;
    }
    this.#host.requestUpdate();
    this.#onSettled();
  }

  #onConnection = (): void => {
    if (navigator.onLine) {
      if (this.error?.code === 'NETWORK') void this.ask();
    } else if (this.value !== undefined) {
      this.error ??= new RequestError('NETWORK', 'offline');
      this.#host.requestUpdate();
    }
  };
}
