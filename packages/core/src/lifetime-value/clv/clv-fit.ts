import type { CustomerFeatures } from '../../customers/customer-features.js';
import { FEATURES, type Feature } from '../../customers/features.js';
import type { PercentileTable } from '../../numerics/quantiles/percentile-table.js';
import type { Random } from '../../numerics/random.js';
import { type ContestantKey, said } from '../../words/reasons.js';
import { type Backtest, backtest, type Contestant } from '../judging/backtest.js';
import { type Verdict, verdictOf } from '../judging/verdict.js';
import { buyersOfWindow, CLV_INPUTS, SCORE_WINDOW, TEST_WINDOW, TRAIN_WINDOW } from '../labelled-rows.js';
import { predictParetoNbdPurchases } from '../purchase-models/pareto-nbd.js';
import {
  fitPurchaseModel,
  historiesOf,
  type PurchaseModel,
  predictPurchases,
} from '../purchase-models/purchase-model.js';
import type { CategoryFeature, NumericFeature } from '../tweedie/feature-encoding.js';
import {
  fitTweedieModel,
  predictTweedieModel,
  type TweedieModel,
  type TweedieTraining,
} from '../tweedie/tweedie-model.js';
import { fitKeptShare, type KeptShare } from './kept-share.js';
import { fitPredictionBands, type PredictionBands } from './prediction-interval.js';

export const HORIZON_DAYS = 90;
/** The steps in which `lifetimeValue` looks ahead. */
export const LIFETIME_PERIOD_DAYS = 30;

export interface ClvOptions {
  /** How far `lifetimeValue` looks, in whole periods of 30 days. */
  readonly lifetimePeriods: number;
  /** A year, 0 or more: 0.1 makes 100 in a year worth 91 today. */
  readonly yearlyDiscountRate: number;
  /**
   * Columns of `outputs` and `categories` that tell who somebody is and not what he did (age, gender). They are tried as
   * features, and the back-test shows the regression without them beside it.
   */
  readonly demographics: readonly string[];
}

/** The method behind `predicted90Days`. */
export type ClvMethod = 'TWEEDIE' | 'PURCHASES' | 'GROUP_AVERAGE' | 'NONE';

export interface ClvFitted {
  readonly options: ClvOptions;
  readonly method: ClvMethod;
  /** Null before there is a labelled window. */
  readonly tweedie: TweedieModel | null;
  /** Null before there is a buyer. */
  readonly purchases: PurchaseModel | null;
  readonly bands: PredictionBands | null;
  readonly keptShare: KeptShare;
  /** Null until `withValueRanks`, and where no ranking is offered. */
  readonly ranks: PercentileTable | null;
  readonly backtest: Backtest | null;
  readonly verdict: Verdict;
}

/** Contestants of the back-test that foretell amounts; Pareto/NBD is an opinion, the others can be chosen. */
const TWEEDIE = 'tweedie';
const PURCHASES = 'purchases';
const PARETO = 'pareto-nbd';
const WITHOUT_DEMOGRAPHICS = 'tweedie-without-demographics';
const titled = (contestant: ContestantKey) => said('contestant', { contestant });
/** Used to judge where the regression chose none. */
const ORDINARY_POWER = 1.5;

/** Discounting as the purchase models want it. */
export function discountOf(options: ClvOptions) {
  const periodLength = LIFETIME_PERIOD_DAYS;
  const discountRate = (1 + options.yearlyDiscountRate) ** (periodLength / 365.25) - 1;
  return { periodLength, periodCount: options.lifetimePeriods, discountRate };
}

/**
 * Fits on the training window, judges on the test window, chooses, and fits again on the latest rows of each kind.
 * @param features rows of up to three moments below each other, told apart by `outputs['window.index']`
 */
export function fitClv(features: CustomerFeatures, options: ClvOptions, random: Random): ClvFitted {
  const train = buyersOfWindow(features, TRAIN_WINDOW);
  const test = buyersOfWindow(features, TEST_WINDOW);
  const score = buyersOfWindow(features, SCORE_WINDOW);
  const judged = train.count > 0 && test.count > 0 ? judge(train, test, options, random) : null;
  const verdict = verdictOf(judged?.result ?? null);
  const labelled = test.count > 0 ? test : train;
  const latest = score.count > 0 ? score : labelled;
  const blind = verdict.model === WITHOUT_DEMOGRAPHICS;
  const tweedie = labelled.count > 0 ? fitTweedieModel(tweedieTraining(labelled, options, blind)) : null;
  const purchases = latest.count > 0 ? fitPurchaseModel(latest) : null;
  const method = chooseMethod(tweedie, purchases, verdict);
  const regression = blind ? judged?.withoutDemographics : judged?.tweedie;
  const predictions = { TWEEDIE: regression, PURCHASES: judged?.purchases, GROUP_AVERAGE: null, NONE: null }[method];
  return {
    options,
    method,
    tweedie,
    purchases,
    bands: judged && predictions ? fitPredictionBands(predictions, labelsOf(test)) : null,
    keptShare: fitKeptShare(latest.columns.grossRevenue, latest.columns.netRevenue, latest.columns.orders),
    ranks: null,
    backtest: judged?.result ?? null,
    verdict,
  };
}

function chooseMethod(tweedie: TweedieModel | null, purchases: PurchaseModel | null, verdict: Verdict): ClvMethod {
  const learned = tweedie !== null && tweedie.encoding.numeric.length > 0;
  if (verdict.model === PURCHASES && purchases?.individual) return 'PURCHASES';
  if (learned) return 'TWEEDIE';
  if (purchases?.individual) return 'PURCHASES';
  return purchases === null ? 'NONE' : 'GROUP_AVERAGE';
}

