import { pageLanguage } from '../format/formats.js';

/*
 * A piece of our own: @lit/localize and a template per language are 1.2 KiB of the badge's 10, for what is a table of
 * sentences here. The source language stands beside each element; the others are one file each, loaded when a page asks.
 */
export type Translations = Readonly<Record<string, string>>;

let translations: Translations = {};
let language: string | undefined;
let loaders: Readonly<Record<string, () => Promise<{ texts: Translations }>>> = {};
let onChange = () => {};

/**
 * Follows the page's language from now on.
 * @param files a loader for each language beside English
 * @param changed called when other texts are there
 */
export function followLanguage(files: typeof loaders, changed: () => void): void {
  loaders = files;
  onChange = changed;
  new MutationObserver(load).observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
  void load();
}

async function load(): Promise<void> {
  const wanted = pageLanguage();
  if (wanted === language) return;
  language = wanted;
  // Texts are of a language, dates and money of its region too.
  const name = wanted?.split('-')[0] ?? '';
  const file = Object.hasOwn(loaders, name) && loaders[name];
  let texts: Translations = {};
  // What cannot be loaded is said in English.
  if (file)
    texts = await file().then(
      (module) => module.texts,
      () => ({}),
    );
  if (wanted !== language) return;
  translations = texts;
  onChange();
}

/** Reads one element's sentences in the page's language; `{name}` in a sentence is filled from the values. */
export function textsOf<K extends string>(source: Record<K, string>) {
  return (key: K, values?: Record<string, string>): string =>
    // A word that only a newer server knows stays as it came.
    ((Object.hasOwn(translations, key) ? translations : source)[key] ?? key).replace(
      /{(\w+)}/g,
      (whole, name) => values?.[name] ?? whole,
    );
}
