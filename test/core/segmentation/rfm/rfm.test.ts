import { seededRandom } from '@tessera/core/numerics/random.js';
import { type RfmFitted, rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyBuyer,
  anyCustomer,
  buyer,
  type FeatureRow,
  featuresOf,
  prospect,
  usualOrderValue,
} from '../../../support/shop-data-features.js';
import { anyEnglish, english, inEnglish } from '../../../support/words.js';

const fitOn = (rows: readonly FeatureRow[]) => rfm.fit(featuresOf(rows), rfm.defaults, seededRandom(1));

/** Cut-offs at which a value of 1, 2, 3, 4, 5 (days: -5 to -1) scores just that. */
const PLAIN: RfmFitted = { buyers: 100, recency: [-5, -4, -3, -2], frequency: [1, 2, 3, 4], monetary: [1, 2, 3, 4] };
const withScores = (r: number, f: number, m: number) => buyer({ recencyDays: 6 - r, orders: f, netRevenue: m });

/** Title of the segment of one row. */
function segmentOf(fitted: RfmFitted, row: FeatureRow): string {
  const { segment } = rfm.score(fitted, featuresOf([row]));
  return english(rfm.segments(fitted)[segment[0]!]!.title);
}

const explain = (fitted: RfmFitted, row: FeatureRow) => inEnglish(rfm.explain(fitted, featuresOf([row]), 0));

const ALL_SCORES = [1, 2, 3, 4, 5].flatMap((r) =>
  [1, 2, 3, 4, 5].flatMap((f) => [1, 2, 3, 4, 5].map((m) => [r, f, m] as const)),
);

