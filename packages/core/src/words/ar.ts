/**
 * العربية. المصطلحات: segment = شريحة، cluster = مجموعة سلوكية، crowd = تجمّع، outlier = حالة شاذة، buyer = مشترٍ، customer = عميل،
 * recency = حداثة الشراء، frequency = تكرار الشراء، monetary = الإنفاق، score = درجة، value score = درجة القيمة،
 * net spend = صافي الإنفاق، order = طلب، order value = قيمة الطلب، discount = خصم، return = إرجاع،
 * lifetime value = القيمة المتوقعة للعميل، ranking = ترتيب، row = صف، mapping file = ملف المطابقة.
 */
import { actions } from './ar/actions.js';
import { DAYS, ORDERS } from './ar/counted.js';
import { imports } from './ar/imports.js';
import { quality } from './ar/quality.js';
import { segments } from './ar/segments.js';
import { values } from './ar/values.js';
import type { LanguageWords } from './speaker.js';

export const ar: LanguageWords = {
  // The digits of the widget's formats; some versions of ICU would write others.
  locale: 'ar-u-nu-latn',
  grouping: true,
  days: DAYS,
  measures: { recency: 'حداثة الشراء', frequency: 'تكرار الشراء', monetary: 'الإنفاق' },
  features: {
    orders: 'عدد الطلبات',
    recencyDays: 'الأيام منذ آخر طلب',
    tenureDays: 'الأيام منذ أول طلب',
    spanDays: 'الأيام بين أول طلب وآخر طلب',
    elapsedSpanDays: 'الأيام بين أول طلب وآخر طلب',
    netRevenue: 'صافي الإنفاق',
    grossRevenue: 'إجمالي الإنفاق',
    averageOrderValue: 'قيمة الطلب',
    itemsDelivered: 'القطع المسلَّمة',
    itemsReturned: 'القطع المرتجعة',
    medianDaysBetweenOrders: 'الأيام المعتادة بين الطلبات',
    discountShare: 'نسبة التوفير بالخصومات',
    distinctCategories: 'الفئات المشتراة',
    visits30d: { name: 'الزيارات في 30 يومًا', plain: 'الزيارات الأخيرة' },
    emailOpens90d: { name: 'الرسائل المفتوحة في 90 يومًا', plain: 'الرسائل المفتوحة مؤخرًا' },
    serviceContacts90d: { name: 'مرات التواصل مع خدمة العملاء في 90 يومًا', plain: 'التواصل مع خدمة العملاء مؤخرًا' },
    returnRate: 'نسبة الإرجاع',
    promotionShare: 'نسبة الطلبات المشتراة بخصم',
  },
  categories: {
    country: 'البلد',
    channel: 'القناة',
    topSpendCategory: 'الفئة الأعلى إنفاقًا',
    gender: 'الجنس',
    state: 'الولاية',
    city: 'المدينة',
  },
  factors: {
    recencyDays: (value, s) => `آخر طلب قبل ${s.days(value)}`,
    orders: (value, s) => `${s.plural(value, ORDERS)} حتى الآن`,
    netRevenue: (value, s) => `أنفق ${s.money(value)} حتى الآن`,
    averageOrderValue: (value, s) => `ينفق ${s.money(value)} في كل طلب`,
    tenureDays: (value, s) => `أول طلب قبل ${s.days(value)}`,
    elapsedSpanDays: (value, s) => `${s.days(value)} بين أول طلب وآخر طلب`,
    medianDaysBetweenOrders: (value, s) => `عادةً ${s.days(value)} بين الطلبات`,
    distinctCategories: (value, s) =>
      `اشترى من ${s.plural(value, { zero: '# فئة', one: 'فئة واحدة', two: 'فئتين', few: '# فئات', many: '# فئة', other: '# فئة' })}`,
    discountShare: (value, s) =>
      Math.round(100 * value) === 0
        ? 'يدفع الأسعار المعلنة'
        : `يدفع ${value > 0 ? 'أقل' : 'أكثر'} من الأسعار المعلنة بنسبة ${s.percent(Math.abs(value))}`,
    returnShare: (value, s) => (value > 0 ? `أرجع ${s.percent(value)} مما سُلِّم` : 'لم يُرجع شيئًا'),
    'window.revenueLast90Days': (value, s) => `أنفق ${s.money(value)} في آخر 90 يومًا`,
    'window.revenueSameSeason': (value, s) => `أنفق ${s.money(value)} في هذه الأيام التسعين من العام الماضي`,
    'purchases.topSpendCategoryShare': (value, s) => `${s.percent(value)} من الإنفاق في فئة واحدة`,
    visits30d: (value, s) =>
      `${s.plural(value, { zero: '# زيارة', one: 'زيارة واحدة', two: 'زيارتان', few: '# زيارات', many: '# زيارة', other: '# زيارة' })} في آخر 30 يومًا`,
    emailOpens90d: (value, s) =>
      `${s.plural(value, { zero: '# رسالة مفتوحة', one: 'رسالة مفتوحة واحدة', two: 'رسالتان مفتوحتان', few: '# رسائل مفتوحة', many: '# رسالة مفتوحة', other: '# رسالة مفتوحة' })} في آخر 90 يومًا`,
    serviceContacts90d: (value, s) =>
      `التواصل مع خدمة العملاء ${s.plural(value, { zero: '# مرة', one: 'مرة واحدة', two: 'مرتين', few: '# مرات', many: '# مرة', other: '# مرة' })} في آخر 90 يومًا`,
    'customer.age': (value, s) =>
      `العمر ${s.plural(value, { zero: '# سنة', one: 'سنة واحدة', two: 'سنتان', few: '# سنوات', many: '# سنة', other: '# سنة' })}`,
  },
  plainFactors: {
    returnShare: 'نسبة الإرجاع',
    'window.revenueLast90Days': 'الإنفاق مؤخرًا',
    'window.revenueSameSeason': 'الإنفاق في الموسم نفسه من العام الماضي',
    'purchases.topSpendCategoryShare': 'حصة الفئة الأعلى إنفاقًا',
    'customer.age': 'العمر',
  },
  unknownFactors: {
    medianDaysBetweenOrders: 'لا تُعرف المدة بين الطلبات بعد',
    discountShare: 'الأسعار المعلنة غير معروفة',
    returnShare: 'لم يُسلَّم شيء بعد',
    'purchases.topSpendCategoryShare': 'الفئات غير معروفة',
    'customer.age': 'العمر غير معروف',
  },
  sentences: { ...segments, ...quality, ...values, ...actions, ...imports },
};
