import { type OrderCountRow, readOrderCounts, readSizes, type Sizes } from '../../db/queries/exploration.js';
import {
  type CategoryTotals,
  type CountryTotals,
  type LongTail,
  type ProductTotals,
  readCategories,
  readCountries,
  readLongTail,
  readTopProducts,
} from '../../db/queries/exploration-assortment.js';
import { type Correlation, readCorrelations } from '../../db/queries/exploration-correlations.js';
import {
  type Bin,
  CUSTOMER_FEATURE_NAMES,
  type CustomerFeature,
  type Distribution,
  FEATURE_NAMES,
  readDistributions,
} from '../../db/queries/exploration-distributions.js';
import {
  type Duration,
  type Lifecycle,
  type LifecycleCounts,
  type ReturnDay,
  readLifecycle,
} from '../../db/queries/exploration-lifecycle.js';
import {
  countClipped,
  type Extreme,
  type Fences,
  type Outliers,
  readOutliers,
} from '../../db/queries/exploration-outliers.js';
import {
  type ImportQuality,
  type Inconsistencies,
  type MissingValues,
  type NamedCount,
  type QuarantineReason,
  readImportQuality,
  readInconsistencies,
  readMissingValues,
  readQuarantineReasons,
} from '../../db/queries/exploration-quality.js';
import { Exploration } from '../../db/queries/exploration-scope.js';
import { apiError } from '../../errors.js';
import { builder } from '../builder.js';
import { compileFilter } from '../compile-filter.js';
import type { Context } from '../context.js';
import { CustomerFilter } from '../filter-inputs.js';
import type { RunSnapshot } from '../run-snapshot.js';
import { Basis, EVERYTHING, Money } from './common.js';
import { Customer } from './customer.js';

/** A request for one report: each part reads the database only when it is selected. */
interface Report {
  readonly run: RunSnapshot;
  readonly exploration: Exploration;
}

const MOST_ROWS = 100;
const MOST_LEVELS = 25;
const DEFAULT_LEVELS = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];

/** @throws BAD_USER_INPUT outside 1 to 100 */
function pageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= MOST_ROWS) return first;
  throw apiError('BAD_USER_INPUT', `first is 1 to ${MOST_ROWS}, not ${first}`);
}

const moneyOf = async (amount: string, context: Context) => ({ amount, currency: (await context.shop()).currency });
const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);

const Feature = builder.enumType('ExplorationFeature', {
  description: 'A number whose distribution is shown.',
  values: {
    ORDER_VALUE: { description: 'Revenue of an order with lines before returns, cancelled lines left out.' },
    DAYS_BETWEEN_ORDERS: { description: 'Calendar days from an order to the next of the same customer.' },
    ORDERS_PER_CUSTOMER: { description: 'Orders of a buyer.' },
    NET_REVENUE: { description: 'Of a buyer, net of what was cancelled or came back.' },
    AVERAGE_ORDER_VALUE: { description: 'Of a buyer: net revenue over orders.' },
    RECENCY_DAYS: { description: 'Calendar days since the last order of a buyer.' },
    TENURE_DAYS: { description: 'Calendar days since the first order of a buyer.' },
    RETURN_RATE: {
      description: 'Of a buyer: pieces returned of pieces delivered; unknown where nothing was delivered.',
    },
    MEDIAN_DAYS_BETWEEN_ORDERS: { description: 'Of a buyer with two orders or more.' },
    DISCOUNT_SHARE: { description: 'Of a buyer: what was saved against list prices, where these are known.' },
    DISTINCT_CATEGORIES: { description: 'Categories that a buyer bought from.' },
  },
});

const BinRuleType = builder.enumType('BinRule', {
  description:
    'How the edges of bins were chosen; widths follow Freedman and Diaconis, rounded down, for 5 to about 50 bins.',
  values: {
    NONE: { description: 'There is no value to show.' },
    ONE_PER_VALUE: { description: 'Whole numbers that span less than 20: each value is a bin.' },
    LINEAR: { description: 'Equal widths: 1, 2 or 5 times a power of ten.' },
    LOG: {
      description: 'Equal widths of the logarithm, where the skewness is above 1; zero and below is a bin of its own.',
    },
  },
});

