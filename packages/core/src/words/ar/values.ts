import type { ContestantKey, Named, RankingFigures, RunFailure, ValueKind } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';
import { CUSTOMERS, TIMES } from './counted.js';

const CONTESTANTS: Readonly<Record<ContestantKey, string>> = {
  tweedie: 'الانحدار على السلوك',
  purchases: 'نموذج المشتريات',
  'pareto-nbd': 'نموذج المشتريات Pareto/NBD',
  'tweedie-without-demographics': 'الانحدار من دون البيانات السكانية',
  spend: 'الترتيب حسب الإنفاق',
  recency: 'الترتيب حسب حداثة الشراء',
  'spend-last-90-days': 'الترتيب حسب إنفاق آخر 90 يومًا',
};
const PLAIN_CONTESTANTS: Partial<typeof CONTESTANTS> = { 'spend-last-90-days': 'الترتيب حسب الإنفاق الأخير' };

const RUN_FAILURES: Readonly<Record<RunFailure, string>> = {
  busy: 'كان تشغيل آخر قيد العمل: يُعاد هذا التشغيل بعده',
  interrupted: 'انتهت العملية التي كانت تنفذه: لا يلزم فعل شيء، ويُعاد تلقائيًا',
  'disk-full': 'قرص قاعدة البيانات ممتلئ: أفسح مكانًا ثم يُعاد تلقائيًا',
  'out-of-memory': 'لم تكفِ ذاكرة الجهاز: زِدها أو قلّل ما يعمل في الوقت نفسه؛ ويُعاد تلقائيًا',
  'database-away': 'لم تستجب قاعدة البيانات: تأكد من أنها تعمل وتقبل الاتصالات؛ ويُعاد تلقائيًا',
  locked: 'كان عمل آخر في قاعدة البيانات يحتجز ما يلزم التشغيل: يُعاد تلقائيًا',
  settings: 'المتجر أو إعداداته لا تسمح بذلك: تبيّن الرسالة ما يجب تغييره؛ ويُعاد تلقائيًا',
  unexpected: 'حدث خطأ لا ينبغي أن يحدث: في السجل تفاصيل أكثر (LOG_LEVEL=debug)؛ ويُعاد تلقائيًا',
};

const interval = (low: number, high: number, s: Speaker) =>
  `مجال ${s.percent(0.9)} من ${s.points(low)} إلى ${s.points(high)}`;
const MOVED = { STABLE: 'موزع كما كان', SHIFTED: 'تحوّل', STALE: 'تحوّل كثيرًا' };
const whom = (segment: Named | null, s: Speaker) => (segment === null ? 'العملاء' : `عملاء «${s.text(segment.title)}»`);

const figures = (v: RankingFigures, s: Speaker) => {
  const points = (share: number) => s.fixed(100 * share, 1);
  return (
    `${s.percent(v.hits, 1)} من القوائم المكوّنة من ${s.count(v.length)} ضمّت شيئًا اشتُري، مقابل ${s.percent(v.popularHits, 1)} للمنتجات الرائجة ` +
    `(${points(v.lead)} نقطة، مجال ${s.percent(0.9)} من ${points(v.leadLow)} إلى ${points(v.leadHigh)})؛ ` +
    `مقياس NDCG ${v.gain < 0 ? 'أدنى' : 'أعلى'} بمقدار ${s.fixed(v.gain, 3)}، مجال ${s.percent(0.9)} من ${s.fixed(v.gainLow, 3)} إلى ${s.fixed(v.gainHigh, 3)}؛ n = ${s.count(v.lists)}`
  );
};

const plainFactor = (name: string, factor: number) => `${name}: ${factor >= 1 ? 'يرفع' : 'يخفض'} المتوقع`;
const categoryWords = (category: string, label: string, s: Speaker) =>
  category === 'topSpendCategory' ? `يشتري غالبًا من ${label}` : `${s.category(category)}: ${label}`;

