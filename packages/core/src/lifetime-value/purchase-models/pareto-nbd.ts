import { decayIntegral, gaussLegendre, logAddExp } from '../../numerics/special-functions.js';
import { said } from '../../words/reasons.js';
import { type LikelihoodFit, maximiseLikelihood } from './maximum-likelihood.js';
import {
  type GroupedHistories,
  groupHistories,
  isPurchaseHistory,
  type PurchaseHistories,
} from './purchase-histories.js';

/**
 * Pareto/NBD: purchases come at random at each customer's own rate until the customer leaves at an unseen time of
 * their own. Rates differ as Gamma(r, alpha), rates of leaving as Gamma(s, beta).
 * Schmittlein, Morrison and Colombo (1987), Management Science 33(1).
 */
export interface ParetoNbdParameters {
  readonly r: number;
  /** Both in the time unit of the histories. */
  readonly alpha: number;
  readonly s: number;
  readonly beta: number;
}

export type ParetoNbdFit = LikelihoodFit<'r' | 'alpha' | 's' | 'beta'>;

/**
 * Fits Pareto/NBD by maximum likelihood.
 * @param histories one entry a customer, any time unit; rows that are no history are left out and counted
 * @throws InvalidInputError when the columns differ in length
 * O(distinct histories x 24) an evaluation, about 25 evaluations: 20 times BG/NBD.
 */
export function fitParetoNbd(histories: PurchaseHistories): ParetoNbdFit {
  const grouped = groupHistories(histories);
  const unit = grouped.meanObservedTime > 0 ? grouped.meanObservedTime : 1;
  let repeats = 0;
  for (const customers of grouped.customersAbove) repeats += customers;
  return maximiseLikelihood({
    names: ['r', 'alpha', 's', 'beta'],
    objective: meanNegativeLogLikelihood(grouped, unit, repeats),
    customers: grouped.customers,
    leftOut: grouped.leftOut,
    starts: [
      [Math.log(0.5), Math.log(0.3), Math.log(0.5), Math.log(0.3)],
      [Math.log(1), Math.log(1), Math.log(1), Math.log(5)],
    ],
    units: { alpha: unit, beta: unit },
    unitCorrection: -repeats * Math.log(unit),
    describeWalls(atWall) {
      if (repeats === 0) return said('nobody-twice', {});
      return said('leaving-at-bound', { parameters: atWall.map(({ name }) => name) });
    },
  });
}

/** 24 nodes leave a relative error below 1e-9 over the 40 e-folds that are kept. */
const RULE = gaussLegendre(24);
const KEPT_FOLDS = 40;
/** The log of an integral and its four derivatives. */
const SCRATCH_LENGTH = 5;

/**
 * The part of the likelihood of a customer who left unseen between t_x and T:
 * s alpha^(r + x) beta^s times the integral of (alpha + u)^-(r + x) (beta + u)^-(s + 1) over u from t_x to T.
 * The papers write it as a difference of two Gaussian hypergeometric functions (Fader and Hardie, 2005, "A note on
 * deriving the Pareto/NBD model"), which cancels for alpha near beta and for long histories; here it is integrated:
 * every term is positive, and its derivatives are integrals over the same nodes. The variable is
 * ln(min(alpha, beta) + u), in which the integrand is smooth and log-concave; what has fallen by e^-40 is cut off.
 * @param out receives the log, then (if `derivatives`) its derivatives by r, ln alpha (of the whole likelihood, with
 *   its factor alpha^-x), ln s and ln beta
 */
function logGone(
  r: number,
  x: number,
  alpha: number,
  s: number,
  beta: number,
  from: number,
  to: number,
  out: Float64Array,
  derivatives: boolean,
): void {
  out.fill(0);
  out[0] = Number.NEGATIVE_INFINITY;
  if (!(to > from)) return;
  const shape = r + x;
  const alphaFrom = alpha + from;
  const betaFrom = beta + from;
  const first = Math.min(alphaFrom, betaFrom);
  const length = Math.min(Math.log1p((to - from) / first), keptLength(shape, s, first, alphaFrom, betaFrom));
  let sum = 0;
  let byR = 0;
  let byAlpha = 0;
  let byS = 0;
  let byBeta = 0;
  for (let node = 0; node < RULE.nodes.length; node++) {
    const d = length * RULE.nodes[node]!;
    const later = first * Math.expm1(d);
    const logAlpha = alphaFrom === first ? d : Math.log1p(later / alphaFrom);
    const logBeta = betaFrom === first ? d : Math.log1p(later / betaFrom);
    const term = RULE.weights[node]! * Math.exp(d - shape * logAlpha - (s + 1) * logBeta);
    sum += term;
    if (derivatives) {
      const time = from + later;
      byR += term * logAlpha;
      byAlpha += (term * (r * time - x * alpha)) / (alpha + time);
      byS += term * logBeta;
      byBeta += (term * (s * time - beta)) / (beta + time);
    }
  }
  const logAlphaFrom = Math.log1p(from / alpha);
  const logBetaFrom = Math.log1p(from / beta);
  out[0] = Math.log((s * first * length * sum) / beta) - shape * logAlphaFrom - (s + 1) * logBetaFrom;
  if (derivatives) {
    out[1] = -logAlphaFrom - byR / sum;
    out[2] = byAlpha / sum;
    out[3] = 1 - s * (logBetaFrom + byS / sum);
    out[4] = byBeta / sum;
  }
}

/**
 * How far in ln(base + u) the log of the integrand takes to fall by 40. It is concave, so the tangent at the start
 * bounds it, and Newton's steps from there close in from above: three suffice for a bound within a few percent.
 */
