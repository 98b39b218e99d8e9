import { InvalidInputError } from '../errors.js';
import type { FittedSummary } from '../model.js';
import { said } from '../words/reasons.js';
import { basketsOf, fitNeighbours, MOST_NEIGHBOURS, POPULARITY_DISCOUNT, PRIOR_BASKETS } from './affinity.js';
import {
  type CustomerSignals,
  type PopularProduct,
  type ProductFacts,
  RANKING,
  type RankedProduct,
  rankProducts,
} from './rank-products.js';
import type { RankingBacktest } from './ranking-backtest.js';
import { explainRecommendation, type ReasonContext, type RecommendationReason } from './recommendation-reasons.js';

/** Lines of orders in columns, one entry a line, in any order. */
export interface PurchaseLines {
  /** Index of the customer, -1 where the order names nobody. */
  readonly customer: Int32Array;
  readonly order: Int32Array;
  /** Index into `products`. */
  readonly product: Int32Array;
  /** Day of the order, counted from any day. */
  readonly day: Int32Array;
  readonly products: readonly string[];
}

export interface RecommenderOptions {
  /** The day that the lists are made for; what is bought from it on is not seen. */
  readonly asOfDay: number;
  readonly neighbours: number;
}

/** What a fit over lines in memory learned. Plain JSON but for the map of facts, which a server keeps as rows. */
export interface RecommenderFitted {
  readonly facts: ReadonlyMap<string, ProductFacts>;
  /** What the shop bought most of late, the most recent share first. */
  readonly popular: readonly PopularProduct[];
}

/** What a run keeps of the recommender beside the rows of its products. Plain JSON. */
export interface RecommendationsRun {
  readonly products: number;
  readonly orders: number;
  readonly customers: number;
  /** Neighbour rows in all. */
  readonly pairs: number;
  /** Share of the customers whose baskets were counted for pairs, 0 to 1: below 1 where all were more than is counted in a run. */
  readonly sampledShare: number;
  /** Orders that were left out of pairs because they hold more different products than a person picks. */
  readonly oversizedOrders: number;
  /** Of all delivered pieces, 0 to 1. */
  readonly usualReturnRate: number;
  readonly backtest: (RankingBacktest & { readonly from: string; readonly to: string }) | null;
}

/** Days that popularity looks back on, and over which a purchase's weight halves. */
export const POPULARITY_DAYS = 90;
export const POPULARITY_HALF_LIFE_DAYS = 30;
export const MOST_POPULAR = 60;
/** Customers at the shop's rate that a product's re-buy share starts from. */
export const REBUY_PRIOR = 5;

/**
 * The recommender: fit once over all lines, score one customer, explain one product.
 *
 * It ranks by three things that are shares of customers: when a product is due to be bought again, what is bought with what
 * the customer has, and what is popular. `fit` here sees lines in memory: it is the reference that the server's SQL is held
 * to, and what back-tests without a database use.
 */
export const recommender = {
  key: 'recommendations',
  title: said('model-title', { model: 'recommendations' }),
  version: '1',
  method: said('model-method', { model: 'recommendations' }),
  fit,
  score: (signals: CustomerSignals, most: number): RankedProduct[] => rankProducts(signals, most),
  explain: (ranked: RankedProduct, context: ReasonContext): RecommendationReason =>
    explainRecommendation(ranked, context),
  summarise,
} as const;

function fit(lines: PurchaseLines, { asOfDay, neighbours = MOST_NEIGHBOURS }: RecommenderOptions): RecommenderFitted {
  const { products } = lines;
  const itemCount = products.length;
  if (lines.product.some((item) => item < 0 || item >= itemCount)) {
    throw new InvalidInputError(`recommender.fit requires product indexes from 0 to ${itemCount - 1}`);
  }
  const rows = Int32Array.from(lines.day.keys()).filter((row) => lines.day[row]! < asOfDay);
  const own = rows.filter((row) => lines.customer[row]! >= 0);
  const take = (column: Int32Array, of: Int32Array) => Int32Array.from(of, (row) => column[row]!);
  const orders = basketsOf(take(lines.order, rows), take(lines.product, rows), itemCount);
  const customers = own.length === 0 ? null : basketsOf(take(lines.customer, own), take(lines.product, own), itemCount);
  const found = fitNeighbours(orders, customers, neighbours);
  const rebuys = fitRebuys(lines, own, itemCount);
  const facts = new Map<string, ProductFacts>();
  for (let item = 0; item < itemCount; item++) {
    const list: [string, number, number][] = [];
    for (let at = found.offsets[item]!; at < found.offsets[item + 1]!; at++) {
      list.push([products[found.items[at]!]!, found.strengths[at]!, 0]);
    }
    facts.set(products[item]!, { ...rebuys[item]!, neighbours: list });
  }
  return { facts, popular: popularOf(lines, customers === null ? rows : own, asOfDay) };
}

