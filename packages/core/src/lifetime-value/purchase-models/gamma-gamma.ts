import { InvalidInputError } from '../../errors.js';
import type { BasisStatus } from '../../model.js';
import { digamma, logGamma } from '../../numerics/special-functions.js';
import { groupRows } from '../../numerics/weighted-patterns.js';
import { said } from '../../words/reasons.js';
import { correlation } from '../judging/gains.js';
import { type LikelihoodFit, maximiseLikelihood } from './maximum-likelihood.js';

/**
 * Gamma-Gamma: a customer's order values are Gamma(p, nu), and nu differs between customers as Gamma(q, v). How often
 * somebody buys must say nothing about how much. Fader and Hardie (2013), "The Gamma-Gamma model of monetary value".
 */
export interface GammaGammaParameters {
  readonly p: number;
  /** Above 1, so that the mean exists. */
  readonly q: number;
  /** In the currency of the values: `gamma` in the paper's notation. */
  readonly v: number;
}

export interface GammaGammaFit extends LikelihoodFit<'p' | 'q' | 'v'> {
  /** Pearson's correlation of order count and mean value over the customers fitted; the model assumes 0. */
  readonly correlation: number;
}

/** What repeat buyers spent, one entry a customer. */
export interface OrderValues {
  /** The purchases that the mean is over: whole, 0 for a one-time buyer. */
  readonly repeatPurchases: Float64Array;
  /** Mean value of those purchases. Not read where there was none. */
  readonly meanOrderValue: Float64Array;
}

/** The lowest q the search considers is 1 + 1e-5 (its wall); below 1.001 the fit says that the mean hardly exists. */
const SMALLEST_Q = 1;

/**
 * Fits Gamma-Gamma by maximum likelihood to those who bought again and spent something; the others are left out and
 * counted: a value of 0 or less is no draw from a gamma distribution, and would make predictions negative.
 * @throws InvalidInputError when the columns differ in length
 * O(customers) once and O(repeat buyers) an evaluation, about 20 evaluations.
 */
export function fitGammaGamma(values: OrderValues): GammaGammaFit {
  const rows = values.repeatPurchases.length;
  if (values.meanOrderValue.length !== rows) {
    throw new InvalidInputError(
      `fitGammaGamma requires columns of equal length, got ${rows} and ${values.meanOrderValue.length}`,
    );
  }
  const repeats = new Float64Array(rows);
  const means = new Float64Array(rows);
  let customers = 0;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    if (!isOrderValue(values, row)) continue;
    repeats[customers] = values.repeatPurchases[row]!;
    means[customers] = values.meanOrderValue[row]!;
    sum += means[customers]!;
    customers++;
  }
  const usedRepeats = repeats.subarray(0, customers);
  const usedMeans = means.subarray(0, customers);
  const unit = customers === 0 ? 1 : sum / customers;
  const fit = maximiseLikelihood({
    names: ['p', 'q', 'v'],
    objective: meanNegativeLogLikelihood(usedRepeats, usedMeans, unit),
    customers,
    leftOut: rows - customers,
    starts: [
      [Math.log(3), Math.log(2), Math.log(1)],
      [Math.log(1), Math.log(10), Math.log(10)],
    ],
    units: { v: unit },
    offsets: { q: SMALLEST_Q },
    unitCorrection: -customers * Math.log(unit),
    describeWalls(atWall) {
      if (atWall.some(({ name, high }) => name === 'q' && !high)) {
        return said('values-too-wide', {});
      }
      return said('values-too-alike', {});
    },
  });
  return { ...fit, correlation: correlation(usedRepeats, usedMeans) };
}

function isOrderValue(values: OrderValues, row: number): boolean {
  const repeats = values.repeatPurchases[row]!;
  const mean = values.meanOrderValue[row]!;
  return repeats >= 1 && repeats < Number.POSITIVE_INFINITY && mean > 0 && mean < Number.POSITIVE_INFINITY;
}

