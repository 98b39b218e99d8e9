import { naturalBreaks } from '@tessera/core/numerics/quantiles/natural-breaks.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { describe, expect, it } from 'vitest';
import { type DataSet, describeWithSet, sharedJson } from '../../../support/shared.js';
import {
  cdnowPurchases,
  onlineRetailPurchases,
  type Purchase,
  rfmOrdersPurchases,
} from '../clustering/clustering-data.js';

interface JenksReference {
  readonly upper_bounds: number[];
  readonly lower_bounds: number[];
  readonly counts: number[];
  readonly within_ss: number;
  readonly gvf: number;
}

interface RfmReference {
  readonly jenks_on_composite: { k5: JenksReference; k3: JenksReference };
}

/** Average-tie rank over n of values rounded to the given decimals. */
function percentRanks(values: readonly number[], decimals: number): number[] {
  const rounded = values.map((value) => Number(value.toFixed(decimals)));
  const order = [...rounded.keys()].sort((a, b) => rounded[a]! - rounded[b]!);
  const ranks: number[] = new Array(values.length).fill(0);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && rounded[order[end]!] === rounded[order[start]!]) end++;
    for (let position = start; position < end; position++)
      ranks[order[position]!] = (start + 1 + end) / 2 / values.length;
    start = end;
  }
  return ranks;
}

/** The composite value score, by the conventions of the reference folder. */
function compositeScores(purchases: readonly Purchase[]): Float64Array {
  const customers = new Map<number, { total: number; orders: Set<string>; first: number; last: number }>();
  for (const { customer, order, day, time, amount } of purchases) {
    let entry = customers.get(customer);
    if (entry === undefined) {
      entry = { total: 0, orders: new Set(), first: day + time, last: day + time };
      customers.set(customer, entry);
    }
    entry.total += amount;
    entry.orders.add(order);
    entry.first = Math.min(entry.first, day + time);
    entry.last = Math.max(entry.last, day + time);
  }
  const entries = [...customers.values()];
  const total = percentRanks(
    entries.map((entry) => entry.total),
    4,
  );
  const frequency = percentRanks(
    entries.map(({ orders, first, last }) => orders.size / Math.max(Math.floor(last - first), 1)),
    10,
  );
  const orderValue = percentRanks(
    entries.map((entry) => Number(entry.total.toFixed(4)) / entry.orders.size),
    10,
  );
  return Float64Array.from(entries, (_, row) => 0.4 * total[row]! + 0.3 * frequency[row]! + 0.3 * orderValue[row]!);
}

const SETS = {
  'cdnow-sample': () => compositeScores(cdnowPurchases('cdnow_sample.csv.gz')),
  'cdnow-master': () => compositeScores(cdnowPurchases('cdnow_master.csv.gz')),
  'online-retail': () => compositeScores(onlineRetailPurchases()),
  'rfm-orders': () => compositeScores(rfmOrdersPurchases()),
} satisfies Partial<Record<DataSet, () => Float64Array>>;
const SET_NAMES = Object.keys(SETS) as (keyof typeof SETS)[];

describeWithSet(SET_NAMES)('naturalBreaks of the composite score on %s', (set) => {
  const scores = SETS[set]();
  const reference = sharedJson<RfmReference>('reference', `rfm-${set}.json`).jenks_on_composite;

  it.each([
    [5, reference.k5],
    [3, reference.k3],
  ])('equals Fisher-Jenks with %i classes', (classCount, expected) => {
    const breaks = naturalBreaks(scores, classCount);
    expect(breaks.counts).toEqual(expected.counts);
    expected.upper_bounds.forEach((bound, index) => {
      expect(Math.abs(breaks.upperBounds[index]! - bound)).toBeLessThan(1e-9);
      expect(Math.abs(breaks.lowerBounds[index]! - expected.lower_bounds[index]!)).toBeLessThan(1e-9);
    });
    expect(Math.abs(breaks.goodnessOfFit - expected.gvf)).toBeLessThan(1e-9);
    expect(breaks.withinSs / expected.within_ss).toBeCloseTo(1, 8);
  });
});

describe('naturalBreaks', () => {
  it('is no worse than any other split of a small set', () => {
    const random = seededRandom(3);
    const squares = (members: number[]) => {
      const mean = members.reduce((sum, value) => sum + value, 0) / members.length;
      return members.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    };
    for (let round = 0; round < 20; round++) {
      const values = Array.from({ length: 9 }, () => Math.round(random() * 40)).sort((a, b) => a - b);
      if (new Set(values).size < 3) continue;
      let least = Number.POSITIVE_INFINITY;
      for (let first = 1; first < 8; first++) {
        for (let second = first + 1; second < 9; second++) {
          const parts = [values.slice(0, first), values.slice(first, second), values.slice(second)];
          least = Math.min(
            least,
            parts.reduce((sum, part) => sum + squares(part), 0),
          );
        }
      }
      expect(naturalBreaks(Float64Array.from(values), 3).withinSs).toBeCloseTo(least, 8);
    }
  });

  it('makes one class of each distinct value where there are fewer than classes', () => {
    expect(naturalBreaks(Float64Array.of(2, 1, 2, 1, 2), 4)).toEqual({
      upperBounds: [1, 2],
      lowerBounds: [1, 2],
      counts: [2, 3],
      withinSs: 0,
      goodnessOfFit: 1,
    });
    expect(naturalBreaks(Float64Array.of(7, 7), 3).upperBounds).toEqual([7]);
  });

  it('has no classes without values', () => {
    expect(naturalBreaks(new Float64Array(0), 5).upperBounds).toEqual([]);
  });

  it('refuses NaN and fewer than one class', () => {
    expect(() => naturalBreaks(Float64Array.of(1, Number.NaN), 2)).toThrow(
      'naturalBreaks requires finite values, got NaN',
    );
    expect(() => naturalBreaks(Float64Array.of(1), 0)).toThrow(
      'naturalBreaks requires classCount of at least 1, got 0',
    );
  });
});
