import { PROSPECT } from '@tessera/core/model.js';
import { DEFAULT_PLAYBOOK } from '@tessera/core/recommendations/default-playbook.js';
import rulesOfPlaybook from '@tessera/core/recommendations/default-playbook.json' with { type: 'json' };
import {
  type ActionFact,
  actionsOfSegment,
  type CustomerFacts,
  nextActions,
  type PlaybookAction,
  perksOf,
} from '@tessera/core/recommendations/playbook.js';
import { checkPlaybook, parsePlaybook } from '@tessera/core/recommendations/playbook-check.js';
import { RFM_RULES } from '@tessera/core/segmentation/rules/segment-rules.js';
import { describe, expect, it } from 'vitest';
import { english } from '../../support/words.js';

const RFM = [...RFM_RULES.map(({ key }) => key), 'prospect'];
const KNOWN = new Map<string, readonly string[] | null>([
  ['rfm', RFM],
  ['behaviour', null],
]);

function customer(segment: string, values: Partial<Record<ActionFact, number | null>> = {}): CustomerFacts {
  const { key, title } = RFM_RULES.find((rule) => rule.key === segment) ?? PROSPECT;
  return {
    segments: [`rfm:${segment}`],
    segment: { key, title },
    values: {
      orders: 5,
      recencyDays: 60,
      orderDue: 0.5,
      valuePercentile: 0.5,
      topOfSegment: 0.5,
      returnRate: 0.1,
      discountShare: 0,
      recentActivity: 0,
      averageOrderValue: 50,
      ...values,
    },
  };
}
const keysFor = (facts: CustomerFacts) => nextActions(DEFAULT_PLAYBOOK, facts, 100).map(({ action }) => action.key);

const ACTION: PlaybookAction = {
  key: 'call',
  title: 'Call',
  description: 'Call him.',
  reason: 'why',
  kpi: 'Orders',
  maxIncentive: null,
  assumedUplift: 0.1,
  priority: 0.5,
};
const problemsOf = (change: Record<string, unknown>) =>
  checkPlaybook({ actions: [{ ...ACTION, ...change }] }, KNOWN).map(({ path, text }) => `${path} ${text}`);

describe('the playbook that is shipped', () => {
  it('passes its own check', () => {
    expect(checkPlaybook(rulesOfPlaybook, KNOWN)).toEqual([]);
    expect(parsePlaybook(rulesOfPlaybook, KNOWN).actions.map(({ title }) => title)).toEqual(
      DEFAULT_PLAYBOOK.actions.map(({ title }) => title),
    );
  });

  it('has an action for every segment, each with a reason and a measure', () => {
    for (const segment of RFM)
      expect(actionsOfSegment(DEFAULT_PLAYBOOK, `rfm:${segment}`).length, segment).toBeGreaterThan(0);
    for (const { kpi } of DEFAULT_PLAYBOOK.actions) expect(english(kpi).length).toBeGreaterThan(10);
  });

  it('spends on winning back only the best two fifths of At Risk; the others get a nudge', () => {
    expect(keysFor(customer('at-risk', { topOfSegment: 0.3 }))[0]).toBe('win-back');
    expect(keysFor(customer('at-risk', { topOfSegment: 0.41 }))).not.toContain('win-back');
    expect(keysFor(customer('at-risk', { topOfSegment: 0.9 }))).toContain('soft-nudge');
  });

  it('leaves the dormant alone until they show a sign of life', () => {
    expect(keysFor(customer('dormant', { recentActivity: 0 }))).toEqual(['dormant-low-touch']);
    expect(keysFor(customer('dormant', { recentActivity: 2 }))).toEqual(['dormant-wake']);
    // Whatever else they are: most of them ordered once, sent back, or bought on sale.
    const others = { orders: 1, recencyDays: 900, discountShare: 0.5, returnRate: 0.6 };
    expect(keysFor(customer('dormant', others))).toEqual(['dormant-low-touch']);
    expect(keysFor(customer('dormant', { ...others, orders: 2 }))).toEqual(['dormant-low-touch']);
  });

  it('offers nothing for a first order long ago to At Risk beyond what winning back costs', () => {
    const once = { orders: 1, recencyDays: 900 };
    expect(keysFor(customer('at-risk', { ...once, topOfSegment: 0.9 }))).toEqual(['soft-nudge']);
    expect(keysFor(customer('regulars', once))).toEqual(['re-engage-new']);
  });

  it('speaks of one order and one day as of one', () => {
    const reasons = (facts: CustomerFacts) =>
      nextActions(DEFAULT_PLAYBOOK, facts, 100).map(({ reason }) => english(reason));
    expect(reasons(customer('at-risk', { orders: 1, recencyDays: 1.9, topOfSegment: 0.9 }))).toContain(
      'At Risk: silent for 1 day after 1 order',
    );
    expect(reasons(customer('dormant', { recentActivity: 1 }))).toEqual([
      'Dormant, but active again: 1 visit or opening of late',
    ]);
    for (const segment of RFM)
      for (const orders of [1, 2, 21])
        for (const recencyDays of [0.2, 1, 41])
          for (const reason of reasons(
            customer(segment, { orders, recencyDays, recentActivity: orders, returnRate: 0.5 }),
          ))
            expect(reason).not.toMatch(/\b1 (orders|days|visits)|\b(?:0|[2-9]|\d\d+) (order|day|visit)\b|[{}|]/);
  });

  it('welcomes after the first order, reminds when the next is due, helps who sends back, tells bargain hunters of sales', () => {
    expect(keysFor(customer('regulars', { orders: 1, recencyDays: 10 }))[0]).toBe('onboarding');
    expect(keysFor(customer('regulars', { orders: 1, recencyDays: 100 }))).toContain('re-engage-new');
    expect(keysFor(customer('loyal', { orderDue: 1 }))).toContain('easy-reorder');
    expect(keysFor(customer('loyal', { orderDue: null }))).not.toContain('easy-reorder');
    expect(keysFor(customer('loyal', { returnRate: 0.5 }))).toContain('fit-help');
    expect(keysFor(customer('loyal', { discountShare: 0.3 }))).toContain('sale-news');
    expect(keysFor(customer('prospect', { orders: 0, recencyDays: null }))).toEqual(['first-order']);
  });

  it('puts the more valuable of two alike first, and says why with his numbers', () => {
    const priority = (valuePercentile: number | null) =>
      nextActions(DEFAULT_PLAYBOOK, customer('vip', { valuePercentile }), 1)[0]!.priority;
    expect(priority(1)).toBeGreaterThan(priority(0.2));
    expect(priority(0)).toBeCloseTo(priority(1) / 2, 12);
    expect(priority(null)).toBeGreaterThan(priority(0));
    const reasons = nextActions(DEFAULT_PLAYBOOK, customer('at-risk', { topOfSegment: 0.3 }), 1).map(({ reason }) =>
      english(reason),
    );
    expect(reasons).toEqual(['At Risk, in the top 30 % of the segment by expected value; silent for 60 days']);
  });

  it('gives the shopper perks that name no segment and no number', () => {
    const perks = perksOf(DEFAULT_PLAYBOOK, customer('vip', { topOfSegment: 0.1 })).map(english);
    expect(perks).toContain('Early access to new products');
    for (const perk of perks) {
      expect(perk).not.toMatch(/\d/);
      for (const { title } of RFM_RULES) expect(perk.toLowerCase()).not.toContain(english(title).toLowerCase());
    }
    expect(perksOf(DEFAULT_PLAYBOOK, customer('at-risk'))).toEqual([]);
  });
});

