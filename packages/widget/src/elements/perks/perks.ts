import { html, type TemplateResult } from 'lit/html.js';
import { baseStyles } from '../../base/base.styles.js';
import { listOf } from '../../base/list-of.js';
import { ownDirection } from '../../base/own-direction.js';
import { panelStyles } from '../../base/panel.styles.js';
import { PanelElement } from '../../base/panel-element.js';
import { css } from '../../base/template-element.js';
import { PERKS_TEXTS, perksText } from './perks.texts.js';

/**
 * What the shop does for one customer, in the words of its playbook that are meant for the shopper: on his account page, and
 * beside a conversation, where an agent may speak of it.
 *
 * @tag tessera-perks
 *
 * @attr {string} endpoint - Address of the GraphQL endpoint.
 * @attr {string} token - Access token. Read into memory and removed from the element.
 * @attr {string} customer - The shop's own id of the customer.
 * @attr {agent | shopper} audience - Who looks; both read the same list.
 * @attr {light | dark} theme - Overrides the scheme of the browser.
 * @attr {compact | inline} size - Smaller, or in one row without a box.
 * @attr {ElementState} state - Read only: what is shown.
 *
 * @slot heading - In the place of the heading.
 * @slot empty - In the place of the sentence where there is none.
 *
 * @fires tessera-load - An answer is shown.
 * @fires tessera-error - A question failed; one event a failure.
 *
 * @csspart panel - The box.
 * @csspart heading - The heading.
 * @csspart perks - The list.
 * @csspart perk - One of them.
 * @csspart skeleton - The bars shown while loading.
 * @csspart label - The sentence where there is nothing to show.
 * @csspart retry - The button that asks again.
 * @csspart stale - The sign of an answer that may be out of date.
 */
export class TesseraPerks extends PanelElement<string[]> {
  static readonly tag = 'tessera-perks';
  static override readonly topic = 'perks';
  static readonly texts = PERKS_TEXTS;

  static override styles = [
    baseStyles,
    panelStyles,
    css`
      .items {
        gap: 0.375em;
      }

      /* A tick: not every font has one. */
      .item::before {
        content: "";
        flex: none;
        inline-size: 0.25em;
        block-size: 0.6em;
        margin: 0.25em 0.2em;
        border: solid var(--_muted);
        border-width: 0 2px 2px 0;
        rotate: 45deg;
      }

      .inline .item {
        gap: 0.375em;
      }
    `,
  ];

  protected get heading(): string {
    return perksText(this.isForAgent ? 'perks' : 'yourPerks');
  }

  protected get emptySentence(): string {
    return perksText('noPerks');
  }

  protected read(customer: unknown): string[] | null {
    return listOf((customer as { shopper: { perks: string[] } }).shopper.perks, (perk) => perk);
  }

  protected renderValue(value: string[]): TemplateResult {
    return html`<ul class="items" part="perks">
      ${value.map((perk) => html`<li class="item" part="perk">${ownDirection(perk)}</li>`)}
    </ul>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-perks': TesseraPerks;
  }
}