describe('rfm', () => {
  it('gives the scores that the cut-offs say', () => {
    for (const [r, f, m] of ALL_SCORES) {
      const { columns } = rfm.score(PLAIN, featuresOf([withScores(r, f, m)]));
      expect([columns.recency![0], columns.frequency![0], columns.monetary![0]]).toEqual([r, f, m]);
    }
  });

  it.each([
    ['VIP', 4, 4, 4],
    ['VIP', 5, 5, 5],
    ['Loyal', 4, 4, 3],
    ['Loyal', 4, 3, 4],
    ['Loyal', 5, 1, 4],
    ['Loyal', 5, 4, 1],
    ['Potential Loyalist', 3, 3, 1],
    ['Potential Loyalist', 5, 3, 3],
    ['Potential Loyalist', 3, 5, 5],
    ['At Risk', 2, 3, 1],
    ['At Risk', 2, 1, 3],
    ['At Risk', 1, 5, 5],
    ['Dormant', 2, 2, 2],
    ['Dormant', 1, 1, 1],
    ['Regulars', 3, 2, 5],
    ['Regulars', 5, 2, 3],
    ['Regulars', 3, 1, 1],
  ])('puts %s at scores %i, %i, %i', (title, r, f, m) => {
    expect(segmentOf(PLAIN, withScores(r, f, m))).toBe(title);
  });

  it('takes the first of the ordered rules that matches, for all 125 combinations', () => {
    // Written again from the seed as a chain, so that neither order nor bounds can slip.
    const seed003 = (r: number, f: number, m: number) => {
      if (r >= 4 && f >= 4 && m >= 4) return 'VIP';
      if (r >= 4 && (f >= 4 || m >= 4)) return 'Loyal';
      if (r >= 3 && f >= 3) return 'Potential Loyalist';
      if (r <= 2 && (f >= 3 || m >= 3)) return 'At Risk';
      if (r <= 2 && f <= 2 && m <= 2) return 'Dormant';
      return 'Regulars';
    };
    for (const [r, f, m] of ALL_SCORES) expect(segmentOf(PLAIN, withScores(r, f, m))).toBe(seed003(r, f, m));
  });

  it('gives customers with equal values equal scores, wherever they stand', () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      buyer({ orders: i < 40 ? 1 : 2, netRevenue: i % 3, recencyDays: i % 7 }),
    );
    const { columns } = rfm.score(fitOn(rows), featuresOf(rows));
    const seen = new Map<string, number>();
    rows.forEach((row, i) => {
      for (const [name, value] of [
        ['frequency', row.orders],
        ['monetary', row.netRevenue],
        ['recency', row.recencyDays],
      ] as const) {
        const key = `${name} ${value}`;
        const score = columns[name]![i]!;
        expect(seen.get(key) ?? score).toBe(score);
        seen.set(key, score);
      }
    });
  });

  it('counts an order of today as the most recent', () => {
    const rows = [0, 10, 20, 30, 40].map((recencyDays) => buyer({ recencyDays }));
    expect([...rfm.score(fitOn(rows), featuresOf(rows)).columns.recency!]).toEqual([5, 4, 3, 2, 1]);
  });

  it('leaves Prospects out of the fit and gives them NaN scores', () => {
    const rows = [1, 2, 3, 4, 5].map((netRevenue) => buyer({ netRevenue }));
    const mixed = rows.flatMap((row) => [prospect(), row]);
    expect(fitOn(mixed)).toEqual(fitOn(rows));
    const { columns, segment, statuses } = rfm.score(fitOn(mixed), featuresOf([prospect()]));
    expect([columns.recency![0], columns.frequency![0], columns.monetary![0]]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(rfm.segments(fitOn(mixed))[segment[0]!]!.key).toBe('prospect');
    expect(statuses).toEqual(['NOT_APPLICABLE']);
    expect(explain(fitOn(mixed), prospect())).toEqual({
      reasons: [{ text: 'has no order yet', feature: 'orders', value: 0 }],
      nearest: [],
    });
  });

  it('says not enough data and Regulars for fewer than five buyers', () => {
    for (const count of [0, 1, 4]) {
      const fitted = fitOn(Array.from({ length: count }, (_, i) => buyer({ netRevenue: 10 * i, orders: i + 1 })));
      const { segment, statuses } = rfm.score(
        fitted,
        featuresOf([buyer({ orders: 50, netRevenue: 1e6, recencyDays: 0 })]),
      );
      expect(statuses).toEqual(['NOT_ENOUGH_DATA']);
      expect(english(rfm.segments(fitted)[segment[0]!]!.title)).toBe('Regulars');
      const { reasons, nearest } = explain(fitted, buyer());
      expect(reasons[0]!.text).toBe(`only ${count} of the 5 buyers that scores need: everybody counts as Regulars`);
      expect(nearest).toEqual([]);
      expect(anyEnglish(rfm.summarise(fitted).note)).toBe(
        `${count} ${count === 1 ? 'buyer' : 'buyers'}; quintiles need 5`,
      );
    }
  });

  it('gives five equal buyers the middle score and one segment', () => {
    const rows = Array.from({ length: 5 }, () => buyer());
    const { columns, segment, statuses } = rfm.score(fitOn(rows), featuresOf(rows));
    expect([...columns.recency!, ...columns.frequency!, ...columns.monetary!]).toEqual(new Array(15).fill(3));
    expect(new Set(segment).size).toBe(1);
    expect(statuses).toEqual(new Array(5).fill('MODELLED'));
  });

  it('scores no rows as no rows', () => {
    const scores = rfm.score(fitOn([]), featuresOf([]));
    expect(scores.segment).toHaveLength(0);
    expect(scores.statuses).toEqual([]);
  });

  it('scores a row alone exactly as in the batch, also one that the fit has not seen', () => {
    fc.assert(
      fc.property(
        fc.array(anyCustomer, { maxLength: 40 }),
        fc.array(anyCustomer, { maxLength: 10 }),
        (known, later) => {
          const fitted = fitOn(known);
          const rows = [...known, ...later];
          const batch = rfm.score(fitted, featuresOf(rows));
          rows.forEach((row, i) => {
            const alone = rfm.score(fitted, featuresOf([row]));
            expect(alone.segment[0]).toBe(batch.segment[i]);
            expect(alone.statuses[0]).toBe(batch.statuses[i]);
            for (const [name, column] of Object.entries(batch.columns)) expect(alone.columns[name]![0]).toBe(column[i]);
          });
        },
      ),
    );
  });

  it('scores the same after its Fitted went through JSON', () => {
    fc.assert(
      fc.property(
        fc.array(anyCustomer, { maxLength: 40 }),
        fc.array(anyCustomer, { maxLength: 10 }),
        (known, later) => {
          const fitted = fitOn(known);
          const stored = JSON.parse(JSON.stringify(fitted)) as RfmFitted;
          const rows = featuresOf([...known, ...later]);
          expect(rfm.score(stored, rows)).toEqual(rfm.score(fitted, rows));
          for (let row = 0; row < rows.count; row++) {
            expect(inEnglish(rfm.explain(stored, rows, row))).toEqual(inEnglish(rfm.explain(fitted, rows, row)));
          }
        },
      ),
    );
  });

  it('gives every row exactly one segment of its list', () => {
    fc.assert(
      fc.property(fc.array(anyCustomer, { maxLength: 40 }), (rows) => {
        const fitted = fitOn(rows);
        for (const index of rfm.score(fitted, featuresOf(rows)).segment) {
          expect(rfm.segments(fitted)[index]).toBeDefined();
        }
      }),
    );
  });

  it('does not depend on the order of the rows of the fit', () => {
    fc.assert(
      fc.property(fc.array(anyCustomer, { maxLength: 40 }), (rows) => {
        expect(fitOn([...rows].reverse())).toEqual(fitOn(rows));
      }),
    );
  });

  it('leaves the features as they are', () => {
    const features = featuresOf([buyer(), prospect(), buyer({ orders: 3 })]);
    const before = structuredClone(features.columns);
    const fitted = rfm.fit(features, rfm.defaults, seededRandom(1));
    rfm.score(fitted, features);
    inEnglish(rfm.explain(fitted, features, 0));
    expect(features.columns).toEqual(before);
  });
});

