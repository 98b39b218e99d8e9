import { RequestError } from '@tessera/ui/client/request-error.js';
import { type Watcher, watch } from '../data/event-stream.js';
import type { Topic } from '../data/operations.generated.js';
import { ask, drop, type Operations, type Question } from '../data/page-request.js';
import type { TesseraErrorDetail, TesseraLoadDetail } from '../events.js';
import { ConnectedElement, connectionOf } from './connected-element.js';

export type ElementState = 'ready' | SentenceState;
export type SentenceState = 'loading' | 'empty' | 'error' | 'offline' | 'denied';

/** How long a page may take to hand over a token before its absence is an error. */
const TOKEN_PATIENCE_MS = 5_000;

/**
 * An element about one customer: asks, keeps the last good answer, says what state it is in. Survives being moved, drops
 * answers to earlier questions, refreshes itself when the customer's segment changes.
 */
export abstract class CustomerElement<T> extends ConnectedElement {
  static override properties = { ...ConnectedElement.properties, size: {} };
  static readonly topic: Topic;

  declare size: 'compact' | 'inline' | null | undefined;
  /** The last good answer: undefined before the first, null for an unknown customer or nothing to show. */
  protected value: T | null | undefined;
  /** Why the newest question has no answer. Beside a `value`, that value is old. */
  protected error: RequestError | undefined;
  /** Whether something was shown before: only changes are announced, not what loads with a page. */
  protected isLive = false;

  #subject: string | undefined;
  #credential: unknown;
  #token: string | undefined;
  #question: Question | undefined;
  #isWaiting = false;
  #wasAway = false;
  #shownState: ElementState | undefined;
  #unwatch: (() => void) | undefined;
  #tokenTimer: ReturnType<typeof setTimeout> | undefined;

  protected abstract readonly operations: Operations;

  /** The answered customer as this element wants it, null where there is nothing to show; may throw on another shape. */
  protected abstract read(customer: unknown, isForAgent: boolean): T | null;

  /** How many recommendations or actions it shows. */
  protected get wantedCount(): number {
    return 1;
  }

  /** Key of the segment shown. */
  protected get segmentKey(): string | null {
    return null;
  }

  /** Whether there is something for this audience at all. */
  protected get isForAudience(): boolean {
    return true;
  }

  get state(): ElementState {
    const { value, error } = this;
    if (!this.setting('customer')) return 'empty';
    if (value) return 'ready';
    if (this.#question || (value === undefined && !error)) return 'loading';
    if (!error) return 'empty';
    return error.isDenial ? 'denied' : error.code === 'NETWORK' ? 'offline' : 'error';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move is a removal and an insertion at once: wait and see.
    queueMicrotask(() => {
      if (this.isConnected) return;
      clearTimeout(this.#tokenTimer);
      this.#endWatch();
      this.#cancel();
      this.#wasAway = true;
      // Taken out while its question was open: it asks again when it comes back.
      if (this.value === undefined && !this.error) this.#subject = undefined;
    });
  }

  /** Asks the server again; the element stays as it is until the answer is there. */
  refresh(): void {
    if (connectionOf(this) && this.isForAudience && this.setting('customer')) this.#ask();
  }

  protected get mayRetry(): boolean {
    return Boolean(connectionOf(this) && this.error && this.error.code !== 'FORBIDDEN' && !this.#question);
  }

  protected override willUpdate(): void {
    if (!this.isConnected) return;
    const connection = connectionOf(this);
    const customer = this.setting('customer');
    const subject = `${connection?.endpoint}\n${customer}\n${this.setting('segmentation')}\n${this.isForAgent}\n${this.wantedCount}`;
    const credential = connection?.token ?? connection?.tokenProvider;
    const isOther = subject !== this.#subject;
    if (isOther) {
      this.#cancel();
      this.value = this.error = undefined;
    }
    if (isOther || connection?.token !== this.#token) this.#endWatch();
    // A new token answers an open or failed question; what was answered stands. Whoever was away missed what changed.
    const isAnswerable = (credential !== this.#credential && (this.value === undefined || this.error)) || this.#wasAway;
    this.#wasAway = false;
    this.#subject = subject;
    this.#credential = credential;
    this.#token = connection?.token;
    clearTimeout(this.#tokenTimer);
    if (!customer || !this.isForAudience) return;
    if (!connection) {
      if (this.value === undefined && !this.error) this.#tokenTimer = setTimeout(this.#missToken, TOKEN_PATIENCE_MS);
    } else if (isOther || isAnswerable) this.#ask();
    else if (this.value && this.isForAgent && !this.#unwatch) this.#watch(customer);
  }

  /** An answer that comes at once is the first thing shown. */
  protected override get mayRender(): boolean {
    return Boolean(this.#shownState || this.#isWaiting || !this.#question);
  }

  /** Of the element that everything stands in. */
  protected get rootClass(): string {
    return `root ${this.setting('theme') ?? ''} ${this.size ?? ''}`;
  }

  protected override performUpdate(): void {
    const hadFocus = this.root?.activeElement;
    super.performUpdate();
    // The button that was pressed may be gone: keep the reader's place.
    if (hadFocus && !this.root?.activeElement) {
      this.root?.querySelector<HTMLElement>('button,[tabindex]')?.focus();
    }
  }

  protected override updated(): void {
    const { state } = this;
    this.isLive ||= state !== 'loading';
    if (state !== this.#shownState) this.setAttribute('state', state);
    this.#shownState = state;
  }

  #missToken = (): void => this.#settle(null, new RequestError('UNAUTHENTICATED', 'endpoint and token were not set'));

  #ask(): void {
    this.#cancel();
    const isForAgent = this.isForAgent;
    const question: Question = {
      operations: this.operations,
      connection: connectionOf(this)!,
      isForAgent,
      segmentation: this.setting('segmentation') || 'rfm',
      topic: (this.constructor as typeof CustomerElement).topic,
      customer: this.setting('customer')!,
      count: this.wantedCount,
      wait: () => {
        this.#isWaiting = true;
        this.requestUpdate();
      },
      settle: (outcome) => {
        if (question !== this.#question) return;
        this.#question = undefined;
        if (outcome instanceof RequestError) return this.#settle(null, outcome);
        try {
          this.#settle(outcome ? this.read(outcome, isForAgent) : null);
        } catch (error) {
          this.#settle(null, new RequestError('BAD_ANSWER', `${error}`));
        }
      },
    };
    this.#question = question;
    ask(question);
    this.requestUpdate();
  }

  #endWatch(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  #cancel(): void {
    if (this.#question) drop(this.#question);
    this.#question = undefined;
  }

  #settle(value: T | null, error?: RequestError): void {
    this.error = error;
    if (!error) this.value = value;
    // What may no longer be seen is no longer shown.
    else if (error.isDenial) this.value = undefined;
    this.requestUpdate();
    const customer = this.setting('customer') ?? '';
    if (error) {
      this.emit<TesseraErrorDetail>('tessera-error', { customer, code: error.code, message: error.message });
      return;
    }
    this.emit<TesseraLoadDetail>('tessera-load', { customer, segment: this.segmentKey });
  }

  #watch(customer: string): void {
    const element = this;
    const watcher: Watcher = {
      customer,
      get connection() {
        return connectionOf(element);
      },
      refresh: () => this.refresh(),
    };
    this.#unwatch = watch(watcher);
  }

  override noteNetwork(isOnline: boolean): void {
    if (isOnline) {
      if (this.error?.code === 'NETWORK') this.refresh();
    } else if (this.value !== undefined) {
      this.error ??= new RequestError('NETWORK', 'offline');
      this.requestUpdate();
    }
  }
}