function keptLength(shape: number, s: number, first: number, alphaFrom: number, betaFrom: number): number {
  const startSlope = 1 - (shape * first) / alphaFrom - ((s + 1) * first) / betaFrom;
  if (!(startSlope < 0)) return Number.POSITIVE_INFINITY;
  let length = -KEPT_FOLDS / startSlope;
  for (let step = 0; step < 3; step++) {
    const later = first * Math.expm1(length);
    if (!(later < Number.MAX_VALUE)) return length;
    const here = first + later;
    const height = length - shape * Math.log1p(later / alphaFrom) - (s + 1) * Math.log1p(later / betaFrom) + KEPT_FOLDS;
    length -= height / (1 - (shape * here) / (alphaFrom + later) - ((s + 1) * here) / (betaFrom + later));
  }
  return length;
}

/** The objective at ln r, ln(alpha / unit), ln s, ln(beta / unit), with alpha and beta taken out of alpha + t, beta + t. */
function meanNegativeLogLikelihood(grouped: GroupedHistories, unit: number, purchases: number) {
  const { repeatPurchases, weights, customersAbove, customers } = grouped;
  const observed = grouped.observedTime.map((time) => time / unit);
  const last = grouped.recencyAtLastPurchase.map((time) => time / unit);
  const gone = new Float64Array(SCRATCH_LENGTH);

  return (point: Float64Array, gradient: Float64Array): number => {
    const r = Math.exp(point[0]!);
    const alpha = Math.exp(point[1]!);
    const s = Math.exp(point[2]!);
    const beta = Math.exp(point[3]!);
    let total = -purchases * point[1]!;
    let byR = 0;
    let byLogAlpha = 0;
    let byLogS = 0;
    let byLogBeta = 0;
    for (let k = 0; k < customersAbove.length; k++) {
      total += customersAbove[k]! * Math.log(r + k);
      byR += customersAbove[k]! / (r + k);
    }
    for (let i = 0; i < weights.length; i++) {
      const x = repeatPurchases[i]!;
      const time = observed[i]!;
      const logAlpha = Math.log1p(time / alpha);
      const logBeta = Math.log1p(time / beta);
      const alive = -(r + x) * logAlpha - s * logBeta;
      logGone(r, x, alpha, s, beta, last[i]!, time, gone, true);
      const log = logAddExp(alive, gone[0]!);
      const weightAlive = weights[i]! * Math.exp(alive - log);
      const weightGone = weights[i]! * Math.exp(gone[0]! - log);
      total += weights[i]! * log;
      byR += weightGone * gone[1]! - weightAlive * logAlpha;
      byLogAlpha += weightGone * gone[2]! + (weightAlive * (r * time - x * alpha)) / (alpha + time);
      byLogS += weightGone * gone[3]! - weightAlive * s * logBeta;
      byLogBeta += weightGone * gone[4]! + (weightAlive * s * time) / (beta + time);
    }
    gradient[0] = (-r * byR) / customers;
    gradient[1] = -byLogAlpha / customers;
    gradient[2] = -byLogS / customers;
    gradient[3] = -byLogBeta / customers;
    return -total / customers;
  };
}

/** The chance that each customer has not left: 0 to 1, NaN where the row is no history. O(customers x 24). */
export function predictParetoNbdAlive(parameters: ParetoNbdParameters, histories: PurchaseHistories): Float64Array {
  const alive = new Float64Array(histories.repeatPurchases.length);
  const scratch = new Float64Array(SCRATCH_LENGTH);
  for (let row = 0; row < alive.length; row++) {
    alive[row] = isPurchaseHistory(histories, row) ? aliveOne(parameters, histories, row, scratch) : Number.NaN;
  }
  return alive;
}

function aliveOne(
  { r, alpha, s, beta }: ParetoNbdParameters,
  histories: PurchaseHistories,
  row: number,
  scratch: Float64Array,
): number {
  const x = histories.repeatPurchases[row]!;
  const observed = histories.observedTime[row]!;
  const last = x === 0 ? 0 : histories.recencyAtLastPurchase[row]!;
  logGone(r, x, alpha, s, beta, last, observed, scratch, false);
  const alive = -(r + x) * Math.log1p(observed / alpha) - s * Math.log1p(observed / beta);
  return 1 / (1 + Math.exp(scratch[0]! - alive));
}

/**
 * Expected purchases of each customer in the next `horizon` of time, leaving included: 0 or more, NaN where the row is
 * no history. Fader and Hardie (2005), equation 41, with its quotient by s - 1 written so that s = 1 is no exception.
 */
export function predictParetoNbdPurchases(
  parameters: ParetoNbdParameters,
  histories: PurchaseHistories,
  horizon: number,
): Float64Array {
  const { r, alpha, s, beta } = parameters;
  const purchases = new Float64Array(histories.repeatPurchases.length);
  const scratch = new Float64Array(SCRATCH_LENGTH);
  for (let row = 0; row < purchases.length; row++) {
    if (!isPurchaseHistory(histories, row)) {
      purchases[row] = Number.NaN;
      continue;
    }
    const observed = histories.observedTime[row]!;
    const rate = (r + histories.repeatPurchases[row]!) / (alpha + observed);
    const staying = (beta + observed) * decayIntegral(s - 1, Math.log1p(Math.max(0, horizon) / (beta + observed)));
    purchases[row] = aliveOne(parameters, histories, row, scratch) * rate * staying;
  }
  return purchases;
}

/** Expected repeat purchases of somebody of whom nothing is known, in the first `horizon` after the first purchase. */
export function predictParetoNbdNewCustomer({ r, alpha, s, beta }: ParetoNbdParameters, horizon: number): number {
  return (r / alpha) * beta * decayIntegral(s - 1, Math.log1p(Math.max(0, horizon) / beta));
}
