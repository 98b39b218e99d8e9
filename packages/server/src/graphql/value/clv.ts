import { type Backtest, type BasisStatus, type ClvFitted, type Estimate, said } from '@tessera/core';
import { allOf, isInRun } from '../../db/queries/customers/conditions.js';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import { readValueBySegment } from '../../db/queries/value/value-by-segment.js';
import { apiError } from '../../errors.js';
import { featuresOfProfile, type ModelSnapshot, type RunSnapshot } from '../../runs/snapshot.js';
import { builder } from '../builder.js';
import {
  Basis,
  BasisStatusType,
  CUSTOMERS_READ,
  INTERNAL,
  inLanguage,
  Money,
  type MoneyValue,
  REPORTS_READ,
  ReasonType,
} from '../common.js';
import type { Context } from '../context.js';
import { compileWhere } from '../customers/compile-where.js';
import { Customer } from '../customers/customer.js';
import { CustomerFilter } from '../customers/filter-inputs.js';
import { findSegment, Segment, type SegmentValue } from '../segments/segmentation.js';

/** What contestants of the back-test are called in the API. */
const METHODS: Readonly<Record<string, string>> = {
  tweedie: 'tweedie',
  purchases: 'bg-nbd',
  'spend-last-90-days': 'spend-90d',
};
const methodName = (key: string) => METHODS[key] ?? key;
const CHOSEN: Readonly<Record<ClvFitted['method'], string>> = {
  TWEEDIE: 'tweedie',
  PURCHASES: 'bg-nbd',
  GROUP_AVERAGE: 'group-average',
  NONE: 'none',
};

const clvOf = (run: RunSnapshot): ModelSnapshot | undefined => run.predictions.find(({ model }) => model.key === 'clv');
const fittedOf = (run: RunSnapshot) => clvOf(run)?.fitted as ClvFitted | undefined;

const Interval = builder.objectRef<{ low: number; high: number }>('Interval').implement({
  description: 'The range that holds the number in so many of 100 cases.',
  authScopes: INTERNAL,
  fields: (t) => ({
    low: t.exposeFloat('low'),
    high: t.exposeFloat('high'),
    level: t.float({ description: '0.9: nine of ten.', resolve: () => 0.9 }),
  }),
});

const money = async (amount: string | null, context: Context): Promise<MoneyValue | null> =>
  amount === null ? null : { amount, currency: (await context.shop()).currency };

/** Whose order value is shown, whatever method predicts. */
function orderValueStatus(row: ProfileRow, fitted: ClvFitted | undefined): BasisStatus {
  if (row.orders === 0) return 'NOT_APPLICABLE';
  if (row.expectedOrderValue === null) return 'NOT_ENOUGH_DATA';
  const own = fitted?.purchases?.individual === true && (row.purchaseDays ?? row.orders) > 1;
  return own ? 'MODELLED' : 'GROUP_AVERAGE';
}

const CustomerClv = builder.objectRef<ProfileRow>('CustomerClv').implement({
  description: 'What a customer will be worth. Null where nothing is predicted, which the basis explains.',
  authScopes: CUSTOMERS_READ,
  fields: (t) => {
    const amount = (column: 'clv90d' | 'clv90dNet' | 'expectedOrderValue' | 'lifetimeValue', description: string) =>
      t.field({
        type: Money,
        nullable: true,
        description,
        resolve: (row, _args, context) => money(row[column], context),
      });
    return {
      predicted90d: amount('clv90d', 'Revenue expected in the next 90 days, before returns.'),
      interval: t.field({
        type: Interval,
        nullable: true,
        description:
          'What nine of ten customers with such a prediction brought in the back-test; before there is one, what the orders of nine of ten would come to.',
        resolve: ({ clv90dLow, clv90dHigh }) =>
          clv90dLow === null || clv90dHigh === null ? null : { low: Number(clv90dLow), high: Number(clv90dHigh) },
      }),
      percentile: t.exposeFloat('clvPercentile', {
        nullable: true,
        description: 'Share of buyers with at most this prediction; null where no ranking is offered.',
      }),
      decile: t.exposeInt('clvDecile', { nullable: true, description: '1 is the best tenth.' }),
      method: t.string({
        description: '"tweedie", "bg-nbd", "group-average" or "none".',
        resolve: async ({ runId }, _args, context) => CHOSEN[fittedOf(await context.run(runId))?.method ?? 'NONE'],
      }),
      basis: t.field({
        type: Basis,
        resolve: async (row, _args, context) => {
          const note = fittedOf(await context.run(row.runId))?.verdict.sentence ?? said('no-values', {});
          const status = row.clvStatus ?? (row.orders > 0 ? 'NOT_ENOUGH_DATA' : 'NOT_APPLICABLE');
          const { runId, asOf, computedAt } = row;
          return {
            runId,
            asOf,
            computedAt,
            status,
            note: status === 'NOT_APPLICABLE' ? said('no-order-yet', {}) : note,
          };
        },
      }),
      netOfReturns90d: amount(
        'clv90dNet',
        'What of it is expected to be kept after returns, by his own returns and the average of the shop.',
      ),
      expectedOrders90d: t.exposeFloat('expectedOrders90d', { nullable: true }),
      probabilityAlive: t.exposeFloat('probabilityAlive', {
        nullable: true,
        description:
          'That he has not left for good, 0 to 1. Always 1 for who bought once: BG/NBD lets customers leave only after a repeat purchase, and their long silence shows in expectedOrders90d instead. Null where too few have bought again.',
      }),
      expectedOrderValue: amount('expectedOrderValue', 'Expected value of an order (Gamma-Gamma), before returns.'),
      expectedOrderValueStatus: t.field({
        type: BasisStatusType,
        description:
          'GROUP_AVERAGE where expectedOrderValue is that of repeat buyers because nothing is known of his own yet: he bought on one day only.',
        resolve: async (row, _args, context) => orderValueStatus(row, fittedOf(await context.run(row.runId))),
      }),
      lifetime: amount(
        'lifetimeValue',
        'Discounted value of the next 360 days unless the shop sets another horizon, net of expected returns: the 90 days carried on as the purchase model sees the days after them.',
      ),
      historic: t.field({
        type: Money,
        description: 'Net revenue so far.',
        resolve: async ({ netRevenue }, _args, context) => (await money(netRevenue, context))!,
      }),
      why: t.field({
        type: [ReasonType],
        description: 'The factors of the prediction; their effects multiply to it.',
        resolve: async (row, _args, context) => {
          const clv = clvOf(await context.run(row.runId));
          if (clv === undefined) return [];
          return [...clv.model.explain(clv.fitted, featuresOfProfile(row), 0).reasons];
        },
      }),
    };
  },
});

