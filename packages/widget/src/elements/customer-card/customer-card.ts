import { formatCount, formatDay, formatDaysAgo, formatMoney, formatShare } from '@tessera/ui/format/formats.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { baseStyles } from '../../base/base.styles.js';
import { listOf } from '../../base/list-of.js';
import { joinTexts, ownDirection } from '../../base/own-direction.js';
import { panelStyles } from '../../base/panel.styles.js';
import { PanelElement } from '../../base/panel-element.js';
import { colorStyle } from '../../base/sentence.js';
import type { TesseraActionDetail, TesseraSelectDetail } from '../../events.js';
import { renderActions } from '../next-actions/actions.js';
import { actionsText } from '../next-actions/next-actions.texts.js';
import { renderProducts } from '../recommendations/products.js';
import { productStyles } from '../recommendations/recommendations.styles.js';
import { recommendationsText } from '../recommendations/recommendations.texts.js';
import type { CardChange, CardCustomer, CardOrder } from './customer-card.data.js';
import { customerCardStyles } from './customer-card.styles.js';
import { CARD_TEXTS, cardText } from './customer-card.texts.js';

/** As many moves as one looks back over; the API has them all. */
const HISTORY_LENGTH = 6;
/** The strongest reasons of a prediction; the others are one click away. */
const FIRST_REASONS = 5;

/**
 * One customer at a glance: who, value and why, segments with their history, last orders, recommendations, next actions.
 * A shopper never sees it: it asks nothing then.
 *
 * @tag tessera-customer-card
 *
 * @attr {string} endpoint - Address of the GraphQL endpoint.
 * @attr {string} token - Access token. Read into memory and removed from the element.
 * @attr {string} customer - The shop's own id of the customer.
 * @attr {string} segmentation - Which segmentation leads, `rfm` by default.
 * @attr {agent | shopper} audience - Who looks. Everything but `agent` shows nothing.
 * @attr {light | dark} theme - Overrides the scheme of the browser.
 * @attr {compact | inline} size - Without the sections, or one line.
 * @attr {ElementState} state - Read only: what is shown.
 *
 * @slot heading - In the place of the word "Customer".
 * @slot empty - In the place of the sentence for an unknown customer.
 * @slot footer - Below everything.
 *
 * @fires tessera-load - An answer is shown.
 * @fires tessera-error - A question failed; one event a failure.
 * @fires tessera-select - A recommended product was chosen.
 * @fires tessera-action - An action was started.
 *
 * @csspart panel - The box.
 * @csspart heading - The heading.
 * @csspart who - Name, e-mail, segment.
 * @csspart badge - The segment's chip.
 * @csspart stats - The figures.
 * @csspart section - One section.
 * @csspart more - What opens the weaker reasons.
 * @csspart skeleton - The bars shown while loading.
 * @csspart label - The sentence where there is nothing to show.
 * @csspart retry - The button that asks again.
 * @csspart stale - The sign of an answer that may be out of date.
 */
export class TesseraCustomerCard extends PanelElement<CardCustomer> {
  static readonly tag = 'tessera-customer-card';
  static override readonly topic = 'cards';
  static readonly texts = CARD_TEXTS;

  static override styles = [baseStyles, panelStyles, productStyles, customerCardStyles];

  protected override get wantedCount(): number {
    return 3;
  }

  protected override get isForAudience(): boolean {
    return this.isForAgent;
  }

  protected override get segmentKey(): string | null {
    return this.value?.segment.segment.key ?? null;
  }

  protected get heading(): string {
    return cardText('customer');
  }

  protected get emptySentence(): string {
    return cardText('unknownCustomer');
  }

  protected read(customer: unknown): CardCustomer {
    const card = customer as CardCustomer;
    // A card of another shape is an error now, not when it is drawn.
    void [card.metrics.netRevenue.amount, card.clv.basis.status, card.segment.why.map(({ text }) => text)];
    listOf(card.clv.why, ({ text }) => text);
    listOf(card.segments, ({ segment }) => segment.segmentation.title);
    listOf(card.segmentHistory, ({ at }) => at);
    listOf(card.orders.nodes, ({ amount }) => amount.amount);
    listOf(card.nextActions, ({ action }) => action.key);
    listOf(card.recommendations, ({ product }) => product.externalId);
    return card;
  }

  protected renderValue(card: CardCustomer): TemplateResult {
    return html`${renderWho(card)} ${renderStats(card.metrics)}
      <div class="sections">
        ${renderValueOf(card)} ${renderSegments(card)} ${renderOrders(card.orders.nodes)}
        ${
          card.nextActions.length
            ? renderSection(
                actionsText('nextActions'),
                renderActions(card.nextActions.slice(0, 3), (action) =>
                  this.emit<TesseraActionDetail>('tessera-action', { customer: card.externalId, action }),
                ),
              )
            : nothing
        }
        ${
          card.recommendations.length
            ? renderSection(
                recommendationsText('recommendations'),
                renderProducts(card.recommendations.slice(0, 3), (product) =>
                  this.emit<TesseraSelectDetail>('tessera-select', { customer: card.externalId, product }),
                ),
              )
            : nothing
        }
      </div>
      <slot name="footer"></slot>`;
  }
}

function renderSection(title: string, content: unknown): TemplateResult {
  return html`<section part="section">
    <h3>${title}</h3>
    ${content}
  </section>`;
}