function judge(train: CustomerFeatures, test: CustomerFeatures, options: ClvOptions, random: Random) {
  const { numeric, categories } = tweedieInputs(test, options);
  const training = tweedieTraining(train, options);
  const model = fitTweedieModel(training);
  const predict = (fitted: TweedieModel) => predictTweedieModel(fitted, test.count, numeric, categories);
  const tweedie = predict(model);
  const without = tweedieTraining(train, options, true);
  const isDemographic = featureCount(without) < featureCount(training);
  const withoutDemographics = isDemographic ? predict(fitTweedieModel(without)) : null;
  const purchaseModel = fitPurchaseModel(train);
  const expected = predictPurchases(purchaseModel, test, HORIZON_DAYS, discountOf(options));
  const worth = (expectedOrders: Float64Array) =>
    expectedOrders.map((orders, row) => {
      const value = orders * expected.expectedOrderValue[row]!;
      return Number.isFinite(value) ? value : 0;
    });
  const purchases = worth(expected.expectedOrders);
  const third = purchaseModel.individual ? purchaseModel.thirdOpinion.fit.parameters : null;
  const known = (values: Float64Array) => values.map((value) => (Number.isFinite(value) ? value : 0));
  const contestants: Contestant[] = [
    { key: TWEEDIE, title: titled(TWEEDIE), kind: 'model', scores: tweedie },
    { key: PURCHASES, title: titled(PURCHASES), kind: 'model', scores: purchases },
    ...(third === null
      ? []
      : [
          {
            key: PARETO,
            title: titled(PARETO),
            kind: 'opinion' as const,
            scores: worth(predictParetoNbdPurchases(third, historiesOf(test), HORIZON_DAYS)),
          },
        ]),
    ...(withoutDemographics === null
      ? []
      : [
          {
            key: WITHOUT_DEMOGRAPHICS,
            title: titled(WITHOUT_DEMOGRAPHICS),
            kind: 'model' as const,
            scores: withoutDemographics,
          },
        ]),
    { key: 'spend', title: titled('spend'), kind: 'baseline', scores: known(test.columns.netRevenue) },
    {
      key: 'recency',
      title: titled('recency'),
      kind: 'baseline',
      scores: known(test.columns.recencyDays.map((days) => -days)),
    },
  ];
  const lastSpend = test.outputs[CLV_INPUTS.revenueLast90Days];
  if (lastSpend !== undefined) {
    const key = 'spend-last-90-days';
    contestants.push({ key, title: titled(key), kind: 'baseline', scores: known(lastSpend) });
  }
  const { power } = model.regression.coefficients.length > 0 ? model.regression : { power: ORDINARY_POWER };
  return { tweedie, purchases, withoutDemographics, result: backtest(labelsOf(test), contestants, { power }, random) };
}

function labelsOf(features: CustomerFeatures): Float64Array {
  const labels = features.outputs[CLV_INPUTS.revenueNext90Days];
  // A customer without a label brought nothing that the shop knows of.
  return Float64Array.from({ length: features.count }, (_, row) => {
    const label = labels?.[row] ?? 0;
    return Number.isFinite(label) ? label : 0;
  });
}

const CORE_FEATURES: readonly string[] = ['recencyDays', 'orders', 'netRevenue', 'averageOrderValue', 'tenureDays'];

/** What the regression reads for `returnRate`: returned / delivered pieces, not cut at 1; NaN when none was delivered. */
const RETURN_SHARE = 'returnShare';

/** The regressors of THE LIST beside those, skewed ones first. */
const FURTHER_FEATURES = (['log', 'linear'] as const).flatMap((scale) =>
  FEATURES.flatMap((feature: Feature) => {
    const name = feature.name === 'returnRate' ? RETURN_SHARE : (feature.output ?? feature.name);
    return feature.models.clv !== scale || CORE_FEATURES.includes(name) ? [] : [{ name, scale }];
  }),
);

/** The columns that the regression reads, by the names of its encoding. */
export function tweedieInputs(features: CustomerFeatures, options: ClvOptions) {
  const { columns, outputs, categories } = features;
  const numeric: Record<string, Float64Array | undefined> = {
    ...columns,
    [RETURN_SHARE]: columns.itemsReturned.map((returned, row) => returned / columns.itemsDelivered[row]!),
  };
  for (const { name } of FURTHER_FEATURES) numeric[name] ??= outputs[name];
  for (const name of options.demographics) if (outputs[name] !== undefined) numeric[name] = outputs[name];
  return { numeric, categories };
}

const featureCount = ({ further, categories }: TweedieTraining) => further.length + categories.length;

function varies(values: Float64Array): boolean {
  const first = values.find(Number.isFinite);
  return first !== undefined && values.some((value) => Number.isFinite(value) && value !== first);
}

/** @param blind leaves out the demographics that the options name */
function tweedieTraining(buyers: CustomerFeatures, options: ClvOptions, blind = false): TweedieTraining {
  const { numeric, categories } = tweedieInputs(buyers, options);
  const feature = (scale: 'linear' | 'log') => (name: string) => ({ name, scale, values: numeric[name]! });
  const further: NumericFeature[] = [
    ...FURTHER_FEATURES.map(({ name, scale }) => feature(scale)(name)),
    ...options.demographics.map(feature('linear')),
  ];
  const isUsed = ({ name }: { readonly name: string }) => !(blind && options.demographics.includes(name));
  const categoryFeatures: CategoryFeature[] = Object.entries(categories).map(([name, column]) => ({ name, column }));
  return {
    core: CORE_FEATURES.map(feature('log')),
    // A column that says nothing of anybody, or the same of everybody, is no feature.
    further: further.filter((own) => isUsed(own) && own.values !== undefined && varies(own.values)),
    categories: categoryFeatures.filter(isUsed),
    target: labelsOf(buyers),
  };
}