const ScaleType = builder.enumType('ExplorationScale', {
  values: {
    LINEAR: { description: 'The value as it is.' },
    LOG1P: { description: 'ln(1 + value), values below zero as zero: where the skewness is above 1.' },
  },
});

const SizesType = builder.objectRef<Sizes>('ExplorationSizes').implement({
  description:
    "How much there is, of the customers asked for, as of the report's basis. What counts as an order is the run's rule.",
  authScopes: EVERYTHING,
  fields: (t) => {
    type Amount = 'placedRevenue' | 'cancelledRevenue' | 'grossRevenue' | 'returnedRevenue' | 'netRevenue';
    type Average = Extract<keyof Sizes, `netRevenuePer${string}`>;
    const money = (name: Amount, description: string) =>
      t.field({ type: Money, description, resolve: (sizes, _args, context) => moneyOf(sizes[name], context) });
    const average = (name: Average, base: string) =>
      t.field({
        type: Money,
        nullable: true,
        description: `netRevenue / ${base}, as of the basis; null without any.`,
        resolve: (sizes, _args, context) => {
          const amount = sizes[name];
          return amount === null ? null : moneyOf(amount, context);
        },
      });
    const moment = (name: 'firstOrderAt' | 'lastOrderAt') =>
      t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Of the orders that count.',
        resolve: (sizes) => (sizes[name] === null ? null : new Date(sizes[name])),
      });
    return {
      customers: t.exposeInt('customers', { description: 'Buyers and Prospects.' }),
      buyers: t.exposeInt('buyers', { description: 'Customers with an order that counts.' }),
      prospects: t.exposeInt('prospects', { description: 'Customers without one.' }),
      ordersPlaced: t.exposeInt('ordersPlaced', { description: 'Placed before the moment, cancelled ones too.' }),
      ordersCancelled: t.exposeInt('ordersCancelled', { description: 'Of ordersPlaced, cancelled as a whole.' }),
      orders: t.exposeInt('orders', { description: "Of ordersPlaced, those that count under the run's rule." }),
      ordersWithLines: t.exposeInt('ordersWithLines', { description: 'Of orders, those with at least one line.' }),
      ordersKept: t.exposeInt('ordersKept', { description: 'Of orders, those of which at least one line was kept.' }),
      lines: t.exposeInt('lines', { description: 'Of ordersPlaced, cancelled and returned ones too.' }),
      pieces: t.exposeInt('pieces', { description: 'Of lines that were not cancelled.' }),
      productsSold: t.exposeInt('productsSold', { description: 'Distinct, on lines that were not cancelled.' }),
      productsKnown: t.exposeInt('productsKnown', { description: 'In the catalogue, whoever buys them.' }),
      firstOrderAt: moment('firstOrderAt'),
      lastOrderAt: moment('lastOrderAt'),
      placedRevenue: money('placedRevenue', 'All lines, cancelled ones too.'),
      cancelledRevenue: money('cancelledRevenue', 'Of placedRevenue, on lines that were cancelled.'),
      grossRevenue: money('grossRevenue', 'placedRevenue less cancelledRevenue.'),
      returnedRevenue: money('returnedRevenue', 'Of grossRevenue, what came back or was refunded.'),
      netRevenue: money('netRevenue', 'grossRevenue less returnedRevenue.'),
      netRevenuePerOrder: average('netRevenuePerOrder', 'orders'),
      netRevenuePerOrderWithLines: average('netRevenuePerOrderWithLines', 'ordersWithLines'),
      netRevenuePerKeptOrder: average('netRevenuePerKeptOrder', 'ordersKept'),
      netRevenuePerBuyer: average('netRevenuePerBuyer', 'buyers'),
      netRevenuePerCustomer: average('netRevenuePerCustomer', 'customers'),
    };
  },
});

