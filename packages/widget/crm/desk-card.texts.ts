/** What is said while a person is looked up; the card says the rest. */
export interface DeskTexts {
  searching: string;
  failed: string;
  retry: string;
}

const ENGLISH: DeskTexts = {
  searching: 'Looking for this customer …',
  failed: 'This customer could not be looked up',
  retry: 'Try again',
};

/** Beside English, the languages of the card. */
const TEXTS: Readonly<Record<string, DeskTexts>> = {
  ar: { searching: 'جارٍ البحث عن هذا العميل …', failed: 'تعذّر البحث عن هذا العميل', retry: 'إعادة المحاولة' },
  de: {
    searching: 'Der Kunde wird gesucht …',
    failed: 'Der Kunde konnte nicht gesucht werden',
    retry: 'Erneut versuchen',
  },
  es: {
    searching: 'Buscando a este cliente …',
    failed: 'No se ha podido buscar a este cliente',
    retry: 'Intentar de nuevo',
  },
  ja: { searching: 'この顧客を検索しています…', failed: 'この顧客を検索できませんでした', retry: '再試行' },
};

/** In the language of the page. */
export const deskTexts = (): DeskTexts => TEXTS[document.documentElement.lang.slice(0, 2).toLowerCase()] ?? ENGLISH;
