import { seededRandom } from '@tessera/core/numerics/random.js';
import type { BoughtProduct, CustomerSignals } from '@tessera/core/recommendations/rank-products.js';
import { backtestRanking, judgeList, LIST_LENGTH } from '@tessera/core/recommendations/ranking-backtest.js';
import { type PurchaseLines, type RecommenderFitted, recommender } from '@tessera/core/recommendations/recommender.js';
import { beforeAll, expect, it } from 'vitest';
import { describeWithSet } from '../../support/shared.js';
import { groceryLines, onlineRetailLines } from './purchase-lines.js';

const WINDOW_DAYS = 90;

function signalsOf(fitted: RecommenderFitted, bought: readonly BoughtProduct[]): CustomerSignals {
  return {
    bought,
    sentBack: [],
    facts: fitted.facts,
    segmentPopular: [],
    shopPopular: fitted.popular,
    itemsDelivered: 0,
    itemsReturned: 0,
    usualReturnRate: 0,
  };
}

/** What each customer bought before a day, the newest first. */
function historiesBefore(lines: PurchaseLines, asOfDay: number): Map<number, BoughtProduct[]> {
  const days = new Map<number, Map<number, Set<number>>>();
  lines.customer.forEach((customer, row) => {
    if (lines.day[row]! >= asOfDay) return;
    const own = days.get(customer) ?? new Map<number, Set<number>>();
    days.set(customer, own);
    const of = own.get(lines.product[row]!) ?? new Set();
    own.set(lines.product[row]!, of.add(lines.day[row]!));
  });
  const histories = new Map<number, BoughtProduct[]>();
  for (const [customer, own] of days) {
    const bought = [...own].map(([product, on]) => {
      const [first, last] = [Math.min(...on), Math.max(...on)];
      return {
        product: lines.products[product]!,
        daysAgo: asOfDay - last,
        purchaseDays: on.size,
        spanDays: last - first,
      };
    });
    histories.set(
      customer,
      bought.sort((a, b) => a.daysAgo - b.daysAgo),
    );
  }
  return histories;
}

/** What is known on a day. */
function learn(lines: PurchaseLines, asOfDay: number) {
  return {
    asOfDay,
    fitted: recommender.fit(lines, { asOfDay, neighbours: 20 }),
    histories: historiesBefore(lines, asOfDay),
  };
}

/** Lists of customers who bought before the day, judged by what they bought in the 90 days from it. */
function outOfTime(lines: PurchaseLines, { asOfDay, fitted, histories }: ReturnType<typeof learn>, onlyNew: boolean) {
  const bought = new Map<number, Set<string>>();
  lines.customer.forEach((customer, row) => {
    const day = lines.day[row]!;
    if (day < asOfDay || day >= asOfDay + WINDOW_DAYS || !histories.has(customer)) return;
    bought.set(customer, (bought.get(customer) ?? new Set()).add(lines.products[lines.product[row]!]!));
  });
  const columns = { own: [[], []] as number[][], popular: [[], []] as number[][] };
  for (const [customer, all] of bought) {
    const history = histories.get(customer)!;
    const owned = new Set(history.map(({ product }) => product));
    const truth = onlyNew ? new Set([...all].filter((product) => !owned.has(product))) : all;
    if (truth.size === 0) continue;
    const isOpen = (product: string) => !onlyNew || !owned.has(product);
    const list = recommender
      .score(signalsOf(fitted, history), 500)
      .map(({ product }) => product)
      .filter(isOpen);
    const popular = fitted.popular.map(({ product }) => product).filter(isOpen);
    for (const [into, ranked] of [
      [columns.own, list],
      [columns.popular, popular],
    ] as const) {
      const { hit, ndcg } = judgeList(ranked, truth);
      into[0]!.push(hit);
      into[1]!.push(ndcg);
    }
  }
  const of = ([hits, ndcg]: number[][]) => ({ hits: Float64Array.from(hits!), ndcg: Float64Array.from(ndcg!) });
  return backtestRanking(of(columns.own), of(columns.popular), seededRandom(1));
}

describeWithSet('online-retail')('the recommender on Online Retail', () => {
  const lines = onlineRetailLines();
  const end = lines.day.reduce((a, b) => Math.max(a, b)) + 1;
  let known: ReturnType<typeof learn>;
  beforeAll(() => {
    known = learn(lines, end - WINDOW_DAYS);
  });

  it.each([
    [false, 'what was bought in the 90 days after'],
    [true, 'what was bought then for the first time'],
  ])('beats recent popularity, out of time (only new products: %s)', (onlyNew) => {
    const result = outOfTime(lines, known, onlyNew);
    expect(result.lists).toBeGreaterThan(1000);
    expect(result.verdict.kind).toBe('BEATS_POPULARITY');
    expect(result.lead.hitRate.low).toBeGreaterThan(0);
    expect(result.lead.ndcg.low).toBeGreaterThan(0);
  });
});

describeWithSet('groceries')('the recommender on groceries', () => {
  it('beats popularity, where one item of a seeded fifth of the baskets is hidden', () => {
    const groceries = groceryLines();
    const random = seededRandom(20);
    const items = new Map<number, number[]>();
    groceries.order.forEach((order, row) => {
      items.set(order, [...(items.get(order) ?? []), row]);
    });
    const hidden = new Map<number, number>();
    for (const [order, rows] of items) {
      if (random() < 0.2 && rows.length > 1) hidden.set(order, rows[Math.floor(random() * rows.length)]!);
    }
    const hiddenRows = new Set(hidden.values());
    const kept = Int32Array.from(groceries.order.keys()).filter((row) => !hiddenRows.has(row));
    const take = (column: Int32Array) => Int32Array.from(kept, (row) => column[row]!);
    const fitted = recommender.fit(
      {
        customer: take(groceries.customer),
        order: take(groceries.order),
        product: take(groceries.product),
        day: take(groceries.day),
        products: groceries.products,
      },
      { asOfDay: 1, neighbours: 20 },
    );
    const own = { hits: [] as number[], ndcg: [] as number[] };
    const popular = { hits: [] as number[], ndcg: [] as number[] };
    for (const [order, row] of hidden) {
      const basket = items.get(order)!.filter((other) => other !== row);
      const bought = basket.map((other) => ({
        product: groceries.products[groceries.product[other]!]!,
        daysAgo: 0,
        purchaseDays: 1,
        spanDays: 0,
      }));
      const truth = new Set([groceries.products[groceries.product[row]!]!]);
      const inBasket = new Set(bought.map(({ product }) => product));
      const list = recommender.score(signalsOf(fitted, bought), LIST_LENGTH).map(({ product }) => product);
      const plain = fitted.popular.map(({ product }) => product).filter((product) => !inBasket.has(product));
      for (const [into, ranked] of [
        [own, list],
        [popular, plain],
      ] as const) {
        const { hit, ndcg } = judgeList(ranked, truth);
        into.hits.push(hit);
        into.ndcg.push(ndcg);
      }
    }
    const of = ({ hits, ndcg }: typeof own) => ({ hits: Float64Array.from(hits), ndcg: Float64Array.from(ndcg) });
    const result = backtestRanking(of(own), of(popular), seededRandom(1));
    expect(result.lists).toBeGreaterThan(1000);
    expect(result.verdict.kind).toBe('BEATS_POPULARITY');
  });
});