const MissingValuesType = builder.objectRef<MissingValues>('MissingValues').implement({
  description: 'How often a column is empty, in the tables as they are now.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    table: t.exposeString('table'),
    column: t.exposeString('column'),
    base: t.exposeString('base', { description: 'The rows that are expected to have a value, in words.' }),
    rows: t.exposeInt('rows', { description: 'How many these are.' }),
    missing: t.exposeInt('missing'),
    share: t.exposeFloat('share', { nullable: true, description: 'missing / rows; null without a row.' }),
  }),
});

const InconsistenciesType = builder.objectRef<Inconsistencies>('Inconsistencies').implement({
  description: 'What contradicts itself or leads nowhere, in the tables as they are now.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    ordersWithoutLines: t.exposeInt('ordersWithoutLines'),
    ordersWithoutCustomer: t.exposeInt('ordersWithoutCustomer', {
      description: "In the shop's totals and in nobody's profile; 0 where the report is filtered.",
    }),
    linesWithoutOrder: t.exposeInt('linesWithoutOrder'),
    linesWithUnknownProduct: t.exposeInt('linesWithUnknownProduct', {
      description: 'They name a product that the catalogue lacks.',
    }),
    linesWithoutAmount: t.exposeInt('linesWithoutAmount', { description: 'They cost nothing.' }),
    linesWithNegativeAmount: t.exposeInt('linesWithNegativeAmount'),
    customersWithoutOrders: t.exposeInt('customersWithoutOrders', { description: 'Without any, cancelled or not.' }),
    customersSharingEmail: t.exposeInt('customersSharingEmail', {
      description: 'Customers whose e-mail address another customer has too.',
    }),
    ordersAfterMoment: t.exposeInt('ordersAfterMoment', { description: "Not known yet at the basis's moment." }),
    shippedBeforePlaced: t.exposeInt('shippedBeforePlaced', { description: 'Orders.' }),
    deliveredBeforeShipped: t.exposeInt('deliveredBeforeShipped', { description: 'Orders.' }),
    returnedBeforeDelivered: t.exposeInt('returnedBeforeDelivered', { description: 'Orders.' }),
  }),
});

const NamedCountType = builder.objectRef<NamedCount>('NamedCount').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({ name: t.exposeString('name'), count: t.exposeInt('count') }),
});

const ImportQualityType = builder.objectRef<ImportQuality>('ImportQuality').implement({
  description: 'What all imports met, whichever customers are asked for. A file that came twice is counted twice.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    imports: t.exposeInt('imports'),
    failed: t.exposeInt('failed'),
    rowsRead: t.exposeInt('rowsRead', { description: 'Kept, repaired, quarantined or duplicate, each one of these.' }),
    rowsKept: t.exposeInt('rowsKept'),
    rowsRepaired: t.exposeInt('rowsRepaired'),
    rowsQuarantined: t.exposeInt('rowsQuarantined'),
    rowsDuplicate: t.exposeInt('rowsDuplicate'),
    unknownStatuses: t.field({
      type: [NamedCountType],
      description: 'Status words that no platform we know uses, the most frequent first.',
      resolve: ({ unknownStatuses }) => [...unknownStatuses],
    }),
    repairs: t.field({
      type: [NamedCountType],
      description: 'Repairs by kind, the most frequent first.',
      resolve: ({ repairs }) => [...repairs],
    }),
  }),
});

const QuarantineReasonType = builder.objectRef<QuarantineReason>('QuarantineReason').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    reason: t.exposeString('reason'),
    field: t.exposeString('field'),
    rows: t.exposeInt('rows'),
    example: t.exposeString('example', { nullable: true, description: 'A value that was refused so.' }),
  }),
});

