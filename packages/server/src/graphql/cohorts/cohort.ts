import { type CohortCell, type CohortRow, readCohorts } from '../../db/queries/cohorts/cohorts.js';
import { builder } from '../builder.js';
import { Basis, type BasisValue, Money, REPORTS_READ } from '../common.js';
import { compileWhere } from '../customers/compile-where.js';
import { CustomerFilter } from '../customers/filter-inputs.js';

const CohortGrain = builder.enumType('CohortGrain', { values: ['WEEK', 'MONTH', 'QUARTER'] as const });
const CohortKey = builder.enumType('CohortKey', { values: ['FIRST_ORDER', 'REGISTRATION'] as const });
const CohortDimension = builder.enumType('CohortDimension', { values: ['COUNTRY', 'CHANNEL', 'GENDER'] as const });

const CohortCellType = builder.objectRef<CohortCell>('CohortCell').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    period: t.exposeInt('period', { description: 'Weeks, months or quarters after the cohort; 0 is its own.' }),
    customers: t.exposeInt('customers', { description: 'Of the cohort, with an order in the period.' }),
    retention: t.exposeFloat('retention', { description: 'customers / size.' }),
    orders: t.exposeInt('orders'),
    netRevenue: t.field({
      type: Money,
      resolve: async ({ netRevenue }, _args, context) => ({
        amount: netRevenue,
        currency: (await context.shop()).currency,
      }),
    }),
    cumulativeRevenuePerCustomer: t.field({
      type: Money,
      resolve: async ({ cumulativeRevenuePerCustomer }, _args, context) => ({
        amount: cumulativeRevenuePerCustomer,
        currency: (await context.shop()).currency,
      }),
    }),
    complete: t.exposeBoolean('complete', {
      description: 'False while the period still runs at the moment of the table.',
    }),
  }),
});

const CohortRowType = builder.objectRef<CohortRow>('CohortRow').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    cohort: t.field({
      type: 'Date',
      description: "First day of the cohort's period.",
      resolve: ({ cohort }) => cohort,
    }),
    dimension: t.exposeString('dimension', { nullable: true }),
    size: t.exposeInt('size'),
    cells: t.field({ type: [CohortCellType], resolve: ({ cells }) => cells }),
  }),
});

const CohortTable = builder
  .objectRef<{ grain: (typeof CohortGrain)['$inferType']; rows: CohortRow[]; basis: BasisValue }>('CohortTable')
  .implement({
    description: "Who came when, and who came back. Periods are counted in the shop's time zone, across years.",
    authScopes: REPORTS_READ,
    fields: (t) => ({
      grain: t.field({ type: CohortGrain, resolve: ({ grain }) => grain }),
      rows: t.field({ type: [CohortRowType], resolve: ({ rows }) => rows }),
      basis: t.field({ type: Basis, resolve: ({ basis }) => basis }),
    }),
  });

builder.queryField('cohorts', (t) =>
  t.field({
    type: CohortTable,
    authScopes: REPORTS_READ,
    args: {
      grain: t.arg({ type: CohortGrain, defaultValue: 'MONTH', required: true }),
      by: t.arg({ type: CohortKey, defaultValue: 'FIRST_ORDER', required: true }),
      segmentBy: t.arg({ type: CohortDimension }),
      where: t.arg({ type: CustomerFilter }),
    },
    complexity: { field: 100, multiplier: 1 },
    resolve: async (_root, { grain, by, segmentBy, where }, context) => {
      const run = await context.run();
      const rows = await readCohorts(context.database, {
        runId: run.runId,
        grain,
        by,
        dimension: segmentBy ?? null,
        where: await compileWhere(context, where, run),
        facts: run.facts,
      });
      const basis = {
        runId: run.runId,
        asOf: run.asOf,
        computedAt: new Date(),
        status: 'MODELLED' as const,
        note: null,
      };
      return { grain, rows, basis };
    },
  }),
);
