import type { RowProblemKind, WayToFix } from '../reasons.js';
import type { Sentences } from '../speaker.js';

const WAYS: Readonly<Record<WayToFix, string>> = {
  'as-said': 'كما يقول السبب',
  'name-status': 'اذكر الكلمة تحت "statuses" في ملف المطابقة، ثم: tessera import --retry-quarantined --map FILE',
  'fill-cell': 'املأ الخلية في المصدر، أو اذكر عمودها تحت "columns" في ملف المطابقة، ثم استورد مجددًا',
  'write-date': 'اكتبه في المصدر بالشكل 2026-01-31 14:05:00 UTC ثم استورد مجددًا',
  'correct-number': 'صحّح الرقم في المصدر، أو اذكر "decimal" في ملف المطابقة، ثم استورد مجددًا',
  'quote-cells': 'ضع الخلايا التي فيها الفاصل أو سطر جديد بين علامات اقتباس، ثم استورد مجددًا',
  'name-rate': 'اذكر سعر الصرف تحت "rates" في ملف المطابقة، ثم: tessera import --retry-quarantined --map FILE',
  'correct-row': 'صحّح الصف في المصدر واستورده مجددًا',
};

export const imports: Sentences<RowProblemKind> = {
  missing: () => 'غير موجود',
  'missing-in-order': () => 'غير موجود هنا ولا في أي صف آخر من الطلب',
  'missing-amount-of-row': () => 'غير موجود: يحتاج الصف إلى المبلغ أو سعر القطعة',
  'missing-amount-of-line': () => 'غير موجود: يحتاج السطر إلى المبلغ أو سعر القطعة',
  'id-too-long': [({ most }, s) => `أطول من الحد الأقصى للمعرّف (${s.count(most)} حرفًا)`, () => 'أطول من أن يكون معرّفًا'],
  'text-too-long': [({ most }, s) => `أطول من الحد الأقصى (${s.count(most)} حرفًا)`, () => 'أطول مما يُقبل'],
  'record-too-long': [({ most }, s) => `أطول من الحد الأقصى (${s.count(most)} حرفًا)`, () => 'أطول مما يُقبل'],
  'holds-nul': () => 'يحتوي على محرف NUL',
  'wrong-encoding': () => 'يحتوي على بايتات ليست من ترميز الملف',
  'rounded-id': () => 'قرّبه برنامج الجداول: صدّر العمود نصًّا',
  'too-large': () => 'كبير جدًا',
  'not-whole': () => 'ليس عددًا صحيحًا',
  'not-an-age': [({ least, most }, s) => `ليس عمرًا بين ${s.count(least)} و${s.count(most)}`, () => 'ليس عمرًا'],
  'not-on-sale': () => 'لا يبيّن هل يُباع المنتج: اكتب true أو false',
  'not-a-number': () => 'ليس رقمًا',
  'larger-than-amounts': () => 'أكبر من أي مبلغ',
  'day-or-month': () => 'قد يبدأ باليوم أو بالشهر: اذكر "dates: dmy" أو "dates: mdy" في ملف المطابقة',
  'no-such-day': () => 'يوم لا وجود له',
  'no-such-time': () => 'وقت لا وجود له',
  'no-such-zone': () => 'في منطقة زمنية لا وجود لها',
  'outside-years': [({ first, last }) => `خارج السنوات من ${first} إلى ${last}`, () => 'خارج السنوات المقبولة'],
  'spreadsheet-day': () => 'رقم يوم من برنامج الجداول: نسّق العمود تاريخًا وصدّره مجددًا',
  'not-a-date': [() => 'ليس تاريخًا مثل 2026-01-31 أو 2026-01-31 14:05:00 UTC', () => 'ليس تاريخًا بالسنة والشهر واليوم'],
  'unknown-status': () => 'كلمة حالة غير معروفة',
  'not-a-currency': () => 'ليس رمز عملة مثل USD',
  'no-rate': [
    ({ currency, into }) => `عملة بلا سعر صرف إلى ${into}: اذكره في ملف المطابقة: "rates: { ${currency}: 1.0 }"`,
    ({ into }) => `عملة بلا سعر صرف إلى ${into}: اذكره في ملف المطابقة`,
  ],
  'not-an-object': () => 'ليس كائنًا',
  'not-json': () => 'ليس JSON',
  'cell-count': [
    ({ cells, header }, s) =>
      `عدد خلاياه ${s.count(cells)}، ${cells < header ? 'أقل' : 'أكثر'} من خلايا الترويسة وعددها ${s.count(header)}`,
    ({ cells, header }) => `خلاياه ${cells < header ? 'أقل' : 'أكثر'} من خلايا الترويسة`,
  ],
  'open-quote': () => 'يحتوي على علامة اقتباس لا تُغلق',
  'not-five-numbers': [() => 'ليس خمسة أرقام تفصلها فراغات', () => 'ليس أرقامًا تفصلها فراغات'],
  'not-a-user-row': () => 'لا يبدأ بالرمز { كما يبدأ صف المستخدم',
  'cut-off-user-row': () => 'مبتور: ينقصه الرمز } في آخره',
  'not-a-pair': ({ text }) => `يحتوي على «${text}»، وهو ليس بصيغة /مفتاح/قيمة`,
  'not-of-topic': ({ topic }) => `ليس مما يحتويه ${topic}`,
  'way-to-fix': [
    ({ way }) => WAYS[way],
    ({ way }) => (way === 'write-date' ? 'اكتبه في المصدر بالسنة والشهر واليوم والوقت' : WAYS[way]),
  ],
};
