import type { ContestantKey, Named, RankingFigures, RunFailure, ValueKind } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONTESTANTS: Readonly<Record<ContestantKey, string>> = {
  tweedie: '行動に基づく回帰',
  purchases: '購買モデル',
  'pareto-nbd': 'Pareto/NBDによる購買モデル',
  'tweedie-without-demographics': '属性を除いた回帰',
  spend: '購入額による順位付け',
  recency: '最新購入日による順位付け',
  'spend-last-90-days': '直近90日の購入額による順位付け',
};
const PLAIN_CONTESTANTS: Partial<typeof CONTESTANTS> = { 'spend-last-90-days': '最近の購入額による順位付け' };

const RUN_FAILURES: Readonly<Record<RunFailure, string>> = {
  busy: '別の実行が進行中でした。その後に再試行されます',
  interrupted: '実行していたプロセスが終了しました。操作は不要で、自動的に再試行されます',
  'disk-full': 'データベースのディスクがいっぱいです。空きを作ると、自動的に再試行されます',
  'out-of-memory': 'メモリが不足しました。メモリを増やすか、同時に行う処理を減らしてください。自動的に再試行されます',
  'database-away':
    'データベースが応答しませんでした。起動していて接続を受け付けるか確認してください。自動的に再試行されます',
  locked: 'データベース内の別の処理が必要なものを保持していました。自動的に再試行されます',
  settings: 'ショップまたはその設定では実行できません。メッセージに変更すべき点があります。自動的に再試行されます',
  unexpected: '起きてはならない問題が起きました。詳細はログにあります（LOG_LEVEL=debug）。自動的に再試行されます',
};

const interval = (low: number, high: number, s: Speaker) => `${s.percent(0.9)}区間 ${s.points(low)}〜${s.points(high)}`;
const MOVED = { STABLE: '以前と同じ分布です', SHIFTED: '変化しました', STALE: '大きく変化しました' };
const whom = (segment: Named | null, s: Speaker) => (segment === null ? '顧客' : `「${s.text(segment.title)}」の顧客`);

const figures = (v: RankingFigures, s: Speaker) => {
  const points = (share: number) => s.fixed(100 * share, 1);
  return (
    `${s.count(v.length)}件のリストの${s.percent(v.hits, 1)}に実際の購入品が含まれ、人気商品では${s.percent(v.popularHits, 1)}` +
    `（${points(v.lead)}ポイント、${s.percent(0.9)}区間 ${points(v.leadLow)}〜${points(v.leadHigh)}）。` +
    `NDCGは${s.fixed(v.gain, 3)}${v.gain < 0 ? '低い' : '高い'}、${s.percent(0.9)}区間 ${s.fixed(v.gainLow, 3)}〜${s.fixed(v.gainHigh, 3)}。n = ${s.count(v.lists)}`
  );
};

const plainFactor = (name: string, factor: number) => `${name}: 予測を${factor >= 1 ? '引き上げ' : '引き下げ'}ています`;
const categoryWords = (category: string, label: string, s: Speaker) =>
  category === 'topSpendCategory' ? `主に「${label}」で購入` : `${s.category(category)}: ${label}`;

