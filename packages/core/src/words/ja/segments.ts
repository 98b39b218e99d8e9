import type { FeatureName } from '../../customers/features.js';
import { type ConditionGrammar, conditionInWords, fieldsInWords } from '../conditions.js';
import type { ClusterRole, Difference, ModelKey, SegmentKind, ShippedSegment, Tier, Trait } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONDITIONS: ConditionGrammar = {
  everybodyElse: 'これより前のどの規則にも当てはまらない',
  bounds: { gte: '#以上', gt: '#超', lte: '#以下', lt: '#未満' },
  both: 'かつ',
  and: '、かつ',
  or: '、または',
  score: (measure) => `${measure}スコア`,
  scores: (names, count, word, bounds) =>
    `${names}のスコアが${count > 1 ? (word === 'and' ? 'いずれも' : 'どちらか') : ''}${bounds}`,
  comparison: (name, bounds) => `${name}が${bounds}`,
  brackets: ['（', '）'],
};

const DEVIATIONS = '標準偏差';
const q = (text: string) => `「${text}」`;

const TITLES: Readonly<Record<ShippedSegment, string>> = {
  'rfm:vip': 'VIP',
  'rfm:loyal': 'ロイヤル顧客',
  'rfm:potential-loyalist': 'ロイヤル候補',
  'rfm:at-risk': '離反の恐れ',
  'rfm:dormant': '休眠顧客',
  'rfm:regulars': 'その他の顧客',
  'value:premium': 'プレミアム',
  'value:loyal': '高価値',
  'value:regular': '中価値',
  'value:occasional': 'ときどき購入',
  'value:at-risk': '低価値',
  'behaviour:all-customers': 'すべての顧客',
  'outliers:typical': '標準的',
  'outliers:small-groups': '小さな集団',
  'outliers:outliers': '外れ値',
  prospect: '見込み客',
};

const DESCRIPTIONS: Readonly<Record<Exclude<ShippedSegment, `value:${Tier}`>, string>> = {
  'rfm:vip': '最近購入し、購入頻度が高く、購入額も最も多い顧客です。',
  'rfm:loyal': '最近購入し、購入頻度が高いか購入額が多い顧客です。',
  'rfm:potential-loyalist': '比較的最近購入し、すでに再購入している顧客です。',
  'rfm:at-risk': 'よく購入していましたが、長い間購入していない顧客です。',
  'rfm:dormant': '昔、まれに、少しだけ購入した顧客です。',
  'rfm:regulars': 'それ以外の顧客です。多くは少額の注文を、あまり昔でない時期にしています。',
  'behaviour:all-customers': '注文したことのあるすべての顧客です。区別するには情報が足りません。',
  'outliers:typical': '注文したことのあるすべての顧客です。外れ値を探すには少なすぎるか、似すぎています。',
  'outliers:small-groups': '互いに似た顧客からなる小さな集団です。',
  'outliers:outliers': 'ほかに似た顧客がいません。購入額や頻度が極端に高いなど、個別に確認する価値があります。',
  prospect: 'ショップに登録はありますが、まだ注文がありません。',
};

const RANKS: Readonly<Record<Tier, string>> = {
  premium: '顧客価値スコアが最も高い',
  loyal: '顧客価値スコアが高い',
  regular: '顧客価値スコアが中程度',
  occasional: '顧客価値スコアが低い',
  'at-risk': '顧客価値スコアが最も低い',
};
const OF_VALUE = '価値を表すもので、最新購入日は考慮していません。';

