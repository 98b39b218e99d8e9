import type { TemplateResult } from 'lit/html.js';
import { baseStyles } from '../../base/base.styles.js';
import { CustomerElement } from '../../base/customer-element.js';
import { listOf } from '../../base/list-of.js';
import { panelStyles } from '../../base/panel.styles.js';
import { PanelElement } from '../../base/panel-element.js';
import { css } from '../../base/template-element.js';
import { wantedCount } from '../../base/wanted-count.js';
import type { TesseraActionDetail } from '../../events.js';
import { type ActionRecommendation, renderActions } from './actions.js';
import { ACTIONS_TEXTS, actionsText } from './next-actions.texts.js';

/**
 * What an agent does best for one customer, from the shop's playbook. A shopper never sees it: it asks nothing then.
 *
 * @tag tessera-next-actions
 *
 * @attr {string} endpoint - Address of the GraphQL endpoint.
 * @attr {string} token - Access token. Read into memory and removed from the element.
 * @attr {string} customer - The shop's own id of the customer.
 * @attr {agent | shopper} audience - Who looks. Everything but `agent` shows nothing.
 * @attr {number} count - How many actions, 1 to 20; 3 by default.
 * @attr {light | dark} theme - Overrides the scheme of the browser.
 * @attr {compact | inline} size - Titles without reasons and figures, below each other or in one row.
 * @attr {ElementState} state - Read only: what is shown.
 *
 * @slot heading - In the place of the heading.
 * @slot empty - In the place of the sentence where there is nothing to do.
 *
 * @fires tessera-load - An answer is shown.
 * @fires tessera-error - A question failed; one event a failure.
 * @fires tessera-action - An action was started; the page decides what follows.
 *
 * @csspart panel - The box.
 * @csspart heading - The heading.
 * @csspart actions - The list.
 * @csspart action - One action.
 * @csspart title - What to do.
 * @csspart reason - Why.
 * @csspart facts - Expected value, largest incentive, measure.
 * @csspart start - The button that starts it.
 * @csspart skeleton - The bars shown while loading.
 * @csspart label - The sentence where there is nothing to show.
 * @csspart retry - The button that asks again.
 * @csspart stale - The sign of an answer that may be out of date.
 */
export class TesseraNextActions extends PanelElement<ActionRecommendation[]> {
  static readonly tag = 'tessera-next-actions';
  static override readonly topic = 'actions';
  static readonly texts = ACTIONS_TEXTS;

  static override properties = { ...CustomerElement.properties, count: {} };

  static override styles = [
    baseStyles,
    panelStyles,
    css`
      .inline [part='start'] {
        border: 0;
        background: none;
        padding: 0;
        text-decoration: underline;
      }
    `,
  ];

  declare count: number | string | null | undefined;

  protected override get wantedCount(): number {
    return wantedCount(this.count, 3);
  }

  protected override get isForAudience(): boolean {
    return this.isForAgent;
  }

  protected get heading(): string {
    return actionsText('nextActions');
  }

  protected get emptySentence(): string {
    return actionsText('noActions');
  }

  protected read(customer: unknown): ActionRecommendation[] | null {
    const { nextActions } = customer as { nextActions: ActionRecommendation[] };
    return listOf(nextActions.slice(0, this.wantedCount), ({ action }) => action.key);
  }

  protected renderValue(value: ActionRecommendation[]): TemplateResult {
    return renderActions(value, (action) =>
      this.emit<TesseraActionDetail>('tessera-action', { customer: this.setting('customer')!, action }),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-next-actions': TesseraNextActions;
  }
}