export const values: Sentences<ValueKind> = {
  'nothing-to-predict': () => 'まだ注文がないため、予測の根拠がありません',
  'too-little-known': () => 'モデルの作成時に情報が足りませんでした。次に作り直すまで予測はありません',
  'average-base': [
    ({ amount }, s) => `平均的な行動の顧客は${s.money(amount)}をもたらします`,
    () => '平均的な行動の顧客が出発点です',
  ],
  factor: [
    ({ feature, value, factor }, s) => {
      const unknown = value === null ? `${feature}は不明` : `${feature} ${s.count(value)}`;
      return `${s.factor(feature, value) ?? unknown}（×${s.fixed(factor, 2)}）`;
    },
    ({ feature, factor }, s) => plainFactor(s.plainFactor(feature), factor),
  ],
  'category-factor': [
    ({ category, label, factor }, s) => `${categoryWords(category, label, s)}（×${s.fixed(factor, 2)}）`,
    ({ category, factor }, s) => plainFactor(s.category(category), factor),
  ],
  'everything-else': () => 'その他すべて',
  'expected-orders': [
    ({ orders }, s) => `今後90日の予想注文数${s.fixed(orders, 2)}件`,
    () => '予想される注文数によります',
  ],
  'expected-order-value': [({ amount }, s) => `予想注文単価${s.money(amount)}`, () => '予想される注文単価によります'],
  'group-order-value': [
    ({ amount }, s) => `注文単価${s.money(amount)}（全体の平均）: この顧客はまだ再購入していません`,
    () => '全体の平均注文単価によります。この顧客はまだ再購入していません',
  ],
  'still-customer': [
    ({ probability }, s) => `今も顧客である確率${s.percent(probability)}`,
    ({ probability }) => (probability >= 0.5 ? '今も顧客である可能性が高い' : 'もう顧客でない可能性が高い'),
  ],
  'few-repeat-buyers': [
    ({ buyers }, s) =>
      `リピート購入者はまだ${s.count(buyers)}人。少なすぎるか新しすぎて顧客を区別できないため、全員に全体の平均を示します`,
    () => 'リピート購入者が少なすぎるか新しすぎて顧客を区別できないため、全員に全体の平均を示します',
  ],
  'no-values': () => 'この実行では価値を予測していません',
  'ranked-by-score': () => '売上の予測がないため、顧客価値スコアの順です',
  contestant: [
    ({ contestant }) => CONTESTANTS[contestant],
    ({ contestant }) => PLAIN_CONTESTANTS[contestant] ?? CONTESTANTS[contestant],
  ],
  'untested-short': () => '未検証: 時間をずらした検証には履歴が短すぎます',
  'untested-few': [
    ({ active, needed }, s) =>
      `未検証: 検証期間に購入した顧客は${s.count(active)}人だけで、${s.count(needed)}人が必要です`,
    () => '未検証: 検証期間に購入した顧客が少なすぎます',
  ],
  'no-ranking': [
    ({ model, captured }, s) =>
      `偶然より優れた順位付けがありません。「${s.text(model)}」の上位${s.percent(0.2)}がもたらした売上は${s.percent(captured, 1)}のため、順位は示しません`,
    () => '偶然より優れた順位付けがないため、順位は示しません',
  ],
  'use-model': ({ model }, s) => `使うべきもの: ${s.text(model)}`,
  'use-model-over': [
    ({ model, baseline, lead, low, high }, s) =>
      `使うべきもの: ${s.text(model)}。「${s.text(baseline)}」を${s.points(lead)}ポイント上回ります（${interval(low, high, s)}）`,
    ({ model, baseline }, s) => `使うべきもの: ${s.text(model)}。「${s.text(baseline)}」を上回ります`,
  ],
  'use-baseline': [
    ({ baseline, captured }, s) =>
      `偶然より優れたモデルはありませんが、「${s.text(baseline)}」は優れています。その上位${s.percent(0.2)}が売上の${s.percent(captured, 1)}をもたらしました。使うべきもの: ${s.text(baseline)}`,
    ({ baseline }, s) => `偶然より優れたモデルはありません。使うべきもの: ${s.text(baseline)}`,
  ],
  'no-better': [
    ({ baseline, lead, low, high }, s) =>
      `「${s.text(baseline)}」より優れていません（${s.points(lead)}ポイント、${interval(low, high, s)}）。使うべきもの: ${s.text(baseline)}`,
    ({ baseline }, s) => `「${s.text(baseline)}」より優れていません。使うべきもの: ${s.text(baseline)}`,
  ],
  'returned-more': [
    ({ customers }, s) => `${s.count(customers)}人の顧客は期間中の返品が購入を上回りました。0とみなします`,
    () => '期間中の返品が購入を上回る顧客がいます。購入なしとみなします',
  ],
  'no-customers': () => '学習に使える顧客がいません',
  'rows-unusable': [({ rows }, s) => `${s.count(rows)}行のうち使えるものがありません`, () => '使える行がありません'],
  'search-stopped': [
    ({ steps }, s) => `探索は${s.count(steps)}ステップで最適値に達しないまま終わりました`,
    () => '探索は最適値に達しないまま終わりました',
  ],
  'histories-silent': () => '購入履歴から分からないパラメーターは、初期値のままです',
  'nobody-twice': () => '再購入した顧客がまだいないため、頻度を学習できません',
  'leaving-alike': () =>
    '購入後の離反に顧客ごとの差が見られません（aまたはbに有限の最適値がありません）。パラメーターは限界値です',
  'rates-at-bound': ({ parameters }, s) => `${s.list(parameters)}が限界値です。顧客の差が小さく、頻度を区別できません`,
  'leaving-at-bound': ({ parameters }, s) =>
    `${s.list(parameters)}が限界値です。離反する顧客がいないか、顧客の差が小さすぎます`,
  'values-too-wide': [
    () => '注文単価のばらつきが大きく、平均がほとんど定まりません（qは1をわずかに超える値です）',
    () => '注文単価のばらつきが大きく、平均がほとんど定まりません',
  ],
  'values-too-alike': () => '注文単価の差が顧客の中でも顧客の間でも小さく、区別できません。パラメーターは限界値です',
  'columns-steady': () => '前回の実行から変化した列はありません',
  'column-moved': [
    ({ column, level, index }, s) => `${column}は前回の実行から${MOVED[level]}（安定性指数${s.fixed(index, 2)}）`,
    ({ level }) => `前回の実行からの列の状態: ${MOVED[level]}`,
  ],
  'no-run-before': () => '比較できる以前の実行がありません',
  'run-failed': ({ failure }) => RUN_FAILURES[failure],
  'orders-ahead': [
    ({ orders, newest }, s) =>
      `未来の日付の注文: ${s.count(orders)}件、最も遅いものは${newest}。その日が来るまでどの数値にも含まれません`,
    () => '未来の日付の注文があります。その日が来るまでどの数値にも含まれません',
  ],
  'predictions-missed': [
    ({ ratio, runId }, s) => `実際の売上は実行${runId}の予測の${s.fixed(ratio, 2)}倍でした。モデルが古くなっています`,
    () => '実際の売上が予測と大きく異なりました。モデルが古くなっています',
  ],
  'bought-with': [
    ({ share, segment, product, productId, lift, customers }, s) =>
      `${product === null ? `商品${productId}` : `「${product}」`}を買った${whom(segment, s)}の${s.smallPercent(share)}が購入、リフト${s.fixed(lift, 1)}、n = ${s.count(customers)}`,
    ({ product }) => (product === null ? '購入品とよく合います' : `「${product}」とよく一緒に購入されています`),
  ],
  'rebuy-own': [
    ({ intervalDays, daysAgo, purchases }, s) =>
      `約${s.days(Math.round(intervalDays))}ごとに購入、前回は${s.days(daysAgo)}前、n = ${s.count(purchases)}回`,
    () => '繰り返し購入しており、そろそろ時期です',
  ],
  'rebuy-usual': [
    ({ intervalDays, daysAgo }, s) =>
      `${s.days(daysAgo)}前に購入。顧客は約${s.days(Math.round(intervalDays))}後に再購入しています`,
    () => 'しばらく前に購入し、顧客がよく再購入する商品です',
  ],
  popular: [
    ({ share, segment, customers }, s) =>
      `直近90日に注文した${whom(segment, s)}の${s.smallPercent(share)}が購入、n = ${s.count(customers)}`,
    ({ segment }, s) => `最近${whom(segment, s)}に人気です`,
  ],
  'shopper-goes-with': ({ product }) =>
    product === null ? 'ご購入品とよく合います' : `「${product}」とよく一緒に購入されています`,
  'shopper-again': () => 'そろそろ補充の時期です',
  'shopper-popular': () => '今人気の商品です',
  'lists-few': [
    ({ lists, needed }, s) =>
      `未検証: 検証期間に再購入した顧客は${s.count(lists)}人だけで、${s.count(needed)}人が必要です`,
    () => '未検証: 検証期間に再購入した顧客が少なすぎます',
  ],
  'beats-popularity': [(v, s) => `人気順を上回ります: ${figures(v, s)}`, () => '人気順を上回ります'],
  'like-popularity': [
    (v, s) => `人気順を上回るとは証明されていません: ${figures(v, s)}`,
    () => '人気順を上回るとは証明されていません',
  ],
};
