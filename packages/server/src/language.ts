import { LANGUAGES, type Language } from '@tessera/core';

/** What a reader gets who asks for none of our languages. */
export const DEFAULT_LANGUAGE: Language = 'en';

/** The language that a tag such as `de-AT` or `es_MX` means; undefined for one that we do not speak. */
export function languageOf(tag: string): Language | undefined {
  const [primary] = tag.trim().toLowerCase().split(/[-_]/, 1);
  return LANGUAGES.find((language) => language === primary);
}

interface Wish {
  readonly tag: string;
  readonly weight: number;
}

/** One entry of the header, `de-AT;q=0.8`; null for what is none. RFC 9110, section 12.5.4. */
function parseWish(entry: string): Wish | null {
  const [, tag, weight = '1'] = /^\s*([a-z*][a-z0-9-]*)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*$/i.exec(entry) ?? [];
  return tag === undefined ? null : { tag, weight: Number(weight) };
}

const MOST_WISHES = 20;

/** Our language that an `Accept-Language` header likes most, the first of equal ones; English where it likes none of them. */
export function negotiateLanguage(header: string | null | undefined): Language {
  const wishes = (header ?? '')
    .split(',', MOST_WISHES)
    .flatMap((entry) => parseWish(entry) ?? [])
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { tag } of wishes) {
    const language = languageOf(tag);
    if (language !== undefined) return language;
  }
  return DEFAULT_LANGUAGE;
}