const DataQuality = builder.objectRef<Report>('DataQuality').implement({
  description: 'What the data lacks and contradicts: of the tables as they are now, not as of the moment of the run.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    missingValues: t.field({
      type: [MissingValuesType],
      description: 'Of customers, orders and lines of the customers asked for; of all products.',
      resolve: ({ exploration: { database, scope } }) => readMissingValues(database, scope),
    }),
    inconsistencies: t.field({
      type: InconsistenciesType,
      resolve: ({ exploration: { database, scope } }) => readInconsistencies(database, scope),
    }),
    imports: t.field({
      type: ImportQualityType,
      resolve: (_report, _args, { database }) => readImportQuality(database),
    }),
    quarantine: t.field({
      type: [QuarantineReasonType],
      description: 'Quarantined rows of all imports by reason and field, the most frequent first.',
      args: { first: t.arg.int({ defaultValue: 20, required: true }) },
      resolve: (_report, { first }, { database }) => readQuarantineReasons(database, pageSize(first)),
    }),
  }),
});

const BinType = builder.objectRef<Bin>('Bin').implement({
  description: 'Holds its lower edge and not its upper one; the last, and one whose edges are equal, hold both.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    from: t.exposeFloat('from'),
    to: t.exposeFloat('to', { description: 'A bin that ends at 0 beside bins of a logarithm holds the zeros.' }),
    count: t.exposeInt('count'),
    share: t.exposeFloat('share', { description: 'Of the values of this distribution.' }),
  }),
});

const QuantileType = builder.objectRef<{ level: number; value: number }>('Quantile').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    level: t.exposeFloat('level', { description: '0 is the smallest, 0.5 the median, 1 the largest.' }),
    value: t.exposeFloat('value', { description: 'Linear between order statistics (type 7 of R).' }),
  }),
});

const DistributionType = builder.objectRef<Distribution & { levels: readonly number[] }>('Distribution').implement({
  description: 'One number over all buyers, orders or pairs of orders, as of the basis.',
  authScopes: EVERYTHING,
  fields: (t) => {
    const statistic = (name: 'mean' | 'min' | 'max') =>
      t.float({ nullable: true, resolve: (summary) => (summary.count === 0 ? null : summary[name]) });
    return {
      feature: t.field({ type: Feature, resolve: ({ feature }) => feature }),
      count: t.exposeInt('count', { description: 'Values: the base of every figure here.' }),
      missing: t.exposeInt('missing', { description: 'Buyers for whom the value is not known; left out.' }),
      mean: statistic('mean'),
      min: statistic('min'),
      max: statistic('max'),
      standardDeviation: t.exposeFloat('standardDeviation', {
        nullable: true,
        description: 'Of a sample (n - 1); null for fewer than 2 values.',
      }),
      skewness: t.exposeFloat('skewness', {
        nullable: true,
        description: 'Adjusted Fisher-Pearson (G1); null for fewer than 3 values and where all are equal.',
      }),
      quantiles: t.field({
        type: [QuantileType],
        description: 'None without a value.',
        resolve: ({ levels, quantiles }) => quantiles.map((value, i) => ({ level: levels[i]!, value })),
      }),
      binRule: t.field({ type: BinRuleType, resolve: ({ binRule }) => binRule }),
      bins: t.field({ type: [BinType], resolve: ({ bins }) => [...bins] }),
    };
  },
});

const CorrelationType = builder.objectRef<Correlation>('Correlation').implement({
  description:
    'How two features of buyers go together, of those with both, as of the basis. Of more than 20,000 buyers, 20,000 by the hash of their id.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    left: t.field({ type: Feature, resolve: ({ left }) => left }),
    right: t.field({ type: Feature, resolve: ({ right }) => right }),
    customers: t.exposeInt('customers', { description: 'Buyers with both values: the base.' }),
    leftScale: t.field({ type: ScaleType, resolve: ({ leftScale }) => leftScale }),
    rightScale: t.field({ type: ScaleType, resolve: ({ rightScale }) => rightScale }),
    pearson: t.exposeFloat('pearson', {
      nullable: true,
      description: 'On the two scales; null where one of the two has a single value.',
    }),
    spearman: t.exposeFloat('spearman', { nullable: true, description: 'Of average ranks, so the same on any scale.' }),
  }),
});

