import { checkRules } from '@tessera/core/segmentation/rules/rule-check.js';
import type { RuleCondition, RuleField } from '@tessera/core/segmentation/rules/rule-condition.js';
import { RFM_RULES, type SegmentRule } from '@tessera/core/segmentation/rules/segment-rules.js';
import { said } from '@tessera/core/words/reasons.js';
import { describe, expect, it } from 'vitest';
import { english } from '../../../support/words.js';

const conditionInWords = (condition: RuleCondition | null) => english(said('condition', { condition }));

const rule = (title: string, when: RuleCondition | null, changes: Partial<SegmentRule> = {}): SegmentRule => ({
  key: title.toLowerCase().replaceAll(' ', '-'),
  title,
  description: `${title} of the test.`,
  color: '#2563eb',
  publicLabel: null,
  when,
  ...changes,
});
const everybodyElse = rule('Everybody Else', null);
const recency = (bounds: object): RuleCondition => ({ field: 'recencyScore', ...bounds });
const texts = (rules: readonly SegmentRule[]) => checkRules(rules).map(({ path, text }) => `${path} ${text}`);

describe('checkRules', () => {
  it('finds nothing wrong with the default rules', () => {
    expect(checkRules(RFM_RULES)).toEqual([]);
  });

  it('takes a set of one rule that catches everybody, and refuses none at all', () => {
    expect(checkRules([everybodyElse])).toEqual([]);
    expect(texts([])).toEqual(['rules is empty: at least one rule must catch everybody']);
  });

  it('names a rule whose customers an earlier one takes', () => {
    expect(
      texts([rule('Recent', recency({ gte: 3 })), rule('Very Recent', recency({ gte: 4 })), everybodyElse]),
    ).toEqual(['rules[1].when can never be reached: whoever fits Very Recent is already in Recent']);
  });

  it('names a rule that several earlier ones take between them', () => {
    const rules = [
      rule('Old', recency({ lte: 2 })),
      rule('New', recency({ gte: 3 })),
      rule('Big', { field: 'monetaryScore', gte: 4 }),
      everybodyElse,
    ];
    expect(texts(rules)).toEqual(['rules[2].when can never be reached: whoever fits Big is already in Old or New']);
  });

  it('does not call a rule unreachable that differs from an earlier one in one combination', () => {
    const all = (r: number, f: number) => ({
      all: [recency({ gte: r }), { field: 'frequencyScore' as const, gte: f }],
    });
    expect(texts([rule('A', all(2, 1)), rule('B', all(1, 5)), everybodyElse])).toEqual([]);
    expect(texts([rule('A', all(1, 5)), rule('B', all(2, 5)), everybodyElse])).toHaveLength(1);
  });

  it.each<[string, RuleCondition]>([
    ['recency score at least 4 and at most 2', recency({ gte: 4, lte: 2 })],
    ['recency score at least 6', recency({ gte: 6 })],
    ['recency score above 2, and recency score below 3', { all: [recency({ gt: 2 }), recency({ lt: 3 })] }],
    ['orders above 1 and below 2', { field: 'orders', gt: 1, lt: 2 }],
    ['orders below 1', { field: 'orders', lt: 1 }],
    ['days since the last order below 0', { field: 'recencyDays', lt: 0 }],
    ['net spend above 10 and at most 10', { field: 'netRevenue', gt: 10, lte: 10 }],
  ])('names the contradiction: nobody has %s', (words, when) => {
    expect(texts([rule('Nobody', when), everybodyElse])).toEqual([
      `rules[0].when contradicts itself: nobody has ${words}`,
    ]);
  });

  it('takes bounds that leave one value', () => {
    expect(texts([rule('One', recency({ gte: 3, lte: 3 })), everybodyElse])).toEqual([]);
    expect(texts([rule('One', { field: 'netRevenue', gte: 10, lte: 10 }), everybodyElse])).toEqual([]);
    expect(texts([rule('One', { field: 'averageOrderValue', gt: 1, lt: 2 }), everybodyElse])).toEqual([]);
  });

  it('names a combination that no rule catches', () => {
    const [problem] = texts([rule('A', recency({ gte: 3 })), rule('B', { field: 'monetaryScore', gte: 2 })]);
    expect(problem).toBe(
      'rules[1].when must be null, so that the last rule catches everybody who is left: recencyScore 1, monetaryScore 1 would be in no segment',
    );
  });

  it('wants a last rule for customers with missing values even where all combinations are caught', () => {
    const [problem] = texts([rule('A', recency({ gte: 3 })), rule('B', recency({ lte: 2 }))]);
    expect(problem).toContain('a customer of whom one of these values is missing would be in no segment');
  });

  it('refuses a rule for everybody that is not the last', () => {
    expect(texts([rule('All', null), everybodyElse])).toEqual([
      'rules[0].when is null, which catches everybody: no rule after All can be reached',
    ]);
  });

  it.each<[string, Partial<SegmentRule>, string]>([
    ['a key in capitals', { key: 'Big' }, 'rules[0].key "Big" is not kebab-case'],
    ['a key with a blank', { key: 'big one' }, 'rules[0].key "big one" is not kebab-case'],
    ['a key with a colon', { key: 'rfm:vip' }, 'rules[0].key "rfm:vip" is not kebab-case'],
    ['the key of Prospects', { key: 'prospect' }, 'rules[0].key "prospect" (A) is reserved'],
    ['the title of Prospects', { title: 'PROSPECT' }, 'rules[0].key "a" (PROSPECT) is reserved'],
    ['a key used twice', { key: 'everybody-else' }, 'rules[1].key "everybody-else" is that of rules[0] too'],
    ['a title used twice', { title: 'everybody else' }, 'rules[1].title "Everybody Else" is that of rules[0] too'],
    ['no title', { title: ' ' }, 'rules[0].title is empty'],
    ['no description', { description: '' }, 'rules[0].description is empty'],
    ['a colour by name', { color: 'red' }, 'rules[0].color "red" is not like #2563eb'],
    ['no bound', { when: recency({}) }, 'rules[0].when needs one of gte, gt, lte, lt'],
    ['a bound that is no number', { when: recency({ gte: Number.NaN }) }, 'rules[0].when.gte is not a number'],
    ['an empty list', { when: { all: [] } }, 'rules[0].when.all is empty'],
    [
      'an unknown field',
      { when: { any: [recency({ gte: 1 }), { field: 'age' as RuleField, gte: 1 }] } },
      'rules[0].when.any[1].field "age" is not one of recencyScore',
    ],
  ])('refuses %s', (_, changes, message) => {
    const problems = checkRules([rule('A', recency({ gte: 4 }), changes), everybodyElse]);
    expect(problems.map(({ level }) => level)).toEqual(['error']);
    expect(`${problems[0]!.path} ${problems[0]!.text}`.startsWith(message), problems[0]!.text).toBe(true);
  });

  it('says so where there are too many combinations to try', () => {
    const fields = [
      'orders',
      'recencyDays',
      'netRevenue',
      'tenureDays',
      'spanDays',
      'grossRevenue',
      'visits30d',
    ] as const;
    const many = fields.map((field) => ({ any: [2, 9, 20].map((gte) => ({ field, gte })) }));
    expect(checkRules([rule('Many', { all: many }), everybodyElse])).toEqual([
      {
        level: 'warning',
        path: 'rules',
        text: 'more than 200000 combinations of values: whether every rule can be reached was not checked',
      },
    ]);
  });
});

describe('a condition in words', () => {
  it('says scores with the same bound together', () => {
    expect(RFM_RULES.map(({ when }) => conditionInWords(when))).toEqual([
      'recency, frequency and monetary scores all at least 4',
      'recency score at least 4, and frequency or monetary score at least 4',
      'recency and frequency scores at least 3',
      'recency score at most 2, and frequency or monetary score at least 3',
      'recency, frequency and monetary scores all at most 2',
      'none of the rules before it',
    ]);
  });

  it('brackets what mixes "and" with "or"', () => {
    const inner: RuleCondition = { any: [recency({ gte: 4 }), { field: 'orders', gte: 3, lt: 9 }] };
    expect(conditionInWords(inner)).toBe('recency score at least 4, or orders at least 3 and below 9');
    expect(conditionInWords({ all: [{ field: 'netRevenue', gt: 100 }, inner] })).toBe(
      'net spend above 100, and (recency score at least 4, or orders at least 3 and below 9)',
    );
  });
});
