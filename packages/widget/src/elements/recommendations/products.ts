import { type Amount, formatMoney } from '@tessera/ui/format/formats.js';
import { html, nothing, type TemplateResult } from 'lit/html.js';
import { joinTexts, ownDirection } from '../../base/own-direction.js';
import { RECOMMENDATIONS_TEXTS, recommendationsText } from './recommendations.texts.js';

export interface ProductRecommendation {
  product: {
    externalId: string;
    name: string | null;
    brand: string | null;
    category: string | null;
    listPrice: Amount | null;
  };
  reason: string;
  /** The shopper's alone, who reads the reason in the language of the page. */
  kind?: string;
  boughtWith?: string | null;
}

function reasonOf({ reason, kind, boughtWith }: ProductRecommendation): string {
  const key = kind === 'BOUGHT_WITH' && !boughtWith ? 'goesWith' : kind;
  // What a newer server says stays as it came.
  return Object.hasOwn(RECOMMENDATIONS_TEXTS, key ?? '')
    ? recommendationsText(key as 'POPULAR', { name: boughtWith ?? '' })
    : reason;
}

/** A list of products, each with its price and its reason. */
export function renderProducts(
  recommendations: readonly ProductRecommendation[],
  select: (product: string) => void,
): TemplateResult {
  return html`<ul class="items" part="products">
    ${recommendations.map((recommendation) => {
      const { externalId, name, brand, category, listPrice } = recommendation.product;
      const title = name || externalId;
      return html`<li class="item" part="product">
        <span class="picture" part="picture" aria-hidden="true"
          ><slot name="picture-${externalId}">${[...title][0]}</slot></span
        >
        <div class="body">
          <div class="line">
            <button type="button" class="link" part="name" @click=${() => select(externalId)}>${title}</button>
            ${listPrice ? html`<span class="extra" part="price">${formatMoney(listPrice)}</span>` : nothing}
          </div>
          <div class="muted extra">${joinTexts([brand, category])}</div>
          <div class="muted extra" part="reason">${ownDirection(reasonOf(recommendation))}</div>
        </div>
      </li>`;
    })}
  </ul>`;
}
