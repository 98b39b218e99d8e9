import { InvalidInputError } from '@tessera/core/errors.js';
import { PROSPECT } from '@tessera/core/model.js';
import { seededRandom } from '@tessera/core/numerics/random.js';
import { type RfmFitted, type RfmOptions, rfm } from '@tessera/core/segmentation/rfm/rfm.js';
import type { BinHealth } from '@tessera/core/segmentation/rfm/rfm-fitted.js';
import { checkRules } from '@tessera/core/segmentation/rules/rule-check.js';
import { type Comparison, RULE_FIELDS, type RuleCondition } from '@tessera/core/segmentation/rules/rule-condition.js';
import { RFM_RULES, type SegmentRule } from '@tessera/core/segmentation/rules/segment-rules.js';
import type { ScoreThresholds } from '@tessera/core/segmentation/score-thresholds.js';
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
import { allEnglish, anyEnglish, english, inEnglish } from '../../../support/words.js';

const fitOn = (rows: readonly FeatureRow[], options: Partial<RfmOptions> = {}) =>
  rfm.fit(featuresOf(rows), { ...rfm.defaults, ...options }, seededRandom(1));
const segmentOf = (fitted: RfmFitted, row: FeatureRow) =>
  rfm.segments(fitted)[rfm.score(fitted, featuresOf([row])).segment[0]!]!;

const rule = (title: string, when: RuleCondition | null): SegmentRule => ({
  key: title.toLowerCase().replaceAll(' ', '-'),
  title,
  description: `${title} of the test.`,
  color: '#2563eb',
  publicLabel: null,
  when,
});

const FIXED: RfmOptions['thresholds'] = {
  recency: { method: 'fixed', atMost: [30, 90, 180, 365] },
  frequency: { method: 'fixed', atMost: [1, 2, 3, 5] },
  monetary: { method: 'fixed', atMost: [50, 100, 250, 500] },
};
const NATURAL: RfmOptions['thresholds'] = {
  recency: { method: 'natural-breaks' },
  frequency: { method: 'natural-breaks' },
  monetary: { method: 'natural-breaks' },
};

const anyThresholds: fc.Arbitrary<ScoreThresholds> = fc.oneof(
  fc.constant<ScoreThresholds>({ method: 'quintile' }),
  fc.constant<ScoreThresholds>({ method: 'natural-breaks' }),
  fc
    .uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 4, maxLength: 4 })
    .map((atMost): ScoreThresholds => ({ method: 'fixed', atMost: atMost.sort((a, b) => a - b) })),
);
const anyComparison: fc.Arbitrary<Comparison> = fc
  .tuple(fc.constantFrom(...RULE_FIELDS), fc.constantFrom('gte', 'gt', 'lte', 'lt'), fc.integer({ min: 0, max: 200 }))
  .map(([field, bound, value]) => ({ field, [bound]: field.endsWith('Score') ? 1 + (value % 5) : value }));
const { condition: anyCondition } = fc.letrec<{ condition: RuleCondition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    anyComparison,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
  ),
}));
/** Sets of rules that pass the check, made by leaving out of any set the rules that do not. */
const anyRules = fc.array(anyCondition, { maxLength: 4 }).map((conditions) => {
  const rules: SegmentRule[] = [];
  for (const when of conditions) {
    const longer = [...rules, rule(`Rule ${rules.length}`, when)];
    if (!checkRules([...longer, rule('Rest', null)]).some(({ level }) => level === 'error')) rules.push(longer.at(-1)!);
  }
  return [...rules, rule('Rest', null)];
});
const anyOptions: fc.Arbitrary<RfmOptions> = fc.record({
  thresholds: fc.record({ recency: anyThresholds, frequency: anyThresholds, monetary: anyThresholds }),
  rules: fc.oneof(fc.constant(RFM_RULES), anyRules),
});

