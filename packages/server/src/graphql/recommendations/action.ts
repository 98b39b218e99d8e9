import { actionsOfSegment, type ChosenAction, nextActions, type PlaybookAction, perksOf, said } from '@tessera/core';
import Big from 'big.js';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import { builder } from '../builder.js';
import { Basis, CUSTOMERS_READ, INTERNAL, inLanguage, Money, type MoneyValue } from '../common.js';
import type { Context } from '../context.js';
import { Customer, ShopperView } from '../customers/customer.js';
import { factsOf } from '../customers/customer-facts.js';
import { Segment } from '../segments/segmentation.js';
import { checkedFirst, listComplexity } from './recommendation.js';
import { runRecommendations } from './recommendation-lists.js';

const CENTS = 2;

const Action = builder.objectRef<PlaybookAction>('Action').implement({
  description: 'A rule of the playbook: what to do for whom, and how to tell whether it worked.',
  authScopes: INTERNAL,
  fields: (t) => ({
    key: t.exposeString('key'),
    title: t.string({
      args: inLanguage,
      resolve: ({ title }, { language }, context) => context.say(title, language, 'report'),
    }),
    description: t.string({
      description: 'What to do.',
      args: inLanguage,
      resolve: ({ description }, { language }, context) => context.say(description, language, 'report'),
    }),
    kpi: t.string({
      description: 'How its success is measured.',
      args: inLanguage,
      resolve: ({ kpi }, { language }, context) => context.say(kpi, language, 'report'),
    }),
    segments: t.stringList({
      description: '`segmentation:segment`, any of them; empty for everybody with an order.',
      resolve: ({ segments }) => [...(segments ?? [])],
    }),
    notSegments: t.stringList({
      description: '`segmentation:segment`: whoever is in one of these is left out.',
      resolve: ({ notSegments }) => [...(notSegments ?? [])],
    }),
    when: t.field({
      type: 'JSON',
      description: 'What else is asked, by fact, bounds included.',
      resolve: ({ when }) => when ?? {},
    }),
    maxIncentiveShare: t.float({
      nullable: true,
      description: 'The most that may be given away, as a share of the expected revenue of 90 days; null for nothing.',
      resolve: ({ maxIncentive }) => maxIncentive?.ofExpectedValue,
    }),
    assumedUplift: t.exposeFloat('assumedUplift', {
      description: 'By which part the expected revenue may rise: assumed, until an experiment measures it.',
    }),
  }),
});

interface Recommended extends ChosenAction {
  readonly customer: ProfileRow;
}

const share = (amount: string, part: number) => new Big(amount).times(part);

/** What the action is expected to bring; null where no revenue is predicted. */
function expectedOf({ action, customer }: Recommended): Big | null {
  const expected = customer.clv90dNet ?? customer.clv90d;
  return expected == null ? null : share(expected, action.assumedUplift);
}

/** The smaller of the two shares, and never more than comes of it; null where nothing may be given, or nothing is known to take a share of. */
function incentiveOf(chosen: Recommended): Big | null {
  const { maxIncentive } = chosen.action;
  const { clv90d, averageOrderValue } = chosen.customer;
  if (maxIncentive === null) return null;
  const limits = [
    clv90d == null ? null : share(clv90d, maxIncentive.ofExpectedValue),
    averageOrderValue == null ? null : share(averageOrderValue, maxIncentive.ofOrderValue),
    expectedOf(chosen),
  ].filter((limit) => limit !== null);
  if (limits.length === 0) return null;
  const least = limits.reduce((least, limit) => (limit.lt(least) ? limit : least));
  return least.gt(0) ? least : new Big(0);
}

const money = async (amount: Big | null, context: Context): Promise<MoneyValue | null> =>
  amount === null ? null : { amount: amount.toFixed(CENTS, Big.roundDown), currency: (await context.shop()).currency };

const ActionRecommendation = builder.objectRef<Recommended>('ActionRecommendation').implement({
  description: 'What to do next with a customer, and why.',
  authScopes: CUSTOMERS_READ,
  fields: (t) => ({
    action: t.field({ type: Action, resolve: ({ action }) => action }),
    reason: t.string({
      args: inLanguage,
      resolve: ({ reason }, { language }, context) => context.say(reason, language),
    }),
    kind: t.string({ description: 'What the reason says, for programs.', resolve: ({ reason }) => reason.kind }),
    values: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the reason was made from, by name; null for who may see no figures.',
      resolve: ({ reason }, _args, context) => context.valuesOf(reason),
    }),
    priority: t.exposeFloat('priority', { description: "0 to 1: the action's own, weighed by the customer's value." }),
    expectedValue: t.field({
      type: Money,
      nullable: true,
      description:
        'The expected revenue of 90 days, after returns, times the assumed uplift; null where no revenue is predicted.',
      resolve: (chosen, _args, context) => money(expectedOf(chosen), context),
    }),
    maxIncentive: t.field({
      type: Money,
      nullable: true,
      description: 'The most that may be given away, never more than `expectedValue`; null for nothing.',
      resolve: (chosen, _args, context) => money(incentiveOf(chosen), context),
    }),
    kpi: t.string({
      args: inLanguage,
      resolve: ({ action }, { language }, context) => context.say(action.kpi, language),
    }),
    basis: t.field({
      type: Basis,
      resolve: ({ customer }) => ({
        runId: customer.runId,
        asOf: customer.asOf,
        computedAt: customer.computedAt,
        status: customer.status,
        note: customer.clv90d == null ? said('ranked-by-score', {}) : null,
      }),
    }),
  }),
});

async function customerFacts(customer: ProfileRow, context: Context) {
  const run = await context.run(customer.runId);
  const learned = await runRecommendations(context.database.reader, run);
  return factsOf(customer, run, learned?.fitted ?? null);
}

builder.objectField(Customer, 'nextActions', (t) =>
  t.field({
    type: [ActionRecommendation],
    description: 'The most urgent first, by the rules of the playbook.',
    args: { first: t.arg.int({ defaultValue: 3, required: true, description: 'From 1 to 100.' }) },
    complexity: listComplexity,
    resolve: async (customer, { first }, context) => {
      const chosen = nextActions(context.playbook, await customerFacts(customer, context), checkedFirst(first));
      return chosen.map((each) => ({ ...each, customer }));
    },
  }),
);

builder.objectField(ShopperView, 'perks', (t) =>
  t.stringList({
    description: 'What the shop does for this shopper, in words meant for him.',
    args: inLanguage,
    resolve: async (customer, { language }, context) => {
      const { say } = await context.words(language);
      return perksOf(context.playbook, await customerFacts(customer, context)).map(say);
    },
  }),
);

builder.objectField(Segment, 'actions', (t) =>
  t.field({
    type: [Action],
    description: 'Actions of the playbook that members of the segment can be given, whatever else they ask for.',
    resolve: ({ segmentation, definition }, _args, context) =>
      actionsOfSegment(context.playbook, `${segmentation.model.key}:${definition.key}`),
  }),
);