builder.objectField(Customer, 'clv', (t) =>
  t.field({ type: CustomerClv, authScopes: CUSTOMERS_READ, skipTypeScopes: true, resolve: (row) => row }),
);

type ContestantResult = Backtest['results'][number];
type Decile = NonNullable<ContestantResult['deciles']>[number];

const GainPoint = builder.objectRef<ContestantResult['gains'][number]>('GainPoint').implement({
  description: 'The first `share` of customers by this ranking brought `captured` of the revenue.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    share: t.exposeFloat('share'),
    captured: t.exposeFloat('captured'),
    interval: t.field({
      type: Interval,
      nullable: true,
      description: 'By resampling customers; null in runs made before there was one.',
      resolve: (point) => (point.low === undefined ? null : point),
    }),
  }),
});

const DecileRow = builder.objectRef<Decile>('DecileRow').implement({
  description: 'A tenth of the customers of the back-test, per customer; 1 is the best tenth.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    decile: t.exposeInt('decile'),
    customers: t.exposeInt('customers'),
    predicted: t.field({
      type: Money,
      resolve: async ({ predictedMean }, _args, context) => (await money(predictedMean.toFixed(4), context))!,
    }),
    actual: t.field({
      type: Money,
      resolve: async ({ actualMean }, _args, context) => (await money(actualMean.toFixed(4), context))!,
    }),
    actualInterval: t.field({ type: Interval, resolve: ({ actual }) => actual }),
  }),
});

interface ModelReport {
  readonly result: ContestantResult;
  /** Lead in capture at 20 % over the best plain ranking; null for that one, and without any. */
  readonly lead: Estimate | null;
}

const ClvModelReport = builder.objectRef<ModelReport>('ClvModelReport').implement({
  description:
    'How a model, or a plain ranking, did in the back-test: fitted on the window before, judged on the last 90 days.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    method: t.string({
      description:
        '"tweedie", "bg-nbd", "pareto-nbd" (a third opinion, never chosen), or a plain ranking: "spend", "recency", "spend-90d". "tweedie-without-demographics" too where the shop lets demographics in.',
      resolve: ({ result }) => methodName(result.key),
    }),
    gains: t.field({ type: [GainPoint], resolve: ({ result }) => [...result.gains] }),
    deciles: t.field({
      type: [DecileRow],
      description: 'Empty for a plain ranking, which claims no amounts.',
      resolve: ({ result }) => [...(result.deciles ?? [])],
    }),
    captureTop10: t.float({ resolve: ({ result }) => result.capture10.value }),
    captureTop10Interval: t.field({ type: Interval, resolve: ({ result }) => result.capture10 }),
    captureTop20: t.float({ resolve: ({ result }) => result.capture20.value }),
    captureTop20Interval: t.field({ type: Interval, resolve: ({ result }) => result.capture20 }),
    bias: t.float({
      description: 'Predicted total over the actual, less 1; 0 for a plain ranking.',
      resolve: ({ result }) => result.bias?.value ?? 0,
    }),
    beatsBaseline: t.field({
      type: Interval,
      nullable: true,
      description: 'Lead in capture at 20 % over the best plain ranking: certain where low is above 0.',
      resolve: ({ lead }) => lead,
    }),
    metrics: t.field({
      type: 'JSON',
      resolve: async ({ result }, _args, context) => {
        const { bias, devianceExplained, rankCorrelation, kind } = result;
        const title = await context.say(result.title, null, 'report');
        return { kind, title, bias, devianceExplained, rankCorrelation };
      },
    }),
  }),
});

