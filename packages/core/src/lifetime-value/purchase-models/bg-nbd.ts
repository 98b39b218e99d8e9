import { groupRows } from '../../numerics/weighted-patterns.js';
import { said } from '../../words/reasons.js';
import { type LikelihoodFit, maximiseLikelihood } from './maximum-likelihood.js';
import {
  type GroupedHistories,
  groupHistories,
  isPurchaseHistory,
  type PurchaseHistories,
} from './purchase-histories.js';

/**
 * BG/NBD: purchases come at random at each customer's own rate, and after every purchase a customer may leave for good.
 * Rates differ between customers as Gamma(r, alpha), chances of leaving as Beta(a, b).
 * Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2).
 */
export interface BgNbdParameters {
  readonly r: number;
  /** In the time unit of the histories. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

export type BgNbdFit = LikelihoodFit<'r' | 'alpha' | 'a' | 'b'>;

/**
 * Fits BG/NBD by maximum likelihood.
 * @param histories one entry a customer, any time unit; rows that are no history are left out and counted
 * @returns an answer for any input: `degenerate` and a note where the likelihood has no finite optimum
 * @throws InvalidInputError when the columns differ in length
 * O(customers) once and O(distinct histories) an evaluation, about 20 evaluations.
 */
export function fitBgNbd(histories: PurchaseHistories): BgNbdFit {
  const grouped = groupHistories(histories);
  // Times in mean observed times: the optimum is then of order 1 whatever the unit.
  const unit = grouped.meanObservedTime > 0 ? grouped.meanObservedTime : 1;
  return maximiseLikelihood({
    names: ['r', 'alpha', 'a', 'b'],
    objective: meanNegativeLogLikelihood(grouped, unit),
    customers: grouped.customers,
    leftOut: grouped.leftOut,
    starts: [
      [Math.log(0.3), Math.log(0.2), Math.log(0.8), Math.log(2.5)],
      [Math.log(1), Math.log(1), Math.log(5), Math.log(50)],
    ],
    units: { alpha: unit },
    unitCorrection: -repeatSum(grouped) * Math.log(unit),
    describeWalls(atWall) {
      if (grouped.customersAbove.length === 0) return said('nobody-twice', {});
      const names = atWall.map(({ name }) => name);
      if (names.includes('b') || names.includes('a')) {
        return said('leaving-alike', {});
      }
      return said('rates-at-bound', { parameters: names });
    },
  });
}

function repeatSum(grouped: GroupedHistories): number {
  let sum = 0;
  for (const customers of grouped.customersAbove) sum += customers;
  return sum;
}

/**
 * The objective at ln r, ln(alpha / unit), ln a, ln b. The likelihood is used in Fader and Hardie's form A1 x A2 x
 * (A3 + A4) ("Overcoming the BG/NBD model's #NUM! error problem", 2013): the published one overflows for frequent
 * buyers. Three further steps keep it exact as parameters grow without end and cheap for many customers: quotients of gamma
 * functions with a whole difference are products over k < x, summed once over k with the number of customers who have
 * more than k repeats; alpha is taken out of alpha + t, which leaves ln(1 + t / alpha); and that is computed once a
 * distinct time.
 */
function meanNegativeLogLikelihood(grouped: GroupedHistories, unit: number) {
  const { repeatPurchases, recencyAtLastPurchase, observedTime, weights, customersAbove, customers } = grouped;
  const patterns = weights.length;
  const allTimes = new Float64Array(2 * patterns);
  allTimes.set(observedTime);
  allTimes.set(recencyAtLastPurchase, patterns);
  const { columns, patternOf } = groupRows([allTimes]);
  const times = columns[0]!.map((time) => time / unit);
  const logs = new Float64Array(times.length);
  const shares = new Float64Array(times.length);
  const onceWeights = new Float64Array(times.length);
  const repeaters: number[] = [];
  for (let pattern = 0; pattern < patterns; pattern++) {
    if (repeatPurchases[pattern] === 0) onceWeights[patternOf[pattern]!]! += weights[pattern]!;
    else repeaters.push(pattern);
  }
  const repeats = Float64Array.from(repeaters, (pattern) => repeatPurchases[pattern]!);
  const repeatWeights = Float64Array.from(repeaters, (pattern) => weights[pattern]!);
  const observed = Int32Array.from(repeaters, (pattern) => patternOf[pattern]!);
  const last = Int32Array.from(repeaters, (pattern) => patternOf[patterns + pattern]!);
  const logStay = new Float64Array(customersAbove.length + 1);
  const purchases = repeatSum(grouped);

  return (point: Float64Array, gradient: Float64Array): number => {
    const r = Math.exp(point[0]!);
    const alpha = Math.exp(point[1]!);
    const a = Math.exp(point[2]!);
    const b = Math.exp(point[3]!);
    let total = -purchases * point[1]!;
    let byR = 0;
    let byLogAlpha = -purchases;
    let byA = 0;
    let byB = 0;
    for (let k = 0; k < customersAbove.length; k++) {
      const above = customersAbove[k]!;
      const whole = a + b + k;
      total += above * (Math.log(r + k) + Math.log1p(-a / whole));
      byR += above / (r + k);
      byA -= above / whole;
      byB += (above * a) / (whole * (b + k));
      logStay[k + 1] = Math.log(b + k);
    }
    for (let t = 0; t < times.length; t++) {
      const log = Math.log1p(times[t]! / alpha);
      const share = times[t]! / (alpha + times[t]!);
      logs[t] = log;
      shares[t] = share;
      const weight = onceWeights[t]!;
      if (weight !== 0) {
        total -= weight * r * log;
        byR -= weight * log;
        byLogAlpha += weight * r * share;
      }
    }
    for (let i = 0; i < repeats.length; i++) {
      const x = repeats[i]!;
      const weight = repeatWeights[i]!;
      const logObserved = logs[observed[i]!]!;
      const logLast = logs[last[i]!]!;
      const alive = -(r + x) * logObserved;
      const left = point[2]! - logStay[x]! - (r + x) * logLast;
      const ratio = Math.exp(-Math.abs(alive - left));
      const larger = 1 / (1 + ratio);
      const shareAlive = alive > left ? larger : 1 - larger;
      const shareLeft = 1 - shareAlive;
      total += weight * (Math.max(alive, left) + Math.log(1 + ratio));
      byR -= weight * (shareAlive * logObserved + shareLeft * logLast);
      byLogAlpha += weight * (r + x) * (shareAlive * shares[observed[i]!]! + shareLeft * shares[last[i]!]!);
      byA += (weight * shareLeft) / a;
      byB -= (weight * shareLeft) / (b + x - 1);
    }
    gradient[0] = (-r * byR) / customers;
    gradient[1] = -byLogAlpha / customers;
    gradient[2] = (-a * byA) / customers;
    gradient[3] = (-b * byB) / customers;
    return -total / customers;
  };
}

/**
 * The chance that each customer has not left, given the history: 0 to 1, 1 for a one-time buyer (who had no purchase
 * after which to leave; equation in Fader, Hardie and Lee, 2008, "Computing P(alive) using the BG/NBD model").
 * NaN where the row is no history. O(customers).
 */
export function predictBgNbdAlive(parameters: BgNbdParameters, histories: PurchaseHistories): Float64Array {
  const alive = new Float64Array(histories.repeatPurchases.length);
  for (let row = 0; row < alive.length; row++) {
    alive[row] = isPurchaseHistory(histories, row) ? aliveOne(parameters, histories, row) : Number.NaN;
  }
  return alive;
}

function aliveOne({ r, alpha, a, b }: BgNbdParameters, histories: PurchaseHistories, row: number): number {
  const x = histories.repeatPurchases[row]!;
  if (x === 0) return 1;
  const silence = Math.log((alpha + histories.observedTime[row]!) / (alpha + histories.recencyAtLastPurchase[row]!));
  return 1 / (1 + Math.exp(Math.log(a / (b + x - 1)) + (r + x) * silence));
}

/**
 * Expected purchases of each customer in the next `horizon` of time, leaving included: 0 or more.
 * NaN where the row is no history. O(customers x purchases expected).
 */
export function predictBgNbdPurchases(
  parameters: BgNbdParameters,
  histories: PurchaseHistories,
  horizon: number,
): Float64Array {
  const { r, alpha, a, b } = parameters;
  const purchases = new Float64Array(histories.repeatPurchases.length);
  for (let row = 0; row < purchases.length; row++) {
    if (!isPurchaseHistory(histories, row)) {
      purchases[row] = Number.NaN;
      continue;
    }
    const x = histories.repeatPurchases[row]!;
    purchases[row] =
      aliveOne(parameters, histories, row) *
      expectedWhileAlive(r + x, alpha + histories.observedTime[row]!, a, b + x, horizon);
  }
  return purchases;
}

/** Expected repeat purchases of somebody of whom nothing is known, in the first `horizon` after the first purchase. */
export function predictBgNbdNewCustomer({ r, alpha, a, b }: BgNbdParameters, horizon: number): number {
  return expectedWhileAlive(r, alpha, a, b, horizon);
}

/** Beyond this many opportunities to buy in one horizon the rest is left out; the value is then a lower bound. */
const MOST_OPPORTUNITIES = 20_000;
/** What is left out is below this share of the sum. */
const SERIES_TOLERANCE = 1e-13;
/** e^-600 is still far from the smallest double. */
const LOWEST_LOG = -600;

/**
 * Expected purchases in `horizon` of a customer who is alive, with rate Gamma(shape, exposure) and chance of leaving
 * Beta(a, stay): the sum over k of P(more than k opportunities) x P(stayed after each of the first k purchases), where
 * opportunities are negative binomial. Every term is positive. It equals the published form
 * (a + b + x - 1) / (a - 1) x [1 - (...) 2F1(r + x, b + x; a + b + x - 1; t / (alpha + T + t))], which is 0/0 at a = 1
 * and cancels to nothing near it and for large a and b.
 */
function expectedWhileAlive(shape: number, exposure: number, a: number, stay: number, horizon: number): number {
  if (!(horizon > 0)) return 0;
  const chance = horizon / (exposure + horizon);
  let logMass = -shape * Math.log1p(horizon / exposure);
  let mass = Math.exp(logMass);
  let more = -Math.expm1(logMass);
  let stayed = 1;
  let sum = 0;
  for (let k = 0; k < MOST_OPPORTUNITIES; k++) {
    const term = more * stayed;
    sum += term;
    const growth = (chance * (shape + k)) / (k + 1);
    if (logMass < LOWEST_LOG) {
      logMass += Math.log(growth);
      mass = Math.exp(logMass);
    } else {
      mass *= growth;
    }
    more -= mass;
    stayed *= (stay + k) / (a + stay + k);
    if (more <= 0 || (growth < 1 && term < SERIES_TOLERANCE * (1 - chance) * sum)) break;
    // Who leaves for sure soon makes no use of many opportunities: the sum of all further `stayed` bounds the rest.
    if (a > 1 && stayed * (a + stay + k) < SERIES_TOLERANCE * (a - 1) * sum) break;
  }
  return sum;
}
