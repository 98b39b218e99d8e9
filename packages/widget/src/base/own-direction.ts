import { html, nothing, type TemplateResult } from 'lit/html.js';

/** A text of the server's or of a person's, which keeps its own direction in a page of the other one. */
export const ownDirection = (text: string): TemplateResult => html`<bdi>${text}</bdi>`;

/** Texts side by side, whatever the direction of each; those that are not there are left out. */
export function joinTexts(texts: readonly unknown[]): unknown[] {
  return texts.filter(Boolean).map((text, index) => html`${index ? ' · ' : nothing}${ownDirection(text as string)}`);
}