describe('rfm with settings of the shop', () => {
  it('scores by fixed bounds whoever else is in the shop', () => {
    const row = buyer({ recencyDays: 31, orders: 3, netRevenue: 500.01 });
    for (const rows of [[], [row], Array.from({ length: 30 }, () => buyer({ netRevenue: 9_000 }))]) {
      const { columns, statuses } = rfm.score(fitOn(rows, { thresholds: FIXED }), featuresOf([row]));
      expect([columns.recency![0], columns.frequency![0], columns.monetary![0]]).toEqual([4, 3, 5]);
      expect(statuses).toEqual(['MODELLED']);
    }
  });

  it('needs five buyers as soon as one measure is compared with others', () => {
    const mixed = { ...FIXED, monetary: { method: 'quintile' } } as const;
    const fitted = fitOn([buyer()], { thresholds: mixed });
    expect(rfm.score(fitted, featuresOf([buyer()])).statuses).toEqual(['NOT_ENOUGH_DATA']);
    expect(english(segmentOf(fitted, buyer()).title)).toBe('Regulars');
  });

  it('takes a rule over features before one over scores, in order', () => {
    const rules = [
      rule('Wholesale', {
        all: [
          { field: 'averageOrderValue', gte: 400 },
          { field: 'orders', gte: 2 },
        ],
      }),
      rule('Recent', { field: 'recencyScore', gte: 4 }),
      rule('Rest', null),
    ];
    const fitted = fitOn([], { thresholds: FIXED, rules });
    const title = (row: FeatureRow) => english(segmentOf(fitted, row).title);
    expect(title(buyer({ orders: 2, netRevenue: 800, recencyDays: 3 }))).toBe('Wholesale');
    expect(title(buyer({ orders: 2, netRevenue: 799, recencyDays: 3 }))).toBe('Recent');
    expect(title(buyer({ orders: 2, netRevenue: 799, recencyDays: 300 }))).toBe('Rest');
    expect(title(prospect())).toBe('Prospect');
    expect(rfm.segments(fitted).map(({ key }) => key)).toEqual(['wholesale', 'recent', 'rest', 'prospect']);
    expect(rfm.segments(fitted).at(-1)).toBe(PROSPECT);
  });

  it('lets a missing value meet no bound', () => {
    const rules = [
      rule('Saves', { field: 'discountShare', lte: 0.2 }),
      rule('Pays', { field: 'discountShare', gt: 0.2 }),
      rule('Unknown', null),
    ];
    expect(english(segmentOf(fitOn([], { thresholds: FIXED, rules }), buyer()).title)).toBe('Unknown');
  });

  it('says of a missing value that it is not known, without a number', () => {
    const rows = [{ netRevenue: Number.NaN, averageOrderValue: Number.NaN }, { recencyDays: Number.NaN }].map(buyer);
    const learned = fitOn([...Array.from({ length: 9 }, (_, i) => buyer({ netRevenue: i, recencyDays: i })), ...rows]);
    const { reasons, nearest } = inEnglish(rfm.explain(learned, featuresOf(rows), 0));
    expect(reasons).toContainEqual({ text: 'monetary score missing: not known', feature: 'monetary' });
    const late = inEnglish(rfm.explain(learned, featuresOf(rows), 1));
    expect(late.reasons).toContainEqual({ text: 'recency score missing: not known', feature: 'recency' });
    for (const { text } of [...reasons, ...nearest, ...late.reasons, ...late.nearest])
      expect(text).not.toContain('NaN');
  });

  it('refuses rules that cannot be used', () => {
    const rules = [rule('Never', { field: 'recencyScore', gte: 4, lte: 2 }), rule('Rest', null)];
    expect(() => fitOn([buyer()], { rules })).toThrow(InvalidInputError);
    expect(() => fitOn([buyer()], { rules })).toThrow(
      'rfm requires sound rules: rules[0].when contradicts itself: nobody has recency score at least 4 and at most 2',
    );
  });

  it('puts every customer into exactly one segment by any sound rules and thresholds', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(anyCustomer, { maxLength: 25 }), (options, rows) => {
        const fitted = fitOn(rows, options);
        const segments = rfm.segments(fitted);
        rfm.score(fitted, featuresOf(rows)).segment.forEach((index, row) => {
          expect(segments[index]).toBeDefined();
          expect(segments[index] === PROSPECT).toBe(!(rows[row]!.orders! > 0));
        });
        const buyers = rows.filter(({ orders }) => orders! > 0).length;
        const sizes = fitted.binHealth!.segments;
        expect(sizes.reduce((sum, { customers }) => sum + customers, 0)).toBe(buyers);
      }),
    );
  });

  it('scores a row alone exactly as in the batch by any settings, also after its Fitted went through JSON', () => {
    fc.assert(
      fc.property(
        anyOptions,
        fc.array(anyCustomer, { maxLength: 25 }),
        fc.array(anyCustomer, { maxLength: 5 }),
        (options, known, later) => {
          const fitted = fitOn(known, options);
          const stored = JSON.parse(JSON.stringify(fitted)) as RfmFitted;
          const rows = [...known, ...later];
          const batch = rfm.score(fitted, featuresOf(rows));
          expect(rfm.score(stored, featuresOf(rows))).toEqual(batch);
          rows.forEach((row, i) => {
            const alone = rfm.score(stored, featuresOf([row]));
            expect(alone.segment[0]).toBe(batch.segment[i]);
            expect(alone.statuses[0]).toBe(batch.statuses[i]);
            for (const [name, column] of Object.entries(batch.columns)) expect(alone.columns[name]![0]).toBe(column[i]);
          });
        },
      ),
    );
  });

  it('scores by natural breaks as soon as there are five buyers, alike or not', () => {
    const alike = Array.from({ length: 5 }, () => buyer());
    const { columns } = rfm.score(fitOn(alike, { thresholds: NATURAL }), featuresOf(alike));
    expect([...columns.recency!, ...columns.frequency!, ...columns.monetary!]).toEqual(new Array(15).fill(3));
    for (const rows of [[], [buyer()], [buyer(), buyer({ netRevenue: 900 })]]) {
      const fitted = fitOn(rows, { thresholds: NATURAL });
      expect(rfm.score(fitted, featuresOf(rows)).statuses).toEqual(rows.map(() => 'NOT_ENOUGH_DATA'));
    }
  });
});

