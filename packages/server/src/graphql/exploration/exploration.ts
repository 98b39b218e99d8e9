import {
  readCategories,
  readCountries,
  readLongTail,
  readTopProducts,
} from '../../db/queries/exploration/assortment.js';
import { readCorrelations } from '../../db/queries/exploration/correlations.js';
import {
  CUSTOMER_FEATURE_NAMES,
  FEATURE_NAMES,
  readDistributions,
} from '../../db/queries/exploration/distributions.js';
import { readOrderCounts, readSizes } from '../../db/queries/exploration/exploration.js';
import { readLifecycle } from '../../db/queries/exploration/lifecycle.js';
import { countClipped, readOutliers } from '../../db/queries/exploration/outliers.js';
import { Exploration } from '../../db/queries/exploration/scope.js';
import { apiError } from '../../errors.js';
import { builder } from '../builder.js';
import { Basis, REPORTS_READ } from '../common.js';
import { compileWhere } from '../customers/compile-where.js';
import { CustomerFilter } from '../customers/filter-inputs.js';
import {
  CategoryType,
  CountryRankingType,
  CountryType,
  LongTailType,
  ProductRankingType,
  ProductType,
} from './assortment.js';
import { CorrelationType, DistributionType, Feature } from './distributions.js';
import { LAST_RETURN_DAY, LifecycleCoverage } from './lifecycle.js';
import { OutliersType, TreatmentType, treatmentsOf } from './outliers.js';
import { DataQuality } from './quality.js';
import { DEFAULT_LEVELS, MOST_LEVELS, MOST_ROWS, pageSize, type Report } from './report.js';
import { OrderCountType, RepeatSplit, SizesType } from './sizes.js';

/** Each value once, in the order of THE LIST; all when none are asked for. @throws BAD_USER_INPUT for another */
function chosen<T extends string>(known: readonly T[], asked: readonly string[] | null | undefined, what: string): T[] {
  if (asked == null) return [...known];
  const foreign = asked.find((feature) => !known.some((name) => name === feature));
  if (foreign !== undefined)
    throw apiError('BAD_USER_INPUT', `${foreign} is not a feature of ${what}: choose of ${known.join(', ')}`);
  return known.filter((feature) => asked.includes(feature));
}

const EXTREMES_SHOWN = 5;

