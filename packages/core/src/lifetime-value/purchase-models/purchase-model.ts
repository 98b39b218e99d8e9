import type { CustomerFeatures } from '../../customers/customer-features.js';
import type { BasisStatus } from '../../model.js';
import { type DiscountOptions, discountedValue } from '../discounted-value.js';
import { CLV_INPUTS, takeCustomers } from '../labelled-rows.js';
import { type BgNbdFit, fitBgNbd, predictBgNbdAlive, predictBgNbdPurchases } from './bg-nbd.js';
import { fitGammaGamma, type GammaGammaFit, predictOrderValues } from './gamma-gamma.js';
import { fitParetoNbd, type ParetoNbdFit, predictParetoNbdPurchases } from './pareto-nbd.js';
import { isPurchaseHistory, type PurchaseHistories } from './purchase-histories.js';

/** BG/NBD for how often, Gamma-Gamma for how much, Pareto/NBD as a third opinion; group rates below them. Plain JSON. */
export interface PurchaseModel {
  readonly bgNbd: BgNbdFit;
  readonly gammaGamma: GammaGammaFit;
  readonly thirdOpinion: ThirdOpinion;
  readonly repeatBuyers: number;
  /** Whether enough repeat buyers were watched for long enough to say something of each customer. */
  readonly individual: boolean;
  /** Repeat purchases a customer and day, half a purchase in half a year added: see `PRIOR_DAYS`. */
  readonly groupRate: number;
  readonly groupOrderValue: number;
}

/** What Pareto/NBD says of a sample of the same customers. */
export interface ThirdOpinion {
  readonly fit: ParetoNbdFit;
  readonly customers: number;
  /** Both in total, of the sample, in the next 90 days. */
  readonly expectedOrders90Days: number;
  readonly bgNbdExpectedOrders90Days: number;
}

/** Below this the spread between customers is a guess: everybody is shown the group's average. */
const FEWEST_REPEAT_BUYERS = 20;
/** What a few days show is who came back at once, and nothing of who stays: 90 days cannot be read from it. */
const SHORTEST_OBSERVED_DAYS = 30;
/**
 * The group's rate begins with half a repeat purchase in so many days: a shop of yesterday is said neither never to sell
 * again nor, by half a purchase in its one day, to sell 45 times to everybody.
 */
const PRIOR_PURCHASES = 0.5;
const PRIOR_DAYS = 182;
/** Odds of leaving after a purchase that no shop's customers have. */
const EVERYBODY_LEAVES = 100;
const THIRD_OPINION_CUSTOMERS = 5_000;

/** Histories in days, out of the feature columns. */
export function historiesOf(features: CustomerFeatures): PurchaseHistories {
  const days = features.outputs[CLV_INPUTS.purchaseDays] ?? features.columns.orders;
  const { recencyDays, tenureDays } = features.columns;
  return {
    repeatPurchases: days.map((count) => count - 1),
    recencyAtLastPurchase: tenureDays.map((tenure, row) => tenure - recencyDays[row]!),
    observedTime: tenureDays,
  };
}

function orderValuesOf(features: CustomerFeatures, { repeatPurchases }: PurchaseHistories) {
  const meanOrderValue = features.outputs[CLV_INPUTS.repeatMeanValue] ?? features.columns.averageOrderValue;
  return { repeatPurchases, meanOrderValue };
}

/**
 * Fits all three to buyers as of one moment. Always an answer: see `individual`.
 * O(buyers) and a few dozen passes over their distinct histories; Pareto/NBD sees at most 5,000 evenly spaced ones.
 */
