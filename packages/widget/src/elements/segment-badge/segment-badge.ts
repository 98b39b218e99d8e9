import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { TokenProvider } from '../../data/client.js';
import { CustomerData, type CustomerQuery } from '../../data/customer-data.js';
import { RequestError } from '../../data/request-error.js';
import type { TesseraErrorDetail, TesseraLoadDetail, TesseraToggleDetail } from '../../events.js';
import { formatDay } from '../../format/dates.js';
import { TEXTS } from '../../format/texts.js';
import { baseStyles } from '../../styles/base.styles.js';
import { agentQuery, type SegmentBadge, shopperQuery } from './segment-badge.query.js';
import { segmentBadgeStyles } from './segment-badge.styles.js';

export type BadgeState = 'ready' | SentenceState;
type SentenceState = 'loading' | 'empty' | 'error' | 'offline' | 'denied';

/** How long a page may take to hand over a token before its absence is an error. */
const TOKEN_PATIENCE_MS = 5_000;

/**
 * The segment of one customer as a badge, with the reasons on demand.
 *
 * @tag tessera-segment-badge
 *
 * @attr {string} endpoint - Address of the GraphQL endpoint.
 * @attr {string} token - Access token. Read into memory and removed from the element.
 * @attr {string} customer - The shop's own id of the customer.
 * @attr {string} segmentation - Which segmentation to show, `rfm` by default.
 * @attr {agent | shopper} audience - Who looks. Everything but `agent` shows the public label or nothing.
 * @attr {light | dark} theme - Overrides the scheme of the browser.
 * @attr {BadgeState} state - Read only: what is shown.
 *
 * @fires tessera-load - An answer is shown.
 * @fires tessera-error - A question failed; one event a failure.
 * @fires tessera-toggle - The details were opened or closed.
 *
 * @csspart badge - The chip, in every state.
 * @csspart dot - The dot in the segment's colour.
 * @csspart label - The segment's title, or the sentence in its place.
 * @csspart skeleton - The bar shown while loading.
 * @csspart retry - The button that asks again.
 * @csspart stale - The sign of an answer that may be out of date.
 * @csspart details - The box with the reasons.
 * @csspart reasons - The list of reasons.
 *
 * @cssprop --tessera-surface - Ground of chip and details.
 * @cssprop --tessera-text - Text.
 * @cssprop --tessera-muted - Secondary text.
 * @cssprop --tessera-border - Borders that have no segment's colour.
 * @cssprop --tessera-focus - Focus ring.
 * @cssprop --tessera-shadow - Shadow of the details.
 * @cssprop --tessera-radius - Corners of the chip.
 * @cssprop --tessera-font-family - The page's by default.
 * @cssprop --tessera-font-size - 0.8125rem by default; the badge grows with it.
 */
export class TesseraSegmentBadge extends LitElement {
  static override properties = {
    endpoint: {},
    token: { noAccessor: true },
    tokenProvider: { attribute: false },
    customer: {},
    segmentation: {},
    audience: {},
    theme: { reflect: true },
    isOpen: { state: true },
  };

  static override styles = [baseStyles, segmentBadgeStyles];

  declare endpoint: string | null | undefined;
  declare tokenProvider: TokenProvider | undefined;
  declare customer: string | null | undefined;
  declare segmentation: string | null | undefined;
  declare audience: 'agent' | 'shopper' | null | undefined;
  declare theme: 'light' | 'dark' | null | undefined;
  declare private isOpen: boolean;

  #token: string | undefined;
  #tokenTimer: ReturnType<typeof setTimeout> | undefined;
  #isLive = false;
  readonly #data = new CustomerData<SegmentBadge | null>(this, () => this.#emitOutcome());

  constructor() {
    super();
    this.segmentation = 'rfm';
    this.audience = 'agent';
    this.isOpen = false;
  }

  /** Write-only: reads as an empty string, so that nothing on the page can take the token from the element. */
  get token(): string {
    return '';
  }

  set token(token: string | null | undefined) {
    this.#token = token || undefined;
    this.requestUpdate('token', NaN);
  }

  get state(): BadgeState {
    const { value, error, isLoading } = this.#data;
    if (!this.customer) return 'empty';
    if (value) return 'ready';
    if (isLoading || (value === undefined && !error)) return 'loading';
    if (!error) return 'empty';
    return error.isDenial ? 'denied' : error.code === 'NETWORK' ? 'offline' : 'error';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#waitForToken();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#tokenTimer);
    this.isOpen = false;
  }

