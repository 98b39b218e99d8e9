import type { Translations } from '@tessera/ui/texts/texts.js';

/** THE LIST of languages beside English, which stands in the elements. Each is loaded when a page is written in it. */
export const LANGUAGES: Readonly<Record<string, () => Promise<{ texts: Translations }>>> = {
  ar: () => import('./ar.js'),
  de: () => import('./de.js'),
  es: () => import('./es.js'),
  ja: () => import('./ja.js'),
};
