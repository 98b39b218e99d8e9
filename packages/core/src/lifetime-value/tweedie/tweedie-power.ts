import { InvalidInputError } from '../../errors.js';
import { logGamma } from '../../numerics/special-functions.js';

/** Terms below e^-37 of the largest do not change a double's sum. */
const NEGLIGIBLE = -37;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** How far below and above the moment estimate the search begins, in logs; it moves on where the best is at an end. */
const BELOW = Math.log(20);
const ABOVE = Math.log(4);
const MOST_MOVES = 4;
/** Leaves the logarithm within 0.015: the likelihood is flat there, so its error is far below any difference that counts. */
const DISPERSION_STEPS = 12;

/**
 * From so many amounts on the saddlepoint is used. Its logarithm is then within 0.001 of the sum, whose length would grow
 * without end where customers spend alike and the dispersion vanishes.
 */
const SADDLEPOINT_COUNT = 500;

export interface DispersionFit {
  readonly dispersion: number;
  readonly logLikelihood: number;
}

/**
 * Log-density of y > 0 under a Tweedie distribution with 1 < power < 2: a Poisson number of gamma amounts, summed over
 * that number around its largest term, or its saddlepoint where that number is large. Dunn and Smyth (2005), Statistics
 * and Computing 15, sections 4 and 5.
 * O(square root of the largest term's index), at most about 200 terms.
 */
export function tweedieLogDensity(y: number, mean: number, dispersion: number, power: number): number {
  const rate = mean ** (2 - power) / (dispersion * (2 - power));
  if (y === 0) return -rate;
  const middle = Math.max(1, Math.round(y ** (2 - power) / (dispersion * (2 - power))));
  if (middle > SADDLEPOINT_COUNT) return saddlepointLogDensity(y, mean, dispersion, power);
  const shape = (2 - power) / (power - 1);
  const scale = dispersion * (power - 1) * mean ** (power - 1);
  const perTerm = Math.log(rate) + shape * Math.log(y / scale);
  const term = (count: number) => count * perTerm - logGamma(count + 1) - logGamma(count * shape);
  const highest = term(middle);
  let sum = 1;
  for (let count = middle + 1; ; count++) {
    const below = term(count) - highest;
    sum += Math.exp(below);
    if (below < NEGLIGIBLE) break;
  }
  for (let count = middle - 1; count >= 1; count--) {
    const below = term(count) - highest;
    sum += Math.exp(below);
    if (below < NEGLIGIBLE) break;
  }
  return highest + Math.log(sum) - rate - y / scale - Math.log(y);
}

function saddlepointLogDensity(y: number, mean: number, dispersion: number, power: number): number {
  const halfDeviance =
    (y ** (2 - power) / (1 - power) + mean ** (2 - power)) / (2 - power) - (y * mean ** (1 - power)) / (1 - power);
  // A perfect fit is 0; rounding may leave it a hair below.
  return -0.5 * Math.log(2 * Math.PI * dispersion * y ** power) - Math.max(0, halfDeviance) / dispersion;
}

/**
 * The dispersion that makes the targets most likely given their fitted means, by golden section on its logarithm: the
 * comparison of these likelihoods between powers is the profile likelihood of the power.
 * @param target 0 or more @param mean positive, one a target
 * @throws InvalidInputError when the power is out of range or the lengths differ
 */
export function fitDispersion(target: Float64Array, mean: Float64Array, power: number): DispersionFit {
  if (!(power > 1 && power < 2) || target.length !== mean.length) {
    throw new InvalidInputError(
      `fitDispersion requires 1 < power < 2 and equal lengths, got ${power}, ${target.length} and ${mean.length}`,
    );
  }
  let pearson = 0;
  for (let row = 0; row < target.length; row++) {
    pearson += (target[row]! - mean[row]!) ** 2 / (mean[row]! ** power * Math.max(1, target.length));
  }
  const likelihood = (logDispersion: number) => {
    const dispersion = Math.exp(logDispersion);
    let sum = 0;
    for (let row = 0; row < target.length; row++) {
      sum += tweedieLogDensity(target[row]!, mean[row]!, dispersion, power);
    }
    return sum;
  };
  let low = Math.log(pearson > 0 ? pearson : 1) - BELOW;
  let best = goldenSection(likelihood, low, low + BELOW + ABOVE);
  for (let move = 0; move < MOST_MOVES && best.at < low + 0.1; move++) {
    low -= BELOW;
    best = goldenSection(likelihood, low, low + BELOW + 0.2);
  }
  return { dispersion: Math.exp(best.at), logLikelihood: best.value };
}

/** The highest point of a function with one peak between two ends. */
function goldenSection(of: (x: number) => number, from: number, to: number): { at: number; value: number } {
  let [low, high] = [from, to];
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let atLeft = of(left);
  let atRight = of(right);
  for (let step = 0; step < DISPERSION_STEPS; step++) {
    if (atLeft > atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - GOLDEN * (high - low);
      atLeft = of(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + GOLDEN * (high - low);
      atRight = of(right);
    }
  }
  return atLeft > atRight ? { at: left, value: atLeft } : { at: right, value: atRight };
}
