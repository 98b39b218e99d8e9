import type { FeatureName } from '../../customers/features.js';
import { type ConditionGrammar, conditionInWords, fieldsInWords } from '../conditions.js';
import type { ClusterRole, Difference, ModelKey, SegmentKind, ShippedSegment, Tier, Trait } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';
import { CUSTOMERS, ORDERS } from './counted.js';

const CONDITIONS: ConditionGrammar = {
  everybodyElse: 'لا تنطبق أي من القواعد السابقة',
  bounds: { gte: 'لا تقل عن #', gt: 'أكثر من #', lte: 'لا تزيد على #', lt: 'أقل من #' },
  both: ' و',
  and: '، و',
  or: '، أو ',
  score: (measure) => `درجة ${measure}`,
  scores: (names, count, word, bounds) =>
    `${word === 'and' && count > 1 ? 'درجات' : 'درجة'} ${names} ${word === 'and' && count > 2 ? 'جميعها ' : ''}${bounds}`,
  comparison: (name, bounds) => `${name}: ${bounds}`,
  brackets: ['(', ')'],
};

const DEVIATIONS = 'انحراف معياري';
const q = (text: string) => `«${text}»`;

const TITLES: Readonly<Record<ShippedSegment, string>> = {
  'rfm:vip': 'كبار العملاء',
  'rfm:loyal': 'عملاء أوفياء',
  'rfm:potential-loyalist': 'أوفياء محتملون',
  'rfm:at-risk': 'مهددون بالفقدان',
  'rfm:dormant': 'عملاء خاملون',
  'rfm:regulars': 'بقية العملاء',
  'value:premium': 'مميز',
  'value:loyal': 'قيمة عالية',
  'value:regular': 'قيمة متوسطة',
  'value:occasional': 'عرضي',
  'value:at-risk': 'قيمة منخفضة',
  'behaviour:all-customers': 'جميع العملاء',
  'outliers:typical': 'معتاد',
  'outliers:small-groups': 'مجموعات صغيرة',
  'outliers:outliers': 'حالات شاذة',
  prospect: 'عميل محتمل',
};

const DESCRIPTIONS: Readonly<Record<Exclude<ShippedSegment, `value:${Tier}`>, string>> = {
  'rfm:vip': 'اشتروا مؤخرًا، ويشترون كثيرًا، وهم الأكثر إنفاقًا.',
  'rfm:loyal': 'اشتروا مؤخرًا، ويشترون كثيرًا أو ينفقون الكثير.',
  'rfm:potential-loyalist': 'شراؤهم حديث نسبيًا وقد كرروا الشراء.',
  'rfm:at-risk': 'كانوا عملاء جيدين، لكنهم لم يشتروا منذ مدة طويلة.',
  'rfm:dormant': 'اشتروا منذ زمن بعيد، ونادرًا، وبمبالغ قليلة.',
  'rfm:regulars': 'بقية العملاء: معظمهم بطلب متواضع القيمة منذ وقت غير بعيد.',
  'behaviour:all-customers': 'كل من طلب: لا تكفي البيانات للتمييز بينهم.',
  'outliers:typical': 'كل من طلب: عددهم قليل أو تشابههم كبير بحيث لا تظهر حالات شاذة.',
  'outliers:small-groups': 'تجمّعات صغيرة من عملاء متشابهين فيما بينهم.',
  'outliers:outliers': 'لا يشبهون أحدًا: كبار جدًا أو متكررون جدًا أو غير معتادين، ويستحقون نظرة عن قرب.',
  prospect: 'معروف لدى المتجر ولم يطلب بعد.',
};

const RANKS: Readonly<Record<Tier, string>> = {
  premium: 'أعلى درجة قيمة',
  loyal: 'درجة قيمة عالية',
  regular: 'درجة قيمة متوسطة',
  occasional: 'درجة قيمة منخفضة',
  'at-risk': 'أدنى درجة قيمة',
};
const OF_VALUE = 'تعبّر عن القيمة لا عن حداثة الشراء.';

