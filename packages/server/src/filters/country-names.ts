/** The languages of the words. */
const LANGUAGES = ['en', 'de', 'es', 'ja', 'ar'];
/** Codes that Intl names and that are no countries. */
const NO_COUNTRIES = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);
/** Names that people write beside those that Intl knows. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  US: ['USA', 'U.S.A.', 'U.S.', 'United States of America', 'America', 'EE. UU.', 'EEUU'],
  GB: ['UK', 'U.K.', 'Great Britain', 'Britain', 'England', 'GBR'],
  DE: ['DEU', 'GER', 'BRD'],
  NL: ['Holland', 'The Netherlands'],
  CZ: ['Czech Republic'],
  KR: ['Korea', 'Republic of Korea'],
  RU: ['Russian Federation'],
  VN: ['Viet Nam'],
  TR: ['Turkey'],
  CN: ["People's Republic of China", 'PRC'],
  BR: ['Brasil'],
  AE: ['UAE'],
};

const plain = (name: string) => name.trim().toLowerCase().normalize('NFC');

/** For each country all of its names, its code first. */
const NAMES = new Map<string, readonly string[]>();
/** The code by each name in lower case. */
const CODES = new Map<string, string>();

function learn(): void {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const displays = LANGUAGES.flatMap((language) =>
    (['long', 'short'] as const).map(
      (style) => new Intl.DisplayNames(language, { type: 'region', style, fallback: 'none' }),
    ),
  );
  for (const code of letters.flatMap((first) => letters.map((second) => first + second))) {
    if (NO_COUNTRIES.has(code)) continue;
    const names = displays.flatMap((display) => display.of(code) ?? []);
    if (names.length === 0) continue;
    // Intl names withdrawn codes too, by the names of what followed: DD is Germany, whose own code is kept.
    const own = new Intl.Locale(`und-${code}`).region;
    if (own !== code && own !== undefined) continue;
    const all = [...new Set([code, ...names, ...(ALSO[code] ?? [])])];
    NAMES.set(code, all);
    for (const name of all) if (!CODES.has(plain(name))) CODES.set(plain(name), code);
  }
}

/**
 * Every way to write the country that a text names, in the five languages and by its code; the text itself where it names
 * none. `germany`, `DE` and `ドイツ` give the same.
 */
export function namesOfCountry(text: string): readonly string[] {
  if (CODES.size === 0) learn();
  const code = CODES.get(plain(text));
  return code === undefined ? [text] : NAMES.get(code)!;
}