export function fitPurchaseModel(buyers: CustomerFeatures): PurchaseModel {
  const histories = historiesOf(buyers);
  const values = orderValuesOf(buyers, histories);
  let repeats = 0;
  let repeatBuyers = 0;
  let observedDays = 0;
  let longestDays = 0;
  let spent = 0;
  let orders = 0;
  for (let row = 0; row < buyers.count; row++) {
    if (!isPurchaseHistory(histories, row)) continue;
    repeats += histories.repeatPurchases[row]!;
    if (histories.repeatPurchases[row]! > 0) repeatBuyers++;
    observedDays += histories.observedTime[row]!;
    longestDays = Math.max(longestDays, histories.observedTime[row]!);
    const revenue = buyers.columns.grossRevenue[row]!;
    if (Number.isFinite(revenue)) spent += Math.max(0, revenue);
    orders += buyers.columns.orders[row]!;
  }
  const bgNbd = fitBgNbd(histories);
  const gammaGamma = fitGammaGamma(values);
  return {
    bgNbd,
    gammaGamma,
    thirdOpinion: askParetoNbd(buyers, bgNbd),
    repeatBuyers,
    individual:
      repeatBuyers >= FEWEST_REPEAT_BUYERS &&
      longestDays >= SHORTEST_OBSERVED_DAYS &&
      bgNbd.converged &&
      !everybodyLeaves(bgNbd) &&
      gammaGamma.parameters !== null,
    groupRate: (repeats + PRIOR_PURCHASES) / (observedDays + PRIOR_DAYS),
    groupOrderValue: orders > 0 ? spent / orders : 0,
  };
}

/** A fit at its bound by which nobody buys a third time: a shop that is young, not customers who are all gone. */
function everybodyLeaves({ degenerate, parameters }: BgNbdFit): boolean {
  return parameters === null || (degenerate && parameters.a > EVERYBODY_LEAVES * parameters.b);
}

function askParetoNbd(buyers: CustomerFeatures, bgNbd: BgNbdFit): ThirdOpinion {
  const step = Math.max(1, Math.ceil(buyers.count / THIRD_OPINION_CUSTOMERS));
  const rows = Array.from({ length: Math.ceil(buyers.count / step) }, (_, k) => k * step);
  const sample = historiesOf(takeCustomers(buyers, rows));
  const fit = fitParetoNbd(sample);
  const total = (purchases: Float64Array) =>
    purchases.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0);
  return {
    fit,
    customers: rows.length,
    expectedOrders90Days: fit.parameters ? total(predictParetoNbdPurchases(fit.parameters, sample, 90)) : 0,
    bgNbdExpectedOrders90Days: bgNbd.parameters ? total(predictBgNbdPurchases(bgNbd.parameters, sample, 90)) : 0,
  };
}

export interface PurchasePredictions {
  /** 0 or more. */
  readonly expectedOrders: Float64Array;
  /** 0 to 1; NaN where only the group is known. */
  readonly probabilityAlive: Float64Array;
  readonly expectedOrderValue: Float64Array;
  readonly lifetimeValue: Float64Array;
  /** NOT_APPLICABLE without a purchase, where all else is NaN; GROUP_AVERAGE where the order value is the group's. */
  readonly statuses: readonly BasisStatus[];
}

/**
 * What each customer will do; a pure function of the row.
 * @param horizonDays of `expectedOrders`
 * O(customers x periods).
 */
export function predictPurchases(
  model: PurchaseModel,
  features: CustomerFeatures,
  horizonDays: number,
  discount: DiscountOptions,
): PurchasePredictions {
  const histories = historiesOf(features);
  const bgNbd = model.individual ? model.bgNbd.parameters : null;
  const gammaGamma = model.individual ? model.gammaGamma.parameters : null;
  const within = (horizon: number): Float64Array =>
    bgNbd
      ? predictBgNbdPurchases(bgNbd, histories, horizon)
      : histories.repeatPurchases.map((_, row) =>
          isPurchaseHistory(histories, row) ? model.groupRate * horizon : Number.NaN,
        );
  const expectedOrders = within(horizonDays);
  const values = gammaGamma ? predictOrderValues(gammaGamma, orderValuesOf(features, histories)) : null;
  const expectedOrderValue = expectedOrders.map((orders, row) =>
    Number.isNaN(orders) ? Number.NaN : (values?.orderValue[row] ?? model.groupOrderValue),
  );
  return {
    expectedOrders,
    probabilityAlive: bgNbd ? predictBgNbdAlive(bgNbd, histories) : new Float64Array(features.count).fill(Number.NaN),
    expectedOrderValue,
    lifetimeValue: discountedValue(within, expectedOrderValue, discount),
    statuses: Array.from(expectedOrders, (orders, row) =>
      Number.isNaN(orders) ? 'NOT_APPLICABLE' : (values?.statuses[row] ?? 'GROUP_AVERAGE'),
    ),
  };
}
