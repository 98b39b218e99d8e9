/**
 * 日本語。用語: segment = セグメント、cluster = クラスター、crowd = 集団、outlier = 外れ値、buyer = 購入者、customer = 顧客、
 * recency = 最新購入日、frequency = 購入頻度、monetary = 購入金額、score = スコア、value score = 顧客価値スコア、
 * net spend = 純購入額、order = 注文、order value = 注文単価、discount = 割引、return = 返品、
 * lifetime value = 将来の顧客価値、ranking = 順位付け、row = 行、mapping file = マッピングファイル。
 */
import { actions } from './ja/actions.js';
import { imports } from './ja/imports.js';
import { quality } from './ja/quality.js';
import { segments } from './ja/segments.js';
import { values } from './ja/values.js';
import type { LanguageWords } from './speaker.js';

export const ja: LanguageWords = {
  locale: 'ja',
  grouping: true,
  days: { other: '#日' },
  measures: { recency: '最新購入日', frequency: '購入頻度', monetary: '購入金額' },
  features: {
    orders: '注文数',
    recencyDays: '最後の注文からの日数',
    tenureDays: '最初の注文からの日数',
    spanDays: '最初と最後の注文の間の日数',
    elapsedSpanDays: '最初と最後の注文の間の日数',
    netRevenue: '純購入額',
    grossRevenue: '総購入額',
    averageOrderValue: '注文単価',
    itemsDelivered: '配達済み点数',
    itemsReturned: '返品点数',
    medianDaysBetweenOrders: '通常の注文間隔の日数',
    discountShare: '割引率',
    distinctCategories: '購入カテゴリー数',
    visits30d: { name: '直近30日の訪問数', plain: '最近の訪問数' },
    emailOpens90d: { name: '直近90日のメール開封数', plain: '最近のメール開封数' },
    serviceContacts90d: { name: '直近90日の問い合わせ数', plain: '最近の問い合わせ数' },
    returnRate: '返品率',
    promotionShare: '割引のある注文の割合',
  },
  categories: {
    country: '国',
    channel: 'チャネル',
    topSpendCategory: '購入額が最多のカテゴリー',
    gender: '性別',
    state: '都道府県・州',
    city: '市区町村',
  },
  factors: {
    recencyDays: (value, s) => `最後の注文は${s.days(value)}前`,
    orders: (value, s) => `これまでの注文${s.count(value)}件`,
    netRevenue: (value, s) => `これまでの購入額${s.money(value)}`,
    averageOrderValue: (value, s) => `注文単価${s.money(value)}`,
    tenureDays: (value, s) => `最初の注文は${s.days(value)}前`,
    elapsedSpanDays: (value, s) => `最初と最後の注文の間は${s.days(value)}`,
    medianDaysBetweenOrders: (value, s) => `通常の注文間隔は${s.days(value)}`,
    distinctCategories: (value, s) => `${s.count(value)}カテゴリーで購入`,
    discountShare: (value, s) =>
      Math.round(100 * value) === 0
        ? '定価で購入'
        : `定価より${s.percent(Math.abs(value))}${value > 0 ? '安く' : '高く'}購入`,
    returnShare: (value, s) => (value > 0 ? `配達済みの${s.percent(value)}を返品` : '返品なし'),
    'window.revenueLast90Days': (value, s) => `直近90日の購入額${s.money(value)}`,
    'window.revenueSameSeason': (value, s) => `昨年同時期90日間の購入額${s.money(value)}`,
    'purchases.topSpendCategoryShare': (value, s) => `購入額の${s.percent(value)}が1つのカテゴリー`,
    visits30d: (value, s) => `直近30日の訪問${s.count(value)}回`,
    emailOpens90d: (value, s) => `直近90日のメール開封${s.count(value)}通`,
    serviceContacts90d: (value, s) => `直近90日の問い合わせ${s.count(value)}回`,
    'customer.age': (value, s) => `${s.count(value)}歳`,
  },
  plainFactors: {
    returnShare: '返品率',
    'window.revenueLast90Days': '最近の購入額',
    'window.revenueSameSeason': '昨年同時期の購入額',
    'purchases.topSpendCategoryShare': '購入額が最多のカテゴリーの割合',
    'customer.age': '年齢',
  },
  unknownFactors: {
    medianDaysBetweenOrders: '注文間隔はまだ不明',
    discountShare: '定価は不明',
    returnShare: '配達はまだなし',
    'purchases.topSpendCategoryShare': 'カテゴリーは不明',
    'customer.age': '年齢は不明',
  },
  sentences: { ...segments, ...quality, ...values, ...actions, ...imports },
};