const FencesType = builder.objectRef<Fences>('Fences').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    low: t.exposeFloat('low', { nullable: true, description: 'Null where nothing can lie below.' }),
    high: t.exposeFloat('high', { nullable: true }),
  }),
});

const ExtremeType = builder.objectRef<Extreme>('ExtremeCustomer').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    customer: t.field({
      type: Customer,
      nullable: true,
      resolve: ({ customerId }, _args, context) => context.profiles.load(customerId),
    }),
    externalId: t.exposeString('customerId'),
    value: t.exposeFloat('value'),
  }),
});

const OutliersType = builder.objectRef<Outliers>('FeatureOutliers').implement({
  description:
    'Buyers far from the others in one feature: beyond 1.5 interquartile ranges from the quartiles (outside), or 3 (far out), on the scale named (Tukey 1977).',
  authScopes: EVERYTHING,
  fields: (t) => ({
    feature: t.field({ type: Feature, resolve: ({ feature }) => feature }),
    scale: t.field({ type: ScaleType, resolve: ({ scale }) => scale }),
    customers: t.exposeInt('customers', { description: 'Buyers for whom the value is known: the base.' }),
    outside: t.field({
      type: FencesType,
      nullable: true,
      description: 'In units of the feature; null where the middle half has a single value.',
      resolve: ({ outside }) => outside,
    }),
    farOut: t.field({ type: FencesType, nullable: true, resolve: ({ farOut }) => farOut }),
    belowCount: t.exposeInt('belowCount', { description: 'Below outside.low.' }),
    aboveCount: t.exposeInt('aboveCount', { description: 'Above outside.high.' }),
    farOutCount: t.exposeInt('farOutCount', { description: 'Of both, those beyond farOut.' }),
    share: t.float({
      nullable: true,
      description: 'belowCount + aboveCount, of customers.',
      resolve: ({ belowCount, aboveCount, customers }) => share(belowCount + aboveCount, customers),
    }),
    extremes: t.field({
      type: [ExtremeType],
      description: 'Of those outside the farthest, at most 5.',
      resolve: ({ extremes }) => [...extremes],
    }),
  }),
});

/** A bound at which a model of the run holds a feature, as its summary prints it. */
interface Treatment {
  readonly model: string;
  readonly feature: CustomerFeature;
  readonly scale: 'LINEAR' | 'LOG1P';
  readonly low: number;
  readonly high: number;
}

const TreatmentType = builder.objectRef<Treatment & { clipped: number }>('OutlierTreatment').implement({
  description: 'A model counts values beyond these bounds as the bounds (winsorising); nobody is left out.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    model: t.exposeString('model', { description: 'The key of the model.' }),
    feature: t.field({ type: Feature, resolve: ({ feature }) => feature }),
    scale: t.field({ type: ScaleType, description: 'What it takes the value on.', resolve: ({ scale }) => scale }),
    low: t.exposeFloat('low'),
    high: t.exposeFloat('high'),
    customers: t.exposeInt('clipped', { description: 'Buyers beyond the bounds, of those asked for.' }),
  }),
});

/** Features of core by the name of the same number here. The models smooth return rates, so their bounds are not these. */
const FEATURES_OF_MODELS: Readonly<Record<string, CustomerFeature>> = {
  orders: 'ORDERS_PER_CUSTOMER',
  netRevenue: 'NET_REVENUE',
  averageOrderValue: 'AVERAGE_ORDER_VALUE',
  recencyDays: 'RECENCY_DAYS',
  tenureDays: 'TENURE_DAYS',
  medianDaysBetweenOrders: 'MEDIAN_DAYS_BETWEEN_ORDERS',
  discountShare: 'DISCOUNT_SHARE',
  distinctCategories: 'DISTINCT_CATEGORIES',
};

