import { affinityOf, basketsOf, CoCounter } from '@tessera/core/recommendations/affinity.js';
import type { PurchaseLines } from '@tessera/core/recommendations/recommender.js';
import { describe, expect, it } from 'vitest';
import { expectRelative } from '../../support/reference.js';
import { sharedJson } from '../../support/shared.js';
import { groceryLines, onlineRetailLines } from './purchase-lines.js';

interface ReferencePair {
  a: string;
  b: string;
  count: number;
  support: number;
  confidence_a_to_b: number;
  confidence_b_to_a: number;
  lift: number;
}
interface BasketReference {
  baskets: number;
  items: number;
  basket_lines: number;
  distinct_pairs: number;
  top_items: { item: string; count: number; support: number }[];
  pairs_with_min_count: { min_count: number; pairs: number };
  top_pairs_by_count: ReferencePair[];
  top_pairs_by_lift: ReferencePair[];
  top_pairs_by_cosine: ReferencePair[];
}

describe.each([
  ['groceries', groceryLines],
  ['online-retail', onlineRetailLines],
] as const)('pairs of %s', (set, read) => {
  const reference = () => sharedJson<BasketReference>('reference', `baskets-${set}.json`);
  const lines: PurchaseLines = read();
  const baskets = basketsOf(lines.order, lines.product, lines.products.length);
  const counter = new CoCounter(baskets);
  const indexOf = new Map(lines.products.map((name, index) => [name, index]));

  it('have the supports, confidences and lifts of the reference, at 1e-9 relative', () => {
    const { top_pairs_by_count, top_pairs_by_lift, top_pairs_by_cosine } = reference();
    for (const pair of [...top_pairs_by_count, ...top_pairs_by_lift, ...top_pairs_by_cosine]) {
      const [a, b] = [indexOf.get(pair.a)!, indexOf.get(pair.b)!];
      counter.meet(a);
      const both = counter.shared[b]!;
      expect(both, `${pair.a} and ${pair.b}`).toBe(pair.count);
      const counts = {
        both,
        first: counter.itemBaskets[a]!,
        second: counter.itemBaskets[b]!,
        baskets: counter.basketCount,
      };
      const forth = affinityOf(counts);
      const back = affinityOf({ ...counts, first: counts.second, second: counts.first });
      expectRelative(forth.support, pair.support, 'support');
      expectRelative(forth.confidence, pair.confidence_a_to_b, 'confidence');
      expectRelative(back.confidence, pair.confidence_b_to_a, 'confidence backwards');
      expectRelative(forth.lift, pair.lift, 'lift');
    }
  });

  it('are as many, in as many baskets of as many items, and the most frequent are the same', () => {
    const wanted = reference();
    let distinct = 0;
    let frequent = 0;
    const counted: number[] = [];
    for (let a = 0; a < lines.products.length; a++) {
      counter.meet(a);
      const meeting = counter.shared;
      for (let b = a + 1; b < lines.products.length; b++) {
        if (meeting[b] === 0) continue;
        distinct++;
        if (meeting[b]! >= wanted.pairs_with_min_count.min_count) frequent++;
        counted.push(meeting[b]!);
      }
    }
    expect({
      baskets: counter.basketCount,
      items: lines.products.length,
      basket_lines: baskets.items.length,
      distinct_pairs: distinct,
      frequent,
    }).toEqual({
      baskets: wanted.baskets,
      items: wanted.items,
      basket_lines: wanted.basket_lines,
      distinct_pairs: wanted.distinct_pairs,
      frequent: wanted.pairs_with_min_count.pairs,
    });
    const mostFrequent = Int32Array.from(counted).sort().reverse();
    const top = wanted.top_pairs_by_count;
    expect([...mostFrequent.subarray(0, top.length)]).toEqual(top.map(({ count }) => count));
    for (const { item, count } of wanted.top_items) expect(counter.itemBaskets[indexOf.get(item)!]).toBe(count);
  });
});