const CLUSTERS: Readonly<Record<ClusterRole, { title: string; beside?: string; phrase: string; quiet?: string }>> = {
  best: {
    title: 'أوفياء عالو القيمة',
    beside: 'كبار العملاء',
    phrase: 'يشترون كثيرًا ومؤخرًا وبأعلى المبالغ',
    quiet: 'اشتروا أكثر من غيرهم وبأعلى المبالغ',
  },
  frequent: {
    title: 'مشترون متكررون',
    beside: 'زبائن أوفياء',
    phrase: 'يعودون بانتظام وينفقون باعتدال',
    quiet: 'عادوا وأنفقوا باعتدال',
  },
  'big-basket': { title: 'أصحاب السلال الكبيرة', phrase: 'يطلبون نادرًا، لكن بكميات كبيرة' },
  bargain: { title: 'صائدو العروض', phrase: 'يشترون عند وجود خصم' },
  occasional: {
    title: 'متسوقون عرضيون',
    phrase: 'يشترون من حين لآخر، ومجال نموهم قائم',
    quiet: 'اشتروا من حين لآخر',
  },
  new: { title: 'عملاء جدد', phrase: 'جاؤوا مؤخرًا وما زالوا في البداية' },
  'new-inactive': { title: 'جدد/غير نشطين', phrase: 'اشتروا نادرًا، بعضهم مؤخرًا وبعضهم منذ زمن' },
  returning: { title: 'كثيرو الإرجاع', phrase: 'يُرجعون الكثير مما يشترون' },
  'at-risk': { title: 'معرّضون للفقدان', phrase: 'اشتروا جيدًا، لكن ليس منذ مدة' },
  dormant: { title: 'خاملون', beside: 'غير نشطين', phrase: 'اشتروا نادرًا وقليلًا ومنذ زمن بعيد' },
};

const MORE_AND_LESS: Readonly<Partial<Record<FeatureName, readonly [more: string, less: string]>>> = {
  recencyDays: ['منذ مدة أطول', 'أحدث'],
  orders: ['طلبات أكثر', 'طلبات أقل'],
  netRevenue: ['إنفاق أعلى', 'إنفاق أقل'],
  tenureDays: ['أقدم', 'أجدد'],
  discountShare: ['خصومات أكثر', 'خصومات أقل'],
  returnRate: ['إرجاع أكثر', 'إرجاع أقل'],
  averageOrderValue: ['طلبات أكبر', 'طلبات أصغر'],
  distinctCategories: ['فئات أكثر', 'فئات أقل'],
};
const differs = ({ feature, side }: Difference, s: Speaker) =>
  MORE_AND_LESS[feature]?.[side === 'more' ? 0 : 1] ?? `${s.plainFeature(feature)} ${side === 'more' ? 'أكثر' : 'أقل'}`;
const distinct = (title: string, difference: Difference | null, number: number | null, s: Speaker) =>
  difference !== null ? `${title}، ${differs(difference, s)}` : number === null ? title : `${title} ${s.count(number)}`;

const traits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(
      ({ feature, own, usual }) =>
        `${s.feature(feature)} ${s.about(feature, own)}، والمعتاد ${s.about(feature, usual)}`,
    )
    .join('؛ ');
const plainTraits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(({ feature, own, usual }) => `${s.plainFeature(feature)} ${own > usual ? 'أعلى' : 'أدنى'} من المعتاد`)
    .join('؛ ');

const MODELS: Readonly<Record<ModelKey, readonly [title: string, method: string]>> = {
  rfm: [
    'RFM',
    'درجات حداثة الشراء وتكراره وصافي الإنفاق، بالأخماس ما لم يُضبط غير ذلك؛ قواعد مرتبة تُعتمد أسبقها انطباقًا',
  ],
  value: ['درجة القيمة', 'مئينات مرجّحة لصافي الإنفاق وتكرار الشراء وقيمة الطلب، في مستويات'],
  behaviour: [
    'السلوك',
    'خوارزمية k-means على سمات معيارية، وعدد المجموعات بطريقة الكوع والظلال، مع بقاء المفاتيح بين التشغيلات',
  ],
  outliers: ['الحالات الشاذة', 'خوارزمية DBSCAN على سمات معيارية، ونصف القطر من منحنى مسافات k'],
  clv: ['القيمة المتوقعة للعميل', 'انحدار Tweedie أو BG/NBD مع Gamma-Gamma، أيهما كان أفضل في الاختبار الأخير'],
  recommendations: ['التوصيات', 'مزيج من المشتريات المشتركة وفترات إعادة الشراء والرواج الحديث'],
};

const TERMS = { spend: 'صافي الإنفاق', frequency: 'تكرار الشراء', orderValue: 'قيمة الطلب' } as const;

