import { affinityOf, shrunkConfidence } from '@tessera/core/recommendations/affinity.js';
import {
  type BoughtProduct,
  type CustomerSignals,
  type ProductFacts,
  rankProducts,
  rebuyOf,
  returnFactorOf,
} from '@tessera/core/recommendations/rank-products.js';
import { explainRecommendation } from '@tessera/core/recommendations/recommendation-reasons.js';
import { describe, expect, it } from 'vitest';
import { allEnglish, english } from '../../support/words.js';

const LOYAL = { key: 'loyal', title: 'Loyal' };

const fact = (given: Partial<ProductFacts> = {}): ProductFacts => ({
  rebuyShare: 0,
  rebuyDays: null,
  neighbours: [],
  ...given,
});
const bought = (product: string, daysAgo: number, purchaseDays = 1, spanDays = 0): BoughtProduct => ({
  product,
  daysAgo,
  purchaseDays,
  spanDays,
});
const signals = (given: Partial<CustomerSignals>): CustomerSignals => ({
  bought: [],
  sentBack: [],
  facts: new Map(),
  segmentPopular: [],
  shopPopular: [],
  itemsDelivered: 10,
  itemsReturned: 0,
  usualReturnRate: 0.2,
  ...given,
});
const names = (given: CustomerSignals, most = 10) => rankProducts(given, most).map(({ product }) => product);

describe('affinityOf', () => {
  it('gives support, confidence and lift of a case worked by hand', () => {
    // 100 baskets: 20 with bread, 40 with butter, 16 with both.
    expect(affinityOf({ both: 16, first: 20, second: 40, baskets: 100 })).toEqual({
      support: 0.16,
      confidence: 0.8,
      lift: 2,
    });
  });

  it('refuses counts that cannot be', () => {
    expect(() => affinityOf({ both: 5, first: 4, second: 9, baskets: 20 })).toThrow(/^affinityOf requires 0 <= both/);
    expect(() => affinityOf({ both: 0, first: 0, second: 9, baskets: 20 })).toThrow(/first above 0/);
  });

  it('is drawn towards independence by few baskets and hardly by many', () => {
    const few = shrunkConfidence({ both: 2, first: 3, second: 10, baskets: 100 });
    const many = shrunkConfidence({ both: 200, first: 300, second: 1000, baskets: 10_000 });
    expect(few).toBeCloseTo((2 + 10 * 0.1) / 13, 12);
    expect(many).toBeCloseTo((200 + 10 * 0.1) / 310, 12);
  });
});

describe('re-buying', () => {
  const monthly = bought('coffee', 0, 5, 120);

  it('offers what is bought every 30 days when it is due, and not the day after', () => {
    const at = (daysAgo: number) => names(signals({ bought: [{ ...monthly, daysAgo }] }));
    expect(at(1)).toEqual([]);
    expect(at(20)).toEqual([]);
    expect(at(21)).toEqual(['coffee']);
    expect(at(30)).toEqual(['coffee']);
    const scoreAt = (daysAgo: number) => rankProducts(signals({ bought: [{ ...monthly, daysAgo }] }), 1)[0]!.score;
    expect(scoreAt(30)).toBe(scoreAt(40));
    expect(scoreAt(300)).toBeLessThan(scoreAt(40) / 100);
  });

  it('takes one purchase for a habit only of what many buy again, after the usual time', () => {
    expect(rebuyOf(bought('jeans', 40), fact({ rebuyShare: 0.05, rebuyDays: 200 }))).toBeNull();
    expect(rebuyOf(bought('socks', 40), fact({ rebuyShare: 0.5, rebuyDays: 60 }))).toEqual({ days: 60, chance: 0.25 });
    expect(rebuyOf(bought('socks', 40), fact({ rebuyShare: 0.5 }))).toBeNull();
  });

  it('says how often, how long ago and how far apart', () => {
    const [due] = rankProducts(signals({ bought: [{ ...monthly, daysAgo: 28 }] }), 1);
    const context = { becauseName: null, segment: LOYAL, pair: null, popularity: null };
    expect(allEnglish(explainRecommendation(due!, context))).toMatchObject({
      told: 'buys it about every 30 days, last 28 days ago, n = 5 times',
      shopper: 'Time to buy it again',
      evidence: { kind: 'REBUY', purchases: 5, daysSinceLast: 28, intervalDays: 30 },
    });
  });
});

