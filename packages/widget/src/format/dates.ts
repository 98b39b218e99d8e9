const OPTIONS = { dateStyle: 'medium', timeZone: 'UTC' } as const;

/**
 * A moment as a calendar day in the page's language.
 * @param moment ISO 8601; days are told in UTC, so that two people never read two dates
 */
export function formatDay(moment: string): string {
  const date = new Date(moment);
  try {
    return date.toLocaleDateString(document.documentElement.lang || undefined, OPTIONS);
  } catch {
    // The page's lang attribute is not a language.
    return date.toLocaleDateString(undefined, OPTIONS);
  }
}