  override attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name !== 'token') super.attributeChangedCallback(name, before, value);
    else if (value !== null) {
      this.token = value;
      this.removeAttribute(name);
    }
  }

  /** Asks the server again; the badge stays as it is until the answer is there. */
  refresh(): void {
    void this.#data.ask();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const isOther = ['endpoint', 'customer', 'segmentation', 'audience'].some((name) => changed.has(name));
    if (isOther) this.#data.clear();
    // A new token answers an open or failed question; what was answered stands.
    const hasToken = changed.has('token') || changed.has('tokenProvider');
    if (isOther || (hasToken && (this.#data.value === undefined || this.#data.error))) this.#ask();
    if (this.state !== 'ready') this.isOpen = false;
  }

  protected override update(changed: PropertyValues): void {
    const hadFocus = this.shadowRoot?.activeElement;
    super.update(changed);
    // The button that was pressed may be gone: keep the reader's place.
    if (hadFocus && !this.shadowRoot?.activeElement) (this.#find('button') ?? this.#find('[tabindex]'))?.focus();
  }

  protected override updated(): void {
    const { state } = this;
    this.setAttribute('state', state);
    // Speaks of changes only: two hundred badges that load with a page say nothing.
    this.#isLive ||= state !== 'loading';
    const color = this.#data.value?.segment?.color;
    // Not on the root: a style of its own there makes the browser resolve the whole reset for every badge anew.
    for (const element of this.renderRoot.querySelectorAll<HTMLElement>('.colored')) {
      element.style.setProperty('--_color', color && CSS.supports('color', color) ? color : null);
    }
  }

  #find(selector: string): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(selector);
  }

  get #canAsk(): boolean {
    return Boolean(this.endpoint && this.customer && (this.#token || this.tokenProvider));
  }

  get #isForAgent(): boolean {
    return (this.audience ?? 'agent') === 'agent';
  }

  #ask(): void {
    this.#waitForToken();
    if (!this.#canAsk) return;
    const query: CustomerQuery<SegmentBadge | null> = this.#isForAgent
      ? agentQuery(this.segmentation ?? 'rfm')
      : shopperQuery;
    void this.#data.ask({
      connection: { endpoint: this.endpoint!, token: this.#token, tokenProvider: this.tokenProvider },
      query,
      customer: this.customer!,
    });
  }

  #waitForToken(): void {
    clearTimeout(this.#tokenTimer);
    if (!this.customer || this.#canAsk) return;
    this.#tokenTimer = setTimeout(() => {
      this.#data.fail(new RequestError('UNAUTHENTICATED', 'endpoint and token were not set'));
    }, TOKEN_PATIENCE_MS);
  }

  #emitOutcome(): void {
    const customer = this.customer ?? '';
    const { error, value } = this.#data;
    if (error) {
      this.#emit<TesseraErrorDetail>('tessera-error', { customer, code: error.code, message: error.message });
    } else {
      this.#emit<TesseraLoadDetail>('tessera-load', { customer, segment: value?.segment?.key ?? null });
    }
  }

  #emit<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true, composed: true }));
  }

  #onToggle(event: ToggleEvent): void {
    const open = event.newState === 'open';
    // Rendered before it is shown, so that it is placed at its full size.
    if (event.type === 'beforetoggle') this.isOpen = open;
    else this.#emit<TesseraToggleDetail>('tessera-toggle', { open });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { state } = this;
    const badge = this.#data.value;
    if (!this.#isForAgent) {
      return badge
        ? html`<span class="root"><span class="chip colored" part="badge">${renderLabel(badge.title)}</span></span>`
        : nothing;
    }
    const isStale = Boolean(this.#data.error);
    return html`<span class="root">
      <span class="live" role="status" aria-live=${this.#isLive ? 'polite' : 'off'}>
        ${badge ? this.#renderBadge(badge, isStale) : this.#renderSentence(state as SentenceState)}
      </span>
      ${badge ? this.#renderDetails(badge) : nothing}
    </span>`;
  }

  #renderBadge({ title }: SegmentBadge, isStale: boolean): TemplateResult {
    return html`<button
      type="button"
      class="chip colored ${isStale ? 'stale' : ''}"
      part="badge"
      popovertarget="details"
      aria-expanded=${this.isOpen}
      aria-controls="details"
    >
      ${renderLabel(title, TEXTS.segment)} ${isStale ? html`<span class="muted" part="stale">${TEXTS.stale}</span>` : nothing}
    </button>`;
  }

  #renderDetails({ title, segment, why, since, basis }: SegmentBadge): TemplateResult {
    return html`<div
      id="details"
      class="details"
      part="details"
      popover
      role="group"
      aria-label=${title}
      @beforetoggle=${this.#onToggle}
      @toggle=${this.#onToggle}
    >
      ${
        this.isOpen
          ? html`<div class="title colored">${renderLabel(title)}</div>
              <div class="muted">${segment?.description}</div>
              <p class="heading">${TEXTS.why}</p>
              <ul part="reasons">
                ${why?.map((reason) => html`<li>${reason}</li>`)}
              </ul>
              ${basis?.note ? html`<p>${basis.note}</p>` : nothing}
              <p class="muted">${renderDate(TEXTS.since, since)} ${renderDate(TEXTS.asOf, basis?.asOf)}</p>`
          : nothing
      }
    </div>`;
  }

  #renderSentence(state: SentenceState): TemplateResult {
    const isLoading = state === 'loading';
    const mayRetry = this.#canAsk && this.#data.error && this.#data.error.code !== 'FORBIDDEN' && !isLoading;
    return html`<span class="chip muted" part="badge" tabindex="-1">
        ${
          isLoading
            ? html`<span class="skeleton" part="skeleton"></span><span class="hidden">${TEXTS.loading}</span>`
            : html`<span class="label" part="label"><span class="hidden">${TEXTS.segment} </span>${TEXTS[state]}</span>`
        }
      </span>
      ${
        mayRetry
          ? html`<button type="button" class="chip" part="retry" @click=${this.refresh}>${TEXTS.retry}</button>`
          : nothing
      }`;
  }
}

function renderLabel(title: string, context?: string): TemplateResult {
  return html`<span class="dot" part="dot"></span>
    <span class="label" part="label">${context && html`<span class="hidden">${context} </span>`}${title}</span>`;
}

function renderDate(term: string, moment: string | null | undefined): TemplateResult | undefined {
  if (!moment) return undefined;
  return html`<span class="date">${term} <time datetime=${moment}>${formatDay(moment)}</time></span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-segment-badge': TesseraSegmentBadge;
  }
}