interface ClvSegmentRow {
  readonly segment: SegmentValue;
  readonly customers: number;
  readonly share: number;
  readonly total: string;
  readonly average: string;
  readonly valueAtRisk: string;
}

const ClvSegmentRowType = builder.objectRef<ClvSegmentRow>('ClvSegmentRow').implement({
  description: 'The buyers of a segment.',
  authScopes: REPORTS_READ,
  fields: (t) => {
    const amount = (name: 'total' | 'average' | 'valueAtRisk') =>
      t.field({ type: Money, resolve: async (row, _args, context) => (await money(row[name], context))! });
    return {
      segment: t.field({ type: Segment, resolve: ({ segment }) => segment }),
      customers: t.exposeInt('customers'),
      share: t.exposeFloat('share', { description: 'Of the predicted revenue of all that the filter holds.' }),
      total: amount('total'),
      averagePerCustomer: amount('average'),
      valueAtRisk: amount('valueAtRisk'),
    };
  },
});

interface Report {
  readonly run: RunSnapshot;
  readonly fitted: ClvFitted;
  readonly total: string;
  readonly average: string;
  readonly valueAtRisk: string;
  readonly rows: readonly ClvSegmentRow[];
}

/** The contestants of the back-test, models first, each with its lead over the best plain ranking. */
function modelReports({ backtest }: ClvFitted): ModelReport[] {
  if (backtest === null) return [];
  const baselines = backtest.results.filter(({ kind }) => kind === 'baseline');
  const best = baselines.reduce<ContestantResult | null>(
    (top, result) => (top === null || result.capture20.value > top.capture20.value ? result : top),
    null,
  );
  return backtest.results.map((result) => ({
    result,
    lead: backtest.leads.find(({ key, over }) => key === result.key && over === best?.key)?.capture20 ?? null,
  }));
}

const ClvReportType = builder.objectRef<Report>('ClvReport').implement({
  description: 'What the customers of a filter will bring in the next 90 days, and how far that can be trusted.',
  authScopes: REPORTS_READ,
  fields: (t) => {
    const amount = (name: 'total' | 'average' | 'valueAtRisk', description: string) =>
      t.field({
        type: Money,
        description,
        resolve: async (row, _args, context) => (await money(row[name], context))!,
      });
    return {
      total: amount('total', 'Predicted revenue, before returns.'),
      averagePerCustomer: amount('average', 'Per buyer.'),
      models: t.field({
        type: [ClvModelReport],
        description: 'Of the whole shop, whatever the filter; empty where the history is too short to test.',
        resolve: ({ fitted }) => modelReports(fitted),
      }),
      chosen: t.string({ resolve: ({ fitted }) => CHOSEN[fitted.method] }),
      verdict: t.string({
        description: 'Whether the prediction beats plain rankings, in a sentence.',
        args: inLanguage,
        resolve: ({ fitted }, { language }, context) => context.say(fitted.verdict.sentence, language, 'report'),
      }),
      bySegment: t.field({
        type: [ClvSegmentRowType],
        description: 'By RFM segment, the most valuable first.',
        resolve: ({ rows }) => [...rows],
      }),
      valueAtRisk: amount(
        'valueAtRisk',
        'By how much repeat buyers are expected to fall short of their own pace so far: net revenue per 90 days of tenure less the prediction net of returns, where that is positive.',
      ),
    };
  },
});

builder.queryField('clv', (t) =>
  t.field({
    type: ClvReportType,
    authScopes: REPORTS_READ,
    args: { where: t.arg({ type: CustomerFilter }) },
    resolve: async (_root, args, context) => {
      const run = await context.run();
      const fitted = fittedOf(run);
      if (fitted === undefined) {
        throw apiError('NOT_SCORED_YET', 'the current run predicted no values: score the shop again (tessera score)');
      }
      const asked = allOf([isInRun(run.runId), await compileWhere(context, args.where, run)]);
      const found = await readValueBySegment(context.database.drizzle, asked);
      const rows = await Promise.all(
        found.map(async (row) => ({ ...row, segment: (await findSegment(context, row.entry, run.runId))! })),
      );
      const [first] = found;
      return {
        run,
        fitted,
        total: first?.allTotal ?? '0',
        average: first?.allAverage ?? '0',
        valueAtRisk: first?.allAtRisk ?? '0',
        rows,
      };
    },
  }),
);
