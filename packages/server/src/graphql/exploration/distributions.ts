import { type AnyFeatureName, featureOf } from '@tessera/core';
import type { Correlation } from '../../db/queries/exploration/correlations.js';
import type { Bin, CustomerFeature, Distribution } from '../../db/queries/exploration/distributions.js';
import { EXPLORED } from '../../db/queries/exploration/scope.js';
import { builder } from '../builder.js';
import { REPORTS_READ } from '../common.js';

/** Every buyer has orders, so that only what else may be missing is said. */
function describe(name: AnyFeatureName): string {
  const { doc, missing } = featureOf(name)!;
  const unknown = missing === null || missing === 'without orders' ? '' : ` Unknown ${missing}.`;
  return `Of a buyer: ${doc.charAt(0).toLowerCase()}${doc.slice(1)}${unknown}`;
}

export const Feature = builder.enumType('ExplorationFeature', {
  description: 'A number whose distribution is shown.',
  values: {
    ORDER_VALUE: { description: 'Revenue of an order with lines before returns, cancelled lines left out.' },
    DAYS_BETWEEN_ORDERS: { description: 'Calendar days from an order to the next of the same customer.' },
    ...(Object.fromEntries(EXPLORED.map(({ name, explored }) => [explored, { description: describe(name) }])) as Record<
      CustomerFeature,
      { description: string }
    >),
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

export const ScaleType = builder.enumType('ExplorationScale', {
  values: {
    LINEAR: { description: 'The value as it is.' },
    LOG1P: { description: 'ln(1 + value), values below zero as zero: where the skewness is above 1.' },
  },
});

const BinType = builder.objectRef<Bin>('Bin').implement({
  description: 'Holds its lower edge and not its upper one; the last, and one whose edges are equal, hold both.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    from: t.exposeFloat('from'),
    to: t.exposeFloat('to', { description: 'A bin that ends at 0 beside bins of a logarithm holds the zeros.' }),
    count: t.exposeInt('count'),
    share: t.exposeFloat('share', { description: 'Of the values of this distribution.' }),
  }),
});

const QuantileType = builder.objectRef<{ level: number; value: number }>('Quantile').implement({
  authScopes: REPORTS_READ,
  fields: (t) => ({
    level: t.exposeFloat('level', { description: '0 is the smallest, 0.5 the median, 1 the largest.' }),
    value: t.exposeFloat('value', { description: 'Linear between order statistics (type 7 of R).' }),
  }),
});

export const DistributionType = builder
  .objectRef<Distribution & { levels: readonly number[] }>('Distribution')
  .implement({
    description: 'One number over all buyers, orders or pairs of orders, as of the basis.',
    authScopes: REPORTS_READ,
    fields: (t) => {
      const statistic = (name: 'mean' | 'min' | 'max') =>
        t.float({ nullable: true, resolve: (summary) => (summary.count === 0 ? null : summary[name]) });
      return {
        feature: t.field({ type: Feature, resolve: ({ feature }) => feature }),
        count: t.exposeInt('count', { description: 'Values: the base of every figure here.' }),
        missing: t.exposeInt('missing', { description: 'Buyers whose value is not known; left out.' }),
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

export const CorrelationType = builder.objectRef<Correlation>('Correlation').implement({
  description:
    'How two features of buyers go together, of those with both, as of the basis. Of more than 20,000 buyers, 20,000 by the hash of their id.',
  authScopes: REPORTS_READ,
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