const CLUSTERS: Readonly<Record<ClusterRole, { title: string; beside?: string; phrase: string; quiet?: string }>> = {
  best: {
    title: '高価値ロイヤル顧客',
    beside: 'VIP',
    phrase: '最近まで頻繁に、最も多く購入',
    quiet: 'ほかの顧客より頻繁に、最も多く購入していた',
  },
  frequent: {
    title: '高頻度購入者',
    beside: 'ロイヤル常連客',
    phrase: '定期的に再来店し、ほどほどに購入',
    quiet: '再来店し、ほどほどに購入していた',
  },
  'big-basket': { title: 'まとめ買い客', phrase: '注文はまれだが、まとめて購入' },
  bargain: { title: 'バーゲン好き', phrase: '割引があるときに購入' },
  occasional: {
    title: 'ときどき購入する客',
    phrase: 'ときどき購入し、伸びる余地がある',
    quiet: 'ときどき購入していた',
  },
  new: { title: '新規顧客', phrase: '最近来たばかりで、まだ始まったところ' },
  'new-inactive': { title: '新規/休眠', phrase: '購入は少なく、最近の客も昔の客もいる' },
  returning: { title: '返品の多い客', phrase: '購入した多くを返品' },
  'at-risk': { title: '離反の恐れがある客', phrase: 'よく購入していたが、長い間購入がない' },
  dormant: { title: '休眠客', beside: '不活動客', phrase: '昔、まれに、少しだけ購入' },
};

const MORE_AND_LESS: Readonly<Partial<Record<FeatureName, readonly [more: string, less: string]>>> = {
  recencyDays: ['購入が昔', '購入が最近'],
  orders: ['注文が多い', '注文が少ない'],
  netRevenue: ['購入額が多い', '購入額が少ない'],
  tenureDays: ['顧客歴が長い', '顧客歴が短い'],
  discountShare: ['割引が多い', '割引が少ない'],
  returnRate: ['返品が多い', '返品が少ない'],
  averageOrderValue: ['注文単価が高い', '注文単価が低い'],
  distinctCategories: ['カテゴリーが多い', 'カテゴリーが少ない'],
};
const differs = ({ feature, side }: Difference, s: Speaker) =>
  MORE_AND_LESS[feature]?.[side === 'more' ? 0 : 1] ??
  `${s.plainFeature(feature)}が${side === 'more' ? '多い' : '少ない'}`;
const distinct = (title: string, difference: Difference | null, number: number | null, s: Speaker) =>
  difference !== null
    ? `${title}（${differs(difference, s)}）`
    : number === null
      ? title
      : `${title} ${s.count(number)}`;

const traits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(({ feature, own, usual }) => `${s.feature(feature)}${s.about(feature, own)}（通常${s.about(feature, usual)}）`)
    .join('、');
const plainTraits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(({ feature, own, usual }) => `${s.plainFeature(feature)}が通常より${own > usual ? '高い' : '低い'}`)
    .join('、');

const MODELS: Readonly<Record<ModelKey, readonly [title: string, method: string]>> = {
  rfm: [
    'RFM',
    '最新購入日・購入頻度・純購入額のスコア。設定がなければ五分位。順序付きの規則で、最初に当てはまるものを採用',
  ],
  value: ['顧客価値スコア', '純購入額・購入頻度・注文単価のパーセンタイルの加重平均を段階分け'],
  behaviour: ['行動', '標準化した特徴量によるk-means。クラスター数はエルボー法とシルエットで決め、キーは実行間で維持'],
  outliers: ['外れ値', '標準化した特徴量によるDBSCAN。半径はk距離曲線から決定'],
  clv: ['将来の顧客価値', 'Tweedie回帰またはBG/NBDとGamma-Gammaのうち、直近の検証で優れていたもの'],
  recommendations: ['おすすめ', '併買、再購入の間隔、最近の人気を組み合わせたもの'],
};
const PLAIN_METHODS: Partial<Record<ModelKey, string>> = {
  rfm: '最新購入日・購入頻度・純購入額のスコア。順序付きの規則で、先に当てはまるものを採用',
};

const TERMS = { spend: '純購入額', frequency: '購入頻度', orderValue: '注文単価' } as const;

