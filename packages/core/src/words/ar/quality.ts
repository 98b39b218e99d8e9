import type { Measure, QualityKind, Tie } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';
import { BUYERS, CLUSTERS as CLUSTER_COUNT, CROWDS, TIMES } from './counted.js';

const DEVIATIONS = 'انحراف معياري';
const q = (text: string) => `«${text}»`;

const tied = (measure: Measure, value: number, s: Speaker) => {
  if (measure === 'recency') return `كان آخر طلب لهم قبل ${s.days(value)}`;
  if (measure === 'monetary') return `أنفقوا ${s.money(value)}`;
  return `طلبوا ${s.plural(value, TIMES)}`;
};
const because = (measure: Measure, tie: Tie | null, s: Speaker) =>
  tie === null ? '' : `: ${s.percent(tie.share)} من المشترين ${tied(measure, tie.value, s)}`;

const CHOSEN = {
  'no-bend': (own: string) => `${own}: الأفضل انفصالًا؛ ولا انعطاف في منحنى القصور`,
  agree: (own: string) => `${own}: ينعطف منحنى القصور هنا، وهي الأفضل انفصالًا`,
  separated: (own: string, other: string) => `${own}: أفضل انفصالًا من ${other} عند انعطاف القصور`,
  'says-more': (own: string, other: string) =>
    `${own}: ينعطف القصور هنا، وهي أبلغ دلالة من ${other} مع خسارة قليلة في الانفصال`,
  'much-separated': (own: string, other: string) => `${own}: أفضل انفصالًا بكثير من ${other} عند انعطاف القصور`,
};