describe('rankProducts', () => {
  const facts = new Map([
    [
      'jeans',
      fact({
        neighbours: [
          ['belt', 0.3, 0.1],
          ['boots', 0.2, 0.1],
        ],
      }),
    ],
    ['tent', fact({ neighbours: [['stove', 0.3, 0.1]] })],
  ]);

  it('weighs what was bought lately more', () => {
    expect(names(signals({ bought: [bought('tent', 10), bought('jeans', 400)], facts }))).toEqual([
      'stove',
      'belt',
      'boots',
    ]);
    expect(names(signals({ bought: [bought('jeans', 10), bought('tent', 400)], facts }))[0]).toBe('belt');
  });

  it('names the bought product that speaks most for an offered one', () => {
    const list = rankProducts(signals({ bought: [bought('jeans', 1), bought('tent', 2)], facts }), 3);
    expect(list.map(({ because }) => because)).toEqual(['jeans', 'tent', 'jeans']);
    expect(list.map(({ kind }) => kind)).toEqual(Array(3).fill('BOUGHT_WITH'));
  });

  it('leaves out what he has and what he sent back, and fills up with what is popular', () => {
    const shopPopular = [
      { product: 'jeans', recentShare: 0.5, returnRate: 0 },
      { product: 'scarf', recentShare: 0.4, returnRate: 0 },
      { product: 'hat', recentShare: 0.1, returnRate: 0 },
    ];
    const given = signals({ bought: [bought('jeans', 5)], sentBack: ['scarf', 'boots'], facts, shopPopular });
    expect(names(given)).toEqual(['belt', 'hat']);
  });

  it('puts the segment before the shop, and is the same whatever the order of what it is given', () => {
    const popular = (product: string) => ({ product, recentShare: 0.1, returnRate: 0 });
    const given = signals({ segmentPopular: [popular('b'), popular('a')], shopPopular: [popular('c'), popular('b')] });
    const list = rankProducts(given, 5);
    expect(list.map(({ product, kind }) => [product, kind])).toEqual([
      ['b', 'POPULAR_IN_SEGMENT'],
      ['a', 'POPULAR_IN_SEGMENT'],
      ['c', 'POPULAR'],
    ]);
    const turned = signals({ segmentPopular: [popular('a'), popular('b')], shopPopular: [popular('b'), popular('c')] });
    expect(rankProducts(turned, 5)).toEqual(list);
  });

  it('holds back what often comes back from who often sends back, and from nobody else', () => {
    const risky = new Map([
      [
        'jeans',
        fact({
          neighbours: [
            ['dress', 0.3, 0.6],
            ['belt', 0.2, 0.1],
          ],
        }),
      ],
    ]);
    const order = (itemsReturned: number) =>
      names(signals({ bought: [bought('jeans', 3)], facts: risky, itemsDelivered: 20, itemsReturned }));
    expect(order(4)).toEqual(['dress', 'belt']);
    expect(order(16)).toEqual(['belt', 'dress']);
    expect(returnFactorOf(0.4, 0.6, 0.2)).toBeCloseTo(1 / 3, 12);
    expect(returnFactorOf(0.2, 0.9, 0.2)).toBe(1);
    expect(returnFactorOf(0.9, 0.1, 0.2)).toBe(1);
    expect(returnFactorOf(0.9, 0.9, 0)).toBe(1);
  });

  it('has nothing to offer where nothing is known', () => {
    expect(names(signals({}))).toEqual([]);
    expect(names(signals({ bought: [bought('jeans', 3)] }))).toEqual([]);
  });
});

describe('a reason', () => {
  const [ranked] = rankProducts(
    signals({ bought: [bought('p1', 3)], facts: new Map([['p1', fact({ neighbours: [['p2', 0.3, 0.1]] })]]) }),
    1,
  );
  const counts = { both: 300, first: 1000, second: 2000, baskets: 20_000 };
  const context = {
    becauseName: 'Slim Jeans',
    segment: LOYAL,
    popularity: null,
    pair: { orders: counts, customers: counts, segment: { both: 212, first: 684, second: 516, baskets: 4000 } },
  };

  it('names the segment, the share, the lift and the number', () => {
    const { told, evidence } = explainRecommendation(ranked!, context);
    expect(english(told)).toBe('bought by 31 % of Loyal who bought Slim Jeans, lift 2.4, n = 212');
    expect(evidence).toMatchObject({
      kind: 'BOUGHT_WITH',
      because: 'p1',
      segment: 'Loyal',
      n: 212,
      base: 684,
      returnFactor: 1,
    });
  });

  it('speaks of all customers where too few of the segment bought both', () => {
    const { told } = explainRecommendation(ranked!, { ...context, pair: { ...context.pair, segment: null } });
    expect(english(told)).toBe('bought by 30 % of customers who bought Slim Jeans, lift 3.0, n = 300');
  });

  it('tells the shopper no more than the product', () => {
    expect(english(explainRecommendation(ranked!, context).shopper)).toBe('Often bought with Slim Jeans');
    expect(english(explainRecommendation(ranked!, { ...context, becauseName: null }).shopper)).toBe(
      'Goes with what you bought',
    );
  });
});