/** The bounds that the models of a run print among their parameters: `features`, each with a name, `low` and `high`. */
function treatmentsOf(run: RunSnapshot): Treatment[] {
  return run.segmentations.flatMap(({ model, fitted }) => {
    const { features } = model.summarise(fitted).parameters as { features?: unknown };
    if (!Array.isArray(features)) return [];
    return features.flatMap((scaled: Record<string, unknown> | null) => {
      const feature = FEATURES_OF_MODELS[String(scaled?.feature)];
      const { low, high } = scaled ?? {};
      if (feature === undefined || typeof low !== 'number' || typeof high !== 'number') return [];
      // A model that clips nothing says so with the largest number there is.
      if (high === Number.MAX_VALUE) return [];
      return [{ model: model.key, feature, scale: scaled?.transform === 'log1p' ? 'LOG1P' : 'LINEAR', low, high }];
    });
  });
}

const OrderCountType = builder.objectRef<OrderCountRow>('OrderCount').implement({
  description: 'Buyers with the same number of orders.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    orders: t.exposeInt('orders'),
    orMore: t.exposeBoolean('orMore', { description: 'Buyers with more orders are counted here too.' }),
    customers: t.exposeInt('customers'),
    share: t.exposeFloat('share', { description: 'Of all buyers.' }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', {
      nullable: true,
      description: 'Of the net revenue of all buyers; null where that is not above zero.',
    }),
  }),
});

const RepeatSplit = builder.objectRef<readonly OrderCountRow[]>('RepeatSplit').implement({
  description: 'Buyers with one order against those with more, as of the basis. Shares are of all buyers.',
  authScopes: EVERYTHING,
  fields: (t) => {
    const count = (rows: readonly OrderCountRow[], repeat: boolean) =>
      rows.filter(({ orders }) => orders > 1 === repeat).reduce((total, { customers }) => total + customers, 0);
    const part = (repeat: boolean) => ({
      customers: t.int({ resolve: (rows) => count(rows, repeat) }),
      share: t.float({
        nullable: true,
        resolve: (rows) => share(count(rows, repeat), count(rows, true) + count(rows, false)),
      }),
      // At most two rows, of one order and of two or more.
      revenueShare: t.float({
        nullable: true,
        description: 'Of the net revenue of all buyers.',
        resolve: (rows) => rows.find(({ orders }) => orders > 1 === repeat)?.revenueShare ?? null,
      }),
    });
    const oneTime = part(false);
    const repeat = part(true);
    return {
      oneTimeCustomers: oneTime.customers,
      oneTimeShare: oneTime.share,
      oneTimeRevenueShare: oneTime.revenueShare,
      repeatCustomers: repeat.customers,
      repeatShare: repeat.share,
      repeatRevenueShare: repeat.revenueShare,
    };
  },
});

const CategoryType = builder.objectRef<CategoryTotals>('ExplorationCategory').implement({
  description: 'What a category sold, cancelled lines left out, as of the basis.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    category: t.exposeString('category', { nullable: true, description: 'Null where the product has none.' }),
    orders: t.exposeInt('orders', { description: 'With a line of it.' }),
    customers: t.exposeInt('customers'),
    unitsSold: t.exposeInt('unitsSold'),
    unitsDelivered: t.exposeInt('unitsDelivered'),
    unitsReturned: t.exposeInt('unitsReturned', { description: 'Of those delivered.' }),
    returnRate: t.exposeFloat('returnRate', { nullable: true, description: 'unitsReturned / unitsDelivered.' }),
    grossRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.grossRevenue, context) }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', { nullable: true, description: 'Of the net revenue of all lines.' }),
  }),
});

const ProductRankingType = builder.enumType('ProductRanking', { values: ['UNITS', 'NET_REVENUE'] as const });