export const values: Sentences<ValueKind> = {
  'nothing-to-predict': () => 'لم يطلب بعد، فلا أساس للتوقع',
  'too-little-known': () => 'كانت المعلومات قليلة عند بناء النموذج: لا توقع حتى يُبنى من جديد',
  'average-base': [
    ({ amount }, s) => `يجلب العميل ذو السلوك المتوسط ${s.money(amount)}`,
    () => 'ينطلق مما يجلبه العميل ذو السلوك المتوسط',
  ],
  factor: [
    ({ feature, value, factor }, s) => {
      const unknown = value === null ? `${feature} غير معروف` : `${feature} ${s.count(value)}`;
      return `${s.factor(feature, value) ?? unknown} (×${s.fixed(factor, 2)})`;
    },
    ({ feature, factor }, s) => plainFactor(s.plainFactor(feature), factor),
  ],
  'category-factor': [
    ({ category, label, factor }, s) => `${categoryWords(category, label, s)} (×${s.fixed(factor, 2)})`,
    ({ category, factor }, s) => plainFactor(s.category(category), factor),
  ],
  'everything-else': () => 'كل ما عدا ذلك',
  'expected-orders': [
    ({ orders }, s) => `الطلبات المتوقعة في الأيام الـ90 القادمة: ${s.fixed(orders, 2)}`,
    () => 'بحسب الطلبات المتوقعة',
  ],
  'expected-order-value': [
    ({ amount }, s) => `قيمة الطلب المتوقعة ${s.money(amount)}`,
    () => 'بحسب قيمة الطلب المتوقعة',
  ],
  'group-order-value': [
    ({ amount }, s) => `قيمة الطلب ${s.money(amount)}، وهي متوسط المجموعة: لم يشترِ هذا العميل مجددًا بعد`,
    () => 'بحسب متوسط قيمة الطلب في المجموعة: لم يشترِ هذا العميل مجددًا بعد',
  ],
  'still-customer': [
    ({ probability }, s) => `احتمال أنه ما زال عميلًا ${s.percent(probability)}`,
    ({ probability }) => (probability >= 0.5 ? 'الأرجح أنه ما زال عميلًا' : 'الأرجح أنه لم يعد عميلًا'),
  ],
  'few-repeat-buyers': [
    ({ buyers }, s) =>
      `عدد من كرروا الشراء ${s.count(buyers)} حتى الآن، وهم أقل أو أحدث من أن يُميَّز بين العملاء: يُعرض متوسط المجموعة للجميع`,
    () => 'من كرروا الشراء أقل أو أحدث من أن يُميَّز بين العملاء: يُعرض متوسط المجموعة للجميع',
  ],
  'no-values': () => 'لم يتوقع هذا التشغيل أي قيم',
  'ranked-by-score': () => 'لا إيرادات متوقعة: الترتيب بحسب درجة القيمة',
  contestant: [
    ({ contestant }) => CONTESTANTS[contestant],
    ({ contestant }) => PLAIN_CONTESTANTS[contestant] ?? CONTESTANTS[contestant],
  ],
  'untested-short': () => 'لم يُختبر بعد: السجل أقصر من أن يُختبر عبر الزمن',
  'untested-few': [
    ({ active, needed }, s) =>
      `لم يُختبر بعد: لم يشترِ في فترة الاختبار إلا ${s.plural(active, CUSTOMERS)}، والمطلوب ${s.count(needed)}`,
    () => 'لم يُختبر بعد: من اشتروا في فترة الاختبار أقل من المطلوب',
  ],
  'no-ranking': [
    ({ model, captured }, s) =>
      `لا شيء يرتب هؤلاء العملاء أفضل من المصادفة: أفضل ${s.percent(0.2)} بحسب ${s.text(model)} جلبوا ${s.percent(captured, 1)} من الإيرادات، فلا يُعرض ترتيب`,
    () => 'لا شيء يرتب هؤلاء العملاء أفضل من المصادفة، فلا يُعرض ترتيب',
  ],
  'use-model': ({ model }, s) => `يُستخدم: ${s.text(model)}`,
  'use-model-over': [
    ({ model, baseline, lead, low, high }, s) =>
      `يُستخدم: ${s.text(model)}؛ يتفوق على ${s.text(baseline)} بمقدار ${s.points(lead)} نقطة، ${interval(low, high, s)}`,
    ({ model, baseline }, s) => `يُستخدم: ${s.text(model)}؛ يتفوق على ${s.text(baseline)}`,
  ],
  'use-baseline': [
    ({ baseline, captured }, s) =>
      `لا نموذج يرتب هؤلاء العملاء أفضل من المصادفة، بخلاف ${s.text(baseline)}: أفضل ${s.percent(0.2)} بحسبه جلبوا ${s.percent(captured, 1)} من الإيرادات؛ يُستخدم: ${s.text(baseline)}`,
    ({ baseline }, s) => `لا نموذج يرتب هؤلاء العملاء أفضل من المصادفة؛ يُستخدم: ${s.text(baseline)}`,
  ],
  'no-better': [
    ({ baseline, lead, low, high }, s) =>
      `ليس أفضل من ${s.text(baseline)} (${s.points(lead)} نقطة، ${interval(low, high, s)})؛ يُستخدم: ${s.text(baseline)}`,
    ({ baseline }, s) => `ليس أفضل من ${s.text(baseline)}؛ يُستخدم: ${s.text(baseline)}`,
  ],
  'returned-more': [
    ({ customers }, s) => `عدد العملاء الذين أرجعوا في الفترة أكثر مما اشتروا ${s.count(customers)}؛ ويُحسب ذلك 0`,
    () => 'بعض العملاء أرجعوا في الفترة أكثر مما اشتروا؛ ولا يُحسب لهم شيء',
  ],
  'no-customers': () => 'لا عملاء للتعلم منهم',
  'rows-unusable': [
    ({ rows }, s) => `لا يصلح أي من الصفوف البالغ عددها ${s.count(rows)}`,
    () => 'لا يصلح أي من الصفوف',
  ],
  'search-stopped': [
    ({ steps }, s) => `توقف البحث بعد ${s.count(steps)} خطوة من دون بلوغ الأمثل`,
    () => 'توقف البحث من دون بلوغ الأمثل',
  ],
  'histories-silent': () => 'لا تدل السجلات على بعض المعاملات؛ فبقيت قيمها الابتدائية',
  'nobody-twice': () => 'لم يكرر أحد الشراء بعد، فلا معدل يُتعلم',
  'leaving-alike': () =>
    'لا يُميَّز بين العملاء في المغادرة بعد الشراء (لا قيمة مثلى محدودة لـ a أو b)؛ والمعاملات عند حد',
  'rates-at-bound': ({ parameters }, s) => `${s.list(parameters)} عند حد: اختلاف العملاء أقل من أن تُميَّز معدلاتهم`,
  'leaving-at-bound': ({ parameters }, s) =>
    `${s.list(parameters)} عند حد: لا يبدو أن أحدًا يغادر، أو اختلاف العملاء قليل`,
  'values-too-wide': [
    () => 'تتفاوت قيم الطلبات كثيرًا حتى يكاد لا يوجد متوسط لها (ثُبّت q فوق 1 بقليل)',
    () => 'تتفاوت قيم الطلبات كثيرًا حتى يكاد لا يوجد متوسط لها',
  ],
  'values-too-alike': () => 'اختلاف قيم الطلبات قليل، لدى العميل أو بين العملاء؛ والمعاملات عند حد',
  'columns-steady': () => 'لم يتحول أي عمود منذ التشغيل السابق',
  'column-moved': [
    ({ column, level, index }, s) =>
      `العمود ${column} ${MOVED[level]} منذ التشغيل السابق (مؤشر الاستقرار ${s.fixed(index, 2)})`,
    ({ level }) => `هناك عمود ${MOVED[level]} منذ التشغيل السابق`,
  ],
  'no-run-before': () => 'لا تشغيل سابق للمقارنة',
  'run-failed': ({ failure }) => RUN_FAILURES[failure],
  'orders-ahead': [
    ({ orders, newest }, s) =>
      `طلبات تاريخها في المستقبل: ${s.count(orders)}، وأبعدها بتاريخ ${newest}؛ لا تدخل في أي رقم حتى يحين يومها`,
    () => 'بعض الطلبات تاريخها في المستقبل: لا تدخل في أي رقم حتى يحين يومها',
  ],
  'predictions-missed': [
    ({ ratio, runId }, s) => `جلب العملاء ${s.fixed(ratio, 2)} أضعاف ما توقعه التشغيل ${runId}: النموذج صار قديمًا`,
    () => 'ما جلبه العملاء بعيد عن التوقع: النموذج صار قديمًا',
  ],
  'bought-with': [
    ({ share, segment, product, productId, lift, customers }, s) =>
      `اشتراه ${s.smallPercent(share)} من ${whom(segment, s)} الذين اشتروا ${product === null ? `المنتج ${productId}` : `«${product}»`}، الرفع ${s.fixed(lift, 1)}، n = ${s.count(customers)}`,
    ({ product }) => (product === null ? 'يناسب ما اشتراه' : `يُشترى غالبًا مع «${product}»`),
  ],
  'rebuy-own': [
    ({ intervalDays, daysAgo, purchases }, s) =>
      `يشتريه كل ${s.days(Math.round(intervalDays))} تقريبًا، وآخرها قبل ${s.days(daysAgo)}، n = ${s.plural(purchases, TIMES)}`,
    () => 'يشتريه بانتظام، وقد حان الوقت',
  ],
  'rebuy-usual': [
    ({ intervalDays, daysAgo }, s) =>
      `اشتراه قبل ${s.days(daysAgo)}؛ ويعيد العملاء شراءه بعد ${s.days(Math.round(intervalDays))} تقريبًا`,
    () => 'اشتراه منذ مدة، والعملاء يعيدون شراءه',
  ],
  popular: [
    ({ share, segment, customers }, s) =>
      `اشتراه ${s.smallPercent(share)} من ${whom(segment, s)} الذين طلبوا في آخر 90 يومًا، n = ${s.count(customers)}`,
    ({ segment }, s) => `رائج مؤخرًا بين ${whom(segment, s)}`,
  ],
  'shopper-goes-with': ({ product }) => (product === null ? 'يناسب مشترياتك' : `يُشترى غالبًا مع «${product}»`),
  'shopper-again': () => 'حان وقت شرائه مجددًا',
  'shopper-popular': () => 'رائج الآن',
  'lists-few': [
    ({ lists, needed }, s) =>
      `لم يُختبر بعد: لم يشترِ مجددًا في فترة الاختبار إلا ${s.plural(lists, CUSTOMERS)}، والمطلوب ${s.count(needed)}`,
    () => 'لم يُختبر بعد: من اشتروا مجددًا في فترة الاختبار أقل من المطلوب',
  ],
  'beats-popularity': [(v, s) => `يتفوق على الرواج: ${figures(v, s)}`, () => 'يتفوق على الرواج'],
  'like-popularity': [(v, s) => `لم يثبت تفوقه على الرواج: ${figures(v, s)}`, () => 'لم يثبت تفوقه على الرواج'],
};