const ExplorationReport = builder.objectRef<Report>('ExplorationReport').implement({
  description:
    "What the shop's data says of the customers asked for, before any model: every figure has the basis's moment and rule.",
  authScopes: REPORTS_READ,
  fields: (t) => ({
    basis: t.field({
      type: Basis,
      resolve: ({ run }) => ({
        runId: run.runId,
        asOf: run.asOf,
        computedAt: new Date(),
        status: 'MODELLED' as const,
        note: null,
      }),
    }),
    sizes: t.field({ type: SizesType, resolve: ({ exploration }) => exploration.withOrders(readSizes) }),
    dataQuality: t.field({ type: DataQuality, resolve: (report) => report }),
    distributions: t.field({
      type: [DistributionType],
      args: {
        features: t.arg({ type: [Feature], description: 'All when left out.' }),
        levels: t.arg({
          type: ['Float'],
          defaultValue: DEFAULT_LEVELS,
          required: true,
          description: `Of the quantiles: 0 to 1, at most ${MOST_LEVELS}.`,
        }),
      },
      resolve: async ({ exploration }, { features, levels }) => {
        if (levels.length === 0 || levels.length > MOST_LEVELS || levels.some((level) => !(level >= 0 && level <= 1)))
          throw apiError('BAD_USER_INPUT', `levels are 1 to ${MOST_LEVELS} numbers from 0 to 1`);
        const asked = chosen(FEATURE_NAMES, features, 'distributions');
        const distributions = await exploration.withOrders((read) => readDistributions(read, asked, levels));
        return distributions.map((distribution) => ({ ...distribution, levels }));
      },
    }),
    correlations: t.field({
      type: [CorrelationType],
      description: 'Of every two features of buyers.',
      resolve: ({ exploration: { database, scope } }) => readCorrelations(database, scope),
    }),
    outliers: t.field({
      type: [OutliersType],
      args: { features: t.arg({ type: [Feature], description: 'Of buyers; all when left out.' }) },
      resolve: ({ exploration: { database, scope } }, { features }) =>
        readOutliers(database, scope, chosen(CUSTOMER_FEATURE_NAMES, features, 'buyers'), EXTREMES_SHOWN),
    }),
    outlierTreatments: t.field({
      type: [TreatmentType],
      description: 'Where models of the run clip a feature. A model without an entry reads ranks, or clips nothing.',
      resolve: async ({ run, exploration: { database, scope } }) => {
        const treatments = treatmentsOf(run);
        const counts = await countClipped(database, scope, treatments);
        return treatments.map((treatment, i) => ({ ...treatment, clipped: counts[i]! }));
      },
    }),
    orderCounts: t.field({
      type: [OrderCountType],
      description: 'Buyers by their number of orders, ascending; those with `most` and more are one row.',
      args: { most: t.arg.int({ defaultValue: 10, required: true }) },
      resolve: ({ exploration: { database, scope } }, { most }) => {
        if (most < 1 || most > MOST_ROWS) throw apiError('BAD_USER_INPUT', `most is 1 to ${MOST_ROWS}, not ${most}`);
        return readOrderCounts(database, scope, most);
      },
    }),
    repeatSplit: t.field({
      type: RepeatSplit,
      resolve: ({ exploration: { database, scope } }) => readOrderCounts(database, scope, 2),
    }),
    categories: t.field({
      type: [CategoryType],
      description: 'By net revenue, the largest first.',
      args: { first: t.arg.int({ defaultValue: 10, required: true }) },
      resolve: ({ exploration }, { first }) => exploration.withOrders((read) => readCategories(read, pageSize(first))),
    }),
    products: t.field({
      type: [ProductType],
      description: 'The largest first.',
      args: {
        by: t.arg({ type: ProductRankingType, defaultValue: 'UNITS', required: true }),
        first: t.arg.int({ defaultValue: 10, required: true }),
      },
      resolve: ({ exploration }, { by, first }) =>
        exploration.withOrders((read) => readTopProducts(read, by, pageSize(first))),
    }),
    countries: t.field({
      type: [CountryType],
      description: 'The largest first.',
      args: {
        by: t.arg({ type: CountryRankingType, defaultValue: 'CUSTOMERS', required: true }),
        first: t.arg.int({ defaultValue: 10, required: true }),
      },
      resolve: ({ exploration: { database, scope } }, { by, first }) =>
        readCountries(database, scope, by, pageSize(first)),
    }),
    longTail: t.field({
      type: LongTailType,
      args: {
        share: t.arg.float({
          defaultValue: 0.8,
          required: true,
          description: 'Of the net revenue; above 0, at most 1.',
        }),
      },
      resolve: async ({ exploration }, { share }) => {
        if (!(share > 0 && share <= 1))
          throw apiError('BAD_USER_INPUT', `share is above 0 and at most 1, not ${share}`);
        return { ...(await exploration.withOrders((read) => readLongTail(read, share))), share };
      },
    }),
    lifecycle: t.field({
      type: LifecycleCoverage,
      resolve: ({ exploration }) =>
        exploration.withOrders((read) => readLifecycle(read, exploration.scope.facts, LAST_RETURN_DAY)),
    }),
  }),
});

builder.queryField('exploration', (t) =>
  t.field({
    type: ExplorationReport,
    description: 'The data before any model: sizes, quality, distributions, correlations, outliers, lifecycle.',
    authScopes: REPORTS_READ,
    args: { where: t.arg({ type: CustomerFilter }) },
    complexity: { field: 100, multiplier: 1 },
    resolve: async (_root, { where }, context) => {
      const run = await context.run();
      const scope = { runId: run.runId, where: await compileWhere(context, where, run), facts: run.facts };
      return { run, exploration: new Exploration(context.database, scope) };
    },
  }),
);
