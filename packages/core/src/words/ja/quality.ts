import type { Measure, QualityKind, Tie } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const DEVIATIONS = '標準偏差';
const q = (text: string) => `「${text}」`;

const tied = (measure: Measure, value: number, s: Speaker) => {
  if (measure === 'recency') return `最後の注文が${s.days(value)}前`;
  if (measure === 'monetary') return `購入額が${s.money(value)}`;
  return `注文が${s.count(value)}回`;
};
const because = (measure: Measure, tie: Tie | null, s: Speaker) =>
  tie === null ? '' : `。購入者の${s.percent(tie.share)}は${tied(measure, tie.value, s)}`;

const CHOSEN = {
  'no-bend': (own: string) => `${own}: 最もよく分かれています。慣性の曲線に折れ目はありません`,
  agree: (own: string) => `${own}: 慣性の曲線がここで折れ、最もよく分かれています`,
  separated: (own: string, other: string) => `${own}: 慣性の曲線が折れる${other}よりもよく分かれています`,
  'says-more': (own: string, other: string) =>
    `${own}: 慣性の曲線がここで折れ、${other}より多くを語り、分離の損失もわずかです`,
  'much-separated': (own: string, other: string) =>
    `${own}: 慣性の曲線が折れる${other}よりもはるかによく分かれています`,
};

export const quality: Sentences<QualityKind> = {
  'clusters-need-buyers': [
    ({ buyers, needed }, s) => `購入者${s.count(buyers)}人。クラスターには${s.count(needed)}人が必要です`,
    () => 'クラスターを作るには購入者が少なすぎます',
  ],
  'outliers-need-buyers': [
    ({ buyers, needed }, s) => `購入者${s.count(buyers)}人。外れ値には${s.count(needed)}人の集団が必要です`,
    () => '外れ値を探すには購入者が少なすぎます',
  ],
  'quintiles-need-buyers': [
    ({ buyers, needed }, s) => `購入者${s.count(buyers)}人。五分位には${s.count(needed)}人が必要です`,
    () => 'スコアを出すには購入者が少なすぎます',
  ],
  'buyers-alike': () => 'すべての特徴量で購入者に違いがありません',
  'buyers-too-alike': () => 'クラスターを作るには異なる購入者が少なすぎます',
  'no-crowd': () => '集団を含む半径がありません',
  'clusters-overlap': () => 'クラスターは重なっています。別々の集団というより、全体を便利に区切ったものです',
  'centres-held': [
    ({ share, mostMoved }, s) =>
      `中心は前回の実行から最適な位置までの${s.percent(share)}だけ動きました。` +
      `それ以上動かすと、それだけで${s.percent(mostMoved)}を超える顧客のクラスターが変わります`,
    () => 'それだけでクラスターが変わる顧客を少なくするため、中心は最適な位置まで動ききっていません',
  ],
  'feature-unknown': () => 'どの顧客についても不明',
  'feature-rarely-known': [
    ({ share }, s) => `顧客の${s.percent(share)}についてしか分かりません`,
    () => '少数の顧客についてしか分かりません',
  ],
  'feature-same': () => 'すべての顧客でほぼ同じ',
  'returns-rare': () => '返品する顧客が少なすぎます',
  'feature-repeats': ({ feature }, s) => `次の特徴量と同じことを表します: ${s.plainFeature(feature)}`,
  'count-set': [
    ({ clusters }, s) => `クラスター${s.count(clusters)}個: この数は設定されたもので、選ばれたものではありません`,
    () => 'クラスターの数は設定されたもので、選ばれたものではありません',
  ],
  'count-kept': [
    ({ clusters, silhouette, other, otherSilhouette }, s) =>
      `前回と同じクラスター${s.count(clusters)}個: シルエットは${s.fixed(silhouette, 2)}。新たに選ぶ場合の` +
      `${s.count(other)}個では${s.fixed(otherSilhouette, 2)}で、全員の名前を変えるほどの差ではありません`,
    () => '前回と同じクラスター数です。選び直しても、全員の名前を変えるほどの差はありません',
  ],
  'count-chosen': [
    ({ because: why, clusters, silhouette, other, otherSilhouette }, s) => {
      const of = (count: number, separation: number) =>
        `クラスター${s.count(count)}個（シルエット${s.fixed(separation, 2)}）`;
      return CHOSEN[why](of(clusters, silhouette), of(other ?? clusters, otherSilhouette ?? silhouette));
    },
    () => '最もよく分かれるクラスター数です',
  ],
  'count-by-rules': [
    ({ segments: count }, s) => `セグメント${s.count(count)}個: 規則と同じ数です`,
    () => 'セグメントは規則と同じ数です',
  ],
  'count-by-scheme': [({ tiers }, s) => `方式どおりの${s.count(tiers)}段階`, () => '方式どおりの段階数です'],
  'count-of-crowds': [
    ({ crowds, customers, radius, outlierShare }, s) =>
      `集団${s.count(crowds)}個: ${s.fixed(radius, 2)}${DEVIATIONS}以内の顧客${s.count(customers)}人で集団になります。` +
      `半径は設定がなければk距離曲線によります。外れ値は${s.percent(outlierShare, 1)}`,
    () => '近くに集まる顧客の集団の数です。半径は設定がなければk距離曲線によります',
  ],
  'scores-impossible': [
    ({ measure, scores, tie }, s) =>
      `${s.measure(measure)}スコア${s.numbers(scores)}は起こり得ません${because(measure, tie, s)}`,
    ({ measure }, s) => `${s.measure(measure)}スコアには起こり得ない値があります`,
  ],
  'scores-empty': [
    ({ measure, scores, tie }, s) =>
      `${s.measure(measure)}スコア${s.numbers(scores)}の顧客はいません${because(measure, tie, s)}`,
    ({ measure }, s) => `${s.measure(measure)}スコアには該当者のいない値があります`,
  ],
  'score-crowded': [
    ({ measure, score, share }, s) => `購入者の${s.percent(share)}が${s.measure(measure)}スコア${s.count(score)}です`,
    ({ measure }, s) => `購入者の大半が同じ${s.measure(measure)}スコアです`,
  ],
  'segment-empty': ({ segment }, s) => `${q(s.text(segment.title))}には誰もいません`,
  'segment-crowded': [
    ({ segment, share }, s) => `購入者の${s.percent(share)}が${q(s.text(segment.title))}にいます`,
    ({ segment }, s) => `購入者の大半が${q(s.text(segment.title))}にいます`,
  ],
  'segments-upside-down': [
    ({ better, betterAverage, worse, worseAverage }, s) =>
      `${q(s.text(better.title))}の平均純購入額が${q(s.text(worse.title))}より低くなっています（${s.money(betterAverage)}に対し${s.money(worseAverage)}）`,
    ({ better, worse }, s) => `${q(s.text(better.title))}の平均純購入額が${q(s.text(worse.title))}より低くなっています`,
  ],
  'tiers-fixed': [
    ({ needed, found }, s) =>
      `固定の境界: 自然分類には異なるスコアが${s.count(needed)}個必要ですが、${s.count(found)}個しかありません`,
    () => '固定の境界: 自然分類には異なるスコアが足りません',
  ],
  notes: ({ parts }, s) => parts.map(s.text).join('。'),
};