export const segments: Sentences<SegmentKind> = {
  'no-order-yet': () => 'لم يطلب بعد',
  'too-few-buyers': [
    ({ buyers, needed, segment }, s) =>
      `عدد المشترين ${s.count(buyers)} فقط من ${s.count(needed)} تتطلبها الدرجات: يُعدّ الجميع ضمن ${q(s.text(segment.title))}`,
    ({ segment }, s) => `المشترون أقل من أن تُحسب الدرجات: يُعدّ الجميع ضمن ${q(s.text(segment.title))}`,
  ],
  'rule-met': [
    ({ segment, condition }, s) => `${s.text(segment.title)}: ${conditionInWords(condition, CONDITIONS, s)}`,
    ({ segment, condition }, s) =>
      condition === null
        ? `${s.text(segment.title)}: ${CONDITIONS.everybodyElse}`
        : `${s.text(segment.title)}: بحسب ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  condition: [
    ({ condition }, s) => conditionInWords(condition, CONDITIONS, s),
    ({ condition }, s) =>
      condition === null ? CONDITIONS.everybodyElse : `بحسب ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  'feature-value': [
    ({ feature, value }, s) => `${s.feature(feature)}: ${s.value(feature, value)}`,
    ({ feature }, s) => `${s.plainFeature(feature)}: كما تتطلب القاعدة`,
  ],
  'recency-score': [
    ({ score, days }, s) => `درجة حداثة الشراء ${s.count(score)} من 5: آخر طلب قبل ${s.days(days)}`,
    ({ score }) => `آخر طلب: ${['منذ زمن بعيد', 'منذ مدة طويلة', 'منذ مدة', 'حديث نسبيًا', 'حديث'][score - 1]}`,
  ],
  'frequency-score': [
    ({ score, orders }, s) => `درجة تكرار الشراء ${s.count(score)} من 5: ${s.plural(orders, ORDERS)}`,
    ({ score }) => `الطلبات: ${['نادرة جدًا', 'نادرة', 'من حين لآخر', 'كثيرة', 'كثيرة جدًا'][score - 1]}`,
  ],
  'monetary-score': [
    ({ score, amount }, s) => `درجة الإنفاق ${s.count(score)} من 5: صافي الإنفاق ${s.money(amount)}`,
    ({ score }) => `صافي الإنفاق: ${['منخفض جدًا', 'منخفض', 'متوسط', 'مرتفع', 'مرتفع جدًا'][score - 1]}`,
  ],
  'score-unknown': [
    ({ measure, score }, s) =>
      `درجة ${s.measure(measure)} ${score === null ? 'غير متوفرة' : `${s.count(score)} من 5`}: القيمة غير معروفة`,
    ({ measure }, s) => `${s.measure(measure)}: غير معروف`,
  ],
  'order-moves': [
    ({ orders, size, segment }, s) =>
      `${s.plural(orders, { zero: '# طلب', one: 'طلب إضافي واحد', two: 'طلبان إضافيان', few: '# طلبات إضافية', many: '# طلبًا إضافيًا', other: '# طلب إضافي' })}${size === 'any' ? '' : ' بالحجم المعتاد'} الآن يعني الانتقال إلى ${q(s.text(segment.title))}`,
    ({ segment }, s) => `الطلب مجددًا الآن يعني الانتقال إلى ${q(s.text(segment.title))}`,
  ],
  'spend-moves': [
    ({ bound, now, segment }, s) =>
      `طلب إضافي واحد يرفع صافي الإنفاق فوق ${s.money(bound)} (الآن ${s.money(now)}) يعني الانتقال إلى ${q(s.text(segment.title))}`,
    ({ segment }, s) => `طلب أكبر يعني الانتقال إلى ${q(s.text(segment.title))}`,
  ],
  'silence-moves': [
    ({ days, segment }, s) => `من دون طلب، ينتقل إلى ${q(s.text(segment.title))} بعد ${s.days(days)} من آخر طلب`,
    ({ segment }, s) => `من دون طلب، ينتقل مع الوقت إلى ${q(s.text(segment.title))}`,
  ],
  'waiting-moves': [
    ({ days, segment }, s) => `بعد ${s.days(days)} أخرى من دون طلب ينتقل إلى ${q(s.text(segment.title))}`,
    ({ segment }, s) => `من دون طلب، ينتقل مع الوقت إلى ${q(s.text(segment.title))}`,
  ],
  'points-move': [
    ({ points, segment }, s) => `${s.fixed(points, 3)} نقطة إضافية تعني الانتقال إلى ${q(s.text(segment.title))}`,
    ({ segment }, s) => `درجة قيمة أعلى تعني الانتقال إلى ${q(s.text(segment.title))}`,
  ],
  'value-score': [({ score }, s) => `درجة القيمة ${s.fixed(score, 3)}`, () => 'بحسب درجة القيمة'],
  'value-term': [
    ({ term, percentile, adds, most }, s) =>
      `${TERMS[term]} يساوي أو يفوق ما لدى ${s.percent(percentile)} من المشترين: يضيف ${s.fixed(adds, 3)} من ${s.shortest(most, 3)} كحد أقصى`,
    ({ term, percentile }) =>
      `${TERMS[term]}: ${percentile >= 0.8 ? 'بين الأعلى' : percentile >= 0.5 ? 'فوق الوسط' : percentile >= 0.2 ? 'دون الوسط' : 'بين الأدنى'}`,
  ],
  'value-unscored': [
    ({ buyers, segment }, s) => `لا درجة قيمة (عدد المشترين ${s.count(buyers)}): يُعدّ ضمن ${q(s.text(segment.title))}`,
    ({ segment }, s) => `لا درجة قيمة: يُعدّ ضمن ${q(s.text(segment.title))}`,
  ],
  'cluster-only': ({ segment }, s) => `لا مجموعة غير ${q(s.text(segment.title))}`,
  'cluster-nearest': [
    ({ segment, distance, next, nextDistance }, s) =>
      `الأقرب إلى ${q(s.text(segment.title))}: على بعد ${s.fixed(distance, 2)} ${DEVIATIONS} من مركزها، ` +
      `و${s.fixed(nextDistance, 2)} من مركز ${q(s.text(next.title))}`,
    ({ segment, next }, s) => `سلوكه أقرب إلى ${q(s.text(segment.title))}، ثم إلى ${q(s.text(next.title))}`,
  ],
  'features-missing': [
    ({ features }, s) =>
      `${s.plural(features, { zero: '# سمة غير معروفة', one: 'سمة واحدة غير معروفة', two: 'سمتان غير معروفتين', few: '# سمات غير معروفة', many: '# سمة غير معروفة', other: '# سمة غير معروفة' })}، حُسبت بوسيط جميع المشترين`,
    () => 'السمات غير المعروفة حُسبت بوسيط جميع المشترين',
  ],
  'cluster-trait': [
    ({ feature, segment, usual, all, own }, s) =>
      `${s.feature(feature)}: ${q(s.text(segment.title))} ${s.about(feature, usual)}، جميع المشترين ${s.about(feature, all)}؛ ` +
      (own === null ? 'وهنا غير معروف، فيُحسب كالمعتاد' : `وهنا ${s.about(feature, own)}`),
    ({ feature, segment, usual, all }, s) =>
      `${s.plainFeature(feature)}: ${usual > all ? 'أعلى' : 'أدنى'} في ${q(s.text(segment.title))} مما لدى جميع المشترين`,
  ],
  'cluster-returns': [
    ({ segment, usual, all, pieces }, s) =>
      `${s.feature('returnRate')}: ${q(s.text(segment.title))} ${s.percent(usual)}، جميع المشترين ${s.percent(all)}؛ ` +
      (pieces === null
        ? 'وهنا لم يُسلَّم شيء، فيُحسب كجميع المشترين'
        : `وهنا ${s.count(pieces.returned)} من ${s.count(pieces.delivered)} قطعة`),
    ({ segment, usual, all }, s) =>
      `${s.plainFeature('returnRate')}: ${usual > all ? 'أعلى' : 'أدنى'} في ${q(s.text(segment.title))} مما لدى جميع المشترين`,
  ],
  'change-moves': [
    ({ feature, side, bound, segment }, s) =>
      `${s.feature(feature)} ${side === 'above' ? 'فوق' : 'دون'} ${s.about(feature, bound)} يقرّبه من ${q(s.text(segment.title))} إذا بقي ما عداه على حاله`,
    ({ feature, side, segment }, s) =>
      `${side === 'above' ? 'الزيادة' : 'النقصان'} في هذا يقرّبه من ${q(s.text(segment.title))}: ${s.plainFeature(feature)}`,
  ],
  'crowd-middle': [
    ({ segment, customers, radius }, s) =>
      `في وسط ${q(s.text(segment.title))}: ما لا يقل عن ${s.plural(customers, CUSTOMERS)} ضمن ${s.fixed(radius, 2)} ${DEVIATIONS}`,
    ({ segment }, s) => `في وسط ${q(s.text(segment.title))}`,
  ],
  'crowd-member': [
    ({ segment, distance, radius }, s) =>
      `على بعد ${s.fixed(distance, 2)} ${DEVIATIONS} من عميل في وسط ${q(s.text(segment.title))}، ضمن نصف القطر ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `قريب من وسط ${q(s.text(segment.title))}`,
  ],
  'crowd-far': [
    ({ segment, distance, radius }, s) =>
      `أقرب تجمّع، ${q(s.text(segment.title))}، على بعد ${s.fixed(distance, 2)} ${DEVIATIONS}، أبعد من نصف القطر ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `بعيد عن أقرب تجمّع، ${q(s.text(segment.title))}`,
  ],
  unusual: [
    ({ traits: list }, s) => `غير معتاد: ${traits(list, s)}`,
    ({ traits: list }, s) => `غير معتاد: ${plainTraits(list, s)}`,
  ],
  'outlier-beyond': [
    ({ radius }, s) => `ما يبعد أكثر من ${s.fixed(radius, 2)} ${DEVIATIONS} عن كل تجمّع يكون حالة شاذة`,
    () => 'ما يبعد أكثر عن كل تجمّع يكون حالة شاذة',
  ],
  'nearer-joins': [
    ({ distance, segment }, s) =>
      `لو كان أقرب بمقدار ${s.fixed(distance, 2)} ${DEVIATIONS} لكان ضمن ${q(s.text(segment.title))}`,
    ({ segment }, s) => `لو كان أقرب لكان ضمن ${q(s.text(segment.title))}`,
  ],
  'stands-apart': [
    ({ feature, deviations }, s) =>
      `${s.feature(feature)} ${deviations > 0 ? 'فوق' : 'دون'} المشتري المتوسط بمقدار ${s.fixed(Math.abs(deviations), 1)} ${DEVIATIONS}`,
    ({ feature, deviations }, s) => `${s.plainFeature(feature)} ${deviations > 0 ? 'فوق' : 'دون'} المشتري المتوسط`,
  ],

  'segment-title': ({ segment }) => TITLES[segment],
  'segment-description': ({ segment }) => DESCRIPTIONS[segment],
  'public-label': () => 'من كبار العملاء',
  'tier-description': [
    ({ tier, from, to }, s) => {
      if (to === null) return `${RANKS[tier]}: من ${s.shortest(from ?? 0, 3)} فما فوق.`;
      if (from === null) return `${RANKS[tier]}: دون ${s.shortest(to, 3)}. ${OF_VALUE}`;
      return `${RANKS[tier]}: من ${s.shortest(from, 3)} إلى ما دون ${s.shortest(to, 3)}.`;
    },
    ({ tier, from }) => (from === null ? `${RANKS[tier]}. ${OF_VALUE}` : `${RANKS[tier]}.`),
  ],
  'cluster-title': ({ role, bargains, difference, number }, s) => {
    const { title, beside } = CLUSTERS[role];
    return distinct(bargains ? (beside ?? title) : title, difference, number, s);
  },
  'cluster-description': [
    ({ role, quiet, orders, netRevenue, recencyDays, customerShare, revenueShare }, s) => {
      const { phrase, quiet: quietly } = CLUSTERS[role];
      const average = (value: number | null) =>
        value === null ? 'غير معروف' : s.fixed(value, Math.abs(value) < 100 ? 1 : 0);
      const spent = netRevenue === null ? 'غير معروف' : s.money(netRevenue);
      const revenue = revenueShare === null ? '' : ` و${s.percent(revenueShare)} من الإيرادات`;
      return (
        `${quiet ? (quietly ?? phrase) : phrase}: في المتوسط عدد الطلبات ${average(orders)}، والإنفاق ${spent}، والأيام منذ آخر طلب ` +
        `${average(recencyDays)}؛ ${s.percent(customerShare)} من العملاء${revenue}.`
      );
    },
    ({ role, quiet }) => `${quiet ? (CLUSTERS[role].quiet ?? CLUSTERS[role].phrase) : CLUSTERS[role].phrase}.`,
  ],
  'crowd-title': ({ difference, number }, s) => distinct('تجمّع', difference, number, s),
  'crowd-description': [
    ({ place, traits: list }, s) => `${place === 'middle' ? 'عامة العملاء' : 'تجمّع قائم بذاته'}: ${traits(list, s)}.`,
    ({ place, traits: list }, s) =>
      place === 'middle' ? 'عامة العملاء.' : `تجمّع قائم بذاته: ${plainTraits(list, s)}.`,
  ],
  'small-crowds': [
    ({ crowds }, s) => `عدد التجمّعات الصغيرة من عملاء متشابهين: ${s.count(crowds)}.`,
    () => 'تجمّعات صغيرة من عملاء متشابهين فيما بينهم.',
  ],
  'model-title': ({ model }) => MODELS[model][0],
  'model-method': ({ model }) => MODELS[model][1],
};
