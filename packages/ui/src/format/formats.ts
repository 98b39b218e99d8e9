/** The page's language; undefined, the browser's, where the page names none or what is none. */
export function pageLanguage(): string | undefined {
  try {
    return Intl.getCanonicalLocales(document.documentElement.lang)[0];
  } catch {
    return undefined;
  }
}

type Format = Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat;

const formats = new Map<string, Format>();

/** Making a format is slow, and a page has many numbers. */
function formatOf<T extends Format>(
  Format: new (language: string | undefined, options: object) => T,
  options: object,
): T {
  const language = pageLanguage();
  // No two kinds of format have the same options here.
  const key = `${language}${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) {
    format = new Format(language, options);
    formats.set(key, format);
  }
  return format as T;
}

/**
 * A moment as a calendar day in the page's language.
 * @param moment ISO 8601; days are told in UTC, so that two people never read two dates
 */
export function formatDay(moment: string): string {
  const date = new Date(moment);
  return Number.isNaN(+date)
    ? moment
    : formatOf(Intl.DateTimeFormat, { dateStyle: 'medium', timeZone: 'UTC' }).format(date);
}

export interface Amount {
  /** Decimal string. */
  amount: string;
  currency: string;
}

/** Money in the page's language; the digits of a decimal string are never lost on the way. */
export function formatMoney({ amount, currency }: Amount): string {
  try {
    return formatOf(Intl.NumberFormat, { style: 'currency', currency }).format(amount as Intl.StringNumericLiteral);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** A share of 0 to 1 as whole percent. */
export function formatShare(share: number): string {
  return formatOf(Intl.NumberFormat, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

export function formatCount(count: number): string {
  return formatOf(Intl.NumberFormat, { maximumFractionDigits: 1 }).format(count);
}

/** Whole days that have passed since, as the language says it: "yesterday", "3 days ago". */
export function formatDaysAgo(days: number): string {
  return formatOf(Intl.RelativeTimeFormat, { numeric: 'auto' }).format(-Math.floor(days), 'day');
}
