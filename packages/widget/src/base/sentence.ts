import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { SentenceState } from './customer-element.js';
import { stateText } from './state.texts.js';

/** What stands in an element's place while it has nothing to show, with a way out where there is one. */
export function renderSentence(
  state: SentenceState,
  retry: (() => void) | null,
  sentence = stateText(state),
): TemplateResult {
  return html`<span class="chip muted" part="badge" tabindex="-1"><span part="label">${sentence}</span></span>${
    retry
      ? html`<button type="button" class="chip" part="retry" @click=${retry}>${stateText('retry')}</button>`
      : nothing
  }`;
}

const styles = new Map<string, string>();

/** The colour that a segment has from the server as a style, empty where it is none. */
export function colorStyle(color: string | null | undefined): string {
  if (!color) return '';
  let style = styles.get(color);
  if (style === undefined) {
    style = CSS.supports('color', color) ? `--_color:${color}` : '';
    styles.set(color, style);
  }
  return style;
}
