import digamma from '@stdlib/math-base-special-digamma';
import gammaln from '@stdlib/math-base-special-gammaln';

export { digamma };

/** ln Gamma(x), x > 0. */
export const logGamma: (x: number) => number = gammaln;

/** ln(e^left + e^right) without overflow. */
export function logAddExp(left: number, right: number): number {
  const high = Math.max(left, right);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(left, right) - high));
}

/**
 * (1 - e^(-rate x length)) / rate, which is the integral of e^(-rate x u) over u from 0 to length; its limit `length`
 * at rate 0. The plain quotient is 0/0 there and loses every digit near it.
 */
export function decayIntegral(rate: number, length: number): number {
  return rate === 0 ? length : -Math.expm1(-rate * length) / rate;
}

export interface Quadrature {
  /** Ascending, within (0, 1). */
  readonly nodes: Float64Array;
  /** Positive, of sum 1. */
  readonly weights: Float64Array;
}

/**
 * Gauss-Legendre nodes and weights on [0, 1]; exact for polynomials up to degree 2 x count - 1.
 * Newton's method on the Legendre polynomial (Press et al., Numerical Recipes, section 4.6).
 */
export function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    // Five steps reach rounding from this start for any count; quadratic convergence makes more pointless.
    for (let step = 0; step < 5; step++) {
      let value = 1;
      let before = 0;
      for (let degree = 1; degree <= count; degree++) {
        [before, value] = [value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree];
      }
      slope = (count * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[count - 1 - i] = (1 + x) / 2;
    weights[count - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