const ProductType = builder.objectRef<ProductTotals>('ExplorationProduct').implement({
  description: 'What a product sold, cancelled lines left out, as of the basis.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    externalId: t.exposeString('productId'),
    name: t.exposeString('name', { nullable: true }),
    category: t.exposeString('category', { nullable: true }),
    brand: t.exposeString('brand', { nullable: true }),
    orders: t.exposeInt('orders'),
    customers: t.exposeInt('customers'),
    unitsSold: t.exposeInt('unitsSold'),
    unitsDelivered: t.exposeInt('unitsDelivered'),
    unitsReturned: t.exposeInt('unitsReturned', { description: 'Of those delivered.' }),
    returnRate: t.exposeFloat('returnRate', { nullable: true, description: 'unitsReturned / unitsDelivered.' }),
    grossRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.grossRevenue, context) }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', {
      nullable: true,
      description: 'Of the net revenue of all lines that name a product.',
    }),
  }),
});

const CountryRankingType = builder.enumType('CountryRanking', { values: ['CUSTOMERS', 'NET_REVENUE'] as const });

const CountryType = builder.objectRef<CountryTotals>('ExplorationCountry').implement({
  description: 'Customers of one country, as of the basis.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    country: t.exposeString('country', { nullable: true, description: 'Null where it is not known.' }),
    customers: t.exposeInt('customers', { description: 'Prospects too.' }),
    customerShare: t.exposeFloat('customerShare', { description: 'Of all customers, Prospects too.' }),
    buyers: t.exposeInt('buyers'),
    orders: t.exposeInt('orders'),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    revenueShare: t.exposeFloat('revenueShare', {
      nullable: true,
      description: 'Of the net revenue of all countries; null where that is not above zero.',
    }),
  }),
});

const ConcentrationPoint = builder.objectRef<LongTail['curve'][number]>('ConcentrationPoint').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    products: t.exposeInt('products', { description: 'That many best products.' }),
    productShare: t.exposeFloat('productShare', {
      description: 'About that share of the products, rounded up to one.',
    }),
    revenueShare: t.exposeFloat('revenueShare', { description: 'They make this share of the net revenue.' }),
  }),
});

const LongTailType = builder.objectRef<LongTail & { share: number }>('LongTail').implement({
  description: 'How the net revenue spreads over products, as of the basis.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    products: t.exposeInt('products', { description: 'With net revenue above zero: the base.' }),
    productsKnown: t.exposeInt('productsKnown', { description: 'In the catalogue.' }),
    netRevenue: t.field({ type: Money, resolve: (row, _args, context) => moneyOf(row.netRevenue, context) }),
    share: t.exposeFloat('share', { description: 'As asked for.' }),
    productsForShare: t.exposeInt('productsForShare', { description: 'The fewest products that make the share.' }),
    productShare: t.float({
      nullable: true,
      description: 'productsForShare / products.',
      resolve: ({ productsForShare, products }) => share(productsForShare, products),
    }),
    topProductShare: t.exposeFloat('topProductShare', {
      nullable: true,
      description: 'Of the net revenue, by the one best product.',
    }),
    curve: t.field({ type: [ConcentrationPoint], resolve: ({ curve }) => [...curve] }),
  }),
});

const DurationType = builder.objectRef<Duration>('LifecycleDuration').implement({
  description: 'Days between two stations of an order.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    orders: t.exposeInt('orders', { description: 'With both times, in their order: the base.' }),
    outOfOrder: t.exposeInt('outOfOrder', { description: 'With the later station first; left out.' }),
    meanDays: t.exposeFloat('mean', { nullable: true }),
    medianDays: t.exposeFloat('median', { nullable: true }),
    percentile90Days: t.exposeFloat('percentile90', { nullable: true }),
  }),
});

const ReturnDayType = builder.objectRef<ReturnDay>('ReturnDay').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    day: t.exposeInt('day', { description: 'Whole days since delivery; 0 is the first 24 hours.' }),
    orders: t.exposeInt('orders', { description: 'The last day of the list holds later ones too.' }),
    share: t.exposeFloat('share', { description: 'Of orders with both times.' }),
    cumulativeShare: t.exposeFloat('cumulativeShare'),
  }),
});

