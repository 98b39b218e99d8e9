import { type FEATURES, type FeatureName, featureOf, type ModelCategory } from '../customers/features.js';
import type { CLV_INPUTS } from '../lifetime-value/labelled-rows.js';
import type { RuleField } from '../segmentation/rules/rule-condition.js';
import type { FactValues, Language, Measure, ReasonKind, ReasonValues, Wording } from './reasons.js';

/** The forms of a counted noun; `#` stands for the number. A language has those that its `Intl.PluralRules` ask for. */
export type PluralForms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> & { readonly other: string };

/** What a feature is called in a sentence. `plain` where that holds a figure. */
export type FeatureWords = string | { readonly name: string; readonly plain: string };

/** What the regression of the lifetime value reads, by the names of its encoding. */
export type FactorFeature =
  | Exclude<NameToModels<Extract<(typeof FEATURES)[number], { models: { clv: 'log' | 'linear' } }>>, 'returnRate'>
  | 'returnShare'
  | (typeof CLV_INPUTS)['age'];
type NameToModels<Entry> = Entry extends { output: infer Output }
  ? Output
  : Entry extends { name: infer Name }
    ? Name
    : never;

type Teller<Values> = (values: Values, speaker: Speaker) => string;

/**
 * How one kind is said: with its figures and without any, neither digits nor number words. One function alone for what
 * holds none.
 */
export type Sentence<Values> = Teller<Values> | readonly [told: Teller<Values>, plain: Teller<Values>];

export type Sentences<Kind extends ReasonKind = ReasonKind> = {
  readonly [Each in Kind]: Sentence<ReasonValues[Each]>;
};

/** A language: every kind, every feature, and how numbers are written. */
export interface LanguageWords {
  /** For `Intl`. */
  readonly locale: string;
  /** Whether thousands are parted. */
  readonly grouping: boolean;
  /** Between a number and its percent sign; left out: as `Intl` writes it. */
  readonly percentGap?: string;
  readonly days: PluralForms;
  readonly measures: Readonly<Record<Measure, string>>;
  readonly features: Readonly<Record<FeatureName, FeatureWords>>;
  /** Categories by which the regression tells customers apart. */
  readonly categories: Readonly<Record<ModelCategory, string>>;
  /** A feature of the regression with its value. */
  readonly factors: Readonly<Record<FactorFeature, Teller<number>>>;
  /** Names without a figure of those that are no features. */
  readonly plainFactors: Readonly<Record<Exclude<FactorFeature, FeatureName>, string>>;
  /** How it is said that a value does not exist; the others always do. */
  readonly unknownFactors: Readonly<Partial<Record<FactorFeature, string>>>;
  readonly sentences: Sentences;
}

/** Facts of actions that are shares of 0 to 1 and no features. */
const SHARES: readonly string[] = ['valuePercentile', 'topOfSegment'];
const isAmount = (name: string) => featureOf(name)?.unit === 'money';
const isShare = (name: string) => featureOf(name)?.unit === 'share' || SHARES.includes(name);
const CENTS = 2;
const MOST_DECIMALS = 6;

const formats = new Map<string, Intl.NumberFormat | Intl.PluralRules | Intl.ListFormat>();

/** Making a format is slow, and a page has many sentences. */
function kept<Format extends Intl.NumberFormat | Intl.PluralRules | Intl.ListFormat>(
  Made: new (locale: string, options: object) => Format,
  locale: string,
  options: object,
): Format {
  const key = `${Made.name} ${locale} ${JSON.stringify(options)}`;
  const known = (formats.get(key) as Format | undefined) ?? new Made(locale, options);
  formats.set(key, known);
  return known;
}

/**
 * Writes numbers, amounts, shares, days and lists of one language, each in one way, for the sentences of that language.
 * Values are finite.
 */
export class Speaker {
  constructor(
    readonly language: Language,
    private readonly words: LanguageWords,
    /** Said after amounts; nothing is when it is empty. */
    readonly currency: string,
    /** Says what is nested in a sentence, such as the title of a segment. */
    private readonly nested: (wording: Wording) => string,
  ) {}

  readonly text = (wording: Wording): string => this.nested(wording);

  /** With so many decimals, no more and no less. */
  readonly fixed = (value: number, decimals: number): string => this.#number(value, decimals, decimals);

  /** With two decimals at most. */
  readonly count = (value: number): string => this.#number(value, 0, 2);

  /** With so many decimals at most. */
  readonly shortest = (value: number, decimals: number): string => this.#number(value, 0, decimals);

  /** An amount with the decimals of its currency, and the code after it. */
  readonly money = (amount: number): string => {
    const decimals = decimalsOf(this.currency);
    return `${this.fixed(amount, decimals)} ${this.currency}`.trimEnd();
  };

