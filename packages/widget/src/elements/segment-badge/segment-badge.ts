import { formatDay } from '@tessera/ui/format/formats.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { baseStyles } from '../../base/base.styles.js';
import { CustomerElement } from '../../base/customer-element.js';
import { colorStyle, renderSentence } from '../../base/sentence.js';
import { stateText } from '../../base/state.texts.js';
import { SEGMENT_BADGE } from '../../data/operations.generated.js';
import { segmentBadgeStyles } from './segment-badge.styles.js';
import { BADGE_TEXTS, badgeText } from './segment-badge.texts.js';

export interface BadgeCustomer {
  basis: { asOf: string; note: string | null };
  segment: {
    since: string | null;
    segment: { key: string; title: string; color: string; description: string };
    why: { text: string }[];
  };
}

interface ShopperCustomer {
  shopper: { publicLabel: string | null };
}

interface SegmentBadge {
  title: string;
  /** Everything else is the agent's. */
  key?: string;
  color?: string;
  description?: string;
  /** Sentences, the rule that fired first. */
  why?: string[];
  since?: string | null;
  asOf?: string;
  note?: string | null;
}

export interface TesseraToggleDetail {
  open: boolean;
}

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
 * @attr {compact | inline} size - Smaller, or without a box for the middle of a sentence.
 * @attr {ElementState} state - Read only: what is shown.
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
export class TesseraSegmentBadge extends CustomerElement<SegmentBadge> {
  static readonly tag = 'tessera-segment-badge';
  static override readonly topic = 'badges';
  static readonly texts = BADGE_TEXTS;

  static override properties = { ...CustomerElement.properties, isOpen: { isPropertyOnly: true as const } };

  static override styles = [baseStyles, segmentBadgeStyles];

  declare private isOpen: boolean;

  protected readonly operations = SEGMENT_BADGE;

  protected override get segmentKey(): string | null {
    return this.value?.key ?? null;
  }

  protected read(customer: unknown, isForAgent: boolean): SegmentBadge | null {
    if (!isForAgent) {
      const title = (customer as ShopperCustomer).shopper.publicLabel;
      return title ? { title } : null;
    }
    const { basis, segment: membership } = customer as BadgeCustomer;
    const { segment, since, why } = membership;
    return { ...segment, since, why: why.map(({ text }) => text), ...basis };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isOpen = false;
  }

  protected override willUpdate(): void {
    super.willUpdate();
    if (!this.value) this.isOpen = false;
  }

  /** The details are made when they are asked for. The browser then opens them, as the button's target. */
  #onClick(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.performUpdate();
  }

  /** One event a change. The browser joins the `toggle` events of an opening and a closing that follow fast into one. */
  #onBeforeToggle({ newState }: ToggleEvent): void {
    this.emit<TesseraToggleDetail>('tessera-toggle', { open: newState === 'open' });
  }

  #onToggle({ newState }: ToggleEvent): void {
    this.isOpen = newState === 'open';
  }

  protected override render(): TemplateResult | typeof nothing {
    const { state, value, isOpen } = this;
    const style = colorStyle(value?.color);
    const title = value?.title ?? '';
    if (!this.isForAgent) {
      return value
        ? html`<span class=${this.rootClass}><span class="chip colored" part="badge">${renderLabel(title)}</span></span>`
        : nothing;
    }
    const { rootClass } = this;
    const live = this.isLive ? 'polite' : 'off';
    if (!value) {
      return html`<span class=${rootClass} role="status" aria-live=${live}>${
        state === 'loading'
          ? html`<span class="chip" part="badge" tabindex="-1" role="img" aria-label=${stateText('loading')}
              ><span class="skeleton" part="skeleton"></span
            ></span>`
          : renderSentence(state as 'empty', this.mayRetry ? () => this.refresh() : null)
      }</span>`;
    }
    const stale = this.error && stateText('stale');
    const label = badgeText('segmentIs', { title });
    // As few nodes and values as will do: a page may have hundreds.
    return html`<span class=${rootClass} role="status" aria-live=${live}
        ><button
          type="button"
          class=${stale ? 'chip colored stale' : 'chip colored'}
          part="badge"
          popovertarget=${isOpen ? 'details' : nothing}
          aria-expanded=${isOpen ? 'true' : 'false'}
          aria-label=${stale ? `${label} ${stale}` : label}
          .style=${style}
          @click=${this.#onClick}
        ><span class="dot" part="dot"></span><span part="label" .textContent=${title}></span>${
          stale ? html`<span class="muted" part="stale"> ${stale}</span>` : nothing
        }</button></span>${isOpen ? this.#renderDetails(value, style) : nothing}`;
  }

  #renderDetails({ title, description, why, note, since, asOf }: SegmentBadge, style: string): TemplateResult {
    return html`<div
      id="details"
      class=${`${this.rootClass} details`}
      part="details"
      popover
      role="group"
      aria-label=${title}
      @beforetoggle=${this.#onBeforeToggle}
      @toggle=${this.#onToggle}
    >
      <div class="title" .style=${style}>${renderLabel(title)}</div>
      <div class="muted"><bdi>${description}</bdi></div>
      <p class="heading">${badgeText('why')}</p>
      <ul part="reasons">
        ${why?.map((reason) => html`<li><bdi>${reason}</bdi></li>`)}
      </ul>
      ${note ? html`<p><bdi>${note}</bdi></p>` : nothing}
      <p class="muted">${renderDate(badgeText('since'), since)} ${renderDate(badgeText('asOf'), asOf)}</p>
    </div>`;
  }
}

function renderLabel(title: string): TemplateResult {
  return html`<span class="dot" part="dot"></span><span part="label">${title}</span>`;
}

function renderDate(term: string, moment: string | null | undefined): TemplateResult | undefined {
  if (!moment) return undefined;
  return html`<span class="date">${term} <time datetime=${moment}>${formatDay(moment)}</time></span>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-segment-badge': TesseraSegmentBadge;
  }
  interface HTMLElementEventMap {
    'tessera-toggle': CustomEvent<TesseraToggleDetail>;
  }
}