describe('the explanation of an rfm segment', () => {
  it('names the rule that fired and the three scores with the bounds they passed', () => {
    const { reasons } = explain(PLAIN, withScores(2, 3, 1));
    expect(reasons).toEqual([
      { text: 'At Risk: recency score at most 2, and frequency or monetary score at least 3', feature: 'segment' },
      { text: 'recency score 2 of 5: last order 4 days ago', feature: 'recency', value: 4, cutOff: 5 },
      { text: 'frequency score 3 of 5: 3 orders', feature: 'frequency', value: 3, cutOff: 2 },
      { text: 'monetary score 1 of 5: net spend 1.00', feature: 'monetary', value: 1 },
    ]);
  });

  it('names the segment that the scores give and cut-offs that are the largest values of the score below', () => {
    fc.assert(
      fc.property(fc.array(anyBuyer, { minLength: 5, maxLength: 40 }), (rows) => {
        const fitted = fitOn(rows);
        const features = featuresOf(rows);
        const scores = rfm.score(fitted, features);
        rows.forEach((row, i) => {
          const { reasons } = inEnglish(rfm.explain(fitted, features, i));
          expect(reasons[0]!.text.startsWith(`${english(rfm.segments(fitted)[scores.segment[i]!]!.title)}: `)).toBe(
            true,
          );
          for (const [at, name, feature, direction] of [
            [1, 'recency', 'recencyDays', -1],
            [2, 'frequency', 'orders', 1],
            [3, 'monetary', 'netRevenue', 1],
          ] as const) {
            const { text, value, cutOff } = reasons[at]!;
            const score = scores.columns[name]![i]!;
            expect(text.startsWith(`${name} score ${score} of 5: `)).toBe(true);
            expect(value).toBe(row[feature]);
            // The best value of those who score less: the bound to pass. None when nobody does.
            const lower = rows
              .filter((_, other) => scores.columns[name]![other]! < score)
              .map((r) => direction * r[feature]!);
            if (lower.length === 0) expect(cutOff).toBeUndefined();
            else expect(direction * cutOff!).toBe(Math.max(...lower));
          }
        });
      }),
    );
  });

  /** What may come of a sentence of `nearest`, the day before a move by time, and the segment that is promised. */
  function applyClaim(row: FeatureRow, text: string): { outcomes: FeatureRow[]; before?: FeatureRow; title: string } {
    const bought = (orders: number, brings: number) => ({
      ...row,
      recencyDays: 0,
      orders: row.orders! + orders,
      netRevenue: row.netRevenue! + brings,
    });
    const usual = usualOrderValue(row);
    const whatever = /^one more order now moves to (.+)$/.exec(text);
    if (whatever) {
      return { outcomes: [0, 0.0001, usual, 1, 10, 1e6].map((brings) => bought(1, brings)), title: whatever[1]! };
    }
    const more = /^(one|\d+) more orders? of the usual size now moves? to (.+)$/.exec(text);
    if (more) {
      const count = more[1] === 'one' ? 1 : Number(more[1]);
      return { outcomes: [bought(count, count * usual)], title: more[2]! };
    }
    const spend = /^one more order that brings net spend above (-?[\d.]+) \(now -?[\d.]+\) moves to (.+)$/.exec(text);
    if (spend) return { outcomes: [bought(1, Number(spend[1]) + 0.0001 - row.netRevenue!)], title: spend[2]! };
    const time = /^without an order, moves to (.+) after (\d+) days? since the last one$/.exec(text);
    if (time) {
      const waited = (recencyDays: number) => ({ ...row, recencyDays });
      return { outcomes: [waited(Number(time[2]))], before: waited(Number(time[2]) - 1), title: time[1]! };
    }
    throw new Error(`an unknown kind of claim: ${text}`);
  }

  it('makes only claims that come true when the customer does what they say', () => {
    fc.assert(
      fc.property(fc.array(anyBuyer, { minLength: 5, maxLength: 30 }), anyBuyer, (known, later) => {
        const fitted = fitOn(known);
        for (const row of [...known, later]) {
          const here = segmentOf(fitted, row);
          for (const { segmentKey, text } of explain(fitted, row).nearest) {
            const { outcomes, before, title } = applyClaim(row, text);
            for (const changed of outcomes) expect(segmentOf(fitted, changed), text).toBe(title);
            expect(anyEnglish(rfm.segments(fitted).find(({ key }) => key === segmentKey)?.title)).toBe(title);
            expect(title).not.toBe(here);
            // One day earlier nothing has changed yet.
            if (before !== undefined) expect(segmentOf(fitted, before), text).toBe(here);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('promises what an order of the usual size really does, not what one that brings nothing would', () => {
    const { nearest } = explain(PLAIN, buyer({ recencyDays: 1, orders: 3, netRevenue: 2.5, averageOrderValue: 0.9 }));
    // One that brings nothing would lead to Loyal only.
    expect(nearest[0]!.text).toBe('one more order of the usual size now moves to VIP');
    // Of whom everything was sent back an order is as large as those were.
    const returned = { orders: 3, netRevenue: 0, averageOrderValue: 0, grossRevenue: 12 };
    expect(explain(PLAIN, buyer({ recencyDays: 1, ...returned })).nearest[0]!.text).toBe(
      'one more order of the usual size now moves to VIP',
    );
  });

  it('names the larger order or the more orders, whichever costs less', () => {
    const texts = (averageOrderValue: number) =>
      explain(PLAIN, buyer({ recencyDays: 1, orders: 4, netRevenue: 2.5, averageOrderValue })).nearest.map(
        ({ text }) => text,
      );
    expect(texts(0.3)).toContain('one more order that brings net spend above 3.00 (now 2.50) moves to VIP');
    expect(texts(0.25)).toContain('one more order that brings net spend above 3.00 (now 2.50) moves to VIP');
    const { nearest } = explain(PLAIN, buyer({ recencyDays: 1, orders: 2, netRevenue: 2.5, averageOrderValue: 0.1 }));
    expect(nearest.map(({ text }) => text)).toContain('2 more orders of the usual size now move to Loyal');
  });

  it('names each segment within reach once', () => {
    fc.assert(
      fc.property(fc.array(anyBuyer, { minLength: 5, maxLength: 30 }), (rows) => {
        const keys = explain(fitOn(rows), rows[0]!).nearest.map(({ segmentKey }) => segmentKey);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('names the spend in whole cents that are enough', () => {
    const fitted = { ...PLAIN, monetary: [1, 2, 5.9514, 7] } as const;
    const { nearest } = explain(fitted, buyer({ recencyDays: 1, orders: 4, netRevenue: 5, averageOrderValue: 0.5 }));
    // 5.951 is above 5.95 and not above the bound itself, so what is shown is rounded up.
    expect(nearest.map(({ text }) => text)).toContain(
      'one more order that brings net spend above 5.96 (now 5.00) moves to VIP',
    );
  });

  it('speaks of a score that nobody has as little as of one that nobody can reach', () => {
    // 60 % bought 500 days ago and all others today: their score is 5, the stale ones' 2, and 3 and 4 are empty.
    const stale = Array.from({ length: 6 }, () => buyer({ recencyDays: 500, orders: 1, netRevenue: 1 }));
    const fresh = Array.from({ length: 4 }, () => buyer({ recencyDays: 0, orders: 2, netRevenue: 50 }));
    const fitted = fitOn([...stale, ...fresh]);
    const { nearest } = explain(fitted, fresh[0]!);
    expect(nearest.map(({ text }) => text)).toEqual([
      'without an order, moves to At Risk after 500 days since the last one',
    ]);
  });
});