const LifecycleCountsType = builder.objectRef<LifecycleCounts>('LifecycleStations').implement({
  description:
    'Orders placed before the moment of the basis, by how far they had come; a delivered order counts as shipped too. Orders of any rule.',
  authScopes: EVERYTHING,
  fields: (t) => {
    const rate = (part: keyof LifecycleCounts, whole: keyof LifecycleCounts) =>
      t.float({
        nullable: true,
        description: `${part} / ${whole}; null without any.`,
        resolve: (counts) => share(counts[part], counts[whole]),
      });
    return {
      placed: t.exposeInt('placed'),
      cancelledBeforeShipment: t.exposeInt('cancelledBeforeShipment', {
        description: 'Lost between placed and shipped.',
      }),
      waiting: t.exposeInt('waiting', { description: 'Neither shipped nor cancelled.' }),
      shipped: t.exposeInt('shipped', { description: 'placed - cancelledBeforeShipment - waiting.' }),
      cancelledAfterShipment: t.exposeInt('cancelledAfterShipment', {
        description: 'Lost between shipped and delivered.',
      }),
      underWay: t.exposeInt('underWay', { description: 'Shipped, neither delivered nor cancelled.' }),
      delivered: t.exposeInt('delivered', { description: 'shipped - cancelledAfterShipment - underWay.' }),
      partlyReturned: t.exposeInt('partlyReturned', { description: 'Delivered, and some of the lines came back.' }),
      fullyReturned: t.exposeInt('fullyReturned', { description: 'Delivered, and all of the lines came back.' }),
      kept: t.exposeInt('kept', { description: 'delivered - partlyReturned - fullyReturned.' }),
      shippedShare: rate('shipped', 'placed'),
      deliveredShare: rate('delivered', 'placed'),
      deliveredOfShipped: rate('delivered', 'shipped'),
      keptShare: rate('kept', 'placed'),
      keptOfDelivered: rate('kept', 'delivered'),
      returnedOfDelivered: t.float({
        nullable: true,
        description: '(partlyReturned + fullyReturned) / delivered; null without any.',
        resolve: ({ partlyReturned, fullyReturned, delivered }) => share(partlyReturned + fullyReturned, delivered),
      }),
    };
  },
});

const DurationsType = builder.objectRef<Lifecycle['durations']>('LifecycleDurations').implement({
  authScopes: EVERYTHING,
  fields: (t) => ({
    placedToShipped: t.field({ type: DurationType, resolve: (stages) => stages.PLACED_TO_SHIPPED }),
    shippedToDelivered: t.field({ type: DurationType, resolve: (stages) => stages.SHIPPED_TO_DELIVERED }),
    doorToDoor: t.field({
      type: DurationType,
      description: 'From order to delivery.',
      resolve: (stages) => stages.DOOR_TO_DOOR,
    }),
    deliveredToReturned: t.field({ type: DurationType, resolve: (stages) => stages.DELIVERED_TO_RETURNED }),
  }),
});

const LAST_RETURN_DAY = 60;

const LifecycleCoverage = builder.objectRef<Lifecycle>('LifecycleCoverage').implement({
  description: 'How far orders come, how long it takes, and when they come back, as of the basis.',
  authScopes: EVERYTHING,
  fields: (t) => ({
    stations: t.field({ type: LifecycleCountsType, resolve: ({ stations }) => stations }),
    durations: t.field({ type: DurationsType, resolve: ({ durations }) => durations }),
    returnDays: t.field({
      type: [ReturnDayType],
      description: `Days from delivery to return, without a gap up to the last return or day ${LAST_RETURN_DAY}.`,
      resolve: ({ returnDays }) => [...returnDays],
    }),
  }),
});

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
  authScopes: EVERYTHING,
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
    authScopes: EVERYTHING,
    args: { where: t.arg({ type: CustomerFilter }) },
    complexity: { field: 100, multiplier: 1 },
    resolve: async (_root, { where }, context) => {
      const run = await context.run();
      const scope = { runId: run.runId, where: compileFilter(where, run), facts: run.facts };
      return { run, exploration: new Exploration(context.database, scope) };
    },
  }),
);