describe('the check of a playbook', () => {
  it.each([
    [
      'an unknown segment',
      { segments: ['rfm:vips'] },
      `actions[0].segments[0] there is no segment "vips" in rfm: choose one of ${RFM.join(', ')}`,
    ],
    [
      'an unknown segmentation',
      { segments: ['rmf:vip'] },
      'actions[0].segments[0] there is no segmentation "rmf": choose one of rfm, behaviour',
    ],
    [
      'a segment without its segmentation',
      { segments: ['vip'] },
      'actions[0].segments[0] is "vip", not a segmentation and a segment such as "rfm:vip"',
    ],
    [
      'no segment in the list',
      { segments: [] },
      'actions[0].segments is not a list of segments such as "rfm:vip": leave it away for everybody with an order',
    ],
    ['a missing KPI', { kpi: undefined }, 'actions[0].kpi is missing: how its success is measured'],
    ['an empty reason', { reason: ' ' }, 'actions[0].reason is not a text: why this customer'],
    ['a placeholder for nothing', { reason: '{spend} so far' }, 'actions[0].reason {spend} stands for nothing'],
    [
      'a placeholder with one word of two',
      { reason: 'after {orders|order}' },
      'actions[0].reason holds a brace without its other or with one word too few: "after {orders|order',
    ],
    [
      'a segment to leave out that there is not',
      { notSegments: ['rfm:sleeping'] },
      'actions[0].notSegments[0] there is no segment "sleeping" in rfm',
    ],
    ['a key in capitals', { key: 'Call Him' }, 'actions[0].key "Call Him" is not kebab-case'],
    ['a priority above 1', { priority: 80 }, 'actions[0].priority is 80, not a share from 0 to 1'],
    ['an unknown fact', { when: { spend: { from: 3 } } }, 'actions[0].when.spend is not a fact: choose one of orders'],
    ['bounds that are none', { when: { orders: 3 } }, 'actions[0].when.orders is 3, not bounds such as'],
    [
      'bounds that nobody meets',
      { when: { orders: { from: 5, to: 2 } } },
      'actions[0].when.orders nobody is from 5 to 2',
    ],
    ['an incentive as a number', { maxIncentive: 10 }, 'actions[0].maxIncentive is 10: write null for none'],
    [
      'an incentive above everything',
      { maxIncentive: { ofExpectedValue: 3, ofOrderValue: 0 } },
      'actions[0].maxIncentive.ofExpectedValue is 3, not a share',
    ],
    ['a perk with his numbers', { perk: 'Thanks for {orders} orders' }, 'actions[0].perk holds braces'],
    ['a field that is none', { uplift: 0.1 }, 'actions[0].uplift is not a field'],
  ])('has one clear error for %s', (_, change, expected) => {
    const problems = problemsOf(change);
    expect(problems.length).toBe(1);
    expect(problems[0]!.startsWith(expected), problems[0]).toBe(true);
  });

  it('takes any name of a segment that runs learn', () => {
    expect(problemsOf({ segments: ['behaviour:bargain-hunters'] })).toEqual([]);
  });

  it('names a key that comes twice, and what is no playbook at all', () => {
    const twice = checkPlaybook({ actions: [ACTION, ACTION] }, KNOWN);
    expect(twice).toEqual([{ path: 'actions[1].key', text: '"call" is the key of an action before it too' }]);
    for (const given of [null, [], 'x', {}])
      expect(checkPlaybook(given, KNOWN)).toEqual([
        { path: 'actions', text: 'is missing: a playbook is {"actions": [...]}' },
      ]);
  });

  it('throws every mistake at once', () => {
    expect(() => parsePlaybook({ actions: [{ ...ACTION, kpi: '', priority: 2 }] }, KNOWN)).toThrow(
      'actions[0].kpi is not a text: how its success is measured; actions[0].priority is 2, not a share from 0 to 1',
    );
  });
});
