import { ar } from './ar.js';
import { de } from './de.js';
import { en } from './en.js';
import { es } from './es.js';
import { ja } from './ja.js';
import { LANGUAGES, type Language, type ReasonKind, type Said, type Translations, type Wording } from './reasons.js';
import { type LanguageWords, type Sentence, Speaker } from './speaker.js';

/** The words of each language. */
export const WORDS: Readonly<Record<Language, LanguageWords>> = { en, de, es, ja, ar };

export interface SpeakingOptions {
  /** The code of the shop's currency, said after amounts; none when left out. */
  readonly currency?: string;
  /** False for readers who may see no figure: then no sentence holds a digit or a number word. Names stay as they are. */
  readonly figures?: boolean;
}

/** Makes sentences of one language, for one reader. */
export interface Words {
  readonly language: Language;
  /** What is to be said in words. A kind that this version does not know is said by its name. */
  say(wording: Wording): string;
  /** The same where nothing may be to say. */
  sayAny(wording: Wording | null | undefined): string | null;
  /** Plain JSON with everything in it that is a wording put into words. */
  within(json: unknown): unknown;
}

/**
 * Words of a language.
 *
 *     const { say } = wordsIn('de', { currency: 'EUR' });
 *     say({ kind: 'monetary-score', values: { score: 3, amount: 120 } });   // "Umsatzwert 3 von 5: ..."
 */
export function wordsIn(language: Language, { currency = '', figures = true }: SpeakingOptions = {}): Words {
  const words = WORDS[language];
  const say = (wording: Wording): string => {
    if (typeof wording === 'string') return wording;
    if (!isSaid(wording)) return translated(wording, language);
    const sentence = words.sentences[wording.kind] as Sentence<unknown> | undefined;
    if (sentence === undefined) return wording.kind;
    const [told, plain] = typeof sentence === 'function' ? [sentence, sentence] : sentence;
    return (figures ? told : plain)(wording.values, speaker);
  };
  const speaker = new Speaker(language, words, currency, say);
  const within = (json: unknown): unknown => {
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) return json.map(within);
    if (isKnownWording(json)) return say(json);
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, within(value)]));
  };
  return { language, say, within, sayAny: (wording) => (wording == null ? null : say(wording)) };
}

const isSaid = (wording: object): wording is Said => 'kind' in wording && 'values' in wording;

/** In the reader's language, else in the first that the shop wrote. */
const translated = (texts: Translations, language: Language): string =>
  texts[language] ?? LANGUAGES.map((other) => texts[other]).find((text) => text !== undefined) ?? '';

/** Whether an object of plain JSON is a wording: a kind that is known with its values, or texts by language. */
function isKnownWording(json: object): json is Said | Translations {
  if (isSaid(json)) return Object.hasOwn(en.sentences, json.kind);
  const entries = Object.entries(json);
  return (
    entries.length > 0 &&
    entries.every(([name, text]) => typeof text === 'string' && (LANGUAGES as readonly string[]).includes(name))
  );
}

/** THE LIST of kinds, as English has them. */
export const REASON_KINDS = Object.keys(en.sentences) as ReasonKind[];