/** Distinct days of each customer and product: how many buy again, after how long. */
function fitRebuys(lines: PurchaseLines, rows: Int32Array, itemCount: number) {
  const days = new Map<number, { first: number; last: number; days: Set<number> }>();
  for (const row of rows) {
    const key = lines.customer[row]! * itemCount + lines.product[row]!;
    const day = lines.day[row]!;
    const known = days.get(key);
    if (known === undefined) days.set(key, { first: day, last: day, days: new Set([day]) });
    else {
      known.first = Math.min(known.first, day);
      known.last = Math.max(known.last, day);
      known.days.add(day);
    }
  }
  const sums = Array.from({ length: itemCount }, () => ({ customers: 0, again: 0, gaps: 0, span: 0 }));
  const all = { customers: 0, again: 0 };
  for (const [key, { first, last, days: own }] of days) {
    const sum = sums[key % itemCount]!;
    sum.customers++;
    all.customers++;
    sum.gaps += own.size - 1;
    sum.span += last - first;
    if (own.size > 1) {
      sum.again++;
      all.again++;
    }
  }
  const usual = all.customers === 0 ? 0 : all.again / all.customers;
  return sums.map(({ customers, again, gaps, span }) => ({
    rebuyShare: (again + REBUY_PRIOR * usual) / (customers + REBUY_PRIOR),
    rebuyDays: gaps === 0 ? null : span / gaps,
  }));
}

/** A customer counts once a product, by his last purchase of it; without customers each order does. */
function popularOf(lines: PurchaseLines, rows: Int32Array, asOfDay: number): PopularProduct[] {
  const hasCustomers = rows.some((row) => lines.customer[row]! >= 0);
  const itemCount = lines.products.length;
  const last = new Map<number, number>();
  const lastAny = new Map<number, number>();
  for (const row of rows) {
    const day = lines.day[row]!;
    if (day < asOfDay - POPULARITY_DAYS) continue;
    const who = hasCustomers ? lines.customer[row]! : lines.order[row]!;
    const key = who * itemCount + lines.product[row]!;
    last.set(key, Math.max(day, last.get(key) ?? day));
    lastAny.set(who, Math.max(day, lastAny.get(who) ?? day));
  }
  const weight = (day: number) => 0.5 ** ((asOfDay - day) / POPULARITY_HALF_LIFE_DAYS);
  let total = 0;
  for (const day of lastAny.values()) total += weight(day);
  const shares = new Float64Array(itemCount);
  for (const [key, day] of last) shares[key % itemCount]! += weight(day) / total;
  return Array.from(shares, (recentShare, item) => ({ product: lines.products[item]!, recentShare, returnRate: 0 }))
    .filter(({ recentShare }) => recentShare > 0)
    .sort((a, b) => b.recentShare - a.recentShare || (a.product < b.product ? -1 : 1))
    .slice(0, MOST_POPULAR);
}

function summarise({ backtest, ...counts }: RecommendationsRun): FittedSummary {
  return {
    parameters: {
      ...counts,
      ranking: RANKING,
      priorBaskets: PRIOR_BASKETS,
      popularityDiscount: POPULARITY_DISCOUNT,
      popularityDays: POPULARITY_DAYS,
      popularityHalfLifeDays: POPULARITY_HALF_LIFE_DAYS,
    },
    metrics: backtest,
    converged: true,
    note: backtest?.verdict.sentence ?? said('untested-short', {}),
  };
}