describe('the explanation of a segment by rules of the shop', () => {
  const rules = [
    rule('Fans', {
      all: [
        { field: 'orders', gte: 5 },
        { field: 'recencyDays', lt: 60 },
      ],
    }),
    rule('Spenders', { field: 'netRevenue', gte: 300 }),
    rule('Sleepers', {
      any: [
        { field: 'recencyDays', gt: 200 },
        { field: 'recencyScore', lte: 1 },
      ],
    }),
    rule('Rest', null),
  ];
  const fitted = fitOn([], { thresholds: FIXED, rules });

  it('names the rule that fired, what it asked for, and the scores', () => {
    const { reasons } = inEnglish(
      rfm.explain(fitted, featuresOf([buyer({ orders: 6, recencyDays: 10, netRevenue: 120 })]), 0),
    );
    expect(reasons).toEqual([
      { text: 'Fans: orders at least 5, and days since the last order below 60', feature: 'segment' },
      { text: 'orders: 6', feature: 'orders', value: 6, cutOff: 5 },
      { text: 'days since the last order: 10', feature: 'recencyDays', value: 10, cutOff: 60 },
      { text: 'recency score 5 of 5: last order 10 days ago', feature: 'recency', value: 10, cutOff: 31 },
      { text: 'frequency score 5 of 5: 6 orders', feature: 'frequency', value: 6, cutOff: 5 },
      { text: 'monetary score 3 of 5: net spend 120.00', feature: 'monetary', value: 120, cutOff: 100 },
    ]);
  });

  it('says what would change it, by the bounds of the rules themselves', () => {
    const near = (row: FeatureRow) =>
      inEnglish(rfm.explain(fitted, featuresOf([row]), 0)).nearest.map(({ text }) => text);
    expect(near(buyer({ orders: 3, recencyDays: 100, netRevenue: 120 }))).toEqual([
      '2 more orders of the usual size now move to Fans',
      'one more order that brings net spend above 300.00 (now 120.00) moves to Spenders',
      'without an order, moves to Sleepers after 201 days since the last one',
    ]);
    expect(near(buyer({ orders: 6, recencyDays: 10, netRevenue: 120 }))).toEqual([
      'without an order, moves to Rest after 60 days since the last one',
    ]);
  });

  it('makes only claims that come true, by any sound rules and thresholds', () => {
    fc.assert(
      fc.property(anyOptions, fc.array(anyBuyer, { minLength: 5, maxLength: 15 }), (options, rows) => {
        const learned = fitOn(rows, options);
        for (const row of rows) {
          const here = segmentOf(learned, row).key;
          for (const { segmentKey, text } of inEnglish(rfm.explain(learned, featuresOf([row]), 0)).nearest) {
            expect(segmentKey).not.toBe(here);
            for (const { changed, reached } of outcomes(row, text)) {
              expect(segmentOf(learned, changed).key, text).toBe(reached ? segmentKey : here);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  /** The row after what a sentence says has happened; of time also the day before, when nothing has changed yet. */
  function outcomes(row: FeatureRow, text: string): { changed: FeatureRow; reached: boolean }[] {
    const bought = (more: number, brings: number) => {
      const orders = row.orders! + more;
      const netRevenue = row.netRevenue! + brings;
      const spanDays = row.tenureDays!;
      const averageOrderValue = netRevenue / orders;
      return {
        changed: { ...row, recencyDays: 0, orders, netRevenue, spanDays, elapsedSpanDays: spanDays, averageOrderValue },
        reached: true,
      };
    };
    const usual = usualOrderValue(row);
    if (/^one more order now moves to /.test(text)) return [bought(1, 0), bought(1, usual)];
    const more = /^(one|\d+) more orders? of the usual size now moves? to /.exec(text);
    const count = more?.[1] === 'one' ? 1 : Number(more?.[1]);
    if (more) return [bought(count, count * usual)];
    const spend = /^one more order that brings net spend above (-?[\d.]+) /.exec(text);
    if (spend) return [bought(1, Number(spend[1]) + 0.0001 - row.netRevenue!)];
    const day = Number(/ after (\d+) days? since the last one$/.exec(text)![1]);
    const waited = (recencyDays: number) => ({
      ...row,
      recencyDays,
      tenureDays: row.tenureDays! + recencyDays - row.recencyDays!,
    });
    return [
      { changed: waited(day), reached: true },
      { changed: waited(day - 1), reached: false },
    ];
  }
});

describe('the health of the scores', () => {
  /** 68 % of customers order once and 22 % twice. */
  const oneTimers = Array.from({ length: 100 }, (_, i) =>
    buyer({ orders: i < 68 ? 1 : i < 90 ? 2 : 3, netRevenue: 10 + i, recencyDays: 1 + i }),
  );

  it('counts every score and says which cannot occur and why', () => {
    const { scores, warnings } = allEnglish(fitOn(oneTimers).binHealth) as BinHealth;
    const frequency = scores.find(({ measure }) => measure === 'frequency')!;
    expect(frequency).toEqual({
      measure: 'frequency',
      method: 'quintile',
      customers: [0, 68, 0, 22, 10],
      shares: [0, 0.68, 0, 0.22, 0.1],
      cannotOccur: [1, 3],
      goodnessOfFit: null,
      warnings: [
        'frequency scores 1 and 3 cannot occur: 68 % of buyers ordered once',
        '68 % of buyers have frequency score 2',
      ],
    });
    expect(scores.find(({ measure }) => measure === 'recency')!.customers).toEqual([20, 20, 20, 20, 20]);
    expect(warnings).toEqual(expect.arrayContaining([...frequency.warnings]));
  });

  it('says of fixed bounds which scores nobody has', () => {
    const { scores } = allEnglish(fitOn(oneTimers, { thresholds: FIXED }).binHealth) as BinHealth;
    expect(scores.find(({ measure }) => measure === 'frequency')!.warnings).toEqual([
      'nobody has frequency scores 4 and 5: 68 % of buyers ordered once',
      '68 % of buyers have frequency score 1',
    ]);
    expect(scores.find(({ measure }) => measure === 'monetary')!.warnings).toEqual([
      'nobody has monetary scores 4 and 5',
    ]);
  });

  it('has the goodness of fit of natural breaks', () => {
    const { scores } = fitOn(oneTimers, { thresholds: NATURAL }).binHealth!;
    expect(scores.find(({ measure }) => measure === 'frequency')!.goodnessOfFit).toBe(1);
    // Twenty equal steps in each of five classes: the classes hold 1 - 399 / 9999 of the variance.
    expect(scores.find(({ measure }) => measure === 'monetary')!.goodnessOfFit).toBeCloseTo(1 - 399 / 9999, 12);
  });

  it('warns of empty and crowded segments and of a best one that spends less than others', () => {
    const rules = [
      rule('Best', { field: 'orders', gte: 3 }),
      rule('Never Seen', { field: 'orders', gte: 2, lt: 3 }),
      rule('Rest', null),
    ];
    const rows = oneTimers.map((row) => ({
      ...row,
      orders: row.orders === 2 ? 1 : row.orders,
      netRevenue: row.orders! > 2 ? 5 : 20,
    }));
    const { warnings, segments } = allEnglish(fitOn(rows, { rules, thresholds: NATURAL }).binHealth) as BinHealth;
    expect(segments).toEqual([
      { key: 'best', customers: 10, share: 0.1, averageNetRevenue: 5 },
      { key: 'never-seen', customers: 0, share: 0, averageNetRevenue: null },
      { key: 'rest', customers: 90, share: 0.9, averageNetRevenue: 20 },
    ]);
    expect(warnings).toEqual(
      expect.arrayContaining([
        'nobody is in Never Seen',
        '90 % of buyers are in Rest',
        'Best has a lower average net revenue than Rest (5.00 against 20.00)',
      ]),
    );
  });

  it('warns of nothing in a shop too small to judge, nor of an even one', () => {
    expect(fitOn([]).binHealth!.warnings).toEqual([]);
    expect(fitOn([buyer(), buyer({ orders: 2 })]).binHealth!.warnings).toEqual([]);
    const even = Array.from({ length: 100 }, (_, i) =>
      buyer({ orders: 1 + i, netRevenue: 10 * (1 + i), recencyDays: 200 - i }),
    );
    expect(fitOn(even).binHealth!.warnings.map(english)).toEqual([
      'nobody is in Loyal',
      'nobody is in At Risk',
      'nobody is in Regulars',
    ]);
  });

  it('is part of the summary and of the quality', () => {
    const fitted = fitOn(oneTimers);
    const quality = rfm.quality(fitted);
    expect(quality.binHealth).toEqual(fitted.binHealth);
    expect(quality.warnings).toEqual(fitted.binHealth!.warnings);
    expect(anyEnglish(quality.reason)).toBe('6 segments: as many as there are rules');
    expect(rfm.summarise(fitted).metrics).toEqual({ buyers: 100, binHealth: fitted.binHealth });
  });
});