  /** Of a share of 0 to 1. */
  readonly percent = (share: number, decimals = 0): string => {
    const { percentGap, locale } = this.words;
    if (percentGap !== undefined) return `${this.fixed(100 * share, decimals)}${percentGap}%`;
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return kept(Intl.NumberFormat, locale, { style: 'percent', signDisplay: 'negative', ...digits }).format(share);
  };

  /** The same; of less than one percent the first digit that is not 0. */
  readonly smallPercent = (share: number): string => {
    const isSmall = share > 0 && share < 0.01;
    return this.percent(share, isSmall ? Math.min(MOST_DECIMALS, Math.ceil(-Math.log10(100 * share))) : 0);
  };

  /** The difference of two shares, in points of a hundred, with one decimal where it has one. */
  readonly points = (share: number): string => this.#number(100 * share, 0, 1);

  readonly days = (days: number): string => this.plural(days, this.words.days);

  readonly plural = (value: number, forms: PluralForms): string => {
    // What is written decides, so the number is rounded as it is written.
    const category = kept(Intl.PluralRules, this.words.locale, {}).select(Math.round(100 * value) / 100);
    return (forms[category] ?? forms.other).replace('#', this.count(value));
  };

  readonly list = (texts: readonly string[], type: 'and' | 'or' = 'and'): string => {
    const style = type === 'and' ? 'conjunction' : 'disjunction';
    return kept(Intl.ListFormat, this.words.locale, { type: style }).format(texts);
  };

  readonly numbers = (values: readonly number[]): string => this.list(values.map((value) => this.count(value)));

  readonly measure = (measure: Measure): string => this.words.measures[measure];

  readonly feature = (feature: FeatureName): string => {
    const words = this.words.features[feature];
    return typeof words === 'string' ? words : words.name;
  };

  /** Without a figure in it. */
  readonly plainFeature = (feature: FeatureName): string => {
    const words = this.words.features[feature];
    return typeof words === 'string' ? words : words.plain;
  };

  /** Of what the regression reads: without a figure, or the name itself as the shop wrote it. */
  readonly plainFactor = (name: string): string => {
    if (name in this.words.features) return this.plainFeature(name as FeatureName);
    return (this.words.plainFactors as Readonly<Record<string, string>>)[name] ?? name;
  };

  /** Of a category by which the regression tells customers apart, or the name itself as the shop wrote it. */
  readonly category = (name: string): string =>
    (this.words.categories as Readonly<Record<string, string>>)[name] ?? name;

  /** A value in the feature's own unit. */
  readonly value = (feature: string, value: number): string => {
    if (isAmount(feature)) return this.money(value);
    return isShare(feature) ? this.percent(value) : this.count(value);
  };

  /** An average or another point on the feature's scale: counts below ten with one decimal, larger ones and days without. */
  readonly about = (feature: FeatureName, value: number): string => {
    if (isAmount(feature) || isShare(feature)) return this.value(feature, value);
    return this.#number(value, 0, feature === 'orders' && value < 10 ? 1 : 0);
  };

  /** A bound as the shop wrote it. */
  readonly bound = (field: RuleField, bound: number): string => {
    return isAmount(field) && this.currency === '' ? this.count(bound) : this.value(field, bound);
  };

  /** A feature of the regression with its value, null where that does not exist; undefined for one that is not ours. */
  readonly factor = (name: string, value: number | null): string | undefined => {
    const known = name as FactorFeature;
    return value === null ? this.words.unknownFactors[known] : this.words.factors[known]?.(value, this);
  };

  /** A fact of an action by its name; undefined where it is not known. */
  readonly fact = (facts: FactValues, name: string): string | undefined => {
    const value = facts[name];
    if (value == null) return undefined;
    // A day is over or it is not.
    if (name === 'recencyDays') return this.count(Math.floor(value));
    return isShare(name) || isAmount(name) ? this.value(name, value) : this.#number(value, 0, value < 10 ? 1 : 0);
  };

  #number(value: number, least: number, most: number): string {
    const digits = { minimumFractionDigits: least, maximumFractionDigits: most };
    const { locale, grouping } = this.words;
    return kept(Intl.NumberFormat, locale, {
      ...digits,
      signDisplay: 'negative',
      useGrouping: grouping ? 'auto' : false,
    }).format(value);
  }
}

function decimalsOf(currency: string): number {
  if (currency === '') return CENTS;
  try {
    return (
      kept(Intl.NumberFormat, 'en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? CENTS
    );
  } catch {
    return CENTS;
  }
}
