import { type ActionWords, actionSentences } from '../action-words.js';
import type { ShippedAction, ShippedPerk } from '../reasons.js';
import { DAYS, ORDERS } from './counted.js';

const REPEAT = 'معدل تكرار الشراء خلال 90 يومًا';
const SECOND = 'طلب ثانٍ خلال 90 يومًا';
const AGAIN = 'نسبة من يطلبون مجددًا';

const ACTIONS: Readonly<Record<ShippedAction, ActionWords>> = {
  'ultra-vip-care': {
    title: 'العناية بصفوة العملاء',
    description: 'تواصل شخصي وخدمة ذات أولوية وباقة مما يحبه هذا العميل.',
    kpi: 'إيرادات الأيام الـ90 القادمة مقابل مجموعة ضابطة',
    plainKpi: 'الإيرادات مقابل مجموعة ضابطة',
    why: ({ segment, top }) => `${segment}، ضمن أعلى ${top} من الشريحة بالقيمة المتوقعة`,
    plainWhy: (segment) => `${segment}، في أعلى الشريحة بالقيمة المتوقعة`,
  },
  'vip-early-access': {
    title: 'وصول مبكر وخدمة ذات أولوية',
    description: 'عرض المنتجات الجديدة قبل الجميع، والرد على هذا العميل قبل غيره.',
    kpi: REPEAT,
    plainKpi: 'معدل تكرار الشراء',
    why: ({ segment, orders, days }) => `${segment}، له ${orders}، وآخرها قبل ${days}`,
    plainWhy: (segment) => `${segment}، اشترى مؤخرًا`,
  },
  'loyalty-tier': {
    title: 'مكافأة الوفاء',
    description: 'نقاط أو مستوى أعلى في برنامج الولاء، مع بيان ما بقي للمستوى التالي.',
    kpi: REPEAT,
    plainKpi: 'معدل تكرار الشراء',
    why: ({ segment, orders }) => `${segment}، له ${orders}`,
    plainWhy: (segment) => `${segment}، عاد للشراء`,
  },
  referral: {
    title: 'طلب ترشيح صديق',
    description: 'عرض حصري يُهدى لصديق وينفع الطرفين.',
    kpi: 'العملاء الجدد المرشَّحون وطلباتهم الأولى',
    plainKpi: 'العملاء الجدد المرشَّحون وطلباتهم',
    why: ({ segment, orders, returned }) => `${segment}، له ${orders}، والمرتجع منها قليل (${returned})`,
    plainWhy: (segment) => `${segment}، عاد للشراء وقليل الإرجاع`,
  },
  'upsell-potential': {
    title: 'الارتقاء بالمشتريات',
    description: 'اعرض النسخة الأفضل أو طقمًا أو فئة أخرى إلى جانب ما اشتراه.',
    kpi: 'نسبة من ينتقلون إلى عملاء أوفياء أو كبار العملاء خلال 180 يومًا',
    plainKpi: 'نسبة من ينتقلون إلى عملاء أوفياء أو كبار العملاء',
    why: ({ segment, orders, days }) => `${segment}: طلب قبل ${days}، وله حتى الآن ${orders}`,
    plainWhy: (segment) => `${segment}، اشترى مؤخرًا`,
  },
  onboarding: {
    title: 'الترحيب بعميل جديد',
    description: 'سلسلة قصيرة: شكر، وطريقة الاستخدام، وما يمثله المتجر، وسبب للطلب مجددًا.',
    kpi: SECOND,
    plainKpi: AGAIN,
    why: ({ days }) => `أول طلب قبل ${days}`,
    plainWhy: () => 'بدأ الشراء مؤخرًا',
  },
  'post-purchase': {
    title: 'المتابعة بعد الشراء',
    description: 'شكر ونصائح لما اشتراه، ثم ما يناسبه.',
    kpi: 'طلب آخر خلال 60 يومًا',
    plainKpi: AGAIN,
    why: ({ days }) => `طلب قبل ${days}`,
    plainWhy: () => 'طلب مؤخرًا',
  },
  'easy-reorder': {
    title: 'تسهيل الطلب التالي',
    description: 'تذكير بما يُشترى مرارًا، يضاف إلى السلة بنقرة.',
    kpi: 'الطلبات من التذكير خلال 14 يومًا',
    plainKpi: 'الطلبات من التذكير',
    why: ({ orders, days }) => `${orders}، وحان التالي: مضى على آخرها ${days}`,
    plainWhy: () => 'يطلب بانتظام، وحان موعد الطلب التالي',
  },
  'win-back': {
    title: 'استعادة قبل فوات الأوان',
    description: 'عرض لفترة محدودة، مع الاحتفاظ بمجموعة ضابطة: ما يعود من نفسه ليس نجاحًا.',
    kpi: 'العودة للشراء خلال 90 يومًا مقابل مجموعة ضابطة',
    plainKpi: 'العودة للشراء مقابل مجموعة ضابطة',
    why: ({ segment, top, days }) => `${segment}، ضمن أعلى ${top} من الشريحة بالقيمة المتوقعة؛ بلا طلبات منذ ${days}`,
    plainWhy: (segment) => `${segment}، في أعلى الشريحة بالقيمة المتوقعة؛ بلا طلبات منذ مدة طويلة`,
  },
  'soft-nudge': {
    title: 'تنبيه لطيف بلا خصم',
    description: 'تذكير أو منتجات جديدة. يُختبر مقابل العرض المحدود قبل إنفاق المزيد.',
    kpi: 'العودة للشراء خلال 90 يومًا وتكلفتها',
    plainKpi: 'العودة للشراء وتكلفتها',
    why: ({ segment, orders, days }) => `${segment}: بلا طلبات منذ ${days}، وله ${orders}`,
    plainWhy: (segment) => `${segment}: بلا طلبات منذ مدة طويلة`,
  },
  'retention-call': {
    title: 'السؤال عما حدث',
    description: 'مكالمة أو استبيان قصير ممن يستطيع إصلاح الأمر.',
    kpi: 'العودة للشراء خلال 90 يومًا',
    plainKpi: 'العودة للشراء',
    why: ({ segment, orders }) => `${segment}، له ${orders}، وقيمته أعلى من معظم العملاء`,
    plainWhy: (segment) => `${segment}، وقيمته أعلى من معظم العملاء`,
  },
  'fit-help': {
    title: 'المساعدة على اختيار ما يبقى',
    description: 'نصائح المقاس، وصور أوضح، والاستبدال قبل الاسترداد.',
    kpi: 'نسبة الإرجاع في الأيام الـ90 القادمة',
    plainKpi: 'نسبة الإرجاع',
    why: ({ returned }) => `أُرجع ${returned} مما سُلِّم`,
    plainWhy: () => 'أُرجع كثير مما سُلِّم',
  },
  'dormant-wake': {
    title: 'الاستجابة لعودة النشاط',
    description: 'عاد إلى الموقع أو فتح رسالة: الآن هو وقت التواصل معه.',
    kpi: 'العودة للشراء خلال 90 يومًا',
    plainKpi: 'العودة للشراء',
    why: ({ segment, activity }) => `${segment}، لكنه نشط مجددًا: ${activity} مؤخرًا`,
    plainWhy: (segment) => `${segment}، لكنه نشط مجددًا`,
  },
  'dormant-low-touch': {
    title: 'تركه وشأنه بتكلفة قليلة',
    description: 'النشرة التلقائية فقط؛ ويُصرف الوقت والمال في غير ذلك.',
    kpi: 'تكلفة كل عميل جرى الوصول إليه',
    why: ({ segment, days }) => `${segment}: بلا طلبات منذ ${days} ولا علامة نشاط`,
    plainWhy: (segment) => `${segment}: بلا طلبات منذ مدة طويلة ولا علامة نشاط`,
  },
  'sale-news': {
    title: 'الإخبار بالتخفيضات',
    description: 'رسالة عند خفض الأسعار وانتهاء المواسم؛ الأسعار الكاملة لا تحرك هذا العميل.',
    kpi: 'هامش الطلبات من الرسالة',
    why: ({ discount }) => `يشتري بخصم متوسطه ${discount}`,
    plainWhy: () => 'يشتري بالخصومات',
  },
  're-engage-new': {
    title: 'الاستعادة بعد الطلب الأول',
    description: 'طلب ولم يعد: اعرض ما اشتراه الآخرون بعد ذلك.',
    kpi: SECOND,
    plainKpi: AGAIN,
    why: ({ days }) => `طلب واحد قبل ${days}، ولا شيء بعده`,
    plainWhy: () => 'طلب منذ مدة، ولا شيء بعدها',
  },
  'first-order': {
    title: 'القيادة إلى الطلب الأول',
    description: 'أكثر المنتجات رواجًا، وآراء الآخرين فيها، ومساعدة على الاختيار.',
    kpi: 'طلب أول خلال 90 يومًا',
    plainKpi: 'نسبة من يطلبون',
    why: () => 'معروف لدى المتجر ولم يطلب بعد',
    plainWhy: () => 'معروف لدى المتجر ولم يطلب بعد',
  },
  'second-category': {
    title: 'عرض الفئة التالية',
    description: 'رسالة بالمنتجات التي اشتراها غيره في الشريحة إلى جانب الأشياء نفسها.',
    kpi: 'نسبة من ينتقلون إلى عملاء أوفياء أو كبار العملاء خلال 365 يومًا',
    plainKpi: 'نسبة من ينتقلون إلى عملاء أوفياء أو كبار العملاء',
    why: ({ segment, orders }) => `${segment}، له ${orders}`,
    plainWhy: (segment) => `${segment}، عاد للشراء`,
  },
};

const PERKS: Readonly<Record<ShippedPerk, string>> = {
  'ultra-vip-care': 'خدمة شخصية',
  'vip-early-access': 'وصول مبكر إلى المنتجات الجديدة',
  'loyalty-tier': 'نقاط على كل طلب',
  referral: 'هدية لك ولصديق تدعوه',
};

export const actions = actionSentences({
  actions: ACTIONS,
  perks: PERKS,
  orders: ORDERS,
  days: DAYS,
  activity: {
    zero: '# زيارة أو فتح رسالة',
    one: 'زيارة أو فتح رسالة واحدة',
    two: 'زيارتان أو فتح رسالتين',
    few: '# زيارات أو رسائل مفتوحة',
    many: '# زيارة أو رسالة مفتوحة',
    other: '# زيارة أو رسالة مفتوحة',
  },
  unknown: 'غير معروف',
  meetsRule: (segment) => `${segment}، ويستوفي ما يتطلبه هذا الإجراء`,
});