export const quality: Sentences<QualityKind> = {
  'clusters-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}؛ تتطلب المجموعات ${s.count(needed)}`,
    () => 'المشترون أقل من أن تتكون مجموعات',
  ],
  'outliers-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}؛ تتطلب الحالات الشاذة تجمّعًا من ${s.count(needed)}`,
    () => 'المشترون أقل من أن تظهر حالات شاذة',
  ],
  'quintiles-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}؛ تتطلب الأخماس ${s.count(needed)}`,
    () => 'المشترون أقل من أن تُحسب الدرجات',
  ],
  'buyers-alike': () => 'جميع المشترين متشابهون في كل السمات',
  'buyers-too-alike': () => 'المشترون المختلفون أقل من أن تتكون مجموعات',
  'no-crowd': () => 'لا نصف قطر يضم تجمّعًا',
  'clusters-overlap': () => 'المجموعات متداخلة: هي تقسيمات مفيدة لجمهور متصل لا مجموعات منفصلة',
  'centres-held': [
    ({ share, mostMoved }, s) =>
      `قطعت المراكز ${s.percent(share)} من الطريق من التشغيل السابق إلى أفضل ملاءمة: ` +
      `ولو زادت لتغيّرت مجموعة أكثر من ${s.percent(mostMoved)} من العملاء لهذا السبب وحده`,
    () => 'لم تقطع المراكز كامل الطريق إلى أفضل ملاءمة، كي لا تتغيّر مجموعة كثير من العملاء لهذا السبب وحده',
  ],
  'feature-unknown': () => 'غير معروف لأي عميل',
  'feature-rarely-known': [
    ({ share }, s) => `معروف لدى ${s.percent(share)} من العملاء فقط`,
    () => 'معروف لدى قلة من العملاء فقط',
  ],
  'feature-same': () => 'متقارب لدى جميع العملاء',
  'returns-rare': () => 'قلة قليلة من العملاء تُرجع شيئًا',
  'feature-repeats': ({ feature }, s) => `يعبّر عن الشيء نفسه مثل: ${s.plainFeature(feature)}`,
  'count-set': [
    ({ clusters }, s) => `${s.plural(clusters, CLUSTER_COUNT)}: العدد مضبوط لا مختار`,
    () => 'عدد المجموعات مضبوط لا مختار',
  ],
  'count-kept': [
    ({ clusters, silhouette, other, otherSilhouette }, s) =>
      `${s.plural(clusters, CLUSTER_COUNT)} كما في السابق: معامل الظلال ${s.fixed(silhouette, 2)}، وعند اختيار جديد (${s.count(other)}) يكون ` +
      `${s.fixed(otherSilhouette, 2)}، وهي زيادة أقل من أن تُغيَّر لأجلها كل الأسماء`,
    () => 'عدد المجموعات كما في السابق: الاختيار الجديد لا يستحق تغيير كل الأسماء',
  ],
  'count-chosen': [
    ({ because: why, clusters, silhouette, other, otherSilhouette }, s) => {
      const of = (count: number, separation: number) =>
        `${s.plural(count, CLUSTER_COUNT)} (معامل الظلال ${s.fixed(separation, 2)})`;
      return CHOSEN[why](of(clusters, silhouette), of(other ?? clusters, otherSilhouette ?? silhouette));
    },
    () => 'عدد المجموعات الذي يفصل بينها على أفضل وجه',
  ],
  'count-by-rules': [
    ({ segments: count }, s) => `عدد الشرائح ${s.count(count)}: بعدد القواعد`,
    () => 'عدد الشرائح بعدد القواعد',
  ],
  'count-by-scheme': [
    ({ tiers }, s) => `عدد المستويات ${s.count(tiers)}، كما في النظام`,
    () => 'المستويات كما في النظام',
  ],
  'count-of-crowds': [
    ({ crowds, customers, radius, outlierShare }, s) =>
      `${s.plural(crowds, CROWDS)}: يتكوّن التجمّع من ${s.count(customers)} عملاء ضمن ${s.fixed(radius, 2)} ${DEVIATIONS}، ` +
      `ونصف القطر من منحنى مسافات k ما لم يُضبط؛ و${s.percent(outlierShare, 1)} حالات شاذة`,
    () => 'بعدد التجمّعات المتقاربة، ونصف القطر من منحنى مسافات k ما لم يُضبط',
  ],
  'scores-impossible': [
    ({ measure, scores, tie }, s) =>
      `درجات ${s.measure(measure)} التالية لا يمكن أن تقع: ${s.numbers(scores)}${because(measure, tie, s)}`,
    ({ measure }, s) => `بعض درجات ${s.measure(measure)} لا يمكن أن تقع`,
  ],
  'scores-empty': [
    ({ measure, scores, tie }, s) =>
      `لا أحد لديه درجات ${s.measure(measure)} التالية: ${s.numbers(scores)}${because(measure, tie, s)}`,
    ({ measure }, s) => `بعض درجات ${s.measure(measure)} ليست لدى أي عميل`,
  ],
  'score-crowded': [
    ({ measure, score, share }, s) =>
      `${s.percent(share)} من المشترين لديهم درجة ${s.measure(measure)} ${s.count(score)}`,
    ({ measure }, s) => `معظم المشترين لديهم درجة ${s.measure(measure)} نفسها`,
  ],
  'segment-empty': ({ segment }, s) => `لا أحد في ${q(s.text(segment.title))}`,
  'segment-crowded': [
    ({ segment, share }, s) => `${s.percent(share)} من المشترين في ${q(s.text(segment.title))}`,
    ({ segment }, s) => `معظم المشترين في ${q(s.text(segment.title))}`,
  ],
  'segments-upside-down': [
    ({ better, betterAverage, worse, worseAverage }, s) =>
      `متوسط صافي الإنفاق في ${q(s.text(better.title))} أقل منه في ${q(s.text(worse.title))} (${s.money(betterAverage)} مقابل ${s.money(worseAverage)})`,
    ({ better, worse }, s) => `متوسط صافي الإنفاق في ${q(s.text(better.title))} أقل منه في ${q(s.text(worse.title))}`,
  ],
  'tiers-fixed': [
    ({ needed, found }, s) =>
      `حدود ثابتة: تتطلب الفئات الطبيعية ${s.count(needed)} درجات مختلفة، والموجود ${s.count(found)}`,
    () => 'حدود ثابتة: الدرجات المختلفة أقل من أن تكفي لفئات طبيعية',
  ],
  notes: ({ parts }, s) => parts.map(s.text).join('؛ '),
};
