import { html } from 'lit/html.js';
import { ConnectedElement, PROVIDER_TAG } from '../../base/connected-element.js';
import { css, type Template } from '../../base/template-element.js';

/**
 * Settings for all Tessera elements inside it: an element takes from the nearest provider what it has not itself.
 *
 * @tag tessera-provider
 *
 * @attr {string} endpoint - Address of the GraphQL endpoint.
 * @attr {string} token - Access token. Read into memory and removed from the element.
 * @attr {string} customer - The shop's own id of the customer that the page is about.
 * @attr {string} segmentation - Which segmentation to show, `rfm` by default.
 * @attr {agent | shopper} audience - Who looks.
 * @attr {light | dark} theme - Overrides the scheme of the browser.
 *
 * @slot - The part of the page that it is for.
 */
export class TesseraProvider extends ConnectedElement {
  static readonly tag = PROVIDER_TAG;
  static readonly topic = null;
  static readonly texts = {};

  static override styles = [
    css`
      :host {
        display: contents;
      }
    `,
  ];

  protected override updated(): void {
    this.tellElementsBelow();
  }

  protected override render(): Template {
    return html`<slot></slot>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'tessera-provider': TesseraProvider;
  }
}
