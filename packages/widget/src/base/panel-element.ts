import { html, nothing, type TemplateResult } from 'lit/html.js';
import { PAGE } from '../data/operations.generated.js';
import type { Operations } from '../data/page-request.js';
import { CustomerElement } from './customer-element.js';
import { renderSentence } from './sentence.js';
import { stateText } from './state.texts.js';

/** An element with a heading, lines while it loads, and a sentence where there is nothing to show. */
export abstract class PanelElement<T> extends CustomerElement<T> {
  protected readonly operations: Operations = PAGE;

  protected abstract get heading(): string;

  /** What is said when the answer holds nothing. */
  protected abstract get emptySentence(): string;

  protected abstract renderValue(value: T): TemplateResult;

  protected override render(): TemplateResult | typeof nothing {
    const { state, value } = this;
    // A shopper never reads an error of the shop's, nor a box with nothing in it.
    if (!this.isForAudience || (!this.isForAgent && !value)) return nothing;
    const retry = this.mayRetry ? () => this.refresh() : null;
    const sentence =
      value || state === 'loading'
        ? nothing
        : renderSentence(state as 'empty', retry, state === 'empty' ? this.emptySentence : undefined);
    return html`<div
      role="group"
      class="${this.rootClass} panel"
      part="panel"
      tabindex="-1"
      aria-labelledby="heading"
      aria-busy=${state === 'loading'}
    >
      <div class="head">
        <h2 id="heading" part="heading"><slot name="heading">${this.heading}</slot></h2>
        ${
          value && this.error && this.isForAgent
            ? html`<span class="muted"
                ><span part="stale">${stateText('stale')}</span> ${
                  retry
                    ? html`<button type="button" class="chip" part="retry" @click=${retry}>${stateText('retry')}</button>`
                    : nothing
                }</span
              >`
            : nothing
        }
      </div>
      <div class="sentence" role="status" aria-live=${this.isLive ? 'polite' : 'off'}>
        ${state === 'empty' ? html`<slot name="empty">${sentence}</slot>` : sentence}
      </div>
      ${value ? this.renderValue(value) : state === 'loading' ? BARS : nothing}
    </div>`;
  }
}

const BARS = html`<div class="bars" part="skeleton">
  <span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span>
</div>`;