export const segments: Sentences<SegmentKind> = {
  'no-order-yet': () => 'まだ注文がありません',
  'too-few-buyers': [
    ({ buyers, needed, segment }, s) =>
      `スコアに必要な購入者${s.count(needed)}人のうちまだ${s.count(buyers)}人のため、全員が${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `スコアを出すには購入者が少なすぎるため、全員が${q(s.text(segment.title))}になります`,
  ],
  'rule-met': [
    ({ segment, condition }, s) => `${s.text(segment.title)}: ${conditionInWords(condition, CONDITIONS, s)}`,
    ({ segment, condition }, s) =>
      condition === null
        ? `${s.text(segment.title)}: ${CONDITIONS.everybodyElse}`
        : `${s.text(segment.title)}: ${fieldsInWords(condition, CONDITIONS, s)}による判定`,
  ],
  condition: [
    ({ condition }, s) => conditionInWords(condition, CONDITIONS, s),
    ({ condition }, s) =>
      condition === null ? CONDITIONS.everybodyElse : `${fieldsInWords(condition, CONDITIONS, s)}による判定`,
  ],
  'feature-value': [
    ({ feature, value }, s) => `${s.feature(feature)}: ${s.value(feature, value)}`,
    ({ feature }, s) => `${s.plainFeature(feature)}: 規則のとおり`,
  ],
  'recency-score': [
    ({ score, days }, s) => `最新購入日スコア${s.count(score)}/5: 最後の注文は${s.days(days)}前`,
    ({ score }) => `最後の注文: ${['かなり昔', '昔', 'しばらく前', '比較的最近', '最近'][score - 1]}`,
  ],
  'frequency-score': [
    ({ score, orders }, s) => `購入頻度スコア${s.count(score)}/5: 注文${s.count(orders)}件`,
    ({ score }) => `注文: ${['ごくまれ', 'まれ', 'ときどき', '多い', 'とても多い'][score - 1]}`,
  ],
  'monetary-score': [
    ({ score, amount }, s) => `購入金額スコア${s.count(score)}/5: 純購入額${s.money(amount)}`,
    ({ score }) => `純購入額: ${['とても少ない', '少ない', '中程度', '多い', 'とても多い'][score - 1]}`,
  ],
  'score-unknown': [
    ({ measure, score }, s) => `${s.measure(measure)}スコア${score === null ? 'なし' : `${s.count(score)}/5`}: 不明`,
    ({ measure }, s) => `${s.measure(measure)}: 不明`,
  ],
  'order-moves': [
    ({ orders, size, segment }, s) =>
      `今${size === 'any' ? '' : '通常の金額で'}あと${s.count(orders)}回注文すると${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `今また注文すると${q(s.text(segment.title))}になります`,
  ],
  'spend-moves': [
    ({ bound, now, segment }, s) =>
      `あと1回の注文で純購入額が${s.money(bound)}（現在${s.money(now)}）を超えると${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `より大きな注文で${q(s.text(segment.title))}になります`,
  ],
  'silence-moves': [
    ({ days, segment }, s) => `注文がなければ、最後の注文から${s.days(days)}で${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `注文がなければ、やがて${q(s.text(segment.title))}になります`,
  ],
  'waiting-moves': [
    ({ days, segment }, s) => `注文がないままあと${s.days(days)}で${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `注文がなければ、やがて${q(s.text(segment.title))}になります`,
  ],
  'points-move': [
    ({ points, segment }, s) => `あと${s.fixed(points, 3)}ポイントで${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `顧客価値スコアが上がると${q(s.text(segment.title))}になります`,
  ],
  'value-score': [({ score }, s) => `顧客価値スコア${s.fixed(score, 3)}`, () => '顧客価値スコアによる判定'],
  'value-term': [
    ({ term, percentile, adds, most }, s) =>
      `${TERMS[term]}は購入者の${s.percent(percentile)}と同じかそれ以上: 最大${s.shortest(most, 3)}のうち${s.fixed(adds, 3)}を加算`,
    ({ term, percentile }) =>
      `${TERMS[term]}: ${percentile >= 0.8 ? '最上位' : percentile >= 0.5 ? '中央より上' : percentile >= 0.2 ? '中央より下' : '最下位'}`,
  ],
  'value-unscored': [
    ({ buyers, segment }, s) =>
      `購入者${s.count(buyers)}人では顧客価値スコアが出ないため、${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `顧客価値スコアが出ないため、${q(s.text(segment.title))}になります`,
  ],
  'cluster-only': ({ segment }, s) => `クラスターは${q(s.text(segment.title))}だけです`,
  'cluster-nearest': [
    ({ segment, distance, next, nextDistance }, s) =>
      `最も近いのは${q(s.text(segment.title))}: その中心まで${s.fixed(distance, 2)}${DEVIATIONS}、` +
      `${q(s.text(next.title))}の中心まで${s.fixed(nextDistance, 2)}`,
    ({ segment, next }, s) => `行動は${q(s.text(segment.title))}に最も近く、次に${q(s.text(next.title))}に近い`,
  ],
  'features-missing': [
    ({ features }, s) => `不明な特徴量${s.count(features)}個は、全購入者の中央値とみなしています`,
    () => '不明な特徴量は、全購入者の中央値とみなしています',
  ],
  'cluster-trait': [
    ({ feature, segment, usual, all, own }, s) =>
      `${s.feature(feature)}: ${q(s.text(segment.title))}${s.about(feature, usual)}、全購入者${s.about(feature, all)}、` +
      (own === null ? 'この顧客は不明のため通常とみなします' : `この顧客${s.about(feature, own)}`),
    ({ feature, segment, usual, all }, s) =>
      `${s.plainFeature(feature)}: ${q(s.text(segment.title))}は全購入者より${usual > all ? '高い' : '低い'}`,
  ],
  'cluster-returns': [
    ({ segment, usual, all, pieces }, s) =>
      `${s.feature('returnRate')}: ${q(s.text(segment.title))}${s.percent(usual)}、全購入者${s.percent(all)}、` +
      (pieces === null
        ? 'この顧客は配達がないため全購入者と同じとみなします'
        : `この顧客は${s.count(pieces.delivered)}点中${s.count(pieces.returned)}点`),
    ({ segment, usual, all }, s) =>
      `${s.plainFeature('returnRate')}: ${q(s.text(segment.title))}は全購入者より${usual > all ? '高い' : '低い'}`,
  ],
  'change-moves': [
    ({ feature, side, bound, segment }, s) =>
      `ほかが同じなら、${s.feature(feature)}が${s.about(feature, bound)}を${side === 'above' ? '上回る' : '下回る'}と${q(s.text(segment.title))}に近くなります`,
    ({ feature, side, segment }, s) =>
      `ほかが同じなら、${s.plainFeature(feature)}が${side === 'above' ? '上がる' : '下がる'}と${q(s.text(segment.title))}に近くなります`,
  ],
  'crowd-middle': [
    ({ segment, customers, radius }, s) =>
      `${q(s.text(segment.title))}の中心部: ${s.fixed(radius, 2)}${DEVIATIONS}以内に少なくとも${s.count(customers)}人の顧客がいます`,
    ({ segment }, s) => `${q(s.text(segment.title))}の中心部にいます`,
  ],
  'crowd-member': [
    ({ segment, distance, radius }, s) =>
      `${q(s.text(segment.title))}の中心部の顧客から${s.fixed(distance, 2)}${DEVIATIONS}で、半径${s.fixed(radius, 2)}の内側です`,
    ({ segment }, s) => `${q(s.text(segment.title))}の中心部の近くにいます`,
  ],
  'crowd-far': [
    ({ segment, distance, radius }, s) =>
      `最も近い集団${q(s.text(segment.title))}まで${s.fixed(distance, 2)}${DEVIATIONS}で、半径${s.fixed(radius, 2)}より遠くです`,
    ({ segment }, s) => `最も近い集団${q(s.text(segment.title))}からも遠くにいます`,
  ],
  unusual: [
    ({ traits: list }, s) => `通常と異なる点: ${traits(list, s)}`,
    ({ traits: list }, s) => `通常と異なる点: ${plainTraits(list, s)}`,
  ],
  'outlier-beyond': [
    ({ radius }, s) => `どの集団からも${s.fixed(radius, 2)}${DEVIATIONS}を超えて離れると外れ値になります`,
    () => 'どの集団からもさらに離れると外れ値になります',
  ],
  'nearer-joins': [
    ({ distance, segment }, s) =>
      `あと${s.fixed(distance, 2)}${DEVIATIONS}近ければ${q(s.text(segment.title))}になります`,
    ({ segment }, s) => `もう少し近ければ${q(s.text(segment.title))}になります`,
  ],
  'stands-apart': [
    ({ feature, deviations }, s) =>
      `${s.feature(feature)}が平均的な購入者より${s.fixed(Math.abs(deviations), 1)}${DEVIATIONS}${deviations > 0 ? '高い' : '低い'}`,
    ({ feature, deviations }, s) => `${s.plainFeature(feature)}が平均的な購入者より${deviations > 0 ? '高い' : '低い'}`,
  ],

  'segment-title': ({ segment }) => TITLES[segment],
  'segment-description': ({ segment }) => DESCRIPTIONS[segment],
  'public-label': () => 'VIP',
  'tier-description': [
    ({ tier, from, to }, s) => {
      if (to === null) return `${RANKS[tier]}: ${s.shortest(from ?? 0, 3)}以上。`;
      if (from === null) return `${RANKS[tier]}: ${s.shortest(to, 3)}未満。${OF_VALUE}`;
      return `${RANKS[tier]}: ${s.shortest(from, 3)}以上${s.shortest(to, 3)}未満。`;
    },
    ({ tier, from }) => (from === null ? `${RANKS[tier]}。${OF_VALUE}` : `${RANKS[tier]}。`),
  ],
  'cluster-title': ({ role, bargains, difference, number }, s) => {
    const { title, beside } = CLUSTERS[role];
    return distinct(bargains ? (beside ?? title) : title, difference, number, s);
  },
  'cluster-description': [
    ({ role, quiet, orders, netRevenue, recencyDays, customerShare, revenueShare }, s) => {
      const { phrase, quiet: quietly } = CLUSTERS[role];
      const average = (value: number | null, unit: string) =>
        value === null ? '不明' : `${s.fixed(value, Math.abs(value) < 100 ? 1 : 0)}${unit}`;
      const revenue = revenueShare === null ? '' : `、売上の${s.percent(revenueShare)}`;
      return (
        `${quiet ? (quietly ?? phrase) : phrase}。平均で注文${average(orders, '件')}、購入額${netRevenue === null ? '不明' : s.money(netRevenue)}、` +
        `最後の注文は${average(recencyDays, '日前')}。顧客の${s.percent(customerShare)}${revenue}。`
      );
    },
    ({ role, quiet }) => `${quiet ? (CLUSTERS[role].quiet ?? CLUSTERS[role].phrase) : CLUSTERS[role].phrase}。`,
  ],
  'crowd-title': ({ difference, number }, s) => distinct('集団', difference, number, s),
  'crowd-description': [
    ({ place, traits: list }, s) => `${place === 'middle' ? '顧客の大きな集団' : '独立した集団'}: ${traits(list, s)}。`,
    ({ place, traits: list }, s) =>
      place === 'middle' ? '顧客の大きな集団。' : `独立した集団: ${plainTraits(list, s)}。`,
  ],
  'small-crowds': [
    ({ crowds }, s) => `互いに似た顧客からなる小さな集団${s.count(crowds)}個です。`,
    () => '互いに似た顧客からなる小さな集団です。',
  ],
  'model-title': ({ model }) => MODELS[model][0],
  'model-method': [({ model }) => MODELS[model][1], ({ model }) => PLAIN_METHODS[model] ?? MODELS[model][1]],
};