/**
 * The objective at ln p, ln(q - 1), ln(v / unit). Gamma functions are taken once a distinct count; what is left for
 * each customer is one logarithm and one division.
 */
function meanNegativeLogLikelihood(repeats: Float64Array, means: Float64Array, unit: number) {
  const customers = repeats.length;
  const { columns, weights, patternOf } = groupRows([repeats]);
  const counts = columns[0]!;
  const totals = new Float64Array(customers);
  let logMeans = 0;
  let countLogTotals = 0;
  for (let row = 0; row < customers; row++) {
    const x = repeats[row]!;
    totals[row] = (x * means[row]!) / unit;
    logMeans += Math.log(means[row]! / unit);
    countLogTotals += x * Math.log(totals[row]!);
  }
  const logSums = new Float64Array(counts.length);
  const inverseSums = new Float64Array(counts.length);

  return (point: Float64Array, gradient: Float64Array): number => {
    const p = Math.exp(point[0]!);
    const beyond = Math.exp(point[1]!);
    const q = SMALLEST_Q + beyond;
    const v = Math.exp(point[2]!);
    logSums.fill(0);
    inverseSums.fill(0);
    for (let row = 0; row < customers; row++) {
      const whole = v + totals[row]!;
      const count = patternOf[row]!;
      logSums[count]! += Math.log(whole);
      inverseSums[count]! += 1 / whole;
    }
    let total = customers * (q * point[2]! - logGamma(q)) + p * countLogTotals - logMeans;
    let byP = countLogTotals;
    let byQ = customers * (point[2]! - digamma(q));
    let byV = (customers * q) / v;
    for (let count = 0; count < counts.length; count++) {
      const x = counts[count]!;
      const weight = weights[count]!;
      const shape = p * x + q;
      const slope = digamma(shape);
      total += weight * (logGamma(shape) - logGamma(p * x)) - shape * logSums[count]!;
      byP += x * (weight * (slope - digamma(p * x)) - logSums[count]!);
      byQ += weight * slope - logSums[count]!;
      byV -= shape * inverseSums[count]!;
    }
    gradient[0] = (-p * byP) / customers;
    gradient[1] = (-beyond * byQ) / customers;
    gradient[2] = (-v * byV) / customers;
    return -total / customers;
  };
}

/** The mean order value over all customers, p v / (q - 1): the best guess for somebody of whom nothing is known. */
export function meanOrderValueOfGroup({ p, q, v }: GammaGammaParameters): number {
  return (p * v) / (q - 1);
}

export interface ExpectedOrderValues {
  /** Positive; between the customer's own mean and the group's. */
  readonly orderValue: Float64Array;
  /** GROUP_AVERAGE for one-time buyers: the model knows no more of them. */
  readonly statuses: readonly BasisStatus[];
}

/**
 * Expected mean value of a customer's future orders: the group's mean and the customer's own, weighted by how much
 * was seen (Fader and Hardie, 2013, equation 5). A mean below 0 (more returned than bought) counts as 0. O(customers).
 */
export function predictOrderValues(parameters: GammaGammaParameters, values: OrderValues): ExpectedOrderValues {
  const { p, q, v } = parameters;
  const rows = values.repeatPurchases.length;
  const orderValue = new Float64Array(rows);
  const statuses = new Array<BasisStatus>(rows);
  const group = meanOrderValueOfGroup(parameters);
  for (let row = 0; row < rows; row++) {
    const x = values.repeatPurchases[row]!;
    const mean = values.meanOrderValue[row]!;
    const known = x >= 1 && Number.isFinite(x) && Number.isFinite(mean);
    orderValue[row] = known ? (p * (v + x * Math.max(0, mean))) / (p * x + q - 1) : group;
    statuses[row] = known ? 'MODELLED' : 'GROUP_AVERAGE';
  }
  return { orderValue, statuses };
}