function renderWho({ firstName, lastName, email, country, externalId, registeredAt, segment }: CardCustomer) {
  // Without the right to read names there is the shop's own id.
  const name = [firstName, lastName].filter(Boolean).join(' ') || externalId;
  const initials = [firstName, lastName].map((part) => [...(part ?? '')][0] ?? '').join('') || '#';
  const { title, color } = segment.segment;
  const since = registeredAt && cardText('customerSince', { day: formatDay(registeredAt) });
  return html`<div class="who" part="who" .style=${colorStyle(color)}>
    <span class="avatar" aria-hidden="true">${initials}</span>
    <div class="body">
      <div class="name"><strong>${name}</strong></div>
      <div class="muted extra">${joinTexts([email, country, since])}</div>
    </div>
    <span class="chip colored" part="badge"><span class="dot"></span><span>${title}</span></span>
  </div>`;
}

function renderStats({ orders, netRevenue, averageOrderValue, recencyDays, returnRate }: CardCustomer['metrics']) {
  const stats: [term: keyof typeof CARD_TEXTS, value: string | null | undefined | false][] = [
    ['netRevenue', formatMoney(netRevenue)],
    ['orders', formatCount(orders)],
    ['averageOrder', averageOrderValue && formatMoney(averageOrderValue)],
    ['lastOrder', recencyDays !== null && formatDaysAgo(recencyDays)],
    ['returned', returnRate !== null && formatShare(returnRate)],
  ];
  return html`<dl class="stats" part="stats">
    ${stats.map(
      ([term, value]) =>
        html`<div>
          <dt class="muted">${cardText(term)}</dt>
          <dd>${value || '–'}</dd>
        </div>`,
    )}
  </dl>`;
}

function renderValueOf({ clv: { predicted90d, interval, percentile, why, basis } }: CardCustomer) {
  const money = (amount: number) => formatMoney({ amount: `${amount}`, currency: predicted90d!.currency });
  // Whole percent that are surely below: the best of all is above 99 %, never above 100.
  const above = Math.min(0.99, Math.floor((percentile ?? 0) * 100) / 100);
  return renderSection(
    cardText('expected90d'),
    html`<div class="big">${predicted90d ? formatMoney(predicted90d) : '–'}</div>
      ${
        predicted90d && interval
          ? html`<div class="muted">
              ${cardText('between', { level: formatShare(interval.level), low: money(interval.low), high: money(interval.high) })}
            </div>`
          : nothing
      }
      ${above < 0.01 ? nothing : html`<div class="muted">${cardText('aboveShare', { share: formatShare(above) })}</div>`}
      ${basis.note ? html`<div class="muted">${ownDirection(basis.note)}</div>` : nothing} ${renderReasons(why)}`,
  );
}

function renderReasons(reasons: { text: string }[]): TemplateResult {
  const list = (some: { text: string }[]) =>
    html`<ul class="list">
      ${some.map(({ text }) => html`<li>${ownDirection(text)}</li>`)}
    </ul>`;
  const others = reasons.slice(FIRST_REASONS);
  return html`${list(reasons.slice(0, FIRST_REASONS))}
  ${
    others.length
      ? html`<details>
          <summary class="muted" part="more">${cardText('moreReasons', { count: formatCount(others.length) })}</summary>
          ${list(others)}
        </details>`
      : nothing
  }`;
}

function renderSegments({ segments, segment, segmentHistory }: CardCustomer) {
  const moves = segmentHistory.slice(0, HISTORY_LENGTH);
  return renderSection(
    cardText('segments'),
    html`<dl class="list">
        ${segments.map(
          ({ segment: { title, color, segmentation } }) =>
            html`<div class="row">
              <dt class="muted">${segmentation.title}</dt>
              <dd>
                <span class="chip colored" .style=${colorStyle(color)}><span class="dot"></span><span>${title}</span></span>
              </dd>
            </div>`,
        )}
      </dl>
      ${renderReasons(segment.why)}
      ${
        moves.length
          ? html`<h3 class="list">${cardText('history')}</h3>
              <ul class="list">
                ${moves.map((change) => renderChange(change))}
              </ul>`
          : nothing
      }`,
  );
}

function renderChange({ at, from, to, cause, segmentation }: CardChange) {
  const move = { from: from?.title ?? '', to: to?.title ?? cardText('gone') };
  return html`<li class="row">
    <span>${cardText(from ? 'moved' : 'becameFirst', move)}<span class="muted"> ${cardText(cause as 'TIME')}</span></span>
    <span class="muted"><bdi>${segmentation}</bdi> · <time datetime=${at}><bdi>${formatDay(at)}</bdi></time></span>
  </li>`;
}

function renderOrders(orders: CardOrder[]) {
  return renderSection(
    cardText('lastOrders'),
    orders.length
      ? html`<ul class="list">
          ${orders.map(
            ({ externalId, placedAt, status, amount }) =>
              html`<li class="row">
                <span
                  ><time datetime=${placedAt}><bdi>${formatDay(placedAt)}</bdi></time>
                  <span class="muted"> · ${joinTexts([externalId, cardText(status as 'PLACED')])}</span></span
                >
                <span>${formatMoney(amount)}</span>
              </li>`,
          )}
        </ul>`
      : html`<p class="muted">${cardText('noOrders')}</p>`,
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-customer-card': TesseraCustomerCard;
  }
}
