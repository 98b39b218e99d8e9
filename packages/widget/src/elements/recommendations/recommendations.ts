import type { TemplateResult } from 'lit/html.js';
import { baseStyles } from '../../base/base.styles.js';
import { CustomerElement } from '../../base/customer-element.js';
import { listOf } from '../../base/list-of.js';
import { panelStyles } from '../../base/panel.styles.js';
import { PanelElement } from '../../base/panel-element.js';
import { wantedCount } from '../../base/wanted-count.js';
import type { TesseraSelectDetail } from '../../events.js';
import { type ProductRecommendation, renderProducts } from './products.js';
import { productStyles } from './recommendations.styles.js';
import { RECOMMENDATIONS_TEXTS, recommendationsText } from './recommendations.texts.js';

interface Recommendations {
  recommendations: ProductRecommendation[];
}

/**
 * Products for one customer, each with its reason: a list for an agent, a shelf for a shopper.
 *
 * @tag tessera-recommendations
 *
 * @attr {string} endpoint - Address of the GraphQL endpoint.
 * @attr {string} token - Access token. Read into memory and removed from the element.
 * @attr {string} customer - The shop's own id of the customer.
 * @attr {agent | shopper} audience - Who looks. Everything but `agent` gets the shopper's recommendations.
 * @attr {number} count - How many products, 1 to 20; 5 by default.
 * @attr {light | dark} theme - Overrides the scheme of the browser.
 * @attr {compact | inline} size - Names without pictures, prices and reasons, below each other or in one row.
 * @attr {ElementState} state - Read only: what is shown.
 *
 * @slot heading - In the place of the heading.
 * @slot empty - In the place of the sentence where there is nothing to recommend.
 * @slot picture-ID - A picture of the product with this id.
 *
 * @fires tessera-load - An answer is shown.
 * @fires tessera-error - A question failed; one event a failure.
 * @fires tessera-select - A product was chosen; the page decides what follows.
 *
 * @csspart panel - The box.
 * @csspart heading - The heading.
 * @csspart products - The list.
 * @csspart product - One product.
 * @csspart picture - Its picture, or the first letter of its name.
 * @csspart name - Its name, a button.
 * @csspart price - Its price.
 * @csspart reason - Why it is recommended.
 * @csspart skeleton - The bars shown while loading.
 * @csspart label - The sentence where there is nothing to show.
 * @csspart retry - The button that asks again.
 * @csspart stale - The sign of an answer that may be out of date.
 *
 * @cssprop --tessera-panel-radius - Corners of the box.
 * @cssprop --tessera-font-size - 0.875rem by default.
 */
export class TesseraRecommendations extends PanelElement<ProductRecommendation[]> {
  static readonly tag = 'tessera-recommendations';
  static override readonly topic = 'recommendations';
  static readonly texts = RECOMMENDATIONS_TEXTS;

  static override properties = { ...CustomerElement.properties, count: {} };

  static override styles = [baseStyles, panelStyles, productStyles];

  declare count: number | string | null | undefined;

  protected override get wantedCount(): number {
    return wantedCount(this.count, 5);
  }

  protected get heading(): string {
    return recommendationsText(this.isForAgent ? 'recommendations' : 'forYou');
  }

  protected get emptySentence(): string {
    return recommendationsText('noRecommendations');
  }

  protected override get rootClass(): string {
    return `${super.rootClass}${this.isForAgent ? '' : ' shelf'}`;
  }

  protected read(customer: unknown, isForAgent: boolean): ProductRecommendation[] | null {
    const { recommendations } = isForAgent
      ? (customer as Recommendations)
      : (customer as { shopper: Recommendations }).shopper;
    return listOf(recommendations.slice(0, this.wantedCount), ({ product }) => product.externalId);
  }

  protected renderValue(value: ProductRecommendation[]): TemplateResult {
    return renderProducts(value, (product) =>
      this.emit<TesseraSelectDetail>('tessera-select', { customer: this.setting('customer')!, product }),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-recommendations': TesseraRecommendations;
  }
}
