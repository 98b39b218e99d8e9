const RIGHT_TO_LEFT = /^(ar|fa|he|ur)\b/i;

/** Has the page speak the language of whoever looks at it. @param locale BCP 47, as the host knows it */
export function setPageLanguage(locale: string): void {
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.test(locale) ? 'rtl' : 'ltr';
}
