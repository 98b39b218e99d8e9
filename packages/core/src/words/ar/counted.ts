import type { PluralForms } from '../speaker.js';

/** Nouns in the six forms that a number asks for. */
export const DAYS: PluralForms = {
  zero: '# يوم',
  one: 'يوم واحد',
  two: 'يومين',
  few: '# أيام',
  many: '# يومًا',
  other: '# يوم',
};
export const ORDERS: PluralForms = {
  zero: '# طلب',
  one: 'طلب واحد',
  two: 'طلبان',
  few: '# طلبات',
  many: '# طلبًا',
  other: '# طلب',
};
export const BUYERS: PluralForms = {
  zero: '# مشترٍ',
  one: 'مشترٍ واحد',
  two: 'مشتريان',
  few: '# مشترين',
  many: '# مشتريًا',
  other: '# مشترٍ',
};
export const CUSTOMERS: PluralForms = {
  zero: '# عميل',
  one: 'عميل واحد',
  two: 'عميلان',
  few: '# عملاء',
  many: '# عميلًا',
  other: '# عميل',
};
export const CLUSTERS: PluralForms = {
  zero: '# مجموعة',
  one: 'مجموعة واحدة',
  two: 'مجموعتان',
  few: '# مجموعات',
  many: '# مجموعة',
  other: '# مجموعة',
};
export const CROWDS: PluralForms = {
  zero: '# تجمّع',
  one: 'تجمّع واحد',
  two: 'تجمّعان',
  few: '# تجمّعات',
  many: '# تجمّعًا',
  other: '# تجمّع',
};
export const TIMES: PluralForms = {
  zero: '# مرة',
  one: 'مرة واحدة',
  two: 'مرتين',
  few: '# مرات',
  many: '# مرة',
  other: '# مرة',
};
