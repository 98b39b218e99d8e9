/** What is said as long as there is no customer to show; the card says the rest. */
export interface DeskTexts {
  /** Of somebody who is looked up, and before it is known whom the page is about. */
  searching: string;
  /** Where the page is about no one person with an address or an id. */
  nobody: string;
  failed: string;
  retry: string;
}

const ENGLISH: DeskTexts = {
  searching: 'Looking for this customer …',
  nobody: 'There is nobody to look up here',
  failed: 'This customer could not be looked up',
  retry: 'Try again',
};

/** Beside English, the languages of the card. */
const TEXTS: Readonly<Record<string, DeskTexts>> = {
  ar: {
    searching: 'جارٍ البحث عن هذا العميل …',
    nobody: 'لا يوجد هنا من يمكن البحث عنه',
    failed: 'تعذّر البحث عن هذا العميل',
    retry: 'إعادة المحاولة',
  },
  de: {
    searching: 'Der Kunde wird gesucht …',
    nobody: 'Hier ist niemand, nach dem gesucht werden könnte',
    failed: 'Der Kunde konnte nicht gesucht werden',
    retry: 'Erneut versuchen',
  },
  es: {
    searching: 'Buscando a este cliente …',
    nobody: 'Aquí no hay nadie a quien buscar',
    failed: 'No se ha podido buscar a este cliente',
    retry: 'Intentar de nuevo',
  },
  ja: {
    searching: 'この顧客を検索しています…',
    nobody: 'ここには検索できる人がいません',
    failed: 'この顧客を検索できませんでした',
    retry: '再試行',
  },
};

/** In the language of the page. */
export const deskTexts = (): DeskTexts => TEXTS[document.documentElement.lang.slice(0, 2).toLowerCase()] ?? ENGLISH;
