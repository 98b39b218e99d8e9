import { followLanguage } from '@tessera/ui/texts/texts.js';
import { renderAll } from './base/connected-element.js';
import type { ElementClass } from './element.js';
import { LANGUAGES } from './texts/languages.js';

/** Registers elements under their tags; a tag that another script took stays that script's. */
export function defineTags(tags: Readonly<Record<string, CustomElementConstructor>>): void {
  followLanguage(LANGUAGES, renderAll);
  for (const [tag, element] of Object.entries(tags)) {
    if (!customElements.get(tag)) customElements.define(tag, element);
  }
}

/** Registers each element under the tag that it brings. */
export function defineElements(elements: readonly ElementClass[]): void {
  defineTags(Object.fromEntries(elements.map((element) => [element.tag, element])));
}
