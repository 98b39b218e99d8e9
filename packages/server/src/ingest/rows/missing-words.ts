import type { CellReader } from './cell.js';
import { readCustomerId, readEmail, readId, readText } from './read-text.js';

/**
 * Words that exports write for "no value". In texts and ids only these spellings count: Null is a surname, NA a country.
 */
const MISSING_TEXTS = new Set(['null', 'NULL', 'nan', 'NaN', 'nat', 'NaT', 'n/a', 'N/A', '#N/A', 'undefined']);
/** Where a number, a time or a status is due, these cannot be anything else. */
const MISSING_VALUES = new Set(['null', 'nan', 'nat', 'n/a', '#n/a', 'na', 'none', 'nil', '-', '--', '?', 'undefined']);
const LONGEST_MISSING_WORD = 9;

/** What shops write as the customer of an order that nobody with an account placed, in lower case. */
const NOBODY = new Set(
  (
    'null,nan,nat,n/a,#n/a,na,none,nil,-,--,undefined,blank,(blank),empty,(empty),(none),(null),(not set),not set,unset,' +
    'guest,(guest),guest user,guest customer,guest checkout,guest order,anonymous,anon,anonymous user,anonymous customer,' +
    'unknown,unknown customer,unregistered,not registered,not logged in,no account,no customer,nobody,visitor,walk-in,walk in,' +
    'walk-in customer,deleted,deleted user,deleted customer,' +
    'gast,gastbestellung,gastkunde,gastkonto,anonym,unbekannt,unbekannter kunde,kein kunde,kein konto,ohne konto,laufkunde,leer,besucher,keine,' +
    'invitado,invitada,cliente invitado,anónimo,anónima,anonimo,anonima,desconocido,desconocida,sin cuenta,sin cliente,sin registrar,no registrado,visitante,vacío,ninguno,' +
    'ゲスト,ゲスト購入,ゲストユーザー,匿名,不明,未登録,非会員,なし,空白,' +
    'ضيف,زائر,مجهول,غير معروف,غير مسجل,بدون حساب,لا يوجد,فارغ,' +
    'invité,invitée,visiteur,anonyme,inconnu,inconnue,client invité,sans compte,aucun,ospite,sconosciuto,convidado,anônimo,anônima,desconhecido,onbekend,anoniem,游客,访客,匿名用户'
  ).split(','),
);
const LONGEST_NOBODY = Math.max(...[...NOBODY].map((word) => word.length));
/** 0, 000, 0.0, the GUID of nothing but zeros; -1. */
const NO_NUMBER = /^(?:-?0+(?:[.,]0+)?|-1(?:[.,]0+)?|[0-]+)$/;

/** Whether a customer id means nobody: the person is a guest, known by the e-mail address if at all. */
export const meansNobody = (cell: string) =>
  NO_NUMBER.test(cell) || (cell.length <= LONGEST_NOBODY && NOBODY.has(cell.toLowerCase().replace(/[\s_]+/g, ' ')));

/** The first id of a list that counts from 0. */
const ZERO = /^0+$/;

/** @param countsFromZero a list of customers that has no addresses, by which the guests of shops would be told: its 0 is somebody */
export function isMissingWord(cell: string, read: CellReader, countsFromZero = false): boolean {
  if (read === readCustomerId) return meansNobody(cell) && !(countsFromZero && ZERO.test(cell));
  if (cell.length > LONGEST_MISSING_WORD) return false;
  return read === readText || read === readId || read === readEmail
    ? MISSING_TEXTS.has(cell)
    : MISSING_VALUES.has(cell.toLowerCase());
}
